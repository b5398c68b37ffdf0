"""Records of an order's life: steps that people took, and programmes. Rows are added."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.life.values import Act
from waypost.orders.law import Authority


class OrderStep(models.Model):
    """One thing that was done with an order: by whom, on whose decision, from when.

    until    of a suspension: when it ends by itself; cut short, it says so in `resumed_at`
    changes  of a variation: [requirement reference, change, change ...]
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person order_reference act at until resumed_at known_at made_by_id authority "
        "reference law consent changes team_id",
        sensitive="words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    order_reference = models.CharField(max_length=80)
    act = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Act])
    at = models.DateTimeField()  # when it takes effect
    until = models.DateTimeField(null=True)
    resumed_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    authority = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Authority], blank=True
    )
    reference = models.CharField(max_length=80, blank=True)  # the decision's own
    law = models.CharField(max_length=200, blank=True)
    consent = models.BooleanField(default=False)
    changes = models.JSONField(default=list)
    team_id = models.BigIntegerField(null=True)  # of a transfer: the team it goes to
    words = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "order_reference"])]


class ProgrammeVersion(models.Model):
    """A programme as it stood; the current one is the highest version of its name."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id name version instrument courts boroughs kinds impose_from impose_to monitor_to "
        "places made_at made_by_id words",
    )
    name = models.CharField(max_length=120)
    version = models.IntegerField()
    instrument = models.TextField()
    courts = models.JSONField(default=list)
    boroughs = models.JSONField(default=list)
    kinds = models.JSONField(default=list)
    impose_from = models.DateField()
    impose_to = models.DateField(null=True)
    monitor_to = models.DateField(null=True)
    places = models.IntegerField(null=True)
    words = models.CharField(max_length=300, blank=True)  # why it was changed
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="programme_version_once")
        ]
