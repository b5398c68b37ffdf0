"""Day strips as pages show them: bars in hundredths of a row, the same in words and in a table.

A row is as long as the longest day shown, so that the days on which clocks change are drawn true.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from waypost.monitoring.sobriety_queries import Sobriety
from waypost.monitoring.strip_queries import PersonStrips, RequirementStrip
from waypost.orders.values import RequirementKind
from waypost.orders.walltime import wall_instant
from waypost.rules.strip import Day, DayStrip, Figures, Segment, Shade, Strip
from waypost.web.templatetags.waypost import words

NO_ALCOHOL_TAG = "No alcohol tag has been worn yet."
HOURS = ("06:00", "12:00", "18:00")
USUAL_DAY = timedelta(hours=24)
LETTER_FROM = timedelta(minutes=50)  # shorter stretches have no room for their letter
SEEN_FROM_PERCENT = 0.4  # what was found is never too thin to be seen
ON_TOP = {Shade.KEPT: 0, Shade.TO_COME: 0, Shade.NO_TAG: 1, Shade.CANNOT_TELL: 1}
LETTERS = {
    Shade.VIOLATED: "V",
    Shade.POSSIBLE: "P",
    Shade.CANNOT_TELL: "?",
    Shade.NO_TAG: "N",
}
WORDS: dict[Shade, str] = {
    Shade.KEPT: "Kept",
    Shade.VIOLATED: "Violated",
    Shade.POSSIBLE: "Possible",
    Shade.CANNOT_TELL: "Cannot tell",
    Shade.NO_TAG: "No tag worn",
    Shade.NOT_REQUIRED: "Not required",
    Shade.TO_COME: "To come, or not judged yet",
}
TAG_WORDS: dict[Shade, str] = {
    **WORDS,
    Shade.KEPT: "Nothing reported",
    Shade.VIOLATED: "Trouble reported",
    Shade.CANNOT_TELL: "Not heard or not located",
    Shade.NOT_REQUIRED: "Not worn",
}
SOBER_WORDS: dict[Shade, str] = {
    **WORDS,
    Shade.KEPT: "No alcohol read",
    Shade.VIOLATED: "Alcohol read",
    Shade.POSSIBLE: "Possibly alcohol",
    Shade.CANNOT_TELL: "No reading, or not of the skin",
    Shade.NO_TAG: "No alcohol tag worn",
}
KEY = (
    (Shade.KEPT, "Kept: it could be told, and nothing was found against it"),
    (Shade.VIOLATED, "Violated"),
    (Shade.POSSIBLE, "Possible: the fixes allow it and do not settle it"),
    (Shade.CANNOT_TELL, "Cannot tell: no usable fix, or none that could tell"),
    (Shade.NO_TAG, "Cannot tell: no tag was worn"),
    (Shade.TO_COME, "To come, or not judged yet"),
    (Shade.NOT_REQUIRED, "Not required"),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a row. x and width in hundredths of the row, with their unit."""

    shade: str
    x: str
    width: str
    middle: str
    letter: str
    words: str
    violation_id: int | None
    within: bool  # cannot be told, and lies within a violation


@dataclass(frozen=True, slots=True)
class Stretch:
    """A line of the table: everything but kept and not required."""

    when: str
    utc: str
    words: str
    violation_id: int | None


@dataclass(frozen=True, slots=True)
class DayShown:
    """marks, ends: hours of the day and its end, in hundredths of the row."""

    day: str
    said: str
    hours: str  # "25 hours" on a day that has not 24
    bars: tuple[Bar, ...]
    marks: tuple[str, ...]
    end: str
    figures: dict[str, str]
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class StripShown:
    name: str
    reference: str
    words: str  # the figures in a sentence
    zone: str  # named where it is not the house's
    axis: tuple[tuple[str, str], ...]  # (place, hour)
    days: tuple[DayShown, ...]
    of_tag: bool = False
    sobriety: str = ""  # sober days of monitored days, in a sentence


def strips_shown(found: PersonStrips, house_zone: str) -> list[StripShown]:
    """One for each requirement, and the tag's own last. Newest day first."""
    shown = [_requirement(one, house_zone) for one in found.requirements]
    if found.tag is not None:
        shown.append(strip_shown(found.tag, "Tag", "", house_zone, house_zone, of_tag=True))
    return shown


