"""Ranks and risk markers on the real store: facts loaded once, the reasons kept, who may write."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waypost.access.values import MACHINE, Role
from waypost.alerts.values import RiskKind
from waypost.errors import NoSuchThing, Refused
from worked_town import Town, at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Town:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Town()
    town.run()
    town.now = at("10:00")
    return town


def officer(role: Role = Role.MONITORING_OFFICER, name: str = "centre"):
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    made = make_officer(name, name.title(), None, role, now=at("07:00"))
    return posted(made, now=at("12:00"))


def person_id(reference: str = "P2") -> int:
    from waypost.orders.models import Person

    return Person.objects.get(reference=reference).pk


def the_alert(kind: str, person: str = "P2"):
    from waypost.alerts.models import Alert

    return Alert.objects.get(kind=kind, person__reference=person)


def record(kind: RiskKind = RiskKind.STALKING, *, by=None, person: str = "P2", now="10:00") -> int:
    from waypost.alerts.risks import record_risk

    return record_risk(
        person_id(person), kind, "told by the court", at("09:00"), by=by or officer(), now=at(now)
    )


def reported(town: Town, kind: str, when: str = "10:00", person: int = 2) -> None:
    town.now = max(town.now, at(when))
    town.report(kind, when, person=person)
    town.run()


def test_a_recorded_risk_raises_what_comes_after_it_and_says_so(town):
    record()
    reported(town, "strap_tamper")
    alert = the_alert("strap_tamper")
    assert alert.urgency == 93
    assert alert.because == ["Strap of the tag tampered with: 90", "Recorded risk of stalking: +3"]


def test_a_risk_ranks_open_alerts_anew_in_its_own_transaction_and_wakes_the_inbox(town):
    from waypost.alerts import queries
    from waypost.alerts.risks import end_risk

    reported(town, "jamming")
    before = queries.version()
    risk = record()
    assert (the_alert("jamming").urgency, queries.version()) == (63, before + 1)
    end_risk(risk, by=officer(name="other"), now=at("10:30"))
    alert = the_alert("jamming")
    assert (alert.urgency, queries.version()) == (60, before + 2)
    assert alert.because == ["Signal of the tag jammed: 60"]


def test_a_risk_that_cannot_be_recorded_moves_no_alert(town, monkeypatch):
    """The audit line is last: without it nothing is saved, neither marker nor rank."""
    from waypost.access import audit
    from waypost.alerts.models import RiskMarker

    reported(town, "jamming")
    by = officer()

    def broken(*_args, **_more):
        raise RuntimeError

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(RuntimeError):
        record(by=by)
    assert (RiskMarker.objects.count(), the_alert("jamming").urgency) == (0, 60)


def test_a_risk_leaves_a_line_that_does_not_say_which(town):
    from waypost.access.models import AuditLine

    record()
    line = AuditLine.objects.get(kind="risk:recorded")
    assert line.person_id == person_id()
    assert b"stalking" not in bytes(line.body)
    assert b"court" not in bytes(line.body)


def test_one_risk_of_a_kind_stands_and_it_ends_once(town):
    from waypost.alerts.risks import end_risk, record_risk

    by = officer()
    risk = record(by=by)
    with pytest.raises(Refused, match="recorded already"):
        record(by=by)
    end_risk(risk, by=by, now=at("10:30"))
    with pytest.raises(Refused, match="ended already"):
        end_risk(risk, by=by, now=at("10:31"))
    record(by=by, now="10:40")
    with pytest.raises(Refused, match="has come"):
        record_risk(person_id(), RiskKind.ARSON, "", at("11:00"), by=by, now=at("10:40"))


@pytest.mark.parametrize(
    "role", [Role.POLICE_ANALYST, Role.IOM_COORDINATOR, Role.ADMINISTRATOR, Role.WEARER]
)
def test_only_the_centre_and_the_practitioner_of_the_case_write_risks(town, role):
    with pytest.raises((Refused, NoSuchThing)):
        record(by=officer(role, "somebody"))


def test_a_practitioner_writes_risks_of_their_own_cases_alone(town):
    from waypost.alerts.risks import risks_of
    from waypost.orders.models import Caseload

    by = officer(Role.PROBATION_PRACTITIONER, "practitioner")
    Caseload.objects.create(person_id=person_id(), officer_id=by.officer_id, from_at=at("07:00"))
    record(by=by)
    (seen,) = risks_of(person_id(), by, now=at("10:01"))
    assert (seen.kind, seen.made_by) == (RiskKind.STALKING, "Practitioner")
    with pytest.raises(Refused, match="not among yours"):
        record(by=by, person="P1")
    with pytest.raises(Refused):
        risks_of(person_id("P1"), by, now=at("10:01"))


def test_a_call_for_help_stays_100_whatever_is_known(town):
    record()
    reported(town, "sos")
    alert = the_alert("sos")
    assert (alert.urgency, alert.because) == (100, ["A call for help stands above everything: 100"])


def test_somebody_to_be_kept_safe_counts_and_is_not_named(town):
    from waypost.devices.models import Protection
    from waypost.orders.models import Person

    safe = Person.objects.create(
        reference="PR1", full_name="Casey Lund", protected=True, limited=True, known_at=at("07:00")
    )
    Protection.objects.create(
        protected=safe, wearer_id=person_id(), order_reference="OP", from_at=at("08:00"),
        known_at=at("08:00"), consent_at=at("08:00"), consent_how="in writing",
    )  # fmt: skip
    reported(town, "strap_tamper")
    alert = the_alert("strap_tamper")
    assert alert.urgency == 94
    assert "Casey" not in str(alert.because)
    assert "PR1" not in str(alert.because)


def upheld(town: Town, by, outcome: str | None = "breach"):
    """A jammed tag that was upheld at 10:05, and closed where there is an outcome."""
    from waypost.alerts import actions

    reported(town, "jamming")
    alert = the_alert("jamming")
    actions.acknowledge(alert.pk, by=by, now=at("10:04"))
    actions.uphold(alert.pk, by=by, now=at("10:05"), note="a jammer was found")
    if outcome:
        actions.close(alert.pk, by=by, now=at("10:06"), outcome=outcome)
    return alert


@pytest.mark.parametrize(
    ("outcome", "urgency"), [("breach", 92), ("warning_given", 92), (None, 92), ("equipment", 90)]
)
def test_what_was_upheld_counts_for_the_next_unless_it_ended_as_something_else(
    town, outcome, urgency
):
    upheld(town, officer(), outcome)
    reported(town, "strap_tamper", "10:30")
    assert the_alert("strap_tamper").urgency == urgency


def test_an_alert_does_not_weigh_upon_itself(town):
    upheld(town, officer(), None)
    record()
    assert the_alert("jamming").because[1:] == ["Recorded risk of stalking: +3"]


@pytest.mark.parametrize(("counts", "urgency"), [(False, 90), (True, 92)])
def test_what_is_contested_counts_for_nothing_meanwhile_unless_risk_is_recorded(
    town, counts, urgency
):
    from waypost.alerts.models import Contest

    alert = upheld(town, officer())
    Contest.objects.create(
        alert=alert, at=at("10:10"), raised_by="their solicitor", words="it was not a jammer",
        review_by=at("+3 10:10"), counts_meanwhile=counts,
    )  # fmt: skip
    reported(town, "strap_tamper", "10:30")
    assert the_alert("strap_tamper").urgency == urgency


def test_being_deep_in_a_zone_for_long_makes_it_more_urgent_and_only_then_wakes_the_inbox(town):
    from waypost.alerts import queries

    for minute in range(0, 70, 5):
        town.now = at("10:00") + timedelta(minutes=minute)
        town.send((f"{town.now:%H:%M}", "park"))
        town.run()
        if minute == 10:
            version, moves = queries.version(), the_alert("exclusion", "P1").version
        if minute == 50:
            assert queries.version() == version  # it grew six times, and nothing is new to say
    alert = the_alert("exclusion", "P1")
    assert alert.because == [
        "In an exclusion zone: 85", "At least 50 m beyond the edge: +1",
        "Has lasted 1 hour or more: +1",
    ]  # fmt: skip
    assert (alert.urgency, alert.version) == (87, moves)
    assert queries.version() > version


def news(count: int):
    """As many violations of as many persons, saved, as judging would tell of them."""
    from waypost.monitoring.models import Violation
    from waypost.monitoring.queries import as_standing
    from waypost.orders.models import Person
    from waypost.rules.news import News
    from waypost.rules.reconcile import ChangeKind

    told = []
    for n in range(count):
        person = Person.objects.create(reference=f"N{count}-{n}", known_at=at("07:00"))
        saved = as_standing(
            Violation.objects.create(
                person=person,
                requirement_reference="R1",
                kind="exclusion",
                from_at=at("09:59"),
                certainty="certain",
                minutes=1,
                raised_at=at("10:00"),
                known_at=at("10:00"),
                reasons=[],
                version=1,
            )
        )
        told.append(News(ChangeKind.RAISED, person.pk, saved.violation_id, saved.row))
    return told


RANKING = ("alerts_riskmarker", "devices_protection", "alerts_contest", "monitoring_violation")


def test_the_facts_are_loaded_once_however_many_alerts_are_raised_or_grow(town):
    from dataclasses import replace

    from django.db import transaction

    from waypost.alerts.raising import judge_changes
    from waypost.rules.reconcile import ChangeKind

    asked = {}
    for count in (1, 8):
        told = news(count)
        for kind in (ChangeKind.RAISED, ChangeKind.GROWN):
            changes = [replace(one, kind=kind) for one in told]
            with CaptureQueriesContext(connection) as captured, transaction.atomic():
                judge_changes(changes, now=at("10:00"))
            asked[count, kind] = [
                sum(f'FROM "{table}"' in one["sql"] for one in captured) for table in RANKING
            ]
    assert set(map(tuple, asked.values())) == {(1,) * len(RANKING)}


WHO = st.tuples(
    st.text(max_size=40), st.one_of(st.none(), st.dates()), st.text(max_size=30), st.booleans()
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(WHO, min_size=2, max_size=2))
def test_the_same_facts_of_another_person_give_the_same_rank_and_place(town, who):
    """The swap test: name, birth date, borough and whether the record is limited move nobody."""
    from waypost.alerts import queries
    from waypost.alerts.models import Alert
    from waypost.alerts.ranking import rank_persons
    from waypost.orders.models import Person

    if not Alert.objects.exists():
        for kind in ("battery_dead", "strap_tamper", "jamming"):
            for person in (1, 2):
                town.report(kind, "10:00", person=person)
        town.run()
        record(person="P1")
    for reference, (name, born, area, limited) in zip(("P1", "P2"), who, strict=True):
        Person.objects.filter(reference=reference).update(
            full_name=name.replace("\0", ""), born_on=born, area=area.replace("\0", ""),
            limited=limited,
        )  # fmt: skip
    Alert.objects.update(urgency=0, because=[])
    rank_persons([person_id("P1"), person_id("P2")], now=at("10:00"))
    rows = queries.inbox(MACHINE, now=at("10:01")).rows
    assert [(row.person_reference, row.kind, row.urgency) for row in rows] == [
        ("P1", "strap_tamper", 93), ("P2", "strap_tamper", 90), ("P1", "jamming", 63),
        ("P1", "battery_dead", 43), ("P2", "jamming", 60), ("P2", "battery_dead", 40),
    ]  # fmt: skip
