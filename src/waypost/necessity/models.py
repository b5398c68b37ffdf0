"""Records of necessity: why, what was told, and its proof. Rows are added; a mistaken proof is
taken back with why, and stays to be seen."""

from __future__ import annotations

from django.db import models

from waypost.columns import Columns, Retention
from waypost.necessity.values import CheckFound, CheckKind, Given, ReviewFound


class KeptSince(models.Model):
    """When this store began to keep proof of notice: one row, written by the migration."""

    declares = Columns(Retention.OPERATIONS, plain="id at")
    at = models.DateTimeField()


class NecessityRecord(models.Model):
    """Why monitoring, and looking, are necessary for one order. A change is a new version."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person order_reference version review_at made_at made_by_id",
        sensitive="monitoring access alternatives vulnerability vulnerability_done",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    order_reference = models.CharField(max_length=80)
    version = models.IntegerField()
    monitoring = models.TextField()  # why monitoring is necessary and proportionate
    access = models.TextField()  # why looking at what it records is
    alternatives = models.JSONField(default=list)  # [[what was considered, why it will not do]]
    vulnerability = models.TextField(blank=True)
    vulnerability_done = models.TextField(blank=True)  # what is done about it
    review_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "order_reference", "version"], name="necessity_version_once"
            )
        ]


class NecessityReview(models.Model):
    """A look again at a record, with what was found and when the next is due."""

    declares = Columns(
        Retention.CASE,
        belongs="record__person",
        plain="id record at officer_id outcome next_at",
        sensitive="words",
    )
    record = models.ForeignKey(NecessityRecord, on_delete=models.CASCADE, related_name="reviews")
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=20, choices=[(o.value, o.value) for o in ReviewFound])
    words = models.TextField()
    next_at = models.DateTimeField()


class PlainNotice(models.Model):
    """A plain notice as it was drawn up: exactly these words, known by their SHA-256."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person order_reference version language written_in sha256 document_ids made_at "
        "made_by_id",
        sensitive="sections",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    order_reference = models.CharField(max_length=80)
    version = models.IntegerField()
    language = models.CharField(max_length=40)  # the person's, as it was asked for
    written_in = models.CharField(max_length=10)  # of the template it was drawn up from
    sections = models.JSONField(default=list)  # [[title, [line]]]
    sha256 = models.CharField(max_length=64)
    document_ids = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "order_reference", "version"], name="plain_notice_version_once"
            )
        ]


class NoticeProof(models.Model):
    """That a notice was delivered: how, when, by whom. given_at may lie before recorded_at."""

    declares = Columns(
        Retention.CASE,
        belongs="notice__person",
        plain="id notice how given_at recorded_at recorded_by_id taken_back_at taken_back_by_id",
        personal="given_by",
        sensitive="detail late_why taken_back_why",
    )
    notice = models.ForeignKey(PlainNotice, on_delete=models.CASCADE, related_name="proofs")
    how = models.CharField(max_length=20, choices=[(g.value, g.value) for g in Given])
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=120)
    detail = models.CharField(max_length=300, blank=True)  # tracking number, interpreter, where
    late_why = models.CharField(max_length=300, blank=True)  # written down long after
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by_id = models.BigIntegerField(null=True)
    taken_back_why = models.CharField(max_length=300, blank=True)


class InductionProof(models.Model):
    """That somebody explained how monitoring works, and how it was seen to be understood."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person order_reference explained_at language recorded_at recorded_by_id "
        "taken_back_at taken_back_by_id",
        personal="explained_by interpreter",
        sensitive="understood late_why taken_back_why",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    order_reference = models.CharField(max_length=80)
    explained_at = models.DateTimeField()
    explained_by = models.CharField(max_length=120)
    language = models.CharField(max_length=40)
    interpreter = models.CharField(max_length=120, blank=True)
    understood = models.TextField()  # how it was seen that they understood
    late_why = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by_id = models.BigIntegerField(null=True)
    taken_back_why = models.CharField(max_length=300, blank=True)


class AddressCheck(models.Model):
    """What was asked about the address of a curfew, and the answer."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person order_reference kind outcome checked_at recorded_at recorded_by_id",
        sensitive="words",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    order_reference = models.CharField(max_length=80)
    kind = models.CharField(max_length=30, choices=[(c.value, c.value) for c in CheckKind])
    outcome = models.CharField(max_length=20, choices=[(f.value, f.value) for f in CheckFound])
    checked_at = models.DateTimeField()
    words = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.BigIntegerField(null=True)


class CountsAnyway(models.Model):
    """An officer decided that what an alert spoke of counts, though the person was not yet told."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person alert_id decided_at officer_id ended_at ended_by_id",
        sensitive="words ended_why",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    alert_id = models.BigIntegerField(db_index=True)
    decided_at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    words = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    ended_why = models.CharField(max_length=300, blank=True)
