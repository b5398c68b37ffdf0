"""Moving exclusion: it sees who comes near, and what it shows places nobody.

The red team here is the wearer: they know every place of their own and each day that they were
told of, for ninety days, and how the zone is made; they lack only the secret of its grid, and in
the worst case not even that.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.rules.moving import (
    STICKS_M,
    Grid,
    Located,
    cells_of,
    days_shown,
    judge_moving,
    seen_by_zone,
)
from waypost.rules.timeline import always
from waypost.rules.values import Parameters

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RADIUS_M = 500.0
SECRET = b"a secret of the house"
DAYS = 90
EVERY, A_DAY = 10, 72  # minutes between fixes, fixes a day


def located(at, x_m, y_m, r95_m=10.0):
    return Located(at, at, float(x_m), float(y_m), r95_m)


def rows_of(grid, wearer, device, until):
    seen = seen_by_zone(grid, RADIUS_M, wearer, cells_of(grid, device))
    windows = ((START - timedelta(days=1), until + timedelta(days=1)),)
    return judge_moving("R1", seen, windows, always(Parameters()), until)


def test_who_comes_near_is_seen_and_who_stays_away_is_not():
    grid = Grid.of(SECRET, "7:1", RADIUS_M)
    times = [START + n * MINUTE for n in range(40)]
    device = [located(at, 0, 0) for at in times]
    near = [located(at, 6_000 - 300 * n if n < 20 else 0, 0) for n, at in enumerate(times)]
    away = [located(at, 6_000, 0) for at in times]
    (row,) = rows_of(grid, near, device, times[-1])
    assert (row.certainty, row.to_at) == ("certain", None)
    assert rows_of(grid, away, device, times[-1]) == []


def test_nobody_is_placed_by_an_old_place_of_the_device():
    grid = Grid.of(SECRET, "7:1", RADIUS_M)
    device = [located(START, 0, 0)]
    wearer = [located(START + n * MINUTE, 0, 0) for n in range(11, 30)]
    assert rows_of(grid, wearer, device, wearer[-1].at) == []


@settings(max_examples=200, deadline=None)
@given(st.floats(-5e4, 5e4), st.floats(-5e4, 5e4), st.floats(0, 2 * np.pi), st.floats(0, RADIUS_M))
def test_everybody_within_the_ordered_radius_is_within_the_zone(x_m, y_m, turn, away_m):
    """The area is never smaller than what the court ordered."""
    grid = Grid.of(SECRET, "7:1", RADIUS_M)
    cell = grid.cell(x_m, y_m)
    there = grid.from_cell_m(cell, x_m + away_m * np.cos(turn), y_m + away_m * np.sin(turn))
    assert there <= away_m + 1e-6


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-STICKS_M, STICKS_M), min_size=1, max_size=30))
def test_errors_of_fixes_at_a_cells_edge_change_nothing(errors):
    grid = Grid(1_000.0, 0.0, 0.0, 0.0)
    fixes = [located(START, 995.0, 500.0, 20.0)]
    fixes += [
        located(START + (n + 1) * MINUTE, 1_000.0 + error, 500.0, 20.0)
        for n, error in enumerate(errors)
    ]
    assert {one.cell for one in cells_of(grid, fixes)} == {(0, 0)}


def a_wearer_who_looks_for_somebody(seed):
    """Ninety days of walking about a town on purpose, a fix every ten minutes from 8 to 20."""
    chance = np.random.default_rng(seed)
    found = []
    for day in range(DAYS):
        x_m, y_m = chance.uniform(-4_000, 4_000, 2)
        heading = chance.uniform(0, 2 * np.pi)
        for n in range(A_DAY):
            heading += chance.normal(0, 0.4)
            x_m = float(np.clip(x_m + 380 * np.cos(heading), -4_500, 4_500))
            y_m = float(np.clip(y_m + 380 * np.sin(heading), -4_500, 4_500))
            at = START + timedelta(days=day, minutes=EVERY * n)
            found.append(located(at, x_m, y_m))
    return found


def a_device_at(home, seed):
    """At home all day, with the errors of GNSS."""
    chance = np.random.default_rng(seed)
    errors = chance.normal(0, 4, (DAYS * A_DAY, 2))
    return [
        located(START + timedelta(days=n // A_DAY, minutes=EVERY * (n % A_DAY)),
                home[0] + errors[n, 0], home[1] + errors[n, 1])
        for n in range(DAYS * A_DAY)
    ]  # fmt: skip


def shown(grid, wearer, home, seed=1):
    until = START + timedelta(days=DAYS)
    rows = rows_of(grid, wearer, a_device_at(home, seed), until)
    return days_shown(rows, "Zone A", timezone="Europe/London", now=until)


def inside_cell(grid, cell, u, v):
    """The place at shares (u, v) of the cell's sides."""
    turned = (
        (cell[0] + u) * grid.side_m - grid.shift_x_m,
        (cell[1] + v) * grid.side_m - grid.shift_y_m,
    )
    cos, sin = np.cos(grid.turn), np.sin(grid.turn)
    return cos * turned[0] - sin * turned[1], sin * turned[0] + cos * turned[1]


