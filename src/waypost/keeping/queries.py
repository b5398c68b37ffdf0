"""What may be asked of keeping: schedules in force, holds, deletions with their proof, requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.columns import Retention
from waypost.errors import NoSuchThing
from waypost.jobs.models import Job
from waypost.keeping import scope as scopes
from waypost.keeping.bundling import JOB
from waypost.keeping.facts import is_switched_on, period_versions
from waypost.keeping.forgetting import NO_SUCH_DELETION, is_on, left_of
from waypost.keeping.gathering import Text, texts_of
from waypost.keeping.models import (
    Deletion,
    DeletionPart,
    Hold,
    PeriodRevision,
    Restriction,
    SubjectRequest,
    Switch,
)
from waypost.keeping.proof import digest_of
from waypost.keeping.schedules import NO_ORDER, SCHEDULES, Period, local_day, period_of
from waypost.keeping.values import OPEN, Status, Withheld
from waypost.orders.queries import NUMBER_MAX, case_of, known_person_ids
from waypost.orders.values import OrderKind

LISTED = 100


@dataclass(frozen=True, slots=True)
class ScheduleSeen:
    """One class as it holds today; kinds: where a kind of order has a period of its own."""

    retention: Retention
    what: str
    purpose: str
    counted: str
    period: Period | None
    kinds: tuple[tuple[str, Period], ...]


@dataclass(frozen=True, slots=True)
class RevisionSeen:
    number: int
    retention: str
    kind: str
    words: str
    from_on: date
    reason: str
    made_at: datetime
    made_by: str
    approved_by: str
    is_waiting: bool
    is_refused: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class HoldSeen:
    number: int
    person_id: int | None
    record: str
    reason: str
    authority: str
    placed_at: datetime
    placed_by: str
    review_on: date
    is_late: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class DeletionSeen:
    """person_id: a number that nothing else has any more; None: of nobody, or not to be known."""

    number: int
    scope: str
    person_id: int | None
    schedule: str
    begun_at: datetime
    step: str
    done_at: datetime | None
    digest: str
    backups_until: date | None
    left_again_at: datetime | None
    parts: tuple[tuple[str, int, str], ...]
    rows: int


@dataclass(frozen=True, slots=True)
class RequestSeen:
    number: int
    person_id: int
    reference: str
    asked_at: datetime
    by_letter: bool
    status: Status
    version: int
    due_at: datetime
    is_late: bool
    identity_how: str
    extended_why: str
    refused_why: str
    prepared_at: datetime | None
    document_id: int | None
    released_at: datetime | None
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class RestrictionSeen:
    number: int
    ground: Withheld
    record: str
    source: str
    reason: str
    made_at: datetime
    review_on: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class RequestPage:
    request: RequestSeen
    restrictions: tuple[RestrictionSeen, ...]
    texts: tuple[Text, ...]
    is_preparing: bool
    failed: str  # why the last try to prepare it came to nothing


@dataclass(frozen=True, slots=True)
class SwitchSeen:
    """How deleting stands: on or not; `by_setting`: the operator's setting decides it."""

    is_on: bool
    by_setting: bool
    at: datetime | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking again found. `trouble` empty: nothing is left, and the proof is as it was."""

    deletion_id: int
    rows: int
    digest: str
    trouble: str


def schedules(*, now: datetime) -> list[ScheduleSeen]:
    """Each class with what holds today."""
    versions, today = period_versions(), local_day(now)
    found = []
    for retention, one in SCHEDULES.items():
        period = None if one.period is None else period_of(retention, "", versions, today)
        kinds = [
            (kind, own)
            for kind in (*(one.value for one in OrderKind), NO_ORDER)
            if period is not None
            and one.counted.name == "ORDER_ENDED"
            and (own := period_of(retention, kind, versions, today)) != period
        ]
        found.append(
            ScheduleSeen(retention, one.what, one.purpose, one.counted.value, period, tuple(kinds))
        )
    return found


def how_it_stands() -> SwitchSeen:
    from django.conf import settings

    if str(getattr(settings, "RETENTION", "")):
        return SwitchSeen(is_on(), True)
    last = Switch.objects.order_by("-pk").first()
    if last is None:
        return SwitchSeen(False, False)
    return SwitchSeen(
        bool(is_switched_on()), False, last.at, _names({last.made_by_id})[last.made_by_id],
        last.reason,
    )  # fmt: skip


def revisions(by: Posted) -> list[RevisionSeen]:
    """An agency's own periods, newest first. No case data."""
    may.check(by, Permission.RETENTION_WRITE)
    rows = list(PeriodRevision.objects.order_by("-pk")[:LISTED])
    names = _names({number for one in rows for number in (one.made_by_id, one.approved_by_id)})
    return [
        RevisionSeen(
            one.pk, one.retention, one.kind, Period(one.months, one.days).words, one.from_on,
            one.reason, one.made_at, names[one.made_by_id],
            names[one.approved_by_id] if one.approved_at else "",
            one.approved_at is None and one.refused_at is None, one.refused_at is not None,
            one.made_by_id == by.officer_id,
        )
        for one in rows
    ]  # fmt: skip


def holds(by: Posted, *, now: datetime) -> list[HoldSeen]:
    """Holds that last, those to be looked at first. Of persons the officer may know of."""
    may.check(by, Permission.HOLD_WRITE)
    rows = list(Hold.objects.filter(ended_at=None).order_by("review_on", "pk"))
    known = _known({one.person_id for one in rows}, by, Permission.HOLD_WRITE, now)
    names, today = _names({one.placed_by_id for one in rows}), local_day(now)
    decides = may.decide(by, Permission.RETENTION_WRITE).allowed
    return [
        HoldSeen(
            one.pk, one.person_id, one.record, one.reason, one.authority, one.placed_at,
            names[one.placed_by_id], one.review_on, one.review_on < today,
            decides and one.placed_by_id != by.officer_id,
        )
        for one in rows
        if one.person_id is None or one.person_id in known
    ]  # fmt: skip


