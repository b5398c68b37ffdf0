"""Records of what courts ask. Requirements, zones and activations are versions: a change is a new
row with *valid from* (when it binds) and *known at* (when we learnt it); nothing is overwritten.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from waypost.columns import Columns, Retention
from waypost.orders.values import OrderKind, RequirementKind


class Person(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="self",
        plain="id reference limited protected area known_at",
        personal="full_name born_on",
    )
    reference = models.CharField(max_length=80, unique=True)
    full_name = models.CharField(max_length=200, blank=True)
    born_on = models.DateField(null=True, blank=True)
    area = models.CharField(max_length=120, blank=True)  # borough
    limited = models.BooleanField(default=False)  # limited access: named staff only
    protected = models.BooleanField(default=False)  # no wearer: somebody a wearer keeps away from
    known_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.reference


class Caseload(models.Model):
    """Who is responsible for whom, from-to. Scope (`access`) is answered from these rows."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person officer team from_at to_at named",
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="caseloads")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    team = models.ForeignKey("access.Team", null=True, on_delete=models.PROTECT)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    named = models.BooleanField(default=False)  # named staff for a limited-access person


class Order(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id reference person kind from_at to_at known_at version",
    )
    reference = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="orders")
    kind = models.CharField(max_length=40, choices=[(k.value, k.value) for k in OrderKind])
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "reference", "version"], name="order_version_once"
            )
        ]


class ZoneVersion(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="requirement__person",
        plain="id requirement place radius_m width_m valid_from known_at",
        location="geometry",
    )
    requirement = models.ForeignKey(
        "RequirementVersion", on_delete=models.CASCADE, related_name="zones"
    )
    place = models.IntegerField(default=0)  # order among several addresses
    geometry = models.JSONField()  # GeoJSON, lon lat
    radius_m = models.FloatField(null=True)
    width_m = models.FloatField(null=True)
    valid_from = models.DateTimeField()
    known_at = models.DateTimeField()


class RequirementVersion(models.Model):
    """One requirement as it stood. The current one is the highest version of its reference in its
    order (two orders of one person may each have an R1).

    A variation is a new version with its own `valid_from`; a correction one with the old
    `valid_from`. `digest` (of the requirement's canonical JSON) makes imports idempotent.
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id reference person order_reference version kind timezone from_at to_at valid_from "
        "valid_to known_at digest added withdrawn",
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="requirements")
    order_reference = models.CharField(max_length=80)
    reference = models.CharField(max_length=80)
    version = models.IntegerField(default=1)
    kind = models.CharField(max_length=40, choices=[(k.value, k.value) for k in RequirementKind])
    timezone = models.CharField(max_length=60, default="Europe/London")
    from_at = models.DateTimeField(null=True)  # null: the order's
    to_at = models.DateTimeField(null=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    added = models.BooleanField(default=False)  # to an order known before: judges no past
    withdrawn = models.BooleanField(default=False)  # taken out of the order by this version

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "order_reference", "reference", "version"],
                name="requirement_version_once",
            )
        ]


class TimetableEntry(models.Model):
    declares = Columns(
        Retention.CASE, belongs="requirement__person", plain="id requirement days start end"
    )
    requirement = models.ForeignKey(
        RequirementVersion, on_delete=models.CASCADE, related_name="timetable"
    )
    days = models.CharField(max_length=30)  # "MO TU"
    start = models.CharField(max_length=5)
    end = models.CharField(max_length=5)


class AppointmentSeries(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="requirement__person",
        plain="id requirement rrule duration grace",
    )
    requirement = models.ForeignKey(
        RequirementVersion, on_delete=models.CASCADE, related_name="appointments"
    )
    rrule = models.TextField()
    duration = models.DurationField()
    grace = models.DurationField()


class AuthorisedAbsence(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="requirement__person",
        plain="id requirement from_at to_at",
        sensitive="reason",
    )
    requirement = models.ForeignKey(
        RequirementVersion, on_delete=models.CASCADE, related_name="exceptions"
    )
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    reason = models.TextField(blank=True)


class Activation(models.Model):
    """This device on this person, from-to. Log, lake and judgements are keyed by `id`."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id reference person device_reference from_at to_at known_at version",
    )
    reference = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="activations")
    device_reference = models.CharField(max_length=80, db_index=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="activation_once"),
        ]


class ActivationVersion(models.Model):
    """What an activation said before it was changed (ended, corrected)."""

    declares = Columns(
        Retention.CASE,
        belongs="activation__person",
        plain="id activation version device_reference from_at to_at known_at",
    )
    activation = models.ForeignKey(Activation, on_delete=models.CASCADE, related_name="versions")
    version = models.IntegerField()
    device_reference = models.CharField(max_length=80)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activation", "version"], name="activation_version_once"
            )
        ]


class OrdersHead(models.Model):
    """One row: raised in every transaction that changes what is asked or who wears what.

    The gateway and the worker keep orders in memory and look here to see that they are current.
    """

    declares = Columns(Retention.OPERATIONS, plain="id version")
    version = models.BigIntegerField(default=0)
