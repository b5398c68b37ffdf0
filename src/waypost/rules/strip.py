"""A requirement through each day: kept, violated, cannot tell, not required. Segments fill the day.

    required windows + stored rows + what was heard of the tag -> strip_of -> days of segments

Nothing is called kept that judging has not reached, or of which no fix came: time without fixes is
cut out of a violation too, as its own minutes leave it out. Withdrawn rows do not count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from waypost.orders.timetable import Window, clip, merge
from waypost.orders.walltime import wall_instant
from waypost.rules.reconcile import SURER
from waypost.rules.silence import Silent
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Certainty, JudgedViolation, RowKind

ONE_DAY = timedelta(days=1)
ZERO = timedelta(0)
# Of a tag's own states: those in which it could not say where it was. The others are trouble.
SAYS_NOTHING = frozenset({RowKind.NO_CONTACT, RowKind.NO_LOCATION, RowKind.JAMMING})


class Shade(StrEnum):
    """What a stretch of a day is, for one requirement."""

    KEPT = "kept"  # the tag was located, and nothing was found against it
    VIOLATED = "violated"
    POSSIBLE = "possible"
    CANNOT_TELL = "cannot_tell"  # no usable fix, or none that could tell
    NO_TAG = "no_tag"  # cannot tell: no tag was worn
    NOT_REQUIRED = "not_required"
    TO_COME = "to_come"  # not judged yet, or what may still be on its way


UNTOLD = frozenset({Shade.CANNOT_TELL, Shade.NO_TAG})


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of one person's tag, whatever was asked.

    judged_to  everything received by then is judged; None: nothing is
    seen_to    the last usable fix judged; None: there was none
    silences   stretches between usable fixes, of the rules' gap or longer
    worn       when the person wore a tag
    numbers    by which time without fixes counts
    """

    judged_to: datetime | None
    seen_to: datetime | None
    silences: Sequence[Silent]
    worn: Sequence[Window]
    numbers: ParameterTimeline


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one shade, half-open.

    violation_id   the stored row in whose time it lies, and how sure that is: time that cannot be
                   told may lie within a violation
    """

    from_at: datetime
    to_at: datetime
    shade: Shade
    violation_id: int | None = None
    certainty: Certainty | None = None

    @property
    def length(self) -> timedelta:
        return self.to_at - self.from_at

    @property
    def within_violation(self) -> bool:
        return self.certainty not in (None, Certainty.CANNOT_TELL)


@dataclass(frozen=True, slots=True)
class Figures:
    """How much time of each shade."""

    time: dict[Shade, timedelta]

    def of(self, *shades: Shade) -> timedelta:
        return sum((self.time.get(shade, ZERO) for shade in shades), ZERO)

    @property
    def required(self) -> timedelta:
        return sum((time for shade, time in self.time.items() if shade != "not_required"), ZERO)

    @property
    def cannot_tell(self) -> timedelta:
        return self.of(*UNTOLD)

    @property
    def monitored_share(self) -> float | None:
        """Of the required time that is judged, the share in which the tag was located; None: no
        such time."""
        judged = self.required - self.of(Shade.TO_COME)
        return self.of(Shade.KEPT, Shade.VIOLATED) / judged if judged else None


@dataclass(frozen=True, slots=True)
class Day:
    """A local day: 23, 24 or 25 hours of it."""

    day: date
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class DayStrip:
    day: Day
    segments: tuple[Segment, ...]

    @property
    def figures(self) -> Figures:
        return figures_of(self.segments)


@dataclass(frozen=True, slots=True)
class Strip:
    """Days in order, each filled by its segments."""

    days: tuple[DayStrip, ...]

    @property
    def figures(self) -> Figures:
        return figures_of(segment for day in self.days for segment in day.segments)


Row = tuple[int, JudgedViolation]  # its number, and the row as it stands
Shading = Callable[[JudgedViolation], Shade]


def local_days(last: date, count: int, timezone: str) -> list[Day]:
    """So many local days up to `last`, earliest first."""
    days = [last - n * ONE_DAY for n in reversed(range(count))]
    return [
        Day(
            day,
            wall_instant(day, "00:00", timezone),
            wall_instant(day + ONE_DAY, "00:00", timezone),
        )
        for day in days
    ]


def strip_of(
    windows: Iterable[Window], rows: Iterable[Row], heard: Heard, days: Sequence[Day]
) -> Strip:
    """A requirement's strip. `windows` in any order; `rows` are the requirement's own."""
    return _strip(windows, rows, heard, days, by_certainty)


def tag_strip_of(rows: Iterable[Row], heard: Heard, days: Sequence[Day]) -> Strip:
    """The tag's own: while it is worn, what it or its silence reported of it."""
    whole = Heard(heard.judged_to, heard.judged_to, (), heard.worn, heard.numbers)
    return _strip(heard.worn, rows, whole, days, by_state)


def by_certainty(row: JudgedViolation) -> Shade:
    if row.certainty is Certainty.CANNOT_TELL:
        return Shade.CANNOT_TELL
    return Shade.POSSIBLE if row.certainty is Certainty.POSSIBLE else Shade.VIOLATED


