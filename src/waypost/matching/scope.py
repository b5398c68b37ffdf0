"""Whose fixes may be matched with offences, and when: the kinds of order that allow it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from waypost.orders.directory import live_spans
from waypost.orders.values import OrderKind, PersonOrders

# Order kinds under which whereabouts are kept and may be searched for crime mapping. Community and
# suspended sentence orders: the London GPS pilot (Mayor of London, March 2017; MOPAC PCD 359).
# Licence, parole and home detention curfew: the national acquisitive-crime expansion (NPCC, October
# 2020). Court bail is left out: trail alone is not available on it.
ORDER_KINDS_FOR_CRIME_MAPPING = frozenset(
    {
        OrderKind.COMMUNITY_ORDER,
        OrderKind.SUSPENDED_SENTENCE,
        OrderKind.LICENCE,
        OrderKind.PAROLE,
        OrderKind.HDC,
    }
)

Spans = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Searchable:
    """One activation in scope: whose, and the half-open times in which it may be searched."""

    activation: int
    person_number: int
    spans: Spans


def searchable(persons: Iterable[PersonOrders]) -> list[Searchable]:
    """The activations that may be searched, by number."""
    found = []
    for person in persons:
        lawful = [each for each in person.orders if each.kind in ORDER_KINDS_FOR_CRIME_MAPPING]
        allowed = replace(person, orders=tuple(lawful))
        for activation in person.activations:
            spans = live_spans(allowed, activation)
            if spans and activation.number is not None and person.number is not None:
                found.append(Searchable(activation.number, person.number, spans))
    return sorted(found, key=lambda each: each.activation)


def within(spans: Spans, others: Spans) -> Spans:
    """The parts of the spans that lie within the others, in order."""
    parts = (
        (max(start, other_start), min(end, other_end))
        for start, end in spans
        for other_start, other_end in others
    )
    return tuple(sorted((start, end) for start, end in parts if start < end))
