"""The wearer's own places: each zone of what their orders ask, on a map and in a list.

A zone whose middle is an address that is withheld from them is not drawn, and a zone that goes with
somebody has no place at all: neither is in what is sent to the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.orders.own_words import own_asks, own_conditions
from waypost.orders.values import Order, PersonOrders, Requirement
from waypost.orders.withheld import Place, centred_on_withheld
from waypost.web.presenters.shapes import MEANING, area_of

NO_PLACE = "We cannot show this on a map."


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """number: as on the map; 0: it is not on it."""

    number: int
    asks: str
    when: tuple[str, ...]
    note: str = ""


def own_places(
    person: PersonOrders, withheld: list[Place], *, now: datetime
) -> tuple[list[PlaceShown], dict[str, Any], frozenset[str]]:
    """The list, what the map draws, and its key."""
    shown: list[PlaceShown] = []
    zones: list[dict[str, Any]] = []
    for order, one in _binding(person, now):
        drawn = [zone for zone in one.zones if not centred_on_withheld([zone], withheld)]
        number = len([place for place in shown if place.number]) + 1 if drawn else 0
        shown.append(
            PlaceShown(number, own_asks(one), own_conditions(one, order), "" if drawn else NO_PLACE)
        )
        zones += [
            {
                "meaning": MEANING[one.kind],
                "label": f"{number}: {own_asks(one)}",
                "geometry": area_of(zone),
            }
            for zone in drawn
        ]
    key = frozenset(f"zone-{zone['meaning']}" for zone in zones)
    return shown, {"fixes": [], "gaps": [], "zones": zones, "joined_s": 0}, key


def _binding(person: PersonOrders, now: datetime) -> list[tuple[Order, Requirement]]:
    return [
        (order, one)
        for order in person.orders
        if order.from_at <= now and (order.to_at is None or now < order.to_at)
        for one in order.requirements
        if one.kind in MEANING and (one.to_at is None or one.to_at > now)
    ]
