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

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import Error, transaction

from waypost.clock import from_us, to_us
from waypost.monitoring.actions import mark_persons
from waypost.monitoring.fold import FixArrays, State
from waypost.monitoring.judging import Verdict, in_time, judge
from waypost.monitoring.models import PersonState, Violation
from waypost.monitoring.news import Follower, TagReport
from waypost.monitoring.planbook import PlanBook
from waypost.monitoring.queries import stored
from waypost.monitoring.reconcile import StoredViolation
from waypost.monitoring.saving import At, Judged, due_again, in_chunks, move_cursor, save
from waypost.positions.log import CLOCK_CORRECTION, Entry, entries_after, head_position
from waypost.positions.order import in_order
from waypost.positions.schema import CLOCK_WRONG, SetAside
from waypost.positions.values import EventKind

ENTRIES_AT_ONCE = 200  # bounds the memory and the length of a transaction
FIXES_AT_ONCE = 60_000

log = logging.getLogger(__name__)


@dataclass
class Loaded:
    """What the store says of persons: states with their versions, violations still in motion."""

    states: dict[int, tuple[int, State]] = field(default_factory=dict)
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
            follow(news, now=now, tag_reports=reports)
    return At(end, as_of)


def judge_entries(entries: Sequence[Entry], book: PlanBook, *, as_of: datetime) -> Batch:
    """Judge what the entries bring; nothing is written."""
    fixes = by_person([entry.fixes for entry in entries], book.person_of)
    loaded = load(fixes.keys(), book)
    batch = Batch()
    for person_id, taken_back_us in _taken_back(entries, book).items():
        _put_late(batch, person_id, taken_back_us)
    for person_id, arrays in fixes.items():
        if person_id not in loaded.states:
            _put_late(batch, person_id, int(arrays.measured_us.min()))
            continue
        version, state = loaded.states[person_id]
        arrays, earliest_us = in_time(arrays, state)
        if earliest_us is not None:
            _put_late(batch, person_id, earliest_us)
        if arrays.measured_us.size:
            old = loaded.moving.get(person_id, [])
            judging = partial(judge_one, book, person_id, version, state, arrays, old, as_of)
            one = attempt(person_id, judging)
            if one is None:
                _put_late(batch, person_id, int(arrays.measured_us.min()))
            else:
                batch.judged.append(one)
    return batch


def attempt(person_id: int, judging: Callable[[], Judged]) -> Judged | None:
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
    version: int,
    state: State,
    fixes: FixArrays | None,
    old: Sequence[StoredViolation],
    as_of: datetime,
) -> Judged:
    """One person's next step, ready to be saved: new fixes, or (None) only time."""
    began = state.folded_to or book.starts_at(person_id) or as_of
    newest = as_of if fixes is None else max(as_of, from_us(int(fixes.measured_us.max())))
    plan = book.plan(person_id, from_at=min(began, as_of), to_at=newest)
    verdict = judge(plan, state, fixes, old, as_of=as_of)
    return Judged(
        person_id,
        version,
        verdict.state,
        verdict.changes,
        due_again(plan, verdict.next_due, as_of),
        checkpoints=verdict.checkpoints,
        activations=worn_at(book, person_id, verdict),
    )


def worn_at(book: PlanBook, person_id: int, verdict: Verdict) -> dict[datetime, int | None]:
    """Which tag each changed row was judged from, by the row's start."""
    starts = {change.row.from_at for change in verdict.changes}
    return {start: book.activation_at(person_id, start) for start in starts}


def by_person(tables: Sequence[pa.Table], person_of: dict[int, int]) -> dict[int, FixArrays]:
    """Fixes by person, without those set aside at intake (one from 2099 must not move a state's
    clock) and those of a tag that nobody is known to wear."""
    table = pa.concat_tables(tables)
    sound = pc.equal(table.column("set_aside"), 0)
    if not pc.all(sound).as_py():
        table = in_order(table)  # first: one set aside takes back those that say the same
        table = table.filter(pc.equal(table.column("set_aside"), 0))
    if not table.num_rows:
        return {}
    arrays = FixArrays.from_table(table)
    known, which = np.unique(table.column("activation").to_numpy(), return_inverse=True)
    persons = np.array([person_of.get(int(one), 0) for one in known], dtype=np.int64)[which]
    order = np.argsort(persons, kind="stable")
    ids, starts = np.unique(persons[order], return_index=True)
    parts = np.split(order, starts[1:])
    return {int(i): arrays.take(part) for i, part in zip(ids, parts, strict=True) if i}


def load(person_ids: Iterable[int], book: PlanBook) -> Loaded:
    """States that belong to the present orders, and the violations that may still change."""
    loaded = Loaded()
    for ids in in_chunks(person_ids):
        for row in PersonState.objects.filter(person_id__in=ids):
            state = readable_state(row, book)
            if state is not None:
                loaded.states[row.person_id] = (row.version, state)
        for record in Violation.objects.filter(person_id__in=ids, settled=False):
            loaded.moving.setdefault(record.person_id, []).extend(stored([record]))
    return loaded


def readable_state(row: PersonState, book: PlanBook) -> State | None:
    """The state; None when it belongs to other orders or another version of Waypost wrote it."""
    if row.person_id not in book.persons or row.plan_digest != book.digest(row.person_id):
        return None
    try:
        return State.from_bytes(bytes(row.state))
    except ValueError:
        return None


def tag_reports(
    entries: Sequence[Entry], book: PlanBook, kinds: frozenset[EventKind]
) -> list[TagReport]:
    """States of tags worth an alert. One set aside at intake is not, unless only the tag's clock is
    wrong: a strap cut at a wrong hour is cut, about when we heard of it."""
    wanted = {kind.value for kind in kinds}
    return [
        TagReport(
            person_id=book.person_of[row["activation"]],
            activation=row["activation"],
            kind=EventKind(row["kind"]),
            measured_at=row["received_at" if row["set_aside"] in CLOCK_WRONG else "measured_at"],
            content_key=row["content_key"],
        )
        for entry in entries
        if entry.events.num_rows
        for row in entry.events.drop_columns(["attributes", "raw_id"]).to_pylist()
        if row["kind"] in wanted
        and (row["set_aside"] == 0 or row["set_aside"] in CLOCK_WRONG)
        and row["activation"] in book.person_of
        and entry.source != CLOCK_CORRECTION  # told when it first came
    ]


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
