"""A contract in words: what is asked, and what differs from the one before."""

from __future__ import annotations

from waypost.contracts.queries import ContractPage
from waypost.orders.values import Order, Requirement
from waypost.orders.words import asks_words, conditions_words

Told = tuple[str, str, tuple[str, ...]]  # reference, what is asked, its hours


def told(order: Order | None) -> list[Told]:
    """Every requirement as it was told."""
    if order is None:
        return []
    return [(one.requirement_id, asks_words(one), _lines(one, order)) for one in order.requirements]


def changes(page: ContractPage) -> list[str]:
    """What differs from the contract before, requirement by requirement, in words."""
    if page.order is None or page.before is None:
        return []
    found = []
    if page.order.to_at != page.before.to_at:
        found.append("When the order ends is another.")
    before, after = _latest(page.before), _latest(page.order)
    for reference in sorted(before.keys() | after.keys()):
        old, new = before.get(reference), after.get(reference)
        if old == new:
            continue
        if new is None or _over(new):
            found.append(f"{reference} is taken out.")
        elif old is None:
            found.append(f"{reference} is new: {asks_words(new)}.")
        else:
            hours = "; ".join(_lines(new, page.order))
            found.append(f"{reference} changed: {asks_words(new)}{f', {hours}' if hours else ''}.")
    return found


def _latest(order: Order) -> dict[str, Requirement]:
    """The last version of each requirement that the order was told with."""
    return {one.requirement_id: one for one in order.requirements}


def _over(asked: Requirement) -> bool:
    return asked.from_at is not None and asked.from_at == asked.to_at


def _lines(asked: Requirement, order: Order) -> tuple[str, ...]:
    return tuple(conditions_words(asked, order))
