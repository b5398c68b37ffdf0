"""Records of what the provider was told: exactly these words, when, and what it said."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.contracts.values import Act, Status, What


class ToldSince(models.Model):
    """From when changes of orders are told: one row, written by the migration. What was known
    before, the provider had by other ways."""

    declares = Columns(Retention.OPERATIONS, plain="id at taken_to")
    at = models.DateTimeField()
    taken_to = models.DateTimeField()  # changes known up to here have been taken up


class Contract(models.Model):
    """One order as it was told: `content` is the order as the orders file writes it.

    known_at  of the change that it tells; since_at: since when it has its status
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person order_reference number what known_at sent_at status since_at version "
        "sha256 late_told",
        location="content",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    order_reference = models.CharField(max_length=80)
    number = models.IntegerField()  # of the order's contracts, the first 1
    what = models.CharField(max_length=10, choices=[(one.value, one.value) for one in What])
    known_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Status])
    since_at = models.DateTimeField()
    version = models.IntegerField(default=1)  # raised by every step
    late_told = models.IntegerField(default=0)  # the version of which the duty officer was told
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "order_reference", "number"], name="contract_once"
            )
        ]


class ContractStep(models.Model):
    """What was done with it, by whom."""

    declares = Columns(
        Retention.CASE,
        belongs="contract__person",
        plain="id contract act at officer_id",
        sensitive="words",
    )
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="steps")
    act = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Act])
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    words = models.TextField(blank=True)
