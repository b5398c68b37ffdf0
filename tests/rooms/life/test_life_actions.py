"""An order recorded, varied, suspended, transferred and ended in the store; judged by what held."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from waypost.access.actions import make_officer, make_team
from waypost.access.models import AuditLine
from waypost.access.queries import posted
from waypost.access.values import MACHINE, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.life import actions, queries
from waypost.life.actions import Decision
from waypost.life.models import OrderStep
from waypost.life.programme_acts import record_programme
from waypost.life.values import Act, Programme, Stage
from waypost.monitoring.models import Violation
from waypost.orders.actions import import_orders
from waypost.orders.directory import live_spans
from waypost.orders.law import Authority, Change
from waypost.orders.models import Caseload, Order, Person
from waypost.orders.queries import person_orders
from waypost.orders.values import Order as OrderValue
from waypost.orders.values import (
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from worked_town import HOME, Town, at

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
COURT = Decision(Authority.COURT, "The court varied it this afternoon.", "HC 44/26")
CONVICTED = date(2025, 5, 1)


def circle(place, radius_m=60.0) -> Zone:
    return Zone({"type": "Point", "coordinates": [place[1], place[0]]}, radius_m)


def curfew(start="19:00", end="07:00", place=HOME, reference="R2") -> Requirement:
    rows = (TimetableRow(DAYS, start, end),)
    return Requirement(reference, RequirementKind.CURFEW, (circle(place),), rows)


@pytest.fixture
def town() -> Town:
    return Town()


def person(reference="P1") -> int:
    return Person.objects.get(reference=reference).pk


def officer(role: Role, name: str, *, now, of: int | None = None, team=None):
    own = of if role is Role.WEARER else None
    made = make_officer(name, name.title(), None, role, team=team, person_id=own, now=now)
    if of is not None and role is not Role.WEARER:
        Caseload.objects.create(person_id=of, officer=made, from_at=now)
    return posted(made, now=now)


@pytest.fixture
def mona(town):
    return officer(Role.MONITORING_OFFICER, "mona", now=at("07:00"))


@pytest.fixture
def prue(town):
    return officer(Role.PROBATION_PRACTITIONER, "prue", now=at("07:00"), of=person())


def asked(reference="R2", *, known_at=None, order="O1"):
    """What binds of a requirement, oldest first: (from, to, start of its hours)."""
    [one] = person_orders([person()], known_at=known_at)
    return [
        (found.from_at, found.to_at, found.timetable[0].start if found.timetable else "")
        for has in one.orders if has.order_id == order
        for found in has.requirements if found.requirement_id == reference
    ]  # fmt: skip


def stage(order="O1", *, now):
    return queries.stage_now(Order.objects.filter(reference=order).latest("version"), now=now)


def test_tonights_curfew_is_varied_and_judged_from_its_hour(town, mona):
    """Away in the evening violates a curfew from 19:00, and none from 22:00."""
    town.now = at("17:00")
    actions.vary(
        person(), "O1", curfew("22:00", "07:00"), COURT, from_at=at("18:00"), by=mona, now=town.now
    )
    town.run_to("18:30")
    for minute in range(0, 150, 5):
        town.now = at("18:30") + timedelta(minutes=minute)
        town.send((f"{town.now:%H:%M}", "street"))
        town.run()
    town.run_to("21:30")
    assert not Violation.objects.filter(requirement_reference="R2").exists()
    for minute in range(0, 40, 5):
        town.now = at("22:00") + timedelta(minutes=minute)
        town.send((f"{town.now:%H:%M}", "street"))
        town.run()
    [found] = Violation.objects.filter(requirement_reference="R2", kind="curfew")
    assert found.from_at >= at("22:00")
    assert [start for _, _, start in asked()] == ["19:00", "22:00"]


def test_what_held_at_an_earlier_instant_can_be_asked(town, mona):
    town.now = at("12:00")
    actions.vary(
        person(), "O1", curfew("21:00"), COURT, from_at=at("12:00"), by=mona, now=at("12:00")
    )
    assert [start for _, _, start in asked(known_at=at("11:59"))] == ["19:00"]
    assert [start for _, _, start in asked(known_at=at("12:00"))] == ["19:00", "21:00"]
    page = queries.order_page(
        queries.number_of_order(person(), "O1"), mona, now=at("13:00"), known_at=at("11:59")
    )
    assert [one.timetable[0].start for one in page.order.requirements if one.timetable] == ["19:00"]


def test_a_variation_says_whose_decision_it_was_and_what_changed(town, mona):
    actions.vary(person(), "O1", curfew("20:00", "08:00"), COURT, from_at=at("12:00"), by=mona,
                 now=at("12:00"))  # fmt: skip
    page = queries.order_page(queries.number_of_order(person(), "O1"), mona, now=at("12:01"))
    [step] = page.steps
    assert (step.act, step.authority, step.reference) == (Act.VARY, Authority.COURT, "HC 44/26")
    assert step.changes == (("R2", (Change.START_TIMES,)),)
    assert step.by_name == "Mona"
    line = AuditLine.objects.filter(kind="order:varied").get()
    assert "The court" not in bytes(line.body).decode()  # words are not for the audit line


def test_a_change_binds_nobody_in_the_past(town, mona):
    with pytest.raises(Refused, match="not past"):
        actions.vary(person(), "O1", curfew("21:00"), COURT, from_at=at("11:00"), by=mona,
                     now=at("12:00"))  # fmt: skip
    assert not OrderStep.objects.exists()


def test_the_responsible_officer_varies_the_start_by_notice(town, prue):
    notice = Decision(Authority.RESPONSIBLE_OFFICER, "Starts work at six.", consent=True)
    change = curfew("20:00", "08:00")
    with pytest.raises(Refused, match="not recorded"):
        actions.vary(person(), "O1", change, notice, from_at=at("12:00"), by=prue, now=at("12:00"))
    made = OrderValue("O1", OrderKind.OTHER, at("08:00"), None, (), True, CONVICTED)
    actions.record_particulars(
        person(), "O1", made, "Memorandum of 1 May", by=prue, now=at("12:00")
    )
    actions.vary(person(), "O1", change, notice, from_at=at("12:01"), by=prue, now=at("12:01"))
    assert [start for _, _, start in asked()] == ["19:00", "20:00"]
    steps = OrderStep.objects.filter(act="particulars")
    assert [one.words for one in steps] == ["Memorandum of 1 May"]  # what was typed is kept
    with pytest.raises(Refused, match="may not change its hours"):
        actions.vary(person(), "O1", curfew("20:00", "10:00"), notice, from_at=at("13:00"), by=prue,
                     now=at("13:00"))  # fmt: skip


def test_a_notice_is_not_written_down_for_somebody_else(town, mona):
    notice = Decision(Authority.RESPONSIBLE_OFFICER, "She said so.", consent=True)
    Order.objects.update(convicted_on=CONVICTED)
    with pytest.raises(Refused, match="Only a responsible officer"):
        actions.vary(person(), "O1", curfew("20:00", "08:00"), notice, from_at=at("12:00"), by=mona,
                     now=at("12:00"))  # fmt: skip


def test_nobody_varies_the_order_of_a_case_that_is_not_theirs(town, prue):
    other = person("P2")
    with pytest.raises(Refused):
        actions.vary(other, "O2", curfew(), COURT, from_at=at("12:00"), by=prue, now=at("12:00"))
    evaluator = officer(Role.PROGRAMME_EVALUATOR, "eve", now=at("07:00"))
    with pytest.raises(Refused):
        actions.revoke(person(), "O1", COURT, at=at("12:00"), by=evaluator, now=at("12:00"))


def test_a_suspension_asks_nothing_and_goes_on_by_itself(town, mona):
    actions.suspend(person(), "O1", COURT, from_at=at("12:00"), until=at("+2 12:00"), by=mona,
                    now=at("12:00"))  # fmt: skip
    for reference in ("R1", "R2"):
        spans = [(a, b) for a, b, _ in asked(reference)]
        assert spans[0][1] == at("12:00"), reference
        assert spans[1][0] == at("+2 12:00"), reference
    assert stage(now=at("13:00")) is Stage.SUSPENDED
    assert stage(now=at("+2 12:00")) is Stage.LIVE
    town.now = at("20:00")
    town.send(("20:00", "park"), ("20:05", "park"), ("20:10", "park"))
    town.run_to("20:30")
    assert not Violation.objects.exists()


def test_a_suspension_is_cut_short_and_everything_binds_again(town, mona):
    actions.suspend(person(), "O1", COURT, from_at=at("12:00"), until=at("+5 12:00"), by=mona,
                    now=at("12:00"))  # fmt: skip
    actions.resume(person(), "O1", COURT, by=mona, now=at("+1 09:00"))
    for reference in ("R1", "R2"):
        spans = [(a, b) for a, b, _ in asked(reference)]
        assert spans[-1][0] == at("+1 09:00"), reference
        assert spans[-1][1] is None, reference
    assert stage(now=at("+1 09:00")) is Stage.LIVE
    assert stage(now=at("+1 08:59")) is Stage.SUSPENDED


def test_a_revoked_order_ends_and_is_never_varied_again(town, mona):
    actions.revoke(person(), "O1", COURT, at=at("15:00"), by=mona, now=at("12:00"))
    assert stage(now=at("14:59")) is Stage.LIVE
    assert stage(now=at("15:00")) is Stage.REVOKED
    [one] = person_orders([person()])
    assert [has.to_at for has in one.orders] == [at("15:00")]
    with pytest.raises(Refused, match="revoked"):
        actions.vary(person(), "O1", curfew("21:00"), COURT, from_at=at("16:00"), by=mona,
                     now=at("16:00"))  # fmt: skip
    # What held before is still what was known then.
    [before] = person_orders([person()], known_at=at("11:00"))
    assert before.orders[0].to_at == datetime(2026, 3, 20, tzinfo=UTC)


def test_a_requirement_is_taken_out_by_the_court_alone(town, mona, prue):
    notice = Decision(Authority.RESPONSIBLE_OFFICER, "No more need.", consent=True)
    Order.objects.update(convicted_on=CONVICTED)
    with pytest.raises(Refused, match="a requirement is taken out"):
        actions.take_out(person(), "O1", "R1", notice, from_at=at("12:00"), by=prue,
                         now=at("12:00"))  # fmt: skip
    actions.take_out(person(), "O1", "R1", COURT, from_at=at("12:00"), by=mona, now=at("12:00"))
    assert [(a, b) for a, b, _ in asked("R1")][-1][1] == at("12:00")


def voluntary() -> OrderValue:
    return OrderValue("V1", OrderKind.VOLUNTARY, at("09:00"), None)


def test_consent_is_withdrawn_by_the_wearer_at_once_and_without_a_reason(town, mona):
    trail = Requirement("R1", RequirementKind.TRAIL)
    actions.impose(person("P2"), voluntary(), trail, "Signed form of today", by=mona,
                   now=at("09:00"))  # fmt: skip
    wearer = officer(Role.WEARER, "wes", now=at("07:00"), of=person("P2"))
    with pytest.raises(Refused, match="not the wearer’s to end"):
        actions.withdraw_consent(person("P2"), "O2", "", by=wearer, now=at("10:00"))
    actions.withdraw_consent(person("P2"), "V1", "", by=wearer, now=at("10:00"))
    assert stage("V1", now=at("10:00")) is Stage.CONSENT_WITHDRAWN
    with pytest.raises(Refused):  # of somebody else
        actions.withdraw_consent(person(), "O1", "", by=wearer, now=at("10:00"))


def test_nothing_is_collected_once_consent_was_withdrawn(town, mona):
    """The gateway seals what a tag measures while no order is live (gateway/routing.py)."""
    asks = {
        "person_id": "P9",
        "orders": [],
        "activations": [
            {"activation_id": "A9", "device_id": "D9", "from": "2026-03-01T00:00:00Z", "to": None}
        ],
    }
    town.give_orders(json.dumps({"persons": [asks]}).encode())
    trail = Requirement("R1", RequirementKind.TRAIL)
    actions.impose(person("P9"), voluntary(), trail, "Signed form", by=mona, now=at("09:00"))
    actions.withdraw_consent(person("P9"), "V1", "said so", by=mona, now=at("10:00"))
    [one] = person_orders([person("P9")])
    [span] = one.activations
    assert live_spans(one, span) == ((at("09:00"), at("10:00")),)


def test_an_order_is_recorded_once_with_how_it_was_made(town, mona):
    order = OrderValue(
        "HC-9", OrderKind.COMMUNITY_ORDER, at("14:00"), at("+90 00:00"), (), True, CONVICTED,
        date(2026, 3, 2), "Highbury Corner", "Pilot",
    )  # fmt: skip
    actions.impose(person(), order, curfew(reference="R1"), "Order of today", by=mona,
                   now=at("12:00"))  # fmt: skip
    row = Order.objects.get(reference="HC-9")
    assert (row.convicted_on, row.court, row.programme) == (CONVICTED, "Highbury Corner", "Pilot")
    with pytest.raises(Refused, match="already"):
        actions.impose(person(), order, curfew(reference="R1"), "again", by=mona, now=at("12:00"))
    # A file that does not say how it was made takes nothing away.
    known = replace(order, convicted_on=None, imposed_on=None, court="", programme="", whole=False)
    import_orders([PersonOrders("P1", (replace(known, to_at=at("+80 00:00")),))], by=MACHINE,
                  now=at("13:00"))  # fmt: skip
    newest = Order.objects.filter(reference="HC-9").latest("version")
    assert (newest.version, newest.court, newest.convicted_on) == (2, "Highbury Corner", CONVICTED)


def test_an_order_cannot_carry_what_its_kind_does_not(town, mona):
    bail = OrderValue("B1", OrderKind.COURT_BAIL, at("14:00"), None)
    trail = Requirement("R1", RequirementKind.TRAIL)
    with pytest.raises(Refused, match="not available"):
        actions.impose(person(), bail, trail, "Bail of today", by=mona, now=at("12:00"))
    assert not Order.objects.filter(reference="B1").exists()


def test_a_case_goes_to_another_team_and_its_officer_sees_it_no_more(town, prue):
    team = make_team("Probation", "probation_region", "North", now=at("07:00"))
    actions.transfer(person(), "O1", team.pk, "Moved to Enfield", by=prue, now=at("12:00"))
    with pytest.raises(Refused):
        queries.order_page(queries.number_of_order(person(), "O1"), prue, now=at("12:01"))
    member = officer(Role.PROBATION_PRACTITIONER, "nora", now=at("07:00"), team=team)
    page = queries.order_page(queries.number_of_order(person(), "O1"), member, now=at("12:01"))
    assert [step.team for step in page.steps] == ["North"]


def programme(**more) -> Programme:
    return Programme("Pilot", "an instrument", date(2026, 1, 1), **more)


@pytest.fixture
def ada(town):
    return officer(Role.ADMINISTRATOR, "ada", now=at("07:00"))


def test_orders_outside_their_programme_are_questions_until_somebody_accepts_them(town, mona, ada):
    record_programme(replace(programme(courts=("Highbury Corner",)), version=0), "", by=ada,
                     now=at("09:00"))  # fmt: skip
    Order.objects.filter(reference="O1").update(programme="Pilot", court="Bromley")
    [(number, whose, _, why)] = queries.orders_outside("Pilot", mona, now=at("10:00"))
    assert whose.person_id == "P1"
    assert "made by Bromley" in why[0]
    actions.accept(person(), "O1", "Transferred from Highbury.", by=mona, now=at("10:00"))
    assert queries.orders_outside("Pilot", mona, now=at("10:01")) == []
    page = queries.order_page(number, mona, now=at("10:01"))
    assert page.accepted
    assert page.questions  # still said, with who accepted it


def test_a_programme_is_changed_by_versions_and_not_over_somebody_elses_change(town, ada, mona):
    assert record_programme(replace(programme(), version=0), "", by=ada, now=at("09:00")) == 1
    with pytest.raises(Conflict):
        record_programme(replace(programme(), version=0), "", by=ada, now=at("09:01"))
    with pytest.raises(Refused, match="Say why"):
        record_programme(replace(programme(places=75), version=1), " ", by=ada, now=at("09:02"))
    record_programme(replace(programme(places=75), version=1), "75 are funded", by=ada,
                     now=at("09:02"))  # fmt: skip
    assert queries.find_programme("Pilot").places == 75
    with pytest.raises(Refused):
        record_programme(replace(programme(places=9), version=2), "why", by=mona, now=at("09:03"))


def test_places_are_counted_by_person_and_not_of_orders_that_ended(town, mona, ada):
    Order.objects.update(programme="Pilot")
    assert queries.places_taken("Pilot", now=at("09:00")) == 2
    actions.revoke(person(), "O1", COURT, at=at("12:00"), by=mona, now=at("12:00"))
    assert queries.places_taken("Pilot", now=at("12:00")) == 1


def test_an_order_of_a_limited_person_is_not_there_for_others(town, mona):
    number = queries.number_of_order(person(), "O1")
    Person.objects.filter(pk=person()).update(limited=True)
    with pytest.raises(NoSuchThing, match="no such order"):
        queries.order_page(number, mona, now=at("12:00"))
