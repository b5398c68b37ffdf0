"""Judging that was behind is written down, and judged again once it has caught up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from waypost.access.values import MACHINE
from waypost.monitoring.gaps import Turn, decide, judging_gaps, watch
from waypost.monitoring.models import Cursor, Dirty
from waypost.orders.actions import import_orders
from waypost.orders.activations import begin_activation
from waypost.orders.models import Person
from waypost.orders.values import PersonOrders
from waypost.units import PersonRef

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_gap_begins_after_a_minute_and_ends_when_judging_is_near_again():
    assert decide(NOON, in_gap=False, now=NOON + MINUTE) is Turn.NONE
    assert decide(NOON, in_gap=False, now=NOON + 1.1 * MINUTE) is Turn.BEGINS
    assert decide(NOON, in_gap=True, now=NOON + 9 * MINUTE) is Turn.NONE
    assert decide(NOON, in_gap=True, now=NOON + MINUTE / 2) is Turn.ENDS
    assert decide(None, in_gap=False, now=NOON) is Turn.NONE


def test_who_wore_a_tag_while_judging_was_behind_is_judged_again_and_the_gap_says_when():
    import_orders([PersonOrders(PersonRef(name), ()) for name in ("P1", "P2")], by=MACHINE,
                  now=NOON - MINUTE)  # fmt: skip
    worn, later = Person.objects.order_by("pk")
    begin_activation(worn.pk, "T1", at=NOON - MINUTE, now=NOON - MINUTE)
    begin_activation(later.pk, "T2", at=NOON + 9 * MINUTE, now=NOON - MINUTE)
    Dirty.objects.all().delete()
    Cursor.objects.create(pk=1, judged_to=NOON)
    assert watch(now=NOON + 3 * MINUTE) is Turn.BEGINS
    assert watch(now=NOON + 4 * MINUTE) is Turn.NONE
    Cursor.objects.update(judged_to=NOON + 5 * MINUTE)
    assert watch(now=NOON + 5 * MINUTE) is Turn.ENDS
    assert list(Dirty.objects.values_list("person_id", "earliest_at")) == [(worn.pk, NOON)]
    [gap] = judging_gaps()
    assert (gap.persons, gap.waiting, gap.again_at) == (1, 1, None)
    Dirty.objects.all().delete()
    watch(now=NOON + 6 * MINUTE)
    assert judging_gaps()[0].again_at == NOON + 6 * MINUTE
