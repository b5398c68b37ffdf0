"""The next fixes of many persons, folded in one call, where there is nothing to tell of them.

    plans laid end to end + packed states + fixes -> their new states and when to look again, or
    None: something is to be told, or is out of the ordinary, and `judging.judge` says what

What stands of a person may stand on: it is compared with what is stored, and must say the same.

Live, nearly every fix changes a state and nothing else, and one call for each costs a hundred times
what the rules do. So they are tried together first. Whoever is not calm is left as they were:
`judge` is the only one that says what happened, and says of everybody else what is said here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from waypost.clock import FOREVER_US, MICROSECOND, from_us, to_us
from waypost.geo import BRITISH
from waypost.positions.quality import SPEED_STATE, speed_gate_each
from waypost.rules import kernel
from waypost.rules.containment import judge_each, project
from waypost.rules.distrust import DOUBT_STATE, doubted_each
from waypost.rules.evidence import say_each, table_of
from waypost.rules.fold import FAR_M, MEANING, UNSTATED_M, FixArrays, Packed, size_of
from waypost.rules.plan import Plan
from waypost.rules.reconcile import StoredViolation, reconcile, steady
from waypost.rules.rows import judged
from waypost.rules.silence import least_gap_us
from waypost.rules.values import JudgedViolation, Parameters
from waypost.rules.visits import KEPT, Machines, settle, stand

Times = npt.NDArray[np.int64]
Records = npt.NDArray[np.void]

DAY_US = timedelta(days=1) // MICROSECOND
ROOM = 3  # rows of one machine that can stand, unless time alone ends one
SAID_MAX = 64


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A person whose fixes are fixes[start:end] of all.

    old   what is stored of them and not settled
    """

    plan: Plan
    packed: Packed
    start: int
    end: int
    old: Sequence[StoredViolation] = ()


@dataclass(frozen=True, slots=True)
class Calm:
    """The state after the fixes, which change nothing of what is stored.

    moving   some of that stands, and may still change by itself
    """

    packed: Packed
    next_due: datetime | None
    moving: bool = False


def fold_together(cases: Sequence[Case], fixes: FixArrays, *, as_of: datetime) -> list[Calm | None]:
    """For each case what folding its fixes gives, where that is a new state and nothing else.

    fixes   by person and time; none of them set aside at intake
    """
    found: list[Calm | None] = [None] * len(cases)
    times = fixes.measured_us
    numbers = _numbers_for(cases, times)
    if numbers is None:
        return found
    rising = np.append(np.diff(times) > 0, True)
    usual = [n for n, case in enumerate(cases) if _is_usual(case, times, rising)]
    if usual:
        batch = _Batch([cases[n] for n in usual], fixes, numbers)
        for n, calm in zip(usual, batch.calm(as_of), strict=True):
            found[n] = calm
    return found


def _numbers_for(cases: Sequence[Case], times: Times) -> Parameters | None:
    """The numbers in force for all of the fixes; None where they change among them."""
    if not cases or not times.size:
        return None
    timeline = cases[0].plan.timeline
    if any(case.plan.timeline is not timeline for case in cases):
        return None
    first, last = timeline.at_us(int(times.min())), timeline.at_us(int(times.max()))
    return first.parameters if first is last else None


def _is_usual(case: Case, times: Times, rising: npt.NDArray[np.bool_]) -> bool:
    """Whether nothing but the rules has a say: in time, in order, of the same day, tag worn."""
    plan, packed = case.plan, case.packed
    if packed.folded_to_us is None or packed.kept or not packed.count:
        return False
    if packed.count != len(plan.requirements) or packed.digest != plan.digest:
        return False
    first, last = int(times[case.start]), int(times[case.end - 1])
    return (
        packed.folded_to_us < first
        and packed.folded_to_us // DAY_US == last // DAY_US
        and (case.end - case.start == 1 or bool(rising[case.start : case.end - 1].all()))
        and plan.plane == BRITISH
        and last < to_us(plan.horizon_to)
        and all(_in_one(spans, first, last) for spans in _laid(plan).spans)
    )


