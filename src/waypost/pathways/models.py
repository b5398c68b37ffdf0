"""Records of pathways: services, referrals to them with every move, sessions; budgets, spends."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.pathways.budgeting import SpendStatus
from waypost.pathways.values import Came, Kind, Outcome, Status


class Service(models.Model):
    """What a provider offers: for whom, where, with how many places. Ended, never deleted."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id name provider kind places for_whom areas contact version entered_at "
        "entered_by_id ended_at",
    )
    name = models.CharField(max_length=120)
    provider = models.CharField(max_length=120)
    kind = models.CharField(max_length=30, choices=[(one.value, one.value) for one in Kind])
    places = models.IntegerField()
    for_whom = models.CharField(max_length=300, blank=True)
    areas = models.JSONField(default=list)  # boroughs; none: everywhere
    contact = models.CharField(max_length=200, blank=True)  # of the service, not of a person
    version = models.IntegerField(default=1)
    entered_at = models.DateTimeField()
    entered_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "provider"], name="service_once")]


class Referral(models.Model):
    """One person, referred to one service; at most one that is open."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person service status version referred_at referred_by_id answer_by accepted_at "
        "started_at ended_at outcome",
        sensitive="why over_why",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="referrals")
    why = models.TextField()
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Status], db_index=True
    )
    version = models.IntegerField(default=1)
    referred_at = models.DateTimeField()
    referred_by_id = models.BigIntegerField(null=True)
    answer_by = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    over_why = models.TextField(blank=True)  # started although no place was free
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(
        max_length=30, blank=True, choices=[(one.value, one.value) for one in Outcome]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "service"],
                condition=models.Q(status__in=["referred", "accepted", "started"]),
                name="referral_open_once",
            )
        ]


class ReferralMove(models.Model):
    """One thing that happened to a referral, with who and why."""

    declares = Columns(
        Retention.CASE,
        belongs="referral__person",
        plain="id referral at act from_status to_status officer_id",
        sensitive="words",
    )
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    words = models.TextField(blank=True)


class Session(models.Model):
    """That somebody came to a session, or did not; nothing of what was said in it."""

    declares = Columns(
        Retention.CASE,
        belongs="referral__person",
        plain="id referral at came recorded_at recorded_by_id",
    )
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="sessions")
    at = models.DateTimeField()
    came = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Came])
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["referral", "at"], name="session_once")]


class Budget(models.Model):
    """What may be spent on one person, in pence; committed: approved or paid."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person allocated_pence committed_pence changed_at changed_by_id",
        sensitive="why",
    )
    person = models.OneToOneField("orders.Person", on_delete=models.CASCADE, related_name="+")
    allocated_pence = models.IntegerField()
    committed_pence = models.IntegerField(default=0)
    why = models.TextField()
    changed_at = models.DateTimeField()
    changed_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(committed_pence__gte=0)
                & models.Q(committed_pence__lte=models.F("allocated_pence")),
                name="budget_not_overdrawn",
            )
        ]


class Spend(models.Model):
    """Something to be paid from a budget: asked for, decided by somebody else, paid."""

    declares = Columns(
        Retention.CASE,
        belongs="budget__person",
        plain="id budget pence status version asked_at asked_by_id receipt",
        sensitive="what",
    )
    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="spends")
    pence = models.IntegerField()
    what = models.TextField()
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in SpendStatus], db_index=True
    )
    version = models.IntegerField(default=1)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    receipt = models.CharField(max_length=120, blank=True)  # its reference


class SpendMove(models.Model):
    """One thing that happened to a spend, with who and why."""

    declares = Columns(
        Retention.CASE,
        belongs="spend__budget__person",
        plain="id spend at act from_status to_status officer_id",
        sensitive="words",
    )
    spend = models.ForeignKey(Spend, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    words = models.TextField(blank=True)
