"""Presence claims nothing it cannot: less data, worse data, a wider place or a longer window never
make *excluded* surer, and a tag that was there is never excluded. Clocks and the table of moves."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from waypost.disclosure import clocks, dip, kinds, lifecycle
from waypost.disclosure.checking import acceptable, findings, told_of_refusal
from waypost.disclosure.clocks import Clocks, due
from waypost.disclosure.figures import median_ranks, taken
from waypost.disclosure.kinds import Clock, Within
from waypost.disclosure.minimum import MARGIN_M, digest_of, least
from waypost.disclosure.presence import (
    Presence,
    Spot,
    Verdict,
    doubted_m,
    judge,
    left_over_us,
    reaches,
)
from waypost.disclosure.soundness import (
    CASE,
    CLOCK,
    CONTRADICTED,
    NOT_WORN,
    RADIO,
    STRAP,
    Report,
    troubles,
)
from waypost.disclosure.values import (
    DOERS,
    ENDED,
    FROM,
    NEXT,
    TARGET,
    Act,
    Doer,
    Ground,
    Kind,
    Place,
    Status,
    Urgency,
    Wanted,
    What,
    Window,
)
from waypost.errors import Refused
from waypost.positions.schema import SetAside
from waypost.positions.tracks import TrackRow
from waypost.units import Mechanism

MINUTE_US = 60_000_000
HOUR = (0, 60 * MINUTE_US)
SPEED = 90.0
SPOTS = st.lists(
    st.builds(
        Spot,
        st.integers(-60 * MINUTE_US, 120 * MINUTE_US),
        st.floats(0, 40_000, allow_nan=False),
        st.floats(0, 1500, allow_nan=False),
    ),
    max_size=60,
)
RADII = st.floats(10, 2000)


def verdict(spots, radius_m: float = 100, window=HOUR, speed: float = SPEED) -> Presence:
    return judge(spots, radius_m, window, speed_mps=speed)


def far(distance_m: float, every_s: int = 60, r95_m: float = 8) -> list[Spot]:
    """A tag that stays so far off, heard so often."""
    return [Spot(s * 1_000_000, distance_m, r95_m) for s in range(-3600, 7200, every_s)]


def test_a_tag_far_off_and_heard_each_minute_is_excluded_and_one_near_is_not():
    assert verdict(far(6_000)).verdict is Verdict.EXCLUDED
    assert verdict(far(2_000)).verdict is Verdict.CANNOT_TELL
    assert verdict(far(6_000, every_s=300)).verdict is Verdict.CANNOT_TELL
    assert verdict([]).verdict is Verdict.CANNOT_TELL


def test_one_fix_alone_rules_nothing_out_however_far():
    assert verdict([Spot(30 * MINUTE_US, 10_000_000, 5)]).verdict is Verdict.CANNOT_TELL


def test_trouble_with_strap_case_radio_or_clock_excludes_nothing():
    found = judge(far(6_000), 100, HOUR, speed_mps=SPEED, troubles=("The strap was cut.",))
    assert (found.verdict, found.troubles) == (Verdict.CANNOT_TELL, ("The strap was cut.",))


def test_observed_needs_two_fixes_one_of_them_wholly_inside():
    assert verdict([Spot(1, 10, 8)]).verdict is Verdict.POSSIBLE
    assert verdict([Spot(1, 10, 8), Spot(2, 90, 30)]).verdict is Verdict.OBSERVED
    assert verdict([Spot(1, 95, 30), Spot(2, 90, 30)]).verdict is Verdict.POSSIBLE


@given(SPOTS, RADII, st.data())
def test_a_longer_gap_never_makes_excluded_surer(spots, radius_m, data):
    """Of fixes none of which reaches the place: one that does is evidence of presence."""
    away = [one for one in spots if not reaches(one, radius_m)]
    kept = [one for one in away if data.draw(st.booleans())]
    assert left_of(kept, radius_m) >= left_of(away, radius_m)
    if verdict(kept, radius_m).verdict is Verdict.EXCLUDED:
        assert verdict(away, radius_m).verdict is Verdict.EXCLUDED


@given(st.integers(4_000, 40_000), st.integers(20, 90), st.data())
def test_a_longer_gap_in_a_steady_track_never_makes_excluded_surer(distance_m, every_s, data):
    spots = far(distance_m, every_s)
    first = data.draw(st.integers(0, len(spots)))
    last = data.draw(st.integers(first, len(spots)))
    holed = spots[:first] + spots[last:]
    assert left_of(holed) >= left_of(spots)


@given(SPOTS, RADII, st.floats(1, 5), st.floats(0, 500))
def test_worse_accuracy_never_makes_excluded_surer(spots, radius_m, times, more_m):
    worse = [Spot(one.us, one.distance_m, one.r95_m * times + more_m) for one in spots]
    assert left_of(worse, radius_m) >= left_of(spots, radius_m)
    if verdict(worse, radius_m).verdict is Verdict.EXCLUDED:
        assert verdict(spots, radius_m).verdict is Verdict.EXCLUDED


@given(SPOTS, RADII, st.floats(0, 3000), st.floats(0, 60), st.integers(0, 30))
def test_a_wider_place_a_longer_window_and_a_faster_tag_never_make_it_surer(
    spots, radius_m, wider_m, faster, longer
):
    more = judge(
        spots, radius_m + wider_m, (HOUR[0], HOUR[1] + longer * MINUTE_US),
        speed_mps=SPEED + faster,
    )  # fmt: skip
    if more.verdict is Verdict.EXCLUDED:
        assert verdict(spots, radius_m).verdict is Verdict.EXCLUDED


@given(
    st.integers(0, 59), st.integers(1, 600), st.floats(1, SPEED),
    st.lists(st.tuples(st.integers(-55, 115), st.floats(1, 1000), st.floats(-1, 1)), max_size=60),
)  # fmt: skip
def test_a_tag_that_was_there_is_never_excluded(minute, stays_s, speed, heard):
    """It comes as straight and as fast as is thought possible, stays, and goes likewise; each fix
    is wrong by as much as is reckoned with, outwards."""
    arrives = minute * MINUTE_US
    leaves = arrives + stays_s * 1_000_000
    spots = []
    for at_min, r95_m, share in heard:
        us = at_min * MINUTE_US
        seconds = max(arrives - us, us - leaves, 0) / 1e6
        distance = 50 + speed * seconds
        spots.append(Spot(us, max(0.0, distance + share * doubted_m(r95_m)), r95_m))
    assert verdict(spots).verdict is not Verdict.EXCLUDED


def left_of(spots, radius_m: float = 100) -> int:
    return left_over_us(sorted(spots, key=lambda one: one.us), radius_m, HOUR, SPEED)


# What is released is minimal


def row(minute: int, lat: float, lon: float, aside: SetAside = SetAside.USABLE) -> TrackRow:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(minutes=minute)
    return TrackRow(at, at, lat, lon, 8.0, True, Mechanism.GNSS, None, None, aside, "", 1)


@given(
    st.lists(
        st.tuples(st.integers(-60, 60), st.floats(51.50, 51.53), st.floats(-0.12, -0.08),
                  st.sampled_from([SetAside.USABLE, SetAside.INVALID])),
        max_size=40,
    )
)  # fmt: skip
def test_only_the_window_only_what_reaches_the_place_only_what_was_judged(told):
    rows = [row(*one) for one in sorted(told)]
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    window = Window(noon, noon + timedelta(minutes=30))
    place = Place(51.515, -0.10, 300.0)
    whole = least(rows, What.TRACK, window, None)
    some = least(rows, What.PRESENCE, window, place)
    assert all(window.from_at <= one.at < window.to_at for one in whole.rows)
    assert set(some.rows) <= set(whole.rows)
    assert len(whole.rows) + whole.set_aside == sum(
        window.from_at <= one.measured_at < window.to_at for one in rows
    )
    assert len(some.rows) + some.elsewhere == len(whole.rows)
    for one in some.rows:
        north = (one.lat - place.lat) * 111_300
        east = (one.lon - place.lon) * 111_300 * math.cos(math.radians(place.lat))
        assert math.hypot(north, east) <= (300 + 8 + MARGIN_M) * 1.01


@given(st.lists(st.tuples(st.integers(0, 29), st.floats(51.5, 51.6), st.floats(-0.1, 0)),
                min_size=1, max_size=20), st.integers(0, 19))  # fmt: skip
def test_another_fix_or_another_sentence_is_another_digest(told, which):
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    window = Window(noon, noon + timedelta(minutes=30))
    rows = [row(*one) for one in sorted(told)]
    found = least(rows, What.TRACK, window, None)
    fewer = least(rows[: which % len(rows)], What.TRACK, window, None)
    assert digest_of(found) != digest_of(fewer)
    assert digest_of(found) != digest_of(found, ("more",))


# The table of moves


@given(st.sampled_from(list(Status)), st.sampled_from(list(Act)), st.text(max_size=4))
def test_an_act_leads_where_the_table_says_or_is_refused(status, act, words):
    try:
        after = lifecycle.decide(status, act, words=words)
    except Refused:
        lacks = act in lifecycle.NEEDS_WORDS and not words.strip()
        assert lacks or not lifecycle.leads_on(status, act)
        return
    assert after is TARGET[act]
    assert after in NEXT[status]
    assert status in FROM.get(act, NEXT)


@given(st.lists(st.sampled_from(list(Act)), max_size=40))
def test_nothing_is_released_that_was_not_checked_and_told_that_was_not_called_back(acts):
    for start in (Status.SUBMITTED, Status.CALLED):
        status, past = start, [start]
        for act in acts:
            if lifecycle.leads_on(status, act):
                status = TARGET[act]
                past.append(status)
        if Status.GRANTED in past:
            assert past[past.index(Status.GRANTED) - 1] is Status.CHECKED
        if Status.TOLD in past:
            assert past[past.index(Status.TOLD) - 1] is Status.CALLED_BACK


def test_every_move_of_the_table_is_made_by_an_act_and_everything_ends():
    assert {(one.before, one.after) for one in lifecycle.moves()} == {
        (before, after) for before in NEXT for after in NEXT[before]
    }
    assert {one for one in NEXT if not NEXT[one]} <= ENDED
    assert all(DOERS[act] for act in Act)
    assert all(Doer.REQUESTER not in DOERS[act] or len(DOERS[act]) == 1 for act in Act)


# Clocks

ZONE = "Europe/London"
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))


@given(STARTS, st.integers(1, 60))
def test_days_end_with_the_local_day_and_hours_are_hours(start, number):
    by_day = due(Within(Clock.DAYS, number), start, ZONE).astimezone(ZoneInfo(ZONE))
    assert (by_day.hour, by_day.minute) == (0, 0)
    local = start.astimezone(ZoneInfo(ZONE)).date()
    assert by_day.date() == local + timedelta(days=number + 1)
    assert due(Within(Clock.HOURS, number), start, ZONE) - start == timedelta(hours=number)


@pytest.mark.parametrize(
    ("start", "by"),
    [
        (datetime(2026, 3, 28, 13, tzinfo=UTC), datetime(2026, 3, 29, 13, tzinfo=UTC)),
        (datetime(2026, 10, 24, 13, tzinfo=UTC), datetime(2026, 10, 25, 13, tzinfo=UTC)),
    ],
)
def test_paper_within_a_day_is_24_hours_on_both_nights(start, by):
    assert clocks.told(start, ZONE).paper_by == by


@pytest.mark.parametrize(
    ("asked", "by"),
    [
        (datetime(2026, 3, 25, 12, tzinfo=UTC), datetime(2026, 4, 4, 23, tzinfo=UTC)),
        (datetime(2026, 10, 20, 12, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)),
    ],
)
def test_a_routine_answer_is_due_at_a_local_midnight_over_both_nights(asked, by):
    assert clocks.submitted(Kind.POLICE, Urgency.ROUTINE, asked, ZONE).answer_by == by


@pytest.mark.parametrize(
    ("asked", "last"),
    [
        (datetime(2026, 1, 31, 12, tzinfo=UTC), date(2026, 2, 28)),
        (datetime(2028, 1, 31, 12, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2026, 12, 15, 12, tzinfo=UTC), date(2027, 1, 15)),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 4, 28)),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), date(2026, 8, 1)),
    ],
)
def test_a_month_is_the_corresponding_date(asked, last):
    by = clocks.submitted(Kind.OWN, Urgency.ROUTINE, asked, ZONE).answer_by
    assert by == clocks.end_of_day(last, ZONE)


@given(STARTS, st.integers(0, 400), st.integers(0, 400))
def test_the_answer_s_clock_stands_while_the_requester_is_asked(start, hours, away):
    asked = start + timedelta(hours=hours)
    runs = clocks.returned(clocks.submitted(Kind.POLICE, Urgency.ROUTINE, start, ZONE), asked)
    assert clocks.running(runs, Status.RETURNED) == []
    back = asked + timedelta(hours=away)
    again = clocks.resubmitted(runs, back).answer_by
    assert again - back == max(runs.left, kinds.LEFT_AT_LEAST)


@given(st.sampled_from(list(Status)), STARTS, st.lists(st.integers(-9, 9), min_size=4, max_size=4))
def test_what_has_ended_and_what_ends_next_are_two(status, now, offsets):
    times = [now + timedelta(days=one) for one in offsets]
    runs = Clocks(*times)
    over, later = clocks.ended(runs, status, now), clocks.after(runs, status, now)
    assert over is None or over[0] <= now
    assert later is None or later > now


# Dip tests, figures, what is told


@given(st.sets(st.integers(1, 10_000), max_size=60), st.integers(0, 2**62), st.integers(0, 99))
def test_a_draw_can_be_done_again_and_is_a_share_and_at_least_two(numbers, seed, more):
    drawn = dip.draw(numbers, seed=seed)
    assert drawn == dip.draw(sorted(numbers, reverse=True), seed=seed)
    assert set(drawn) <= numbers
    assert len(drawn) == min(len(numbers), max(dip.LEAST, math.ceil(dip.SHARE * len(numbers))))
    others = dip.draw(numbers | {20_000 + more}, seed=seed)
    assert len(set(others) ^ set(drawn)) <= 2


@given(st.integers(0, 1500))
def test_the_median_lies_between_its_ranks_with_95_percent(count):
    ranks = median_ranks(count)
    if ranks is None:
        assert count < 6
        return
    low, high = ranks
    assert low + high == count - 1
    inside = sum(math.comb(count, k) for k in range(low + 1, high + 1))
    assert 20 * inside >= 19 * 2**count


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=60)), max_size=80))
def test_times_taken_are_in_order(spans):
    found = taken(spans)
    if found.median is None:
        assert len(spans) < 6
        return
    assert found.low <= found.median <= found.high
    if found.first_quartile is not None:
        assert found.first_quartile <= found.median <= found.third_quartile


@given(st.sets(st.sampled_from(list(Ground))), st.text(max_size=30), st.text(max_size=30))
def test_what_is_told_of_a_refusal_holds_nothing_of_the_person_asked_about(grounds, name, ref):
    def asked(person: str, reference: str) -> Wanted:
        return Wanted(Kind.POLICE, What.TRACK, Urgency.ROUTINE, None, None, person, "", reference)

    assert told_of_refusal(asked(name, ref), grounds) == told_of_refusal(asked("x", "y"), grounds)
    for one in grounds:
        assert acceptable(asked(name, ref), one)


@given(STARTS, st.integers(1, 40 * 24))
def test_a_window_that_is_not_over_or_too_long_is_always_found(start, hours):
    assume(hours > 48)
    window = Window(start, start + timedelta(hours=hours))
    asked = Wanted(Kind.POLICE, What.TRACK, Urgency.ROUTINE, window)
    early = {one.ground for one in findings(asked, now=start + timedelta(hours=1))}
    late = {one.ground for one in findings(asked, now=window.to_at)}
    assert Ground.NOT_RETROSPECTIVE in early
    assert Ground.NOT_RETROSPECTIVE not in late
    assert Ground.TOO_BROAD in late


# What would make *excluded* unsafe

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ASKED = Window(NOON, NOON + timedelta(hours=1))
ALL_DAY = [(NOON - timedelta(hours=9), NOON + timedelta(hours=9))]


def unsafe(*reports: tuple[float, str], rows=(), spots=(), worn=ALL_DAY) -> tuple[str, ...]:
    """Troubles of an hour from noon; reports: hours from noon, kind."""
    said = [Report(NOON + timedelta(hours=hours), kind) for hours, kind in reports]
    return troubles(said, list(rows), list(spots), worn, ASKED, 100.0)


@pytest.mark.parametrize(
    ("reports", "said"),
    [
        ([], ()),
        ([(-30, "strap_tamper")], (STRAP,)),
        ([(-30, "strap_tamper"), (-29, "strap_restored")], ()),
        ([(-30, "strap_tamper"), (-24, "strap_restored")], (STRAP,)),  # by its own word alone
        ([(-30, "strap_tamper"), (-25.5, "strap_restored")], ()),
        ([(-30, "strap_tamper"), (0.2, "strap_restored")], (STRAP,)),
        ([(0.5, "strap_tamper"), (0.6, "strap_restored")], (STRAP,)),
        ([(-30, "case_tamper")], (CASE,)),
        ([(-2, "jamming"), (-1.5, "jamming_ended")], ()),
        ([(-2, "jamming")], (RADIO,)),
        ([(1.5, "jamming")], (RADIO,)),
        ([(3, "strap_tamper")], ()),
        ([(-1, "battery_low"), (0.1, "charging_started")], ()),
    ],
)
def test_a_strap_case_or_radio_that_was_not_sound_is_said(reports, said):
    assert unsafe(*reports) == said


def test_a_wrong_clock_a_fix_set_aside_at_the_place_and_a_tag_not_on_are_said():
    wrong = row(10, 51.5, -0.1, SetAside.WRONG_HOUR)
    assert unsafe(rows=[wrong], spots=[Spot(0, 9_000, 8)]) == (CLOCK,)
    aside = row(10, 51.5, -0.1, SetAside.IMPOSSIBLE_SPEED)
    assert unsafe(rows=[aside], spots=[Spot(0, 50, 8)]) == (CONTRADICTED,)
    assert unsafe(rows=[aside], spots=[Spot(0, 9_000, 8)]) == ()
    half = NOON + timedelta(minutes=30)
    assert unsafe(worn=[(NOON, half)]) == (NOT_WORN,)
    assert unsafe(worn=[(half, ASKED.to_at), (NOON, half)]) == ()
    assert unsafe(worn=[]) == (NOT_WORN,)
