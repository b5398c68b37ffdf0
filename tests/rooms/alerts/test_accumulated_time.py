"""Accumulated time on the real store: told once a stage, taken out by an officer, seen on pages."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from waypost.access.values import Role
from worked_town import PLACES, Town, at

pytestmark = [pytest.mark.database, pytest.mark.django_db]


class Curfew(Town):
    """P1 is on home detention curfew; P2 has the same hours on a community order."""

    def give_orders(self, data: bytes) -> None:
        lat, lon = PLACES["home"]
        days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
        nights = {"requirement_id": "R2", "kind": "curfew",
                  "zone": {"type": "Point", "coordinates": [lon, lat], "radius_m": 60},
                  "timetable": [{"days": days, "start": "19:00", "end": "07:00"}]}  # fmt: skip

        def person(number: int, kind: str) -> dict:
            return {
                "person_id": f"P{number}",
                "activations": [{"activation_id": f"A{number}", "device_id": f"D{number}",
                                 "from": "2026-03-01T00:00:00Z", "to": None}],
                "orders": [{"order_id": f"O{number}", "kind": kind,
                            "from": "2026-03-02T08:00:00Z", "to": "2026-03-20T00:00:00Z",
                            "requirements": [nights]}],
            }  # fmt: skip

        orders = {"persons": [person(1, "hdc"), person(2, "community_order")]}
        super().give_orders(json.dumps(orders).encode())


@pytest.fixture
def town(tmp_path, settings) -> Curfew:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Curfew()
    town.run()
    return town


def out(town: Town, start: str, minutes: int, *, back: bool = True, person: int = 1) -> None:
    """Home, then away from `start` for so long, a fix every five minutes, each sent at once."""
    began = at(start)
    for step in range(-10, minutes + 6, 5):
        away = 0 <= step < minutes or (not back and step == minutes)
        if step > minutes or (step == minutes and not back):
            break
        when = began + timedelta(minutes=step)
        town.now = max(town.now, when)
        days = (when - at("00:00")).days
        town.send((f"+{days} {when:%H:%M}", "street" if away else "home"), person=person)
        town.run()


def alert_kinds() -> list[str]:
    from waypost.alerts.models import Alert

    told = Alert.objects.exclude(kind="unmonitored")  # these nights have few fixes
    return list(told.order_by("pk").values_list("kind", flat=True))


def officer():
    from waypost.access.actions import make_officer
    from waypost.access.queries import posted

    made = make_officer("centre", "Centre", None, Role.MONITORING_OFFICER, now=at("07:00"))
    return posted(made, now=at("12:00"))


def total(town: Town) -> float:
    from waypost.alerts.atv import sums_of
    from waypost.orders.models import Person
    from waypost.orders.queries import person_orders

    person_id = Person.objects.get(reference="P1").pk
    [one] = sums_of(person_orders([person_id])[0], now=town.now)
    return one.accumulated.total / timedelta(minutes=1)


def test_each_stage_is_told_once_and_only_where_absences_add_up(town):
    out(town, "20:00", 70)
    assert alert_kinds() == ["curfew"]
    out(town, "+1 20:00", 35)
    assert alert_kinds() == ["curfew", "atv_near"]
    out(town, "+2 20:00", 30)
    assert alert_kinds() == ["curfew", "atv_near", "atv_reached"]
    out(town, "+3 20:00", 30)
    assert alert_kinds() == ["curfew", "atv_near", "atv_reached"]
    assert total(town) == pytest.approx(165, abs=0.5)
    out(town, "+4 20:00", 150, person=2)
    from waypost.alerts.models import Alert, AtvStage

    assert set(Alert.objects.filter(person__reference="P2").values_list("kind", flat=True)) == {
        "curfew"
    }
    assert [one.person.reference for one in AtvStage.objects.all()] == ["P1"]


def test_a_stage_is_told_while_the_absence_goes_on(town):
    """Nobody waits for the person to come home before saying that twenty minutes are left."""
    out(town, "20:00", 95, back=False)
    for minute in ("21:35", "21:39"):
        town.run_to(minute)
        town.send((minute, "street"))
        town.run()
    assert alert_kinds() == ["curfew"]
    town.run_to("21:41")
    town.send(("21:41", "street"))
    town.run_to("21:42")
    assert alert_kinds() == ["curfew", "atv_near"]


def test_a_reasonable_excuse_takes_the_time_out_and_reaching_the_stage_again_is_told_again(town):
    from waypost.alerts import actions
    from waypost.alerts.models import Alert, AtvStage

    by = officer()
    out(town, "20:00", 110)
    assert alert_kinds() == ["curfew", "atv_near"]
    assert AtvStage.objects.get().stage == 1
    curfew, near = Alert.objects.exclude(kind="unmonitored").order_by("pk")
    actions.acknowledge(curfew.pk, by=by, now=town.now)
    actions.explain(curfew.pk, by=by, now=town.now, note="Taken ill; the hospital confirms it.")
    assert total(town) == 0
    assert AtvStage.objects.get().stage == 0
    actions.close(curfew.pk, by=by, now=town.now, outcome="reasonable_excuse")
    actions.acknowledge(near.pk, by=by, now=town.now)
    actions.explain(near.pk, by=by, now=town.now, note="The absence was excused.")
    actions.close(near.pk, by=by, now=town.now, outcome="no_action")
    assert total(town) == 0
    out(town, "+1 20:00", 105)
    assert total(town) == pytest.approx(105, abs=0.5)
    assert alert_kinds()[2:] == ["curfew", "atv_near"]


def test_an_excuse_does_not_cover_an_absence_that_comes_after_it(town):
    from waypost.alerts import actions
    from waypost.alerts.models import Alert

    by = officer()
    out(town, "20:00", 40)
    curfew = Alert.objects.get(kind="curfew")
    actions.acknowledge(curfew.pk, by=by, now=town.now)
    actions.explain(curfew.pk, by=by, now=town.now, note="The bus broke down; the line says so.")
    assert total(town) == 0
    out(town, "+1 20:00", 25)  # joins the alert, which is open again
    assert alert_kinds() == ["curfew"]
    assert total(town) == pytest.approx(25, abs=0.5)
    curfew.refresh_from_db()
    actions.uphold(curfew.pk, by=by, now=town.now, note="No bus was late on either night.")
    assert total(town) == pytest.approx(65, abs=0.5)


def test_what_later_fixes_take_back_takes_its_time_out(town):
    out(town, "20:00", 105)
    assert alert_kinds() == ["curfew", "atv_near"]
    from waypost.monitoring.models import Violation

    assert total(town) == pytest.approx(105, abs=0.5)
    Violation.objects.update(withdrawn=True)
    assert total(town) == 0


def test_what_began_before_the_person_was_told_adds_up_to_nothing_until_it_is_proved(town):
    """A proof of an earlier date, written down late, works the sum and its stage out again."""
    from necessity_words import keep_from, told

    keep_from(at("07:00"))
    out(town, "19:30", 100)
    assert total(town) == 0
    assert "atv_near" not in alert_kinds()
    told("P1", at=at("09:00"), now=town.now)
    assert total(town) > 95
    assert "atv_near" in alert_kinds()
