"""Where a message goes: everything is placed by when it was measured, never by the tag alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices_words import HANDED_ON, NOW, ORDER_ENDS, START, directory, phone
from waypost.gateway.routing import NOT_WORN, UNKNOWN_ACTIVATION, UNKNOWN_TAG, Fate, place, route
from waypost.protocols.values import Sender

HOUR = timedelta(hours=1)
D1, D3 = Sender(device_id="D1"), Sender(device_id="D3")


@pytest.mark.parametrize(
    ("sender", "measured_at", "received_at", "fate", "number"),
    [
        (D1, START + HOUR, START + HOUR, Fate.LOGGED, 1),
        (D1, HANDED_ON - HOUR, NOW, Fate.LOGGED, 1),  # backlog of the wearer before
        (D1, HANDED_ON, NOW, Fate.LOGGED, 2),  # spans are half-open
        (D1, None, NOW, Fate.LOGGED, 2),  # no time: receipt
        (D3, START + HOUR, NOW, Fate.SEALED, 3),  # worn before the order began
        (D1, ORDER_ENDS, ORDER_ENDS + HOUR, Fate.SEALED, 2),  # after it ended
        (D1, NOW + timedelta(days=400), NOW, Fate.LOGGED, 2),  # clock ahead: set aside there
        (D1, START - timedelta(days=9999), NOW, Fate.LOGGED, 2),  # 1998: set aside there
        (D3, NOW, START + HOUR, Fate.SEALED, 3),  # clock ahead, no order at receipt
        (Sender(activation_id="A1"), START + HOUR, NOW, Fate.LOGGED, 1),
    ],
)
def test_a_measurement_goes_to_who_wore_the_tag_then(
    sender, measured_at, received_at, fate, number
):
    placed = place(directory(), sender, measured_at, received_at)
    assert (placed.fate, placed.span and placed.span.number) == (fate, number)


@pytest.mark.parametrize(
    ("sender", "measured_at", "received_at", "reason"),
    [
        (Sender(device_id="D9"), NOW, NOW, UNKNOWN_TAG),
        (Sender(activation_id="A9"), NOW, NOW, UNKNOWN_ACTIVATION),
        (D1, START - 2 * HOUR, START - HOUR, NOT_WORN),
        (Sender(activation_id="A1"), NOW, NOW, NOT_WORN),  # ended by then
    ],
)
def test_what_nobody_wore_waits_for_an_officer(sender, measured_at, received_at, reason):
    placed = place(directory(), sender, measured_at, received_at)
    assert (placed.fate, placed.reason) == (Fate.UNPLACED, reason)


def test_a_message_over_the_handing_on_is_parted_and_its_bytes_stay_with_nobody():
    """The raw message holds both wearers' places; a key of one must not open the other's."""
    body = (
        b'{"device_id":"D1","location":['
        b'{"timestamp":"2026-03-30T00:00:00Z","coords":{"latitude":51.5,"longitude":-0.06}},'
        b'{"timestamp":"2026-04-01T00:00:00Z","coords":{"latitude":51.6,"longitude":-0.06}}]}'
    )
    from waypost.protocols import osmand
    from waypost.protocols.values import HttpMessage

    routed = route(directory(), osmand.decode(HttpMessage("POST", "/", {}, body)), NOW)
    assert [(row.activation, row.fixes[0].lat) for row in routed.logged] == [(1, 51.5), (2, 51.6)]
    assert routed.one_owner is None


def test_a_whole_message_of_one_wearer_keeps_its_bytes_with_them():
    routed = route(directory(), phone("D1", NOW, more="&batt=50").decoded, NOW)
    assert routed.one_owner == 2
    assert (len(routed.logged[0].fixes), len(routed.logged[0].events)) == (1, 1)
