"""Folding fixes into a person's state, and asking what stands as of now: what live and late use.

    plan + state + fixes -> fold -> state, rows that are final
    plan + state + now   -> project -> rows that may still change, and when to ask again

A state holds times and distances, never an index into a plan; it belongs to the plan's digest. Time
passing never changes it: `project` works on a copy, so a fix that comes after a tick but was
measured before it is folded like any other.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import FOREVER_US, from_us, to_us
from waypost.monitoring import kernel
from waypost.monitoring.containment import INSIDE, OUTSIDE, judge_containment
from waypost.monitoring.containment import project as to_plane
from waypost.monitoring.plan import Plan, RequirementPlan, within
from waypost.monitoring.reasons import reasons_of
from waypost.monitoring.values import Certainty, JudgedViolation
from waypost.positions.quality import SPEED_STATE, new_speed_state, speed_gate

Times = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Records = npt.NDArray[np.void]

LAYOUT = 1  # raise it whenever the meaning of the state changes and its dtypes do not
_HEAD = struct.Struct("<4sHHI32s")
_LAYOUT_NUMBER = zlib.crc32(repr((kernel.MACHINE, kernel.ROW, SPEED_STATE)).encode())


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
    speed             the speed gate's memory
    folded_to_us      time of the last fix folded, usable or not; None before the first
    """

    digest: str
    machines: Records
    slots: Records
    speed: Records
    folded_to_us: int | None = None

    @property
    def folded_to(self) -> datetime | None:
        return None if self.folded_to_us is None else from_us(self.folded_to_us)

    def copy(self) -> State:
        return State(
            self.digest,
            _copied(self.machines),
            _copied(self.slots),
            _copied(self.speed),
            self.folded_to_us,
        )

    def to_bytes(self) -> bytes:
        folded_to = -FOREVER_US if self.folded_to_us is None else self.folded_to_us
        head = _HEAD.pack(
            b"WPST", LAYOUT, len(self.machines), _LAYOUT_NUMBER, bytes.fromhex(self.digest)
        )
        body = (self.machines.tobytes(), self.slots.tobytes(), self.speed.tobytes())
        return b"".join((head, struct.pack("<q", folded_to), *body))

    @classmethod
    def from_bytes(cls, data: bytes) -> State:
        """The state that `to_bytes` gave. ValueError when another version of Waypost wrote it:
        judge the person again from the orders' start."""
        size = _HEAD.size + 8
        if len(data) < size:
            raise ValueError("state too short")
        magic, layout, count, number, digest = _HEAD.unpack_from(data)
        if (magic, layout, number) != (b"WPST", LAYOUT, _LAYOUT_NUMBER):
            raise ValueError(f"state of another layout ({layout}, {number}); this is {LAYOUT}")
        (folded_to,) = struct.unpack_from("<q", data, _HEAD.size)
        parts = []
        for dtype, many in ((kernel.MACHINE, count), (kernel.ROW, 2 * count), (SPEED_STATE, 1)):
            if len(data) < size + dtype.itemsize * many:
                raise ValueError("state cut short")
            parts.append(np.frombuffer(data, dtype, many, size).copy())
            size += dtype.itemsize * many
        return cls(
            digest.hex(),
            parts[0],
            parts[1].reshape(count, 2),
            parts[2],
            None if folded_to == -FOREVER_US else folded_to,
        )


@dataclass(frozen=True, slots=True)
class Folded:
    """rows: what became final in this fold (final unless a fix measured earlier comes late)."""

    state: State
    rows: list[JudgedViolation]


@dataclass(frozen=True, slots=True)
class Projected:
    """rows: open, still joinable, or provisional as of now. next_due: when time alone will change
    them; None when it will not within the plan's horizon."""

    rows: list[JudgedViolation]
    next_due: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class Usable:
    """A person's usable fixes in order, on the plane."""

    at: Times
    received: Times
    x: Floats
    y: Floats
    r95: Floats
    mechanism: Codes


