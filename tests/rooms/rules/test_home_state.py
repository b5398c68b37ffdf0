"""At home, not at home, unknown: what fixes of all mechanisms say, in spells that fill the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from order_story import a_person, clock, fixes_of, read_day, requirement
from waypost.orders.values import RequirementKind
from waypost.rules.home_state import HomeState, home_spells
from waypost.rules.timeline import always
from waypost.rules.values import Parameters
from waypost.units import Mechanism

EVENING = datetime(2026, 3, 2, 18, tzinfo=UTC)
CURFEW = requirement(RequirementKind.CURFEW, "19:00-07:00")
BEACON = int(Mechanism.BEACON)


def spells(day: str, *, until: str = "", beacons: tuple[int, ...] = ()):
    """The spells of an evening; `beacons` are the places of lines that a home unit measured."""
    lines, end = read_day(day, EVENING.date(), until)
    fixes = fixes_of(lines)
    for index in beacons:
        fixes.mechanism[index] = BEACON
    person = a_person(CURFEW, EVENING)
    return home_spells(
        person, person.orders[0], CURFEW, fixes, always(Parameters()), from_at=EVENING, now=end
    )


def told(day: str, **more) -> list[str]:
    return [
        f"{clock(one.from_at)}-{clock(one.to_at) if one.to_at else 'now'} {one.state.value}"
        for one in spells(day, **more)
    ]


def test_home_is_told_from_the_first_fix_that_shows_it():
    assert told(
        """
            18:20  out 20  90 m
            18:30  there    8 m
            18:40  there    8 m
        """
    ) == ["18:00-18:30 unknown", "18:30-now home"]


def test_who_leaves_is_not_home_until_a_fix_shows_the_return():
    assert told(
        """
            18:00  there  8 m
            18:10  there  8 m
            18:20  away   8 m
            18:30  away   8 m
            18:40  there  8 m
            18:50  there  8 m
        """
    ) == ["18:00-18:20 home", "18:20-18:40 not_home", "18:40-now home"]


def test_circles_across_the_edge_change_nothing():
    day = """
        18:00  there    8 m
        18:05  out 20  90 m
        18:09  in 10   90 m
        18:14  out 30 120 m
    """
    assert told(day) == ["18:00-now home"]
    (one,) = spells(day)
    assert clock(one.told_at) == "18:00"


def test_time_without_fixes_is_unknown_once_uploads_have_had_their_time():
    day = """
        18:00  there  8 m
        18:05  there  8 m
    """
    assert told(day, until="18:34") == ["18:00-now home"]
    assert told(day, until="18:36") == ["18:00-18:05 home", "18:05-now unknown"]


def test_after_silence_home_is_told_again_by_a_fix_that_can_tell():
    assert told(
        """
            18:00  there    8 m
            18:40  out 20  90 m
            18:50  there    8 m
        """
    ) == ["18:00-18:50 unknown", "18:50-now home"]


def test_a_home_unit_that_hears_the_tag_outweighs_a_fix_that_strays():
    day = """
        18:00  there    8 m
        18:10  there   30 m
        18:12  out 400 20 m
        18:20  there   30 m
    """
    assert told(day, beacons=(1, 3)) == ["18:00-now home"]
    (one,) = spells(day, beacons=(1, 3))
    assert one.told_by is Mechanism.BEACON


def test_nothing_known_is_unknown():
    assert told("18:30 tick") == ["18:00-now unknown"]


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from(["there", "away", "out 20", "in 30"])),
        max_size=25,
    ),
    st.integers(0, 60),
)
def test_spells_fill_the_time_and_neighbours_differ(steps, later):
    """Every instant has one state, and none is home without a fix that shows it."""
    at, lines = EVENING, []
    for minutes, place in steps:
        at += timedelta(minutes=minutes)
        lines.append(f"{at:%H:%M}  {place}  30 m")
    if not lines:
        return
    end = at + timedelta(minutes=later)
    found = spells("\n".join(lines), until=f"{end:%H:%M}" if later else "")
    assert found[0].from_at == EVENING
    assert found[-1].to_at is None
    for one, other in pairwise(found):
        assert one.to_at == other.from_at
        assert one.state is not other.state
        assert one.from_at < one.to_at
    for one in found:
        if one.state is HomeState.HOME:
            assert one.told_at is not None
