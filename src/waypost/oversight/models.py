"""Records of oversight: looks put before a reviewer, what is known that makes a look odd."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from waypost.columns import Columns, Retention
from waypost.oversight.values import Signal


class LookReview(models.Model):
    """One look for one reason, to be reviewed by somebody who did not make it."""

    declares = Columns(
        Retention.AUDIT,
        belongs="person",
        plain="id line at officer person purpose signal month made_at due_at reviewed_at "
        "reviewed_by_id outcome",
        sensitive="words review_words",
    )
    line = models.BigIntegerField()  # of the audit chain
    at = models.DateTimeField()
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    person = models.ForeignKey("orders.Person", null=True, on_delete=models.SET_NULL)
    purpose = models.CharField(max_length=60, blank=True)
    signal = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Signal])
    month = models.DateField(null=True)  # the first day of the month a sample was drawn for
    words = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    review_words = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "signal"], name="a_look_is_asked_about_once")
        ]


class Watched(models.Model):
    """How far the chain was looked through; one row."""

    declares = Columns(Retention.OPERATIONS, plain="id line drawn_month")
    line = models.BigIntegerField(default=0)
    drawn_month = models.DateField(null=True)


class KnownCase(models.Model):
    """A person of whom the public talks: each look at them is reviewed."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person from_at to_at made_by_id",
        sensitive="words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=300)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    made_by_id = models.BigIntegerField(null=True)


class OfficerHome(models.Model):
    """Where an officer lives, to a square of 100 m: only to see looks at their own street."""

    declares = Columns(
        Retention.REFERENCE, plain="id officer known_at made_by_id", location="easting_m northing_m"
    )
    officer = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    easting_m = models.IntegerField()
    northing_m = models.IntegerField()
    known_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
