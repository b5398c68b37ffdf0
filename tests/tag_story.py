"""Stories about a tag's own states: what was heard of it, and the spells that must come of it.

    10:00  contact                 something was received (every word and fix is a contact, too)
    10:00-18:00 contact            heard once a minute from then to then
    10:00-18:00 fix                likewise, each with a usable fix
    10:05  battery_level 18        a word of the tag, its level in percent
    10:05  home_unit_moved HU1     a home unit's word
    10:05  alcohol_reading 0.01|0.04,22,0.4   readings half an hour apart: g/dl, skin °C, infrared
    10:00-18:00 alcohol_reading 0             the same one each half hour from then to then
    10:05  alcohol_event from=08:00,to=09:30,peak=0.08,confirmed
    10:05  alcohol_tamper what=obstruction,to=12:00
    10:00-18:00 still              contacts that say that no motion was felt; moving: the opposite
    +1 10:00 ...                   the next day

Times are UTC; the day is 2 March 2026, on which London has the same. Each story is told in order,
backwards with every word twice, and in two halves: the answers must agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from waypost.clock import FOREVER_US, to_us
from waypost.devices.health import Expected
from waypost.positions.values import EventKind
from waypost.rules.runs import runs_of
from waypost.rules.spells import Around
from waypost.rules.tag_journal import (
    ALCOHOL,
    FIX_APART_US,
    Heard,
    Journal,
    Said,
    contacts_of,
    hear,
    motion_of,
)
from waypost.rules.tag_states import Verdict, judge_tag
from waypost.rules.timeline import always
from waypost.rules.values import JudgedViolation, Parameters

DAY = datetime(2026, 3, 2, tzinfo=UTC)
HALF_HOUR_US = 1_800_000_000
FACT_NAMES = {"peak": "peak_percent"}
LINE = re.compile(
    r"(?P<start>(\+\d+ )?\d\d:\d\d)(-(?P<end>(\+\d+ )?\d\d:\d\d))?\s+(?P<what>[a-z_]+)"
    r"(\s+(?P<more>\S+))?$"
)


def at(text: str) -> datetime:
    """ "18:50", or "+1 06:30" for the next day."""
    days, _, clock = text.rpartition(" ")
    hour, minute = clock.split(":")
    return DAY + timedelta(days=int(days or 0), hours=int(hour), minutes=int(minute))


def us(text: str) -> int:
    return to_us(at(text))


def read(day: str) -> list[Heard]:
    found = []
    for number, line in enumerate(filter(None, (one.strip() for one in day.splitlines()))):
        said = LINE.match(line)
        assert said, f"not a line of a story: {line!r}"
        found.append(_heard(number, said))
    return found


def _heard(number: int, said: re.Match[str]) -> Heard:
    start = us(said["start"])
    end = us(said["end"]) if said["end"] else start
    times = list(range(start, end + 1, 60_000_000))
    heard = Heard(contacts=contacts_of(times))
    what, more = said["what"], said["more"]
    if what == "fix":
        return replace(heard, fixes=runs_of(times, FIX_APART_US))
    if what == "still":
        return replace(heard, still=motion_of(times))
    if what == "moving":
        return replace(heard, moving=motion_of(times))
    if what == "contact":
        return heard
    kind = EventKind(what)
    if kind is EventKind.ALCOHOL_READING:
        return _readings(start, end, more or "")
    words = tuple(Said(one, number + 1, kind, _facts(kind, more)) for one in times)
    return replace(heard, said=words)


def _facts(kind: EventKind, more: str | None) -> tuple[tuple[str, object], ...]:
    if more is None:
        return ()
    if kind.value.startswith("home_unit"):
        return (("home_unit", more),)
    if kind in ALCOHOL:
        pairs = (part.partition("=") for part in more.split(","))
        told = {name: value or True for name, _, value in pairs}
        return tuple((FACT_NAMES.get(name, name), _fact(name, told[name])) for name in sorted(told))
    return (("percent", float(more)),)


def _fact(name: str, value: object) -> object:
    if name in {"from", "to"}:
        return at(str(value).replace("_", " ")).isoformat()
    return float(str(value)) if name == "peak" else value


def _readings(start: int, end: int, more: str) -> Heard:
    """One value from then to then, or one value each half hour."""
    words = []
    each = more.split("|") * ((end - start) // HALF_HOUR_US + 1)
    for place, values in enumerate(each):
        names = ("tac_percent", "temperature_c", "infrared")
        facts = tuple(zip(names, map(float, values.split(",")), strict=False))
        words.append(Said(start + place * HALF_HOUR_US, 0, EventKind.ALCOHOL_READING, facts))
    return Heard(contacts=contacts_of([one.at_us for one in words]), said=tuple(words))


def judged(
    heard: Sequence[Heard], about: Around, until: str, numbers: Parameters | None = None
) -> Verdict:
    journal = Journal(from_us=about.live[0][0] if about.live else 0)
    for one in heard:
        journal = hear(journal, one)
    again = Journal.from_bytes(journal.to_bytes())
    assert again == journal
    return judge_tag(journal, about, always(numbers or Parameters()), us(until))


def tell(
    *,
    day: str,
    expect: list[str],
    until: str,
    worn: str = "00:00-",
    expected: Expected | None = None,
    numbers: Parameters | None = None,
    **more: object,
) -> Verdict:
    """Tell a story; the rows must be those expected, as "no_contact 10:00-14:00".

    worn      from when to when, "08:00-" for no end
    until     as of when
    more      anything else of `Around`
    """
    start, _, end = worn.partition("-")
    live = ((us(start), us(end) if end else FOREVER_US),)
    about = Around(live=live, expected=expected or Expected(), **more)  # type: ignore[arg-type]
    lines = read(day)
    told = judged(lines, about, until, numbers)
    backwards = judged([one for line in reversed(lines) for one in (line, line)], about, until,
                       numbers)  # fmt: skip
    halves = judged(lines[::2] + lines[1::2], about, until, numbers)
    assert told.rows == backwards.rows == halves.rows
    shown = [show(row) for row in told.rows]
    assert shown == expect, shown
    return told


def show(row: JudgedViolation) -> str:
    """ "battery low 10:00-12:30", "no_contact 22:00-+1 03:00", "stationary possible 09:00-"."""
    how = f" {row.how.value}" if row.how.value else ""
    sure = "" if row.certainty == "certain" else f" {row.certainty.value}"
    return f"{row.kind.value}{how}{sure} {_clock(row.from_at)}-{_clock(row.to_at)}"


def _clock(instant: datetime | None) -> str:
    if instant is None:
        return ""
    days = (instant.date() - DAY.date()).days
    return f"{f'+{days} ' if days else ''}{instant:%H:%M}"


__all__ = ["DAY", "at", "judged", "read", "show", "tell", "us"]
