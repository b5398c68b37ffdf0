"""The moving lane: wearers against the devices of those whom they must stay away from.

    every few seconds   each pair's last hours are read and judged again (rules/moving.py)
    every hour          its last days, for what came late

Pairs are few, so nothing is remembered but the rows and the cells held: judging begins before the
earliest row that may still change, with the cell that was held then. Reading and judging happen
outside the transaction; inside, under the judges' lock, the rows as they stand now are compared
with what was judged, so that two workers, or one that died, write nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.db.models import Q

from waypost.clock import Instant
from waypost.geo import Plane, plane_for
from waypost.home import secret
from waypost.monitoring.actions import first_revision
from waypost.monitoring.models import MovingCell, Violation
from waypost.monitoring.moving_pairs import Pair, pairs
from waypost.monitoring.parameter_queries import timeline
from waypost.monitoring.queries import stored
from waypost.monitoring.saving import save_changes, take_lock
from waypost.orders.queries import orders_version
from waypost.orders.timetable import clip, required_windows
from waypost.positions.queries import fixes_between
from waypost.positions.tracks import with_speed_judged
from waypost.rules.moving import Grid, Held, Located, cells_of, judge_moving, seen_by_zone
from waypost.rules.news import Follower, News
from waypost.rules.reconcile import Change, reconcile
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import JudgedViolation, RowKind
from waypost.units import Mechanism

EVERY = timedelta(seconds=10)
BACK = timedelta(hours=2)
OFTEN_BACK = timedelta(hours=1)  # between two looks so far back
FAR_BACK = timedelta(days=3)
BEFORE = timedelta(minutes=30)  # what led up to a row that may change
SETTLED_AFTER = timedelta(hours=1)  # a row so long past changes only by what comes late


@dataclass
class JudgedPair:
    """A pair's rows judged from `start` on, and the cells of the device while it held them."""

    pair: Pair
    start: datetime
    rows: list[JudgedViolation]
    held: list[Held]


@dataclass
class Changed:
    """What `saving.save_changes` writes of one wearer."""

    person_id: int
    changes: list[Change]
    activations: dict[datetime, int | None] = field(default_factory=dict)


class MovingLane:
    """For one thread."""

    def __init__(self, follow: Follower, clock: Callable[[], Instant]) -> None:
        self.follow, self.clock = follow, clock
        first_revision(now=clock())
        self._pairs: list[Pair] = []
        self._version = -1
        self._judged_at: datetime | None = None
        self._looked_back_at: datetime | None = None

    def round(self) -> bool:
        """Judge every pair where it is time; whether rows changed."""
        now = self.clock()
        if self._judged_at is not None and now - self._judged_at < EVERY:
            return False
        self._judged_at = now
        version = orders_version()
        if version != self._version:
            self._pairs, self._version = pairs(), version
        if not self._pairs:
            return False
        far = self._looked_back_at is None or now - self._looked_back_at >= OFTEN_BACK
        changed = self.judge(now, back=FAR_BACK if far else BACK)
        if far:
            self._looked_back_at = now
        return changed

    def judge(self, now: datetime, *, back: timedelta) -> bool:
        """All pairs from so long ago on; whether rows changed."""
        numbers = timeline()
        judged = [judge_pair(pair, numbers, back=back, now=now) for pair in self._pairs]
        with transaction.atomic():
            take_lock()
            changes = [_changes(one, now) for one in judged]
            for one in judged:
                _save_cells(one)
            revision_id = numbers.at(now).revision_id
            assert revision_id is not None, "the lane judges by revisions of the store"
            told: list[News] = save_changes(
                [one for one in changes if one.changes], revision_id, now
            )
            if told:
                self.follow(told, now=now)
        return bool(told)


def judge_pair(
    pair: Pair, numbers: ParameterTimeline, *, back: timedelta, now: datetime
) -> JudgedPair:
    """The pair's rows as they stand, from before the earliest that may change."""
    start = _start(pair, now - back)
    ends = now + timedelta(minutes=15)
    device = fixes_between(pair.protected_tags, start, ends)
    if not device.num_rows:
        return JudgedPair(pair, start, [], [])
    wearer = fixes_between(pair.wearer_tags, start, ends)
    plane = plane_for(float(device["lat"][0].as_py()), float(device["lon"][0].as_py()))
    grid = Grid.of(secret("moving-grid"), pair.name, pair.radius_m)
    held = cells_of(grid, located(device, plane), _cell_before(pair, start))
    seen = seen_by_zone(grid, pair.radius_m, located(wearer, plane), held)
    windows = clip(
        required_windows(pair.requirement, pair.order, start, ends),
        pair.from_at,
        pair.to_at or ends,
    )
    rows = judge_moving(
        pair.requirement.requirement_id, seen, windows, numbers, now,
        version_id=pair.requirement.version_id,
    )  # fmt: skip
    return JudgedPair(pair, start, rows, held)


