"""What may be done with the rules' numbers: write a draft, propose, approve, refuse, withdraw it.

A second person approves, never the author. Nothing that was published is ever changed: another
revision follows it. Every act is by compare-and-set on the version the officer was looking at.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import MACHINE, Permission, Posted
from waypost.errors import Conflict, Refused
from waypost.monitoring import parameter_lifecycle as lifecycle
from waypost.monitoring.models import ParameterMove, ParameterRevision, PersonState
from waypost.monitoring.parameter_lifecycle import Act, Status
from waypost.monitoring.parameter_queries import (
    find_revision,
    latest,
    latest_preview,
    matter_of,
    permission_of,
    published,
)
from waypost.rules.parameter_form import Kept, digest_of_values, values_of
from waypost.rules.values import Parameters

REASON_MAX = 2_000  # characters
AUDIT_KINDS = {
    Act.PROPOSE: "parameters:proposed",
    Act.REFUSE: "parameters:refused",
    Act.APPROVE: "parameters:published",
    Act.WITHDRAW: "parameters:withdrawn",
}


@transaction.atomic
def first_revision(*, now: datetime) -> int:
    """The numbers a store starts with, published by Waypost itself when there are none."""
    rows = published()
    if rows:
        return int(rows[0].pk)
    values = values_of(Parameters())
    ParameterRevision.objects.bulk_create(  # another worker may start at the same moment
        [
            ParameterRevision(
                status=Status.PUBLISHED.value, values=values, digest=digest_of_values(values),
                reason="The numbers this version of Waypost starts with.",
                made_at=now, published_at=now,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    first = published()[0]
    if not first.moves.exists():
        _write_move(first, None, Status.PUBLISHED, "", by=MACHINE, now=now)
        detail = {"revision": first.pk, "digest": first.digest}
        audit.record("parameters:published", by=MACHINE, at=now, detail=detail)
    return int(first.pk)


@transaction.atomic
def draft_revision(parameters: Parameters, reason: str, *, by: Posted, now: datetime) -> int:
    """A new draft; its number. Refused without a reason."""
    may.check(by, Permission.PARAMETER_WRITE)
    reason, values = _reason(reason), values_of(parameters)
    latest()  # there is something it would supersede
    made = ParameterRevision.objects.create(
        status=Status.DRAFT.value, values=values, digest=digest_of_values(values), reason=reason,
        author_id=by.officer_id, made_at=now,
    )  # fmt: skip
    _write_move(made, None, Status.DRAFT, reason, by=by, now=now)
    _record("parameters:drafted", made, by=by, now=now)
    return int(made.pk)


@transaction.atomic
def change_draft(
    revision_id: int, parameters: Parameters, reason: str, *, version: int, by: Posted,
    now: datetime,
) -> None:  # fmt: skip
    """Write a draft anew. Refused to all but its author; Conflict when it changed meanwhile."""
    may.check(by, Permission.PARAMETER_WRITE)
    row = _locked(revision_id)
    lifecycle.check_may_edit(matter_of(row, now=now), by_id=by.officer_id)
    values: Kept = values_of(parameters)
    changed = {"values": values, "digest": digest_of_values(values), "reason": _reason(reason)}
    _save(row, version, changed)
    _record("parameters:changed", row, by=by, now=now)


@transaction.atomic
def move_revision(
    revision_id: int,
    act: Act,
    reason: str,
    *,
    effective_from: datetime | None = None,
    version: int,
    by: Posted,
    now: datetime,
) -> Status:
    """Propose, refuse, approve or withdraw; the status it has then.

    effective_from   of an approval: from when the numbers are in force
    raises           Refused in words; Conflict when somebody moved first
    """
    may.check(by, permission_of(act))
    row = _locked(revision_id)
    matter = matter_of(row, effective_from=effective_from, now=now)
    after = lifecycle.decide(matter, act, by_id=by.officer_id, reason=reason, now=now)
    changed: dict[str, object] = {"status": after.value}
    if act is Act.APPROVE:
        assert effective_from is not None
        _check_unjudged(effective_from)
        preview = latest_preview(row)
        changed |= {
            "effective_from": effective_from, "approver_id": by.officer_id, "published_at": now,
            "preview_id": preview.pk if preview else None,
        }  # fmt: skip
    before = Status(row.status)
    _save(row, version, changed)
    _write_move(row, before, after, _reason(reason), by=by, now=now)
    _record(AUDIT_KINDS[act], row, by=by, now=now)
    return after


def _locked(revision_id: int) -> ParameterRevision:
    """The revision, with all of them locked: approvals of two follow one after the other."""
    list(ParameterRevision.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    return find_revision(revision_id)


def _save(row: ParameterRevision, version: int, changed: Mapping[str, object]) -> None:
    written = {**changed, "version": version + 1}
    moved = ParameterRevision.objects.filter(pk=row.pk, version=version, status=row.status)
    if not moved.update(**written):
        raise Conflict("Somebody changed this revision since you opened it; look at it again.")
    for name, value in written.items():
        setattr(row, name, value)


def _check_unjudged(effective_from: datetime) -> None:
    """What has been judged stays judged: a history with times to come may have been brought in."""
    if PersonState.objects.filter(folded_to__gte=effective_from).exists():
        raise Refused(
            "Fixes measured after that time have been judged already; choose a later time."
        )


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refused("Say why the numbers are to be others; who approves them must know.")
    if len(text) > REASON_MAX:
        raise Refused(f"The reason has at most {REASON_MAX} characters.")
    return text


def _write_move(
    row: ParameterRevision, before: Status | None, after: Status, note: str, *, by: Posted,
    now: datetime,
) -> None:  # fmt: skip
    ParameterMove.objects.create(
        revision=row, at=now, officer_id=by.officer_id,
        from_status=before.value if before else "", to_status=after.value, note=note,
    )  # fmt: skip


def _record(kind: str, row: ParameterRevision, *, by: Posted, now: datetime) -> None:
    effective = row.effective_from
    detail = {
        "revision": row.pk,
        "digest": row.digest,
        "effective_from": effective.isoformat() if effective else None,
    }
    audit.record(kind, by=by, at=now, detail=detail)