def deletions(by: Posted) -> list[DeletionSeen]:
    """Under way first, then done, newest first; with what went from where."""
    may.check(by, Permission.RETENTION_READ)
    rows = list(Deletion.objects.order_by("-pk")[:LISTED])
    rows.sort(key=lambda one: one.done_at is not None)
    parts: dict[int, list[tuple[str, int, str]]] = {}
    for part in DeletionPart.objects.filter(deletion__in=rows).order_by("place"):
        parts.setdefault(part.deletion_id, []).append((part.place, part.count, part.digest))
    return [
        DeletionSeen(
            one.pk, one.scope, one.person_id if one.done_at else None, one.schedule, one.begun_at,
            one.step, one.done_at, one.digest, one.backups_until, one.left_again_at,
            tuple(parts.get(one.pk, ())), sum(row[1] for row in parts.get(one.pk, ())),
        )
        for one in rows
    ]  # fmt: skip


def verify(deletion_id: int, *, by: Posted, now: datetime) -> Verified:
    """Look again for anything left of a deletion that was proved, and hold its proof against what
    is noted. What is found is said, with where, and stands on the deletion."""
    may.check(by, Permission.RETENTION_READ)
    found = Deletion.objects.filter(pk=min(deletion_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_DELETION)
    rows = sum(found.parts.values_list("count", flat=True))
    trouble = _trouble(found)
    with transaction.atomic():
        if trouble and found.done_at is not None:
            Deletion.objects.filter(pk=found.pk).update(left_again_at=now)
        audit.record(
            "deletion:verified", by=by, at=now,
            detail={"deletion": found.pk, "whole": not trouble, "trouble": trouble},
        )  # fmt: skip
    return Verified(found.pk, rows, found.digest, trouble)


def _trouble(found: Deletion) -> str:
    if found.done_at is None:
        return f"it is not done: it stands at {found.step}"
    if digest_of(found) != found.digest:
        return "what is noted of it is not what its proof was made over"
    left = left_of(found)
    return ", ".join(f"{count} left in {place}" for place, count in sorted(left.items()))


def requests(by: Posted, *, now: datetime) -> list[RequestSeen]:
    """Requests for people's own data that the officer handles; open ones by their day."""
    may.check(by, Permission.SUBJECT_ACCESS_HANDLE)
    rows = list(SubjectRequest.objects.select_related("person").order_by("due_at", "pk"))
    known = _known({one.person_id for one in rows}, by, Permission.SUBJECT_ACCESS_HANDLE, now)
    seen = [_seen(one, now) for one in rows if one.person_id in known]
    return sorted(seen, key=lambda one: one.status not in OPEN)[:LISTED]


def request_page(request_id: int, *, by: Posted, now: datetime) -> RequestPage:
    """One request with what is left out and the texts to be read; leaves its line."""
    held = scopes.find(request_id, by=by, now=now)
    today = local_day(now)
    with transaction.atomic():
        live = Restriction.objects.filter(person_id=held.person_id, ended_at=None).order_by("pk")
        restrictions = tuple(
            RestrictionSeen(
                one.pk, Withheld(one.ground), one.record, one.source, one.reason, one.made_at,
                one.review_on, one.review_on < today,
            )
            for one in live
        )  # fmt: skip
        texts = texts_of(held.person_id, read=held.given_texts, now=now)
        audit.record("subject_access:viewed", by=by, at=now, about=held.person_id,
                     detail={"request": held.pk})  # fmt: skip
    job = Job.objects.filter(kind=JOB, arguments__request_id=held.pk).order_by("-pk").first()
    waits = job is not None and job.status in {"waiting", "running"}
    failed = job.message if job is not None and job.status == "failed" else ""
    return RequestPage(_seen(held, now), restrictions, tuple(texts), waits, failed)


def own_requests(by: Posted, *, now: datetime) -> list[RequestSeen]:
    """A wearer's own, newest first."""
    if by.own_person_id is None:
        return []
    may.check(by, Permission.OWN_DATA_READ, case_of(by.own_person_id, now=now))
    rows = SubjectRequest.objects.filter(person_id=by.own_person_id).select_related("person")
    return [_seen(one, now) for one in rows.order_by("-pk")]


def _seen(one: SubjectRequest, now: datetime) -> RequestSeen:
    status = Status(one.status)
    return RequestSeen(
        one.pk, one.person_id, one.person.reference, one.asked_at, one.by_letter, status,
        one.version, one.due_at, status in OPEN and now >= one.due_at, one.identity_how,
        one.extended_why, one.refused_why, one.prepared_at, one.document_id, one.released_at,
        one.fetched_at,
    )  # fmt: skip


def _known(
    ids: set[int | None] | set[int], by: Posted, permission: Permission, now: datetime
) -> frozenset[int]:
    return known_person_ids({one for one in ids if one is not None}, by, permission, now=now)


def _names(ids: set[int | None]) -> dict[int | None, str]:
    rows = Officer.objects.filter(pk__in=[one for one in ids if one is not None])
    named = {one.pk: str(one) for one in rows}
    return {one: "Waypost" if one is None else named.get(one, "former officer") for one in ids}
