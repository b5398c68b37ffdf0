"""What a draft's numbers would have done to the last weeks: read by the machine, told as counts.

    ask_preview                     an officer asks; a job is enqueued
    carry_on   (the worker, again and again)
        the next persons -> their fixes -> judged by both revisions -> counts added, audit line

A slice is some seconds long, so that other jobs and notices are not held up; what it found is saved
together with how far it came, so that a crash repeats nothing. Memory is that of a few persons,
however many there are. Only what had been received and ordered when it was asked for is read, so
that the result does not depend on when the slices ran.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.db import Error, transaction

from waypost import __version__
from waypost.access import audit, may
from waypost.access.values import MACHINE, Permission, Posted, Purpose
from waypost.errors import Conflict, Refused
from waypost.jobs.queue import enqueue
from waypost.monitoring.gathering import by_person
from waypost.monitoring.models import ParameterPreview, ParameterRevision
from waypost.monitoring.parameter_lifecycle import Status
from waypost.monitoring.parameter_queries import find_revision, latest
from waypost.monitoring.tag_preview import TriedTag, concerns_tags, tag_rows, tags_of
from waypost.orders.models import Person
from waypost.orders.queries import orders_version, person_orders
from waypost.orders.values import PersonOrders, RequirementKind
from waypost.positions import lake
from waypost.positions.log import head_position
from waypost.positions.order import integers
from waypost.positions.queries import events_between, fixes_between
from waypost.positions.schema import FIXES
from waypost.rules.comparing import Calls, Tally, compare
from waypost.rules.fold import FixArrays
from waypost.rules.parameter_form import parameters_of
from waypost.rules.plan import Plan, compile_plan, first_order_at
from waypost.rules.replay import replay_history
from waypost.rules.values import RULES_VERSION, JudgedViolation, Parameters

JOB = "parameter_preview"
LOOKED_BACK = timedelta(days=28)
PERSONS_AT_ONCE = 20  # their fixes of four weeks, one a minute, are about 100 MB
SLICE = timedelta(seconds=15)
SAMPLE_MAX = 5_000
AHEAD = timedelta(days=1)  # windows are expanded so far beyond the last instant looked at

log = logging.getLogger(__name__)
CallsAt = Callable[[JudgedViolation, datetime], bool]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The two revisions that are compared."""

    before: Parameters
    after: Parameters


@transaction.atomic
def ask_preview(revision_id: int, sample_size: int | None, *, by: Posted, now: datetime) -> int:
    """Have the worker try a draft on the last weeks; the preview's number.

    sample_size   so many persons chosen by lot; None: everybody
    raises        Refused unless it is a draft or proposed, or while one is under way for it
    """
    may.check(by, Permission.PARAMETER_WRITE)
    row = find_revision(revision_id)
    if row.status not in {Status.DRAFT.value, Status.PROPOSED.value}:
        raise Refused("Only a draft, or what is proposed, is tried on the last weeks.")
    if sample_size is not None and not 1 <= sample_size <= SAMPLE_MAX:
        raise Refused(f"A sample is of 1 to {SAMPLE_MAX} persons.")
    base = latest()
    if row.digest == base.digest:
        raise Refused("These numbers are the ones in force already; change at least one.")
    if row.previews.filter(status__in=["waiting", "running"], digest=row.digest).exists():
        raise Refused("A preview of these numbers is under way; this page follows it.")
    row.previews.filter(status__in=["waiting", "running"]).update(
        status="stopped", message="The draft was changed meanwhile.", ended_at=now
    )
    preview = ParameterPreview.objects.create(
        revision=row, base=base, digest=row.digest, base_digest=base.digest,
        sample_size=sample_size, asked_at=now, officer_id=by.officer_id,
        from_at=now - LOOKED_BACK, to_at=now,
        rules_version=RULES_VERSION, code_version=__version__,
        lake_version=lake.snapshot("fixes").version, log_position=head_position(),
        orders_version=orders_version(),
    )  # fmt: skip
    if sample_size is not None:
        preview.chosen = _by_lot(preview.pk, sample_size)
    preview.person_count = len(preview.chosen) if preview.chosen else _everybody().count()
    preview.save()
    enqueue(JOB, {"preview_id": preview.pk}, by=by, now=now)
    detail = {"preview": preview.pk, "revision": row.pk, "sample": sample_size}
    audit.record(
        "parameters:preview_asked", by=by, at=now, purpose=Purpose.RULES_REVIEW, detail=detail
    )
    return int(preview.pk)


