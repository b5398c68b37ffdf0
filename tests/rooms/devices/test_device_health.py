"""What is the matter with a tag: each finding, its edge, what it is judged by, what was learnt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.devices import cadence
from waypost.devices.cadence import GAPS_MIN, TAGS_MIN, Learnt, Seen
from waypost.devices.health import (
    REPLACED_OFTEN,
    Expected,
    FindingKind,
    Signs,
    judge,
    span_words,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
USUAL = Expected(fix_s=60, contact_s=300, upload_lag_s=60, tags=40)


def well(**more) -> Signs:
    """A tag with nothing the matter."""
    signs = {"fitted_at": NOW - timedelta(days=2), "contact_at": NOW - MINUTE,
             "fix_at": NOW - 2 * MINUTE, "battery_percent": 80.0, "battery_at": NOW}  # fmt: skip
    return Signs(**(signs | more))


def kinds(signs: Signs, expected: Expected = USUAL) -> list[FindingKind]:
    return [finding.kind for finding in judge(signs, expected, NOW)]


def test_nothing_is_the_matter_with_a_tag_that_reports():
    assert kinds(well()) == []


def test_a_tag_is_silent_once_it_waits_longer_than_its_kind_and_says_since_when():
    heard = NOW - USUAL.silent_after
    assert kinds(well(contact_at=heard)) == []
    [finding] = judge(well(contact_at=heard - MINUTE), USUAL, NOW)
    assert finding.kind is FindingKind.SILENT
    assert finding.since_at == heard - MINUTE
    assert "16 min" in finding.words


def test_a_kind_that_reports_seldom_is_given_its_time():
    """An hourly tag is not silent after half an hour; two hours of a minutely one are much."""
    heard = NOW - timedelta(hours=2)
    assert kinds(well(contact_at=heard, fix_at=heard), Expected(contact_s=3600)) == []
    assert kinds(well(contact_at=heard, fix_at=heard)) == [FindingKind.SILENT]


def test_a_tag_never_heard_since_its_fitting_is_no_silent_one():
    fresh = well(fitted_at=NOW - 5 * MINUTE, contact_at=None, fix_at=None)
    assert kinds(fresh) == []
    old = well(fitted_at=NOW - timedelta(hours=1), contact_at=None, fix_at=None)
    assert kinds(old) == [FindingKind.NEVER_HEARD]


def test_contact_without_a_fresh_place_is_stale_and_silence_is_not_said_twice():
    stale = well(fix_at=NOW - timedelta(hours=2))
    assert kinds(stale) == [FindingKind.STALE]
    silent = well(fix_at=NOW - timedelta(hours=2), contact_at=NOW - timedelta(hours=2))
    assert kinds(silent) == [FindingKind.SILENT]


def test_a_fix_of_before_the_fitting_is_no_place_of_this_wearer():
    signs = well(fitted_at=NOW - timedelta(hours=3), fix_at=NOW - timedelta(days=30))
    [finding] = judge(signs, USUAL, NOW)
    assert (finding.kind, finding.since_at) == (FindingKind.STALE, signs.fitted_at)


def test_a_low_battery_is_said_until_it_charges():
    assert kinds(well(battery_percent=20.0)) == [FindingKind.BATTERY_LOW]
    assert kinds(well(battery_percent=21.0)) == []
    assert kinds(well(battery_percent=5.0, charging_since=NOW - MINUTE)) == []
    assert kinds(well(battery_percent=None)) == []


def test_several_findings_stand_gravest_first():
    bad = well(
        battery_percent=3.0, jammed_since=NOW - MINUTE, clock_wrong_since=NOW - MINUTE,
        flagged_since=NOW - MINUTE, devices_lately=REPLACED_OFTEN, in_step=False,
    )  # fmt: skip
    found = kinds(bad)
    assert found == sorted(found, key=list(FindingKind).index)
    assert set(found) == {
        FindingKind.JAMMED, FindingKind.CLOCK_WRONG, FindingKind.FLAGGED, FindingKind.BATTERY_LOW,
        FindingKind.REPLACED_OFTEN, FindingKind.NOT_FITTED,
    }  # fmt: skip


def test_two_devices_in_a_month_are_not_too_many():
    assert kinds(well(devices_lately=REPLACED_OFTEN - 1)) == []


@given(st.integers(0, 10**7), st.integers(0, 10**6))
def test_a_longer_wait_never_makes_a_tag_well_again(seconds, more):
    """Once silent, silent until it speaks."""

    def silent(wait: int) -> bool:
        return FindingKind.SILENT in kinds(well(contact_at=NOW - timedelta(seconds=wait)))

    assert silent(seconds) <= silent(seconds + more)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_661, "1 h 01 min"), (90_000, "1 day 1 h")],
)
def test_spans_read_as_people_say_them(seconds, words):
    assert span_words(timedelta(seconds=seconds)) == words


def seen(every_s: float, count: int, *, lag_s: float = 30.0, start_s: int = 0) -> Seen:
    measured = (start_s + np.arange(count) * every_s) * 1e6
    return Seen(measured.astype(np.int64), (measured + lag_s * 1e6).astype(np.int64))


def test_the_cadence_of_a_model_is_learnt_from_its_tags():
    tags = {n: seen(60, 50, start_s=n * 7) for n in range(TAGS_MIN)}
    hourly = {100: seen(3600, 5, lag_s=600)}
    models = dict.fromkeys(tags, "GL300W") | {100: "GL50"}
    quick, slow = cadence.learn(tags | hourly, models)
    assert (quick.model, quick.tags, quick.gaps) == ("GL300W", TAGS_MIN, TAGS_MIN * 49)
    assert (quick.fix_s, quick.contact_s, quick.upload_lag_s) == (60.0, 60.0, 30.0)
    assert quick.is_enough
    assert (slow.model, slow.contact_s, slow.is_enough) == ("GL50", 3600.0, False)


def test_a_backlog_sent_at_once_is_one_contact():
    """An hour of minutes received in one go is one wait for us, sixty for the fixes."""
    whole = seen(60, 61)
    twice = Seen(
        np.concatenate([whole.measured_us, whole.measured_us + 3600 * 10**6]),
        np.concatenate([np.full(61, 10**9), np.full(61, 10**9 + 3600 * 10**6)]),
    )
    [learnt] = cadence.learn({1: twice}, {1: "x"})
    assert (learnt.gaps, learnt.contact_s) == (1, 3600.0)
    assert learnt.fix_s == 60.0


def test_a_gap_never_spans_two_wearers():
    """Activation 1 ended a month before 2 began; the month between is nobody's wait."""
    month = 30 * 86_400
    learnt = cadence.learn({1: seen(60, 10), 2: seen(60, 10, start_s=month)}, {1: "x", 2: "x"})
    assert learnt[0].contact_s == 60.0


def test_a_tag_heard_once_teaches_nothing():
    assert cadence.learn({1: seen(60, 1)}, {1: "x"}) == []


@pytest.mark.parametrize(("tags", "gaps"), [(TAGS_MIN - 1, GAPS_MIN), (TAGS_MIN, GAPS_MIN - 1)])
def test_too_few_tags_fall_back_to_the_houses_numbers(tags, gaps):
    learnt = {"x": Learnt("x", 1.0, 7_200.0, 1.0, tags, gaps)}
    assert cadence.expected_of("x", learnt) == Expected()
    assert cadence.expected_of("unknown", learnt) == Expected()


def test_enough_tags_count():
    learnt = {"x": Learnt("x", 1.0, 7_200.0, 1.0, TAGS_MIN, GAPS_MIN)}
    assert cadence.expected_of("x", learnt).contact_s == 7_200.0
