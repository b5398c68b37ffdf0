"""Appointments, trails and warning rings on the real store: live, by time, late, what alerts."""

from __future__ import annotations

import json

import pytest

from worked_town import PLACES, Town, alerts, at, standing

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def orders_of(*requirements: dict) -> bytes:
    person = {
        "person_id": "P1",
        "activations": [{"activation_id": "A1", "device_id": "D1",
                         "from": "2026-03-01T00:00:00Z", "to": None}],
        "orders": [{"order_id": "O1", "kind": "community_order", "from": "2026-03-02T08:00:00Z",
                    "to": "2026-03-20T00:00:00Z", "requirements": list(requirements)}],
    }  # fmt: skip
    return json.dumps({"persons": [person]}).encode()


def zone(place: str, radius_m: float = 80) -> dict:
    lat, lon = PLACES[place]
    return {"type": "Point", "coordinates": [lon, lat], "radius_m": radius_m}


def appointment(**more) -> dict:
    series = {"rrule": "DTSTART;TZID=Europe/London:20260302T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO",
              "duration": "PT1H", "grace": "PT10M", **more}  # fmt: skip
    return {"requirement_id": "R4", "kind": "attendance", "zone": zone("park"),
            "appointments": [series]}  # fmt: skip


class Office(Town):
    """P1 must come to the park at ten; `asked` puts something else in its place."""

    def __init__(self, *asked: dict) -> None:
        self.asked = asked or (appointment(),)
        super().__init__()

    def give_orders(self, data: bytes) -> None:
        super().give_orders(orders_of(*self.asked))


@pytest.fixture
def lake(tmp_path, settings) -> None:
    settings.LAKE_URI = str(tmp_path / "lake")


def changes() -> list[str]:
    from waypost.monitoring.models import ViolationVersion

    rows = ViolationVersion.objects.order_by("pk").values_list("change", "how")
    return [f"{change} {how}" for change, how in rows]


def headlines() -> list[str]:
    from waypost.alerts.models import Alert

    return list(Alert.objects.order_by("pk").values_list("headline", flat=True))


def send_each(town: Town, place: str, *times: str) -> None:
    for when in times:
        town.now = max(town.now, at(when))
        town.send((when, place))
        town.run()


@pytest.mark.usefixtures("lake")
def test_lateness_calls_after_the_grace_and_becomes_a_missed_appointment_at_the_end():
    """One row and one alert: its line says what is so by now, and whoever acts sees it first."""
    from waypost.alerts.models import Alert, AlertMove

    town = Office()
    town.run()
    send_each(town, "street", "09:50", "09:58", "10:05")
    assert standing() == alerts() == []
    send_each(town, "street", "10:14")
    assert standing() == ["P1 R4 10:00- certain"]
    assert headlines() == ["Late for an appointment"]
    version = Alert.objects.get().version
    send_each(town, "street", "10:26", "10:38", "10:50")
    town.run_to("11:01")
    assert standing() == ["P1 R4 10:00-11:00 certain"]
    assert headlines() == ["Missed an appointment"]
    assert Alert.objects.get().version == version + 1
    assert AlertMove.objects.filter(what="reshaped").count() == 1
    assert [change for change in changes() if not change.startswith("grown")] == [
        "raised late",
        "closed missed",
    ]


@pytest.mark.usefixtures("lake")
def test_who_comes_in_time_and_stays_leaves_no_row_and_calls_nobody():
    town = Office()
    town.run()
    send_each(town, "street", "09:40")
    send_each(town, "park", "09:58", "10:10", "10:22", "10:34", "10:46", "10:58", "11:06")
    town.run_to("11:40")
    assert standing() == standing(withdrawn=True) == alerts() == []