def carry_on(
    preview_id: int, *, calls: CallsAt, clock: Callable[[], datetime], by: Posted = MACHINE
) -> bool:
    """One slice of a preview; whether there is more to do, which then is a job already.

    calls   whether somebody would have been called on a row, as of an instant
    raises  Conflict when another worker does the same one
    """
    preview = _open_preview(preview_id, clock())
    if preview is None:
        return False
    numbers = _numbers(preview)
    seen_version, began = preview.version, clock()
    tally, digest = Tally.of_json(preview.result), preview.data_digest
    first, ended = preview.done_count, False
    read = 0
    while not ended and clock() - began < SLICE:
        ids = _next_ids(preview)
        if not ids:
            ended = True
            break
        part, digest = _try_on(ids, preview, numbers, digest, calls)
        tally, read = tally + part, read + part.fixes
        preview.done_count += len(ids)
        preview.last_person_id = ids[-1]
    with transaction.atomic():
        now = clock()
        _save(preview, seen_version, tally, digest, ended, now)
        if not ended:
            enqueue(JOB, {"preview_id": preview.pk}, by=by, now=now)
        detail = {
            "preview": preview.pk, "revision": preview.revision_id, "fixes": read,
            "persons": preview.done_count - first, "last_person": preview.last_person_id,
            "from": preview.from_at.isoformat(), "to": preview.to_at.isoformat(),
            "data": digest, "ended": ended,
        }  # fmt: skip
        audit.record(
            "parameters:previewed", by=by, at=now, purpose=Purpose.RULES_REVIEW, detail=detail
        )
    return not ended


def fail_preview(preview_id: int, *, now: datetime) -> None:
    """It broke too often: say so, and let another be asked for."""
    open_ones = ParameterPreview.objects.filter(pk=preview_id, status__in=["waiting", "running"])
    open_ones.update(
        status="failed", ended_at=now,
        message="It stopped on an error of ours, which the log names; ask for it again.",
    )  # fmt: skip


def _open_preview(preview_id: int, now: datetime) -> ParameterPreview | None:
    """The preview, if it is still wanted: not when the draft says other numbers now."""
    preview = (
        ParameterPreview.objects.select_related("revision", "base")
        .filter(pk=preview_id, status__in=["waiting", "running"])
        .first()
    )
    if preview is None:
        return None
    if preview.revision.digest != preview.digest or preview.rules_version != RULES_VERSION:
        ParameterPreview.objects.filter(pk=preview_id, version=preview.version).update(
            status="stopped", message="The draft, or the rules' code, was changed meanwhile.",
            ended_at=now,
        )  # fmt: skip
        return None
    return preview


def _numbers(preview: ParameterPreview) -> Numbers:
    rows: list[ParameterRevision] = [preview.base, preview.revision]
    before, after = (parameters_of(row.values) for row in rows)
    return Numbers(before, after)


def _everybody() -> Any:
    """Wearers whom any reader of counts may know of: people under limited access, and protected
    persons, of whom nothing is judged, are in no count."""
    return Person.objects.filter(limited=False, protected=False)


def _by_lot(preview_id: int, size: int) -> list[int]:
    """So many persons, chosen by a lot that can be drawn again."""

    def lot(person_id: int) -> bytes:
        return hashlib.sha256(f"{preview_id}:{person_id}".encode()).digest()

    everybody = _everybody().values_list("pk", flat=True)
    return sorted(sorted(everybody, key=lot)[:size])


def _next_ids(preview: ParameterPreview) -> list[int]:
    """The next few by number; of a sample, those chosen. Who left since, or came under limited
    access, is passed over."""
    rows = _everybody().filter(pk__gt=preview.last_person_id)
    if preview.sample_size is not None:
        left = [one for one in preview.chosen if one > preview.last_person_id]
        rows = rows.filter(pk__in=left[:PERSONS_AT_ONCE])
    return list(rows.order_by("pk").values_list("pk", flat=True)[:PERSONS_AT_ONCE])