@pytest.fixture(scope="module")
def attack():
    grid = Grid.of(SECRET, "7:1", RADIUS_M)
    wearer = a_wearer_who_looks_for_somebody(3)
    cell = grid.cell(300.0, -200.0)
    return grid, wearer, cell, shown(grid, wearer, (300.0, -200.0))


def test_ninety_days_of_what_was_shown_are_the_same_wherever_in_the_cell_the_other_lives(attack):
    """Whoever knows all of it, the grid's secret too, is left with the whole cell: no place in it
    is likelier than another, since each would have shown the very same days."""
    grid, wearer, cell, days = attack
    assert 5 < len(days) < DAYS - 5, "an attack that learns nothing, or all, shows nothing"
    for u, v in ((0.03, 0.03), (0.97, 0.03), (0.5, 0.5), (0.03, 0.97), (0.97, 0.97)):
        assert shown(grid, wearer, inside_cell(grid, cell, u, v), seed=int(100 * u)) == days


def test_the_plain_circle_would_have_given_the_place_away(attack):
    """The same attack on a zone that is the circle around the device: the red team can win, so
    that its losing above means something."""
    _, wearer, _, _ = attack
    home = (300.0, -200.0)
    near = np.array([[fix.x_m, fix.y_m] for fix in wearer]).reshape(DAYS, -1, 2)
    told = (np.hypot(near[..., 0] - home[0], near[..., 1] - home[1]) <= RADIUS_M).any(axis=1)
    candidates = [(x, y) for x in range(-4_000, 4_001, 50) for y in range(-4_000, 4_001, 50)]
    left = [
        (x, y)
        for x, y in candidates
        if ((np.hypot(near[..., 0] - x, near[..., 1] - y) <= RADIUS_M).any(axis=1) == told).all()
    ]
    assert left
    spread = max(np.hypot(x - home[0], y - home[1]) for x, y in left)
    assert spread < 250  # far within the 500 m of the zone's own outline


def test_the_best_guess_after_ninety_days_is_no_better_than_the_outline(attack):
    """A red team that knows grid and method: of all cells, those that would have shown these days;
    its guess errs as a guess at random within the cell does."""
    grid, wearer, cell, days = attack
    left = [
        (cell[0] + a, cell[1] + b)
        for a in (-1, 0, 1)
        for b in (-1, 0, 1)
        if shown(grid, wearer, inside_cell(grid, (cell[0] + a, cell[1] + b), 0.5, 0.5)) == days
    ]
    assert cell in left
    chance = np.random.default_rng(9)
    homes = [inside_cell(grid, cell, *chance.uniform(0.03, 0.97, 2)) for _ in range(400)]
    guess = np.mean([inside_cell(grid, one, 0.5, 0.5) for one in left], axis=0)
    errors = [np.hypot(x - guess[0], y - guess[1]) for x, y in homes]
    assert np.median(errors) >= 0.35 * grid.side_m  # 0.38 of the side is what chance gives


def test_what_the_wearer_is_shown_holds_days_and_a_name_alone(attack):
    _, _, _, days = attack
    until = START + timedelta(days=DAYS)
    assert all(name == "Zone A" and day < until.date() for day, name in days)
    assert not any(hasattr(day, "hour") for day, _ in days)
