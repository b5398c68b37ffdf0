"""What a try is said to have found: as much as was counted, and of a few people nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from waypost.orders.values import RequirementKind
from waypost.positions.stops import PlaceKind
from waypost.whatif.cohort import Cohort, share, spread
from waypost.whatif.sentences import (
    BEFORE_ORDER,
    cohort_words,
    figures,
    minutes_words,
    percent,
    tried_words,
)
from waypost.whatif.values import SMALL, Tried, Usual, Ways
from whatif_words import FROM, HOME, TO, a_life, exclusion, tried

ONE = Tried(
    FROM, TO, 28, 14, required_h=400, told_h=300, alerts=3, uncertain=1, minutes=95.0,
    by_hour=(95.0,) + (0.0,) * 167,
    places=(Usual(PlaceKind.HOME, 200, 60, True), Usual(PlaceKind.WORK, 80, 0, False)),
    ways=Ways(20, 18),
)  # fmt: skip
EXCLUSION = RequirementKind.EXCLUSION


def said(tried: Tried, kind: RequirementKind = EXCLUSION) -> str:
    told = tried_words(tried, kind)
    return " ".join([*told.cut_off, *told.alerts, *told.limits])


def test_what_is_cut_off_is_told_of_what_is_known_and_by_weeks_with_fixes():
    words = said(ONE)
    assert "Home lies inside the zone. Of 200 hours known" in words
    assert "60 would have been cut off: 30 hours a week" in words  # of two weeks with fixes
    assert "Work lies outside the zone. Of 80 hours known to have been spent there, none" in words
    assert "Of 20 known ways between home and work, 18 would have been cut off" in words


def test_alerts_are_told_with_those_that_are_uncertain_and_what_could_not_be_told():
    words = said(ONE)
    assert "3 alerts in 28 days, 1 of them uncertain" in words
    assert "Of the time it would have bound, 25 % could not be told" in words
    assert "14 of 28 days with fixes" in words
    assert BEFORE_ORDER in words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.0, "0 minutes"), (0.4, "under a minute"), (1.0, "1 minute"), (95.0, "95 minutes"),
     (28_262.0, "28,262 minutes (471 hours)")],
)  # fmt: skip
def test_many_minutes_are_said_in_hours_too(minutes, words):
    assert minutes_words(minutes) == words


def test_what_is_not_known_is_not_said_to_be_free():
    words = said(replace(ONE, places=(), ways=Ways(0, 0)))
    assert words.count("is not known") == 3
    assert "none would" not in words


def test_with_too_few_days_nothing_is_concluded():
    told = tried_words(replace(ONE, days_seen=5), EXCLUSION)
    assert not told.enough
    assert (told.cut_off, told.alerts) == ((), ())
    assert told.limits[0].startswith("Not enough data: 5 of 28 days with fixes.")


def test_hours_that_never_bind_are_said_to_bind_never():
    told = tried_words(replace(ONE, required_h=0, told_h=0), EXCLUSION)
    assert told.cut_off == ("Its hours fall nowhere in this window: it would never have bound.",)
    assert told.alerts == ()


def test_every_figure_stands_in_every_list_of_figures():
    bare = Tried(FROM, TO, 28, 0)
    assert [label for label, _ in figures(bare)] == [label for label, _ in figures(ONE)]
    assert dict(figures(bare))["Hours at home cut off"] == "home not known"
    assert dict(figures(ONE))["Ways between home and work cut off"] == "18 of 20"


@pytest.mark.parametrize(
    ("part", "words"),
    [(0.0, "0 %"), (0.004, "under 1 %"), (0.5, "50 %"), (0.996, "over 99 %"), (1.0, "100 %")],
)
def test_a_little_is_not_none_and_nearly_all_is_not_all(part, words):
    assert percent(part) == words


def cohort_of(*numbers: int) -> Cohort:
    """One person each, with so many alerts."""
    found = Cohort()
    for alerts in numbers:
        minutes = 10.0 * alerts
        found.add(replace(ONE, alerts=alerts, uncertain=0, minutes=minutes,
                          by_hour=(minutes,) + (0.0,) * 167))  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("count", "of", "hidden"),
    [(0, 4, True), (0, 5, False), (5, 5, False), (1, 20, True), (4, 20, True), (5, 20, False),
     (15, 20, False), (16, 20, True), (20, 20, False)],
)  # fmt: skip
def test_a_group_is_hidden_where_it_or_the_rest_is_small(count, of, hidden):
    assert share(count, of).hidden is hidden


def test_what_a_few_people_did_is_told_nowhere():
    """Four of twelve would have had alerts: neither how many, nor when, nor their minutes."""
    few = cohort_of(*[0] * 8, *[7] * 4)
    words = " ".join([*cohort_words(few).cut_off, *cohort_words(few).alerts])
    assert "28" not in words
    assert "280" not in words
    assert "People who would have had an alert: not told" in words
    assert few.hours_told()[0] is None


def test_what_many_did_is_told_with_its_denominator():
    words = " ".join(cohort_words(cohort_of(*[0] * 8, *[7] * 8)).alerts)
    assert "8 of 16 people" not in words  # the sentence names whom first
    assert "People who would have had an alert: 8 of 16 (50 %)." in words
    assert "Alerts in all: 56" in words
    assert cohort_of(*[0] * 8, *[7] * 8).hours_told()[0] == 560.0


def test_a_cohort_too_small_for_a_conclusion_says_so():
    told = cohort_words(cohort_of(*[3] * (SMALL - 1)))
    assert not told.enough
    assert (told.cut_off, told.alerts) == ((), ())


def test_a_cohort_counts_those_without_data_apart():
    found = cohort_of(*[0] * 10)
    found.add(Tried(FROM, TO, 28, 3, alerts=9))
    assert (found.persons, found.enough, found.alerts.count(9)) == (11, 10, 0)
    assert "Left out for want of data: fewer than 5." in cohort_words(found).limits


def test_quarters_need_enough_people():
    assert spread([1] * 19) is None
    assert spread(range(20)) == (4.75, 9.5, 14.25)


def test_a_cohort_comes_back_from_its_record_as_it_was():
    found = cohort_of(1, 2, 3)
    assert Cohort.from_json(found.as_json()) == found


def test_a_real_life_is_said_in_whole_sentences():
    for sentence in said(tried(exclusion(HOME), a_life())).split(". "):
        assert sentence[:1].isupper() or sentence[:1].isdigit(), sentence
