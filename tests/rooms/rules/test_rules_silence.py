"""When a tag gave no usable fix, told from the fixes themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from waypost.clock import to_us
from waypost.orders.values import Order, OrderKind, PersonOrders
from waypost.rules.plan import compile_plan
from waypost.rules.silence import silences_between
from waypost.rules.values import Parameters
from waypost.units import OrderRef, PersonRef

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def told(minutes: list[int], seen: int | None = None) -> list[tuple[int, int]]:
    """The silences that fixes at these minutes end, as minutes."""
    order = Order(OrderRef("O"), OrderKind.OTHER, START, None)
    person = PersonOrders(PersonRef("P"), (order,))
    plan = compile_plan(person, Parameters(), from_at=START, to_at=START + timedelta(days=2))
    times = np.array([to_us(START + one * MINUTE) for one in minutes], dtype=np.int64)
    before = None if seen is None else to_us(START + seen * MINUTE)
    found = silences_between(plan, before, times)
    return [((start - START) // MINUTE, (end - START) // MINUTE) for start, end in found]


def test_a_quarter_of_an_hour_without_a_fix_is_a_silence_and_less_is_none():
    assert told([0, 14, 29, 30], seen=0) == [(14, 29)]


def test_it_goes_on_from_the_fix_before():
    assert told([40], seen=10) == [(10, 40)]


def test_before_the_first_fix_it_counts_from_the_orders_start():
    assert told([25, 26]) == [(0, 25)]


def test_no_fix_ends_no_silence():
    assert told([], seen=3) == []
