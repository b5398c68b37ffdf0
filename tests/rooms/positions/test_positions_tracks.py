"""A track shows what is known, what is not used and why, and where nothing is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from positions_words import NOW, START, contact, fix, minutes, rows_of

from waypost.access.models import AuditLine
from waypost.access.values import Posted, Purpose, Role
from waypost.clock import to_us
from waypost.errors import Refused
from waypost.positions import batch, log
from waypost.positions.queries import whereabouts
from waypost.positions.schema import SetAside
from waypost.positions.tracks import track_of

OFFICER = Posted(1, "Monitoring", frozenset({Role.MONITORING_OFFICER}))


def track(*fixes, events=(), to=None):
    rows = [rows_of(7, *fixes, events=events)]
    return track_of(*batch.build(rows), START, to or minutes(60))


def test_gaps_longer_than_five_minutes_are_shown_with_their_length_and_the_edges_count():
    found = track(fix(4), fix(9), fix(30), to=minutes(34))
    assert [(gap.from_at, gap.length) for gap in found.gaps] == [
        (minutes(9), timedelta(minutes=21))
    ]
    assert [gap.length for gap in track(fix(30)).gaps] == [timedelta(minutes=30)] * 2
    assert [(gap.from_at, gap.to_at) for gap in track().gaps] == [(START, minutes(60))]


def test_a_stray_far_away_is_shown_as_impossible_and_leaves_a_gap():
    found = track(fix(1), fix(2, 53.0), fix(3), to=minutes(5))
    assert [row.set_aside for row in found.rows] == [0, SetAside.IMPOSSIBLE_SPEED, 0]
    assert found.rows[1].words == "would need an impossible speed"
    assert not found.rows[1].used


def test_a_fix_is_impossible_by_the_speed_in_force_when_it_was_measured():
    """300 m/s, as nothing but a plane goes: believed only once the rules allow it."""
    rows = [rows_of(7, *(fix(n, 51.5 + 0.1617 * (n % 2)) for n in range(8)))]
    tables = batch.build(rows)
    speeds = [(-(2**62), 90.0), (to_us(minutes(4)), 340.0)]
    found = track_of(*tables, START, minutes(8), speeds)
    assert [row.used for row in found.rows] == [True, False, True, False, *[True] * 4]


def test_three_fixes_that_agree_are_believed_against_the_one_before():
    found = track(fix(0, 53.0), fix(1), fix(2), fix(3), fix(4), to=minutes(5))
    assert [row.used for row in found.rows] == [True, False, False, True, True]


def test_a_fix_set_aside_at_intake_does_not_move_the_speed_gate():
    found = track(fix(1), fix(2, 0.0, 0.0), fix(3), to=minutes(5))
    assert [row.words for row in found.rows] == ["used", "at 0,0: the tag had no place", "used"]


def test_cell_fixes_that_jump_within_their_circles_are_used():
    cells = [fix(n / 60, 51.5 + 0.002 * (n % 2), accuracy_m=800.0) for n in range(6)]
    assert all(row.used for row in track(*cells).rows)


def test_rows_stand_by_time_whatever_their_activation_and_events_beside_them():
    rows = [rows_of(7, fix(5)), rows_of(3, fix(9), events=[contact(6)])]
    found = track_of(*batch.build(rows), START, minutes(60))
    assert [row.activation for row in found.rows] == [7, 3]
    assert [(event.kind, event.attributes) for event in found.events] == [("contact", {"level": 3})]


@pytest.fixture
def person(worn):
    from waypost.orders.models import Activation

    with transaction.atomic():
        end = 7 * 24 * 60
        rows = [rows_of(worn[0], fix(1), fix(end - 1), fix(end), events=[contact(2)])]
        log.append(*batch.build([*rows, rows_of(worn[1], fix(1))]), [], source="test", now=NOW)
    return Activation.objects.get(pk=worn[0]).person_id


@pytest.mark.database
@pytest.mark.django_db
def test_a_look_shows_one_persons_own_fixes_while_an_order_was_live_and_leaves_a_line(person):
    found = whereabouts(
        person, START, START + timedelta(days=8), by=OFFICER, purpose=Purpose.ALERT_RESPONSE,
        now=NOW,
    )  # fmt: skip
    assert [row.measured_at for row in found.rows] == [minutes(1), minutes(7 * 24 * 60 - 1)]
    assert len(found.events) == 1
    line = AuditLine.objects.get(kind="track:viewed")
    assert (line.person_id, line.purpose) == (person, "alert_response")
    body = bytes(line.body)
    assert b'"fixes":2' in body
    assert b"51.5" not in body


@pytest.mark.database
@pytest.mark.django_db
def test_a_window_wider_than_the_purpose_allows_is_refused_and_nothing_is_shown(person):
    with pytest.raises(Refused, match="shorter window"):
        whereabouts(
            person, START, START + timedelta(days=30), by=OFFICER,
            purpose=Purpose.ALERT_RESPONSE, now=NOW,
        )  # fmt: skip
    assert not AuditLine.objects.filter(kind="track:viewed").exists()


@pytest.mark.database
@pytest.mark.django_db
def test_a_look_that_cannot_be_written_down_is_not_shown(person, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("no room for the line")

    monkeypatch.setattr("waypost.access.audit.record", fail)
    with pytest.raises(RuntimeError):
        whereabouts(person, START, minutes(60), by=OFFICER, purpose=Purpose.ALERT_RESPONSE, now=NOW)
