"""Records of review: one a pair of offence and wearer, who opened it why, what was decided, and the
proximity alerts made of it with whoever has them."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.review.values import Outcome, Status, Why


class Review(models.Model):
    """What people make of an offence and a wearer whom a run put together.

    match, score, verdict   of the newest run that weighed the offence
    decided_match_id        the match on which the standing decision was made
    gone                    the newest run lists the pair no more
    """

    declares = Columns(
        Retention.OFFENCE,
        belongs="person",
        plain="id force reference person match score verdict offence_from_at run_id gone status "
        "version made_at qualified_by_id qualified_at approved_by_id approved_at unit_id "
        "referred_at outcome outcome_at decided_match_id why alert_number",
    )
    force = models.CharField(max_length=40)
    reference = models.CharField(max_length=120)
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    match = models.ForeignKey("matching.Match", on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    verdict = models.CharField(max_length=20)
    offence_from_at = models.DateTimeField()
    run_id = models.BigIntegerField()
    gone = models.BooleanField(default=False)
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Status], default=Status.WAITING
    )
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    decided_match_id = models.BigIntegerField(null=True)
    why = models.CharField(
        max_length=30, blank=True, choices=[(one.value, one.value) for one in Why]
    )
    qualified_by_id = models.BigIntegerField(null=True)
    qualified_at = models.DateTimeField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    unit_id = models.BigIntegerField(null=True)  # access.Organisation
    referred_at = models.DateTimeField(null=True)
    outcome = models.CharField(
        max_length=30, blank=True, choices=[(one.value, one.value) for one in Outcome]
    )
    outcome_at = models.DateTimeField(null=True)
    alert_number = models.IntegerField(default=0)  # proximity alerts made so far

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["force", "reference", "person"], name="review_pair_once"
            )
        ]
        indexes = [models.Index(fields=["status", "-score"], name="review_best_first")]


class ReviewMove(models.Model):
    """One thing that was decided, or that a newer run changed, with who did it and why."""

    declares = Columns(
        Retention.OFFENCE,
        belongs="review__person",
        plain="id review at act from_status to_status officer_id match_id why outcome",
        sensitive="words",
    )
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=30)  # values.Act, or "newer_run"
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    match_id = models.BigIntegerField(null=True)
    why = models.CharField(max_length=30, blank=True)
    outcome = models.CharField(max_length=30, blank=True)
    words = models.TextField()


class Opening(models.Model):
    """That an officer opened a match for a stated reason: they see who it is about until then."""

    declares = Columns(
        Retention.OFFENCE,
        belongs="review__person",
        plain="id review officer_id at until",
        sensitive="reason",
    )
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="openings")
    officer_id = models.BigIntegerField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["review", "officer_id"], name="review_opening_of")]


class TakenRun(models.Model):
    """A run whose matches the work list has taken in."""

    declares = Columns(Retention.OFFENCE, plain="run_id at")
    run_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()


class ProximityAlert(models.Model):
    """The evidence made of an approved match: its maker's, then a second person's signature.

    document_ids   the papers as the maker signed them, then the approval
    bundle_id      the signed bundle of all of them
    facts          the figures of the papers, as numbers and times; no place, no name
    """

    declares = Columns(
        Retention.OFFENCE,
        belongs="review__person",
        plain="id review number made_at made_by_id signed_at sha256 approved_at approved_by_id "
        "sent_at document_ids bundle_id match_id facts recipients",
        sensitive="statement",
    )
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="alerts")
    number = models.IntegerField()
    match_id = models.BigIntegerField()
    statement = models.TextField()
    facts = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField()
    signed_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)  # of the papers that the maker signed, together
    approved_at = models.DateTimeField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    recipients = models.JSONField(default=list)
    document_ids = models.JSONField(default=list)
    bundle_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="proximity_alert_once")
        ]
