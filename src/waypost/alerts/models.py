"""Records of alerts: the alert as it stands, every move it made, the version the inbox watches."""

from __future__ import annotations

from django.db import models

from waypost.alerts.values import AlertKind, Status
from waypost.columns import Columns, Retention


class Alert(models.Model):
    """One open alert per person and subject (a requirement, or a kind of tag state)."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person subject requirement_reference kind status certainty urgency from_at "
        "raised_at touched_at closed_at version violation_id owner_id outcome open_subject",
        sensitive="headline",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    subject = models.CharField(max_length=120)  # "requirement:R1" or "tag:strap_tamper"
    open_subject = models.CharField(max_length=160, null=True, unique=True)  # null once closed
    requirement_reference = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=40, choices=[(k.value, k.value) for k in AlertKind])
    status = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Status])
    certainty = models.CharField(max_length=20)
    urgency = models.IntegerField()  # higher first; alerts/urgency.py says from what
    headline = models.CharField(max_length=300)
    from_at = models.DateTimeField()
    raised_at = models.DateTimeField(db_index=True)
    touched_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    violation_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=40, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["status", "-urgency", "raised_at"])]


class AlertViolation(models.Model):
    """Which violations an alert speaks of; each belongs to one alert, so none alerts twice."""

    declares = Columns(
        Retention.CASE,
        belongs="alert__person",
        plain="id alert violation_id added_at certainty withdrawn ended",
    )
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="violations")
    violation_id = models.BigIntegerField(unique=True)
    added_at = models.DateTimeField()
    certainty = models.CharField(max_length=20)  # as last told to the alert
    withdrawn = models.BooleanField(default=False)
    ended = models.BooleanField(default=False)


class AlertReport(models.Model):
    """Which reports of a tag an alert speaks of: the same report sent again alerts nobody."""

    declares = Columns(
        Retention.CASE,
        belongs="alert__person",
        plain="id alert activation_id content_key measured_at added_at",
    )
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="reports")
    activation_id = models.BigIntegerField()
    content_key = models.BigIntegerField()
    measured_at = models.DateTimeField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["activation_id", "measured_at", "content_key"], name="alert_report_once"
            )
        ]


class AlertMove(models.Model):
    """One thing that happened to an alert: a move of status, a note, a growth."""

    declares = Columns(
        Retention.CASE,
        belongs="alert__person",
        plain="id alert at what from_status to_status officer_id",
        sensitive="note",
    )
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="moves")
    at = models.DateTimeField()
    what = models.CharField(max_length=30)  # raised grown acknowledged noted closed reopened ...
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20, blank=True)
    officer_id = models.BigIntegerField(null=True)
    note = models.TextField(blank=True)


class InboxVersion(models.Model):
    """One row, raised in every transaction that changes an alert; live pages watch it."""

    declares = Columns(Retention.OPERATIONS, plain="id version changed_at")
    version = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(null=True)
