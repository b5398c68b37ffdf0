"""The tags that may be searched, by the lawful uses in force and who is enrolled in what."""

from __future__ import annotations

from collections.abc import Iterable

from waypost.matching.scope import Searchable, searchable, uses_in_force
from waypost.orders.programmes import enrolment_spans
from waypost.orders.values import PersonOrders

FEW = 500  # persons asked for by number


def in_scope(persons: Iterable[PersonOrders]) -> list[Searchable]:
    """The activations of these persons that may be searched, by number."""
    uses, asked = uses_in_force(), list(persons)
    names = {use.programme for use in uses if use.programme}
    if not names:
        return searchable(asked, uses)
    numbers = [one.number for one in asked if one.number is not None]
    enrolled = enrolment_spans(names, numbers if len(numbers) <= FEW else None)
    return searchable(asked, uses, enrolled)
