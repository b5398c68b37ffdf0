"""The outbox: who is to be told what, written in the transaction that made it true."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class Notice(models.Model):
    """One message to one officer about one step; sent exactly once however often it is retried."""

    declares = Columns(
        Retention.CASE,
        plain="id about step channel officer_id template status attempts try_after made_at sent_at "
        "failure",
        sensitive="words",
    )
    about = models.CharField(max_length=80)  # "alert:17"
    step = models.CharField(max_length=40)  # raised, escalated, withdrawn
    channel = models.CharField(max_length=20)  # mail
    officer_id = models.BigIntegerField()
    template = models.CharField(max_length=60)
    words = models.JSONField(default=dict)  # what fills the template
    status = models.CharField(max_length=20, default="waiting")  # waiting sending sent failed
    attempts = models.IntegerField(default=0)
    try_after = models.DateTimeField(db_index=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about", "step", "channel", "officer_id"], name="notice_once"
            )
        ]
