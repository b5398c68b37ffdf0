"""Words the tests of this room share: two persons, one tag handed on, orders that end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from waypost.gateway.values import TagMessage
from waypost.orders.directory import ActivationDirectory
from waypost.orders.read import read_orders
from waypost.orders.values import ActivationSpan, Order, OrderKind, PersonOrders
from waypost.protocols import osmand
from waypost.protocols.values import HttpMessage

START = datetime(2026, 3, 1, tzinfo=UTC)
HANDED_ON = START + timedelta(days=30)
NOW = START + timedelta(days=40)
ORDER_ENDS = START + timedelta(days=60)


def directory() -> ActivationDirectory:
    """Tag D1: on P1 to 31 March (number 1), then on P2 (number 2). Tag D3: on P3 (number 3) from
    START, whose order begins ten days later. D1's orders end at ORDER_ENDS."""
    return ActivationDirectory(
        [
            _person("P1", ActivationSpan("A1", "D1", START, HANDED_ON, 1), START),
            _person("P2", ActivationSpan("A2", "D1", HANDED_ON, None, 2), HANDED_ON),
            _person("P3", ActivationSpan("A3", "D3", START, None, 3), START + timedelta(days=10)),
        ]
    )


def _person(name, span, order_from):
    order = Order(f"O-{name}", OrderKind.COMMUNITY_ORDER, order_from, ORDER_ENDS)
    return PersonOrders(name, (order,), (span,), number=span.number)


def orders_file(devices=("D1",), *, start=START, to=None):
    """Bytes of an orders file: a person P-<tag> with an activation A-<tag> and a trail order."""
    import json

    end = (to or start + timedelta(days=3650)).isoformat()
    return json.dumps(
        {
            "persons": [
                {
                    "person_id": f"P-{tag}",
                    "activations": [
                        {"activation_id": f"A-{tag}", "device_id": tag,
                         "from": start.isoformat(), "to": None}
                    ],
                    "orders": [
                        {"order_id": f"O-{tag}", "kind": "community_order",
                         "from": start.isoformat(), "to": end,
                         "requirements": [{"requirement_id": f"R-{tag}", "kind": "trail"}]}
                    ],
                }
                for tag in devices
            ]
        }
    ).encode()  # fmt: skip


def import_orders(data: bytes, now=NOW):
    from waypost.access.values import MACHINE
    from waypost.orders.actions import import_orders as bring_in

    return bring_in(read_orders(data).rows, by=MACHINE, now=now)


def phone(device, at, *, lat=51.53, lon=-0.06, received_at=NOW, more=""):
    """A message of a phone, decoded."""
    when = "" if at is None else f"&timestamp={at.timestamp():.3f}"
    where = "" if lat is None else f"&lat={lat}&lon={lon}"
    message = HttpMessage("GET", f"/?id={device}{when}{where}{more}")
    return TagMessage("osmand", message.to_bytes(), osmand.decode(message), received_at)
