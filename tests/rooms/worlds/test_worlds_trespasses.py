"""Breaches come in every kind, where and when they are meant to; near misses break nothing."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from waypost.clock import read_instant
from waypost.orders.values import RequirementKind
from waypost.rules.values import How, RowKind
from waypost.worlds.hours import dates
from waypost.worlds.places import town
from waypost.worlds.routines import path_of
from waypost.worlds.shapes import depth_m
from waypost.worlds.trespasses import trespasses
from waypost.worlds.trial import cases_of
from waypost.worlds.world import lives_of, people_of

UNTIL = read_instant("2026-04-02T12:00:00Z")
UNTIL_S = UNTIL.timestamp()
FROM_S = UNTIL_S - 20 * 86_400


@pytest.fixture(scope="module")
def people():
    return people_of(5, 40, from_s=FROM_S, until_s=UNTIL_S, restless=20.0)


@pytest.fixture(scope="module")
def outings(people):
    """Every outing of the module, by why."""
    found = defaultdict(list)
    for wearer in people:
        for day in dates(FROM_S, UNTIL_S):
            for outing in trespasses(wearer, 5, day):
                found[outing.why].append((wearer, outing))
    return found


def _deepest(wearer, outing):
    """The deepest that a stop of it lies in the exclusion zone it is about."""
    zones = [ask.shape for ask in wearer.asks if ask.kind is RequirementKind.EXCLUSION]
    east, north = np.array([stop.place for stop in outing.stops]).T
    return max(float(depth_m(zone, east, north).max()) for zone in zones)


def test_zones_are_entered_crossed_and_walked_along_on_either_side(outings):
    for why in ("zone entered", "zone visited", "zone's edge walked inside"):
        assert len(outings[why]) > 5, why
        assert all(_deepest(wearer, outing) > 1 for wearer, outing in outings[why]), why
    for why in ("zone's edge walked outside", "zone's neighbour visited"):
        assert len(outings[why]) > 5, why
        assert all(_deepest(wearer, outing) < 1 for wearer, outing in outings[why]), why
    for _, outing in outings["zone crossed"]:
        assert [stop.dwell_s for stop in outing.stops] == [0, 0]
        assert 6 <= outing.stops[1].speed_mps <= 14


def test_in_the_garden_is_at_home_and_the_doorstep_is_not(outings):
    def beyond(wearer, outing):
        (stop,) = outing.stops
        home = wearer.ask(RequirementKind.CURFEW).shape
        return -float(depth_m(home, np.array([stop.place[0]]), np.array([stop.place[1]]))[0])

    assert len(outings["garden"]) > 5
    assert all(beyond(*one) < -10 for one in outings["garden"])
    steps = [one for one in outings["curfew broken"] if one[1].stops[0].why == "doorstep"]
    assert len(steps) > 5
    assert all(7 < beyond(*one) < 170 for one in steps)


def test_areas_are_left_by_a_little_and_by_far_and_approached_without_leaving(outings):
    def beyond(wearer, outing):
        kinds = (RequirementKind.INCLUSION, RequirementKind.RESTRICTION)
        areas = [ask.shape for ask in wearer.asks if ask.kind in kinds]
        east, north = np.array([outing.stops[0].place]).T
        return max(float(-depth_m(area, east, north)[0]) for area in areas)

    left = [beyond(*one) for one in outings["area left"]]
    assert min(left) < 40 < 400 < max(left)
    assert all(beyond(*one) < 0 for one in outings["area's edge"] if len(one[0].asks) < 4)


def test_curfews_are_broken_late_early_in_the_middle_and_all_night():
    lives = lives_of(5, wearers=40, days=20, until=UNTIL, restless=12)
    hows = defaultdict(int)
    for life in lives:
        if life.wearer.tag:
            for case in cases_of(life, "w", FROM_S, UNTIL_S):
                if case.kind is RowKind.CURFEW:
                    for breach in case.breaches:
                        hows[breach.how] += 1
    assert all(hows[how] >= 3 for how in (How.LATE, How.LEFT_EARLY, How.OUT_DURING, How.OUT_ALL))


def test_restlessness_changes_what_people_do_and_not_who_they_are(people):
    calm = people_of(5, 40, from_s=FROM_S, until_s=UNTIL_S)
    assert [(one.home, one.asks, one.tag) for one in calm] == [
        (one.home, one.asks, one.tag) for one in people
    ]
    assert [20 * one.restless for one in calm] == pytest.approx([one.restless for one in people])


def test_paths_with_trespasses_never_run_backwards_or_faster_than_a_train(people):
    for wearer in people[8:20]:
        path = path_of(wearer, town(), 5, FROM_S, UNTIL_S)
        step_s = np.diff(path.at_s)
        assert (step_s >= 0).all()
        moved_m = np.hypot(np.diff(path.east_m), np.diff(path.north_m))
        assert (moved_m <= 20 * step_s + 1e-6).all()
