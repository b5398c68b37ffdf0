"""Everybody's orders in memory: only who changed is read again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from waypost.access.values import MACHINE
from waypost.orders.actions import bump_head, import_orders
from waypost.orders.estate import Estate
from waypost.orders.models import Person
from waypost.orders.queries import light_orders, person_orders
from waypost.orders.read import read_orders

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def person(number: int, *, to: str | None = None, radius_m: int = 60, worn_to: str | None = None):
    zone = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": radius_m}
    return {
        "person_id": f"P{number}",
        "activations": [{"activation_id": f"A{number}", "device_id": f"D{number}",
                         "from": "2026-03-01T00:00:00Z", "to": worn_to}],
        "orders": [{"order_id": "O", "kind": "community_order", "from": "2026-03-01T00:00:00Z",
                    "to": to, "requirements": [
                        {"requirement_id": "R", "kind": "exclusion", "zone": zone}]}],
    }  # fmt: skip


def bring(*persons, days: int = 0) -> None:
    read = read_orders(json.dumps({"persons": list(persons)}).encode())
    assert not read.problems
    import_orders(read.rows, by=MACHINE, now=NOW + timedelta(days=days))


def references(ids) -> set[str]:
    return set(Person.objects.filter(pk__in=ids).values_list("reference", flat=True))


@pytest.mark.parametrize(
    ("changed", "heavy", "light"),
    [
        ({"to": "2026-04-01T00:00:00Z"}, {"P2"}, {"P2"}),
        ({"worn_to": "2026-03-20T00:00:00Z"}, {"P2"}, {"P2"}),
        ({"radius_m": 70}, {"P2"}, set()),  # a gateway does not ask what is asked
    ],
)
def test_who_changed_is_loaded_again_and_nobody_else(changed, heavy, light):
    bring(person(1), person(2))
    whole, bare = Estate(), Estate(with_requirements=False)
    assert references(whole.refresh()) == references(bare.refresh()) == {"P1", "P2"}
    kept = dict(whole.persons)
    bring(person(1), person(2, **changed), days=1)
    found = whole.refresh()
    assert references(found) == heavy
    assert references(bare.refresh()) == light
    assert all(whole.persons[one] is kept[one] for one in kept.keys() - found)
    assert list(whole.persons.values()) == person_orders()
    assert list(bare.persons.values()) == light_orders()
    assert whole.refresh() == frozenset()


def test_who_is_new_or_gone_is_noticed():
    bring(person(1), person(2))
    estate = Estate()
    estate.refresh()
    Person.objects.get(reference="P1").delete()
    bump_head()
    bring(person(3))
    assert len(estate.refresh()) == 2
    assert [one.person_id for one in estate.persons.values()] == ["P2", "P3"]
    assert Estate().refresh() == frozenset(estate.persons)
