"""Answers about oneself, in versions. The answers are sealed as one; nothing here is asked for by
what it says."""

from __future__ import annotations

from django.db import models

from waypost.access.sealing import SealedText
from waypost.columns import Columns, Retention
from waypost.equality.values import How


class SelfDescription(models.Model):
    """What one person said of themself, as of one day. Taken back: the answers of every version are
    emptied, and only that somebody was asked stays."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person version how made_at made_by_id withdrawn_at",
        sensitive="answers",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    version = models.IntegerField()
    answers = SealedText(blank=True)  # JSON: {question: [codes]}
    how = models.CharField(max_length=10, choices=[(h.value, h.value) for h in How])
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "version"], name="self_description_version_once"
            )
        ]