def initial_state(plan: Plan) -> State:
    """Nothing known. Its plan's horizon must begin where the orders do."""
    machines, slots = kernel.new_machines(len(plan.requirements))
    return State(plan.digest, machines, slots, new_speed_state())


def fold(plan: Plan, state: State, fixes: FixArrays) -> Folded:
    """The state after these fixes, none of which may be measured before the last one folded.

    raises   ValueError when the state belongs to other orders, when a fix is older than what was
             folded (late fixes are folded again from an older state), or beyond the horizon
    """
    _check_same(plan, state)
    fixes = in_order(fixes)
    after = state.copy()
    if not fixes.measured_us.size:
        return Folded(after, [])
    first, last = int(fixes.measured_us[0]), int(fixes.measured_us[-1])
    if state.folded_to_us is not None and first < state.folded_to_us:
        raise ValueError(f"fix at {first} is older than the state, folded to {state.folded_to_us}")
    usable = usable_fixes(plan, fixes, after.speed)
    if usable.at.size and int(usable.at[-1]) >= to_us(plan.horizon_to):
        raise ValueError(f"fix at {int(usable.at[-1])} is beyond the plan's horizon")
    rows: list[JudgedViolation] = []
    for index, planned in enumerate(plan.requirements):
        pushed = _fold_one(planned, after, index, usable)
        rows += [judged(plan, planned, row) for row in pushed]
    return Folded(
        State(after.digest, after.machines, after.slots, after.speed, last), sorted_rows(rows)
    )


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
    due = FOREVER_US
    for index, planned in enumerate(plan.requirements):
        scratch = np.zeros(2 * len(planned.starts) + 8, kernel.ROW)
        count, next_due = kernel.project(
            copied.machines[index : index + 1], copied.slots[index], scratch, planned.rule[0],
            planned.starts, planned.ends, to_us(now), count_to_now,
        )  # fmt: skip
        rows += [judged(plan, planned, row) for row in scratch[:count]]
        due = min(due, int(next_due))
    beyond = due >= to_us(plan.horizon_to)
    return Projected(sorted_rows(rows), None if beyond else from_us(due))


def warm_up(plan: Plan) -> None:
    """Compile, or load, what judging runs on, before anybody waits for it. The first time on a
    machine takes some ten seconds, later ones a fraction of one."""
    times, numbers, codes = np.empty(0, np.int64), np.empty(0), np.empty(0, np.int8)
    none = FixArrays(times, times, numbers, numbers, numbers, codes, times, codes)
    state = initial_state(plan)
    usable = usable_fixes(plan, none, state.speed)
    for index, planned in enumerate(plan.requirements):
        _fold_one(planned, state, index, usable)
    project(plan, state, plan.horizon_from)


def in_order(fixes: FixArrays) -> FixArrays:
    """By (measured_at, content_key), each fix once, with its earliest receipt."""
    order = np.lexsort((fixes.received_us, fixes.content_key, fixes.measured_us))
    fixes = fixes.take(order)
    if fixes.measured_us.size < 2:
        return fixes
    same = (np.diff(fixes.measured_us) == 0) & (np.diff(fixes.content_key) == 0)
    return fixes.take(np.concatenate(([True], ~same))) if same.any() else fixes


def usable_fixes(plan: Plan, fixes: FixArrays, speed: Records) -> Usable:
    """Those that are judged: not set aside, tag worn, an order live, possible speed.

    fixes   in order
    speed   the gate's memory, changed in place
    """
    good = (fixes.set_aside == 0) & within(plan.live, fixes.measured_us)
    if plan.worn is not None:
        good &= within(plan.worn, fixes.measured_us)
    if not good.all():
        fixes = fixes.take(good)
    x, y = to_plane(plan.plane, fixes.lat, fixes.lon)
    usable = Usable(fixes.measured_us, fixes.received_us, x, y, fixes.accuracy_m, fixes.mechanism)
    return gated(usable, speed, plan.parameters.speed_max_mps)


