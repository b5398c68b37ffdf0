"""A zone that moves with a protected person's own device, and betrays neither's place.

    protected fixes -> sticky cell of a secret grid
    wearer's fix + the cell then -> distance to the cell, grown by the ordered radius -> Seen
    Seen ... -> the plain machine of an exclusion zone (step.py) -> rows

The zone is not the circle around the device: each entry of that, known by the day, would draw its
middle more finely with every day. It is the circle around everywhere the person may be within a
square cell of a grid that lies as a secret has it, so that all which follows from it is the same
wherever in the cell they are. The cell is left only when the device is clearly outside it, so that
errors of the fixes near its edge tell nothing.

Volumes are tiny (pairs, not an estate), so the readable machine judges, and there is no other.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.rules import step
from waypost.rules.step_values import Row, Rule, Seen, Window
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Certainty, How, JudgedViolation, RowKind
from waypost.units import Mechanism, RequirementRef

CELL_PER_RADIUS = 2.0  # side of a cell: as wide as the ordered zone would be
CELL_M_MIN = 1_000.0
STICKS_M = 150.0  # so far outside, circle taken off, the device has left the cell
PAIRED_WITHIN = timedelta(minutes=10)  # a place of the device older than this places nobody
WALKING_MPS = 1.5  # what the device may have moved since, added to the circle


@dataclass(frozen=True, slots=True)
class Located:
    """A usable fix of one of the two: metres on their common plane, R95."""

    at: datetime
    received_at: datetime
    x_m: float
    y_m: float
    r95_m: float
    mechanism: Mechanism = Mechanism.GNSS


@dataclass(frozen=True, slots=True)
class Grid:
    """A square grid that lies as a secret has it: nobody who lacks the secret knows its lines."""

    side_m: float
    turn: float  # radians
    shift_x_m: float
    shift_y_m: float

    @classmethod
    def of(cls, secret: bytes, pair: str, radius_m: float) -> Grid:
        """The grid of one pair, the same each time. `pair` names wearer and protection."""
        digest = hmac.new(secret, f"moving:{pair}".encode(), hashlib.sha256).digest()
        one, two, three = (int.from_bytes(digest[n : n + 8], "big") / 2**64 for n in (0, 8, 16))
        side_m = max(CELL_M_MIN, CELL_PER_RADIUS * radius_m)
        return cls(side_m, one * math.pi / 2, two * side_m, three * side_m)

    def cell(self, x_m: float, y_m: float) -> tuple[int, int]:
        """The cell that holds the place."""
        u, v = self._turned(x_m, y_m)
        return math.floor(u / self.side_m), math.floor(v / self.side_m)

    def from_cell_m(self, cell: tuple[int, int], x_m: float, y_m: float) -> float:
        """How far the place is from the cell; 0 within it."""
        u, v = self._turned(x_m, y_m)
        aside = max(cell[0] * self.side_m - u, u - (cell[0] + 1) * self.side_m, 0.0)
        above = max(cell[1] * self.side_m - v, v - (cell[1] + 1) * self.side_m, 0.0)
        return math.hypot(aside, above)

    def _turned(self, x_m: float, y_m: float) -> tuple[float, float]:
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return cos * x_m + sin * y_m + self.shift_x_m, -sin * x_m + cos * y_m + self.shift_y_m


@dataclass(frozen=True, slots=True)
class Held:
    """A cell in which the device was seen at `at`; the fix's circle and receipt come along."""

    at: datetime
    received_at: datetime
    cell: tuple[int, int]
    r95_m: float


def cells_of(
    grid: Grid, fixes: Sequence[Located], cell: tuple[int, int] | None = None
) -> list[Held]:
    """The device's cell at each of its fixes, in order of time; one that is left is left clearly.

    A new cell is taken only once the whole circle lies STICKS_M outside the one held.

    cell   the one held before the first fix, None where none is known
    """
    held: list[Held] = []
    for fix in fixes:
        if cell is None or grid.from_cell_m(cell, fix.x_m, fix.y_m) - fix.r95_m > STICKS_M:
            cell = grid.cell(fix.x_m, fix.y_m)
        held.append(Held(fix.at, fix.received_at, cell, fix.r95_m))
    return held


