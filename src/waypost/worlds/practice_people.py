"""The made-up person of one attempt: an order, a tag, and where it was. By real actions."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from waypost.access.values import MACHINE
from waypost.orders.actions import import_orders
from waypost.orders.models import Activation, Person
from waypost.orders.read import read_orders
from waypost.positions import batch, log
from waypost.positions.values import DecodedEvent, DecodedFix
from waypost.units import ActivationNumber, Mechanism

WORN_DAYS = 21
EVERY_DAY = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
NAMES = ("Robin Elder", "Sam Alder", "Jo Hazel", "Lee Rowan", "Max Birch", "Pat Willow")
LAT, LON = 51.62, -0.11  # open ground north of London; each attempt has a place of its own
APART = 0.03  # degrees between the places of two attempts: about 3 km


def home_of(slot: int) -> tuple[float, float]:
    """Where the person of an attempt lives: no two within reach of one offence."""
    return LAT + APART * (slot // 12 % 12), LON - APART * (slot % 12)


def make_person(
    reference: str, slot: int, requirements: list[dict[str, Any]], now: datetime, *,
    team: str = "", order_days: int = WORN_DAYS,
) -> Person:  # fmt: skip
    """Somebody under one community order since some weeks, wearing a tag."""
    worn = now - timedelta(days=WORN_DAYS)
    since = now - timedelta(days=order_days)
    person: dict[str, Any] = {
        "person_id": reference, "name": f"{NAMES[slot % len(NAMES)]} (practice)",
        "area": "Practice",
        "activations": [{"activation_id": f"A-{reference}", "device_id": f"D-{reference}",
                         "from": worn.isoformat(), "to": None}],
        "orders": [{"order_id": f"O-{reference}", "kind": "community_order",
                    "from": since.isoformat(), "to": (now + timedelta(days=90)).isoformat(),
                    "requirements": requirements}],
    }  # fmt: skip
    if team:
        person["team"] = team
    read = read_orders(json.dumps({"persons": [person]}).encode())
    assert not read.problems, read.problems
    import_orders(read.rows, by=MACHINE, now=min(since, worn))
    return Person.objects.get(reference=reference)


def curfew(slot: int, start: str = "19:00", end: str = "07:00") -> dict[str, Any]:
    lat, lon = home_of(slot)
    return {
        "requirement_id": "R1", "kind": "curfew",
        "zone": {"type": "Point", "coordinates": [lon, lat], "radius_m": 100},
        "timetable": [{"days": EVERY_DAY, "start": start, "end": end}],
    }  # fmt: skip


def trail() -> dict[str, Any]:
    return {"requirement_id": "R2", "kind": "trail"}


def fix(
    at: datetime, lat: float, lon: float, accuracy_m: float = 8.0,
    mechanism: Mechanism = Mechanism.GNSS,
) -> DecodedFix:  # fmt: skip
    return DecodedFix(at, lat, lon, accuracy_m=accuracy_m, mechanism=mechanism)


def at_home(slot: int, now: datetime, *, days: int, every_min: int = 10) -> list[DecodedFix]:
    """At the home and nowhere else, with the scatter that a receiver has."""
    chance, (lat, lon) = random.Random(slot), home_of(slot)
    begins = now - timedelta(days=days)
    return [
        fix(begins + timedelta(minutes=minute), lat + chance.gauss(0, 0.00003),
            lon + chance.gauss(0, 0.00005))
        for minute in range(0, days * 24 * 60 - 2, every_min)
    ]  # fmt: skip


def report(
    person: Person, fixes: Sequence[DecodedFix], now: datetime,
    events: Sequence[DecodedEvent] = (),
) -> None:  # fmt: skip
    """What the tag sent, received now."""
    worn = Activation.objects.get(person=person)
    row = batch.IntakeRow(
        ActivationNumber(worn.pk), worn.from_at, worn.to_at, now, fixes=tuple(fixes),
        events=tuple(events),
    )  # fmt: skip
    with transaction.atomic():
        log.append(*batch.build([row]), [], source="practice", now=now)
