"""What holds of every try: more zone cuts off no less, and nothing kept tells where anybody was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as some

from waypost.positions.stops import PlaceKind
from waypost.rules.values import Certainty
from waypost.whatif.cohort import Cohort
from waypost.whatif.values import DayCount, Tried, Usual, Ways, as_json, from_json
from whatif_words import FROM, HOME, MIDDLE, TO, WORK, a_life, exclusion, row, tried

LIFE = a_life(days=10)
centres = some.sampled_from([HOME, MIDDLE, WORK])
radii = some.floats(30, 3000)
hours = some.one_of(some.none(), some.builds(
    lambda start, end: row(f"{start:02d}:00", f"{end:02d}:00"),
    some.integers(0, 23), some.integers(0, 23),
))  # fmt: skip
tenths = some.integers(0, 100_000).map(lambda number: number / 10)


@settings(max_examples=15)
@given(centre=centres, small=radii, more=some.floats(1, 2000), when=hours)
def test_a_larger_exclusion_zone_cuts_off_no_less(centre, small, more, when):
    """Of places and of ways. Alerts may get fewer, since visits merge, and what could be told may
    change either way."""
    one = tried(exclusion(centre, small, when), LIFE, days=10)
    other = tried(exclusion(centre, small + more, when), LIFE, days=10)
    assert one.ways.known == other.ways.known
    assert one.ways.cut <= other.ways.cut
    assert len(one.places) == len(other.places)
    for before, after in zip(one.places, other.places, strict=True):
        assert (before.kind, before.hours) == (after.kind, after.hours)
        assert before.cut_hours <= after.cut_hours + 1e-6
        assert after.held or not before.held


@settings(max_examples=15)
@given(centre=centres, radius=radii, when=hours)
def test_counts_hang_together(centre, radius, when):
    found = tried(exclusion(centre, radius, when), LIFE, days=10)
    assert 0 <= found.uncertain <= found.alerts <= sum(found.rows.values())
    assert 0 <= found.told_h <= found.required_h + 1e-6
    assert found.ways.cut <= found.ways.known
    assert all(0 <= place.cut_hours <= place.hours + 1e-6 for place in found.places)
    assert sum(day.alerts for day in found.by_day) == found.alerts
    assert abs(sum(day.minutes for day in found.by_day) - found.minutes) < 1e-6
    assert sum(found.by_hour) >= found.minutes - 1e-6


@settings(max_examples=15)
@given(centre=centres, radius=radii, when=hours)
@example(centre=HOME, radius=300.0, when=None)
def test_what_is_kept_of_a_try_holds_no_place(centre, radius, when):
    """Every number of it is a whole number, or one of hours or minutes rounded to a tenth: none
    has the digits that a coordinate, or a distance, would need to be found again."""
    found = tried(exclusion(centre, radius, when), LIFE, days=10)
    many = Cohort()
    many.add(found)
    assert_no_place(json.loads(json.dumps(as_json(found))))
    assert_names_no_place(many.as_json())


def assert_no_place(kept: object) -> None:
    assert_names_no_place(kept)
    for number in numbers(kept):
        assert number == round(number, 1)


def assert_names_no_place(kept: object) -> None:
    assert names(kept) <= {
        "from", "to", "days", "days_seen", "required_h", "told_h", "alerts", "uncertain", "rows",
        "minutes", "by_hour", "by_day", "day", "places", "kind", "hours", "cut_hours", "held",
        "ways", "known", "cut", *Certainty, "persons", "enough", "failed", "by_hour_persons",
        "home_known", "home_cut", "work_known", "work_cut", "ways_known", "ways_cut",
    }  # fmt: skip


def numbers(kept: object) -> list[float]:
    if isinstance(kept, dict):
        return [number for one in kept.values() for number in numbers(one)]
    if isinstance(kept, list):
        return [number for one in kept for number in numbers(one)]
    return [kept] if isinstance(kept, int | float) else []


def names(kept: object) -> set[str]:
    if isinstance(kept, dict):
        return set(kept) | {name for one in kept.values() for name in names(one)}
    return {name for one in kept for name in names(one)} if isinstance(kept, list) else set()


@given(
    some.builds(
        Tried,
        from_at=some.just(FROM), to_at=some.just(TO), days=some.integers(0, 28),
        days_seen=some.integers(0, 28), required_h=tenths, told_h=tenths,
        alerts=some.integers(0, 999), uncertain=some.integers(0, 999),
        rows=some.dictionaries(some.sampled_from([one.value for one in Certainty]),
                               some.integers(1, 99)),
        minutes=tenths,
        by_hour=some.lists(tenths, min_size=168, max_size=168).map(tuple),
        by_day=some.lists(some.builds(
            DayCount, some.dates(date(2026, 1, 1), date(2027, 1, 1)), some.integers(0, 9), tenths,
        ), max_size=4).map(tuple),
        places=some.lists(some.builds(
            Usual, some.sampled_from(PlaceKind), tenths, tenths, some.booleans(),
        ), max_size=4).map(tuple),
        ways=some.builds(Ways, some.integers(0, 99), some.integers(0, 99)),
    )
)  # fmt: skip
@settings(max_examples=30)
def test_a_try_comes_back_from_its_record_as_it_was(one):
    assert from_json(json.loads(json.dumps(as_json(one)))) == one
    finer = replace(one, minutes=one.minutes + 0.04)
    assert from_json(as_json(finer)).minutes == one.minutes
