"""What a tag reported, as its page tells it: a table of words; of an alcohol tag the curve, too.

Places across are hundredths of the width, places down are pixels, as in presenters/paths.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from waypost.monitoring.reported_queries import Report, Reported
from waypost.positions.schema import SET_ASIDE_WORDS, SetAside
from waypost.positions.values import EventKind
from waypost.rules.alcohol_curves import Reading, is_above, is_covered
from waypost.rules.spells import SobrietyAsked
from waypost.rules.values import RowKind
from waypost.units import RequirementRef
from waypost.web.presenters.paths import Mark, Span, Stretch
from waypost.web.templatetags.waypost import local, when_words, words

TOP, HEIGHT = 30, 190  # of the plot, pixels
HIGHEST_AT_LEAST = 0.04  # g/dl: a quiet day is drawn flat
MARKS_G_PER_DL = (0.0, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
MARKS_APART = 18
LATE = timedelta(hours=48)  # what came later than an alcohol tag's daily upload explains
ALCOHOL_COLUMNS = ("Reading", "Skin", "Infrared")
COLUMNS: dict[RowKind, tuple[str, ...]] = {
    RowKind.ALCOHOL: ALCOHOL_COLUMNS,
    RowKind.ALCOHOL_TAMPER: ALCOHOL_COLUMNS,
    RowKind.BATTERY: ("Charge",),
    RowKind.NOT_CHARGED: ("Charge",),
    RowKind.JAMMING: (),
    RowKind.HOME_UNIT: ("Home unit",),
}


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A row of the table. values: under COLUMNS of the row's kind, "" where nothing was said.

    look   "bad", "aside" or ""
    """

    day: str
    at: datetime
    received_at: datetime
    late: bool
    what: str
    values: tuple[str, ...]
    said: str
    look: str


@dataclass(frozen=True, slots=True)
class ReadingShown:
    """covered: not of the skin, drawn hollow"""

    x: str
    y: float
    above: bool
    covered: bool
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    x1: str
    y1: float
    x2: str
    y2: float


@dataclass(frozen=True, slots=True)
class CurveShown:
    """Readings over time, the threshold, the row as stored and what the maker reported."""

    readings: tuple[ReadingShown, ...]
    lines: tuple[Line, ...]
    threshold_y: float
    above_height: float
    threshold: str
    row: Stretch | None
    events: tuple[Stretch, ...]
    scale: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    said: str


def reports_shown(found: Reported) -> list[ReportShown]:
    columns = COLUMNS[found.page.standing.row.kind]
    return [_shown(found, one, columns) for one in found.reports]


def curve_of(found: Reported) -> CurveShown | None:
    """None for a row that is not an alcohol tag's."""
    if COLUMNS[found.page.standing.row.kind] is not ALCOHOL_COLUMNS:
        return None
    span = Span(found.from_at, found.to_at)
    readings = [
        (one, reading)
        for one in found.reports
        if span.holds(one.at) and (reading := _reading(one)) is not None
    ]
    highest = max([HIGHEST_AT_LEAST, *(1.1 * one.g_per_dl for _, one in readings)])
    asked = _asked(found)
    threshold = asked.level_g_per_dl
    if threshold is None:
        threshold = found.parameters.alcohol_detected_g_per_dl
    row = found.page.standing.row
    start, end = max(row.from_at, span.from_at), min(row.to_at or span.to_at, span.to_at)
    return CurveShown(
        readings=tuple(
            ReadingShown(
                span.x(one.at), _y(reading.g_per_dl, highest),
                is_above(reading.g_per_dl, asked, found.parameters),
                is_covered(reading, found.parameters),
                f"{local(one.at):%H:%M %Z}, {_level(reading.g_per_dl)}",
            )
            for one, reading in readings
        ),
        lines=tuple(_lines(readings, span, highest, found.parameters.alcohol_apart)),
        threshold_y=_y(threshold, highest),
        above_height=_y(threshold, highest) - TOP,
        threshold=f"{threshold:g} g/dl",
        row=span.stretch(start, end, "row", "As stored") if start <= end else None,
        events=tuple(_events(found.reports, span)),
        scale=tuple(_scale(highest)),
        ticks=tuple(span.ticks()),
        said=_said(readings, found),
    )  # fmt: skip