@pytest.mark.usefixtures("lake")
def test_nothing_heard_of_an_appointment_is_told_when_uploads_have_had_their_time():
    town = Office()
    town.run()
    send_each(town, "street", "09:20")
    town.run_to("11:14")
    assert standing() == []
    town.run_to("11:16")
    assert standing() == ["P1 R4 10:00-11:00 cannot_tell"]
    assert alerts() == ["P1 appointment_unmonitored cannot_tell raised"]
    town.now = at("12:00")
    stayed = ("09:58", "10:10", "10:22", "10:34", "10:46", "10:58", "11:06")
    town.send(*((when, "park") for when in stayed))
    town.run()
    assert standing() == []
    assert alerts() == ["P1 appointment_unmonitored cannot_tell withdrawn"]


@pytest.mark.usefixtures("lake")
def test_leaving_early_is_told_once_the_stay_is_lost_by_the_clock_alone():
    town = Office(appointment(minimum_stay="PT30M"))
    town.run()
    send_each(town, "park", "09:58", "10:10")
    send_each(town, "street", "10:20", "10:30", "10:40")
    assert standing() == []
    town.run_to("10:51")
    assert standing() == ["P1 R4 10:20- certain"]
    assert headlines() == ["Left an appointment early"]


@pytest.mark.usefixtures("lake")
def test_an_appointment_is_judged_alike_whether_fixes_come_one_by_one_or_late_and_at_once():
    places = [("09:50", "street"), ("10:05", "street"), ("10:15", "street"), ("10:24", "park"),
              ("10:36", "park"), ("10:48", "street"), ("10:58", "street"),
              ("11:08", "street"), ("11:30", "street")]  # fmt: skip
    from waypost.monitoring.models import Violation

    def rows():
        found = Violation.objects.filter(withdrawn=False).order_by("from_at", "pk")
        return [(one.from_at, one.to_at, one.how, one.certainty, one.minutes) for one in found]

    town = Office()
    town.run()
    for when, place in places:
        send_each(town, place, when)
    town.run_to("11:50")
    live = rows()
    assert [row[2] for row in live] == ["late", "left_early"]
    Violation.objects.all().delete()
    from waypost.monitoring.models import Checkpoint, PersonState

    Checkpoint.objects.all().delete()
    PersonState.objects.all().delete()
    from waypost.monitoring.actions import mark_persons

    person_id = town.worker.book.person_of[next(iter(town.worker.book.person_of))]
    mark_persons({person_id: at("08:00")}, reason="late", now=town.now)
    town.run()
    assert rows() == live


@pytest.mark.usefixtures("lake")
def test_a_trail_without_data_is_unmonitored_time_and_calls_after_an_hour():
    town = Office({"requirement_id": "R5", "kind": "trail"})
    town.run()
    send_each(town, "street", "08:10", "08:20")
    town.run_to("08:51")
    assert standing() == ["P1 R5 08:20- cannot_tell"]
    assert alerts() == []
    town.run_to("09:21")
    assert alerts() == ["P1 unmonitored cannot_tell raised"]
    send_each(town, "park", "09:30")
    assert standing() == ["P1 R5 08:20-09:30 cannot_tell"]


@pytest.mark.usefixtures("lake")
def test_nearness_to_a_zone_is_an_alert_of_its_own_and_entering_it_another(monkeypatch):
    """An alert on being near must not swallow the notice of being in it."""
    town = Office({"requirement_id": "R1", "kind": "exclusion", "zone": zone("park"),
                   "warning_m": 900})  # fmt: skip
    town.run()
    send_each(town, "street", "10:00", "10:01")
    assert alerts() == []  # 1.1 km off
    town.now = at("10:10")
    lat, lon = PLACES["park"]
    monkeypatch.setitem(PLACES, "near", (lat - 0.005, lon))
    send_each(town, "near", "10:10", "10:11")
    assert alerts() == ["P1 exclusion_warning certain raised"]
    send_each(town, "park", "10:15", "10:16")
    assert alerts() == ["P1 exclusion_warning certain raised", "P1 exclusion certain raised"]
    send_each(town, "home", "10:40", "10:41")
    assert standing() == [
        "P1 R1 10:10-10:40 certain",
        "P1 R1 10:15-10:40 certain",
    ]
    assert headlines() == ["Close to an exclusion zone", "In an exclusion zone"]
