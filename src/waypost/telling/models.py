"""Records of telling those who are not staff.

Reminder        what a wearer was reminded of, once a person, occasion and step
ReminderWish    which kinds they want, newest first; turning them off is on record too
WeekKept        a week that was kept; said_at: their officer had them told
NearWish        a protected person wishes to be told when a wearer comes near, from-to
NearTold        that they were told, or somebody rang; and how that ended
"""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class Reminder(models.Model):
    """Decided when its time had come. Its notice is about "reminder:ID"."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person kind edge_at step requirement_reference timezone at",
        sensitive="fate",  # not needed: they were at home
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    kind = models.CharField(max_length=20)  # values.Kind
    edge_at = models.DateTimeField()
    step = models.CharField(max_length=20)  # values.Step
    requirement_reference = models.CharField(max_length=80, blank=True)
    timezone = models.CharField(max_length=60)
    at = models.DateTimeField()
    fate = models.CharField(max_length=20)  # values.Fate

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "edge_at", "step"], name="reminder_once"
            )
        ]


class ReminderWish(models.Model):
    """own: they said so themselves on their page; else an officer wrote down what they said."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person kinds own known_at made_by_id",
        sensitive="words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    kinds = models.JSONField(default=list)
    own = models.BooleanField()
    words = models.CharField(max_length=200, blank=True)
    known_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)


class WeekKept(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person monday share known_at said_at said_by_id",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    monday = models.DateField()
    share = models.FloatField()  # of the required time that was located
    known_at = models.DateTimeField()
    said_at = models.DateTimeField(null=True)
    said_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "monday"], name="week_kept_once")]


class NearWish(models.Model):
    """By consent, for one wearer; withdrawn at once by ending it.

    requirements   the wearer's fixed zones that are for them; a zone that moves with them always is
    anchor         the cell in which the machine tells (nearing.py)
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person wearer contact_id requirements from_at to_at never_from never_to known_at "
        "made_by_id ended_by_id consent_at",
        personal="ring",
        sensitive="code never_when consent_how ended_why",
        location="anchor_column anchor_row",
    )
    person = models.ForeignKey(
        "orders.Person", on_delete=models.CASCADE, related_name="near_wishes"
    )
    wearer = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    contact_id = models.BigIntegerField()
    requirements = models.JSONField(default=list)
    code = models.CharField(max_length=40, blank=True)  # begins a message that says nothing else
    ring = models.CharField(max_length=40)  # whom they ring
    never_from = models.TimeField(null=True)  # on the wall: no message between them
    never_to = models.TimeField(null=True)
    never_when = models.CharField(max_length=200, blank=True)  # words for the staff who ring
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    consent_at = models.DateTimeField()
    consent_how = models.CharField(max_length=200)
    ended_by_id = models.BigIntegerField(null=True)
    ended_why = models.CharField(max_length=200, blank=True)
    anchor_column = models.IntegerField(null=True)
    anchor_row = models.IntegerField(null=True)


class NearTold(models.Model):
    """One rise of one alert. Its notices are about "near:ID"."""

    declares = Columns(
        Retention.CASE,
        belongs="wish__person",
        plain="id wish alert_id rise at rung_why asked_at closed_at closed_how",
    )
    wish = models.ForeignKey(NearWish, on_delete=models.CASCADE, related_name="told")
    alert_id = models.BigIntegerField(db_index=True)
    rise = models.IntegerField()
    at = models.DateTimeField()
    rung_why = models.CharField(max_length=20, blank=True)  # nearing.Why; "": a message went
    asked_at = models.DateTimeField(null=True)  # when staff were asked to ring
    closed_at = models.DateTimeField(null=True)
    closed_how = models.CharField(max_length=20, blank=True)  # nearing.Do

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wish", "alert_id", "rise"], name="near_told_once")
        ]
