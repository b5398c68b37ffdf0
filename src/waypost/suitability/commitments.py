"""Whether hours that are proposed collide with what somebody must do in them. Pure.

    clashes(rows, commitments)   each commitment that falls into required hours, in a sentence

Both are hours of a common week on the local clock; what runs past midnight goes on into the next
day, and on Sunday night into Monday.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from waypost.orders.hours import minutes_of
from waypost.orders.values import WEEKDAYS, TimetableRow
from waypost.suitability.values import COMMITMENT_WORDS, CommitmentKind

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
DAY_NAMES = dict(
    zip(
        WEEKDAYS,
        ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Commitment:
    """What somebody does each week. days (), start "": it has no fixed hours."""

    kind: CommitmentKind
    words: str
    days: tuple[str, ...] = ()
    start: str = ""
    end: str = ""

    @property
    def has_hours(self) -> bool:
        return bool(self.days and self.start and self.end)


@dataclass(frozen=True, slots=True)
class Clash:
    """day   of WEEKDAYS, on which the commitment begins; minutes of it that collide"""

    commitment: Commitment
    day: str
    row: str
    minutes: int

    @property
    def words(self) -> str:
        one = self.commitment
        what = f"{COMMITMENT_WORDS[one.kind].lower()} from {one.start} to {one.end}"
        return (
            f"{self.row} collides with {what} on {DAY_NAMES[self.day]}, "
            f"by {_length(self.minutes)}: {one.words}"
        )


def clashes(
    rows: Sequence[TimetableRow] | None, commitments: Iterable[Commitment], *, what: str = "Curfew"
) -> tuple[Clash, ...]:
    """rows None: it binds at all hours. what: how the requirement is called in the sentence."""
    return tuple(_clashes(rows, commitments, what))


def _clashes(
    rows: Sequence[TimetableRow] | None, commitments: Iterable[Commitment], what: str
) -> Iterator[Clash]:
    for one in commitments:
        if not one.has_hours:
            continue
        for day in one.days:
            mine = _minutes(day, one.start, one.end)
            if rows is None:
                yield Clash(one, day, f"{what} at all hours", len(mine))
                continue
            for row in rows:
                both = mine & _row_minutes(row)
                if both:
                    yield Clash(one, day, f"{what} {row.start} to {row.end}", len(both))


def _row_minutes(row: TimetableRow) -> set[int]:
    return {minute for day in row.days for minute in _minutes(day, row.start, row.end)}


def _minutes(day: str, start: str, end: str) -> set[int]:
    """Minutes of the common week from Monday 00:00; an end at or before the start is next day."""
    begin = WEEKDAYS.index(day) * DAY_MINUTES + minutes_of(start)
    count = (minutes_of(end) - minutes_of(start)) % DAY_MINUTES or DAY_MINUTES
    return {(begin + minute) % WEEK_MINUTES for minute in range(count)}


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d} min" if hours else f"{rest} min"
