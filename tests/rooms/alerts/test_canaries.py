"""Canaries are kept out of everybody's sight, tell anew each time, and are read by the watchdog."""

from __future__ import annotations

from datetime import timedelta

import pytest

from waypost.access.actions import make_officer
from waypost.access.models import Officer
from waypost.access.queries import posted
from waypost.access.values import Permission, Role
from waypost.alerts import queries
from waypost.alerts.canaries import reference_of, retire, set_up, settle
from waypost.alerts.models import Alert
from waypost.alerts.pulse import read_pulse
from waypost.alerts.raising import raise_alone
from waypost.alerts.values import AlertKind
from waypost.notices.channels import channels
from waypost.notices.outbox import deliver
from waypost.orders.models import Activation, Person
from waypost.orders.queries import visible_person_ids
from worked_town import at

pytestmark = [pytest.mark.database, pytest.mark.django_db]
PLACES = ((51.55, 1.65), (51.57, 1.65))
DEVICES = {"gt06": "359901000000048", "osmand": "canary-osmand"}


@pytest.fixture
def canaries():
    set_up(DEVICES, PLACES, now=at("10:00"))
    return list(Person.objects.order_by("reference"))


def call(person: Person, clock: str) -> Alert:
    raise_alone(person.pk, AlertKind.EXCLUSION, at(clock), now=at(clock), requirement="R")
    return Alert.objects.latest("pk")


def test_setting_up_twice_changes_nothing(canaries):
    assert set_up(DEVICES, PLACES, now=at("10:01")) == 0
    assert [one.reference for one in canaries] == ["CANARY-GT06", "CANARY-OSMAND"]
    assert Activation.objects.count() == 2


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.WEARER}))
def test_nobody_who_signs_in_sees_a_canary_or_its_alert(canaries, role):
    call(canaries[0], "10:05")
    by = posted(make_officer("o", "O", None, role, now=at("09:00")), now=at("10:06"))
    visible = visible_person_ids(by, Permission.PERSON_READ, now=at("10:06"))
    assert visible is not None
    assert not visible
    if role in (Role.MONITORING_OFFICER, Role.PROBATION_PRACTITIONER, Role.IOM_COORDINATOR):
        assert queries.inbox(by, now=at("10:06")).rows == ()
    keeper = Officer.objects.get(username="canary")
    assert not keeper.has_usable_password()


def test_its_alert_reaches_the_test_channel_and_is_settled_so_that_the_next_is_a_new_one(canaries):
    first = call(canaries[0], "10:05")
    assert deliver(channels(), now=at("10:05")) == 1
    pulse = read_pulse()
    assert (pulse.canary_alerts["gt06"], pulse.canary_told["gt06"]) == (at("10:05"), at("10:05"))
    assert pulse.canary_alerts["osmand"] < at("10:00")  # put on, and nothing said yet
    assert pulse.heard_at is None  # canaries are no feed
    assert settle(now=at("10:10")) == 1
    assert settle(now=at("10:10")) == 0
    assert call(canaries[0], "10:11").pk != first.pk
    assert read_pulse().canary_told["gt06"] == at("10:05")  # raised, not yet told


def test_a_retired_canary_is_waited_for_by_nobody_and_can_come_back(canaries):
    assert retire(["osmand"], now=at("10:20")) == 1
    assert set(read_pulse().canary_alerts) == {"osmand"}
    assert set_up(DEVICES, PLACES, now=at("10:20") + timedelta(seconds=5)) == 1
    assert set(read_pulse().canary_alerts) == {"gt06", "osmand"}
    spans = Activation.objects.filter(person__reference=reference_of("gt06")).order_by("from_at")
    assert spans[0].to_at <= spans[1].from_at