def seen_by_zone(
    grid: Grid, radius_m: float, wearer: Sequence[Located], held: Sequence[Held]
) -> list[Seen]:
    """The wearer's fixes against the zone as it stood then, in order.

    A fix with no place of the device within PAIRED_WITHIN says nothing and is left out. Its circle
    is grown by what the device may have walked since it was seen.
    """
    times = [one.at for one in held]
    found: list[Seen] = []
    for fix in wearer:
        near = _nearest(held, times, fix.at)
        if near is None:
            continue
        moved_m = WALKING_MPS * abs((fix.at - near.at).total_seconds())
        found.append(
            Seen(
                fix.at,
                max(fix.received_at, near.received_at),
                grid.from_cell_m(near.cell, fix.x_m, fix.y_m) - radius_m,
                fix.r95_m + moved_m,
                fix.mechanism,
                fix.x_m,
                fix.y_m,
            )
        )
    return found


def judge_moving(
    requirement: RequirementRef,
    seen: Sequence[Seen],
    windows: Sequence[Window],
    timeline: ParameterTimeline,
    now: datetime,
    *,
    version_id: int | None = None,
) -> list[JudgedViolation]:
    """The rows of a moving exclusion as they stand as of `now`."""
    rule = Rule(False, tuple(windows), timeline)
    state, rows = step.fold(rule, seen)
    rows += step.tick(state, rule, now)
    return [
        _judged(requirement, row, rule, timeline, version_id)
        for row in sorted(rows, key=lambda row: row.from_at)
        if row.how is not How.PASSAGE
    ]


def days_shown(
    rows: Sequence[JudgedViolation], zone_name: str, *, timezone: str, now: datetime
) -> list[tuple[date, str]]:
    """All that a wearer is shown of a moving exclusion: days before today, and the zone's name.

    No time of day and no place: with the hour, each entry would be a line on a map of where the
    other was. Today's comes tomorrow, so that nobody can walk about and watch.
    """
    local = ZoneInfo(timezone)
    today = now.astimezone(local).date()
    days = {
        day
        for row in rows
        if not row.withdrawn and row.certainty in {Certainty.CERTAIN, Certainty.PROBABLE}
        for day in _days(row.from_at.astimezone(local).date(), _end(row, now, local))
    }
    return [(day, zone_name) for day in sorted(days) if day < today]


def _end(row: JudgedViolation, now: datetime, local: ZoneInfo) -> date:
    return (row.to_at or now).astimezone(local).date()


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _nearest(held: Sequence[Held], times: Sequence[datetime], at: datetime) -> Held | None:
    index = bisect_right(times, at)
    near = [held[n] for n in (index - 1, index) if 0 <= n < len(held)]
    best = min(near, key=lambda one: abs(one.at - at), default=None)
    return best if best is not None and abs(best.at - at) <= PAIRED_WITHIN else None


def _judged(
    requirement: RequirementRef,
    row: Row,
    rule: Rule,
    timeline: ParameterTimeline,
    version_id: int | None,
) -> JudgedViolation:
    shown = row.shown
    return JudgedViolation(
        requirement_id=requirement,
        kind=RowKind.MOVING_EXCLUSION,
        from_at=row.from_at,
        to_at=row.to_at,
        certainty=row.certainty,
        minutes=row.counted / timedelta(minutes=1),
        raised_at=row.raised_at,
        reasons=_reasons(row),
        fix_count=row.fixes,
        first_fix_at=shown[0].at if shown else None,
        last_fix_at=shown[-1].at if shown else None,
        requirement_version_id=version_id,
        parameter_revision_id=timeline.at(row.from_at).revision_id,
    )


def _reasons(row: Row) -> tuple[str, ...]:
    """What was measured, without a distance: who reads it must not learn where the other was."""
    count = row.fixes
    fixes = "One fix" if count == 1 else f"{count} fixes"
    first = row.shown[0].at if row.shown else row.from_at
    last = row.shown[-1].at if row.shown else row.from_at
    span = f"at {first:%Y-%m-%d %H:%M:%S} UTC"
    if last != first:
        span = f"from {first:%Y-%m-%d %H:%M:%S} to {last:%H:%M:%S} UTC"
    return (
        f"{fixes} of the wearer's tag {span}, each with its whole circle inside the area that "
        "moves with the protected person's device.",
        "Either of the two may have come towards the other; this does not say who did.",
    )