def _in_one(spans: Sequence[tuple[int, int]], first: int, last: int) -> bool:
    return any(start <= first and last < end for start, end in spans)


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A plan's requirements laid end to end. counts: (requirements, 4): of revisions, windows,
    parts of zones and edges; spans: in one of each group the fixes must lie."""

    counts: npt.NDArray[np.int64]
    rule: Records
    starts: Times
    ends: Times
    kinds: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float64]
    reach_m: npt.NDArray[np.float64]
    part_spans: npt.NDArray[np.int64]
    edges: npt.NDArray[np.float64]
    inside: npt.NDArray[np.bool_]
    everywhere: npt.NDArray[np.bool_]
    spans: tuple[tuple[tuple[int, int], ...], ...]
    said: dict[tuple[int, bytes], JudgedViolation]  # rows that stood lately, as they are stored


_LAID: WeakKeyDictionary[Plan, Laid] = WeakKeyDictionary()


def _laid(plan: Plan) -> Laid:
    if plan not in _LAID:
        _LAID[plan] = lay(plan)
    return _LAID[plan]


def lay(plan: Plan) -> Laid:
    """The plan's arrays end to end; it must have a requirement."""
    ours = plan.requirements
    groups = [plan.live] if plan.worn is None else [plan.live, plan.worn]
    return Laid(
        counts=np.array(
            [(one.rule.size, one.starts.size, one.shape.kinds.size, len(one.shape.edges))
             for one in ours],
            dtype=np.int64,
        ),
        rule=_joined(one.rule for one in ours),
        starts=np.concatenate([one.starts for one in ours]),
        ends=np.concatenate([one.ends for one in ours]),
        kinds=np.concatenate([one.shape.kinds for one in ours]),
        boxes=np.concatenate([one.shape.boxes for one in ours]),
        reach_m=np.concatenate([one.shape.reach_m for one in ours]),
        part_spans=np.concatenate([one.shape.spans for one in ours]),
        edges=np.concatenate([one.shape.edges for one in ours]),
        inside=np.array([one.must_be_inside for one in ours], dtype=np.bool_),
        everywhere=np.array([one.everywhere for one in ours], dtype=np.bool_),
        spans=tuple(
            tuple(zip(starts.tolist(), ends.tolist(), strict=True)) for starts, ends in groups
        ),
        said={},
    )  # fmt: skip


