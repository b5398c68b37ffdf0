"""Records of alerts: the alert as it stands, every move it made, the version the inbox watches."""

from __future__ import annotations

from django.db import models

from waypost.alerts.values import AlertKind, DutyRole, RiskKind, Status
from waypost.columns import Columns, Retention


class Alert(models.Model):
    """One open alert per person and subject (a requirement, or a kind of tag state)."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person incident subject requirement_reference kind status certainty urgency "
        "from_at raised_at touched_at closed_at version violation_id owner_id outcome open_subject "
        "attend_by escalated snoozed_until",
        sensitive="headline because",
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
    incident = models.ForeignKey(
        "Incident", null=True, on_delete=models.SET_NULL, related_name="alerts"
    )
    because = models.JSONField(default=list)  # sentences: why it is so urgent (harm.py)
    attend_by = models.DateTimeField(null=True, db_index=True)  # the target; null once attended
    escalated = models.IntegerField(default=0)  # how many have been told that nobody came
    snoozed_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["status", "-urgency", "raised_at"])]


class Incident(models.Model):
    """One story of one person: alerts that belong together (incidents.py). Open while one is."""

    declares = Columns(
        Retention.CASE, belongs="person", plain="id person opened_at touched_at closed_at"
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    opened_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, db_index=True)


class RiskMarker(models.Model):
    """What a practitioner recorded of the harm a person may do or come to, from-to."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person from_at to_at known_at made_by_id ended_by_id",
        sensitive="kind words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="risks")
    kind = models.CharField(max_length=40, choices=[(k.value, k.value) for k in RiskKind])
    words = models.CharField(max_length=300, blank=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    ended_by_id = models.BigIntegerField(null=True)


class Suspension(models.Model):
    """A time agreed beforehand (hospital, funeral) in which alerts of a person are recorded and
    call nobody; a call for help always does."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person from_at to_at ended_at known_at made_by_id",
        sensitive="reason",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300)


class Duty(models.Model):
    """Who is on duty for what, from-to: the rota, by which alerts nobody attends climb."""

    declares = Columns(
        Retention.OPERATIONS, plain="id officer_id role from_at to_at known_at made_by_id"
    )
    officer_id = models.BigIntegerField()
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in DutyRole])
    from_at = models.DateTimeField(db_index=True)
    to_at = models.DateTimeField()
    known_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)


class HandOver(models.Model):
    """What one shift gave the next: which alerts were open, and words about them."""

    declares = Columns(
        Retention.CASE,
        plain="id at from_officer_id to_officer_id taken_at alert_ids",
        sensitive="words notes",
    )
    at = models.DateTimeField()
    from_officer_id = models.BigIntegerField()
    to_officer_id = models.BigIntegerField()
    taken_at = models.DateTimeField(null=True)  # when the other said that they have it
    alert_ids = models.JSONField(default=list)
    words = models.TextField(blank=True)
    notes = models.JSONField(default=dict)  # alert id as text -> why it is open


class StepDone(models.Model):
    """A step of an alert's playbook, with when, by whom and what came of it."""

    declares = Columns(
        Retention.CASE,
        belongs="alert__person",
        plain="id alert step at officer_id result",
        sensitive="note",
    )
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=40)  # of playbooks.py
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    result = models.CharField(max_length=40)
    note = models.TextField(blank=True)


class Account(models.Model):
    """What the wearer says of it, with evidence; and whether that was found reasonable, by whom."""

    declares = Columns(
        Retention.CASE,
        belongs="alert__person",
        plain="id alert at taken_by_id reasonable decided_at decided_by_id absence_id",
        sensitive="given_by words evidence why",
    )
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="accounts")
    at = models.DateTimeField()
    taken_by_id = models.BigIntegerField(null=True)
    given_by = models.CharField(max_length=120)  # the wearer, their solicitor
    words = models.TextField()
    evidence = models.CharField(max_length=300, blank=True)  # what was shown, and where it lies
    reasonable = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    why = models.TextField(blank=True)
    absence_id = models.BigIntegerField(null=True)  # the authorised absence made from it


class Contest(models.Model):
    """An upheld alert that the wearer or their solicitor disputes: another officer decides."""

    declares = Columns(
        Retention.CASE,
        belongs="alert__person",
        plain="id alert at review_by decided_at decided_by_id stands counts_meanwhile",
        sensitive="raised_by words why risk_why",
    )
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="contests")
    at = models.DateTimeField()
    raised_by = models.CharField(max_length=120)
    words = models.TextField()
    review_by = models.DateTimeField()
    counts_meanwhile = models.BooleanField(default=False)  # only with a risk that is recorded
    risk_why = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    stands = models.BooleanField(null=True)
    why = models.TextField(blank=True)


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
        plain="id alert activation_id content_key measured_at added_at kind",
    )
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="reports")
    activation_id = models.BigIntegerField()
    content_key = models.BigIntegerField()
    measured_at = models.DateTimeField()
    added_at = models.DateTimeField()
    kind = models.CharField(max_length=40, blank=True)  # positions.values.EventKind

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


class AtvStage(models.Model):
    """Which stage of accumulated time violation has been told of one curfew (rules.atv.Stage)."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person order_reference requirement_reference stage changed_at",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    order_reference = models.CharField(max_length=80)
    requirement_reference = models.CharField(max_length=80)
    stage = models.IntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "order_reference", "requirement_reference"],
                name="atv_stage_once",
            )
        ]


class InboxVersion(models.Model):
    """One row, raised in every transaction that changes an alert; live pages watch it.

    presence   raised when somebody comes to an alert or leaves it, which changes no alert
    """

    declares = Columns(Retention.OPERATIONS, plain="id version changed_at presence")
    version = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(null=True)
    presence = models.BigIntegerField(default=0)


class AlertPresence(models.Model):
    """Who has an alert open now (presence.py): counts for seconds, is deleted within minutes."""

    declares = Columns(
        Retention.OPERATIONS, belongs="alert__person", plain="id alert officer_id doing seen_at"
    )
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="+")
    officer_id = models.BigIntegerField()
    doing = models.CharField(max_length=10)  # presence.Doing
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "officer_id"], name="presence_once")
        ]


class Answering(models.Model):
    """An officer said for a shift that they look for the purpose of answering alerts."""

    declares = Columns(Retention.AUDIT, plain="id officer_id from_at to_at ended_at")
    officer_id = models.BigIntegerField(db_index=True)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