def _try_on(
    ids: Sequence[int], preview: ParameterPreview, numbers: Numbers, digest: str, calls: CallsAt
) -> tuple[Tally, str]:
    """A few persons judged by both, and the digest of all that was read so far."""
    known = person_orders(ids, known_at=preview.asked_at)
    persons = {person.number: person for person in known if person.number is not None}
    owner_of = {
        int(span.number): number
        for number, person in persons.items()
        for span in person.activations
        if span.number is not None
    }
    table = fixes_between(
        list(owner_of), preview.from_at, preview.to_at, received_by=preview.asked_at
    )
    fixes = by_person([table], owner_of)
    tags: dict[int, list[TriedTag]] = {}
    if concerns_tags(numbers.before, numbers.after):
        said = events_between(
            list(owner_of), preview.from_at, preview.to_at, received_by=preview.asked_at
        )
        tags = tags_of(persons, table, said, from_at=preview.from_at, to_at=preview.to_at)
    tally = Tally()
    for number, person in sorted(persons.items()):
        tally += _attempt(person, fixes.get(number), tags.get(number, ()), preview, numbers, calls)
    return tally, _digest(digest, ids, table)


def _attempt(
    person: PersonOrders,
    fixes: FixArrays | None,
    tags: Sequence[TriedTag],
    preview: ParameterPreview,
    numbers: Numbers,
    calls: CallsAt,
) -> Tally:
    """One person; one whom judging breaks on is counted as that, and spoils nobody else."""
    try:
        return try_person(
            person, fixes, tags, numbers, from_at=preview.from_at, to_at=preview.to_at,
            calls=calls,
        )  # fmt: skip
    except Error:
        raise
    except Exception:
        log.exception("person %d cannot be tried on", person.number)
        return Tally(failed=1)


def try_person(
    person: PersonOrders,
    fixes: FixArrays | None,
    tags: Sequence[TriedTag],
    numbers: Numbers,
    *,
    from_at: datetime,
    to_at: datetime,
    calls: CallsAt,
) -> Tally:
    """One person's fixes, and their tags' own words where the numbers concern them, judged by both
    revisions as if judging began at `from_at`."""
    start = first_order_at(person)
    if start is None or start >= to_at or not _binds(person, from_at, to_at):
        return Tally()
    begin = max(start, from_at)
    own = FixArrays.from_table(FIXES.empty_table()) if fixes is None else fixes

    def rows_by(parameters: Parameters) -> tuple[Plan, list[JudgedViolation]]:
        plan = compile_plan(person, parameters, from_at=begin, to_at=to_at + AHEAD)
        return plan, [*replay_history(plan, own, to_at), *tag_rows(tags, parameters, to_at)]

    plan, before = rows_by(numbers.before)
    _, after = rows_by(numbers.after)
    would_call: Calls = lambda row: calls(row, to_at)  # noqa: E731
    tally = compare(person.number or 0, before, after, calls=would_call, now=to_at)
    elsewhere = sum(1 for _, kind in plan.unjudged if kind is not RequirementKind.ALCOHOL)
    return tally + Tally(fixes=int(own.measured_us.size), unjudged=elsewhere)


def _binds(person: PersonOrders, from_at: datetime, to_at: datetime) -> bool:
    """Whether an order binds the person at some time in [from_at, to_at)."""
    return any(
        order.from_at < to_at and (order.to_at is None or order.to_at > from_at)
        for order in person.orders
    )


def _digest(before: str, ids: Sequence[int], table: pa.Table) -> str:
    digest = hashlib.sha256(before.encode())
    digest.update(",".join(map(str, ids)).encode())
    for name in ("activation", "measured_at", "content_key"):
        digest.update(integers(table, name).tobytes())
    return digest.hexdigest()


def _save(
    preview: ParameterPreview, seen: int, tally: Tally, digest: str, ended: bool, now: datetime
) -> None:
    """What was found so far. Conflict when another worker saved the same slice."""
    moved = ParameterPreview.objects.filter(pk=preview.pk, version=seen).update(
        status="done" if ended else "running",
        done_count=preview.done_count,
        last_person_id=preview.last_person_id,
        result=tally.to_json(),
        data_digest=digest,
        ended_at=now if ended else None,
        version=seen + 1,
    )
    if not moved:
        raise Conflict("Another worker carries this preview out.")
