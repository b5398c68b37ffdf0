"""Judging a whole history at once, and saying when the live system would have raised each row.

    fixes by person and time -> usable -> containment per requirement -> kernel.replay -> rows

The kernel goes through the receipts as they came, so a row that a late fix takes back is known and
comes out withdrawn. One thing is simpler than live: which fixes would need an impossible speed is
decided once, on all fixes, so one that only looked impossible for a while counts from its receipt;
and so are those that contradict their neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise, starmap
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import FOREVER_US, from_us, to_us
from waypost.geo import BRITISH
from waypost.orders.values import PersonOrders, RequirementKind
from waypost.positions.quality import new_speed_state
from waypost.rules import kernel
from waypost.rules.containment import project as to_plane
from waypost.rules.distrust import new_doubt_state
from waypost.rules.fold import (
    FixArrays,
    Records,
    Usable,
    answer,
    gated,
    in_order,
    initial_state,
    records_of,
    usable_fixes,
)
from waypost.rules.plan import (
    Plan,
    RequirementPlan,
    Watch,
    compile_plan,
    first_order_at,
    is_judged,
    within,
)
from waypost.rules.reasons import taken_back
from waypost.rules.revisit import replay_visits
from waypost.rules.rows import certainty_of, how_of, judged, sorted_rows
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import JudgedViolation, Parameters
from waypost.units import PersonRef, RequirementRef

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Row = tuple[PersonRef, JudgedViolation]
DEFAULT = Parameters()
AHEAD = timedelta(days=1)  # windows are expanded so far beyond the last instant asked about


@dataclass(frozen=True, slots=True)
class Replay:
    """The rows, and what was left aside, to be said aloud.

    now          the instant as of which the rows stand; None: no fix and none given, nothing judged
    strangers    fixes of persons that the orders do not know, or of no live activation
    unjudged     requirements judged elsewhere (plan.JUDGED_ELSEWHERE)
    """

    rows: list[Row]
    now: datetime | None
    strangers: int = 0
    unjudged: list[tuple[PersonRef, RequirementRef, RequirementKind]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Seen:
    """The latest receipt and the latest measurement of a file's fixes; None: it has none."""

    received_to: datetime | None = None
    measured_to: datetime | None = None

    def __or__(self, other: Seen) -> Seen:
        """Of both."""
        return Seen(
            _latest(self.received_to, other.received_to),
            _latest(self.measured_to, other.measured_to),
        )

    def last(self, now: datetime) -> datetime:
        """Nothing that is judged as of then was measured later."""
        return max(now, self.measured_to or now)


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


