"""A month of the programme in numbers: counted once, of everybody, told of at least five."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.alerts.models import Alert
from waypost.errors import Refused
from waypost.evaluation.cells import Cell
from waypost.evaluation.programme import programme
from waypost.monitoring.models import Violation
from waypost.orders.models import Order, Person

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
MARCH = date(2026, 3, 1)
NOBODY = Cell(None, None)


@pytest.fixture
def evan(db):
    return posted(made("evan", Role.PROGRAMME_EVALUATOR), now=NOW)


def made(name: str, role: Role) -> Officer:
    return make_officer(name, name.title(), None, role, now=NOW - timedelta(days=90))


def wearers(count: int, kind: str = "licence", since: str = "2026-02-01", **more) -> list[Person]:
    """So many people with an order each."""
    before = Person.objects.count()
    people = [
        Person.objects.create(reference=f"P{n}", full_name=f"Somebody {n}", known_at=NOW, **more)
        for n in range(before, before + count)
    ]
    for person in people:
        Order.objects.create(reference="O", person=person, kind=kind, from_at=at(since),
                             to_at=None, known_at=NOW)  # fmt: skip
    return people


def at(day: str, hours: float = 12) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=hours)


def violation(person: Person, day: str, certainty: str = "certain", **more) -> None:
    Violation.objects.create(
        person=person, requirement_reference="R1", kind="curfew", certainty=certainty,
        from_at=at(day), to_at=at(day, 13), minutes=60, raised_at=at(day), known_at=at(day), **more,
    )  # fmt: skip


def alert(person: Person, day: str, status: str = "upheld", outcome: str = "") -> None:
    n = Alert.objects.count()
    Alert.objects.create(
        person=person, subject=f"requirement:R{n}", requirement_reference="R1", kind="curfew",
        status=status, outcome=outcome, certainty="certain", urgency=60, headline="Out in curfew",
        from_at=at(day), raised_at=at(day), touched_at=at(day),
    )  # fmt: skip


def test_people_under_orders_by_kind_and_those_that_began_or_ended(evan):
    wearers(12)
    wearers(6, "court_bail", since="2026-03-10")
    wearers(3, "hdc")
    Order.objects.filter(kind="court_bail").update(to_at=at("2026-03-25"))
    rows = {one.kind: one for one in programme(MARCH, by=evan, now=NOW).orders}
    assert rows["licence"].live == Cell(10, 10)
    assert rows["licence"].began == rows["licence"].ended == NOBODY
    assert rows["court_bail"].began == rows["court_bail"].ended == Cell(5, 5)
    assert rows["hdc"].live == NOBODY, "three people are not told"
    assert rows["all"].live == Cell(20, 20)
    february = {one.kind: one for one in programme(date(2026, 2, 1), by=evan, now=NOW).orders}
    assert "court_bail" not in february
    assert february["licence"].began == Cell(10, 10)


def test_somebody_under_two_orders_is_one_person_of_all(evan):
    for person in wearers(7):
        Order.objects.create(reference="O2", person=person, kind="court_bail",
                             from_at=at("2026-03-02"), to_at=None, known_at=NOW)  # fmt: skip
    rows = {one.kind: one.live for one in programme(MARCH, by=evan, now=NOW).orders}
    assert rows == {"licence": Cell(5, 5), "court_bail": Cell(5, 5), "all": Cell(5, 5)}


def test_violations_that_stand_are_counted_and_what_cannot_be_told_apart(evan):
    people = wearers(8)
    for person in people[:6]:
        violation(person, "2026-03-03")
        violation(person, "2026-03-04")
    for person in people[6:]:
        violation(person, "2026-03-03", withdrawn=True)
        violation(person, "2026-04-03")
    violation(people[0], "2026-03-09", certainty="cannot_tell")
    rows = {one.kind: one for one in programme(MARCH, by=evan, now=NOW).violations}
    assert rows["curfew"].observed == Cell(5, 10)
    assert rows["curfew"].cannot_tell == NOBODY
    assert rows["all"] == rows["curfew"].__class__("all", Cell(5, 10), NOBODY)


def test_alerts_by_what_became_of_them(evan):
    people = wearers(11)
    for person in people:
        alert(person, "2026-03-03")
    for person in people[:5]:
        alert(person, "2026-03-05", "explained")
    alert(people[0], "2026-03-06", "withdrawn")
    [curfew, whole] = programme(MARCH, by=evan, now=NOW).alerts
    assert (curfew.raised, curfew.upheld, curfew.explained) == (
        Cell(10, 15), Cell(10, 10), Cell(5, 5),
    )  # fmt: skip
    assert curfew.withdrawn == NOBODY
    assert whole.raised == curfew.raised


def test_people_of_limited_access_count_and_canaries_and_protected_people_do_not(evan):
    wearers(5, limited=True)
    for n in range(30):
        canary = Person.objects.create(reference=f"CANARY-{n}", limited=True, known_at=NOW)
        Order.objects.create(reference="O", person=canary, kind="licence", known_at=NOW,
                             from_at=at("2026-02-01"))  # fmt: skip
        violation(canary, "2026-03-03")
        alert(canary, "2026-03-03")
        kept = Person.objects.create(reference=f"K{n}", protected=True, limited=True, known_at=NOW)
        Order.objects.create(reference="C", person=kept, kind="protection", known_at=NOW,
                             from_at=at("2026-02-01"))  # fmt: skip
    found = programme(MARCH, by=evan, now=NOW)
    assert [one.kind for one in found.orders] == ["licence", "all"]
    assert found.orders[-1].live == Cell(5, 5)
    assert found.violations[-1].observed == found.alerts[-1].raised == NOBODY


def test_a_month_that_is_not_over_is_refused_and_a_look_leaves_a_line(evan):
    with pytest.raises(Refused, match="not over"):
        programme(date(2026, 4, 1), by=evan, now=NOW)
    programme(MARCH, by=evan, now=NOW)
    [line] = AuditLine.objects.filter(kind="programme:counted")
    assert line.officer_id == evan.officer_id
    assert b"2026-03-01" in bytes(line.body)


@pytest.mark.parametrize("role", [Role.MONITORING_OFFICER, Role.ADMINISTRATOR, Role.POLICE_ANALYST])
def test_who_works_with_cases_does_not_read_the_programme(db, role):
    with pytest.raises(Refused, match="aggregate:read"):
        programme(MARCH, by=posted(made("sam", role), now=NOW), now=NOW)


def test_the_page_says_few_where_few_are_and_the_file_leaves_them_empty(evan, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr("waypost.web.pages.programme.now", lambda: NOW)
    for person in wearers(9)[:6]:
        violation(person, "2026-03-03")
    client = Client()
    client.force_login(Officer.objects.get(username="evan"))
    assert client.get("/").headers["Location"] == "/programme"
    page = client.get("/programme").content.decode()
    assert "The programme in March 2026" in page
    assert "Fewer than 5" in page
    assert "of 5 people" in page
    assert "Somebody" not in page
    later = client.get("/programme?month=2026-12").content.decode()
    assert "The programme in March 2026" in later, "the last whole month is the latest"
    answer = client.get("/programme/violations.csv?month=2026-03")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode().splitlines() == [
        '"Violations, March 2026; to the nearest 5; empty: fewer than 5 people"',
        "kind,Observed (people),Observed (count),Cannot tell (people),Cannot tell (count)",
        "Curfew,5,5,,", "All,5,5,,",
    ]  # fmt: skip
    assert client.get("/programme/persons.csv").status_code == 404
