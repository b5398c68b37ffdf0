"""Whose fixes may be matched with offences, and when: the lawful uses that are listed. Pure.

    orders + tags worn + enrolments, by each lawful use -> when each tag may be searched

A use lists kinds of order, a programme where it is for that alone, the dates between which it
holds, and its source. Nobody outside every use is read, matched or counted. An agency whose law or
policy is another lists its own (`WAYPOST_LAWFUL_USES`), in place of these.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from waypost.orders.directory import NO_END, live_spans
from waypost.orders.timetable import clip, merge
from waypost.orders.values import ActivationSpan, OrderKind, PersonOrders

Spans = tuple[tuple[datetime, datetime], ...]
Enrolments = Mapping[int, Sequence[tuple[str, datetime, datetime]]]  # by person: name, from, to


@dataclass(frozen=True, slots=True)
class LawfulUse:
    """Under which orders whereabouts may be searched for crime mapping, and who says so.

    programme     of those enrolled in it, while they are; "": of anybody under such an order
    from_at, to_at   when the listing holds, half-open
    """

    order_kinds: frozenset[OrderKind]
    from_at: datetime
    to_at: datetime
    source: str
    programme: str = ""

    @property
    def words(self) -> str:
        kinds = ", ".join(sorted(kind.value.replace("_", " ") for kind in self.order_kinds))
        whose = f" in the programme {self.programme}" if self.programme else ""
        until = "" if self.to_at == NO_END else f" to {self.to_at:%Y-%m-%d}"
        return f"{kinds}{whose}, from {self.from_at:%Y-%m-%d}{until} ({self.source})"


# Court bail is left out: trail alone is not available on it.
LISTED: tuple[LawfulUse, ...] = (
    LawfulUse(
        frozenset({OrderKind.COMMUNITY_ORDER, OrderKind.SUSPENDED_SENTENCE}),
        datetime(2017, 3, 1, tzinfo=UTC),
        NO_END,
        "London GPS pilot: Mayor of London, March 2017; MOPAC PCD 359",
    ),
    LawfulUse(
        frozenset({OrderKind.LICENCE, OrderKind.PAROLE, OrderKind.HDC}),
        datetime(2020, 10, 1, tzinfo=UTC),
        NO_END,
        "national acquisitive-crime expansion: NPCC, October 2020",
    ),
)
_in_force: list[tuple[LawfulUse, ...]] = [LISTED]


def uses_in_force() -> tuple[LawfulUse, ...]:
    return _in_force[-1]


def set_uses(uses: Sequence[LawfulUse] | None) -> None:
    """The agency's own, read once at the start; None: those listed here again."""
    _in_force[:] = [LISTED if uses is None else tuple(uses)]


@dataclass(frozen=True, slots=True)
class Searchable:
    """One activation in scope: whose, and the half-open times in which it may be searched."""

    activation: int
    person_number: int
    spans: Spans


def searchable(
    persons: Iterable[PersonOrders],
    uses: Sequence[LawfulUse] = LISTED,
    enrolments: Enrolments | None = None,
) -> list[Searchable]:
    """The activations that may be searched, by number.

    enrolments   of whom uses for one programme alone are asked; whoever is not in it is in none
    """
    found = []
    for person in persons:
        for activation in person.activations:
            if activation.number is None or person.number is None:
                continue
            enrolled = (enrolments or {}).get(person.number, ())
            spans = merge(
                span for use in uses for span in _spans(person, activation, use, enrolled)
            )
            if spans:
                found.append(Searchable(activation.number, person.number, tuple(spans)))
    return sorted(found, key=lambda each: each.activation)


def _spans(
    person: PersonOrders, activation: ActivationSpan, use: LawfulUse,
    enrolled: Sequence[tuple[str, datetime, datetime]],
) -> list[tuple[datetime, datetime]]:  # fmt: skip
    """When the tag is worn under an order that this use names, while it holds."""
    lawful = tuple(each for each in person.orders if each.kind in use.order_kinds)
    if not lawful:
        return []
    live = clip(live_spans(replace(person, orders=lawful), activation), use.from_at, use.to_at)
    if not use.programme:
        return list(live)
    return [
        span
        for name, from_at, to_at in enrolled
        if name == use.programme
        for span in clip(live, from_at, to_at)
    ]


def within(spans: Spans, others: Spans) -> Spans:
    """The parts of the spans that lie within the others, in order."""
    parts = (
        (max(start, other_start), min(end, other_end))
        for start, end in spans
        for other_start, other_end in others
    )
    return tuple(sorted((start, end) for start, end in parts if start < end))


def read_uses(text: str) -> tuple[LawfulUse, ...]:
    """An agency's own list: TOML with a table [[use]] for each. ValueError, naming the use and what
    is wrong with it.

        [[use]]
        order_kinds = ["licence"]
        programme = "Acquisitive crime"     # may be left out
        from = 2021-04-12
        to = 2026-04-12                     # may be left out
        source = "Statutory instrument, guidance, or decision that lists it"
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"not TOML: {error}") from None
    tables = said.get("use")
    if not isinstance(tables, list) or not tables:
        raise ValueError("no use is listed; each begins with [[use]]")
    return tuple(_use(n, table) for n, table in enumerate(tables, 1))


KEYS = frozenset({"order_kinds", "programme", "from", "to", "source"})


def _use(number: int, table: Mapping[str, Any]) -> LawfulUse:
    unknown = sorted(set(table) - KEYS)
    if unknown:
        known = ", ".join(sorted(KEYS))
        raise ValueError(f"use {number}: {unknown[0]} is not known; known are {known}")
    try:
        kinds = frozenset(OrderKind(kind) for kind in table.get("order_kinds", ()))
    except ValueError as error:
        raise ValueError(f"use {number}: order_kinds: {error}") from None
    source = table.get("source", "")
    if not kinds or not isinstance(source, str) or not source.strip():
        raise ValueError(f"use {number}: name its order_kinds and its source")
    from_at, to_at = (_midnight(number, name, table.get(name)) for name in ("from", "to"))
    if from_at is None:
        raise ValueError(f"use {number}: from: say since when it holds, like 2021-04-12")
    if to_at is not None and to_at <= from_at:
        raise ValueError(f"use {number}: to: it ends before it begins")
    programme = str(table.get("programme", ""))
    return LawfulUse(kinds, from_at, to_at or NO_END, source.strip(), programme.strip())


def _midnight(number: int, name: str, said: object) -> datetime | None:
    if said is None:
        return None
    if not isinstance(said, date) or isinstance(said, datetime):
        raise ValueError(f"use {number}: {name}: write a day, like 2021-04-12")
    return datetime.combine(said, time(), UTC)
