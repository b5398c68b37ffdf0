"""Moving exclusion on the real store: two tags, one alert, no place."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction

from fitting_words import ORDER_ENDS, START, bring, number, officer, order, person
from waypost.access.values import MACHINE
from waypost.alerts.models import Alert
from waypost.alerts.raising import judge_changes
from waypost.devices import actions
from waypost.devices.protecting import Protected
from waypost.devices.stock_file import StockRow
from waypost.devices.values import DeviceKind
from waypost.monitoring.models import MovingCell, Violation, ViolationVersion
from waypost.monitoring.moving_lane import MovingLane
from waypost.monitoring.moving_queries import days_near
from waypost.monitoring.queries import violations_of
from waypost.monitoring.saving import read_cursor
from waypost.orders.models import Activation
from waypost.positions import batch, log
from waypost.positions.batch import IntakeRow
from waypost.positions.values import DecodedFix
from waypost.units import Mechanism

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = START + timedelta(hours=2)
MINUTE = timedelta(minutes=1)
NEAR, AWAY, FAR = (51.5500, -0.0600), (51.5770, -0.0600), (51.6500, -0.2600)
DEVICE = "350000000000041"


class Street:
    """P1 must stay 500 m away from PR1's device; both report when told to."""

    def __init__(self) -> None:
        away = {
            "requirement_id": "R7", "kind": "exclusion", "around": "PR1", "around_radius_m": 500,
        }  # fmt: skip
        bring(person("P1", order(away, to=ORDER_ENDS.isoformat()), worn=[("tag-1", START, None)]))
        actions.add_device(StockRow(0, DEVICE, kind=DeviceKind.PROTECTED), by=MACHINE, now=START)
        said = Protected("PR1", name="Casey Lund", consent_at=START, consent_how="signed form 12")
        actions.protect(number(), DEVICE, said, by=officer(), now=START + MINUTE)
        self.now = NOW
        read_cursor()
        self.lane = self.another()

    def another(self) -> MovingLane:
        return MovingLane(judge_changes, lambda: self.now)

    def say(self, tag, place, at, *, received=None):
        worn = Activation.objects.get(device_reference=tag)
        fix = DecodedFix(at, *place, accuracy_m=8.0, mechanism=Mechanism.GNSS)
        row = IntakeRow(worn.pk, worn.from_at, worn.to_at, received or at, [fix], [])
        with transaction.atomic():
            log.append(*batch.build([row]), [], source="test", now=received or at)

    def meet(self, minutes, place=NEAR):
        """Both report each minute; the device is always at NEAR."""
        for minute in range(minutes):
            at = self.now + minute * MINUTE
            self.say(DEVICE, NEAR, at)
            self.say("tag-1", place, at)
        self.now += minutes * MINUTE
        self.lane.round()


@pytest.fixture
def street(tmp_path, settings):
    settings.LAKE_URI = str(tmp_path / "lake")
    return Street()


def rows():
    found = Violation.objects.filter(kind="moving_exclusion").order_by("from_at")
    return [(row.from_at, row.to_at, row.certainty, row.withdrawn) for row in found]


def test_who_comes_near_the_device_is_alerted_on_once_and_the_alert_holds_no_place(street):
    street.meet(3, FAR)
    assert rows() == []
    began = street.now + 30 * MINUTE
    street.now = began  # from FAR to NEAR takes a while, at a possible speed
    street.meet(3)
    assert rows() == [(began, None, "certain", False)]
    street.now += MINUTE
    assert not street.lane.round()  # nothing new, nothing written
    (alert,) = Alert.objects.all()
    assert (alert.kind, alert.headline) == ("moving_exclusion", "Near a protected person")
    (row,) = Violation.objects.all()
    told = json.dumps([row.reasons, alert.headline, row.depth_m])
    assert "51.5" not in told
    assert " m " not in told
    assert row.depth_m == 0


def test_it_ends_when_they_are_clearly_apart_and_each_change_is_a_version(street):
    street.meet(3)
    street.now += 30 * MINUTE
    left = street.now
    street.meet(2, FAR)
    ((_, to_at, certainty, withdrawn),) = rows()
    assert (to_at, certainty, withdrawn) == (left, "certain", False)
    assert [one.change for one in ViolationVersion.objects.order_by("pk")] == ["raised", "closed"]


def test_a_place_of_the_device_that_comes_late_takes_the_violation_back(street):
    """The device had left by then: its own tag only said so an hour later."""
    start = street.now
    street.say(DEVICE, NEAR, start)
    for minute in (1, 2, 3):
        street.say("tag-1", NEAR, start + minute * MINUTE)
    street.now = start + 5 * MINUTE
    street.lane.round()
    assert [row[2:] for row in rows()] == [("certain", False)]
    later = start + 60 * MINUTE
    for minute in (1, 2, 3, 4):
        street.say(DEVICE, AWAY, start + minute * MINUTE, received=later)
    street.now = later + MINUTE
    street.lane.round()
    assert [row[3] for row in rows()] == [True]


def test_two_workers_write_one_row(street):
    street.meet(3)
    assert street.another().judge(street.now, back=timedelta(hours=2)) is False
    assert len(rows()) == 1


def test_cells_that_were_held_are_kept_and_judging_begins_with_them(street):
    street.meet(3)
    kept = list(MovingCell.objects.values_list("at", "column", "row"))
    assert len(kept) == 1
    street.now += timedelta(hours=3)
    street.meet(3)
    assert list(MovingCell.objects.values_list("at", "column", "row")) == kept


def test_without_a_protection_no_device_is_read(street):
    from waypost.devices.models import Protection

    Protection.objects.all().delete()
    street.lane = street.another()
    street.meet(3)
    assert rows() == []


def test_the_wearer_is_shown_the_day_and_a_letter_and_only_afterwards(street):
    street.meet(3)
    day = START.date()
    assert days_near(number(), now=street.now) == []
    tomorrow = street.now + timedelta(days=1)
    assert days_near(number(), now=tomorrow) == [(day, "Zone A")]
    window = {"from_at": START, "to_at": tomorrow}
    assert len(violations_of(number(), **window)) == 1
    assert violations_of(number(), **window, own=True) == []
