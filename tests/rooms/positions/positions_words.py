"""Short words for fixes, events and instants in this room's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from waypost.positions import batch
from waypost.positions.values import DecodedEvent, DecodedFix, EventKind
from waypost.units import Mechanism

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return START + timedelta(minutes=count)


def fix(minute: float, lat: float = 51.5, lon: float = -0.1, **more) -> DecodedFix:
    told = {"accuracy_m": 10.0, "mechanism": Mechanism.GNSS} | more
    return DecodedFix(minutes(minute), lat, lon, **told)


def contact(minute: float) -> DecodedEvent:
    return DecodedEvent(minutes(minute), EventKind.CONTACT, {"level": 3})


def rows_of(activation: int, *fixes, events=(), received=NOW, raw_place=None):
    return batch.IntakeRow(
        activation, START, None, received, fixes=fixes, events=events, raw_place=raw_place
    )
