"""Records of the log: entries of Arrow batches, raw messages, sealed rows, imports under way."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention


class LogEntry(models.Model):
    """One commit: two Arrow IPC streams (`schema.FIXES`, `schema.EVENTS`), compressed.

    `position` is taken under the log's lock, so positions become visible in order.
    """

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="",  # many persons a row; forgetting rewrites entries by activation
        plain="position committed_at source fix_count event_count",
        location="fixes events",
    )
    position = models.BigIntegerField(primary_key=True)
    committed_at = models.DateTimeField()
    source = models.CharField(max_length=40)
    fix_count = models.IntegerField()
    event_count = models.IntegerField()
    fixes = models.BinaryField()
    events = models.BinaryField()


class LogHead(models.Model):
    """One row: the last position given out. Entries leave the log; positions never come back."""

    declares = Columns(Retention.OPERATIONS, plain="id position")
    position = models.BigIntegerField(default=0)


class RawMessage(models.Model):
    """A message as it came over the wire, encrypted with its activation's key.

    `id` is log position * 2**20 + place in the commit, so a fix can point to it before it is saved.
    """

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="activation__person",
        plain="id activation received_day protocol sha256",
        location="payload",
    )
    id = models.BigIntegerField(primary_key=True)
    activation = models.ForeignKey("orders.Activation", on_delete=models.CASCADE)
    received_day = models.DateField(db_index=True)
    protocol = models.CharField(max_length=20)
    sha256 = models.BinaryField()
    payload = models.BinaryField()


class ActivationKey(models.Model):
    """The key of an activation's raw messages, wrapped by the installation's; destroy to forget."""

    declares = Columns(
        Retention.WHEREABOUTS,
        belongs="activation__person",
        plain="activation made_at",
        sensitive="wrapped",
    )
    activation = models.OneToOneField(
        "orders.Activation", on_delete=models.CASCADE, primary_key=True
    )
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()


class SealedRows(models.Model):
    """Fixes and events measured when no order was live: never judged, matched or shown."""

    declares = Columns(
        Retention.QUARANTINE,
        belongs="activation__person",
        plain="id activation received_at earliest_at latest_at row_count delete_on",
        location="payload",
    )
    activation = models.ForeignKey("orders.Activation", on_delete=models.CASCADE)
    received_at = models.DateTimeField()
    earliest_at = models.DateTimeField()
    latest_at = models.DateTimeField()
    row_count = models.IntegerField()
    payload = models.BinaryField()  # encrypted Arrow
    delete_on = models.DateField(db_index=True)


class LakeImport(models.Model):
    """A bulk import: written before the lake is touched, ended after the persons are marked.

    A crash in between leaves it open; the worker finds it and marks the persons again.
    """

    declares = Columns(
        Retention.OPERATIONS,
        plain="id digest started_at lake_version ended_at row_count new_count touched newest "
        "officer_id",
    )
    digest = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    lake_version = models.BigIntegerField(null=True)
    row_count = models.BigIntegerField(default=0)
    new_count = models.BigIntegerField(default=0)
    touched = models.JSONField(default=dict)  # activation number -> earliest instant, us
    newest = models.JSONField(default=dict)  # number -> [newest usable fix or null, receipt], us
    officer_id = models.BigIntegerField(null=True)


class Forgotten(models.Model):
    """What a tag measured in [from_at, to_at) was deleted and is not let in again (forgotten.py).

    `number` is that of an activation that may be gone, and with it whose it was.
    """

    declares = Columns(
        Retention.OPERATIONS, plain="id number device_reference from_at to_at deletion made_at"
    )
    number = models.BigIntegerField(db_index=True)
    device_reference = models.CharField(max_length=80)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    deletion = models.BigIntegerField()  # keeping.Deletion
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "deletion"], name="forgotten_once")
        ]
