"""Records of keeping: periods, holds, deletions with their proof, backups, requests for one's own
data and what is left out of it.

A deletion names a person by number alone: the record it was is gone, and the proof must not bring
it back.
"""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.keeping.values import Scope, Status, Step, Withheld


class PeriodRevision(models.Model):
    """An agency's own period: written by one officer, in force once a second has approved it."""

    declares = Columns(
        Retention.REFERENCE,
        plain="id retention kind months days from_on made_at made_by_id approved_at approved_by_id "
        "refused_at",
        sensitive="reason",
    )
    retention = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Retention]
    )
    kind = models.CharField(max_length=40, blank=True)  # of order; "": every kind
    months = models.IntegerField()
    days = models.IntegerField()
    from_on = models.DateField()
    reason = models.TextField()
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    refused_at = models.DateTimeField(null=True)


class Switch(models.Model):
    """The recorded decision that what is due is deleted, or (off) only shown. The last holds."""

    declares = Columns(Retention.REFERENCE, plain="id at is_on made_by_id", sensitive="reason")
    at = models.DateTimeField()
    is_on = models.BooleanField()
    reason = models.TextField()
    made_by_id = models.BigIntegerField(null=True)


class Hold(models.Model):
    """Nothing of this person, or this record of nobody's, is deleted while it lasts."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person record placed_at placed_by_id review_on reviewed_at reviewed_by_id "
        "ended_at ended_by_id",
        sensitive="reason authority ended_why",
    )
    person = models.ForeignKey(
        "orders.Person", null=True, on_delete=models.CASCADE, related_name="+"
    )
    record = models.CharField(max_length=120, blank=True)  # documents.Document:17; "": all of them
    reason = models.TextField()
    authority = models.CharField(max_length=200)  # who asks for it: a court, an inquiry, a claim
    placed_at = models.DateTimeField()
    placed_by_id = models.BigIntegerField(null=True)
    review_on = models.DateField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    ended_why = models.TextField(blank=True)


class Deletion(models.Model):
    """One deletion, step by step, and in the end its proof.

    numbers   of activations; `pending` is a day of the lake whose commit may or may not have come
    """

    declares = Columns(
        Retention.AUDIT,
        plain="id scope person_id numbers schedule due_on begun_at begun_by_id step stepped_at "
        "rows_gone_at pending attempts done_at digest left_again_at backups_until before_on",
    )
    scope = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Scope])
    person_id = models.BigIntegerField(null=True, db_index=True)
    numbers = models.JSONField(default=list)
    schedule = models.CharField(max_length=200)
    due_on = models.DateField(null=True)
    before_on = models.DateField(null=True)  # dated scopes: what is older than this
    begun_at = models.DateTimeField()
    begun_by_id = models.BigIntegerField(null=True)
    step = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Step], default=Step.DOORS.value
    )
    stepped_at = models.DateTimeField(null=True)
    rows_gone_at = models.DateTimeField(null=True)  # of the lake: readers are waited for from then
    pending = models.JSONField(default=dict)
    attempts = models.IntegerField(default=0)  # how often something was found left
    done_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    left_again_at = models.DateTimeField(null=True)  # a later look found something
    backups_until = models.DateField(null=True)  # the last backup that still holds it expires then

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"],
                condition=models.Q(done_at__isnull=True, person_id__isnull=False),
                name="deletion_open_once",
            )
        ]  # fmt: skip


class DeletionPart(models.Model):
    """What went from one place: how many rows, and a digest of their keys as they went."""

    declares = Columns(Retention.AUDIT, plain="id deletion place count digest")
    deletion = models.ForeignKey(Deletion, on_delete=models.PROTECT, related_name="parts")
    place = models.CharField(max_length=80)
    count = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deletion", "place"], name="deletion_part_once")
        ]


class Backup(models.Model):
    """A backup that was made, and when it expires: until then it holds what was deleted since."""

    declares = Columns(Retention.OPERATIONS, plain="id made_at expires_on digest size")
    made_at = models.DateTimeField()
    expires_on = models.DateField()
    digest = models.CharField(max_length=64)  # of its manifest
    size = models.BigIntegerField()


class SubjectRequest(models.Model):
    """Somebody asks for what is held about them."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person asked_at asked_by_id by_letter status version identified_at "
        "identified_by_id due_at extended_at prepared_at document_id released_at released_by_id "
        "fetched_at given_texts late_told",
        sensitive="identity_how extended_why refused_why",
    )
    person = models.ForeignKey(
        "orders.Person", on_delete=models.CASCADE, related_name="subject_requests"
    )
    asked_at = models.DateTimeField()
    asked_by_id = models.BigIntegerField(null=True)
    by_letter = models.BooleanField(default=False)  # entered by an officer
    status = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in Status],
        default=Status.ASKED.value,
    )  # fmt: skip
    version = models.IntegerField(default=1)
    identity_how = models.TextField(blank=True)
    identified_at = models.DateTimeField(null=True)
    identified_by_id = models.BigIntegerField(null=True)
    due_at = models.DateTimeField()
    extended_at = models.DateTimeField(null=True)
    extended_why = models.TextField(blank=True)
    prepared_at = models.DateTimeField(null=True)
    document_id = models.BigIntegerField(null=True)  # the bundle, as documents keep it
    given_texts = models.JSONField(default=list)  # free texts that an officer read and lets out
    released_at = models.DateTimeField(null=True)
    released_by_id = models.BigIntegerField(null=True)
    fetched_at = models.DateTimeField(null=True)
    refused_why = models.TextField(blank=True)
    late_told = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(status__in=["asked", "identified", "prepared"]),
                name="subject_request_open_once",
            )
        ]


class Restriction(models.Model):
    """Something of a person is left out of their own data: on whose word, and looked at again when.

    record   "": whatever `ground` says of them; else one record, label:number
    """

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person ground record made_at made_by_id review_on reviewed_at reviewed_by_id "
        "ended_at ended_by_id",
        sensitive="reason source",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    ground = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Withheld])
    record = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=300)  # the law
    reason = models.TextField()
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)
    review_on = models.DateField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
