"""A battery's level that says nothing new is no event again, and none is lost by that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError

from devices_words import HANDED_ON, NOW, directory, import_orders, orders_file, phone
from waypost.errors import Unavailable
from waypost.gateway import group as module
from waypost.gateway.group import Group, take_message
from waypost.gateway.intake import Intake
from waypost.gateway.routing import Router
from waypost.positions import log
from waypost.positions.models import RawMessage

MINUTE = timedelta(minutes=1)


def said(device, minutes, level, **more):
    at = NOW + minutes * MINUTE
    return phone(device, at, received_at=at, more=f"&batt={level}", **more)


def levels():
    return [
        (row["measured_at"], row["attributes"])
        for entry in log.entries_after(0, limit=100)
        for row in entry.events.to_pylist()
        if row["kind"] == "battery_level"
    ]


@pytest.fixture
def intake(transactional_db):
    import_orders(orders_file(("D1", "D2")))
    return Intake()


@pytest.mark.database
def test_a_level_beside_a_fix_is_said_when_it_is_news(intake):
    """In one group or in several; the raw messages stay whole."""
    intake.write([said("D1", 0, 90), said("D1", 1, 90), said("D2", 1, 90)])
    intake.write([said("D1", 2, 90)])
    assert len(levels()) == 2
    intake.write([said("D1", 3, 89), said("D1", 4, 90)])
    intake.write([said("D1", 33, 90), said("D1", 34, 90)])
    at = [when for when, _ in levels()]
    assert at == [NOW, NOW + MINUTE, NOW + 3 * MINUTE, NOW + 4 * MINUTE, NOW + 34 * MINUTE]
    assert RawMessage.objects.count() == 8


@pytest.mark.database
def test_a_level_without_a_fix_is_the_contact_and_stays(intake):
    intake.write([said("D1", 0, 90, lat=None), said("D1", 1, 90, lat=None)])
    assert len(levels()) == 2


@pytest.mark.database
def test_a_level_whose_commit_failed_is_said_when_it_comes_again(intake, monkeypatch):
    """Else it would be lost: the tag has it still, and we would think it was kept."""

    def away(*args, **kwargs):
        raise OperationalError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(module.log, "append", away)
        with pytest.raises(Unavailable):
            intake.write([said("D1", 0, 90)])
    intake.write([said("D1", 0, 90)])
    assert len(levels()) == 1


def test_a_tag_handed_on_says_its_level_anew_for_its_new_wearer():
    group, router = Group(), Router(directory())
    for at in (HANDED_ON - MINUTE, HANDED_ON + MINUTE, HANDED_ON + 2 * MINUTE):
        take_message(phone("D1", at, received_at=at, more="&batt=90"), group, router)
    assert [(row.activation, len(row.events)) for row in group.logged] == [(1, 1), (2, 1), (2, 0)]
