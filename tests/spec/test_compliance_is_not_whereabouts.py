"""Compliance is not whereabouts: where no trail is in force, a look has what bears on the order.

Of each day below the times are those of fixes at some distance from the middle of a zone 60 m wide,
with a circle (R95) of 10 m; what is shown are the times of the fixes that a practitioner sees.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_story import LONDON, PLACE, a_zone, appointment, requirement
from waypost.orders.values import Order, OrderKind, PersonOrders, Requirement, RequirementKind
from waypost.positions.schema import EVENTS, FIXES
from waypost.positions.tracks import TRACK_COLUMNS, TrackTable, table_of
from waypost.rules.bearing import bears
from waypost.rules.plan import compile_plan
from waypost.rules.values import Certainty, JudgedViolation, Parameters, RowKind

DAY = datetime(2026, 3, 2, tzinfo=LONDON)  # a Monday
METRES_A_DEGREE = 111_200.0
KINDS = [kind for kind in OrderKind if kind is not OrderKind.PROTECTION]
K = RequirementKind
A_WALK = "09:00 2000, 10:00 300, 11:00 200, 12:00 0, 13:00 2000, 20:00 30, 21:00 2000"


def at(text: str) -> datetime:
    hour, minute = text.split(":")
    return DAY.replace(hour=int(hour), minute=int(minute))


def track(day: str, events: str = "", r95_m: float = 10.0) -> TrackTable:
    """ "09:00 2000" is a fix at 9:00, two kilometres north of the zone's middle."""
    lines = [line.split() for line in day.split(", ")]
    rows = [
        {
            "activation": 1, "measured_at": at(when), "received_at": at(when),
            "lat": PLACE[0] + float(metres) / METRES_A_DEGREE, "lon": PLACE[1],
            "accuracy_m": r95_m, "accuracy_stated": True, "mechanism": 1, "speed_mps": None,
            "course_deg": None, "set_aside": 0, "content_key": n,
        }
        for n, (when, metres) in enumerate(lines)
    ]  # fmt: skip
    schema = pa.schema([FIXES.field(name) for name in TRACK_COLUMNS])
    told = [
        {
            name: {"activation": 1, "measured_at": at(one.split()[0]), "kind": one.split()[1],
                   "received_at": at(one.split()[0]), "attributes": "{}", "set_aside": 0,
                   "content_key": n}.get(name)
            for name in EVENTS.names
        }
        for n, one in enumerate(filter(None, events.split(", ")))
    ]  # fmt: skip
    return table_of(
        pa.Table.from_pylist(rows, schema), pa.Table.from_pylist(told, EVENTS),
        DAY, DAY + timedelta(days=1),
    )  # fmt: skip


def person(*asked: Requirement, kind: OrderKind = OrderKind.COMMUNITY_ORDER) -> PersonOrders:
    named = [replace(one, requirement_id=f"R{n}") for n, one in enumerate(asked)]
    return PersonOrders("P", (Order("O", kind, DAY - timedelta(days=1), None, tuple(named)),))


def shown(who: PersonOrders, seen: TrackTable, *rows: JudgedViolation) -> list[str]:
    """Times of the fixes that are shown."""
    numbers = Parameters()
    plan = compile_plan(who, numbers, from_at=DAY, to_at=DAY + timedelta(days=1))
    kept = seen.only(bears(plan, seen, rows))
    return [f"{row.measured_at.astimezone(LONDON):%H:%M}" for row in kept.rows()]


def violation(
    start: str, end: str | None, kind: RowKind = RowKind.CURFEW, **more: object
) -> JudgedViolation:
    row = JudgedViolation(
        "R0", kind, at(start), at(end) if end else None, Certainty.CERTAIN, 1.0, at(start)
    )
    return replace(row, **more)


EVERYTHING = [one.split()[0] for one in A_WALK.split(", ")]


@pytest.mark.parametrize("kind", KINDS)
def test_with_a_trail_in_force_all_is_shown_but_court_bail_admits_none(kind):
    who = person(requirement(K.TRAIL), kind=kind)
    assert shown(who, track(A_WALK)) == ([] if kind is OrderKind.COURT_BAIL else EVERYTHING)


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_zone_to_keep_out_of_only_what_came_near_is_shown(kind):
    who = person(requirement(K.EXCLUSION), kind=kind)
    assert shown(who, track(A_WALK)) == ["11:00", "12:00", "20:00"]


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_curfew_only_its_hours_are_shown(kind):
    who = person(requirement(K.CURFEW, "19:00-07:00"), kind=kind)
    assert shown(who, track(A_WALK)) == ["20:00", "21:00"]


@pytest.mark.parametrize("kind", KINDS)
def test_of_an_appointment_only_its_hour_is_shown_and_the_way_there_is_not(kind):
    who = person(appointment("12:00"), kind=kind)
    seen = shown(who, track("09:00 2000, 10:30 800, 12:00 0, 12:50 10, 14:00 900"))
    assert seen == ["12:00", "12:50"]