@dataclass(frozen=True, slots=True, eq=False)
class _Fixes:
    """Fixes of all persons that may be judged, as the file has them: its own memory where it can
    be, so that only what persons are judged by is ever copied."""

    owner: Index
    at: Times
    received: Times
    lat: Floats
    lon: Floats
    r95: npt.NDArray[np.floating[Any]]
    mechanism: npt.NDArray[np.int8]
    key: Index

    def take(self, index: npt.NDArray[np.generic]) -> _Fixes:
        return _Fixes(*(getattr(self, name)[index] for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class _Ordered:
    """What persons are judged by, by person and (measured_at, content_key), metres on the grid.

    index   of each in `fixes`, for who is judged on another plane
    """

    fixes: _Fixes
    index: Index
    owner: Index
    at: Times
    received: Times
    east: Floats
    north: Floats
    r95: npt.NDArray[np.floating[Any]]
    mechanism: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class _MachinesRows:
    """One person's rows as the machines have them, to be told: final ones and those taken back,
    requirement by requirement; attendances apart, as they are."""

    visits: list[JudgedViolation]
    found: list[tuple[RequirementPlan, Records, Records]]


def replay(
    persons: Sequence[PersonOrders],
    fixes: pa.Table,
    *,
    now: datetime | None = None,
    parameters: Parameters | ParameterTimeline = DEFAULT,
) -> list[Row]:
    """One row per violation as it stands once all fixes received by `now` are in, and one,
    `withdrawn`, per row that was raised on the way and does not stand. By person, then time."""
    return replay_all(persons, fixes, now=now, parameters=parameters).rows


def replay_all(
    persons: Sequence[PersonOrders],
    fixes: pa.Table,
    *,
    now: datetime | None = None,
    parameters: Parameters | ParameterTimeline = DEFAULT,
) -> Replay:
    """`replay`, with what was left aside. `fixes` is the table of `positions.files.read_fixes`."""
    seen = seen_of(fixes)
    now = now or seen.received_to
    owner = owners(persons, fixes)
    strangers = int((owner < 0).sum())
    if now is None:
        return Replay([], None, strangers, unjudged_of(persons))
    rows = replay_owned(persons, fixes, owner, now=now, until=seen.last(now), parameters=parameters)
    return Replay(rows, now, strangers, unjudged_of(persons))


def unjudged_of(
    persons: Sequence[PersonOrders],
) -> list[tuple[PersonRef, RequirementRef, RequirementKind]]:
    return [
        (person.person_id, requirement.requirement_id, requirement.kind)
        for person in persons
        for order in person.orders
        for requirement in order.requirements
        if not is_judged(requirement)
    ]


def seen_of(fixes: pa.Table) -> Seen:
    """Of the whole of a file, or a part of it. One set aside (of 2099) moves no horizon."""
    received = _times(fixes, "received_at")
    if not received.size:
        return Seen()
    set_aside = _column(fixes, "set_aside").to_numpy(zero_copy_only=False)
    sound = _times(fixes, "measured_at")[set_aside == 0]
    return Seen(from_us(received.max()), from_us(sound.max()) if sound.size else None)


def replay_owned(
    persons: Sequence[PersonOrders],
    fixes: pa.Table,
    owner: Index,
    *,
    now: datetime,
    until: datetime,
    parameters: Parameters | ParameterTimeline = DEFAULT,
) -> list[Row]:
    """The rows of these persons, by person, then time.

    owner   whose each fix is, as an index into persons; -1: nobody's
    until   no fix that is judged was measured later
    """
    usable = _usable(fixes, owner, _times(fixes, "received_at"), to_us(now))
    ordered = _ordered(usable)
    bounds = np.searchsorted(ordered.owner, np.arange(len(persons) + 1))
    # Stage by stage: plans and rows, made between the fixes of one person and of the next, take
    # three times as long, since those push everything else out of the processor's caches.
    plans = [_plan(person, parameters, until + AHEAD) for person in persons]
    found = [
        None if plan is None else _machines_rows(plan, _own(plan, ordered, part), to_us(now))
        for plan, part in zip(plans, starmap(slice, pairwise(bounds)), strict=True)
    ]
    return [
        (person.person_id, row)
        for person, plan, own in zip(persons, plans, found, strict=True)
        if plan is not None and own is not None
        for row in _told(plan, own)
    ]


def replay_history(plan: Plan, fixes: FixArrays, now: datetime) -> list[JudgedViolation]:
    """`replay_person`, for fixes as lanes have them: in any order, received by `now`."""
    usable = usable_fixes(plan, in_order(fixes), initial_state(plan))
    return replay_person(plan, usable, to_us(now))


def replay_person(plan: Plan, usable: Usable, now_us: int) -> list[JudgedViolation]:
    """All rows of one person, withdrawn ones too. `usable` in order, received by `now_us`."""
    return _told(plan, _machines_rows(plan, usable, now_us))


def _machines_rows(plan: Plan, usable: Usable, now_us: int) -> _MachinesRows:
    late = bool((usable.received[1:] < usable.received[:-1]).any())
    arrival = (
        np.argsort(usable.received, kind="stable") if late else np.arange(usable.received.size)
    )
    visits: list[JudgedViolation] = []
    for attendance in plan.attendances:
        visits += replay_visits(plan, attendance, usable, now_us)
    records = records_of(usable)
    found = []
    for planned in plan.requirements:
        if planned.watch is Watch.RULE:
            answer(plan, planned, usable, records)
            found.append((planned, *_replay_one(planned, records, arrival, now_us)))
    return _MachinesRows(visits, found)


def _told(plan: Plan, own: _MachinesRows) -> list[JudgedViolation]:
    rows = list(own.visits)
    for planned, final, withdrawn in own.found:
        rows += [judged(plan, planned, row) for row in final]
        rows += [_withdrawn(plan, planned, row) for row in withdrawn]
    return sorted_rows(rows)


def owners(persons: Sequence[PersonOrders], fixes: pa.Table) -> Index:
    """Whose each fix is, as an index into persons; -1 nobody's.

    By person_id; by activation_id where the orders list activations, and then only within the
    activation's span, so that a tag given to somebody else brings nothing along.
    """
    by_person = {str(person.person_id): index for index, person in enumerate(persons)}
    owner = _owner_by_name(fixes, "person", by_person)
    names, codes = _names(fixes, "activation")
    if not names:
        return owner
    if not any(person.activations for person in persons):
        return np.where(codes >= 0, _owner_by_name(fixes, "activation", by_person), owner)
    measured = _times(fixes, "measured_at")
    worn = np.where(codes >= 0, -1, owner)
    code_of = {name: code for code, name in enumerate(names)}
    by_code = np.argsort(codes, kind="stable")  # looked through once, however many wore a tag
    starts = np.searchsorted(codes[by_code], np.arange(len(names) + 1))
    for index, person in enumerate(persons):
        for span in person.activations:
            code = code_of.get(str(span.activation_id))
            if code is not None:
                own = by_code[starts[code] : starts[code + 1]]
                end = FOREVER_US if span.to_at is None else to_us(span.to_at)
                at = measured[own]
                worn[own[(at >= to_us(span.from_at)) & (at < end)]] = index
    return worn


def _plan(
    person: PersonOrders, parameters: Parameters | ParameterTimeline, to_at: datetime
) -> Plan | None:
    from_at = first_order_at(person)
    if from_at is None or from_at >= to_at:
        return None
    return compile_plan(person, parameters, from_at=from_at, to_at=to_at)


def _usable(fixes: pa.Table, owner: Index, received: Times, now_us: int) -> _Fixes:
    """What of the file may be judged: somebody's, known by now, not set aside at intake."""
    measured = _times(fixes, "measured_at")
    all_ = _Fixes(
        owner,
        measured,
        received,
        _values(_column(fixes, "lat")),
        _values(_column(fixes, "lon")),
        _values(_column(fixes, "accuracy_m")),
        _values(_column(fixes, "mechanism")),
        _values(_column(fixes, "content_key")),
    )
    set_aside = _column(fixes, "set_aside").to_numpy(zero_copy_only=False)
    good = (owner >= 0) & (received <= now_us) & (set_aside == 0)
    return all_ if good.all() else all_.take(good)


def _ordered(fixes: _Fixes) -> _Ordered:
    """By person and (measured_at, content_key), each fix once with its earliest receipt.

    Keys are looked at only where times are equal; in most files that is nowhere.
    """
    index = _by_person_and_time(fixes.owner, fixes.at)
    owner, at = fixes.owner[index], fixes.at[index]
    same = (owner[1:] == owner[:-1]) & (at[1:] == at[:-1])
    if same.any():
        tied = np.flatnonzero(np.concatenate(([False], same)) | np.concatenate((same, [False])))
        some = fixes.take(index[tied])
        by_key = np.lexsort((some.received, some.key, some.at, some.owner))
        index[tied] = index[tied][by_key]
        some = some.take(by_key)
        again = (np.diff(some.owner) == 0) & (np.diff(some.at) == 0) & (np.diff(some.key) == 0)
        kept = np.ones(index.size, np.bool_)
        kept[tied[1:][again]] = False
        index, owner, at = index[kept], owner[kept], at[kept]
    east, north = to_plane(BRITISH, fixes.lat, fixes.lon)
    return _Ordered(
        fixes, index, owner, at, fixes.received[index], east[index], north[index],
        fixes.r95[index], fixes.mechanism[index],
    )  # fmt: skip


def _by_person_and_time(owner: Index, at: Times) -> Index:
    if _is_sorted(owner, at):
        return np.arange(at.size)
    by_time = np.argsort(at, kind="stable")
    narrow = owner[by_time].astype(np.uint16 if owner.max() < 65_535 else np.int64)
    return by_time[np.argsort(narrow, kind="stable")]


def _is_sorted(owner: Index, at: Times) -> bool:
    if (owner[1:] < owner[:-1]).any():
        return False
    return bool(((owner[1:] > owner[:-1]) | (at[1:] >= at[:-1])).all())


def _own(plan: Plan, ordered: _Ordered, part: slice) -> Usable:
    """One person's fixes on the person's plane: order live, tag worn, possible speed."""
    at = ordered.at[part]
    good = within(plan.live, at)
    if plan.worn is not None:
        good &= within(plan.worn, at)
    if plan.plane == BRITISH:
        x, y = ordered.east[part], ordered.north[part]
    else:
        index, fixes = ordered.index[part], ordered.fixes
        x, y = to_plane(plan.plane, fixes.lat[index], fixes.lon[index])
    received, mechanism = ordered.received[part], ordered.mechanism[part]
    r95 = ordered.r95[part].astype(np.float64)
    if not good.all():
        at, received, x, y = at[good], received[good], x[good], y[good]
        r95, mechanism = r95[good], mechanism[good]
    return gated(
        plan.timeline, new_speed_state(), new_doubt_state(), at, received, x, y, r95, mechanism
    )


def _replay_one(
    planned: RequirementPlan, records: Records, arrival: Index, now_us: int
) -> tuple[Records, Records]:
    """(final rows, rows taken back) of one requirement, as kernel ROWs."""
    room = 64
    while True:
        machines, slots = kernel.new_machines(1)
        rows, lives = np.zeros(room, kernel.ROW), np.zeros(room, kernel.ROW)
        count, live_count = kernel.replay(
            machines, slots[0], rows, lives, planned.rule, planned.starts, planned.ends,
            planned.shape.outline, records, arrival, now_us,
        )  # fmt: skip
        if max(count, live_count) <= room:
            break
        room = max(count, live_count)
    standing = np.zeros(3 * len(planned.starts) + 8, kernel.ROW)
    more, _ = kernel.project(
        machines, slots[0], standing, planned.rule, planned.starts, planned.ends, now_us, True
    )
    # By bytes: numpy takes long over each field, even of no rows.
    both = bytearray(rows[:count].tobytes() + standing[:more].tobytes())
    final = np.frombuffer(both, kernel.ROW)
    taken = kernel.settle_raised(final, lives[:live_count])
    return final, lives[:live_count][taken == 1]


def _withdrawn(plan: Plan, planned: RequirementPlan, row: kernel.Record) -> JudgedViolation:
    return JudgedViolation(
        requirement_id=planned.requirement_id,
        kind=planned.row_kind,
        from_at=from_us(row["from_at"]),
        to_at=from_us(max(row["from_at"], row["to_at"])),
        certainty=certainty_of(row),
        minutes=0.0,
        raised_at=from_us(row["raised_at"]),
        reasons=taken_back(row),
        withdrawn=True,
        how=how_of(planned, row),
        requirement_version_id=planned.version_id,
        parameter_revision_id=plan.timeline.at_us(int(row["from_at"])).revision_id,
    )


def _owner_by_name(fixes: pa.Table, column: str, owners: dict[str, int]) -> Index:
    names, codes = _names(fixes, column)
    by_code = np.array([owners.get(name, -1) for name in names] + [-1], dtype=np.int64)
    return by_code[codes]  # -1, no name, finds the last


def _names(fixes: pa.Table, column: str) -> tuple[list[str], Index]:
    """The different names of a column, and each row's; -1 where it has none."""
    if column not in fixes.column_names or not fixes.num_rows:
        return [], np.full(fixes.num_rows, -1, dtype=np.int64)
    values = _column(fixes, column)
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    codes = values.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    names = [str(name) for name in values.dictionary.to_pylist()]
    return (names, codes) if (codes >= 0).any() else ([], codes)


def _column(fixes: pa.Table, name: str) -> pa.Array:
    column = fixes.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    combined = column.combine_chunks()
    return combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined


def _times(fixes: pa.Table, name: str) -> Times:
    column = _column(fixes, name)
    return _values(column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()))


def _values(column: pa.Array) -> npt.NDArray[Any]:
    """The values, mostly the column's own memory and read-only. Whoever gives them to numba takes
    a part first: read-only arrays are another type to it, compiled once more."""
    return np.asarray(column.to_numpy(zero_copy_only=False))