def strip_shown(
    strip: Strip,
    name: str,
    reference: str,
    timezone: str,
    house_zone: str,
    *,
    of_tag: bool = False,
    said: dict[Shade, str] = WORDS,
    sobriety: str = "",
) -> StripShown:
    zone = ZoneInfo(timezone)
    row = max([USUAL_DAY, *(one.day.to_at - one.day.from_at for one in strip.days)])
    said = TAG_WORDS if of_tag else said
    return StripShown(
        name,
        reference,
        tag_words(strip.figures) if of_tag else figure_words(strip.figures),
        "" if timezone == house_zone else timezone,
        tuple((_percent(timedelta(hours=hour), row), f"{hour:02d}") for hour in (0, 6, 12, 18, 24)),
        tuple(_day(one, row, zone, said) for one in reversed(_asked(strip.days))),
        of_tag,
        sobriety,
    )


def figure_words(figures: Figures) -> str:
    """What came of the required time, each figure with what it is a share of."""
    judged = figures.required - figures.of(Shade.TO_COME)
    if not figures.required:
        return "Nothing was required in these days."
    if not judged:
        return f"Of {hours_words(figures.required)} required nothing has been judged yet."
    parts = [f"kept {hours_words(figures.of(Shade.KEPT))}"]
    parts += [
        f"{word} {hours_words(time)}"
        for word, time in (
            ("violated", figures.of(Shade.VIOLATED)),
            ("possibly violated", figures.of(Shade.POSSIBLE)),
            ("cannot tell", figures.cannot_tell),
        )
        if time
    ]
    without = figures.of(Shade.NO_TAG)
    no_tag = f" ({hours_words(without)} without a tag)" if without else ""
    share = figures.monitored_share or 0.0
    return (
        f"Of {hours_words(judged)} required and judged: {', '.join(parts)}{no_tag}. "
        f"{_share(share)} could be monitored."
    )


def tag_words(figures: Figures) -> str:
    judged = figures.required - figures.of(Shade.TO_COME)
    if not judged:
        return "No tag was worn."
    parts = [f"trouble reported for {hours_words(figures.of(Shade.VIOLATED))}"]
    silent = figures.of(Shade.CANNOT_TELL)
    parts += [f"not heard or not located for {hours_words(silent)}"] if silent else []
    return f"Worn for {hours_words(judged)}: {', '.join(parts)}."


def hours_words(time: timedelta) -> str:
    """A sum of time in hours, however many: 146 h 05 min. Not rounded up to what was not kept."""
    minutes = time // timedelta(minutes=1)
    if minutes < 60:
        return "under 1 min" if not minutes and time else f"{minutes} min"
    rest = f" {minutes % 60:02d} min" if minutes % 60 else ""
    return f"{minutes // 60} h{rest}"


def _share(share: float) -> str:
    """Never "100 %" of what is not whole, nor "0 %" of what is something."""
    percent = round(100 * share)
    if percent == 100 and share < 1:
        return "Over 99 %"
    return "Under 1 %" if percent == 0 and share > 0 else f"{percent} %"


def _requirement(one: RequirementStrip, house_zone: str) -> StripShown:
    name = words(one.kind)
    if one.kind is not RequirementKind.ALCOHOL:
        return strip_shown(one.strip, name, one.requirement_id, one.timezone, house_zone)
    return strip_shown(
        one.strip, name, one.requirement_id, one.timezone, house_zone, said=SOBER_WORDS,
        sobriety=sober_words(one.sobriety) if one.sobriety else NO_ALCOHOL_TAG,
    )  # fmt: skip


def sober_words(found: Sobriety) -> str:
    """Each figure with what it is a share of; a day that could not be told is nobody's fault."""
    days = found.days
    since = f"{found.since.day} {found.since:%B %Y}"
    if not days.judged:
        return f"Since {since}: no whole day has been judged yet."
    others = [
        f"{_days_words(count)} {words}"
        for count, words in (
            (days.read, "on which alcohol was read"),
            (days.possible, "on which it possibly was"),
            (days.not_monitored, "that could not be told"),
        )
        if count
    ]
    rest = f"; {', '.join(others)}" if others else ""
    return f"Since {since}: {days.sober} sober of {_days_words(days.monitored)} monitored{rest}."


def own_sober_words(found: Sobriety) -> str:
    """The same for the wearer, in plain words, what is good first."""
    days = found.days
    if not days.monitored:
        return "It has not read a whole day yet."
    since = f"Since {found.since.day} {found.since:%B} it has read {_days_words(days.monitored)}"
    said = f"{since}: {days.sober} without alcohol"
    if days.read:
        said += f", {days.read} with"
    if days.possible:
        said += f", {days.possible} that may have been"
    return f"{said}."


