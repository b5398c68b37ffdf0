"""What is remembered of one activation's tag for judging its states: runs, and what it said.

    hear(journal, heard)     with what has come: any order, any number of times, the same journal
    trimmed(journal, ...)    without what only a correction could still be about

Contact is by receipt, fixes by when they were measured; motion is kept to a quarter of an hour. No
place is kept. Alcohol readings, battery, charging, jamming and home units are kept word by word.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from waypost.clock import MICROSECOND, from_us, read_instant, to_us
from waypost.positions.values import EventKind
from waypost.rules.runs import NONE, Runs, Times, joined, kept_since, runs_of, since

# How far apart two instants of a run may lie: no finer than judging ever asks (devices/health.py).
CONTACT_APART_US = timedelta(minutes=15) // MICROSECOND
FIX_APART_US = timedelta(minutes=30) // MICROSECOND
MOTION_GRAIN_US = timedelta(minutes=15) // MICROSECOND

BATTERY = frozenset(
    {
        EventKind.BATTERY_LEVEL, EventKind.BATTERY_LOW, EventKind.BATTERY_CRITICAL,
        EventKind.BATTERY_DEAD, EventKind.CHARGING_STARTED, EventKind.CHARGING_ENDED,
    }
)  # fmt: skip
JAMMING = frozenset({EventKind.JAMMING, EventKind.JAMMING_ENDED})
HOME_UNIT = frozenset(
    {
        EventKind.HOME_UNIT_MOVED, EventKind.HOME_UNIT_POWER_LOST,
        EventKind.HOME_UNIT_POWER_RESTORED,
    }
)  # fmt: skip
ALCOHOL = frozenset({EventKind.ALCOHOL_READING, EventKind.ALCOHOL_EVENT, EventKind.ALCOHOL_TAMPER})
TELLING = BATTERY | JAMMING | HOME_UNIT | ALCOHOL
FAMILIES = (BATTERY, JAMMING, HOME_UNIT, ALCOHOL)  # of these the last word before a cut is kept
# What is kept of an event's attributes: no more than judging reads.
FACTS: Mapping[EventKind, tuple[str, ...]] = {
    **dict.fromkeys(BATTERY, ("percent",)),
    **dict.fromkeys(HOME_UNIT, ("home_unit",)),
    EventKind.ALCOHOL_READING: ("tac_percent", "temperature_c", "infrared"),
    EventKind.ALCOHOL_EVENT: ("from", "to", "peak_percent", "confirmed"),
    EventKind.ALCOHOL_TAMPER: ("what", "to"),
}
Fact = tuple[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """One word of the tag; `key` tells apart what it said at one instant."""

    at_us: int
    key: int
    kind: EventKind = field(compare=False)
    facts: tuple[Fact, ...] = field(default=(), compare=False)

    @property
    def at(self) -> datetime:
        return from_us(self.at_us)

    def fact(self, name: str) -> Any:
        return next((value for known, value in self.facts if known == name), None)

    def instant_us(self, name: str) -> int | None:
        """A fact that is an instant; None where it is none."""
        text = self.fact(name)
        if not isinstance(text, str):
            return None
        try:
            return to_us(read_instant(text))
        except (ValueError, OverflowError):
            return None

    def number(self, name: str) -> float | None:
        value = self.fact(name)
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if plain else None


@dataclass(frozen=True, slots=True)
class Heard:
    """What some rows bring of one activation, in any order."""

    contacts: Runs = NONE
    fixes: Runs = NONE
    still: Runs = NONE
    moving: Runs = NONE
    said: tuple[Said, ...] = ()

    @property
    def earliest_us(self) -> int | None:
        """The earliest instant that it tells of."""
        firsts = [runs[0][0] for runs in (self.contacts, self.fixes, self.still, self.moving)
                  if runs]  # fmt: skip
        firsts += [min(one.at_us, one.instant_us("from") or one.at_us) for one in self.said]
        return min(firsts, default=None)


@dataclass(frozen=True, slots=True)
class Journal(Heard):
    """All that is remembered. from_us: what lies before is settled, and not held but for the last
    word of each family, so that what lasts keeps its beginning."""

    from_us: int = 0

    def to_bytes(self) -> bytes:
        """For the store: `from_bytes` gives it back."""
        said = [[one.at_us, one.key, one.kind.value, dict(one.facts)] for one in self.said]
        text = json.dumps(
            [self.from_us, self.contacts, self.fixes, self.still, self.moving, said],
            separators=(",", ":"),
        )
        return zlib.compress(text.encode(), 1)

    @classmethod
    def from_bytes(cls, data: bytes) -> Journal:
        from_us, contacts, fixes, still, moving, said = json.loads(zlib.decompress(data))
        return cls(
            contacts=_runs(contacts), fixes=_runs(fixes), still=_runs(still),
            moving=_runs(moving), from_us=from_us,
            said=tuple(
                Said(at_us, key, EventKind(kind), tuple(facts.items()))
                for at_us, key, kind, facts in said
            ),
        )  # fmt: skip


def hear(journal: Journal, heard: Heard) -> Journal:
    """The journal with what has come; what lies before its beginning is left out."""
    from_us = journal.from_us
    news = {(one.at_us, one.key): one for one in heard.said if one.at_us >= from_us}
    said = journal.said
    if news.keys() - {(one.at_us, one.key) for one in said}:
        said = tuple(sorted({one: one for one in (*news.values(), *said)}.values()))
    return replace(
        journal,
        contacts=joined(journal.contacts, since(heard.contacts, from_us), CONTACT_APART_US),
        fixes=joined(journal.fixes, since(heard.fixes, from_us), FIX_APART_US),
        still=joined(journal.still, since(heard.still, from_us), MOTION_GRAIN_US),
        moving=joined(journal.moving, since(heard.moving, from_us), MOTION_GRAIN_US),
        said=said,
    )


def trimmed(journal: Journal, from_us: int) -> Journal:
    """The journal from a later instant on; unchanged when that is no later."""
    if from_us <= journal.from_us:
        return journal
    return Journal(
        contacts=kept_since(journal.contacts, from_us),
        fixes=kept_since(journal.fixes, from_us),
        still=since(journal.still, from_us),
        moving=kept_since(journal.moving, from_us),
        said=(*_last_words(journal.said, from_us),
              *(one for one in journal.said if one.at_us >= from_us)),
        from_us=from_us,
    )  # fmt: skip


def contacts_of(times: Times | Sequence[int]) -> Runs:
    """Of instants (us UTC, any order) at which something came from the tag."""
    return runs_of(times, CONTACT_APART_US)


def motion_of(times: Iterable[int]) -> Runs:
    """Instants of a word on motion, to a quarter of an hour."""
    return runs_of([at - at % MOTION_GRAIN_US for at in times], MOTION_GRAIN_US)


def _runs(listed: list[list[int]]) -> Runs:
    return tuple((first, last) for first, last in listed)


def _last_words(said: tuple[Said, ...], before_us: int) -> list[Said]:
    """The last word of each family (of each home unit) before the instant, in order."""
    last: dict[object, Said] = {}
    for one in said:
        if one.at_us >= before_us:
            break
        for number, family in enumerate(FAMILIES):
            if one.kind in family:
                last[number, one.fact("home_unit"), _subject(one.kind)] = one
    return sorted(last.values())


def _subject(kind: EventKind) -> str:
    """Charging and level, moved and powerless, what is read and what is reported: each its own."""
    if kind in ALCOHOL:
        return kind.value
    return kind.value.partition("_")[0] + ("_moved" if kind is EventKind.HOME_UNIT_MOVED else "")