def _shown(found: Reported, one: Report, columns: Sequence[str]) -> ReportShown:
    reading = _reading(one)
    usable = one.set_aside is SetAside.USABLE
    look = "" if usable else "aside"
    if (
        usable
        and reading is not None
        and is_above(reading.g_per_dl, _asked(found), found.parameters)
    ):
        look = "bad"
    return ReportShown(
        day=when_words(one.at, "day"),
        at=one.at,
        received_at=one.received_at,
        late=one.received_at - one.at > LATE,
        what=words(one.kind),
        values=tuple(_value(one, column) for column in columns),
        said=_words_of(found, one, reading),
        look=look,
    )


def _value(one: Report, column: str) -> str:
    if column == "Home unit":
        return str(one.facts.get("home_unit", ""))
    name, form = {
        "Reading": ("tac_percent", "{:.3f} g/dl"),
        "Skin": ("temperature_c", "{:.0f} °C"),
        "Infrared": ("infrared", "{:.2f}"),
        "Charge": ("percent", "{:.0f} %"),
    }[column]
    number = one.number(name)
    return "" if number is None else form.format(number)


def _words_of(found: Reported, one: Report, reading: Reading | None) -> str:
    """What Waypost made of the word."""
    if one.set_aside is not SetAside.USABLE:
        return f"Not judged: {SET_ASIDE_WORDS[one.set_aside]}"
    if one.kind is EventKind.ALCOHOL_EVENT:
        return _event_words(one)
    if one.kind is EventKind.ALCOHOL_TAMPER:
        return str(one.facts.get("what", "")).replace("_", " ")
    if reading is None:
        return ""
    parts = []
    if is_above(reading.g_per_dl, _asked(found), found.parameters):
        parts.append("Above what is asked")
    if is_covered(reading, found.parameters):
        parts.append("Not of the skin: covered, or off")
    return ". ".join(parts)


def _event_words(one: Report) -> str:
    start, end, peak = one.instant("from"), one.instant("to"), one.number("peak_percent")
    when = f"From {when_words(start)}" if start else ""
    when += f" to {when_words(end)}" if start and end else ""
    highest = f", highest {_level(peak)}" if peak is not None else ""
    review = "confirmed by the maker's review" if one.facts.get("confirmed") is True else (
        "not confirmed by the maker's review"
    )  # fmt: skip
    return f"{when}{highest}: {review}" if when else review.capitalize()


def _reading(one: Report) -> Reading | None:
    level = one.number("tac_percent")
    if one.kind is not EventKind.ALCOHOL_READING or level is None:
        return None
    return Reading(0, level, one.number("temperature_c"), one.number("infrared"))


def _asked(found: Reported) -> SobrietyAsked:
    row = found.page.standing.row
    return SobrietyAsked(RequirementRef(row.requirement_id), None, (), found.level_g_per_dl)


def _lines(
    readings: Sequence[tuple[Report, Reading]], span: Span, highest: float, apart: timedelta
) -> Iterator[Line]:
    """Between readings that are one curve; over a longer pause there is no line."""
    for (one, reading), (other, after) in pairwise(readings):
        if other.at - one.at <= apart:
            yield Line(
                span.x(one.at), _y(reading.g_per_dl, highest),
                span.x(other.at), _y(after.g_per_dl, highest),
            )  # fmt: skip


def _events(reports: Sequence[Report], span: Span) -> Iterator[Stretch]:
    for one in reports:
        start = one.instant("from")
        if one.kind is not EventKind.ALCOHOL_EVENT or start is None:
            continue
        start, end = max(start, span.from_at), min(one.instant("to") or span.to_at, span.to_at)
        if start < end:
            sure = one.facts.get("confirmed") is True
            shade = "confirmed" if sure else "unconfirmed"
            yield span.stretch(start, end, shade, f"The maker's event, {shade}")


def _y(g_per_dl: float, highest: float) -> float:
    return round(TOP + HEIGHT * (1 - min(max(g_per_dl / highest, 0.0), 1.0)), 1)


def _scale(highest: float) -> Iterator[Mark]:
    taken: list[float] = []
    for level in MARKS_G_PER_DL:
        y = _y(level, highest)
        if level <= highest and all(abs(y - other) >= MARKS_APART for other in taken):
            taken.append(y)
            yield Mark(f"{y:.1f}", f"{level:g}")


def _said(readings: Sequence[tuple[Report, Reading]], found: Reported) -> str:
    """The drawing in words, for whoever cannot see it."""
    if not readings:
        return "No reading is known of this time."
    highest = max(reading.g_per_dl for _, reading in readings)
    above = sum(
        is_above(reading.g_per_dl, _asked(found), found.parameters) for _, reading in readings
    )
    return f"{len(readings)} readings, {above} of them above; the highest {_level(highest)}."


def _level(g_per_dl: float) -> str:
    return f"{g_per_dl:.3f} g/dl"
