"""A tag with a wrong clock, from its first message to the violation that is found late."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from devices_words import phone
from waypost import clock
from waypost.access.models import AuditLine
from waypost.access.values import Posted, Role
from waypost.devices import actions
from waypost.devices.clock_queries import clocks, clocks_mended
from waypost.devices.models import ClockCorrection, ClockDoubt
from waypost.errors import Conflict, Refused
from waypost.gateway import clock_watch
from waypost.gateway.endpoints import _read_batch
from waypost.gateway.intake import Intake
from waypost.orders.models import Activation
from waypost.positions import lake
from waypost.positions.archive import archive_once
from waypost.positions.clocks import ROLLOVER_US
from waypost.positions.queries import fixes_between
from waypost.positions.schema import SetAside
from worked_town import HOME, PARK, Town, at, standing

pytestmark = [pytest.mark.database, pytest.mark.django_db]

OFFICER = Posted(1, "Officer", frozenset({Role.MONITORING_OFFICER}))
HOUR = timedelta(hours=1)
LAG = timedelta(seconds=20)


class Tag:
    """Device D2 of the town (on P2), whose clock is off by `off`."""

    def __init__(self, town: Town, off: timedelta) -> None:
        self.town, self.off, self.intake = town, off, Intake()

    def says(self, when: str, place=HOME, *, received: str | None = None, more: str = "") -> None:
        self.town.now = at(received) if received else at(when) + LAG
        lat, lon = place
        message = phone(
            "D2", at(when) + self.off, lat=lat, lon=lon, received_at=self.town.now,
            more=f"&accuracy=5{more}",
        )  # fmt: skip
        self.intake.write([message])

    def every(self, minutes: int, start: str, count: int, place=HOME) -> None:
        for number in range(count):
            moment = at(start) + timedelta(minutes=minutes * number)
            self.says(f"{moment:%H:%M}", place)


@pytest.fixture
def town(tmp_path, settings, monkeypatch) -> Town:
    settings.LAKE_URI = str(tmp_path / "lake")
    monkeypatch.setattr(clock_watch, "SAID_EVERY_S", 0.0)
    monkeypatch.setattr(clock_watch, "LOOKED_EVERY_S", 0.0)
    town = Town()
    monkeypatch.setattr(clock, "now", lambda: town.now)
    return town


def used() -> list[str]:
    """Times of the fixes of P2 that are judged."""
    rows = fixes_of_p2()
    return [f"{row['measured_at']:%H:%M}" for row in rows if row["set_aside"] == SetAside.USABLE]


def fixes_of_p2() -> list[dict]:
    number = Activation.objects.get(reference="A2").pk
    year = timedelta(days=365)
    return fixes_between([number], at("00:00") - 30 * year, at("00:00") + year).to_pylist()


def the_doubt() -> ClockDoubt:
    return ClockDoubt.objects.get(settled_at=None)


def accept(town: Town, *, ongoing: bool = True) -> int:
    return actions.accept_clock_doubt(
        the_doubt().pk, "rang the wearer: the tag shows 11", ongoing=ongoing, by=OFFICER,
        now=town.now,
    )  # fmt: skip


def test_a_tag_an_hour_ahead_is_set_aside_with_the_offset_offered(town):
    Tag(town, HOUR).every(1, "10:00", 3)
    doubt = the_doubt()
    assert (doubt.kind, doubt.offset_s, doubt.count) == ("wrong_hour", -3600, 3)
    assert used() == []
    assert {row["set_aside"] for row in fixes_of_p2()} == {SetAside.WRONG_HOUR}
    row = clocks(OFFICER, now=town.now).doubts[0]
    assert (row.offer, row.aside, row.sound_looking) == ("1 hour back", 3, 0)
    assert row.corrected == (at("10:00"), at("10:02"))


def test_what_a_vendors_hub_carries_is_watched_too(town):
    town.now = at("10:00") + LAG
    row = {
        "device_id": "D2", "time": (at("10:00") + HOUR).isoformat(),
        "lat": HOME[0], "lon": HOME[1],
    }  # fmt: skip
    Intake().write([_read_batch(json.dumps({"rows": [row]}).encode(), "k1", None)])
    assert (the_doubt().kind, the_doubt().offset_s) == ("wrong_hour", -3600)


def test_accepting_judges_the_mended_times_and_keeps_what_was_sent(town):
    tag = Tag(town, HOUR)
    tag.every(1, "10:00", 3)
    assert accept(town) == 3
    assert used() == ["10:00", "10:01", "10:02"]
    assert len(fixes_of_p2()) == 6
    raws = {row["raw_id"] for row in fixes_of_p2()}
    assert len(raws) == 3  # both forms point to the message they come from
    assert AuditLine.objects.latest("number").kind == "clock:corrected"


def test_a_track_of_mended_hours_can_be_told_from_others(town):
    tag = Tag(town, HOUR)
    tag.every(1, "10:00", 3)
    accept(town, ongoing=False)
    person = Activation.objects.get(reference="A2").person_id
    (mended,) = clocks_mended(person, at("10:00"), at("10:05"))
    assert (mended.offer, mended.rows) == ("1 hour back", 3)
    assert clocks_mended(person, at("08:00"), at("09:00")) == ()
    assert clocks_mended(person, at("11:00"), at("12:00")) == ()
    other = Activation.objects.get(reference="A1").person_id
    assert clocks_mended(other, at("10:00"), at("10:05")) == ()


def test_a_breach_told_at_a_wrong_hour_is_found_late_at_the_right_one(town):
    town.run()
    tag = Tag(town, HOUR)
    tag.every(1, "10:00", 6, PARK)
    tag.says("10:06", HOME)
    town.run()
    assert standing() == []
    accept(town)
    town.run()
    assert standing() == ["P2 R1 10:00-10:06 certain"]


def test_what_still_comes_is_mended_too_until_the_clock_is_right(town):
    tag = Tag(town, HOUR)
    tag.every(1, "10:00", 2)
    accept(town)
    tag.says("10:05")
    assert used()[-1] == "10:05"
    tag.off = timedelta(0)
    tag.every(20, "10:20", 5)
    assert used()[-5:] == ["10:20", "10:40", "11:00", "11:20", "11:40"]
    assert ClockCorrection.objects.get().received_to is not None
    assert ClockDoubt.objects.filter(settled_at=None).count() == 0


def test_a_backlog_by_the_same_clock_is_mended_though_it_looks_sound(town):
    """Half of what was stored for two hours looks late, not wrong."""
    tag = Tag(town, HOUR)
    for minute in ("10:10", "09:40", "09:05", "08:40"):
        tag.says(minute, received="10:10:20")
    assert used() == ["09:40", "10:05"]  # wrong by an hour, and nothing shows it
    row = clocks(OFFICER, now=town.now).doubts[0]
    assert (row.aside, row.sound_looking) == (2, 2)
    assert accept(town, ongoing=False) == 4
    assert used() == ["08:40", "09:05", "09:40", "10:10"]


def test_a_tag_an_hour_behind_is_doubted_after_steady_contacts_and_judged_till_then(town):
    town.run()
    tag = Tag(town, -HOUR)
    tag.every(3, "10:00", 12, PARK)
    doubt = the_doubt()
    assert (doubt.kind, doubt.offset_s) == ("wrong_hour", 3600)
    assert used()[0] == "09:00"
    town.run()
    assert standing() == ["P2 R1 09:00- certain"]
    accept(town)
    assert (used()[0], used()[-1], len(used())) == ("10:00", "10:33", 12)
    town.run()
    assert standing() == ["P2 R1 10:00- certain"]


def test_one_fresh_message_shows_that_a_clock_that_was_behind_is_right_again(town):
    tag = Tag(town, -HOUR)
    tag.every(3, "10:00", 12)
    accept(town)
    tag.off = timedelta(0)
    tag.says("10:40")
    assert used()[-1] == "10:40"
    assert ClockCorrection.objects.get().received_to is not None


def test_a_week_number_that_started_anew_is_mended(town):
    tag = Tag(town, timedelta(microseconds=-ROLLOVER_US))
    tag.every(1, "10:00", 3)
    assert the_doubt().kind == "rollover"
    assert accept(town, ongoing=False) == 3
    assert used() == ["10:00", "10:01", "10:02"]


def test_mended_rows_in_the_lake_take_back_those_in_the_lake(town):
    tag = Tag(town, -HOUR)
    tag.every(3, "10:00", 12)
    archive_once()
    accept(town)
    archive_once()
    assert lake.snapshot("fixes").log_position > 0
    assert (used()[0], used()[-1], len(used())) == ("10:00", "10:33", 12)


def test_an_offset_is_not_added_twice(town):
    tag = Tag(town, HOUR)
    tag.every(1, "10:00", 2)
    doubt = the_doubt()
    accept(town)
    with pytest.raises(Conflict):
        actions.accept_clock_doubt(doubt.pk, "again", ongoing=False, by=OFFICER, now=town.now)
    ClockDoubt.objects.filter(pk=doubt.pk).update(settled_at=None)
    with pytest.raises(Refused, match="already"):
        actions.accept_clock_doubt(doubt.pk, "again", ongoing=False, by=OFFICER, now=town.now)
    assert used() == ["10:00", "10:01"]


def test_times_that_nothing_explains_are_doubted_without_an_offer(town):
    Tag(town, timedelta(minutes=30)).says("10:00")
    doubt = the_doubt()
    assert (doubt.kind, doubt.offset_s) == ("future", None)
    with pytest.raises(Refused, match="No offset"):
        accept(town)
    actions.refuse_clock_doubt(doubt.pk, "tag swapped", by=OFFICER, now=town.now)
    assert ClockDoubt.objects.get().accepted is False


def test_what_a_tag_kept_from_before_its_fitting_is_no_doubt_of_its_clock(town):
    """A1 and A2 were fitted on 1 March; 1980 is where clocks without a battery begin."""
    Tag(town, timedelta(days=-3)).says("10:00")
    assert {row["set_aside"] for row in fixes_of_p2()} == {SetAside.BEFORE_FITTING}
    assert not ClockDoubt.objects.exists()
    Tag(town, timedelta(days=-46 * 365)).says("10:01")
    assert (the_doubt().kind, the_doubt().offset_s) == ("before_fitting", None)


def test_nobody_decides_without_leave_or_reason(town):
    Tag(town, HOUR).says("10:00")
    practitioner = Posted(2, "Officer", frozenset({Role.PROBATION_PRACTITIONER}))
    with pytest.raises(Refused):
        clocks(practitioner, now=town.now)
    with pytest.raises(Refused):
        actions.accept_clock_doubt(
            the_doubt().pk, "so", ongoing=True, by=practitioner, now=town.now
        )
    with pytest.raises(Refused, match="how you know"):
        actions.accept_clock_doubt(the_doubt().pk, " ", ongoing=True, by=OFFICER, now=town.now)


def test_a_strap_cut_at_a_wrong_hour_alerts_at_once(town):
    from worked_town import alerts

    town.run()
    Tag(town, HOUR).says("10:00", more="&alarm=removing")
    town.run()
    assert "P2 strap_tamper certain raised" in alerts()
