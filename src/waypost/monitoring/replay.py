"""Judging a whole history at once, and saying when the live system would have raised each row.

    fixes by person and time -> usable -> containment per requirement -> kernel.replay -> rows

The kernel goes through the receipts as they came, so a row that a late fix takes back is known and
comes out withdrawn. One thing is simpler than live: which fixes would need an impossible speed is
decided once, on all fixes, so one that only looked impossible for a while counts from its receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import FOREVER_US, from_us, to_us
from waypost.geo import BRITISH
from waypost.monitoring import kernel
from waypost.monitoring.containment import project as to_plane
from waypost.monitoring.fold import (
    Records,
    Usable,
    certainty_of,
    codes_of,
    gated,
    judged,
    sorted_rows,
)
from waypost.monitoring.plan import (
    MUST_BE_INSIDE,
    Plan,
    RequirementPlan,
    compile_plan,
    first_order_at,
    within,
)
from waypost.monitoring.reasons import taken_back
from waypost.monitoring.values import JudgedViolation, Parameters
from waypost.orders.values import PersonOrders, RequirementKind
from waypost.positions.quality import new_speed_state
from waypost.units import PersonRef, RequirementRef

Times = npt.NDArray[np.int64]
Index = npt.NDArray[np.int64]
Row = tuple[PersonRef, JudgedViolation]
DEFAULT = Parameters()
AHEAD = timedelta(days=1)  # windows are expanded so far beyond the last instant asked about


@dataclass(frozen=True, slots=True)
class Replay:
    """The rows, and what was left aside, to be said aloud.

    now          the instant as of which the rows stand; None: no fix and none given, nothing judged
    strangers    fixes of persons that the orders do not know, or of no live activation
    unjudged     requirements of kinds that are not judged yet
    """

    rows: list[Row]
    now: datetime | None
    strangers: int = 0
    unjudged: list[tuple[PersonRef, RequirementRef, RequirementKind]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class _Fixes:
    """Usable fixes of all persons, by person and (measured_at, content_key); metres on the grid."""

    owner: Index
    at: Times
    received: Times
    lat: npt.NDArray[np.float64]
    lon: npt.NDArray[np.float64]
    r95: npt.NDArray[np.float64]
    mechanism: npt.NDArray[np.int8]
    key: Index

    def take(self, index: npt.NDArray[np.generic] | slice) -> _Fixes:
        return _Fixes(*(getattr(self, name)[index] for name in self.__slots__))


def replay(
    persons: Sequence[PersonOrders],
    fixes: pa.Table,
    *,
    now: datetime | None = None,
    parameters: Parameters = DEFAULT,
) -> list[Row]:
    """One row per violation as it stands once all fixes received by `now` are in, and one,
    `withdrawn`, per row that was raised on the way and does not stand. By person, then time."""
    return replay_all(persons, fixes, now=now, parameters=parameters).rows


def replay_all(
    persons: Sequence[PersonOrders],
    fixes: pa.Table,
    *,
    now: datetime | None = None,
    parameters: Parameters = DEFAULT,
) -> Replay:
    """`replay`, with what was left aside. `fixes` is the table of `positions.files.read_fixes`."""
    received = _times(fixes, "received_at")
    if now is None and received.size:
        now = from_us(received.max())
    unjudged = [
        (person.person_id, requirement.requirement_id, requirement.kind)
        for person in persons
        for order in person.orders
        for requirement in order.requirements
        if requirement.kind not in MUST_BE_INSIDE
    ]
    owner = owners(persons, fixes)
    strangers = int((owner < 0).sum())
    if now is None:
        return Replay([], None, strangers, unjudged)
    usable = _ordered(_usable(fixes, owner, received, to_us(now)))
    east, north = to_plane(BRITISH, usable.lat, usable.lon)
    bounds = np.searchsorted(usable.owner, np.arange(len(persons) + 1))
    last = max(to_us(now), int(usable.at.max(initial=to_us(now))))
    rows: list[Row] = []
    for index, person in enumerate(persons):
        plan = _plan(person, parameters, from_us(last) + AHEAD)
        if plan is None:
            continue
        part = slice(bounds[index], bounds[index + 1])
        own = _own(plan, usable, part, east, north)
        rows += [(person.person_id, row) for row in replay_person(plan, own, to_us(now))]
    return Replay(rows, now, strangers, unjudged)


def replay_person(plan: Plan, usable: Usable, now_us: int) -> list[JudgedViolation]:
    """All rows of one person, withdrawn ones too. `usable` in order, received by `now_us`."""
    late = bool((np.diff(usable.received) < 0).any())
    arrival = (
        np.argsort(usable.received, kind="stable") if late else np.arange(usable.received.size)
    )
    rows: list[JudgedViolation] = []
    for planned in plan.requirements:
        final, withdrawn = _replay_one(planned, usable, arrival, now_us)
        rows += [judged(plan, planned, row) for row in final]
        rows += [_withdrawn(planned, row) for row in withdrawn]
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
    for index, person in enumerate(persons):
        for span in person.activations:
            code = code_of.get(str(span.activation_id))
            if code is not None:
                end = FOREVER_US if span.to_at is None else to_us(span.to_at)
                own = (codes == code) & (measured >= to_us(span.from_at)) & (measured < end)
                worn[own] = index
    return worn


def _plan(person: PersonOrders, parameters: Parameters, to_at: datetime) -> Plan | None:
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
        _numbers(fixes, "lat"),
        _numbers(fixes, "lon"),
        _numbers(fixes, "accuracy_m"),
        _own_copy(_column(fixes, "mechanism"), np.int8),
        _own_copy(_column(fixes, "content_key"), np.int64),
    )
    set_aside = _column(fixes, "set_aside").to_numpy(zero_copy_only=False)
    good = (owner >= 0) & (received <= now_us) & (set_aside == 0)
    return all_ if good.all() else all_.take(good)


def _ordered(fixes: _Fixes) -> _Fixes:
    """By person and (measured_at, content_key), each fix once with its earliest receipt.

    Keys are looked at only where times are equal; in most files that is nowhere.
    """
    if not _is_sorted(fixes.owner, fixes.at):
        order = np.argsort(fixes.at, kind="stable")
        narrow = fixes.owner[order].astype(np.uint16 if fixes.owner.max() < 65_535 else np.int64)
        fixes = fixes.take(order[np.argsort(narrow, kind="stable")])
    same = (np.diff(fixes.owner) == 0) & (np.diff(fixes.at) == 0)
    if not same.any():
        return fixes
    tied = np.flatnonzero(np.concatenate(([False], same)) | np.concatenate((same, [False])))
    some = fixes.take(tied)
    order = np.lexsort((some.received, some.key, some.at, some.owner))
    index = np.arange(fixes.at.size)
    index[tied] = tied[order]
    some = some.take(order)
    again = (np.diff(some.owner) == 0) & (np.diff(some.at) == 0) & (np.diff(some.key) == 0)
    kept = np.ones(fixes.at.size, np.bool_)
    kept[tied[1:][again]] = False
    return fixes.take(index[kept])


def _is_sorted(owner: Index, at: Times) -> bool:
    step = np.diff(owner)
    return bool(((step > 0) | ((step == 0) & (np.diff(at) >= 0))).all())


def _own(
    plan: Plan,
    fixes: _Fixes,
    part: slice,
    east: npt.NDArray[np.float64],
    north: npt.NDArray[np.float64],
) -> Usable:
    """One person's fixes on the person's plane: order live, tag worn, possible speed."""
    own = fixes.take(part)
    x, y = east[part], north[part]
    if plan.plane != BRITISH:
        x, y = to_plane(plan.plane, own.lat, own.lon)
    good = within(plan.live, own.at)
    if plan.worn is not None:
        good &= within(plan.worn, own.at)
    usable = Usable(own.at, own.received, x, y, own.r95, own.mechanism)
    if not good.all():
        usable = Usable(*(getattr(usable, name)[good] for name in usable.__slots__))
    return gated(usable, new_speed_state(), plan.parameters.speed_max_mps)


def _replay_one(
    planned: RequirementPlan, usable: Usable, arrival: Index, now_us: int
) -> tuple[Records, Records]:
    """(final rows, rows taken back) of one requirement, as kernel ROWs."""
    codes, d = codes_of(planned, usable)
    room = 64
    while True:
        machines, slots = kernel.new_machines(1)
        rows, lives = np.zeros(room, kernel.ROW), np.zeros(room, kernel.ROW)
        count, live_count = kernel.replay(
            machines, slots[0], rows, lives, planned.rule[0], planned.starts, planned.ends,
            usable.at, usable.received, codes, d, usable.r95, usable.mechanism, arrival, now_us,
        )  # fmt: skip
        if max(count, live_count) <= room:
            break
        room = max(count, live_count)
    standing = np.zeros(2 * len(planned.starts) + 8, kernel.ROW)
    more, _ = kernel.project(
        machines, slots[0], standing, planned.rule[0], planned.starts, planned.ends, now_us, True
    )
    final = np.concatenate((rows[:count], standing[:more]))
    taken = kernel.settle_raised(final, lives[:live_count])
    return final, lives[:live_count][taken == 1]


def _withdrawn(planned: RequirementPlan, row: kernel.Record) -> JudgedViolation:
    return JudgedViolation(
        requirement_id=planned.requirement_id,
        kind=planned.kind,
        from_at=from_us(row["from_at"]),
        to_at=from_us(max(row["from_at"], row["to_at"])),
        certainty=certainty_of(row),
        minutes=0.0,
        raised_at=from_us(row["raised_at"]),
        reasons=taken_back(row),
        withdrawn=True,
        requirement_version_id=planned.version_id,
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
    return _own_copy(column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64()), np.int64)


def _numbers(fixes: pa.Table, name: str) -> npt.NDArray[np.float64]:
    return _own_copy(_column(fixes, name), np.float64)


def _own_copy(column: pa.Array, kind: type[np.generic]) -> npt.NDArray[Any]:
    """The values, writable: read-only arrays are another type to numba, compiled once more."""
    return np.require(column.to_numpy(zero_copy_only=False), dtype=kind, requirements=["C", "W"])
