"""The outbox: who is to be told what, written in the transaction that made it true; how people may
be reached; an agency's own texts; how each channel does; alarms of the machine itself.
"""

from __future__ import annotations

from django.db import models

from waypost.access.sealing import SealedText
from waypost.columns import Columns, Retention
from waypost.notices.values import Takes, Weight


class Notice(models.Model):
    """One message to one recipient about one step; sent once however often it is retried."""

    declares = Columns(
        Retention.CASE,
        plain="id about step recipient channel officer_id person_id weight template status "
        "attempts try_after made_at sent_at delivered_at failure parcel passed reference claim "
        "language until_at",
        sensitive="words",
    )
    about = models.CharField(max_length=80, db_index=True)  # "alert:17"
    step = models.CharField(max_length=40)  # raised, escalated, withdrawn
    recipient = models.CharField(max_length=40)  # officer:5, person:7, duty
    channel = models.CharField(max_length=20, blank=True)  # the one it last left by
    officer_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    weight = models.IntegerField(default=Weight.SOON)
    template = models.CharField(max_length=60)
    words = models.JSONField(default=dict)  # what fills the template
    language = models.CharField(max_length=8, blank=True)  # it was told in
    status = models.CharField(max_length=20, default="waiting")  # values.Status
    attempts = models.IntegerField(default=0)  # on this channel
    try_after = models.DateTimeField()  # sent: when to ask what became of it
    made_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)  # then it is of no use and is called off
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)
    parcel = models.CharField(max_length=60, blank=True, db_index=True)  # the key it left under
    passed = models.JSONField(default=list)  # channels that were given up for it
    reference = models.CharField(max_length=120, blank=True)  # the channel's own number
    claim = models.CharField(max_length=40, blank=True, db_index=True)  # of the worker sending it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about", "step", "recipient"], name="notice_once")
        ]
        indexes = [models.Index(fields=["status", "weight", "try_after"])]


class ContactPreference(models.Model):
    """A way to reach an officer or a person, from-to. Ended, never deleted."""

    declares = Columns(
        Retention.CASE,
        plain="id officer_id person_id channel takes language from_at to_at quiet_from quiet_to "
        "timezone digest_minutes known_at made_by_id ended_by_id",
        personal="address",
    )
    officer_id = models.BigIntegerField(null=True, db_index=True)
    person_id = models.BigIntegerField(null=True, db_index=True)
    channel = models.CharField(max_length=20)
    address = SealedText(max_length=200)
    takes = models.CharField(max_length=10, default=Takes.ALL)
    language = models.CharField(max_length=8, default="en")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    quiet_from = models.TimeField(null=True)  # on the wall, in `timezone`
    quiet_to = models.TimeField(null=True)
    timezone = models.CharField(max_length=60, default="Europe/London")
    digest_minutes = models.IntegerField(default=0)
    known_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    ended_by_id = models.BigIntegerField(null=True)


class TemplateVersion(models.Model):
    """An agency's own text in place of one held in the code; the highest version is in force, and
    one without a text gives the word back to the code."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id name language version subject text short made_at made_by_id",
    )
    name = models.CharField(max_length=60)
    language = models.CharField(max_length=8, default="en")
    version = models.IntegerField()
    subject = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    short = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "language", "version"], name="template_version_once"
            )
        ]


class ChannelState(models.Model):
    """How a channel does: what it is judged alive or dead by."""

    declares = Columns(
        Retention.OPERATIONS,
        plain="channel failures_in_row last_sent_at last_failed_at failure dead_since",
    )
    channel = models.CharField(max_length=20, primary_key=True)
    failures_in_row = models.IntegerField(default=0)
    last_sent_at = models.DateTimeField(null=True)
    last_failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)
    dead_since = models.DateTimeField(null=True)


class Alarm(models.Model):
    """Something wrong with Waypost itself, from-to: a dead channel, silence."""

    declares = Columns(
        Retention.OPERATIONS, plain="id kind subject because from_at to_at open_subject"
    )
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=60, blank=True)  # the channel, the protocol
    because = models.CharField(max_length=300)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)
    open_subject = models.CharField(max_length=110, null=True, unique=True)  # null once over
