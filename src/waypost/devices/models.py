"""Records of what speaks: tags, messages nobody is known to have sent, deliveries answered."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class Device(models.Model):
    declares = Columns(
        Retention.OPERATIONS, plain="id reference kind status known_at last_heard_at protocol"
    )
    reference = models.CharField(max_length=80, unique=True)  # the id the tag itself reports
    kind = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=20, default="stock")  # stock fitted faulty returned
    protocol = models.CharField(max_length=20, blank=True)
    known_at = models.DateTimeField()
    last_heard_at = models.DateTimeField(null=True)


class QuarantinedMessage(models.Model):
    """A message from an unknown tag, or one that could not be read: kept whole, never dropped."""

    declares = Columns(
        Retention.QUARANTINE,
        plain="id device_reference protocol received_at reason settled_at settled_by_id "
        "settled_how",
        location="payload",
    )
    device_reference = models.CharField(max_length=80, db_index=True)
    protocol = models.CharField(max_length=20)
    received_at = models.DateTimeField(db_index=True)
    reason = models.CharField(max_length=200)
    payload = models.BinaryField()  # encrypted
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.BigIntegerField(null=True)
    settled_how = models.CharField(max_length=200, blank=True)


class BatchDelivery(models.Model):
    """An idempotent JSON batch already taken, with the answer it got."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="id client key digest received_at log_position",
        location="answer",  # repeats what was wrong with refused rows
    )
    client = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    answer = models.JSONField()
    log_position = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="delivery_once")]