def located(fixes: pa.Table, plane: Plane) -> list[Located]:
    """One person's fixes (schema.FIXES) that are judged: not set aside, at a possible speed."""
    if not fixes.num_rows:
        return []
    usable = with_speed_judged(fixes)
    usable = usable.filter(pc.equal(usable["set_aside"], 0))
    lat, lon = (usable[name].to_numpy(zero_copy_only=False) for name in ("lat", "lon"))
    east, north = plane.project(lat, lon)
    rows = usable.select(["measured_at", "received_at", "accuracy_m", "mechanism"]).to_pylist()
    return [
        Located(
            row["measured_at"], row["received_at"], float(x), float(y), row["accuracy_m"],
            Mechanism(row["mechanism"]),
        )
        for row, x, y in zip(rows, east, north, strict=True)
        if x == x and y == y  # off the plane: NaN
    ]  # fmt: skip


def _rows_of(pair: Pair) -> Q:
    """The pair's rows that stand. One person may be protected, not be, and be again: the rows of
    each time are its own."""
    ends = Q() if pair.to_at is None else Q(from_at__lt=pair.to_at)
    return ends & Q(
        person_id=pair.wearer_id,
        kind=RowKind.MOVING_EXCLUSION.value,
        requirement_reference=str(pair.requirement.requirement_id),
        withdrawn=False,
        from_at__gte=pair.from_at,
    )


def _start(pair: Pair, from_at: datetime) -> datetime:
    """Where judging begins: before any row that may still change or is half in the window."""
    open_rows = Violation.objects.filter(_rows_of(pair)).filter(
        Q(settled=False) | Q(to_at=None) | Q(to_at__gt=from_at - BEFORE)
    )
    earliest = open_rows.order_by("from_at").values_list("from_at", flat=True).first()
    return max(min(from_at, (earliest or from_at) - BEFORE), pair.from_at)


def _cell_before(pair: Pair, start: datetime) -> tuple[int, int] | None:
    kept = MovingCell.objects.filter(protection_id=pair.protection_id, at__lt=start)
    last = kept.order_by("-at").values_list("column", "row").first()
    return (int(last[0]), int(last[1])) if last else None


def _changes(one: JudgedPair, now: datetime) -> Changed:
    """What the rows judged change of those that stand, read anew under the lock."""
    records = Violation.objects.filter(_rows_of(one.pair)).filter(
        Q(to_at=None) | Q(to_at__gt=one.start) | Q(settled=False)
    )
    final = [row for row in one.rows if _is_settled(row, now)]
    standing = [row for row in one.rows if not _is_settled(row, now)]
    changes = reconcile(stored(records), final, standing, late=False, redone_from=one.start)
    return Changed(one.pair.wearer_id, changes)


def _is_settled(row: JudgedViolation, now: datetime) -> bool:
    return row.to_at is not None and now - row.to_at > SETTLED_AFTER


def _save_cells(one: JudgedPair) -> None:
    """The cells taken from `start` on, as judged now; what stood there before is forgotten."""
    taken = _taken(one.held, _cell_before(one.pair, one.start))
    kept = MovingCell.objects.filter(protection_id=one.pair.protection_id, at__gte=one.start)
    known = list(kept.order_by("at").values_list("at", "column", "row"))
    if known == [(held.at, *held.cell) for held in taken]:
        return
    kept.delete()
    MovingCell.objects.bulk_create(
        [
            MovingCell(
                protection_id=one.pair.protection_id, at=held.at,
                column=held.cell[0], row=held.cell[1],
            )
            for held in taken
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _taken(held: Sequence[Held], cell: tuple[int, int] | None) -> list[Held]:
    """The first of each run in one cell, but for the cell held already."""
    found = []
    for one in held:
        if one.cell != cell:
            found.append(one)
            cell = one.cell
    return found
