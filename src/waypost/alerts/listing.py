"""The inbox as a list: stories with their most urgent alert in front, pages, ages.

Pure, over one short line for each uncleared alert, so that what is counted is everything and only
one page is dressed. Nothing is left out: each line is on exactly one page (tests say so); what
filters leave out is counted, and every figure stays that of everything.

`listing` is the plain twin: the inbox itself has the store order and count (listing_query.py), and
tests hold one against the other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from waypost.alerts.values import UNATTENDED

TONE_FROM = 80  # of 100: what is graver than this may make a tone where it newly comes
PAGE = 200  # alerts on a page, or a few more: a story is not torn apart
UNTOUCHED = frozenset(status.value for status in UNATTENDED)

# Upper edge (None: no end) and words. The first is the target of the gravest kinds, the last is
# for what no shift may leave behind.
BANDS: tuple[tuple[timedelta | None, str], ...] = (
    (timedelta(minutes=5), "Under 5 min"),
    (timedelta(minutes=15), "5 to 15 min"),
    (timedelta(minutes=60), "15 to 60 min"),
    (timedelta(hours=4), "1 to 4 h"),
    (timedelta(hours=24), "4 to 24 h"),
    (None, "Over a day"),
)


class Line(NamedTuple):  # thousands are made for each look: a tuple is made at once
    alert_id: int
    incident_id: int | None
    urgency: int
    status: str
    raised_at: datetime
    attend_by: datetime | None = None  # its target, while nobody attends it
    wanted: bool = True  # the filters ask for it


@dataclass(frozen=True, slots=True)
class Band:
    """Alerts of one age: how many are not cleared, and how many of those nobody has touched."""

    words: str
    count: int
    untouched: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of it, and the counts of all of it.

    stories   of the page: ids of alerts, the most urgent first
    before    alerts on earlier pages
    over_target  of all: their target has passed and nobody attends them
    left_out     by the filters, and how many of those nobody has touched; a story is shown whole
                 where one of it is asked for
    urgent       of all that the filters leave: alert and urgency, where it is for a tone
    """

    stories: tuple[tuple[int, ...], ...]
    page: int
    pages: int
    before: int
    total: int
    untouched: int
    over_target: int
    oldest_untouched: int | None
    bands: tuple[Band, ...]
    left_out: int = 0
    left_out_untouched: int = 0
    urgent: tuple[tuple[int, int], ...] = ()

    @property
    def shown(self) -> int:
        return sum(len(story) for story in self.stories)


def listing(lines: Sequence[Line], page: int, *, now: datetime, size: int = PAGE) -> Listing:
    """The page asked for, or the nearest there is."""
    untouched = [line for line in lines if line.status in UNTOUCHED]
    oldest = min(untouched, key=lambda one: (one.raised_at, one.alert_id), default=None)
    return paged(
        [
            Ordered(one.alert_id, one.incident_id, one.urgency, one.status, one.wanted)
            for one in in_order(lines)
        ],
        page,
        Counts(
            total=len(lines),
            untouched=len(untouched),
            over_target=sum(one.attend_by is not None and one.attend_by < now for one in lines),
            oldest_untouched=oldest.alert_id if oldest else None,
            bands=bands(lines, now=now),
        ),
        size=size,
    )


class Ordered(NamedTuple):
    """A line in its place, the most urgent first: what pages need of it."""

    alert_id: int
    incident_id: int | None
    urgency: int
    status: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Counts:
    """Of everything that is not cleared, whatever the filters."""

    total: int
    untouched: int
    over_target: int
    oldest_untouched: int | None
    bands: tuple[Band, ...]


def paged(ordered: Sequence[Ordered], page: int, counts: Counts, *, size: int = PAGE) -> Listing:
    """The page asked for, of lines that are in order already."""
    shown, out = _shown(_stories(ordered), ordered)
    hidden = {one.alert_id for one in out}
    sheets = _sheets(shown, size)
    number = max(1, min(page, len(sheets)))
    return Listing(
        stories=tuple(tuple(one.alert_id for one in story) for story in sheets[number - 1]),
        page=number,
        pages=len(sheets),
        before=sum(len(story) for sheet in sheets[: number - 1] for story in sheet),
        total=counts.total,
        untouched=counts.untouched,
        over_target=counts.over_target,
        oldest_untouched=counts.oldest_untouched,
        bands=counts.bands,
        left_out=len(out),
        left_out_untouched=sum(one.status in UNTOUCHED for one in out),
        urgent=tuple(
            (one.alert_id, one.urgency)
            for one in takewhile(lambda one: one.urgency >= TONE_FROM, ordered)
            if one.status in UNTOUCHED and (not out or one.alert_id not in hidden)
        ),
    )


def _shown(
    stories: list[list[Ordered]], ordered: Sequence[Ordered]
) -> tuple[list[list[Ordered]], list[Ordered]]:
    """The stories that the filters leave, and the lines of the others."""
    if all(one.wanted for one in ordered):
        return stories, []
    shown = [story for story in stories if any(one.wanted for one in story)]
    kept = {one.alert_id for story in shown for one in story}
    return shown, [one for one in ordered if one.alert_id not in kept]


def in_order(lines: Iterable[Line]) -> list[Line]:
    """By urgency, then the longest waiting."""
    return sorted(lines, key=lambda one: (-one.urgency, one.raised_at, one.alert_id))


def stories_of(lines: Iterable[Line]) -> list[tuple[int, ...]]:
    """Alerts of one incident together; by urgency, then the longest waiting, within and between."""
    ordered = [Ordered(one.alert_id, one.incident_id, one.urgency, "") for one in in_order(lines)]
    return [tuple(one.alert_id for one in story) for story in _stories(ordered)]


def _stories(ordered: Iterable[Ordered]) -> list[list[Ordered]]:
    """In the order of their first."""
    found: dict[int, list[Ordered]] = {}
    for one in ordered:
        if one.incident_id is None:
            found[-1 - one.alert_id] = [one]  # numbers below none's
        elif one.incident_id in found:
            found[one.incident_id].append(one)
        else:
            found[one.incident_id] = [one]
    return list(found.values())


def band_edges(now: datetime) -> list[datetime]:
    """Since when an alert of each band but the oldest was raised, the youngest band first."""
    return [now - edge for edge, _ in BANDS if edge is not None]


def bands(lines: Iterable[Line], *, now: datetime) -> tuple[Band, ...]:
    counts, untouched = [0] * len(BANDS), [0] * len(BANDS)
    since = band_edges(now)[::-1]  # earliest first
    for line in lines:
        n = len(since) - bisect_left(since, line.raised_at)
        counts[n] += 1
        untouched[n] += line.status in UNTOUCHED
    return tuple(
        Band(words, count, fresh)
        for (_, words), count, fresh in zip(BANDS, counts, untouched, strict=True)
    )


def _sheets(stories: Sequence[list[Ordered]], size: int) -> list[list[list[Ordered]]]:
    sheets: list[list[list[Ordered]]] = []
    sheet: list[list[Ordered]] = []
    held = 0
    for story in stories:
        sheet.append(story)
        held += len(story)
        if held >= size:
            sheets.append(sheet)
            sheet, held = [], 0
    return [*sheets, sheet] if sheet or not sheets else sheets
