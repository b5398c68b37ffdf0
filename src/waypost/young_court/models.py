"""Records of the Young Adult Court: sittings, listings with every move, reports in their papers."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.young_court.values import OPEN, Purpose, Status


class Sitting(models.Model):
    """A court on a day: where it sits and when it begins."""

    declares = Columns(Retention.REFERENCE, plain="id court place at entered_at entered_by_id")
    court = models.CharField(max_length=120)
    place = models.CharField(max_length=200, blank=True)  # address and room, as people find it
    at = models.DateTimeField(db_index=True)
    entered_at = models.DateTimeField()
    entered_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["court", "at"], name="sitting_once")]


class Listing(models.Model):
    """One person at one sitting: how it is prepared, and what came of it."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person sitting purpose status version at listed_at listed_by_id reported_at "
        "held_at next_on family_present document_ids",
        sensitive="why adaptations adaptation_words family_words facts report_words court_words "
        "ends_why",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="listings")
    purpose = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Purpose])
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Status], db_index=True
    )
    version = models.IntegerField(default=1)
    at = models.DateTimeField()  # when this person is called: the sitting's, or a later hour
    listed_at = models.DateTimeField()
    listed_by_id = models.BigIntegerField(null=True)
    why = models.TextField()
    adaptations = models.JSONField(default=list)  # names of Adaptation
    adaptation_words = models.TextField(blank=True)
    family_words = models.TextField(blank=True)  # who of the family is asked to come, or came
    family_present = models.BooleanField(null=True)  # known once it was held
    reported_at = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)  # of the newest report
    report_words = models.TextField(blank=True)
    document_ids = models.JSONField(default=list)
    held_at = models.DateTimeField(null=True)
    court_words = models.TextField(blank=True)  # as the court said it, to the person
    next_on = models.DateField(null=True)
    ends_why = models.TextField(blank=True)  # no further review is asked for

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "sitting"],
                condition=models.Q(status__in=sorted(one.value for one in OPEN)),
                name="listing_open_once",
            )
        ]


class ListingMove(models.Model):
    """One thing that happened to a listing, with who and why."""

    declares = Columns(
        Retention.CASE,
        belongs="listing__person",
        plain="id listing at act from_status to_status officer_id",
        sensitive="words",
    )
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    words = models.TextField(blank=True)