def by_state(row: JudgedViolation) -> Shade:
    return Shade.CANNOT_TELL if row.kind in SAYS_NOTHING else Shade.VIOLATED


def figures_of(segments: Iterable[Segment]) -> Figures:
    time: dict[Shade, timedelta] = {}
    for one in segments:
        time[one.shade] = time.get(one.shade, ZERO) + one.length
    return Figures(time)


def _strip(
    windows: Iterable[Window],
    rows: Iterable[Row],
    heard: Heard,
    days: Sequence[Day],
    shading: Shading,
) -> Strip:
    if not days:
        return Strip(())
    from_at, to_at = days[0].from_at, days[-1].to_at
    required = merge(clip(windows, from_at, to_at))
    standing = [(number, row) for number, row in rows if not row.withdrawn]
    silent = _silent_in(required, heard)
    cuts = {from_at, to_at, *(day.from_at for day in days)}
    cuts |= {edge for window in (*required, *silent, *heard.worn) for edge in window}
    cuts |= {edge for _, row in standing for edge in (row.from_at, row.to_at) if edge}
    cuts |= {edge for edge in (heard.judged_to, heard.seen_to) if edge}
    edges = [edge for edge in sorted(cuts) if from_at <= edge <= to_at]
    worn = merge(heard.worn)
    pieces = [
        _segment(start, end, required, standing_at, heard, silent, worn, shading)
        for (start, end), standing_at in _with_rows(edges, standing)
    ]
    return Strip(tuple(_days(days, _joined(pieces, {day.from_at for day in days}))))


def _segment(
    start: datetime,
    end: datetime,
    required: Sequence[Window],
    standing: Sequence[Row],
    heard: Heard,
    silent: Sequence[Window],
    worn: Sequence[Window],
    shading: Shading,
) -> Segment:
    """What is so from `start` on; nothing changes before `end`."""
    if not _covers(required, start):
        return Segment(start, end, Shade.NOT_REQUIRED)
    if heard.judged_to is None or start >= heard.judged_to:
        return Segment(start, end, Shade.TO_COME)
    surest = max(standing, key=lambda one: SURER[one[1].certainty], default=None)
    number, certainty = (surest[0], surest[1].certainty) if surest else (None, None)
    said = shading(surest[1]) if surest else Shade.KEPT
    if said is not Shade.POSSIBLE:  # a passage between two fixes is possible because none came
        if not _covers(worn, start):
            said = Shade.NO_TAG
        elif _covers(silent, start):
            said = Shade.CANNOT_TELL
        elif said is not Shade.CANNOT_TELL and (heard.seen_to is None or start >= heard.seen_to):
            said = Shade.TO_COME
    return Segment(start, end, said, number, certainty)


def _silent_in(required: Sequence[Window], heard: Heard) -> list[Window]:
    """Silences as the rules count them: so much of required time in one piece, and told.

    Time since the last fix counts once uploads have had their allowance, as a row of judging does.
    """
    silent = merge(heard.silences)
    pieces = [piece for window in required for piece in clip(silent, *window)]
    if heard.judged_to is not None:
        for start, end in required:
            since = start if heard.seen_to is None else max(start, heard.seen_to)
            numbers = heard.numbers.at(since).parameters
            if since + numbers.gap_min + numbers.upload_allowance <= heard.judged_to:
                pieces += clip([(since, heard.judged_to)], start, end)
    return merge(
        (start, end)
        for start, end in pieces
        if end - start >= heard.numbers.at(start).parameters.gap_min
    )


def _covers(windows: Sequence[Window], at: datetime) -> bool:
    """Whether the instant lies in one of the sorted, disjoint windows."""
    place = bisect_right(windows, at, key=lambda window: window[0]) - 1
    return place >= 0 and at < windows[place][1]


def _with_rows(
    edges: Sequence[datetime], rows: Sequence[Row]
) -> Iterator[tuple[Window, list[Row]]]:
    """Each stretch between two edges, with the rows that stand in it."""
    waiting = sorted(rows, key=lambda one: one[1].from_at)
    active: list[Row] = []
    place = 0
    for start, end in pairwise(edges):
        active = [one for one in active if one[1].to_at is None or one[1].to_at > start]
        while place < len(waiting) and waiting[place][1].from_at <= start:
            row = waiting[place][1]
            if row.to_at is None or row.to_at > start:
                active.append(waiting[place])
            place += 1
        yield (start, end), active


def _joined(pieces: Iterable[Segment], midnights: set[datetime]) -> Iterator[Segment]:
    """Neighbours that say the same are one, but for midnights between."""
    last: Segment | None = None
    for one in pieces:
        same = last and (last.shade, last.violation_id) == (one.shade, one.violation_id)
        if last and same and one.from_at not in midnights:
            last = Segment(last.from_at, one.to_at, last.shade, last.violation_id, last.certainty)
            continue
        if last:
            yield last
        last = one
    if last:
        yield last


def _days(days: Sequence[Day], segments: Iterable[Segment]) -> Iterator[DayStrip]:
    found = list(segments)
    place = 0
    for day in days:
        mine = []
        while place < len(found) and found[place].from_at < day.to_at:
            mine.append(found[place])
            place += 1
        yield DayStrip(day, tuple(mine))
