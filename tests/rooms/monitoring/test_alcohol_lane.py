"""Alcohol on the real store: readings uploaded a day late become rows, alerts and sober days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ankle_tag import EVENING, SOBER_NIGHT, Ankle
from waypost.access.values import Posted, Role
from waypost.monitoring.strip_queries import person_strips
from waypost.orders.models import Person
from waypost.rules.strip import Shade
from worked_town import alerts, at, clock_text

pytestmark = [pytest.mark.database, pytest.mark.django_db]
MONA = Posted(1, "mona", frozenset({Role.MONITORING_OFFICER}))


@pytest.fixture
def town(tmp_path, settings) -> Ankle:
    settings.LAKE_URI = str(tmp_path / "lake")
    town = Ankle()
    town.now = at("08:01")
    town.run()
    return town


def rows() -> list[str]:
    from waypost.monitoring.models import Violation

    found = Violation.objects.filter(kind__startswith="alcohol", withdrawn=False)
    return [
        f"{row.kind} {row.requirement_reference} {clock_text(row.from_at)}-"
        f"{clock_text(row.to_at)} {row.certainty}"
        for row in found.order_by("from_at", "kind", "pk")
    ]


def called() -> list[str]:
    mine = [line for line in alerts() if line.startswith("P2")]
    return [line for line in mine if "alcohol" in line or "unmonitored" in line]


def test_an_evenings_readings_that_come_the_next_day_are_found_and_call_somebody(town):
    town.now = at("+1 09:00")
    town.reads("08:00", SOBER_NIGHT)
    town.reads("18:00", EVENING)
    town.reads("23:30", SOBER_NIGHT)
    town.run()
    assert rows() == ["alcohol R5 19:00-22:30 probable"]
    assert called() == ["P2 alcohol probable raised"]


def test_the_makers_review_confirms_on_the_next_day_what_was_probable(town):
    town.now = at("+1 09:00")
    town.reads("08:00", SOBER_NIGHT)
    town.reads("18:00", EVENING)
    town.run()
    town.now = at("+1 15:00")
    town.tells(
        "alcohol_event", "+1 14:50", confirmed=True, peak_percent=0.06,
        **{"from": at("19:00").isoformat(), "to": at("22:30").isoformat()},
    )  # fmt: skip
    town.run()
    assert rows() == ["alcohol R5 19:00-22:30 certain"]
    assert called() == ["P2 alcohol certain raised"]
    from waypost.monitoring.models import ViolationVersion

    changes = ViolationVersion.objects.filter(violation__kind="alcohol").order_by("version")
    assert list(changes.values_list("change", flat=True)) == ["raised", "confirmed"]


def test_a_confirmed_event_of_two_weeks_ago_is_judged_by_history(town):
    """It came for a time that the journal has let go: read again from the log and the lake."""
    town.now = at("+1 09:00")
    town.reads("08:00", SOBER_NIGHT)
    town.reads("18:00", EVENING)
    town.run()
    for day in range(2, 16):
        town.now = at(f"+{day} 09:00")
        town.reads(f"+{day - 1} 09:00", [0.0] * 48)
        town.run()
    town.tells(
        "alcohol_event", "+15 08:50", confirmed=True, peak_percent=0.06,
        **{"from": at("19:00").isoformat(), "to": at("22:30").isoformat()},
    )  # fmt: skip
    town.run()
    town.now += timedelta(minutes=5)
    town.run()
    assert "alcohol R5 19:00-22:30 certain" in rows()


def test_a_spray_calls_nobody_and_stands_on_the_page(town):
    town.now = at("12:30")
    town.reads("08:00", [0, 0, 0, 0.18, 0.06, 0.01, 0, 0])
    town.run()
    assert rows() == ["alcohol R5 09:30-10:30 possible"]
    assert called() == []


def test_two_days_without_a_reading_call_for_the_time_that_cannot_be_told(town):
    town.now = at("12:00")
    town.reads("08:00", [0] * 8)
    town.run()
    town.now = at("+2 11:29")
    town.run()
    assert rows() == []
    town.now = at("+2 11:31")
    town.run()
    assert rows() == ["alcohol R5 11:30- cannot_tell"]
    assert called() == ["P2 unmonitored cannot_tell raised"]
    town.now = at("+2 12:00")
    town.reads("12:00", [0] * 96)
    town.run()
    assert rows() == []


def test_a_covered_sensor_is_told_apart_from_drinking(town):
    town.now = at("+1 09:00")
    town.reads("08:00", [0] * 20, infrared=1.0)
    town.reads("18:00", [0] * 20, infrared=0.3)
    town.reads("+1 04:00", [0] * 10, infrared=1.02)
    town.run()
    assert rows() == [
        "alcohol R5 17:30-04:00 cannot_tell", "alcohol_tamper tag:alcohol_tamper 18:00-04:00 "
        "probable",
    ]  # fmt: skip
    assert sorted(called()) == [
        "P2 alcohol_tamper probable raised", "P2 unmonitored cannot_tell raised",
    ]  # fmt: skip


def test_a_tag_that_uploads_once_a_day_is_not_called_silent(town):
    """Nothing is learnt of its model yet: what is usual of alcohol tags stands instead."""
    from waypost.monitoring.models import Violation
    from waypost.orders.models import Activation

    for day in range(1, 4):
        town.now = at(f"+{day} 09:00")
        town.reads(f"+{day - 1} 09:00", [0] * 48)
        town.run()
    worn = Activation.objects.get(reference="A2B").pk
    silent = Violation.objects.filter(kind="no_contact", activation_id=worn)
    assert not silent.exists()
    town.now = at("+5 09:01")
    town.run()
    assert silent.count() == 1


def test_the_same_words_twice_and_backwards_change_nothing(town):
    town.now = at("+1 09:00")
    parts = [("08:00", SOBER_NIGHT), ("18:00", EVENING), ("23:30", SOBER_NIGHT)]
    for first, levels in (*reversed(parts), *parts):
        town.reads(first, levels)
        town.run()
    assert rows() == ["alcohol R5 19:00-22:30 probable"]
    assert called() == ["P2 alcohol probable raised"]


def sober_strip(town):
    person = Person.objects.get(reference="P2").pk
    found = person_strips(person, by=MONA, now=town.now)
    return next(one for one in found.requirements if one.requirement_id == "R5")


def test_sober_days_are_counted_of_monitored_days(town):
    """Monday an evening; Tuesday nothing; Wednesday six hours unread; Thursday is not over."""
    town.now = at("+3 09:00")
    town.reads("08:00", SOBER_NIGHT)
    town.reads("18:00", EVENING)
    town.reads("23:30", [0] * 49)
    town.reads("+2 00:00", [0] * 20)
    town.reads("+2 16:00", [0] * 34)
    town.run()
    strip = sober_strip(town)
    days = strip.sobriety.days
    assert (days.sober, days.read, days.possible, days.not_monitored) == (1, 1, 0, 1)
    assert (days.monitored, days.judged) == (2, 3)
    shades = {
        segment.shade for day in strip.strip.days for segment in day.segments
    } - {Shade.NOT_REQUIRED}  # fmt: skip
    assert shades == {Shade.KEPT, Shade.VIOLATED, Shade.CANNOT_TELL, Shade.TO_COME}
    thursday = strip.strip.days[-1].segments
    assert [one.shade for one in thursday] == [Shade.KEPT, Shade.TO_COME]


def test_a_person_without_an_alcohol_tag_has_no_sober_days(town):
    from waypost.orders.models import Activation

    Activation.objects.filter(reference="A2B").delete()
    town.run()
    strip = sober_strip(town)
    assert strip.sobriety is None
    assert strip.strip.days[-1].segments[-1].shade in {Shade.NO_TAG, Shade.TO_COME}
