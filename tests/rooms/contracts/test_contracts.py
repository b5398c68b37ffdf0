"""The provider is told of every change of an order once, receives it or asks, and is late."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from waypost.access.actions import make_officer
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.contracts import actions, lifecycle, queries
from waypost.contracts.models import Contract, ToldSince
from waypost.contracts.taking import take_changes, warn_late
from waypost.contracts.values import NEXT, Act, Status, What
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.life import actions as life
from waypost.life.actions import Decision
from waypost.notices.models import Notice
from waypost.orders.law import Authority
from waypost.orders.models import Caseload, Person
from waypost.orders.queries import order_as_written
from waypost.orders.read import read_orders
from waypost.orders.values import Requirement, RequirementKind, TimetableRow, Zone
from waypost.orders.write import order_data
from worked_town import HOME, Town, at, orders_file

pytestmark = [pytest.mark.database, pytest.mark.django_db]
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
COURT = Decision(Authority.COURT, "The court varied it.", "HC 44/26")


@pytest.fixture
def town() -> Town:
    ToldSince.objects.all().delete()
    ToldSince.objects.create(at=at("07:00"), taken_to=at("07:00"))
    return Town()


def person(reference="P1") -> int:
    return Person.objects.get(reference=reference).pk


def officer(role: Role, name: str, *, of: int | None = None):
    made = make_officer(name, name.title(), None, role, now=at("07:00"))
    if of is not None:
        Caseload.objects.create(person_id=of, officer=made, from_at=at("07:00"))
    return posted(made, now=at("07:30"))


@pytest.fixture
def mona(town):
    return officer(Role.MONITORING_OFFICER, "mona")


@pytest.fixture
def prue(town):
    return officer(Role.PROBATION_PRACTITIONER, "prue", of=person())


def curfew(start: str) -> Requirement:
    zone = Zone({"type": "Point", "coordinates": [HOME[1], HOME[0]]}, 60.0)
    rows = (TimetableRow(DAYS, start, "07:00"),)
    return Requirement("R2", RequirementKind.CURFEW, (zone,), rows)


def vary(by, start: str, when: str) -> None:
    life.vary(person(), "O1", curfew(start), COURT, from_at=at(when), by=by, now=at(when))


def of_p1() -> list[Contract]:
    return list(Contract.objects.filter(person_id=person()).order_by("number"))


def test_every_change_is_told_once_and_what_was_not_received_is_overtaken(town, mona):
    assert take_changes(at("08:01")) == 2  # O1 and O2 are new
    assert take_changes(at("08:02")) == 0
    vary(mona, "21:00", "09:00")
    assert take_changes(at("09:00")) == 1
    assert take_changes(at("09:05")) == 0  # met again within the overlap, and told already
    one, other = of_p1()
    assert (one.what, one.status) == (What.NEW, Status.OVERTAKEN)
    assert (other.what, other.status, other.number) == (What.VARIED, Status.SENT, 2)
    life.revoke(person(), "O1", COURT, at=at("10:00"), by=mona, now=at("10:00"))
    assert take_changes(at("10:01")) == 1
    assert of_p1()[-1].what == What.ENDED


def test_what_was_known_before_contracts_were_kept_is_not_told(town):
    ToldSince.objects.update(at=at("08:30"), taken_to=at("08:30"))
    assert take_changes(at("09:00")) == 0


def test_what_is_told_reads_back_as_the_order_that_stands(town, mona):
    vary(mona, "21:00", "09:00")
    take_changes(at("09:01"))
    content = of_p1()[-1].content
    read = read_orders(json.dumps({"persons": [{"person_id": "P1", "orders": [content]}]}).encode())
    assert not read.problems
    assert order_data(read.rows[0].orders[0]) == order_data(order_as_written(person(), "O1"))
    town.now = at("09:02")
    town.give_orders(json.dumps({"persons": [{"person_id": "P1", "orders": [content]}]}).encode())
    assert take_changes(at("09:03")) == 0  # the same again changes nothing


def test_the_provider_asks_and_the_responsible_officer_answers(town, mona, prue):
    take_changes(at("08:01"))
    [row] = of_p1()
    with pytest.raises(Refused, match="Say what is unclear"):
        actions.ask(row.pk, " ", by=mona, now=at("08:10"), expected_version=1)
    actions.ask(row.pk, "Which flat?", by=mona, now=at("08:10"), expected_version=1)
    with pytest.raises(Refused):
        actions.ask(row.pk, "Which flat?", by=mona, now=at("08:11"), expected_version=2)
    with pytest.raises(Refused):  # not the practitioner's to receive
        actions.receive(row.pk, by=prue, now=at("08:12"), expected_version=2)
    actions.answer(row.pk, "Flat 3.", by=prue, now=at("08:20"), expected_version=2)
    with pytest.raises(Conflict):
        actions.receive(row.pk, by=mona, now=at("08:29"), expected_version=1)
    actions.receive(row.pk, by=mona, now=at("08:30"), expected_version=3)
    page = queries.contract_page(row.pk, mona, now=at("08:31"))
    assert [one.act for one in page.steps] == [Act.ASK, Act.ANSWER, Act.RECEIVE]
    assert page.steps[1].words == "Flat 3."
    with pytest.raises(Refused, match="nothing more"):
        actions.answer(row.pk, "late", by=prue, now=at("08:40"), expected_version=4)


def test_what_nobody_received_is_late_and_the_duty_officer_is_told_once(town, mona, monkeypatch):
    monkeypatch.setenv("WAYPOST_DUTY", "mail:duty@example.org")
    take_changes(at("08:01"))
    assert warn_late(at("12:00")) == 0
    assert warn_late(at("12:01")) == 2
    assert warn_late(at("12:02")) == 0
    assert Notice.objects.filter(template="contract_late").count() == 2
    [first, *_] = queries.waiting(mona, now=at("12:02"))
    assert first.late(at("12:02"))
    assert not first.late(at("12:00"))


def test_the_list_holds_what_is_within_reach_alone(town, mona, prue):
    take_changes(at("08:01"))
    assert {one.person.person_id for one in queries.waiting(mona, now=at("09:00"))} == {"P1", "P2"}
    assert {one.person.person_id for one in queries.waiting(prue, now=at("09:00"))} == {"P1"}
    other = Contract.objects.get(person_id=person("P2"))
    with pytest.raises(Refused):
        queries.contract_page(other.pk, prue, now=at("09:00"))
    Person.objects.filter(pk=person()).update(limited=True)
    with pytest.raises(NoSuchThing, match="no such contract"):
        queries.contract_page(of_p1()[0].pk, mona, now=at("09:00"))


def test_a_contract_that_changed_says_what_changed_and_is_taken_out_as_a_file(town, mona):
    take_changes(at("08:01"))
    vary(mona, "21:00", "09:00")
    take_changes(at("09:01"))
    client = Client()
    officer_record = make_officer("mo", "Mo", None, Role.MONITORING_OFFICER, now=at("07:00"))
    client.force_login(officer_record)
    number = of_p1()[-1].pk
    page = client.get(reverse("contract", args=[number])).content.decode()
    assert "R2 changed" in page
    assert "21:00" in page
    file = client.get(reverse("contract-file", args=[number]))
    assert file.json()["persons"][0]["orders"][0]["order_id"] == "O1"
    assert "attachment" in file["Content-Disposition"]


def test_every_move_of_the_table_can_be_made_and_no_other():
    found = {(before, after) for before, after, _ in lifecycle.moves()}
    assert found == {(before, after) for before, targets in NEXT.items() for after in targets}
    for status in Status:
        for act in Act:
            if (status, lifecycle.TARGET[act]) not in found:
                with pytest.raises(Refused):
                    lifecycle.decide(status, act)


def test_an_end_that_lies_ahead_is_a_change_and_one_that_came_is_an_end():
    now = at("12:00")
    ahead = now + timedelta(days=3)
    assert lifecycle.what_changed(told_before=True, to_at=ahead, known_at=now) is What.VARIED
    assert lifecycle.what_changed(told_before=True, to_at=now, known_at=now) is What.ENDED
    assert lifecycle.what_changed(told_before=False, to_at=None, known_at=now) is What.NEW


def test_an_orders_file_written_and_read_again_is_the_same():
    read = read_orders(orders_file())
    for one in read.rows:
        again = read_orders(json.dumps({"persons": [{
            "person_id": one.person_id, "orders": [order_data(order) for order in one.orders],
        }]}).encode())  # fmt: skip
        assert not again.problems
        assert again.rows[0].orders == one.orders
