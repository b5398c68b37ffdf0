"""Records of work behind: what falls due when, and jobs to run."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class Due(models.Model):
    """Something that must happen at a time though nothing arrives: a curfew edge, an expected fix.

    One row per (kind, subject); the worker fires it when `due_at` is past, in the transaction that
    does what is due and moves or removes the row.
    """

    declares = Columns(Retention.OPERATIONS, plain="id kind subject due_at detail")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)  # id of what is due, meaning given by kind
    due_at = models.DateTimeField(db_index=True)
    detail = models.JSONField(default=dict)  # ids and instants only

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="due_once")]


class Job(models.Model):
    """Work that outlives a request. Picked by one worker, retried, its progress shown."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id kind arguments status progress attempts run_after made_at started_at ended_at "
        "officer_id version",
        sensitive="message",
    )
    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)  # ids only
    status = models.CharField(max_length=20, default="waiting")  # waiting running done failed
    progress = models.FloatField(default=0.0)
    message = models.TextField(blank=True)
    attempts = models.IntegerField(default=0)
    run_after = models.DateTimeField(db_index=True)
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    officer_id = models.BigIntegerField(null=True)
    version = models.IntegerField(default=0)
