"""States of tags in a world whose truth is known: empty batteries, jamming, silence, charging.

    tag_trial(lives, ...) -> TagTrial    rows by `rules.tag_states`, against what truly befell tags

What the world does to its tags: batteries die for an hour to nine, no signal comes through for ten
minutes to two hours, somebody jams them now and then; they are charged every day. Straps, cases and
calls for help are reports: what the tag says calls at once, so there is nothing to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from waypost.alerts.trying import would_call
from waypost.clock import FOREVER_US, read_instant, to_us
from waypost.devices.cadence import Seen, expected_of, learn
from waypost.devices.health import Expected
from waypost.positions.quality import content_keys
from waypost.positions.values import EventKind
from waypost.rules.fold import FixArrays
from waypost.rules.runs import runs_of
from waypost.rules.spells import Around
from waypost.rules.tag_journal import (
    FACTS,
    FIX_APART_US,
    TELLING,
    Heard,
    Journal,
    Said,
    contacts_of,
    hear,
)
from waypost.rules.tag_states import judge_tag
from waypost.rules.timeline import always
from waypost.rules.values import JudgedViolation, Parameters, RowKind
from waypost.worlds.hours import Seconds, Window
from waypost.worlds.tag_events import events_of
from waypost.worlds.world import Life, worn

MODEL = "of this world"
NEAR_S = 900.0  # how far a row may lie from what it tells of: an upload, a last contact
KINDS = (RowKind.BATTERY, RowKind.JAMMING, RowKind.NO_CONTACT, RowKind.NO_LOCATION,
         RowKind.NOT_CHARGED, RowKind.STATIONARY)  # fmt: skip


@dataclass
class StateSeen:
    """One kind of state: how often it truly was, how often that was told, what was told besides.

    calls   rows on which somebody would have been called
    """

    truly: int = 0
    told: int = 0
    false: int = 0
    calls: int = 0


@dataclass
class TagTrial:
    wearer_days: float = 0.0
    states: dict[RowKind, StateSeen] = field(
        default_factory=lambda: {kind: StateSeen() for kind in KINDS}
    )


def tag_trial(
    lives: Sequence[Life], seed: int, *, from_at: datetime, until: datetime, parameters: Parameters
) -> TagTrial:
    """seed   of the world: what its tags reported is drawn anew from it"""
    from_s, until_s = from_at.timestamp(), until.timestamp()
    tagged = [life for life in lives if life.wearer.tag and len(life.heard.measured_s)]
    expected = _expected(tagged)
    found = TagTrial()
    for life in tagged:
        span = worn(life.wearer, from_s, until_s)
        if span[0] >= span[1]:
            continue
        found.wearer_days += (span[1] - span[0]) / 86_400
        rows = _rows(life, seed, span, expected, until, parameters)
        for kind, truth in _truths(life, seed, span, expected).items():
            _count(found.states[kind], [row for row in rows if row.kind is kind], truth, until)
    return found


def _expected(lives: Iterable[Life]) -> Expected:
    """As the estate learns it (devices/cadence.py)."""
    seen = {
        number: Seen(_us(life.heard.measured_s), _us(life.heard.received_s))
        for number, life in enumerate(lives)
    }
    learnt = {one.model: one for one in learn(seen, dict.fromkeys(seen, MODEL))}
    return expected_of(MODEL, learnt)


def _rows(
    life: Life, seed: int, span: Window, expected: Expected, until: datetime, parameters: Parameters
) -> tuple[JudgedViolation, ...]:
    heard = life.heard.only(life.heard.received_s <= until.timestamp())
    measured, received = _us(heard.measured_s), _us(heard.received_s)
    said = _said(life, seed, span)
    start, end = (int(1e6 * one) for one in span)
    journal = hear(
        Journal(from_us=start),
        Heard(
            contacts=contacts_of([*received.tolist(), *(one.at_us for one in said)]),
            fixes=runs_of(measured, FIX_APART_US), said=tuple(sorted(set(said))),
        ),
    )  # fmt: skip
    none = np.zeros(len(measured), dtype=np.int8)
    fixes = FixArrays(
        measured, received, heard.lat, heard.lon, heard.accuracy_m, heard.mechanism,
        content_keys(heard.lat, heard.lon, heard.accuracy_m, heard.mechanism), none,
    )  # fmt: skip
    lasts = life.wearer.tag is not None and life.wearer.tag.to_s is None
    live = ((start, FOREVER_US if lasts else end),)
    about = Around(live=live, expected=expected, fixes=fixes)
    return judge_tag(journal, about, always(parameters), to_us(until)).rows


def _said(life: Life, seed: int, span: Window) -> list[Said]:
    found = []
    for number, row in enumerate(_events(life, seed, span)):
        kind = EventKind(row["kind"])
        if kind in TELLING:
            facts = tuple((name, row["attributes"][name]) for name in FACTS.get(kind, ())
                          if name in row["attributes"])  # fmt: skip
            found.append(Said(to_us(read_instant(row["time"])), number, kind, facts))
    return found


def _events(life: Life, seed: int, span: Window) -> list[dict[str, Any]]:
    """As the world's own file holds them."""
    assert life.wearer.tag is not None
    rng = np.random.default_rng([seed, life.wearer.index, 5])
    return events_of(life.wearer.tag, life.lost.dead, *span, rng)