def gated(usable: Usable, speed: Records, speed_max_mps: float) -> Usable:
    """Without the fixes that would need an impossible speed."""
    rejected = speed_gate(speed, usable.at, usable.x, usable.y, usable.r95, speed_max_mps)
    if not rejected.any():
        return usable
    kept = rejected == 0
    return Usable(*(getattr(usable, name)[kept] for name in usable.__slots__))


def codes_of(planned: RequirementPlan, usable: Usable) -> tuple[Codes, Floats]:
    """GOOD, BAD or UNCERTAIN per fix, and its signed distance."""
    inside = planned.must_be_inside
    codes, d = judge_containment(planned.shape, usable.x, usable.y, usable.r95, exact=inside)
    meaning = np.zeros(3, np.int8)
    meaning[INSIDE] = kernel.GOOD if inside else kernel.BAD
    meaning[OUTSIDE] = kernel.BAD if inside else kernel.GOOD
    return meaning[codes], d


def judged(plan: Plan, planned: RequirementPlan, row: kernel.Record) -> JudgedViolation:
    """A ROW of the kernel as a value."""
    gap = row["nature"] == kernel.GAP
    open_ = row["status"] == kernel.OPEN
    deepest = 0.0
    if not gap and row["deepest_at"] != kernel.NEVER:
        d = float(row["deepest_d"]) * (1 if planned.must_be_inside else -1)
        deepest = max(0.0, d - float(row["deepest_r95"]))
    return JudgedViolation(
        requirement_id=planned.requirement_id,
        kind=planned.kind,
        from_at=from_us(row["from_at"]),
        to_at=None if open_ else from_us(row["to_at"]),
        certainty=certainty_of(row),
        minutes=0.0 if gap else int(row["counted"]) / 60_000_000,
        raised_at=from_us(row["raised_at"]),
        reasons=reasons_of(row, must_be_inside=planned.must_be_inside, parameters=plan.parameters),
        fix_count=0 if gap else int(row["fixes"]),
        depth_m=deepest,
        requirement_version_id=planned.version_id,
    )


def sorted_rows(rows: list[JudgedViolation]) -> list[JudgedViolation]:
    """By start, then requirement: the order rows are shown in."""
    return sorted(rows, key=lambda row: (row.from_at, row.requirement_id, row.certainty))


def _fold_one(planned: RequirementPlan, state: State, index: int, usable: Usable) -> Records:
    """Fold into the state's machine, in place; the rows pushed."""
    codes, d = codes_of(planned, usable)
    machine, slots = state.machines[index : index + 1], state.slots[index]
    # Four rows a fix and four a window are more than can be pushed; a long history gets less room
    # at first and, should that not do, another go.
    sure = 4 * (usable.at.size + planned.starts.size + 1)
    room = min(sure, 4096)
    before = (machine.copy(), slots.copy()) if room < sure else None
    while True:
        rows = np.zeros(room, kernel.ROW)
        count = kernel.fold(
            machine, slots, rows, planned.rule[0], planned.starts, planned.ends,
            usable.at, usable.received, codes, d, usable.r95, usable.mechanism,
        )  # fmt: skip
        if count <= room:
            return rows[:count]
        assert before is not None
        machine[:], slots[:] = before
        room = count


def _copied(records: Records) -> Records:
    """A copy by bytes: numpy copies records field by field, ten times slower."""
    return records.view(np.uint8).copy().view(records.dtype)


def certainty_of(row: kernel.Record) -> Certainty:
    if row["nature"] == kernel.GAP:
        return Certainty.CANNOT_TELL
    return Certainty.CERTAIN if row["certainty"] == kernel.CERTAIN else Certainty.PROBABLE


def _check_same(plan: Plan, state: State) -> None:
    if state.digest != plan.digest or len(state.machines) != len(plan.requirements):
        raise ValueError("the state belongs to other orders or other numbers than the plan")
