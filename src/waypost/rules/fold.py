"""Folding fixes into a person's state, and asking what stands as of now: what live and late use.

    plan + state + fixes -> fold -> state, rows that are final
    plan + state + now   -> project -> rows that may still change, and when to ask again

A state holds times and distances, never an index into a plan; it belongs to the plan's digest. Time
passing never changes it: `project` works on a copy, so a fix that comes after a tick but was
measured before it is folded like any other.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import FOREVER_US, from_us, to_us
from waypost.positions.quality import SPEED_STATE, new_speed_state, speed_gate
from waypost.rules import kernel
from waypost.rules.containment import INSIDE, OUTSIDE, judge_containment
from waypost.rules.containment import project as to_plane
from waypost.rules.distrust import DOUBT_STATE, doubted, new_doubt_state
from waypost.rules.evidence import say, table_of
from waypost.rules.plan import Plan, RequirementPlan, Watch, within
from waypost.rules.rows import judged, sorted_rows
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import JudgedViolation
from waypost.rules.visits import KEPT, Machines, kept_rows, settle, stand
from waypost.units import R95_UNSTATED_M, Mechanism

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Records = npt.NDArray[np.void]

LAYOUT = 3  # raise it whenever the meaning of the state changes and its dtypes do not
# What being INSIDE, OUTSIDE or UNCERTAIN says of a requirement, by whether one must be inside.
MEANING = np.zeros((2, 3), np.int8)
MEANING[0, [INSIDE, OUTSIDE]] = kernel.BAD, kernel.GOOD
MEANING[1, [INSIDE, OUTSIDE]] = kernel.GOOD, kernel.BAD
UNSTATED_M = np.array([R95_UNSTATED_M[mechanism] for mechanism in Mechanism])
FAR_M = 1e9  # how far within a requirement without a place everybody is
_HEAD = struct.Struct("<4sHHHI32s")
_BODY = _HEAD.size + 8  # behind the head: the time of the last fix folded
_LAYOUT_NUMBER = zlib.crc32(
    repr((kernel.MACHINE, kernel.ROW, kernel.SLOTS, SPEED_STATE, DOUBT_STATE, KEPT)).encode()
)


@dataclass(frozen=True, slots=True, eq=False)
class FixArrays:
    """One person's fixes, in any order: microseconds UTC, WGS84 degrees, R95 in metres."""

    measured_us: Times
    received_us: Times
    lat: Floats
    lon: Floats
    accuracy_m: Floats
    mechanism: Codes
    content_key: Times
    set_aside: Codes

    @classmethod
    def from_table(cls, table: pa.Table) -> FixArrays:
        """From rows of `positions.schema.FIXES`."""

        def column(name: str, kind: type[np.generic]) -> Any:
            values = table.column(name).combine_chunks()
            if pa.types.is_timestamp(values.type):
                values = values.cast(pa.timestamp("us", values.type.tz)).cast(pa.int64())
            return np.ascontiguousarray(values.to_numpy(zero_copy_only=False), dtype=kind)

        return cls(
            measured_us=column("measured_at", np.int64),
            received_us=column("received_at", np.int64),
            lat=column("lat", np.float64),
            lon=column("lon", np.float64),
            accuracy_m=column("accuracy_m", np.float64),
            mechanism=column("mechanism", np.int8),
            content_key=column("content_key", np.int64),
            set_aside=column("set_aside", np.int8),
        )

    def take(self, index: npt.NDArray[np.generic]) -> FixArrays:
        return FixArrays(*(getattr(self, name)[index] for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where the rules stand after the last fix folded.

    machines, slots   one per requirement of the plan, in its order; the kernel's records
    speed, doubt      the memories of the speed gate and of distrust
    kept              finished rows of appointments that are not settled (visits.py)
    folded_to_us      time of the last fix folded, usable or not; None before the first
    """

    digest: str
    machines: Records
    slots: Records
    speed: Records
    doubt: Records
    kept: Records
    folded_to_us: int | None = None

    @property
    def folded_to(self) -> datetime | None:
        return None if self.folded_to_us is None else from_us(self.folded_to_us)

    @property
    def seen_to_us(self) -> int | None:
        """Time of the last usable fix folded: the speed gate measures from it."""
        return int(self.speed["ref_us"][0]) if self.speed["has_ref"][0] else None

    @property
    def seen_to(self) -> datetime | None:
        return None if self.seen_to_us is None else from_us(self.seen_to_us)

    def copy(self) -> State:
        return State(
            self.digest,
            _copied(self.machines),
            _copied(self.slots),
            _copied(self.speed),
            _copied(self.doubt),
            _copied(self.kept),
            self.folded_to_us,
        )

    def to_bytes(self) -> bytes:
        folded_to = -FOREVER_US if self.folded_to_us is None else self.folded_to_us
        head = _HEAD.pack(
            b"WPST", LAYOUT, len(self.machines), len(self.kept), _LAYOUT_NUMBER,
            bytes.fromhex(self.digest),
        )  # fmt: skip
        body = (self.machines, self.slots, self.speed, self.doubt, self.kept)
        return b"".join((head, struct.pack("<q", folded_to), *(one.tobytes() for one in body)))

    @classmethod
    def from_bytes(cls, data: bytes) -> State:
        """The state that `to_bytes` gave. ValueError when another version of Waypost wrote it:
        judge the person again from the orders' start."""
        return Packed.of(data).unpacked()


@dataclass(frozen=True, slots=True)
class Packed:
    """A state as it is stored: its head read, the rest not taken apart.

    count   of its machines; kept: of its finished rows of appointments
    data    what `State.to_bytes` gave
    """

    digest: str
    folded_to_us: int | None
    count: int
    kept: int
    data: bytes

    @classmethod
    def of(cls, data: bytes) -> Packed:
        """ValueError when another version of Waypost wrote it, or some of it is missing."""
        if len(data) < _BODY:
            raise ValueError("state too short")
        magic, layout, count, kept, number, digest = _HEAD.unpack_from(data)
        if (magic, layout, number) != (b"WPST", LAYOUT, _LAYOUT_NUMBER):
            raise ValueError(f"state of another layout ({layout}, {number}); this is {LAYOUT}")
        if len(data) < sum(size_of(count)) + _BODY + KEPT.itemsize * kept:
            raise ValueError("state cut short")
        (folded_to,) = struct.unpack_from("<q", data, _HEAD.size)
        return cls(digest.hex(), None if folded_to == -FOREVER_US else folded_to, count, kept, data)

    @property
    def folded_to(self) -> datetime | None:
        return None if self.folded_to_us is None else from_us(self.folded_to_us)

    def parts(self) -> list[bytes]:
        """The bytes of machines, slots, speed and doubt."""
        at, found = _BODY, []
        for size in size_of(self.count):
            found.append(self.data[at : at + size])
            at += size
        return found

    def moved_on(self, folded_to_us: int, parts: Sequence[bytes]) -> Packed:
        """The same person's state after further fixes: no kept rows, these four parts."""
        head = self.data[: _HEAD.size] + struct.pack("<q", folded_to_us)
        return replace(self, folded_to_us=folded_to_us, data=b"".join((head, *parts)))

    def unpacked(self) -> State:
        at, parts = _BODY, []
        for dtype, many in (
            (kernel.MACHINE, self.count),
            (kernel.ROW, kernel.SLOTS * self.count),
            (SPEED_STATE, 1),
            (DOUBT_STATE, 1),
            (KEPT, self.kept),
        ):
            parts.append(np.frombuffer(self.data, dtype, many, at).copy())
            at += dtype.itemsize * many
        return State(
            self.digest,
            parts[0],
            parts[1].reshape(self.count, kernel.SLOTS),
            parts[2],
            parts[3],
            parts[4],
            self.folded_to_us,
        )

    def to_bytes(self) -> bytes:
        return self.data


def size_of(count: int) -> tuple[int, int, int, int]:
    """How many bytes machines, slots, speed and doubt take, of so many requirements."""
    rows = kernel.SLOTS * count
    return (
        kernel.MACHINE.itemsize * count, kernel.ROW.itemsize * rows,
        SPEED_STATE.itemsize, DOUBT_STATE.itemsize,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folded:
    """rows: what became final in this fold (final unless a fix measured earlier comes late).
    usable_us: times of the fixes that were judged, in order."""

    state: State
    rows: list[JudgedViolation]
    usable_us: Times


@dataclass(frozen=True, slots=True)
class Projected:
    """rows: open, still joinable, or provisional as of now. next_due: when time alone will change
    them; None when it will not within the plan's horizon."""

    rows: list[JudgedViolation]
    next_due: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class Usable:
    """A person's usable fixes in order, on the plane.

    doubt   per fix the time of the one before it, when it is not to be trusted (distrust.py)
    """

    at: Times
    received: Times
    x: Floats
    y: Floats
    r95: Floats
    mechanism: Codes
    doubt: Times

    def take(self, index: npt.NDArray[np.generic]) -> Usable:
        return Usable(*(getattr(self, name)[index] for name in self.__slots__))


def initial_state(plan: Plan) -> State:
    """Nothing known. Its plan's horizon must begin where the orders do."""
    machines, slots = kernel.new_machines(len(plan.requirements))
    return State(
        plan.digest, machines, slots, new_speed_state(), new_doubt_state(), np.empty(0, KEPT)
    )


def fold(plan: Plan, state: State, fixes: FixArrays) -> Folded:
    """The state after these fixes, none of which may be measured before the last one folded.

    raises   ValueError when the state belongs to other orders, when a fix is older than what was
             folded (late fixes are folded again from an older state), or beyond the horizon
    """
    _check_same(plan, state)
    fixes = in_order(fixes)
    after = state.copy()
    if not fixes.measured_us.size:
        return Folded(after, [], fixes.measured_us)
    first, last = int(fixes.measured_us[0]), int(fixes.measured_us[-1])
    if state.folded_to_us is not None and first < state.folded_to_us:
        raise ValueError(f"fix at {first} is older than the state, folded to {state.folded_to_us}")
    usable = usable_fixes(plan, fixes, after)
    if usable.at.size and int(usable.at[-1]) >= to_us(plan.horizon_to):
        raise ValueError(f"fix at {int(usable.at[-1])} is beyond the plan's horizon")
    return fold_usable(plan, state, after, usable, int(fixes.received_us.max()), last)


def fold_usable(
    plan: Plan, before: State, after: State, usable: Usable, received_us: int, folded_to_us: int
) -> Folded:
    """`fold`, for fixes that have passed every test. `after` is a copy of `before` to be used up.

    received_us   when the newest of them came
    """
    rows: list[JudgedViolation] = []
    finished = [before.kept]
    records = records_of(usable)
    for index, planned in enumerate(plan.requirements):
        answer(plan, planned, usable, records)
        pushed = _fold_one(planned, after, index, records)
        if planned.watch is Watch.RULE:
            rows += [judged(plan, planned, row) for row in pushed]
        elif pushed.size:
            finished.append(kept_rows(index, pushed))
    kept = before.kept
    if plan.attendances:
        was, now = (Machines(one.machines, one.slots) for one in (before, after))
        known_at = from_us(received_us)
        settled, kept = settle(plan, was, now, np.concatenate(finished), known_at)
        rows += settled
    state = replace(after, kept=kept, folded_to_us=folded_to_us)
    return Folded(state, sorted_rows(rows), usable.at)


def project(plan: Plan, state: State, now: datetime, *, count_to_now: bool = False) -> Projected:
    """What stands as of `now`, no further fix being known.

    count_to_now   an open violation's minutes run to now; else to its last decisive fix, so that
                   a row changes only when something is known
    raises         ValueError when now is beyond the plan's horizon
    """
    _check_same(plan, state)
    if now >= plan.horizon_to:
        raise ValueError(f"{now} is beyond the plan's horizon {plan.horizon_to}")
    copied = state.copy()
    rows: list[JudgedViolation] = []
    unfinished = [state.kept]
    due = FOREVER_US
    for index, planned in enumerate(plan.requirements):
        scratch = np.zeros(3 * len(planned.starts) + 8, kernel.ROW)
        count, next_due = kernel.project(
            copied.machines[index : index + 1], copied.slots[index], scratch, planned.rule,
            planned.starts, planned.ends, to_us(now), count_to_now and planned.watch is Watch.RULE,
        )  # fmt: skip
        if planned.watch is Watch.RULE:
            rows += [judged(plan, planned, row) for row in scratch[:count]]
        else:
            unfinished.append(kept_rows(index, scratch[:count]))
        due = min(due, int(next_due))
    if plan.attendances:
        at = Machines(state.machines, state.slots)
        visits, next_visit = stand(plan, at, np.concatenate(unfinished), now)
        rows += visits
        due = min(due, FOREVER_US if next_visit is None else to_us(next_visit))
    beyond = due >= to_us(plan.horizon_to)
    return Projected(sorted_rows(rows), None if beyond else from_us(due))


def warm_up(plan: Plan) -> None:
    """Compile, or load, what judging runs on, before anybody waits for it. The first time on a
    machine takes some ten seconds, later ones a fraction of one."""
    times, numbers, codes = np.empty(0, np.int64), np.empty(0), np.empty(0, np.int8)
    none = FixArrays(times, times, numbers, numbers, numbers, codes, times, codes)
    state = initial_state(plan)
    usable = usable_fixes(plan, none, state)
    records = records_of(usable)
    for index, planned in enumerate(plan.requirements):
        answer(plan, planned, usable, records)
        _fold_one(planned, state, index, records)
    project(plan, state, plan.horizon_from)


def in_order(fixes: FixArrays) -> FixArrays:
    """By (measured_at, content_key), each fix once, with its earliest receipt."""
    if fixes.measured_us.size == 1:
        return fixes
    order = np.lexsort((fixes.received_us, fixes.content_key, fixes.measured_us))
    fixes = fixes.take(order)
    if fixes.measured_us.size < 2:
        return fixes
    same = (np.diff(fixes.measured_us) == 0) & (np.diff(fixes.content_key) == 0)
    return fixes.take(np.concatenate(([True], ~same))) if same.any() else fixes


def usable_fixes(plan: Plan, fixes: FixArrays, state: State) -> Usable:
    """Those that are judged: not set aside, tag worn, an order live, possible speed.

    fixes   in order
    state   its memories of speed and doubt are changed in place
    """
    good = (fixes.set_aside == 0) & within(plan.live, fixes.measured_us)
    if plan.worn is not None:
        good &= within(plan.worn, fixes.measured_us)
    if not good.all():
        fixes = fixes.take(good)
    x, y = to_plane(plan.plane, fixes.lat, fixes.lon)
    return gated(
        plan.timeline, state.speed, state.doubt,
        fixes.measured_us, fixes.received_us, x, y, fixes.accuracy_m, fixes.mechanism,
    )  # fmt: skip


def gated(
    timeline: ParameterTimeline,
    speed: Records,
    doubt: Records,
    at: Times,
    received: Times,
    x: Floats,
    y: Floats,
    r95: Floats,
    mechanism: Codes,
) -> Usable:
    """Without the fixes that would need an impossible speed, and with what each makes doubtful.

    speed, doubt   the memories, changed in place
    """
    parts = [
        speed_gate(speed, at[part], x[part], y[part], r95[part], entry.parameters.speed_max_mps)
        for part, entry in timeline.parts(at)
    ]
    rejected = parts[0] if len(parts) == 1 else np.concatenate(parts)
    if rejected.any():
        kept = rejected == 0
        at, received, x, y = at[kept], received[kept], x[kept], y[kept]
        r95, mechanism = r95[kept], mechanism[kept]
    doubts = doubted(doubt, at, x, y, r95, timeline)
    return Usable(at, received, x, y, r95, mechanism, doubts)


def records_of(usable: Usable) -> Records:
    """The fixes as the kernel's FIX records, but for what they say of a requirement (`answer`)."""
    records = np.empty(usable.at.size, kernel.FIX)
    for name in usable.__slots__:
        records[name] = getattr(usable, name)
    records["assumed"] = usable.r95 == UNSTATED_M[usable.mechanism]
    return records


def answer(plan: Plan, planned: RequirementPlan, usable: Usable, records: Records) -> None:
    """Write into the records what each fix says of the requirement: code, distance, evidence."""
    if planned.everywhere:
        records["code"], records["d"], records["evidence"] = kernel.GOOD, -FAR_M, 0.0
        return
    inside = planned.must_be_inside
    meaning = MEANING[int(inside)]
    for part, entry in plan.timeline.parts(usable.at):
        numbers = entry.parameters
        said, d = judge_containment(
            planned.shape, usable.x[part], usable.y[part], usable.r95[part], exact=inside,
            inside_by_m=numbers.inside_return_m if inside else numbers.exclusion_enter_m,
            outside_by_m=numbers.inside_leave_m if inside else numbers.exclusion_exit_m,
        )  # fmt: skip
        say(
            records[part], said, meaning, kernel.BAD, d, table_of(numbers),
            math.log(numbers.fix_odds_max),
        )  # fmt: skip


def _fold_one(planned: RequirementPlan, state: State, index: int, records: Records) -> Records:
    """Fold into the state's machine, in place; the rows pushed."""
    machine, slots = state.machines[index : index + 1], state.slots[index]
    # Six rows a fix and six a window are more than can be pushed; a long history gets less room
    # at first and, should that not do, another go.
    sure = 6 * (records.size + planned.starts.size + 1)
    room = min(sure, 4096)
    before = (machine.copy(), slots.copy()) if room < sure else None
    while True:
        rows = np.zeros(room, kernel.ROW)
        count = kernel.fold(
            machine, slots, rows, planned.rule, planned.starts, planned.ends,
            planned.shape.outline, records,
        )  # fmt: skip
        if count <= room:
            return rows[:count]
        assert before is not None
        machine[:], slots[:] = before
        room = count


def _copied(records: Records) -> Records:
    """A copy by bytes: numpy copies records field by field, ten times slower."""
    return records.view(np.uint8).copy().view(records.dtype)


def _check_same(plan: Plan, state: State) -> None:
    if state.digest != plan.digest or len(state.machines) != len(plan.requirements):
        raise ValueError("the state belongs to other orders or other numbers than the plan")
