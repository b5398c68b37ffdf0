"""Asking first: what can be asked, who answers by when, and that a grant holds at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from asking_words import CURFEW, NOW, officer, wearer
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Role
from waypost.asking import actions, lifecycle, queries
from waypost.asking.clocks import answer_by, is_working, may_stand_in
from waypost.asking.lane import AskingLane
from waypost.asking.models import AbsenceRequest
from waypost.asking.values import DOERS, NEXT, TARGET, Act, Asked, Status, Why
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.notices.models import Notice
from waypost.orders.models import AuthorisedAbsence
from waypost.orders.queries import person_orders
from waypost.orders.timetable import required_windows
from waypost.orders.values import RequirementKind

LONDON = "Europe/London"
HOUR = timedelta(hours=1)


def test_the_table_says_of_each_act_who_does_it_and_where_it_leads():
    assert set(TARGET) == set(DOERS) == set(Act)
    for act, after in TARGET.items():
        assert [one for one in Status if after in NEXT[one]], act
    for one in Status:
        for act in Act:
            if TARGET[act] in NEXT[one]:
                assert lifecycle.decide(one, act) is TARGET[act]
            else:
                with pytest.raises(Refused, match="cannot be"):
                    lifecycle.decide(one, act)


@pytest.mark.parametrize(
    ("asked_at", "from_at", "by"),
    [
        # a week ahead: the end of the next working day
        ("2026-03-04T10:00", "2026-03-11T18:00", "2026-03-05T17:00"),
        # on a Friday: the Monday after
        ("2026-03-06T10:00", "2026-03-20T18:00", "2026-03-09T17:00"),
        # before Good Friday: the Tuesday after Easter, 17:00 in summer time
        ("2026-04-02T10:00", "2026-04-20T18:00", "2026-04-07T16:00"),
        # tonight: two hours before it begins
        ("2026-03-04T10:00", "2026-03-04T19:00", "2026-03-04T17:00"),
        # in an hour: a quarter of an hour at least, for whoever answers
        ("2026-03-04T18:00", "2026-03-04T19:00", "2026-03-04T18:15"),
        # in ten minutes: never after it began
        ("2026-03-04T18:50", "2026-03-04T19:00", "2026-03-04T19:00"),
    ],
)
def test_an_answer_is_due_before_it_begins(asked_at, from_at, by):
    said = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (asked_at, from_at, by)]
    assert answer_by(said[0], said[1], LONDON) == said[2]


def test_the_monitoring_centre_stands_in_when_late_or_when_nobody_is_there():
    given = {"now": NOW, "zone": LONDON}
    later = NOW + HOUR
    assert is_working(NOW, LONDON)
    assert not may_stand_in(urgent=True, due_at=later, has_officer=True, **given)
    assert may_stand_in(urgent=False, due_at=NOW, has_officer=True, **given)
    assert may_stand_in(urgent=False, due_at=later, has_officer=False, **given)
    night = {"now": NOW.replace(hour=20), "zone": LONDON}
    due = NOW + timedelta(days=1)
    assert may_stand_in(urgent=True, due_at=due, has_officer=True, **night)
    assert not may_stand_in(urgent=False, due_at=due, has_officer=True, **night)


@pytest.fixture
def town(db):
    person = wearer()
    return {
        "person": person,
        "perrin": officer("perrin", of=person),
        "robin": officer("robin", Role.WEARER, own=person),
        "mona": officer("mona", Role.MONITORING_OFFICER),
    }


def shift(**more) -> Asked:
    given = {"why": Why.SHIFT, "from_at": CURFEW[0], "to_at": CURFEW[0] + 3 * HOUR, **more}
    return Asked(**given)


def asked_hours(person: int, kind=RequirementKind.CURFEW):
    """When the requirement of this kind binds tonight and tomorrow."""
    [order] = person_orders([person])[0].orders
    [one] = [one for one in order.requirements if one.kind is kind]
    return required_windows(one, order, NOW, NOW + timedelta(days=1))


pytestmark = [pytest.mark.database]


@pytest.mark.django_db
def test_a_grant_is_an_exception_of_the_hours_at_once_and_nothing_holds_before(town):
    made = actions.ask(town["person"], shift(words="Late shift"), by=town["robin"], now=NOW)
    assert asked_hours(town["person"]) == [CURFEW]
    actions.grant(made.request_id, by=town["perrin"], now=NOW + HOUR, expected_version=1)
    assert asked_hours(town["person"]) == [(CURFEW[0] + 3 * HOUR, CURFEW[1])]
    absence = AuthorisedAbsence.objects.get()
    assert absence.made_by_id == town["perrin"].officer_id
    found = AbsenceRequest.objects.get()
    assert (found.status, found.absence_ids) == (Status.GRANTED, [absence.pk])
    kinds = list(AuditLine.objects.order_by("number").values_list("kind", flat=True))
    assert kinds[-3:] == ["absence:asked", "absence:authorised", "absence:granted"]


@pytest.mark.django_db
def test_other_hours_from_less_can_be_granted_and_the_wearer_reads_which(town):
    asked = Asked(Why.FUNERAL, NOW + 9 * HOUR, NOW + timedelta(days=1, hours=2))
    made = actions.ask(town["person"], asked, by=town["robin"], now=NOW)
    assert "You have an appointment in that time: Thursday 5 March at 11:00" in made.warnings[0]
    hours = (CURFEW[0], CURFEW[0] + HOUR)
    actions.grant_other(
        made.request_id, hours, "Be home by eight.", by=town["perrin"], now=NOW,
        expected_version=1, requirements=[("O-P1", "R1")],
    )  # fmt: skip
    [seen] = queries.requests_of(town["person"], town["robin"], now=NOW)
    assert (seen.granted_from, seen.granted_to) == hours
    assert seen.answer == "Be home by eight."
    assert AuthorisedAbsence.objects.get().requirement.reference == "R1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (shift(from_at=NOW - HOUR), "This has begun already"),
        (shift(to_at=CURFEW[0] - HOUR), "The end is before the start"),
        (shift(to_at=CURFEW[0] + timedelta(days=29)), "more than 28 days"),
        (shift(from_at=NOW + timedelta(days=200), to_at=NOW + timedelta(days=201)), "half a year"),
        (shift(from_at=NOW + 2 * HOUR, to_at=NOW + 4 * HOUR), "You do not need to ask"),
        (shift(why=Why.OTHER), "Tell us why"),
        (shift(words="x" * 1001), "at most 1000"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_plain_words(town, asked, said):
    with pytest.raises(Refused, match=said):
        actions.ask(town["person"], asked, by=town["robin"], now=NOW)
    assert not AbsenceRequest.objects.exists()


@pytest.mark.django_db
def test_two_requests_for_the_same_time_are_one_and_after_a_withdrawal_it_can_be_asked_anew(town):
    first = actions.ask(town["person"], shift(), by=town["robin"], now=NOW)
    with pytest.raises(Refused, match="asked for some of that time already"):
        actions.ask(town["person"], shift(), by=town["robin"], now=NOW)
    actions.withdraw(first.request_id, by=town["robin"], now=NOW)
    second = actions.ask(town["person"], shift(), by=town["robin"], now=NOW)
    with pytest.raises(Refused, match="withdrawn by the wearer"):
        actions.grant(first.request_id, by=town["perrin"], now=NOW, expected_version=2)
    with pytest.raises(Conflict):
        actions.grant(second.request_id, by=town["perrin"], now=NOW, expected_version=7)
    assert not AuthorisedAbsence.objects.exists()


@pytest.mark.django_db
def test_where_somebody_may_not_go_is_no_matter_of_asking(town):
    """An exclusion zone stands whatever is granted: it keeps somebody else safe."""
    made = actions.ask(town["person"], shift(), by=town["robin"], now=NOW)
    actions.grant(made.request_id, by=town["perrin"], now=NOW, expected_version=1)
    [span] = asked_hours(town["person"], RequirementKind.EXCLUSION)
    assert span == (NOW, NOW + timedelta(days=1))


@pytest.mark.django_db
def test_only_whoever_is_responsible_answers_until_it_is_late(town):
    made = actions.ask(town["person"], shift(urgent=True), by=town["robin"], now=NOW)
    number = made.request_id
    stranger = officer("stan")
    with pytest.raises(Refused, match="not among yours"):
        actions.grant(number, by=stranger, now=NOW, expected_version=1)
    with pytest.raises(Refused, match="does not carry"):
        actions.grant(number, by=town["robin"], now=NOW, expected_version=1)
    with pytest.raises(Refused, match="Whoever is responsible answers this"):
        actions.grant(number, by=town["mona"], now=NOW, expected_version=1)
    assert not queries.to_answer(town["mona"], now=NOW)
    assert not queries.to_answer(stranger, now=NOW)
    assert [one.request_id for one in queries.to_answer(town["perrin"], now=NOW)] == [number]
    after = NOW.replace(hour=17, minute=30)  # the offices are closed, and it is urgent
    assert [one.request_id for one in queries.to_answer(town["mona"], now=after)] == [number]
    actions.grant(number, by=town["mona"], now=after, expected_version=1)
    assert AuthorisedAbsence.objects.get().made_by_id == town["mona"].officer_id


@pytest.mark.django_db
def test_a_wearer_sees_no_request_of_another(town):
    made = actions.ask(town["person"], shift(), by=town["robin"], now=NOW)
    other = officer("alex", Role.WEARER, own=wearer("P2"))
    for act in (
        lambda: actions.withdraw(made.request_id, by=other, now=NOW),
        lambda: queries.request_page(made.request_id, other, now=NOW),
        lambda: actions.ask(town["person"], shift(), by=other, now=NOW),
    ):
        with pytest.raises((NoSuchThing, Refused)):
            act()


@pytest.mark.django_db
def test_a_limited_persons_request_is_told_to_named_staff_alone(town):
    person = wearer("P9", limited=True)
    from waypost.orders.models import Caseload

    named = officer("nia", of=person)
    Caseload.objects.filter(officer_id=named.officer_id).update(named=True)
    actions.ask(person, shift(), by=officer("kit", Role.WEARER, own=person), now=NOW)
    assert {one.recipient for one in Notice.objects.all()} == {f"officer:{named.officer_id}"}
    assert not queries.to_answer(town["mona"], now=NOW + timedelta(days=2))
    assert len(queries.to_answer(named, now=NOW)) == 1


@pytest.mark.django_db
def test_late_the_centre_is_told_once_and_when_its_time_begins_the_wearer_is_told(town):
    from waypost.alerts.models import Duty
    from waypost.notices.actions import add_contact
    from waypost.notices.values import TEST, Contact

    add_contact(Contact(TEST, "robin"), by=MACHINE, now=NOW, person_id=town["person"])
    Duty.objects.create(
        officer_id=town["mona"].officer_id, role="first", from_at=NOW, to_at=NOW + 24 * HOUR,
        known_at=NOW,
    )  # fmt: skip
    made = actions.ask(town["person"], shift(), by=town["robin"], now=NOW)
    clock = [NOW.replace(hour=16, minute=59)]
    lane = AskingLane(lambda: clock[0])
    assert not lane.round()
    clock[0] = NOW.replace(hour=17)
    assert lane.round()
    assert not lane.round()
    told = Notice.objects.filter(template="absence_stand_in")
    assert [one.recipient for one in told] == [f"officer:{town['mona'].officer_id}"]
    clock[0] = CURFEW[0]
    assert lane.round()
    assert not lane.round()
    assert AbsenceRequest.objects.get().status == Status.UNANSWERED
    [said] = Notice.objects.filter(template="absence_unanswered")
    assert said.recipient == f"person:{town['person']}"
    assert said.words["cy"]["from_words"] == "ddydd Mercher 4 Mawrth am 19:00"
    # It is answered all the same, of the time that lies behind.
    actions.grant(made.request_id, by=town["perrin"], now=clock[0] + HOUR, expected_version=2)
    assert AuthorisedAbsence.objects.get().from_at == CURFEW[0]


@pytest.mark.django_db
def test_an_officer_writes_down_what_a_wearer_without_a_phone_asks(town):
    made = actions.ask(town["person"], shift(), by=town["perrin"], now=NOW)
    seen, _ = queries.request_page(made.request_id, town["perrin"], now=NOW)
    assert not seen.own
    with pytest.raises(Refused, match="read it"):
        actions.refuse(made.request_id, " ", by=town["perrin"], now=NOW, expected_version=1)
    actions.refuse(made.request_id, "No shift is known.", by=town["perrin"], now=NOW,
                   expected_version=1)  # fmt: skip
    [seen] = queries.requests_of(town["person"], town["robin"], now=NOW)
    assert (seen.status, seen.answer) == (Status.REFUSED, "No shift is known.")
