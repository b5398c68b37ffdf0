"""How rare a series is: against brute force, and as stories that an analyst can read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from math import exp, factorial, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.matching.series import (
    Chance,
    Meeting,
    Stretch,
    at_least,
    by_habit,
    gathered,
    meetings,
    occasions,
    poisson_at_least,
    rarity,
    stretches,
    toll,
    toll_words,
)
from waypost.offences.values import Offence

AT = datetime(2026, 2, 3, 22, tzinfo=UTC)
chance = st.floats(0, 1)


def offence(days: float = 0, *, lat: float = 51.5, minutes: int = 40) -> Offence:
    return Offence(
        force="Kent", reference=f"C{days}", crime_type="BIAD", from_at=AT + timedelta(days=days),
        to_at=AT + timedelta(days=days, minutes=minutes), lat=lat, lon=-0.1,
    )  # fmt: skip


@given(st.lists(chance, max_size=9), st.integers(-1, 10))
def test_the_tail_is_what_counting_every_outcome_gives(chances, count):
    counted = sum(
        prod(p if came else 1 - p for p, came in zip(chances, outcome, strict=True))
        for outcome in product([False, True], repeat=len(chances))
        if sum(outcome) >= count
    )
    assert at_least(chances, count) == pytest.approx(counted, abs=1e-12)


@given(st.lists(chance, min_size=1, max_size=30), st.data())
def test_more_chance_makes_so_many_less_rare(chances, data):
    place = data.draw(st.integers(0, len(chances) - 1))
    more = [*chances]
    more[place] = data.draw(st.floats(chances[place], 1))
    count = data.draw(st.integers(0, len(chances)))
    assert at_least(more, count) >= at_least(chances, count) - 1e-12


@given(st.floats(0, 20), st.integers(0, 30))
def test_the_poisson_tail_is_its_own_sum(mean, count):
    summed = sum(exp(-mean) * mean**k / factorial(k) for k in range(count, 140))
    assert poisson_at_least(mean, count) == pytest.approx(summed, rel=1e-9, abs=1e-300)


@given(st.lists(st.integers(0, 4), max_size=8))
def test_every_offence_stands_in_one_occasion_whatever_their_order(days):
    offences = [offence(n) for n in days]
    found = occasions(offences)
    assert sorted(n for group in found for n in group) == list(range(len(days)))
    assert len(found) == len(set(days))


def test_a_wearer_three_of_twelve_scenes_where_they_hardly_ever_are():
    """Within each place 0.6 % of the time: about 40 minutes a week."""
    chances = [Chance(offence(n), n < 3, 0.006) for n in range(12)]
    found = toll(chances)
    assert (found.seen, found.of) == (3, 12)
    assert found.expected == pytest.approx(12 * 0.006 * (1 + 60 * 60 / 700), rel=1e-6)
    assert toll_words(found) == (
        "3 of 12; 0.44 expected by chance; so many or more would be chance about once in 120 such "
        "sets."
    )


def test_the_neighbour_of_every_scene_is_no_series():
    chances = [Chance(offence(n), True, 0.5) for n in range(12)]
    assert "in about 100 of 100 such sets" in toll_words(toll(chances))


def test_two_cars_broken_into_in_one_street_in_one_night_count_once():
    """One visit matches both, so that the second says nothing more."""
    both = [Chance(offence(0), True, 0.01), Chance(offence(0, lat=51.501), True, 0.01)]
    assert toll(both) == toll(both[:1])
    apart = [Chance(offence(0), True, 0.01), Chance(offence(0, lat=51.51), True, 0.01)]
    assert toll(apart).seen == 2


def test_a_longer_window_makes_a_match_by_chance_likelier():
    assert by_habit(0.001, offence(minutes=600)) > 5 * by_habit(0.001, offence(minutes=40))
    assert by_habit(0.9, offence(minutes=600)) == 1.0


def test_stays_are_runs_of_labels_and_those_who_overlap_met():
    minute = timedelta(minutes=1)
    one = stretches([("A1", AT), ("A2", AT + 4 * minute), ("B1", AT + 30 * minute)])
    assert one == [Stretch(AT - minute, AT + 5 * minute),
                   Stretch(AT + 29 * minute, AT + 31 * minute)]  # fmt: skip
    other = stretches([("A1", AT + 3 * minute), ("A2", AT + 9 * minute)])
    third = stretches([("A1", AT + 60 * minute)])
    assert meetings({7: one, 5: other, 6: third}) == [
        Meeting(5, 7, AT + 2 * minute, AT + 5 * minute)
    ]


@given(st.dictionaries(st.integers(1, 5), st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 20)), max_size=3), max_size=5))  # fmt: skip
def test_whoever_met_was_there_at_one_instant(stays):
    minute = timedelta(minutes=1)
    as_stays = {
        who: [Stretch(AT + start * minute, AT + (start + size) * minute) for start, size in some]
        for who, some in stays.items()
    }
    met = {(one.one, one.other) for one in meetings(as_stays)}

    def there(who: int, at: datetime) -> bool:
        return any(each.from_at <= at < each.to_at for each in as_stays[who])

    instants = [AT + (n + 0.5) * minute for n in range(80)]
    for one, other in ((a, b) for a in as_stays for b in as_stays if a < b):
        at_once = any(there(one, at) and there(other, at) for at in instants)
        assert ((one, other) in met) == at_once


def test_several_wearers_at_a_quiet_place_are_rarer_than_at_a_station():
    quiet, station = (gathered(2, expected, offence()) for expected in (0.001, 2.0))
    assert quiet.tail < 1e-4
    assert station.tail > 0.9


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        (1.0, "in about 100 of 100"), (0.2, "in about 20 of 100"), (0.05, "once in 20 "),
        (1 / 123, "once in 120 "), (1 / 12_345, "once in 12,000 "), (0.0, "once in a million"),
    ],
)  # fmt: skip
def test_rarity_is_said_in_plain_words_and_never_as_certainty(tail, words):
    assert words in rarity(tail)
