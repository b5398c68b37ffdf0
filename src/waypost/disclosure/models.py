"""Records of requests: what was asked in whose words, every move, calls, ranks, reviews."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.disclosure.values import (
    Act,
    Found,
    Kind,
    Outcome,
    Rank,
    Status,
    Urgency,
    What,
)


class Request(models.Model):
    """One request. What was asked for is the requester's words; `person` is whom a checker found
    them to mean, and is shown to nobody who may not know of that person."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person follows kind what urgency status version asker_id made_at submitted_at "
        "from_at to_at authority_sha256 checker_id checked_by_id checked_at decider_id "
        "decided_by_id decided_at answer_by left outcome_by paper_by review_by outcome grounds "
        "document_id download_until downloads chased",
        personal="requester_name requester_body authenticated person_name person_born_on "
        "person_reference",
        location="place_lat place_lon radius_m place_words",
        sensitive="offence reference why helps special_reason findings answer outcome_words",
    )
    person = models.ForeignKey(
        "orders.Person", null=True, on_delete=models.CASCADE, related_name="+"
    )
    follows = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="after")
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Kind])
    what = models.CharField(max_length=20, choices=[(one.value, one.value) for one in What])
    urgency = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Urgency])
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Status], db_index=True
    )
    version = models.IntegerField(default=1)
    asker_id = models.BigIntegerField(db_index=True)  # who filed it, for themself or another
    requester_name = models.CharField(max_length=200)
    requester_body = models.CharField(max_length=200, blank=True)  # force, court, firm
    authenticated = models.TextField()  # how it was known who asks
    authority_sha256 = models.CharField(max_length=64, blank=True)  # of the signed authority
    made_at = models.DateTimeField()
    submitted_at = models.DateTimeField()  # last: again after it was returned
    person_name = models.CharField(max_length=200, blank=True)
    person_born_on = models.CharField(max_length=40, blank=True)
    person_reference = models.CharField(max_length=80, blank=True)
    offence = models.TextField(blank=True)
    reference = models.CharField(max_length=80, blank=True)
    place_lat = models.FloatField(null=True)
    place_lon = models.FloatField(null=True)
    radius_m = models.FloatField(null=True)
    place_words = models.CharField(max_length=200, blank=True)
    from_at = models.DateTimeField(null=True)
    to_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True)
    helps = models.TextField(blank=True)
    special_reason = models.TextField(blank=True)
    findings = models.JSONField(default=list)  # as they stood when it was checked
    checker_id = models.BigIntegerField(null=True)  # who said last whom it means
    checked_by_id = models.BigIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    decider_id = models.BigIntegerField(null=True)  # who alone decides it; null: any of the rank
    decided_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    grounds = models.JSONField(default=list)  # of a refusal, or of what is still wanted
    answer = models.JSONField(default=dict)  # what was released, without its places
    document_id = models.BigIntegerField(null=True)
    download_until = models.DateTimeField(null=True)
    downloads = models.IntegerField(default=0)
    answer_by = models.DateTimeField(null=True)
    left = models.DurationField(null=True)
    paper_by = models.DateTimeField(null=True)
    review_by = models.DateTimeField(null=True)
    outcome_by = models.DateTimeField(null=True)
    chased = models.IntegerField(default=0)  # how often the outcome was asked for
    outcome = models.CharField(
        max_length=20, blank=True, choices=[(one.value, one.value) for one in Outcome]
    )
    outcome_words = models.TextField(blank=True)


class RequestMove(models.Model):
    """One thing that happened to a request. told: the requester reads its words"""

    declares = Columns(
        Retention.CASE,
        belongs="request__person",
        plain="id request at act from_status to_status officer_id told",
        sensitive="words",
    )
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Act])
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    words = models.TextField(blank=True)
    told = models.BooleanField(default=False)


class KnownNumber(models.Model):
    """A telephone number of an agency that is known to be theirs. Ended, never deleted."""

    declares = Columns(
        Retention.REFERENCE, plain="id agency number source from_at to_at made_by_id ended_by_id"
    )
    agency = models.CharField(max_length=200)
    number = models.CharField(max_length=40)
    source = models.CharField(max_length=200)  # where it was looked up: not told by a caller
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    made_by_id = models.BigIntegerField(null=True)
    ended_by_id = models.BigIntegerField(null=True)


class UrgentCall(models.Model):
    """The telephone side of an urgent request. place: what was told, with its time and circle"""

    declares = Columns(
        Retention.CASE,
        belongs="request__person",
        plain="id request number called_back_at called_back_by_id told_at paper_sha256 found "
        "reviewed_by_id reviewed_at",
        personal="caller_name",
        location="place",
        sensitive="answered_by",
    )
    request = models.OneToOneField(Request, on_delete=models.CASCADE, related_name="call")
    caller_name = models.CharField(max_length=200)
    number = models.ForeignKey(KnownNumber, null=True, on_delete=models.PROTECT, related_name="+")
    called_back_at = models.DateTimeField(null=True)
    called_back_by_id = models.BigIntegerField(null=True)
    answered_by = models.TextField(blank=True)  # who answered, and how they were known
    told_at = models.DateTimeField(null=True)
    place = models.JSONField(null=True)
    paper_sha256 = models.CharField(max_length=64, blank=True)
    found = models.CharField(
        max_length=30, blank=True, choices=[(one.value, one.value) for one in Found]
    )
    reviewed_by_id = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)


class RankHeld(models.Model):
    """The rank of an authorising officer, from-to. It counts once a second administrator has
    confirmed it."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id officer_id rank from_at to_at made_at made_by_id confirmed_at confirmed_by_id",
    )
    officer_id = models.BigIntegerField(db_index=True)
    rank = models.IntegerField(choices=[(one.value, one.name.lower()) for one in Rank])
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by_id = models.BigIntegerField(null=True)


class OnCall(models.Model):
    """When an authorising officer can be reached for urgent calls, from-to."""

    declares = Columns(Retention.REFERENCE, plain="id officer_id from_at to_at made_by_id")
    officer_id = models.BigIntegerField(db_index=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)


class DipDraw(models.Model):
    """What was drawn of the requests that ended in a local month: enough to draw it again."""

    declares = Columns(Retention.AUDIT, plain="id month seed ended drawn_at")
    month = models.DateField(unique=True)
    seed = models.BigIntegerField()
    ended = models.JSONField(default=list)  # numbers of the requests that were drawn from
    drawn_at = models.DateTimeField()


class DipTest(models.Model):
    """One request that is looked at again, and what was found."""

    declares = Columns(
        Retention.CASE,
        belongs="request__person",
        plain="id draw request found reviewed_by_id reviewed_at",
        sensitive="words",
    )
    draw = models.ForeignKey(DipDraw, on_delete=models.CASCADE, related_name="tests")
    request = models.OneToOneField(Request, on_delete=models.CASCADE, related_name="dip")
    found = models.CharField(
        max_length=30, blank=True, choices=[(one.value, one.value) for one in Found]
    )
    words = models.TextField(blank=True)
    reviewed_by_id = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)
