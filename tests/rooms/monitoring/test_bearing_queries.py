"""What a look shows on the real store: what bears on the order, and the rest with leave alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from waypost.access.models import AuditLine, Officer, Posting
from waypost.access.values import Posted, Purpose, Role
from waypost.errors import Refused
from waypost.orders import windows
from waypost.orders.models import Person
from waypost.positions import looks
from waypost.positions.queries import whereabouts
from waypost.positions.showing import DECIDES
from worked_town import Town, at, clock_text

pytestmark = [pytest.mark.database, pytest.mark.django_db]
DAY = [("09:00", "street"), ("12:00", "park"), ("12:01", "park"), ("12:02", "park"),
       ("12:03", "park"), ("12:20", "street"), ("12:55", "street"), ("18:25", "street"),
       ("19:05", "home"), ("19:10", "home")]  # fmt: skip


@pytest.fixture
def town(tmp_path, settings) -> Town:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Town()
    town.now = at("19:30")
    town.send(*DAY, person=1)
    town.send(*DAY, person=2)
    town.run()
    return town


def officer(name: str, role: Role) -> Posted:
    made = Officer.objects.create(username=name)
    Posting.objects.create(officer=made, role=role.value, from_at=at("08:00"))
    return Posted(made.pk, name, frozenset({role}))


def seen(town: Town, by: Posted, *, person: str = "P1", purpose=Purpose.ALERT_RESPONSE, **more):
    who = Person.objects.get(reference=person).pk
    track = whereabouts(who, at("08:00"), at("20:00"), by=by, purpose=purpose, now=town.now, **more)
    return [clock_text(row.measured_at) for row in track.rows], track


def told() -> dict:
    line = AuditLine.objects.filter(kind="track:viewed").latest("pk")
    return json.loads(bytes(line.body))["detail"]


def test_a_look_shows_the_curfews_hours_and_half_an_hour_beside_the_violation(town):
    mona = officer("mona", Role.MONITORING_OFFICER)
    times, track = seen(town, mona)
    assert times == ["12:00", "12:01", "12:02", "12:03", "12:20", "19:05", "19:10"]
    assert told()["fixes"] == len(times)
    assert told()["held_back"] == track.held_back == len(DAY) - len(times)


def test_who_has_no_curfew_is_seen_near_the_zone_alone(town):
    times, _ = seen(town, officer("mona", Role.MONITORING_OFFICER), person="P2")
    assert times == ["12:00", "12:01", "12:02", "12:03", "12:20"]


def test_the_wearers_own_track_is_whole(town):
    who = Person.objects.get(reference="P2").pk
    own = Posted(9, "P2", frozenset({Role.WEARER}), own_person_id=who)
    times, track = seen(town, own, person="P2", purpose=Purpose.SUBJECT_ACCESS)
    assert (len(times), track.held_back) == (len(DAY), 0)


def test_the_rest_opens_on_an_authorisation_to_its_officer_for_its_purpose_until_it_ends(town):
    mona, other = (officer(name, Role.MONITORING_OFFICER) for name in ("mona", "max"))
    ada = officer("ada", Role.AUTHORISING_OFFICER)
    who = Person.objects.get(reference="P2").pk
    asked = windows.ask_wider(
        who, Purpose.ALERT_RESPONSE, 1, "A contested alert", by=mona, now=town.now, whole=True
    )
    assert seen(town, mona, person="P2")[1].held_back > 0, "asking opens nothing"
    windows.decide_wider(asked, grant=True, words="Needed", by=ada, now=town.now)
    assert seen(town, mona, person="P2")[1].held_back == 0
    assert seen(town, other, person="P2")[1].held_back > 0
    assert seen(town, mona, person="P2", purpose=Purpose.SAFEGUARDING)[1].held_back > 0
    assert seen(town, mona, person="P1")[1].held_back > 0
    town.now += timedelta(days=8)
    assert seen(town, mona, person="P2")[1].held_back > 0


def test_a_wider_window_alone_opens_no_more_fixes(town):
    mona, ada = (
        officer("mona", Role.MONITORING_OFFICER), officer("ada", Role.AUTHORISING_OFFICER)
    )  # fmt: skip
    who = Person.objects.get(reference="P2").pk
    asked = windows.ask_wider(
        who, Purpose.ALERT_RESPONSE, 30, "A month of it", by=mona, now=town.now
    )
    windows.decide_wider(asked, grant=True, words="Needed", by=ada, now=town.now)
    assert seen(town, mona, person="P2")[1].held_back > 0


def test_nobody_asks_for_every_fix_where_the_purpose_shows_them_already(town):
    ada = officer("ada", Role.AUTHORISING_OFFICER)
    who = Person.objects.get(reference="P2").pk
    with pytest.raises(Refused, match="every fix already"):
        windows.ask_wider(who, Purpose.DISCLOSURE, 40, "x", by=ada, now=town.now, whole=True)


def test_the_record_that_a_look_is_opened_from_bears_on_it(town):
    mona = officer("mona", Role.MONITORING_OFFICER)
    opened_from = [(at("08:30"), at("09:30"))]
    assert "09:00" in seen(town, mona, person="P2", opened_from=opened_from)[0]


def test_a_map_that_is_looked_at_closer_never_shows_more_than_the_look(town):
    looks.KEPT.forget()
    mona, who = officer("mona", Role.MONITORING_OFFICER), Person.objects.get(reference="P2").pk
    look, track = looks.open_look(
        who, at("08:00"), at("20:00"), by=mona, purpose=Purpose.ALERT_RESPONSE, violations=[],
        now=town.now,
    )  # fmt: skip
    looks.KEPT.forget()  # as in another process
    again = looks.track_of_look(look, by=mona, violations=[], now=town.now)
    assert again.table.times.tolist() == track.table.times.tolist()
    assert again.table.held_back == track.table.held_back > 0


def test_without_a_decider_no_track_opens(town, monkeypatch):
    monkeypatch.delitem(DECIDES, "bearing")
    with pytest.raises(KeyError):
        seen(town, officer("mona", Role.MONITORING_OFFICER))
