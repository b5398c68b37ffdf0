"""The live lane: log entries after the cursor, judged and saved in one transaction.

    read entries -> by person -> judge (outside) -> transaction: cursor by compare-and-set, states,
    violations, due rows, dirty marks for late fixes, alerts; a crash anywhere repeats nothing

A fix older than what was judged only marks its person dirty; so do all fixes of a person whose
orders changed until the late lane has judged that person by the new orders.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from django.db import Error, transaction

from waypost.clock import from_us, to_us
from waypost.monitoring.actions import mark_persons
from waypost.monitoring.gathering import Gathered, gather
from waypost.monitoring.models import PersonState, Violation
from waypost.monitoring.planbook import PlanBook
from waypost.monitoring.queries import stored
from waypost.monitoring.saving import At, Judged, due_again, in_chunks, move_cursor, save
from waypost.monitoring.tag_reports import tag_reports, with_removals
from waypost.positions.log import CLOCK_CORRECTION, Entry, entries_after, head_position
from waypost.positions.schema import SetAside
from waypost.positions.values import EventKind
from waypost.rules.fold import FixArrays, Packed, State
from waypost.rules.judging import Verdict, in_time, judge
from waypost.rules.news import Follower
from waypost.rules.plan import Plan
from waypost.rules.reconcile import StoredViolation
from waypost.rules.together import Case, fold_together
from waypost.rules.values import EVENT_KINDS

ENTRIES_AT_ONCE = 200  # bounds the memory and the length of a transaction
FIXES_AT_ONCE = 60_000
KNOWN_MAX = 50_000  # violations kept as values; the live lane knows a few of each wearer at most

Done = TypeVar("Done")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A person's state as stored, its version, and when the due table has the person looked at."""

    version: int
    packed: Packed
    due_at: datetime | None = None

    @property
    def state(self) -> State:
        return self.packed.unpacked()


@dataclass
class Loaded:
    """What the store says of persons: states with their versions, violations still in motion."""

    states: dict[int, Kept] = field(default_factory=dict)
    moving: dict[int, list[StoredViolation]] = field(default_factory=dict)


@dataclass
class Batch:
    """What one round of the live lane will save."""

    judged: list[Judged] = field(default_factory=list)
    late: dict[int, datetime] = field(default_factory=dict)  # person -> earliest


def run_live(
    cursor: At,
    book: PlanBook,
    follow: Follower,
    *,
    tag_kinds: frozenset[EventKind],
    follow_orders: Callable[[], None],
    revision_id: int,
    now: datetime,
) -> At | None:
    """Judge the next entries after the cursor; where it stands then, None when there were none.

    While more is waiting, time stands where the entries were committed: else a fix that waits in
    the log would be taken for missing.
    raises   Outrun when another worker was quicker: nothing is saved, read the cursor again
    """
    entries = _next_entries(cursor.position)
    if not entries:
        return None
    follow_orders()  # after reading: a tag that appears in an entry is in the orders by then
    end = int(entries[-1].position)
    as_of = now if head_position() <= end else entries[-1].committed_at
    if cursor.judged_to is not None:
        as_of = max(as_of, cursor.judged_to)  # time never runs back, whatever clocks did
    batch = judge_entries(entries, book, as_of=as_of)
    reports = tag_reports(entries, book, tag_kinds)
    with transaction.atomic():
        move_cursor(cursor.position, end, judged_to=as_of, now=now)
        news = save(batch.judged, revision_id=revision_id, now=now)
        mark_persons(batch.late, reason="late", now=now)
        if news or reports:
            follow(news, now=now, tag_reports=with_removals(reports, now=now))
    return At(end, as_of)


