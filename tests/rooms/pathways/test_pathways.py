"""Services and referrals: moves by the table, places never exceeded silently, waits in days, and
nobody else's people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from iom_words import DAY, Unit
from oversight_words import NOW
from waypost.access.models import AuditLine
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.keeping.restricting import POLICY, Given
from waypost.pathways import actions, queries
from waypost.pathways.actions import Offered
from waypost.pathways.deciding import acts_of, check_place, decide
from waypost.pathways.models import Referral, ReferralMove, Service, Session
from waypost.pathways.values import (
    NEXT,
    STATUS_WORDS,
    TARGET,
    Act,
    Came,
    Kind,
    Outcome,
    Places,
    Status,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]
WORDS = "Said plainly, and in enough words."


@pytest.fixture
def unit() -> Unit:
    return Unit()


def service(unit: Unit, **more) -> int:
    given = {"name": "Mentors", "provider": "Catch", "kind": Kind.MENTORING, "places": 1}
    return actions.enter_service(Offered(**given | more), by=unit.ida, now=NOW)


def moved(number: int, *acts: Act, by, now=NOW, **more) -> None:
    for act in acts:
        version = Referral.objects.get(pk=number).version
        actions.move_referral(number, act, WORDS, expected_version=version, by=by, now=now, **more)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("act", list(Act))
def test_a_referral_moves_as_its_table_says_and_never_without_words(status, act):
    if act not in acts_of(status):
        with pytest.raises(Refused, match="cannot be"):
            decide(status, act, WORDS)
        return
    assert decide(status, act, WORDS)[0] is TARGET[act]
    with pytest.raises(Refused, match="Say "):
        decide(status, act, "no")


def test_every_state_is_reached_and_named():
    assert set(NEXT) == set(STATUS_WORDS) == {Status.REFERRED}.union(*NEXT.values())


@pytest.mark.parametrize(
    ("places", "taken", "free", "over"), [(2, 1, 1, 0), (1, 1, 0, 0), (1, 3, 0, 2)]
)
def test_places_are_counted_free_and_over(places, taken, free, over):
    found = Places(places, taken)
    assert (found.free, found.over) == (free, over)
    if free:
        assert check_place(found, "") == ""
    else:
        with pytest.raises(Refused, match="places are taken"):
            check_place(found, "")
        assert check_place(found, WORDS) == WORDS


def test_a_referral_goes_from_answer_to_outcome_with_its_sessions(unit):
    number = actions.refer(unit.people["P1"], service(unit), WORDS, by=unit.pia, now=NOW)
    moved(number, Act.ACCEPT, Act.START, by=unit.pia)
    for hours, came in ((1, Came.ATTENDED), (2, Came.MISSED), (1, Came.EXCUSED)):
        at = NOW + timedelta(hours=hours)
        actions.keep_session(number, at, came, by=unit.pia, now=NOW + DAY)
    with pytest.raises(Refused, match="how it ended"):
        moved(number, Act.END, by=unit.pia)
    moved(number, Act.END, by=unit.pia, outcome=Outcome.COMPLETED)
    row = Referral.objects.get()
    assert (row.status, row.outcome) == ("ended", "completed")
    assert list(Session.objects.order_by("at").values_list("came", flat=True)) == [
        "excused", "missed"
    ]  # fmt: skip
    assert [one.act for one in ReferralMove.objects.order_by("pk")] == [
        "refer", "accept", "start", "end"
    ]  # fmt: skip
    with pytest.raises(Refused, match="while the service goes on"):
        actions.keep_session(number, NOW, Came.ATTENDED, by=unit.pia, now=NOW)
    assert AuditLine.objects.order_by("-number").first().kind == "referral:moved"


def test_one_more_than_there_are_places_starts_only_with_a_reason_that_is_seen(unit):
    unit.file("P2", now=NOW, area="Hackney", team="Hackney team")
    number = service(unit)
    first = actions.refer(unit.people["P1"], number, WORDS, by=unit.ida, now=NOW)
    second = actions.refer(unit.people["P2"], number, WORDS, by=unit.ida, now=NOW)
    moved(first, Act.ACCEPT, Act.START, by=unit.ida)
    moved(second, Act.ACCEPT, by=unit.ida)
    with pytest.raises(Refused, match="All 1 places are taken"):
        moved(second, Act.START, by=unit.ida)
    assert Referral.objects.get(pk=second).status == "accepted"
    moved(second, Act.START, by=unit.ida, over_why="The provider agreed to one more in March.")
    (row,) = queries.catalogue(unit.ida, now=NOW).rows
    assert (row.places.free, row.places.over) == (0, 1)
    assert queries.person_page(unit.people["P2"], unit.ida, now=NOW).referrals[0].referral.over_why
    moved(first, Act.END, by=unit.ida, outcome=Outcome.COMPLETED)
    assert queries.catalogue(unit.ida, now=NOW).rows[0].places.over == 0


def test_a_place_is_not_lost_to_who_only_waits_and_the_longest_wait_is_said(unit):
    number = service(unit)
    actions.refer(unit.people["P1"], number, WORDS, by=unit.pia, now=NOW)
    (row,) = queries.catalogue(unit.pia, now=NOW + 9 * DAY).rows
    assert (row.places.free, row.waiting, row.longest) == (1, 1, 9 * DAY)
    page = queries.person_page(unit.people["P1"], unit.pia, now=NOW + 9 * DAY)
    assert (page.referrals[0].waits, page.referrals[0].late) == (9 * DAY, True)
    assert not queries.person_page(unit.people["P1"], unit.pia, now=NOW + 7 * DAY).referrals[0].late


def test_nobody_is_referred_twice_to_the_same_service_while_one_is_open(unit):
    number = service(unit)
    first = actions.refer(unit.people["P1"], number, WORDS, by=unit.pia, now=NOW)
    with pytest.raises(Conflict, match="already"):
        actions.refer(unit.people["P1"], number, WORDS, by=unit.pia, now=NOW)
    moved(first, Act.DECLINE, by=unit.pia)
    assert actions.refer(unit.people["P1"], number, WORDS, by=unit.pia, now=NOW) != first


def test_a_service_that_ended_takes_nobody_and_is_listed_apart(unit):
    number = service(unit)
    offered = Offered("Mentors", "Catch", Kind.MENTORING, 1)
    actions.change_service(number, offered, ended=True, expected_version=1, by=unit.ida, now=NOW)
    with pytest.raises(Refused, match="has ended"):
        actions.refer(unit.people["P1"], number, WORDS, by=unit.pia, now=NOW)
    found = queries.catalogue(unit.pia, now=NOW)
    assert (found.rows, len(found.ended), found.may_write) == ((), 1, False)
    with pytest.raises(Conflict):
        actions.change_service(number, offered, expected_version=1, by=unit.ida, now=NOW)


def test_a_service_of_other_boroughs_is_not_offered_for_somebody(unit):
    service(unit, areas=["Camden"])
    assert queries.person_page(unit.people["P1"], unit.pia, now=NOW).services == ()
    service(unit, name="Everywhere")
    assert len(queries.person_page(unit.people["P1"], unit.pia, now=NOW).services) == 1


@pytest.mark.parametrize(
    "more", [{"places": 0}, {"places": 10_001}, {"name": ""}, {"provider": " "}]
)
def test_a_service_without_name_provider_or_places_is_refused(unit, more):
    with pytest.raises(Refused):
        service(unit, **more)
    assert not Service.objects.exists()


def test_others_people_are_out_of_reach_and_the_limited_as_if_absent(unit):
    number = service(unit)
    with pytest.raises(Refused):
        actions.refer(unit.people["P2"], number, WORDS, by=unit.pia, now=NOW)
    with pytest.raises(NoSuchThing):
        queries.person_page(unit.people["P3"], unit.ida, now=NOW)
    made = actions.refer(unit.people["P3"], number, WORDS, by=unit.nia, now=NOW)
    with pytest.raises(NoSuchThing):
        moved(made, Act.ACCEPT, by=unit.ida)
    assert queries.service_page(number, unit.ida, now=NOW).referrals == ()
    for who in (unit.adam, unit.eva, unit.sam):
        with pytest.raises(Refused):
            queries.catalogue(who, now=NOW)
    with pytest.raises(Refused):
        actions.enter_service(Offered("X Y", "Z Z", Kind.CBT, 3), by=unit.pia, now=NOW)


def test_the_person_may_have_all_of_it_but_what_an_officer_has_not_read():
    for label in ("pathways.Referral", "pathways.ReferralMove", "pathways.Session"):
        assert isinstance(POLICY[label], Given)
