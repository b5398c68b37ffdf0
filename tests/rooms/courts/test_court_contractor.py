"""The contractor's shape there and back: the same order, or a sentence for what is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from waypost.courts.contractor import losses, phone_abroad, stored_shape
from waypost.courts.payload import take_apart
from waypost.courts.reading import hear
from waypost.courts.settling import settle
from waypost.orders.values import (
    WEEKDAYS,
    Absence,
    AlcoholRule,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.units import OrderRef, PersonRef, RequirementRef

FROM, TO = datetime(2026, 4, 1, 23, tzinfo=UTC), datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
HOME = Zone({"type": "Point", "coordinates": [-0.06, 51.55]}, 60.0)
SQUARE = Zone({"type": "Polygon", "coordinates": [[[-0.06, 51.54], [-0.05, 51.54], [-0.05, 51.55],
                                                   [-0.06, 51.54]]]})  # fmt: skip
NIGHTS = (
    TimetableRow(WEEKDAYS[:5], "19:00", "07:00"),
    TimetableRow(("SA", "SU"), "21:00", "08:00"),
)


def asked(kind: RequirementKind, number: int = 1, **more) -> Requirement:
    return Requirement(RequirementRef(f"{kind.value}-{number}"), kind, **more)


ORDER = Order(
    OrderRef("O-7"), OrderKind.COMMUNITY_ORDER, FROM, TO,
    (
        asked(RequirementKind.CURFEW, zones=(HOME,), timetable=NIGHTS),
        asked(RequirementKind.TRAIL),
        asked(RequirementKind.ALCOHOL, alcohol=AlcoholRule()),
        asked(RequirementKind.EXCLUSION, zones=(SQUARE,)),
        asked(RequirementKind.EXCLUSION, 2, zones=(HOME,),
              to_at=datetime(2026, 6, 1, 11, tzinfo=UTC)),
        asked(RequirementKind.INCLUSION, zones=(SQUARE,)),
    ),
)  # fmt: skip


def there_and_back(order: Order) -> Order:
    person = PersonOrders(PersonRef("P-7"), (order,),
                          details={"name": "Robin Fielder", "born": date(1990, 5, 17)})  # fmt: skip
    document = stored_shape(person, order)
    (one,) = take_apart(json.dumps(document).encode())
    (heard,) = hear(one)
    assert heard.person.name == "Robin Fielder"
    assert heard.person.id_of("case_id") == "P-7"
    settled = settle(heard, heard.questions, {})
    assert settled.order is not None, [question.why for question in settled.waiting]
    return settled.order


@pytest.mark.parametrize(
    "kind",
    [one for one in OrderKind if one not in {OrderKind.PROTECTION, OrderKind.OTHER}],
)
def test_an_order_goes_out_and_comes_back_the_same(kind):
    order = replace(ORDER, kind=kind)
    assert losses(order) == []
    assert there_and_back(order) == order


def test_an_order_without_an_end_comes_back_without_one():
    order = replace(ORDER, to_at=None, requirements=ORDER.requirements[:4])
    assert there_and_back(order) == order


def test_a_curfew_at_all_times_comes_back_at_all_times():
    order = replace(ORDER, requirements=(asked(RequirementKind.CURFEW, zones=(HOME,)),))
    assert there_and_back(order) == order


def test_what_the_shape_cannot_say_is_said_beside_it():
    absence = Absence(FROM, TO, "work")
    rows = (replace(NIGHTS[0], every_weeks=2, anchor_date=date(2026, 4, 6)),)
    order = replace(ORDER, requirements=(
        asked(RequirementKind.CURFEW, zones=(HOME, SQUARE), timetable=rows, exceptions=(absence,)),
        asked(RequirementKind.ATTENDANCE, zones=(HOME,)),
        asked(RequirementKind.EXCLUSION, around="PR-1", around_radius_m=300.0),
        asked(RequirementKind.EXCLUSION, 2, zones=(HOME,), timetable=NIGHTS, warning_m=50.0),
    ))  # fmt: skip
    said = " ".join(losses(order))
    for words in ("absences", "rotas", "attendance", "moves with", "gives hours", "warning ring",
                  "only the first of 2"):  # fmt: skip
        assert words in said, words


def test_a_protected_persons_reference_never_goes_out():
    order = replace(ORDER, requirements=(
        asked(RequirementKind.EXCLUSION, around="PR-1", around_radius_m=300.0),
    ))  # fmt: skip
    document = stored_shape(PersonOrders(PersonRef("P-7"), (order,)), order)
    assert "PR-1" not in json.dumps(document)


@pytest.mark.parametrize(
    ("phone", "abroad"),
    [("07700900123", "00447700900123"), ("+447700900123", "00447700900123"), ("", ""),
     ("00447700900123", "00447700900123"), ("020 7946 0000", "00442079460000")],
)  # fmt: skip
def test_numbers_carry_their_country(phone, abroad):
    assert phone_abroad(phone) == abroad
