"""Records of corrections: what rests on what, who has it, what was corrected, who has said so."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.corrections.values import What


class Statement(models.Model):
    """Something we told people who act on it: it is watched as long as it is kept."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id what reference person made_at made_by_id recipients looked_at",
    )
    what = models.CharField(max_length=30, choices=[(w.value, w.value) for w in What])
    reference = models.CharField(max_length=80, unique=True)  # "police_notification:17"
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    recipients = models.JSONField()  # officer:5, person:7, organisation:3, outside:the court
    looked_at = models.DateTimeField()  # reviews of contests until then are taken in


class Ground(models.Model):
    """One thing a statement rests on, as its recipients know it."""

    declares = Columns(
        Retention.CASE,
        belongs="statement__person",
        plain="id statement alert_id violation_id stands certainty from_at to_at minutes "
        "seen_version",
    )
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="grounds")
    alert_id = models.BigIntegerField(db_index=True)
    violation_id = models.BigIntegerField(null=True, db_index=True)  # null: the decision
    stands = models.BooleanField(default=True)
    certainty = models.CharField(max_length=20, blank=True)
    from_at = models.DateTimeField(null=True)
    to_at = models.DateTimeField(null=True)
    minutes = models.FloatField(default=0.0)
    seen_version = models.IntegerField()  # of the violation, or of the alert, that was compared

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "alert_id", "violation_id"], name="correction_ground_once"
            )
        ]


class Correction(models.Model):
    """A numbered correction of a statement: every recipient of it has a copy."""

    declares = Columns(
        Retention.CASE,
        belongs="statement__person",
        plain="id statement number at changes document_ids",
        sensitive="words",
    )
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="corrections")
    number = models.IntegerField()
    at = models.DateTimeField()
    words = models.JSONField()  # sentences
    changes = models.JSONField()  # values.Change, alert and violation of each
    document_ids = models.JSONField(default=list)  # as it was drawn up on paper

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="correction_number_once")
        ]


class Copy(models.Model):
    """One recipient's copy: whether they have said that they have it, and how they were asked."""

    declares = Columns(
        Retention.CASE,
        belongs="correction__statement__person",
        plain="id correction recipient chased chase_at acknowledged_at acknowledged_by_id",
        sensitive="how",
    )
    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="copies")
    recipient = models.CharField(max_length=200)
    chased = models.IntegerField(default=0)
    chase_at = models.DateTimeField(null=True, db_index=True)  # null once acknowledged
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by_id = models.BigIntegerField(null=True)
    how = models.CharField(max_length=300, blank=True)  # who was reached, where we were told so

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["correction", "recipient"], name="correction_copy_once")
        ]