def _truths(
    life: Life, seed: int, span: Window, expected: Expected
) -> dict[RowKind, tuple[list[Window], list[Window]]]:
    """By kind: (what is to be told, what else makes a row of it true)."""
    whole = [(start, end) for start, end in life.lost.dead if start >= span[0] and end <= span[1]]
    dark = [*life.lost.dead, *life.lost.silent]
    jammed, silent = _jammings(life, seed, span), _silences(life, seed, span, expected)
    return {
        RowKind.BATTERY: (whole, life.lost.dead),
        RowKind.JAMMING: (jammed, jammed),
        RowKind.NO_CONTACT: (silent, silent),
        RowKind.NO_LOCATION: ([], dark),
        RowKind.NOT_CHARGED: ([], []),
        RowKind.STATIONARY: ([], []),
    }


def _silences(life: Life, seed: int, span: Window, expected: Expected) -> list[Window]:
    """Between receipts, the plain way: the battery was empty, or uploads were held up."""
    at = [row["received_at"] for row in _events(life, seed, span)]
    events = [read_instant(one).timestamp() for one in at]
    times = np.sort([span[0], *life.heard.received_s.tolist(), *events, span[1]])
    times = times[(times >= span[0]) & (times <= span[1])]
    wide = np.flatnonzero(np.diff(times) > expected.silent_after.total_seconds())
    return [(float(times[n]), float(times[n + 1])) for n in wide]


def _jammings(life: Life, seed: int, span: Window) -> list[Window]:
    """From each first word to the next end of it."""
    found: list[Window] = []
    begun: Seconds | None = None
    for row in _events(life, seed, span):
        at = read_instant(row["time"]).timestamp()
        if row["kind"] == EventKind.JAMMING and begun is None:
            begun = at
        elif row["kind"] == EventKind.JAMMING_ENDED and begun is not None:
            found.append((begun, at))
            begun = None
    return found


def _count(
    seen: StateSeen,
    rows: Sequence[JudgedViolation],
    truth: tuple[list[Window], list[Window]],
    until: datetime,
) -> None:
    to_tell, true = truth
    spans = [_span(row, until) for row in rows]
    seen.truly += len(to_tell)
    seen.told += sum(any(_near(one, span) for span in spans) for one in to_tell)
    seen.false += sum(not any(_near(one, span) for one in true) for span in spans)
    seen.calls += sum(would_call(row, until) for row in rows)


def _near(one: Window, other: Window) -> bool:
    return one[0] - NEAR_S < other[1] and other[0] < one[1] + NEAR_S


def _span(row: JudgedViolation, until: datetime) -> Window:
    return row.from_at.timestamp(), (row.to_at or until).timestamp()


def _us(seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    return np.round(seconds * 1e6).astype(np.int64)