def judge_entries(entries: Sequence[Entry], book: PlanBook, *, as_of: datetime) -> Batch:
    """Judge what the entries bring; nothing is written."""
    heard = gather([entry.fixes for entry in entries], book.person_of)
    loaded = load(heard.persons, book)
    batch = Batch()
    for person_id, taken_back_us in _taken_back(entries, book).items():
        _put_late(batch, person_id, taken_back_us)
    calm = _calm(heard, loaded, book, as_of)
    for number, person_id in enumerate(heard.persons):
        if person_id in calm:
            batch.judged.append(calm[person_id])
        elif person_id in loaded.states:
            _judge_alone(batch, person_id, heard.of(number), loaded, book, as_of)
        else:
            _put_late(batch, person_id, int(heard.fixes.measured_us[heard.starts[number]]))
    return batch


def _calm(heard: Gathered, loaded: Loaded, book: PlanBook, as_of: datetime) -> dict[int, Judged]:
    """Those of whom there is nothing to tell, judged together; the others are judged one by one."""
    starts = heard.starts.tolist()
    cases, persons = [], []
    for number, person_id in enumerate(heard.persons):
        kept = loaded.states.get(person_id)
        if kept is None or kept.packed.folded_to_us is None:
            continue
        start, end = starts[number], starts[number + 1]
        last = from_us(int(heard.fixes.measured_us[end - 1]))
        planning = partial(_plan, book, person_id, kept, max(as_of, last), as_of)
        plan = attempt(person_id, planning)
        if plan is not None:
            old = loaded.moving.get(person_id, [])
            cases.append(Case(plan, kept.packed, start, end, old))
            persons.append(person_id)
    try:
        found = fold_together(cases, heard.fixes, as_of=as_of)
    except Exception:
        log.exception("%d persons cannot be judged together", len(cases))
        return {}
    calm = {}
    for person_id, case, one in zip(persons, cases, found, strict=True):
        if one is not None:
            kept = loaded.states[person_id]
            due_at = due_again(case.plan, one.next_due, as_of, set_for=kept.due_at)
            calm[person_id] = Judged(
                person_id, kept.version, one.packed, [], due_at, seen_due=kept.due_at,
                moving=one.moving,
            )  # fmt: skip
    return calm


def _judge_alone(
    batch: Batch, person_id: int, fixes: FixArrays, loaded: Loaded, book: PlanBook, as_of: datetime
) -> None:
    kept = loaded.states[person_id]
    fixes, earliest_us = in_time(fixes, kept.packed)
    if earliest_us is not None:
        _put_late(batch, person_id, earliest_us)
    if not fixes.measured_us.size:
        return
    old = loaded.moving.get(person_id, [])
    judging = partial(judge_one, book, person_id, kept, fixes, old, as_of)
    one = attempt(person_id, judging)
    if one is None:
        _put_late(batch, person_id, int(fixes.measured_us.min()))
    else:
        batch.judged.append(one)


def attempt(person_id: int, judging: Callable[[], Done]) -> Done | None:
    """What judging one person gives; None, and a line in the log, when it breaks.

    One person's trouble must not blind the centre to everybody else: the person stays marked, is
    tried again, and `Progress.failing` counts them until it goes. A database that is away is not
    the person's trouble.
    """
    try:
        return judging()
    except Error:
        raise
    except Exception:
        log.exception("person %d cannot be judged", person_id)
        return None


def judge_one(
    book: PlanBook,
    person_id: int,
    kept: Kept,
    fixes: FixArrays | None,
    old: Sequence[StoredViolation],
    as_of: datetime,
) -> Judged:
    """One person's next step, ready to be saved: new fixes, or (None) only time."""
    newest = as_of if fixes is None else max(as_of, from_us(int(fixes.measured_us.max())))
    plan = _plan(book, person_id, kept, newest, as_of)
    verdict = judge(plan, kept.state, fixes, old, as_of=as_of)
    return Judged(
        person_id,
        kept.version,
        verdict.state,
        verdict.changes,
        due_again(plan, verdict.next_due, as_of, set_for=kept.due_at),
        seen_due=kept.due_at,
        moving=verdict.moving,
        checkpoints=verdict.checkpoints,
        activations=worn_at(book, person_id, verdict),
        silences=verdict.silences,
    )


