"""Records of what was tried, on whom, and to which order it was attached as evidence."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class WhatIf(models.Model):
    """A draft requirement tried on a person, or on a cohort, and what it would have meant.

    The result holds counts, hours and times of the week; no place, no track. The draft's zone is a
    place, but the draft's own, not the person's.
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person cohort order_kind digest status asked_at officer_id from_at to_at "
        "revision_id rules_version code_version lake_version log_position person_ids done_count "
        "ended_at version message",
        personal="title",  # an officer's words
        location="draft",
        sensitive="result",
    )
    title = models.CharField(max_length=120, blank=True)
    person = models.ForeignKey("orders.Person", null=True, on_delete=models.CASCADE)
    cohort = models.JSONField(default=dict)  # of whom: {"area", "order_kind"}; {} for a person
    order_kind = models.CharField(max_length=40)
    draft = models.JSONField()  # the requirement, as the orders file writes it
    digest = models.CharField(max_length=64)  # of draft and order kind: the same was tried
    status = models.CharField(max_length=20, default="waiting")
    asked_at = models.DateTimeField()  # only what had been received by then is read
    officer_id = models.BigIntegerField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    revision_id = models.BigIntegerField(null=True)  # the rules' numbers in force when asked
    rules_version = models.CharField(max_length=20)
    code_version = models.CharField(max_length=60)
    lake_version = models.BigIntegerField(null=True)
    log_position = models.BigIntegerField(null=True)
    person_ids = models.JSONField(default=list)  # numbers of a cohort's persons, when asked
    done_count = models.IntegerField(default=0)
    result = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    message = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "asked_at"])]


class WhatIfAttachment(models.Model):
    """A try given as evidence beside an order, or a proposal of one. Only ever added."""

    declares = Columns(
        Retention.CASE,
        belongs="whatif__person",
        plain="id whatif order_reference officer_id at",
        sensitive="reason",
    )
    whatif = models.ForeignKey(WhatIf, on_delete=models.CASCADE, related_name="attachments")
    order_reference = models.CharField(max_length=80)
    officer_id = models.BigIntegerField()
    at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["whatif", "order_reference"], name="whatif_attached_once"
            )
        ]