class _Batch:
    """Cases that are all usual, by the same numbers; arrays of fixes, requirements and pairs."""

    def __init__(self, cases: Sequence[Case], fixes: FixArrays, numbers: Parameters) -> None:
        self.cases, self.numbers = cases, numbers
        self.fixes = _picked(cases, fixes)
        self.starts = _sums(case.end - case.start for case in cases)
        parts = [case.packed.parts() for case in cases]
        self.machines = _records(kernel.MACHINE, (one[0] for one in parts))
        self.slots = _records(kernel.ROW, (one[1] for one in parts)).reshape(-1, kernel.SLOTS)
        self.speed = _records(SPEED_STATE, (one[2] for one in parts))
        self.doubt = _records(DOUBT_STATE, (one[3] for one in parts))
        self.owned = _sums(case.packed.count for case in cases)  # requirements of each case

    def calm(self, as_of: datetime) -> list[Calm | None]:
        silent = self._silent()
        x, y = project(BRITISH, self.fixes.lat, self.fixes.lon)
        odd = silent | ~np.isfinite(x) | ~np.isfinite(y)
        us, r95, numbers = self.fixes.measured_us, self.fixes.accuracy_m, self.numbers
        rejected = speed_gate_each(self.speed, self.starts, us, x, y, r95, numbers.speed_max_mps)
        doubts = doubted_each(
            self.doubt, self.starts, us, x, y, r95,
            numbers.distrust_within // MICROSECOND, numbers.walking_mps,
        )  # fmt: skip
        odd |= (rejected != 0) | (doubts != kernel.NEVER)
        rows, standing, due = self._folded(x, y, doubts, to_us(as_of))
        noticed = np.logical_or.reduceat(odd, self.starts[:-1])
        noticed |= np.minimum.reduceat(standing, self.owned[:-1]) < 0
        stands = np.maximum.reduceat(standing, self.owned[:-1]) > 0
        dues = np.minimum.reduceat(due, self.owned[:-1])
        news = self._bytes()
        return [
            None
            if noticed[n] or not self._is_as_stored(n, rows, standing, bool(stands[n]))
            else self._case(n, news, int(dues[n]), as_of, moving=bool(stands[n]))
            for n in range(len(self.cases))
        ]

    def _is_as_stored(self, n: int, rows: Records, standing: Times, stands: bool) -> bool:
        """Whether what stands says just what is stored."""
        case = self.cases[n]
        if not stands:
            return not case.old
        if case.plan.attendances:
            return False  # their rows are put together out of these
        said = _laid(case.plan).said
        now: list[JudgedViolation] = []
        for index, k in enumerate(range(int(self.owned[n]), int(self.owned[n + 1]))):
            for row in rows[k, : standing[k]]:
                key = (index, row.tobytes())
                if key not in said:
                    if len(said) >= SAID_MAX:
                        said.clear()
                    said[key] = steady(judged(case.plan, case.plan.requirements[index], row))
                now.append(said[key])
        if [one.row for one in case.old] == now:
            return True  # as nearly always
        return not reconcile(case.old, [], now, late=False)

    def _silent(self) -> npt.NDArray[np.bool_]:
        """Whether so much time passed before each fix that a silence is to be written down."""
        least = least_gap_us(self.cases[0].plan.timeline)
        before = np.append(0, self.fixes.measured_us[:-1])
        before[self.starts[:-1]] = np.where(
            self.speed["has_ref"] != 0, self.speed["ref_us"], -FOREVER_US // 2
        )
        return np.asarray(self.fixes.measured_us - before >= least, dtype=np.bool_)

    def _folded(
        self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], doubts: Times, now: int
    ) -> tuple[Records, Times, Times]:
        laid = [_laid(case.plan) for case in self.cases]
        counts = np.vstack([one.counts for one in laid])
        rule, windows, parts, edges = (np.append(0, column) for column in np.cumsum(counts, 0).T)
        inside = np.concatenate([one.inside for one in laid])
        of_fix, starts = _pairs(self.starts, self.owned)
        records = np.empty(of_fix.size, kernel.FIX)
        fixes, r95 = self.fixes, self.fixes.accuracy_m
        for name, values in (
            ("at", fixes.measured_us), ("received", fixes.received_us), ("doubt", doubts),
            ("x", x), ("y", y), ("r95", r95), ("mechanism", fixes.mechanism),
            ("assumed", r95 == UNSTATED_M[fixes.mechanism]),
        ):  # fmt: skip
            records[name] = values[of_fix]
        zones = kernel.Outline(
            np.concatenate([one.kinds for one in laid]),
            np.concatenate([one.boxes for one in laid]),
            np.concatenate([one.reach_m for one in laid]),
            np.concatenate([one.part_spans for one in laid]),
            np.concatenate([one.edges for one in laid]),
        )
        numbers = self.numbers
        codes, distances = np.empty(of_fix.size, np.int8), np.empty(of_fix.size)
        judge_each(
            *zones, parts, edges, starts, x[of_fix], y[of_fix], r95[of_fix], inside,
            np.where(inside, numbers.inside_return_m, numbers.exclusion_enter_m),
            np.where(inside, numbers.inside_leave_m, numbers.exclusion_exit_m),
            codes, distances,
        )  # fmt: skip
        say_each(
            records, starts, inside, codes, MEANING, kernel.BAD, distances, table_of(numbers),
            math.log(numbers.fix_odds_max),
        )  # fmt: skip
        everywhere = np.repeat(np.concatenate([one.everywhere for one in laid]), np.diff(starts))
        for name, value in (("code", kernel.GOOD), ("d", -FAR_M), ("evidence", 0.0)):
            records[name][everywhere] = value
        rows = np.zeros((inside.size, ROOM), kernel.ROW)
        standing, due = np.empty(inside.size, np.int64), np.empty(inside.size, np.int64)
        kernel.fold_each(
            self.machines, self.slots, _joined(one.rule for one in laid), rule,
            np.concatenate([one.starts for one in laid]),
            np.concatenate([one.ends for one in laid]), windows,
            zones, parts, edges, records, starts, now, rows, standing, due,
        )  # fmt: skip
        return rows, standing, due

    def _bytes(self) -> list[bytes]:
        return [one.tobytes() for one in (self.machines, self.slots, self.speed, self.doubt)]

    def _case(
        self, n: int, news: Sequence[bytes], due: int, as_of: datetime, *, moving: bool
    ) -> Calm | None:
        case = self.cases[n]
        sizes = size_of(case.packed.count)
        firsts = [size // case.packed.count * int(self.owned[n]) for size in sizes[:2]]
        firsts += [size * n for size in sizes[2:]]
        packed = case.packed.moved_on(
            int(self.fixes.measured_us[self.starts[n + 1] - 1]),
            [one[at : at + size] for one, at, size in zip(news, firsts, sizes, strict=True)],
        )
        if case.plan.attendances:
            visits = self._visits(n, packed, as_of)
            if visits is None:
                return None
            due = min(due, visits)
        beyond = due >= to_us(case.plan.horizon_to)
        return Calm(packed, None if beyond else from_us(due), moving)

    def _visits(self, n: int, packed: Packed, as_of: datetime) -> int | None:
        """When appointments would next say something; None where they do now."""
        plan, none = self.cases[n].plan, np.empty(0, KEPT)
        was, now = (
            Machines(state.machines, state.slots)
            for state in (self.cases[n].packed.unpacked(), packed.unpacked())
        )
        came = from_us(int(self.fixes.received_us[self.starts[n] : self.starts[n + 1]].max()))
        settled, _ = settle(plan, was, now, none, came)
        rows, due = stand(plan, now, none, as_of)
        if settled or rows:
            return None
        return FOREVER_US if due is None else to_us(due)


def _picked(cases: Sequence[Case], fixes: FixArrays) -> FixArrays:
    """The fixes of these cases alone, end to end."""
    whole = sum(case.end - case.start for case in cases)
    if whole == fixes.measured_us.size:
        return fixes
    return fixes.take(np.concatenate([np.arange(case.start, case.end) for case in cases]))


def _pairs(starts: Times, owned: Times) -> tuple[Times, Times]:
    """Each case's requirements with each of its fixes: which fix a pair is of, and where the pairs
    of each requirement begin."""
    counts, many = np.diff(starts), np.diff(owned)
    of_case = np.repeat(np.arange(counts.size), many)
    at = np.append(0, np.cumsum(counts[of_case]))
    within = np.arange(at[-1]) - np.repeat(at[:-1], counts[of_case])
    return np.repeat(starts[:-1][of_case], counts[of_case]) + within, at


def _joined(parts: Iterable[Records]) -> Records:
    """RULE records end to end, by bytes: else numpy compares the fields of each array."""
    return np.concatenate([one.view(np.uint8) for one in parts]).view(kernel.RULE)


def _records(dtype: np.dtype[np.void], parts: Iterable[bytes]) -> Records:
    return np.frombuffer(bytearray().join(parts), dtype)


def _sums(counts: Iterable[int]) -> Times:
    return np.append(0, np.cumsum(np.fromiter(counts, np.int64)))
