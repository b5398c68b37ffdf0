"""Records of identity: ids of persons, from-to and whence; and which two records are one person.

Nothing is deleted or moved: an id that was wrong is ended with why, and a merge is a record beside
the two, never a change of either (decision 0060).
"""

from __future__ import annotations

from django.db import models

from waypost.access.sealing import SealedText
from waypost.columns import Columns, Retention
from waypost.identity.values import LIVE, IdKind, MergeAct, MergeStatus

STATUSES = [(one.value, one.value) for one in MergeStatus]


class PersonIdentifier(models.Model):
    """One id of a person. `value` is sealed; `digest` (keyed) is what a search asks for."""

    declares = Columns(
        Retention.CASE,
        belongs="person",
        plain="id person kind digest source known_at entered_by_id ended_at ended_by_id",
        personal="value",
        sensitive="ended_why",
    )
    person = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in IdKind])
    value = SealedText(max_length=80)
    digest = models.CharField(max_length=64, db_index=True)
    source = models.CharField(max_length=120)  # which file or document said so
    known_at = models.DateTimeField()
    entered_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "digest"], condition=models.Q(ended_at=None),
                name="one_standing_identifier",
            )
        ]  # fmt: skip


class Merge(models.Model):
    """That two records are one person: `kept` is where new orders and tags go, `other` the second.

    proposed_by_id   who proposed what waits now: the merge, or its reversal
    """

    declares = Columns(
        Retention.CASE,
        belongs="kept",
        plain="id kept other status score proposed_at proposed_by_id decided_at decided_by_id "
        "version",
        sensitive="reasons",
    )
    kept = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey("orders.Person", on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=20, choices=STATUSES)
    score = models.IntegerField()
    reasons = models.JSONField(default=list)  # why they were thought alike, as it stood then
    proposed_at = models.DateTimeField()
    proposed_by_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["other"],
                condition=models.Q(status__in=sorted(one.value for one in LIVE)),
                name="one_live_merge",
            )
        ]


class MergeMove(models.Model):
    """What happened to a merge, by whom, with their words."""

    declares = Columns(
        Retention.CASE,
        belongs="merge__kept",
        plain="id merge act at officer_id from_status to_status",
        sensitive="words",
    )
    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="moves")
    act = models.CharField(
        max_length=20, choices=[("propose", "propose"), *((a.value, a.value) for a in MergeAct)]
    )
    at = models.DateTimeField()
    officer_id = models.BigIntegerField(null=True)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20)
    words = models.CharField(max_length=500)
