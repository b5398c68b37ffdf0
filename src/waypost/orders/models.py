"""Records of what courts ask. Requirements, zones and activations are versions: a change is a new
row with *valid from* (when it binds) and *known at* (when we learnt it); nothing is overwritten.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from waypost.access.sealing import SealedDate, SealedFloat, SealedText
from waypost.columns import Columns, Retention
from waypost.orders.values import (
    AlcoholMode,
    BankHolidayDivision,
    BankHolidays,
    OrderKind,
    RequirementKind,
)


class Person(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="self",
        plain="id reference limited protected area known_at",
        personal="full_name born_on",
    )
    reference = models.CharField(max_length=80, unique=True)
    full_name = SealedText(max_length=200, blank=True)
    born_on = SealedDate(null=True, blank=True)
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


class Enrolment(models.Model):
    """That a person belongs to a programme (a pilot, a cohort), from-to: scope is answered from
    these rows, too."""

    declares = Columns(Retention.CASE, belongs="person", plain="id person programme from_at to_at")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="enrolments")
    programme = models.CharField(max_length=120, db_index=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "programme"], condition=models.Q(to_at=None),
                name="one_standing_enrolment",
            )
        ]  # fmt: skip


class DeclaredInterest(models.Model):
    """That an officer and a person know each other otherwise, from-to: meanwhile it is no case of
    the officer's, whatever their role carries (orders/interests.py)."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person officer declared_at declared_by_id ended_at ended_by_id",
        sensitive="words",
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="interests")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    words = models.CharField(max_length=300)
    declared_at = models.DateTimeField()
    declared_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "officer"], condition=models.Q(ended_at=None),
                name="one_standing_interest",
            )
        ]  # fmt: skip


class EmergencyAccess(models.Model):
    """That an officer opened a case which is not theirs, for some hours, with a reason: somebody
    else reviews each (oversight/emergencies.py)."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person officer from_at to_at review_due_at reviewed_at reviewed_by_id outcome",
        sensitive="words review_words",
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="emergencies")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    words = models.CharField(max_length=500)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(db_index=True)
    review_due_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=20, blank=True)  # oversight/values.py, EmergencyOutcome
    review_words = models.CharField(max_length=500, blank=True)


class WiderWindow(models.Model):
    """An authorisation: for a time, one officer may look at one person for one purpose over more
    than the purpose's window, or at more than bears on an order (orders/windows.py)."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person officer purpose hours whole status asked_at decided_at decided_by_id "
        "to_at",
        sensitive="words decided_words",
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="wider_windows")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    purpose = models.CharField(max_length=60)
    hours = models.PositiveIntegerField()  # the most that one look may cover
    whole = models.BooleanField(default=False)  # all fixes, not only those that bear on an order
    words = models.CharField(max_length=500)
    status = models.CharField(max_length=20)  # waiting, granted, refused, ended
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_words = models.CharField(max_length=500, blank=True)
    to_at = models.DateTimeField(null=True)  # when it ends, once granted


class Order(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id reference person kind from_at to_at known_at version convicted_on imposed_on "
        "court programme",
    )
    reference = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="orders")
    kind = models.CharField(max_length=40, choices=[(k.value, k.value) for k in OrderKind])
    convicted_on = models.DateField(null=True)
    imposed_on = models.DateField(null=True)
    court = models.CharField(max_length=120, blank=True)
    programme = models.CharField(max_length=120, blank=True)
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
        "valid_to known_at digest added withdrawn warning_m minimum_stay atv_limit release_on "
        "release_start release_end bank_holiday_division alcohol_mode alcohol_level_g_per_dl "
        "around_radius_m",
        sensitive="around excepted",
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
    warning_m = models.FloatField(null=True)
    minimum_stay = models.DurationField(null=True)
    atv_limit = models.DurationField(null=True)
    release_on = models.DateField(null=True)  # null: no hours of their own on the day of release
    release_start = models.CharField(max_length=5, blank=True)
    release_end = models.CharField(max_length=5, blank=True)
    bank_holiday_division = models.CharField(
        max_length=20,
        choices=[(k.value, k.value) for k in BankHolidayDivision],
        default=BankHolidayDivision.ENGLAND_AND_WALES.value,
    )
    alcohol_mode = models.CharField(
        max_length=20, choices=[(k.value, k.value) for k in AlcoholMode], blank=True
    )
    alcohol_level_g_per_dl = models.FloatField(null=True)
    around = models.CharField(max_length=80, blank=True)  # a protected person's reference
    around_radius_m = models.FloatField(null=True)
    excepted = models.CharField(max_length=300, blank=True)  # in words: no tag can see it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "order_reference", "reference", "version"],
                name="requirement_version_once",
            )
        ]


class TimetableEntry(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="requirement__person",
        plain="id requirement days start end bank_holidays from_date to_date every_weeks "
        "anchor_date",
    )
    requirement = models.ForeignKey(
        RequirementVersion, on_delete=models.CASCADE, related_name="timetable"
    )
    days = models.CharField(max_length=30)  # "MO TU"
    start = models.CharField(max_length=5)
    end = models.CharField(max_length=5)
    bank_holidays = models.CharField(
        max_length=10,
        choices=[(k.value, k.value) for k in BankHolidays],
        default=BankHolidays.AS_USUAL.value,
    )
    from_date = models.DateField(null=True)  # the first and the last date on which it may start
    to_date = models.DateField(null=True)
    every_weeks = models.IntegerField(default=1)
    anchor_date = models.DateField(null=True)


class AppointmentSeries(models.Model):
    declares = Columns(
        Retention.CASE,
        belongs="requirement__person",
        plain="id requirement rrule duration grace minimum_stay bank_holidays",
    )
    requirement = models.ForeignKey(
        RequirementVersion, on_delete=models.CASCADE, related_name="appointments"
    )
    rrule = models.TextField()
    duration = models.DurationField()
    grace = models.DurationField()
    minimum_stay = models.DurationField(null=True)
    bank_holidays = models.CharField(
        max_length=10,
        choices=[(k.value, k.value) for k in BankHolidays],
        default=BankHolidays.AS_USUAL.value,
    )


class AuthorisedAbsence(models.Model):
    """Time in which a requirement asks nothing: of a version, as its file said; or granted by an
    officer (absences.py), and then of every version of the requirement."""

    declares = Columns(
        Retention.CASE,
        belongs="requirement__person",
        plain="id requirement from_at to_at known_at made_by_id",
        sensitive="reason",
    )
    requirement = models.ForeignKey(
        RequirementVersion, on_delete=models.CASCADE, related_name="exceptions"
    )
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    known_at = models.DateTimeField(null=True)  # null: known with its version, from a file
    made_by_id = models.BigIntegerField(null=True)


class WithheldAddress(models.Model):
    """An address of a protected person that one wearer must not learn, from-to.

    No fixed zone of that wearer may be centred on it (withheld.py); it is never shown to them.
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person kept_from from_at to_at known_at",
        location="lat lon",
    )
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="withheld_addresses"
    )  # whose address it is
    kept_from = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    lat = SealedFloat()
    lon = SealedFloat()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()


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
