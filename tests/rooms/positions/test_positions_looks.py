"""A look is opened once, with its line; closer sees its own officer, within it, for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.core import signing
from django.db import transaction
from positions_words import NOW, START, fix, minutes, rows_of

from waypost.access.models import AuditLine
from waypost.access.values import Posted, Purpose, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.positions import batch, log, looks
from waypost.positions.looks import LASTS, SALT, look_closer, open_look, track_of_look

pytestmark = [pytest.mark.database, pytest.mark.django_db]
MONA = Posted(1, "Mona", frozenset({Role.MONITORING_OFFICER}))
PAUL = Posted(2, "Paul", frozenset({Role.MONITORING_OFFICER}))


@pytest.fixture
def person(worn):
    from waypost.orders.models import Activation

    looks.KEPT.forget()
    put(worn[0], *(fix(n) for n in range(10)))
    return Activation.objects.get(pk=worn[0]).person_id


def put(activation: int, *fixes, received=START + timedelta(days=1)) -> None:
    with transaction.atomic():
        rows = [rows_of(activation, *fixes, received=received)]
        log.append(*batch.build(rows), [], source="test", now=NOW)


def opened(person: int, *, by: Posted = MONA, purpose: Purpose = Purpose.ALERT_RESPONSE):
    return open_look(
        person, START, START + timedelta(days=2), by=by, purpose=purpose, violations=[], now=NOW
    )


def closer(name: str, *, by: Posted = MONA, after: timedelta = timedelta(minutes=1)):
    now = NOW + after
    look = look_closer(name, by=by, now=now)
    return track_of_look(look, by=by, violations=[], now=now)


def test_a_look_leaves_one_line_however_often_it_is_looked_closer(person):
    look, track = opened(person)
    for _ in range(3):
        assert np.array_equal(closer(look.name).table.times, track.table.times)
    line = AuditLine.objects.get()
    assert (line.kind, line.purpose, line.person_id) == ("track:viewed", "alert_response", person)
    assert START.isoformat().encode() in bytes(line.body), "the line states the window"


def test_closer_looks_are_counted(person):
    look, _ = opened(person)
    before = looks.signs()["looks_closer"][0]
    closer(look.name)
    closer(look.name)
    assert looks.signs()["looks_closer"][0] == before + 2


def test_another_officer_cannot_use_the_name_of_a_look(person):
    look, _ = opened(person)
    with pytest.raises(Refused, match="somebody else") as refusal:
        closer(look.name, by=PAUL)
    assert (refusal.value.about, refusal.value.purpose) == (person, "alert_response")


def test_a_look_ends_after_half_an_hour(person):
    look, _ = opened(person)
    closer(look.name, after=LASTS - timedelta(seconds=1))
    for later in (LASTS, timedelta(days=1), -timedelta(seconds=1)):
        with pytest.raises(Conflict, match="has ended"):
            closer(look.name, after=later)


@pytest.mark.parametrize("change", ["", "x", "a:b:c", "{}"])
def test_a_name_that_we_did_not_sign_is_refused(person, change):
    opened(person)
    with pytest.raises(Refused, match="not the name of a look"):
        closer(change)


def test_a_signed_text_of_another_kind_is_no_look(person):
    look, _ = opened(person)
    for name in (
        signing.dumps({"officer": 1}, salt=SALT),
        signing.dumps([1, 2], salt=SALT),
        signing.dumps({"officer": 1}, salt="something else"),
        look.name[:-2],
    ):
        with pytest.raises(Refused):
            closer(name)


def test_a_wider_window_cannot_be_named_into_a_look(person):
    """The window is part of what is signed; and it is measured again each time."""
    look, _ = opened(person)
    wide = replace(look, to_us=look.to_us + 90 * 86_400_000_000)
    with pytest.raises(Refused, match="shorter window"):
        closer(wide.name)


def test_who_may_no_longer_look_sees_no_closer(person):
    look, _ = opened(person)
    without = Posted(1, "Mona", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(Refused):
        closer(look.name, by=without)


def test_a_person_limited_meanwhile_is_nobody_to_the_look(person):
    from waypost.orders.models import Person

    look, _ = opened(person)
    Person.objects.filter(pk=person).update(limited=True)
    with pytest.raises(NoSuchThing):
        closer(look.name)


def test_what_memory_forgot_is_read_again_as_it_was(person, worn):
    """Fixes that came after the look was opened are not in it."""
    look, track = opened(person)
    put(worn[0], fix(5.5), received=NOW + timedelta(seconds=30))
    looks.KEPT.forget()
    again = closer(look.name)
    assert np.array_equal(again.table.times, track.table.times)
    assert np.array_equal(again.levels, track.levels)


def test_a_look_whose_fixes_were_changed_meanwhile_is_not_shown_as_if_it_were_the_same(person):
    look, _ = opened(person)
    looks.KEPT.forget()
    with pytest.raises(Conflict, match="More has arrived"):
        closer(replace(look, fixes=look.fixes + 1).name)


def test_memory_holds_so_many_fixes_and_no_look_that_has_ended(person, monkeypatch):
    monkeypatch.setattr(looks, "KEPT_FIXES_MAX", 25)
    names = []
    for n in range(3):
        look, track = open_look(
            person, START, minutes(100 + n), by=MONA, purpose=Purpose.ALERT_RESPONSE,
            violations=[], now=NOW,
        )  # fmt: skip
        names.append(look)
        assert looks.KEPT.get(look) is track
    assert looks.KEPT.get(names[0]) is None
    assert looks.KEPT.get(names[1]) is not None
    later, _ = open_look(
        person, START, minutes(200), by=MONA, purpose=Purpose.ALERT_RESPONSE, violations=[],
        now=NOW + LASTS,
    )  # fmt: skip
    assert looks.KEPT.get(names[2]) is None
    assert looks.KEPT.get(later) is not None
