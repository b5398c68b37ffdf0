"""Records of plans. Plans are versions; what moves keeps who moved it and when; none is deleted."""

from __future__ import annotations

from django.db import models

from waypost.access.sealing import SealedText
from waypost.columns import Columns, Retention
from waypost.plans import values


class Plan(models.Model):
    """The one plan of a kind that a person has; its text stands in its versions."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person kind version review_at has_purpose made_at made_by_id",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=[(o.value, o.value) for o in values.PlanKind])
    version = models.IntegerField()  # the newest
    review_at = models.DateTimeField()
    has_purpose = models.BooleanField()  # of the newest version: asked of all, without its words
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="plans_one_of_a_kind")
        ]


class PlanVersion(models.Model):
    """What a plan said from an instant on, and who wrote it."""

    declares = Columns(
        Retention.CASE,
        belongs="plan__person",
        plain="id plan version made_at made_by_id",
        sensitive="purpose words why",
    )
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="versions")
    version = models.IntegerField()
    purpose = models.TextField(blank=True)  # what the tag is for in this plan
    words = models.TextField()
    why = models.TextField(blank=True)  # what changed since the version before
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "version"], name="plans_version_once")
        ]


class Objective(models.Model):
    """own_words: as the person reads it on their own page; "": it is not shown there."""

    declares = Columns(
        Retention.CASE,
        belongs="plan__person",
        plain="id plan status made_at made_by_id moved_at moved_by_id",
        sensitive="words own_words moved_why",
    )
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="objectives")
    words = models.CharField(max_length=values.LINE_MAX)
    own_words = models.CharField(max_length=values.LINE_MAX, blank=True)
    status = models.CharField(
        max_length=20, choices=[(o.value, o.value) for o in values.ObjectiveStatus]
    )
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    moved_at = models.DateTimeField(null=True)
    moved_by_id = models.BigIntegerField(null=True)
    moved_why = models.CharField(max_length=values.LINE_MAX, blank=True)


class PlanAction(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="objective__plan__person",
        plain="id objective owner due_on status made_at made_by_id moved_at moved_by_id",
        sensitive="words moved_why",
    )
    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="actions")
    words = models.CharField(max_length=values.LINE_MAX)
    owner = models.CharField(max_length=20, choices=[(o.value, o.value) for o in values.Owner])
    due_on = models.DateField()
    status = models.CharField(
        max_length=20, choices=[(o.value, o.value) for o in values.ActionStatus]
    )
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    moved_at = models.DateTimeField(null=True)
    moved_by_id = models.BigIntegerField(null=True)
    moved_why = models.CharField(max_length=values.LINE_MAX, blank=True)


class PlanReview(models.Model):
    """A look again at a plan, with the facts as they were shown to whoever reviewed it."""

    declares = Columns(
        Retention.CASE,
        belongs="plan__person",
        plain="id plan version at officer_id outcome next_at",
        sensitive="facts words",
    )
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="reviews")
    version = models.IntegerField()
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    outcome = models.CharField(
        max_length=20, choices=[(o.value, o.value) for o in values.ReviewFound]
    )
    facts = models.JSONField(default=dict)
    words = models.TextField()
    next_at = models.DateTimeField()


class Marker(models.Model):
    """That several agencies look after a danger together. Never on a page of the wearer's."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person status category level from_on next_on version made_at made_by_id",
        sensitive="scheme lead words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    scheme = models.CharField(max_length=10)  # Cycle.MAPPA or Cycle.MARAC
    status = models.CharField(max_length=20)
    category = models.IntegerField(null=True)
    level = models.IntegerField(null=True)
    lead = models.CharField(max_length=120)  # the agency that leads
    words = models.TextField(blank=True)
    from_on = models.DateField()
    next_on = models.DateField(null=True)  # of the next meeting or hearing
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)


class MarkerMove(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="marker__person",
        plain="id marker on_day from_status to_status level at officer_id",
        sensitive="words",
    )
    marker = models.ForeignKey(Marker, on_delete=models.CASCADE, related_name="moves")
    on_day = models.DateField()  # on which it happened
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    level = models.IntegerField(null=True)
    words = models.CharField(max_length=values.LINE_MAX, blank=True)
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)


class Around(models.Model):
    """Somebody around the person: family, a former partner, a professional."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person kind from_at to_at made_by_id ended_by_id",
        personal="name reach",
        sensitive="words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=[(o.value, o.value) for o in values.ContactKind])
    name = SealedText(max_length=120)
    reach = SealedText(max_length=200, blank=True)  # a telephone number or an address
    words = models.CharField(max_length=values.LINE_MAX, blank=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    made_by_id = models.BigIntegerField(null=True)
    ended_by_id = models.BigIntegerField(null=True)


class PlannedVisit(models.Model):
    """A visit or call of the practitioner. facts_at: when the period's facts were opened for it."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person at where status facts_at made_at made_by_id moved_at moved_by_id",
        sensitive="words moved_why",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    where = models.CharField(max_length=20, choices=[(o.value, o.value) for o in values.VisitWhere])
    words = models.CharField(max_length=values.LINE_MAX)
    status = models.CharField(
        max_length=20, choices=[(o.value, o.value) for o in values.VisitStatus]
    )
    facts_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    moved_at = models.DateTimeField(null=True)
    moved_by_id = models.BigIntegerField(null=True)
    moved_why = models.CharField(max_length=values.LINE_MAX, blank=True)


class SentenceEvent(models.Model):
    """A recall, a release, the final third's reset: recorded, with its day. Only ever added to."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person kind on_day made_at made_by_id taken_back_at taken_back_by_id",
        sensitive="words taken_back_why",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=[(o.value, o.value) for o in values.LicenceKind])
    on_day = models.DateField()
    words = models.CharField(max_length=values.LINE_MAX)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by_id = models.BigIntegerField(null=True)
    taken_back_why = models.CharField(max_length=values.LINE_MAX, blank=True)