def _plan(book: PlanBook, person_id: int, kept: Kept, to_at: datetime, as_of: datetime) -> Plan:
    began = kept.packed.folded_to or book.starts_at(person_id) or as_of
    return book.plan(person_id, from_at=min(began, as_of), to_at=to_at)


def worn_at(book: PlanBook, person_id: int, verdict: Verdict) -> dict[datetime, int | None]:
    """Which tag each changed row was judged from, by the row's start."""
    starts = {change.row.from_at for change in verdict.changes}
    return {start: book.activation_at(person_id, start) for start in starts}


def load(person_ids: Iterable[int], book: PlanBook) -> Loaded:
    """States that belong to the present orders, and the violations that may still change."""
    loaded = Loaded()
    names = ("person_id", "version", "plan_digest", "due_at", "moving", "state")
    for ids in in_chunks(person_ids):
        moving = []
        rows = PersonState.objects.filter(person_id__in=ids).values_list(*names)
        for person_id, version, digest, due_at, is_moving, data in rows:
            packed = readable_state(person_id, digest, bytes(data), book)
            if packed is not None:
                loaded.states[person_id] = Kept(version, packed, due_at)
                moving += [person_id] if is_moving else []
        for person_id, row in standing(moving, book.standing) if moving else ():
            loaded.moving.setdefault(person_id, []).append(row)
    return loaded


def standing(
    person_ids: Sequence[int], known: dict[int, StoredViolation]
) -> list[tuple[int, StoredViolation]]:
    """The violations of these persons that may still change by themselves. Of one that is known in
    its present version only the number is read; a version never changes."""
    rows = Violation.objects.filter(person_id__in=person_ids, settled=False)
    rows = rows.exclude(kind__in=EVENT_KINDS).order_by("pk")
    there = list(rows.values_list("pk", "person_id", "version"))
    news = [pk for pk, _, version in there if pk not in known or known[pk].version != version]
    if len(known) > KNOWN_MAX:
        known.clear()
        news = [pk for pk, _, _ in there]
    for ids in in_chunks(news):
        for row in stored(Violation.objects.filter(pk__in=ids, settled=False)):
            known[row.violation_id] = row
    return [(person_id, known[pk]) for pk, person_id, _ in there if pk in known]


def readable_state(person_id: int, digest: str, data: bytes, book: PlanBook) -> Packed | None:
    """The state; None when it belongs to other orders or another version of Waypost wrote it."""
    if person_id not in book.persons or digest != book.digest(person_id):
        return None
    try:
        return Packed.of(data)
    except ValueError:
        return None


def _taken_back(entries: Sequence[Entry], book: PlanBook) -> dict[int, int]:
    """The earliest fix of each person that was judged, maybe, and is now set aside because the
    tag's clock was hours off. (One of 1,024 weeks ago never was.)"""
    earliest: dict[int, int] = {}
    for entry in entries:
        if entry.source != CLOCK_CORRECTION:
            continue
        rows = entry.fixes.filter(pc.equal(entry.fixes["set_aside"], int(SetAside.WRONG_HOUR)))
        times = rows["measured_at"].cast(pa.int64()).to_pylist()
        for number, at_us in zip(rows["activation"].to_pylist(), times, strict=True):
            person_id = book.person_of.get(number)
            if person_id is not None and at_us <= to_us(entry.committed_at):
                earliest[person_id] = min(at_us, earliest.get(person_id, at_us))
    return earliest


def _next_entries(position: int) -> list[Entry]:
    """Whole entries up to about FIXES_AT_ONCE fixes."""
    entries = entries_after(position, limit=ENTRIES_AT_ONCE)
    total = 0
    for number, entry in enumerate(entries):
        total += entry.fixes.num_rows
        if total >= FIXES_AT_ONCE:
            return entries[: number + 1]
    return entries


def _put_late(batch: Batch, person_id: int, earliest_us: int) -> None:
    earliest = from_us(earliest_us)
    batch.late[person_id] = min(earliest, batch.late.get(person_id, earliest))
