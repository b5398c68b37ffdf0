"""Records of asking first: what was asked, and what became of it, act by act."""

from __future__ import annotations

from django.db import models

from waypost.asking.values import Status, Why
from waypost.columns import Columns, Retention


class AbsenceRequest(models.Model):
    """A wearer asks to be away in [from_at, to_at).

    touches        [[order, requirement]] that asked something in that time, as it was asked
    granted_from   what was granted, where it was; absence_ids: the absences of orders made of it
    own            False: an officer wrote it down for a wearer without a phone
    stand_in_at    when the monitoring centre was told
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person why from_at to_at urgent asked_at asked_by_id own status version "
        "answer_by touches granted_from granted_to absence_ids decided_at decided_by_id "
        "stand_in_at",
        sensitive="words evidence answer",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Why])
    words = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    urgent = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    own = models.BooleanField(default=True)
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Status], default=Status.WAITING
    )
    version = models.IntegerField(default=1)
    answer_by = models.DateTimeField()
    touches = models.JSONField(default=list)
    answer = models.TextField(blank=True)
    granted_from = models.DateTimeField(null=True)
    granted_to = models.DateTimeField(null=True)
    absence_ids = models.JSONField(default=list)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    stand_in_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "asking_absence_request"
        indexes = [models.Index(fields=["status", "from_at"], name="absence_open_first")]


class RequestMove(models.Model):
    """One act on a request, with who did it."""

    declares = Columns(
        Retention.CASE,
        belongs="request__person",
        plain="id request at act from_status to_status officer_id",
        sensitive="words",
    )
    request = models.ForeignKey(AbsenceRequest, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    officer_id = models.BigIntegerField(null=True)
    words = models.TextField(blank=True)

    class Meta:
        db_table = "asking_request_move"
