"""The demo's alcohol tag: intake takes its rows, and they tell the story that they should."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tag_story import show
from waypost.cli.demo_alcohol import ALCOHOL_TAG, SOBER, told_sober
from waypost.cli.demo_devices import orders_more
from waypost.clock import FOREVER_US, read_instant, to_us, write_instant
from waypost.devices.health import Expected
from waypost.orders.defaults import alcohol_of
from waypost.orders.read import read_orders
from waypost.orders.values import AlcoholMode
from waypost.protocols.batch import read_batch
from waypost.rules.spells import Around, SobrietyAsked
from waypost.rules.tag_journal import Heard, Journal, Said, hear
from waypost.rules.tag_states import judge_tag
from waypost.rules.timeline import always
from waypost.rules.values import Parameters

# One in the night, one over the clock change in October.
UNTILS = [read_instant(text) for text in ("2026-11-28T01:12:07Z", "2026-10-29T18:40:00Z")]


def _rows_of_drink(until, rows):
    read = read_batch(json.dumps({"rows": rows}).encode())
    assert read.problems == []
    said = tuple(
        Said(to_us(row.event.measured_at), n, row.event.kind,
             tuple(row.event.attributes.items()))
        for n, row in enumerate(read.rows)
    )  # fmt: skip
    start = to_us(_person(until).orders[0].from_at)
    asked = ((start, FOREVER_US),)
    about = Around(
        live=asked, expected=Expected(fix_s=0, contact_s=86_400, tags=40), places=False,
        daily_charge=False, reads_alcohol=True, sobriety=(SobrietyAsked("X004-R0", 1, asked),),
    )  # fmt: skip
    journal = hear(Journal(from_us=start), Heard(said=said))
    rows = judge_tag(journal, about, always(Parameters()), to_us(until)).rows
    return [row for row in rows if row.kind.value.startswith("alcohol")]


def _person(until):
    read = read_orders(orders_more(until))
    assert read.problems == []
    return next(one for one in read.rows if str(one.person_id) == SOBER)


@pytest.mark.parametrize("until", UNTILS)
def test_ten_days_show_a_confirmed_evening_a_spray_a_cover_and_a_gap_and_nothing_else(until):
    found = _rows_of_drink(until, list(told_sober(until)))
    kinds = [(row.kind.value, row.certainty.value) for row in found]
    assert kinds == [
        ("alcohol", "cannot_tell"), ("alcohol_tamper", "probable"), ("alcohol", "certain"),
        ("alcohol", "cannot_tell"), ("alcohol", "possible"),
    ], [show(row) for row in found]  # fmt: skip
    covered, drunk, gap, spray = found[1], found[2], found[3], found[4]
    assert covered.to_at - covered.from_at >= timedelta(hours=8)
    assert timedelta(days=3) < until - drunk.from_at < timedelta(days=5)
    assert timedelta(hours=6) <= gap.to_at - gap.from_at <= timedelta(hours=7)
    assert spray.to_at - spray.from_at < timedelta(hours=2)  # so that it calls nobody
    assert until - spray.from_at < timedelta(days=3)


@pytest.mark.parametrize("until", UNTILS)
def test_the_same_end_gives_the_same_rows_in_order_of_time_while_the_tag_is_worn(until):
    """A second start sends them again: anything else in them would be another reading."""
    rows = list(told_sober(until))
    assert rows == list(told_sober(until))
    times = [row["time"] for row in rows]
    instants = [read_instant(text) for text in times]
    assert instants == sorted(instants)
    worn = _person(until).activations[0]
    assert worn.device_id == ALCOHOL_TAG
    assert worn.from_at < instants[0]
    assert instants[-1] <= until
    assert 400 < len(rows) < 460


def test_the_order_asks_abstinence_for_no_longer_than_the_law_allows():
    person = _person(UNTILS[0])
    order = person.orders[0]
    assert alcohol_of(order.requirements[0]).mode is AlcoholMode.ABSTINENCE
    assert order.to_at - order.from_at <= timedelta(days=120)
    assert write_instant(order.from_at) < write_instant(UNTILS[0])
