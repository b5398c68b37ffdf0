"""Words of the fitting tests: a town of a few orders, its officers, tags in stock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from waypost.access.actions import make_officer
from waypost.access.models import Officer
from waypost.access.queries import posted
from waypost.access.values import MACHINE, Posted, Role
from waypost.devices.models import Device
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.read import read_orders
from waypost.orders.values import PersonOrders

ALL_DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
START = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday; the order begins
EVENING = datetime(2026, 3, 2, 18, tzinfo=UTC)  # within the first window
WINDOW_ENDS = datetime(2026, 3, 4, 0, tzinfo=UTC)
ORDER_ENDS = datetime(2026, 6, 1, tzinfo=UTC)
HOME = {"type": "Point", "coordinates": [-0.0560, 51.5470], "radius_m": 60}


def window(**more) -> dict:
    return {
        "requirement_id": "R0", "kind": "fitting", "zone": HOME,
        "timetable": [{"days": ALL_DAYS, "start": "17:00", "end": "24:00"}],
        "from": START.isoformat(), "to": WINDOW_ENDS.isoformat(),
    } | more  # fmt: skip


def curfew(**more) -> dict:
    return {
        "requirement_id": "R1", "kind": "curfew", "zone": HOME,
        "timetable": [{"days": ALL_DAYS, "start": "19:00", "end": "07:00"}],
    } | more  # fmt: skip


def order(*requirements, reference="O1", **more) -> dict:
    return {
        "order_id": reference, "kind": "community_order", "from": START.isoformat(),
        "to": ORDER_ENDS.isoformat(), "requirements": list(requirements),
    } | more  # fmt: skip


def person(name="P1", *orders, worn=(), **more) -> dict:
    spans = [
        {"activation_id": f"A-{device}", "device_id": device, "from": from_at.isoformat(),
         "to": to_at.isoformat() if to_at else None}
        for device, from_at, to_at in worn
    ]  # fmt: skip
    asked = list(orders) or [order(window(), curfew())]
    return {"person_id": name, "name": f"Name of {name}", "orders": asked,
            "activations": spans} | more  # fmt: skip


def values(*persons) -> list[PersonOrders]:
    read = read_orders(json.dumps({"persons": list(persons)}).encode())
    assert not read.problems, read.problems
    return read.rows


def bring(*persons, now=START) -> None:
    outcome = import_orders(values(*persons), by=MACHINE, now=now)
    assert not outcome.problems, outcome.problems


def number(name="P1") -> int:
    return Person.objects.get(reference=name).pk


def officer(username="mona", role=Role.MONITORING_OFFICER, email="") -> Posted:
    found = Officer.objects.filter(username=username).first() or make_officer(
        username, username.title(), None, role, email=email, now=START - timedelta(days=1)
    )
    return posted(found, now=START)


def stock(reference: str, serial: str | None = None, **more) -> Device:
    return Device.objects.create(
        reference=reference, serial=serial, known_at=START, **{"kind": "tag"} | more
    )