@pytest.mark.parametrize("kind", [K.INCLUSION, K.RESTRICTION])
def test_deep_inside_a_county_that_one_must_stay_in_nothing_is_shown(kind):
    who = person(replace(requirement(kind), zones=(a_zone(20_000.0),)))
    day = "09:00 0, 10:00 9000, 11:00 19795, 12:00 19850, 13:00 20500"
    assert shown(who, track(day)) == ["11:00", "12:00", "13:00"]


@pytest.mark.parametrize("kind", KINDS)
def test_alcohol_asks_nothing_of_a_place(kind):
    who = person(Requirement("R", K.ALCOHOL), kind=kind)
    assert shown(who, track(A_WALK)) == []


def test_a_fix_too_vague_to_tell_bears_since_it_may_be_near():
    who = person(requirement(K.EXCLUSION))
    assert shown(who, track("09:00 1000, 10:00 1000", r95_m=800.0)) == ["09:00", "10:00"]
    assert shown(who, track("09:00 1000, 10:00 1000", r95_m=700.0)) == []


def test_half_an_hour_on_either_side_of_a_violation_is_shown():
    who = person(requirement(K.EXCLUSION))
    far = track("11:29 2000, 11:30 2000, 12:00 2000, 12:40 2000, 12:41 2000")
    assert shown(who, far, violation("12:00", "12:10", RowKind.EXCLUSION)) == [
        "11:30", "12:00", "12:40"
    ]  # fmt: skip
    assert shown(who, far, violation("12:00", None)) == ["11:30", "12:00", "12:40", "12:41"]


@pytest.mark.parametrize(
    "row",
    [
        violation("12:00", "12:10", withdrawn=True),
        violation("12:00", "12:10", certainty=Certainty.CANNOT_TELL),
        violation("12:00", "12:10", RowKind.EXCLUSION_WARNING),
        violation("12:00", "12:10", RowKind.BATTERY),
        violation("12:00", "12:10", RowKind.STATIONARY),
    ],
)
def test_what_is_no_violation_that_stands_opens_nothing(row):
    who = person(requirement(K.EXCLUSION))
    assert shown(who, track("11:50 2000, 12:05 2000"), row) == []


@pytest.mark.parametrize("kind", ["sos", "strap_tamper", "case_tamper"])
def test_a_call_for_help_or_a_cut_strap_shows_where(kind):
    who = person(requirement(K.EXCLUSION))
    day = "11:00 2000, 11:45 2000, 12:20 2000, 13:00 2000"
    assert shown(who, track(day, f"12:00 {kind}")) == ["11:45", "12:20"]
    assert shown(who, track(day, "12:00 battery_low")) == []


def test_the_last_place_before_a_tag_fell_silent_is_shown_however_old():
    who = person(requirement(K.EXCLUSION))
    silence = violation("12:00", "15:00", RowKind.NO_CONTACT)
    assert shown(who, track("08:00 2000, 09:00 2000, 16:00 2000"), silence) == ["09:00"]


def test_what_is_held_back_is_no_gap_and_a_gap_is_still_one():
    who = person(requirement(K.CURFEW, "19:00-07:00"))
    day = track("06:58 0, 07:00 0, 07:03 50, 07:06 90, 18:00 9, 19:10 9, 19:14 9")
    plan = compile_plan(who, Parameters(), from_at=DAY, to_at=DAY + timedelta(days=1))
    kept = day.only(bears(plan, day, ()))
    listed = [
        (f"{gap.from_at.astimezone(LONDON):%H:%M}-{gap.to_at.astimezone(LONDON):%H:%M}",
         gap.held_back)
        for gap in kept.gaps.listed()
    ]  # fmt: skip
    assert listed == [
        ("00:00-06:58", False), ("06:58-07:06", True), ("07:06-18:00", False),
        ("18:00-19:10", False), ("19:14-00:00", False),
    ]  # fmt: skip
    assert kept.held_back == 4
    assert kept.gaps.silence == day.gaps.silence, "what is known does not depend on who looks"


@given(
    st.lists(st.tuples(st.integers(0, 1439), st.integers(-3000, 3000)), min_size=1, max_size=40,
             unique_by=lambda one: one[0]),
    st.booleans(),
)  # fmt: skip
def test_all_that_is_on_the_wrong_side_is_shown_and_silence_is_the_same(fixes, inside):
    """Whatever the day: no fix that breaks the order is held back, none is shown twice, and the
    silence that is told is that of the whole track."""
    kind = K.CURFEW if inside else K.EXCLUSION
    who = person(requirement(kind))
    day = track(", ".join(f"{n // 60:02}:{n % 60:02} {m}" for n, m in sorted(fixes)))
    plan = compile_plan(who, Parameters(), from_at=DAY, to_at=DAY + timedelta(days=1))
    mask = bears(plan, day, ())
    kept = day.only(mask)
    wrong = [(abs(m) > 75) if inside else (abs(m) < 45) for _, m in sorted(fixes)]
    assert all(mask[n] for n, breaks in enumerate(wrong) if breaks)
    assert len(kept) + kept.held_back == len(day)
    assert kept.gaps.silence == day.gaps.silence
    assert bool((kept.gaps.before < len(kept)).all())
    assert bool((kept.gaps.after < len(kept)).all())
