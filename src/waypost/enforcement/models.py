"""Records of enforcement: a case of one order, what it rests on, each step with who and why."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.enforcement.values import Step


class BreachCase(models.Model):
    """What follows from upheld alerts under one order. Only a proposal takes on more of them."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person order_reference order_kind opened_at step step_at due_at due_source "
        "hearing_at version closed_at proposal_key chased fell_told seen_police_at",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE)
    order_reference = models.CharField(max_length=80)
    order_kind = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    step = models.CharField(max_length=30, choices=[(s.value, s.value) for s in Step])
    step_at = models.DateTimeField()  # when the last step took effect
    due_at = models.DateTimeField(null=True, db_index=True)  # by when the next one is to be taken
    due_source = models.CharField(max_length=120, blank=True)  # who says so
    hearing_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    closed_at = models.DateTimeField(null=True)
    proposal_key = models.CharField(max_length=120, null=True, unique=True)  # null once decided
    chased = models.IntegerField(default=0)  # on how many days it was overdue, and told
    fell_told = models.BooleanField(default=False)  # that nothing of it stands was told
    seen_police_at = models.DateTimeField()  # what the police did until then is written down


class CaseGround(models.Model):
    """An upheld alert that a case rests on."""

    declares = Columns(
        Retention.CASE,
        belongs="case__person",
        plain="id case alert_id failed_at upheld_at requirement_reference added_at",
    )
    case = models.ForeignKey(BreachCase, on_delete=models.CASCADE, related_name="grounds")
    alert_id = models.BigIntegerField(db_index=True)
    failed_at = models.DateTimeField()  # when the failure began
    upheld_at = models.DateTimeField()  # upheld anew later, it may found another case
    requirement_reference = models.CharField(max_length=80, blank=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "alert_id"], name="case_ground_once")
        ]


class StepTaken(models.Model):
    """One step of a case. Never altered: a mistake is another step, with why."""

    declares = Columns(
        Retention.CASE,
        belongs="case__person",
        plain="id case step at recorded_at officer_id outcome counted warned_step_id document_ids "
        "hearing_at was_due_at recipients",
        sensitive="words reference decided_by",
    )
    case = models.ForeignKey(BreachCase, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=30, choices=[(s.value, s.value) for s in Step])
    at = models.DateTimeField()  # when it took effect: a warning, when it was given
    recorded_at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)  # who wrote it down; null: the machine
    decided_by = models.CharField(max_length=200, blank=True)  # who decided it elsewhere
    outcome = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    reference = models.CharField(max_length=120, blank=True)  # the court's, the force's, PPCS's
    hearing_at = models.DateTimeField(null=True)
    was_due_at = models.DateTimeField(null=True)
    counted = models.JSONField(default=list)  # alerts that counted when it was taken
    warned_step_id = models.BigIntegerField(null=True)  # the warning that made it a referral
    recipients = models.JSONField(default=list)
    document_ids = models.JSONField(default=list)
