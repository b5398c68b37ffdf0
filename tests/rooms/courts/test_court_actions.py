"""Messages are received, asked about, answered and brought in, with scope and audit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from courts_words import (
    CURFEW,
    HEARING_ON,
    NOT_ENTER,
    NOT_NEAR,
    NOTICE,
    bail,
    defendant,
    hearing,
    result,
    sent,
)
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.courts import queries
from waypost.courts.actions import answer, receive, set_aside
from waypost.courts.models import CourtDelivery, CourtMessage, CourtQuestion
from waypost.courts.values import NEXT, Status
from waypost.errors import BadFile, Conflict, NoSuchThing, Refused
from waypost.orders.actions import import_orders
from waypost.orders.models import Person
from waypost.orders.queries import person_orders
from waypost.orders.values import Order, OrderKind, PersonOrders
from waypost.units import OrderRef, PersonRef

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
MONA = Posted(900, "Mona", frozenset({Role.MONITORING_OFFICER}))
HOME = {"type": "Point", "coordinates": [-0.2, 51.55], "radius_m": 60}
IN_ZONE = {"type": "Point", "coordinates": [-0.062, 51.541], "radius_m": 60}


def take(document, now=NOW):
    return receive(sent(document), "test hub", by=MACHINE, now=now)


def message(document, now=NOW) -> CourtMessage:
    got = take(document, now)
    return CourtMessage.objects.get(pk=got.message_ids[0])


def say(one, key, said, by=MONA, now=NOW):
    one.refresh_from_db()
    return answer(one.pk, key, said, expected_version=one.version, by=by, now=now)


def open_keys(one) -> set[str]:
    rows = CourtQuestion.objects.filter(message=one, answered_at=None, blocking=True)
    return set(rows.values_list("key", flat=True))


def orders_of(one):
    one.refresh_from_db()
    return person_orders([one.person_id])[0].orders


def test_what_is_wholly_clear_goes_in_at_once():
    one = message(bail(NOT_NEAR))
    assert (one.status, one.order_reference) == (Status.IMPORTED, "MW100-court-bail")
    (order,) = orders_of(one)
    assert order.kind is OrderKind.COURT_BAIL
    assert [asked.zones[0].radius_m for asked in order.requirements] == [3218.7]
    person = Person.objects.get()
    assert (person.full_name, person.reference) == ("Robin Fielder1", "CP-00000001-DDDD-4EEE")


def test_the_same_delivery_twice_changes_nothing():
    first = take(bail(NOT_ENTER))
    lines = AuditLine.objects.count()
    again = take(bail(NOT_ENTER), NOW + timedelta(hours=1))
    assert (again.is_new, again.delivery_id, again.message_ids) == (
        False, first.delivery_id, first.message_ids,
    )  # fmt: skip
    assert again.received_at == NOW
    assert CourtMessage.objects.count() == 1
    assert AuditLine.objects.count() == lines


def test_the_same_order_in_another_envelope_is_not_asked_about_twice():
    take(bail(NOT_ENTER))
    data = json.dumps(bail(NOT_ENTER), indent=4).encode()
    got = receive(data, "another hub", by=MACHINE, now=NOW)
    assert got.is_new
    assert got.message_ids == ()
    assert CourtMessage.objects.count() == 1


def test_what_cannot_be_read_is_kept_and_put_before_a_person():
    got = receive(b"<order>not ours</order>", "hub", by=MACHINE, now=NOW)
    (one,) = CourtMessage.objects.filter(pk__in=got.message_ids)
    assert (one.status, one.payload) == (Status.UNREAD, "<order>not ours</order>")
    waiting, _ = queries.work_list(MONA, now=NOW)
    assert [row.message_id for row in waiting] == [one.pk]
    with pytest.raises(Refused):
        say(one, "order/end", {"at": None})
    set_aside(one.pk, "Sent by mistake; told the hub.", expected_version=1, by=MONA, now=NOW)
    one.refresh_from_db()
    assert one.status == Status.SET_ASIDE


def test_a_mistake_of_ours_in_reading_loses_nothing(monkeypatch):
    def broken(_):
        raise KeyError("a mistake")

    monkeypatch.setattr("waypost.courts.actions.hear", broken)
    one = message(bail(NOT_ENTER))
    assert one.status == Status.UNREAD
    assert "The old mill" in one.payload


def test_an_empty_message_is_refused():
    with pytest.raises(BadFile):
        receive(b"  \n", "hub", by=MACHINE, now=NOW)


def test_nobody_who_is_not_monitored_is_kept():
    got = take(hearing(defendant(result("G", "Fined"))))
    assert got.message_ids == ()
    assert CourtDelivery.objects.get().people == 1
    assert not CourtMessage.objects.exists()


def test_the_last_answer_brings_the_order_in():
    one = message(bail(CURFEW))
    assert one.status == Status.WAITING
    assert open_keys(one) == {"curfew-1/zone"}
    assert say(one, "curfew-1/zone", {"zone": HOME}) is Status.IMPORTED
    (order,) = orders_of(one)
    (curfew,) = order.requirements
    assert curfew.zones[0].radius_m == 60
    assert [(row.start, row.end) for row in curfew.timetable] == [("21:00", "06:00")]
    kinds = list(AuditLine.objects.order_by("number").values_list("kind", flat=True))
    assert kinds == ["court:received", "orders:imported", "court:answered"]
    line = AuditLine.objects.order_by("-number").first()
    assert line.officer_id == MONA.officer_id


def test_a_clear_zone_of_a_new_order_does_not_wait_for_the_curfew():
    one = message(bail(NOT_NEAR, CURFEW))
    assert one.status == Status.PARTLY
    assert [asked.kind for asked in orders_of(one)[0].requirements] == ["exclusion"]
    later = NOW + timedelta(hours=2)
    assert say(one, "curfew-1/zone", {"zone": HOME}, now=later) is Status.IMPORTED
    zone, curfew = sorted(orders_of(one)[0].requirements, key=lambda asked: asked.kind.value,
                          reverse=True)  # fmt: skip
    assert zone.kind == "exclusion"
    assert curfew.from_at == later  # nobody is judged for hours that were not yet read


def test_a_home_inside_a_zone_not_to_enter_asks_whether_that_is_meant():
    one = message(bail(NOT_NEAR, CURFEW))
    assert say(one, "curfew-1/zone", {"zone": IN_ZONE}) is Status.PARTLY
    assert open_keys(one) == {"exclusion-1/odd-home-cut-off"}
    said = {"words": "The court meant it: the person is moving out tomorrow."}
    assert say(one, "exclusion-1/odd-home-cut-off", said) is Status.IMPORTED


def test_a_condition_that_does_not_apply_is_left_out_with_why():
    one = message(bail(NOT_NEAR, CURFEW))
    with pytest.raises(Refused):
        say(one, "curfew-1/zone", {"not": "  "})
    assert say(one, "curfew-1/zone", {"not": "Not monitored; asked the court."}) is Status.IMPORTED
    assert [asked.kind for asked in orders_of(one)[0].requirements] == ["exclusion"]


def test_when_nothing_is_left_the_message_is_set_aside():
    one = message(bail(NOT_ENTER))
    assert say(one, "exclusion-1/zone", {"not": "Withdrawn."}) is Status.SET_ASIDE
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "said",
    [{}, {"at": "2026-05-01T00:00:00Z"}, {"zone": {"type": "Nowhere"}}, {"pick": "elsewhere"},
     {"hours": []}, {"zone": None}],
)  # fmt: skip
def test_an_answer_that_answers_nothing_is_refused_and_changes_nothing(said):
    one = message(bail(NOT_ENTER))
    with pytest.raises(Refused):
        say(one, "exclusion-1/zone", said)
    one.refresh_from_db()
    assert (one.status, open_keys(one)) == (Status.WAITING, {"exclusion-1/zone"})


def test_two_officers_do_not_answer_over_each_other():
    one = message(bail(NOT_ENTER, CURFEW))
    answer(one.pk, "exclusion-1/zone", {"zone": HOME}, expected_version=1, by=MONA, now=NOW)
    with pytest.raises(Conflict):
        answer(one.pk, "curfew-1/zone", {"zone": HOME}, expected_version=1, by=MONA, now=NOW)


def test_an_order_in_which_nothing_is_ever_required_asks_whether_that_is_meant():
    weekend = ("Curfew", "Between:09:00\nAnd:17:00\nFrequency:weekends")
    soon = ("Next hearing in magistrates' court", "Date of hearing:03/04/2026")  # a Friday
    one = message(hearing(defendant(result("RC", "Bail", soon, NOTICE, weekend))))
    assert say(one, "curfew-1/zone", {"zone": HOME}) is Status.WAITING
    assert open_keys(one) == {"curfew-1/odd-never-required"}
    said = {"words": "The court meant the next weekend; it will send a variation."}
    assert say(one, "curfew-1/odd-never-required", said) is Status.IMPORTED


def test_a_variation_changes_the_order_from_when_the_court_sat():
    first = message(bail(NOT_NEAR))
    sat = "2026-04-08T09:30:00.000Z"
    wider = ("Exclusion - not go within a radius", "Within:3 miles\nOf:Fir Street, E8 3QW")
    made = result("RCBV", "Variation of bail conditions", HEARING_ON, NOTICE, wider,
                  ordered="2026-04-08")  # fmt: skip
    varied = hearing(defendant(made), sharedTime="2026-04-08T11:00:00Z",
                     hearing={"hearingDays": [{"sittingDay": sat}]})  # fmt: skip
    one = message(varied, datetime(2026, 4, 8, 12, tzinfo=UTC))
    assert one.status == Status.IMPORTED
    (order,) = orders_of(one)
    assert order.from_at == orders_of(first)[0].from_at
    before, after = order.requirements
    assert (before.requirement_id, after.requirement_id) == ("exclusion-1", "exclusion-1")
    assert (before.zones[0].radius_m, after.zones[0].radius_m) == (3218.7, 4828.0)
    assert before.to_at == after.from_at == datetime(2026, 4, 8, 9, 30, tzinfo=UTC)


def test_a_variation_goes_in_whole_or_not_at_all():
    message(bail(NOT_NEAR))
    one = message(bail(NOT_NEAR, NOT_ENTER, code="RCBV"))
    assert one.status == Status.WAITING
    assert say(one, "exclusion-2/zone", {"zone": HOME}) is Status.IMPORTED


def test_a_variation_of_an_order_that_is_not_known_asks_which():
    one = message(bail(NOT_NEAR, code="RCBV"))
    assert open_keys(one) == {"order/original"}
    assert say(one, "order/original", {"pick": "new"}) is Status.IMPORTED


def test_a_second_order_of_the_same_case_asks_whether_it_takes_the_firsts_place():
    message(bail(NOT_NEAR))
    wider = ("Exclusion - not go within a radius", "Within:3 miles\nOf:Fir Street, E8 3QW")
    one = message(bail(wider))
    assert open_keys(one) == {"order/original"}
    assert say(one, "order/original", {"pick": "another"}) is Status.IMPORTED
    assert {order.order_id for order in orders_of(one)} == {
        "MW100-court-bail", "MW100-court-bail-2",
    }  # fmt: skip


def test_somebody_who_resembles_is_asked_about_and_never_merged_by_itself():
    told = {"name": "Robin Fielder1", "born": datetime(1990, 5, 17).date()}
    import_orders([PersonOrders(PersonRef("P-9"), details=told)], by=MACHINE, now=NOW)
    one = message(bail(NOT_NEAR))
    assert open_keys(one) == {"person/who"}
    assert say(one, "person/who", {"pick": "P-9"}) is Status.IMPORTED
    one.refresh_from_db()
    assert one.person.reference == "P-9"
    assert one.person.full_name == "Robin Fielder1"
    # The sender's id is known now: the next message of it asks nothing.
    again = message(bail(NOT_NEAR, urn="MW200"))
    assert (again.status, again.person_id) == (Status.IMPORTED, one.person_id)


def test_nobody_new_is_somebody_new():
    told = {"name": "Robin Fielder1"}
    import_orders([PersonOrders(PersonRef("P-9"), details=told)], by=MACHINE, now=NOW)
    one = message(bail(NOT_NEAR))
    say(one, "person/who", {"pick": "new"})
    one.refresh_from_db()
    assert one.person.reference == "CP-00000001-DDDD-4EEE"


def test_a_message_about_somebody_of_limited_access_does_not_exist_for_others():
    told = {"name": "Robin Fielder1", "limited": True}
    import_orders([PersonOrders(PersonRef("P-9"), details=told)], by=MACHINE, now=NOW)
    one = message(bail(NOT_NEAR))
    waiting, _ = queries.work_list(MONA, now=NOW)
    assert waiting == []
    assert queries.waiting_count(MONA, now=NOW) == 0
    with pytest.raises(NoSuchThing):
        queries.message_seen(one.pk, MONA, now=NOW)
    with pytest.raises(NoSuchThing):
        say(one, "person/who", {"pick": "P-9"})
    question = CourtQuestion.objects.get(message=one, key="person/who")
    with pytest.raises(NoSuchThing):
        queries.question_seen(question.pk, MONA, now=NOW)


def test_a_message_by_a_known_id_of_somebody_of_limited_access_does_not_exist_either():
    first = message(bail(NOT_NEAR))
    Person.objects.update(limited=True)
    one = message(bail(NOT_ENTER, urn="MW300"))
    assert first.person_id is not None
    assert one.resembles == [first.person_id]
    with pytest.raises(NoSuchThing):
        queries.message_seen(one.pk, MONA, now=NOW)


def test_a_drawn_zone_keeps_its_warning_ring():
    one = message(bail(NOT_ENTER))
    assert say(one, "exclusion-1/zone", {"zone": HOME, "warning_m": 150}) is Status.IMPORTED
    assert orders_of(one)[0].requirements[0].warning_m == 150
    two = message(bail(NOT_ENTER, urn="MW301"))
    with pytest.raises(Refused):
        say(two, "exclusion-1/zone", {"zone": HOME, "warning_m": 9_000})


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.MONITORING_OFFICER])
def test_nobody_else_receives_reads_or_answers(role):
    one = message(bail(NOT_ENTER))
    other = Posted(901, "Other", frozenset({role}))
    with pytest.raises(Refused):
        receive(sent(bail(NOT_NEAR)), "hub", by=other, now=NOW)
    with pytest.raises(Refused):
        queries.work_list(other, now=NOW)
    with pytest.raises(Refused):
        say(one, "exclusion-1/zone", {"zone": HOME}, by=other)


def test_a_note_is_answered_after_the_order_went_in():
    one = message(bail(("Exclusion - not go within a radius unless accompanied",
                        "Within:2 miles\nOf:E8 3QW")))  # fmt: skip
    assert one.status == Status.IMPORTED
    key = "note/exception-exclusion-1"
    assert say(one, key, {"words": "Told the officer in the case."}) is Status.IMPORTED
    waiting, closed = queries.work_list(MONA, now=NOW)
    assert (waiting, [row.message_id for row in closed]) == ([], [one.pk])


def test_an_imported_order_goes_out_in_the_contractors_shape_with_the_courts_words():
    one = message(bail(NOT_NEAR, CURFEW))
    say(one, "curfew-1/zone", {"zone": HOME})
    document, lost = queries.contractor_document("MW100-court-bail", by=MACHINE, now=NOW)
    assert lost == []
    order = document["monitoring_order"]
    assert document["device_wearer"]["address_1"] == "4 Fir Street"
    assert order["curfew_duration"][0]["schedule"][0] == {
        "day": "Mo", "start": "21:00", "end": "06:00",
    }  # fmt: skip
    assert order["exclusion_zones"][0]["description"].startswith(NOT_NEAR[0])


def test_what_went_out_comes_in_again_as_the_same_order():
    one = message(bail(CURFEW))
    say(one, "curfew-1/zone", {"zone": HOME})
    document, _ = queries.contractor_document("MW100-court-bail", by=MACHINE, now=NOW)
    again = receive(sent(document), "contractor", by=MACHINE, now=NOW)
    back = CourtMessage.objects.get(pk=again.message_ids[0])
    assert open_keys(back) == {"order/original"}
    before = orders_of(one)
    assert say(back, "order/original", {"pick": "same"}) is Status.IMPORTED
    assert orders_of(one) == before


def test_an_order_of_several_people_is_asked_for_by_person():
    order = Order(OrderRef("O"), OrderKind.LICENCE, NOW, None)
    persons = [PersonOrders(PersonRef(name), (order,)) for name in ("P-1", "P-2")]
    import_orders(persons, by=MACHINE, now=NOW)
    document, _ = queries.contractor_document("O", "P-2", by=MACHINE, now=NOW)
    assert document["monitoring_order"]["case_id"] == "P-2"
    with pytest.raises(NoSuchThing):
        queries.contractor_document("O-none", by=MACHINE, now=NOW)


def test_a_withheld_address_keeps_an_order_out_and_says_why(monkeypatch):
    from waypost.orders import importing

    monkeypatch.setattr(importing, "centred_on_withheld", lambda zones, withheld: bool(zones))
    one = message(bail(NOT_NEAR))
    assert one.status == Status.WAITING
    assert "not taken in" in one.trouble
    assert not Person.objects.exists()


def test_every_move_is_one_of_the_table():
    assert {to for moves in NEXT.values() for to in moves} <= set(Status)
    assert set(NEXT) == set(Status)
