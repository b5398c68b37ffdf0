"""Incidents on the real store, and the promises of the list: nothing leaves it but by a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from waypost.access.values import Role
from waypost.alerts.values import Outcome
from worked_town import Tags, Town, at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings) -> Town:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Town()
    town.run()
    town.now = at("10:00")
    return town


@pytest.fixture
def tags(tmp_path, settings) -> Tags:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Tags()
    town.run()
    return town


def officer(name: str = "centre"):
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    made = make_officer(name, name.title(), None, Role.MONITORING_OFFICER, now=at("07:00"))
    return posted(made, now=at("12:00"))


def reported(town: Town, kind: str, when: str, person: int = 2) -> None:
    town.now = max(town.now, at(when))
    town.report(kind, when, person=person)
    town.run()


def stories(person: str = "P2") -> list[list[str]]:
    """Kinds of alerts by incident, oldest incident first; those in none stand alone at the end."""
    from waypost.alerts.models import Alert

    found: dict[int | None, list[str]] = {}
    alone = []
    for alert in Alert.objects.filter(person__reference=person).order_by("pk"):
        if alert.incident_id is None:
            alone.append([alert.kind])
        else:
            found.setdefault(alert.incident_id, []).append(alert.kind)
    return [found[one] for one in sorted(found)] + alone


def handled(kind: str, by, outcome: Outcome, when: str = "12:00"):
    from waypost.alerts import actions
    from waypost.alerts.models import Alert

    alert = Alert.objects.exclude(status="closed").get(kind=kind)
    actions.acknowledge(alert.pk, by=by, now=at(when))
    actions.explain(alert.pk, by=by, now=at(when), note="it was so")
    return actions.close(alert.pk, by=by, now=at(when), outcome=outcome)


def test_a_battery_that_dies_and_the_silence_after_it_is_one_incident(tags):
    from waypost.alerts.models import Incident

    tags.heard("08:05", "10:00")
    reported(tags, "battery_dead", "10:00")
    tags.now = at("14:01")
    tags.run()
    assert stories() == [["battery_dead", "no_contact"]]
    incident = Incident.objects.get()
    assert (incident.touched_at, incident.closed_at) == (at("14:01"), None)


def test_a_call_for_help_stands_alone_beside_a_cut_strap(town):
    for kind in ("strap_tamper", "sos", "case_tamper"):
        reported(town, kind, "10:00")
    assert stories() == [["strap_tamper", "case_tamper"], ["sos"]]


def test_two_persons_are_never_one_incident(town):
    reported(town, "jamming", "10:00", person=1)
    reported(town, "jamming", "10:00", person=2)
    assert (stories("P1"), stories("P2")) == ([["jamming"]], [["jamming"]])


def test_an_alert_that_bridges_two_incidents_makes_them_one_and_the_other_ends(tags):
    from waypost.alerts.models import Incident

    tags.heard("08:05", "10:00")
    reported(tags, "battery_dead", "10:00")
    reported(tags, "strap_tamper", "10:00")
    assert stories() == [["battery_dead"], ["strap_tamper"]]
    tags.now = at("14:01")
    tags.run()
    assert stories() == [["battery_dead", "strap_tamper", "no_contact"]]
    ended = Incident.objects.order_by("pk").values_list("closed_at", flat=True)
    assert list(ended) == [None, at("14:01")]


def test_an_incident_ends_with_its_last_alert_and_opens_again_with_it(town):
    from waypost.alerts import actions
    from waypost.alerts.models import Incident

    reported(town, "strap_tamper", "10:00")
    reported(town, "case_tamper", "10:05")
    by = officer()
    handled("strap_tamper", by, Outcome.EQUIPMENT)
    assert Incident.objects.get().closed_at is None
    last = handled("case_tamper", by, Outcome.EQUIPMENT, "12:10")
    assert Incident.objects.get().closed_at == at("12:10")
    actions.reopen(last.pk, by=by, now=at("12:20"), note="it was cut after all")
    assert Incident.objects.get().closed_at is None


def test_what_comes_after_an_incident_ended_is_another(town):
    reported(town, "strap_tamper", "10:00")
    handled("strap_tamper", officer(), Outcome.EQUIPMENT)
    reported(town, "case_tamper", "12:30")
    assert stories() == [["strap_tamper"], ["case_tamper"]]


def test_a_strap_tamper_is_never_closed_by_the_machine(tags):
    """People died of straps that cleared themselves: whatever comes later, a person closes it."""
    from waypost.alerts.models import Alert

    tags.heard("08:05", "10:00")
    reported(tags, "strap_tamper", "10:00")
    tags.heard("10:05", "11:00")  # the tag goes on as if nothing was
    reported(tags, "strap_tamper", "10:00")  # the same report again
    tags.says("charging_started", "11:00", percent=90)
    tags.run()
    tags.send(("09:55", "home"), ("10:02", "home"), person=2)  # late fixes
    tags.run()
    for days in (1, 8, 40):
        tags.now = at("11:00") + timedelta(days=days)
        tags.run()
    alert = Alert.objects.get(kind="strap_tamper")
    assert (alert.status, alert.closed_at, alert.urgency) == ("raised", None, 90)


def test_nothing_uncleared_ever_leaves_the_list(tags):
    """Forty days of news, withdrawals and silence: what nobody closed stands in the inbox."""
    from waypost.alerts import queries
    from waypost.alerts.models import Alert

    tags.heard("08:05", "09:00")
    tags.now = at("10:00")
    tags.send(("10:00", "park"))
    tags.run()
    reported(tags, "battery_dead", "10:05")
    reported(tags, "sos", "10:06")
    by = officer()
    for days in (1, 9, 40):
        tags.now = at("11:00") + timedelta(days=days)
        tags.run()
        stored = set(Alert.objects.exclude(status="closed").values_list("pk", flat=True))
        inbox = queries.inbox(by, now=tags.now)
        assert {row.alert_id for row in inbox.rows} == stored
        assert inbox.listing.total == len(stored) >= 3
    assert not Alert.objects.filter(status="closed").exists()


def test_every_alert_is_reached_by_its_pages_however_many_there_are(town):
    from waypost.alerts import queries
    from waypost.alerts.models import Alert
    from waypost.orders.models import Person

    person = Person.objects.get(reference="P2")
    Alert.objects.bulk_create(
        Alert(
            person=person,
            subject=f"s{n}",
            open_subject=f"s{n}",
            kind="jamming",
            status="raised",
            certainty="certain",
            urgency=n % 90,
            headline="Signal",
            from_at=at("10:00"),
            raised_at=at("10:00") + timedelta(seconds=n),
            touched_at=at("10:00"),
        )
        for n in range(450)
    )
    by, seen = officer(), []
    for page in (1, 2, 3):
        inbox = queries.inbox(by, now=at("11:00"), page=page)
        assert (inbox.listing.total, inbox.listing.pages, inbox.listing.page) == (450, 3, page)
        assert inbox.oldest is not None
        assert inbox.oldest.raised_at == at("10:00")  # it stands on the last page
        seen += [row.alert_id for row in inbox.rows]
    assert len(seen) == len(set(seen)) == 450


def test_found_late_is_marked_on_the_row(tags):
    from waypost.alerts import queries

    tags.heard("08:05", "11:00", person=1)
    tags.run()
    tags.send(("09:02", "park"), ("09:03", "park"), person=1)  # from the tag's memory, hours later
    tags.run()
    reported(tags, "strap_tamper", "11:00")
    tags.now = at("12:00")
    tags.report("case_tamper", "11:00")
    tags.run()
    rows = queries.inbox(officer(), now=at("12:01")).rows
    assert {row.kind: row.late for row in rows} == {
        "exclusion": True, "strap_tamper": False, "case_tamper": True,
    }  # fmt: skip
