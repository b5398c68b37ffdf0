"""When a tag was not sound: nothing is excluded by it, and the words say what was wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from test_matching_runs import AT, NOW, comes, crimes, days, wearer

from waypost.access.values import Posted, Role
from waypost.clock import FOREVER_US, to_us
from waypost.devices.models import ClinicalRemoval, ClockDoubt, Visit
from waypost.matching.actions import run_matching
from waypost.matching.evidence import EXCLUDED_MPS
from waypost.matching.evidence_scan import weigh
from waypost.matching.evidence_words import sentence
from waypost.matching.excluding import exclusion
from waypost.matching.models import Match
from waypost.matching.queries import run_page
from waypost.matching.scan import lake_source
from waypost.matching.unsound import (
    UNCHECKED_US,
    ClockSeen,
    Reported,
    Span,
    Why,
    clock_spans,
    merged,
    state_spans,
    until_us,
)
from waypost.matching.unsound_reading import read_unsound
from waypost.matching.values import Seen
from waypost.offences.queries import current_offences
from waypost.offences.values import Offence
from waypost.orders.models import Activation
from waypost.positions import batch, log
from waypost.positions.queries import fixes_between
from waypost.positions.values import DecodedEvent, EventKind
from waypost.units import Mechanism

ANALYST = Posted(7, "analyst", frozenset({Role.POLICE_ANALYST}))
OPEN, CLOSED, CASE = EventKind.STRAP_TAMPER, EventKind.STRAP_RESTORED, EventKind.CASE_TAMPER


def spans(*reports, checked=()):
    return merged(state_spans((Reported(at, kind) for at, kind in reports), checked))


def unchecked(since: int, until: int | None = None) -> Span:
    return Span(since, since + UNCHECKED_US if until is None else until, Why.UNCHECKED)


@pytest.mark.parametrize(
    ("reports", "expect"),
    [
        ([(10, OPEN), (20, CLOSED)], [Span(10, 20, Why.STRAP), unchecked(20)]),
        ([(20, CLOSED), (10, OPEN)], [Span(10, 20, Why.STRAP), unchecked(20)]),  # in any order
        ([(10, OPEN), (15, OPEN), (20, CLOSED)], [Span(10, 20, Why.STRAP), unchecked(20)]),
        ([(10, OPEN)], [Span(10, FOREVER_US, Why.STRAP)]),
        ([(5, CLOSED)], []),
        ([(10, CASE), (20, CLOSED)], [Span(10, FOREVER_US, Why.CASE)]),  # nothing ends it
        (
            [(10, OPEN), (20, CLOSED), (30, OPEN)],
            [Span(10, 20, Why.STRAP), unchecked(20), Span(30, FOREVER_US, Why.STRAP)],
        ),
        ([(1, EventKind.JAMMING), (4, EventKind.JAMMING_ENDED)], [Span(1, 4, Why.RADIO)]),
        ([(10, EventKind.CLINICAL_REMOVAL), (30, CLOSED)], [Span(10, 30, Why.REMOVED)]),
        ([(1, EventKind.BATTERY_LOW), (2, EventKind.CONTACT)], []),
    ],
)
def test_a_state_lasts_from_its_report_to_the_report_of_its_end(reports, expect):
    assert spans(*reports) == expect


@pytest.mark.parametrize(
    ("checked", "expect"),
    [
        ((30,), [Span(10, 20, Why.STRAP), unchecked(20, 30)]),
        ((5, 40, 30), [Span(10, 20, Why.STRAP), unchecked(20, 30)]),  # the first after it
        ((5,), [Span(10, 20, Why.STRAP), unchecked(20)]),  # who looked before has not seen it
        ((15,), [Span(10, 15, Why.STRAP)]),  # mended by the officer; the tag says so later
        ((20 + UNCHECKED_US + 1,), [Span(10, 20, Why.STRAP), unchecked(20)]),
    ],
)
def test_a_strap_reported_closed_is_sound_once_an_officer_has_looked_or_a_day_is_over(
    checked, expect
):
    found = spans((10, OPEN), (20, CLOSED), checked=checked)
    assert [one for one in found if one.from_us < one.to_us] == expect


def test_a_visit_ends_an_open_strap_and_no_opened_case():
    """What was done inside a case nobody sees from outside."""
    assert spans((10, OPEN), (11, CASE), checked=(30,)) == [
        Span(10, 30, Why.STRAP), Span(11, FOREVER_US, Why.CASE),
    ]  # fmt: skip


def test_a_removal_lasts_to_the_time_agreed_whatever_is_reported():
    agreed = Reported(10, EventKind.CLINICAL_REMOVAL, until_us=50)
    assert state_spans([agreed, Reported(30, CLOSED)]) == [Span(10, 50, Why.REMOVED)]


def test_an_agreed_end_is_read_from_what_the_tag_said_and_nothing_else_stands_for_one():
    assert until_us(json.dumps({"until": "2026-02-03T13:00:00Z"})) == to_us(
        datetime(2026, 2, 3, 13, tzinfo=UTC)
    )
    assert [until_us(json.dumps(said)) for said in ({}, {"until": 7}, {"until": "soon"})] == [
        None, None, None,
    ]  # fmt: skip


def test_a_clock_is_wrong_as_sent_and_as_received_and_goes_on_until_somebody_decides():
    doubt = ClockSeen((10, 20), (100, 120), lasts=True)
    assert clock_spans([doubt]) == [
        Span(10, 20, Why.CLOCK),
        Span(100, FOREVER_US, Why.CLOCK),
    ]
    hour = 3_600_000_000
    assert merged(clock_spans((), [(10 * hour, 20 * hour)])) == [
        Span(9 * hour, 11 * hour, Why.CLOCK),
        Span(19 * hour, 21 * hour, Why.CLOCK),
    ]


def seen(minute: float, lat: float = 51.9, r95_m: float = 10.0) -> Seen:
    return Seen(to_us(AT + timedelta(minutes=minute)), lat, -0.1, r95_m, 0, int(Mechanism.GNSS))


def crime(minutes: float = 10) -> Offence:
    return Offence("Metropolitan", "C1", "RB", AT, AT + timedelta(minutes=minutes), 51.5, -0.1)


def test_an_exclusion_names_the_two_fixes_and_the_speed_of_the_easiest_way():
    """About 44.5 km there and back, with two minutes between the fixes around a third: 742 m/s;
    the rougher fix has more room to be off, and so makes the way shorter."""
    fixes = [seen(n, r95_m=1_000.0 if n == 3 else 10.0) for n in range(-30, 40)]
    found = exclusion(crime(), fixes, [])
    assert found is not None
    assert seen(3, r95_m=1_000.0) in (found.before.fix, found.after.fix)
    assert found.left_out.us - found.before.fix.us == 60_000_000
    assert found.seconds == 120
    assert found.before.away_m == pytest.approx(44_505, abs=5)
    rough, fine = sorted((found.before.at_least_m, found.after.at_least_m))
    assert fine == pytest.approx(found.before.away_m - 100 - 60)
    assert rough == pytest.approx(found.before.away_m - 100 - 2_000)
    assert found.way_m == rough + fine
    assert found.needed_mps == pytest.approx(found.way_m / 120)
    assert found.assumed_mps == EXCLUDED_MPS


@pytest.mark.parametrize(
    ("fixes", "unsound"),
    [
        ([seen(n) for n in range(-30, 40)], [Span(seen(5).us, seen(6).us, Why.STRAP)]),
        ([seen(n, 51.505) for n in range(-30, 40)], []),  # too near
        ([seen(n) for n in range(-30, 5)], []),  # nothing after
        ([], []),
    ],
    ids=["strap", "near", "ends", "no fix"],
)
def test_what_is_not_excluded_has_no_exclusion(fixes, unsound):
    assert exclusion(crime(), fixes, unsound) is None


def reported(activation: int, *events: DecodedEvent, lag: timedelta = timedelta(0)) -> None:
    for event in events:
        row = batch.IntakeRow(
            activation, AT - timedelta(days=10), None, event.measured_at + lag, events=(event,)
        )
        with transaction.atomic():
            log.append(*batch.build([row]), [], source="test", now=NOW)


def visited(activation: int, when: datetime, outcome: str = "done") -> None:
    person = Activation.objects.get(pk=activation).person
    Visit.objects.create(
        person=person, activation_id=activation, purpose="repair", at=when, outcome=outcome,
        officer_name="F. Ield", recorded_at=when,
    )  # fmt: skip


def at(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


@pytest.fixture
def own_lake(tmp_path, settings):
    settings.LAKE_URI = str(tmp_path / "lake")


database = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("own_lake")]


def of_all(*activations: int):
    """Everybody of one offence, as whoever lists *excluded* in the store asks it."""
    [(_, offence)] = current_offences(crimes())
    fixes = fixes_between(activations, AT - timedelta(hours=3), AT + timedelta(hours=3))
    unsound, _ = read_unsound(activations, offence.to_at, fixes)
    rows = weigh([offence], lake_source(fixes), everybody=True, unsound=unsound).to_pylist()
    return {row["person"]: (row["class"], sentence(offence, row, events_known=True))
            for row in rows}  # fmt: skip


class TestStore:
    pytestmark = database

    def test_a_tag_far_away_is_excluded_only_while_it_was_sound(self):
        names = ("SOUND", "STRAP", "CLOSED", "LOOKED", "LONG", "CASE", "CLOCK", "REFUSED",
                 "REMOVED")  # fmt: skip
        tags = {name: wearer(name) for name in names}
        for number in tags.values():
            days(number, lambda minute: 52.5, count=2)
        reported(tags["STRAP"], DecodedEvent(at(-20_000 / 2), OPEN))  # a week before, open still
        for name in ("CLOSED", "LOOKED"):
            reported(tags[name], DecodedEvent(at(-90), OPEN), DecodedEvent(at(-60), CLOSED))
        a_day = 24 * 60 + 13  # before the padded window and the two fixes before it
        reported(tags["LONG"], DecodedEvent(at(-2_000), OPEN), DecodedEvent(at(-a_day), CLOSED))
        visited(tags["LOOKED"], at(-30))
        visited(tags["CLOSED"], at(-30), outcome="no_access")
        reported(tags["CASE"], DecodedEvent(at(-30), CASE))
        for name in ("CLOCK", "REFUSED"):
            refused = name == "REFUSED"
            ClockDoubt.objects.create(
                activation_id=tags[name], kind="wrong_hour", offset_s=3600, count=9,
                first_measured_at=at(-200), last_measured_at=at(-140), first_received_at=at(-140),
                last_received_at=at(-80), accepted=False if refused else None,
                settled_at=NOW if refused else None,
            )  # fmt: skip
        ClinicalRemoval.objects.create(
            activation_id=tags["REMOVED"], reason="scan", from_at=at(5), until_at=at(50),
            known_at=AT,
        )  # fmt: skip
        found = of_all(*tags.values())
        verdicts = {name: found[tags[name]][0] for name in names}
        assert verdicts == {
            "SOUND": "excluded", "STRAP": "cannot_tell", "CLOSED": "cannot_tell",
            "LOOKED": "excluded", "LONG": "excluded", "CASE": "cannot_tell",
            "CLOCK": "cannot_tell", "REFUSED": "excluded", "REMOVED": "cannot_tell",
        }  # fmt: skip
        says = {name: found[tags[name]][1] for name in names}
        assert "Nothing is known against strap, case" in says["SOUND"]
        assert (
            "the strap was reported open from 2026-01-27 13:20:00 UTC, with no end" in says["STRAP"]
        )
        assert "the clock was wrong or in doubt from" in says["CLOCK"]
        assert (
            "the strap was reported closed again and no officer had looked at it from "
            "2026-02-03 11:00:00 UTC to 2026-02-04 11:00:00 UTC" in says["CLOSED"]
        )
        assert (
            "the tag was off by agreement from 2026-02-03 12:05:00 UTC to 2026-02-03 12:50:00"
            in (says["REMOVED"])
        )

    def test_a_strap_cut_at_a_wrong_hour_is_cut_about_when_it_was_heard_of(self):
        ahead, never = wearer("AHEAD"), wearer("SET_ASIDE")
        for number in (ahead, never):
            days(number, lambda minute: 52.5, count=2)
        reported(ahead, DecodedEvent(at(300), OPEN), lag=timedelta(minutes=-300))
        reported(never, DecodedEvent(at(-60 * 24 * 30), OPEN), lag=timedelta(days=30))
        found = of_all(ahead, never)
        assert found[ahead][0] == "cannot_tell"
        assert found[never][0] == "excluded"  # before the tag was fitted: not this wearer's

    def test_a_run_says_what_was_not_sound_of_whoever_it_lists_and_its_digest_covers_it(self):
        came = wearer("CAME")
        days(came, comes)
        sound = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
        assert list(Match.objects.values_list("unsound", "unsound_from_at")) == [("", None)]
        reported(came, DecodedEvent(at(-5), OPEN), DecodedEvent(at(25), CLOSED))
        run = run_matching(sound.batch_id, by=ANALYST, now=NOW, method="evidence")
        assert run.data_digest != sound.data_digest
        match = Match.objects.get(run=run)
        assert (match.unsound, match.unsound_from_at, match.unsound_to_at) == (
            "strap", at(-5), at(25),
        )  # fmt: skip
        [row] = run_page(run.pk, ANALYST, now=NOW).matches
        assert row.verdict == "observed"
        assert row.says.endswith(
            "About that time the strap was reported open from 2026-02-03 11:55:00 UTC to "
            "2026-02-03 12:25:00 UTC."
        )
