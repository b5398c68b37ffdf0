"""Records of pathways: services, referrals to them with every move, sessions."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
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