def _days_words(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _asked(days: Sequence[DayStrip]) -> Sequence[DayStrip]:
    """From the first day on that asks for something: before an order there is nothing to show."""
    first = next((n for n, one in enumerate(days) if one.figures.required), 0)
    return days[first:]


def _day(one: DayStrip, row: timedelta, zone: ZoneInfo, said: dict[Shade, str]) -> DayShown:
    figures = one.figures
    whole = one.day.to_at - one.day.from_at
    hours = "" if whole == USUAL_DAY else f"{whole / timedelta(hours=1):g} hours"
    shown = [segment for segment in one.segments if segment.shade is not Shade.NOT_REQUIRED]
    shown.sort(key=lambda segment: ON_TOP.get(segment.shade, 2))
    told = [s for s in one.segments if s.shade not in (Shade.KEPT, Shade.NOT_REQUIRED)]
    stretches = tuple(_stretch(segment, zone, said) for segment in told)
    return DayShown(
        day=f"{one.day.day:%a} {one.day.day.day} {one.day.day:%b}",
        said=_said(figures, stretches, said),
        hours=hours,
        bars=tuple(_bar(segment, one.day, row, zone, said) for segment in shown),
        marks=tuple(_percent(at - one.day.from_at, row) for at in _hours(one.day, zone)),
        end=_percent(whole, row),
        figures={
            "required": hours_words(figures.required),
            "kept": _time(figures, Shade.KEPT),
            "violated": _time(figures, Shade.VIOLATED),
            "possible": _time(figures, Shade.POSSIBLE),
            "cannot_tell": _time(figures, Shade.CANNOT_TELL, Shade.NO_TAG),
        },
        stretches=stretches,
    )


def _hours(day: Day, zone: ZoneInfo) -> list[datetime]:
    return [wall_instant(day.day, clock, zone.key) for clock in HOURS]


def _said(figures: Figures, stretches: Iterable[Stretch], said: dict[Shade, str]) -> str:
    """The row in words, for whoever cannot see it."""
    if not figures.required:
        return f"{said[Shade.NOT_REQUIRED]}."
    parts = [f"{said[Shade.KEPT]} {hours_words(figures.of(Shade.KEPT))}"]
    parts += [f"{one.words.lower()} {one.when}" for one in stretches]
    return f"{hours_words(figures.required)} in all: {', '.join(parts)}."


def _bar(segment: Segment, day: Day, row: timedelta, zone: ZoneInfo, said: dict[Shade, str]) -> Bar:
    left = 100 * ((segment.from_at - day.from_at) / row)
    wide = 100 * (segment.length / row)
    if segment.shade in LETTERS:
        wide = max(wide, SEEN_FROM_PERCENT)
    stretch = _stretch(segment, zone, said)
    return Bar(
        shade=segment.shade.value,
        x=f"{left:.2f}%",
        width=f"{wide:.2f}%",
        middle=f"{left + wide / 2:.2f}%",
        letter=LETTERS.get(segment.shade, "") if segment.length >= LETTER_FROM else "",
        words=f"{stretch.words}, {stretch.when} ({stretch.utc})",
        violation_id=segment.violation_id,
        within=segment.within_violation and segment.shade in (Shade.CANNOT_TELL, Shade.TO_COME),
    )


def _stretch(segment: Segment, zone: ZoneInfo, said: dict[Shade, str]) -> Stretch:
    word = said[segment.shade]
    if segment.within_violation and segment.shade not in (Shade.VIOLATED, Shade.POSSIBLE):
        word = f"{word}, within a violation"
    return Stretch(_between(segment, zone), _between(segment, UTC), word, segment.violation_id)


def _between(segment: Segment, zone: tzinfo) -> str:
    """20:00 to 21:15 GMT; a day's end is its 24:00, and seconds are said where there are some."""
    start, end = segment.from_at.astimezone(zone), segment.to_at.astimezone(zone)
    clock = "%H:%M:%S" if start.second or end.second else "%H:%M"
    last = "24:00" if end.date() > start.date() and not (end.hour or end.minute) else ""
    if last or start.tzname() == end.tzname():
        return f"{start:{clock}} to {last or f'{end:{clock}}'} {start:%Z}"
    return f"{start:{clock} %Z} to {end:{clock} %Z}"


def _time(figures: Figures, *shades: Shade) -> str:
    time = figures.of(*shades)
    return hours_words(time) if time else ""


def _percent(part: timedelta, whole: timedelta) -> str:
    return f"{100 * (part / whole):.2f}%"
