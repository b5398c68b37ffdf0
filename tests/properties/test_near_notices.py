"""What a protected person is told places the wearer no better than the zone's own outline does.

The red team here is the protected person, or whoever has their telephone: they walk about with the
device for ninety days looking for where the wearer lives, know each place of their own, each
message and each hour without one, and how the zone is made; they lack only the secret of its grid.
The wearer is at home whenever it matters, which is the worst case.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.rules.moving import Grid
from waypost.telling.nearing import (
    MESSAGES_A_DAY,
    QUIET_FOR,
    STANDS_FOR,
    Do,
    Near,
    Why,
    all_clear_at,
    decide,
    rung_instead,
)

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RADIUS_M = 500.0
DAYS, EVERY, A_DAY = 90, 10, 72  # minutes between looks, looks a day
REACH_M = 4_000.0
SECRETS = 16


@lru_cache(maxsize=32)
def walks(seed: int) -> np.ndarray:
    """Where the device is at each look: a walk about the town with a purpose."""
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(DAYS):
        x_m, y_m = chance.uniform(-REACH_M, REACH_M, 2)
        heading = chance.uniform(0, 2 * np.pi)
        for _ in range(A_DAY):
            heading += chance.normal(0, 0.4)
            x_m = float(np.clip(x_m + 380 * np.cos(heading), -REACH_M, REACH_M))
            y_m = float(np.clip(y_m + 380 * np.sin(heading), -REACH_M, REACH_M))
            found.append((x_m, y_m))
    return np.array(found)


def messages(grid: Grid, home: tuple[float, float], places: np.ndarray, *, anchored: bool):
    """(look, what) of each message that the machine sends, by the decisions of the house."""
    anchor: tuple[int, int] | None = None
    warned: datetime | None = None
    rung = False
    ended: datetime | None = None
    sent: list[tuple[int, Do]] = []
    for look, (x_m, y_m) in enumerate(places):
        now = START + timedelta(days=look // A_DAY, minutes=EVERY * (look % A_DAY))
        cell = grid.cell(float(x_m), float(y_m))
        near = grid.from_cell_m(cell, *home) <= RADIUS_M
        ended = None if near else (ended or (now if warned is not None else None))
        what, _ = decide(Near(near, ended or now - timedelta(days=1)), warned, now)
        if what is Do.WARN:
            lately = sum(
                one is Do.WARN and look - at < A_DAY for at, one in sent
            )  # more than a day of looks
            why = rung_instead(
                no_message_now=False, cell=cell, anchor=anchor if anchored else None,
                messages_lately=lately if anchored else 0,
            )  # fmt: skip
            warned, rung = now, why is not None
            if why is None:
                anchor = anchor or cell
                sent.append((look, what))
        elif what is Do.CLEAR:
            warned, ended = None, None
            if not rung:
                sent.append((look, what))
    return sent


def guess(places: np.ndarray, sent: list[tuple[int, Do]]) -> np.ndarray:
    """The best that can be made of it without the grid: the middle of where the warnings came."""
    return places[[look for look, what in sent if what is Do.WARN]].mean(axis=0)


def errors(*, anchored: bool) -> list[float]:
    """How far off the guess is, for homes all over a cell and grids of many secrets."""
    found = []
    for seed in range(SECRETS):
        grid = Grid.of(f"secret {seed}".encode(), "7:1", RADIUS_M)
        chance = np.random.default_rng(seed)
        home = tuple(float(one) for one in chance.uniform(-1_500, 1_500, 2))
        places = walks(seed)
        sent = messages(grid, home, places, anchored=anchored)
        if any(what is Do.WARN for _, what in sent):
            found.append(float(np.hypot(*(guess(places, sent) - home))))
    return found


@pytest.fixture(scope="module")
def anchored() -> list[float]:
    return errors(anchored=True)


def test_ninety_days_of_messages_place_the_wearer_no_better_than_the_ordered_circle(anchored):
    assert len(anchored) >= SECRETS - 2, "an attack that is told nothing shows nothing"
    assert np.median(anchored) >= RADIUS_M


def test_without_the_anchor_the_red_team_would_win(anchored):
    """The same attack where the machine tells in every cell: the middle of all outlines is the
    home, nearly. So that its losing above means something."""
    told_everywhere = errors(anchored=False)
    assert np.median(told_everywhere) < RADIUS_M
    assert np.median(told_everywhere) < 0.7 * np.median(anchored)


def test_every_message_of_a_pair_is_of_one_outline_alone():
    """Wherever in what that outline reaches the wearer is, the very same messages come."""
    grid = Grid.of(b"a secret", "7:1", RADIUS_M)
    places = walks(3)
    sent = messages(grid, (300.0, -200.0), places, anchored=True)
    cells = {grid.cell(*map(float, places[look])) for look, what in sent if what is Do.WARN}
    assert len(cells) == 1


NEWS = st.lists(st.tuples(st.sampled_from(["in", "out", "taken back"]), st.integers(1, 50)),
                max_size=40)  # fmt: skip


@given(NEWS)
def test_while_a_warning_stands_nothing_is_told_and_each_is_followed_by_one_end(steps):
    """Going in and out as often as one likes tells the times of neither."""
    now, warned, near, sent = START, None, Near(False, START - timedelta(days=1)), []
    for what, minutes in steps:
        near = {
            "in": Near(True), "out": Near(False, now), "taken back": Near(False),
        }[what]  # fmt: skip
        for _ in range(minutes):
            do, again = decide(near, warned, now)
            assert again is None or again > now
            if do is Do.WARN:
                warned = now
            elif do in {Do.CLEAR, Do.CORRECT}:
                warned = None
            if do in {Do.WARN, Do.CLEAR, Do.CORRECT}:
                sent.append((do, now))
            now += MINUTE
    kinds = [do for do, _ in sent]
    assert all((one is Do.WARN) is (place % 2 == 0) for place, one in enumerate(kinds))
    for (_, warned_at), (end, at) in zip(sent[::2], sent[1::2], strict=False):
        if end is Do.CLEAR:
            assert at - warned_at >= STANDS_FOR
            assert at.minute % 30 == 0


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_an_all_clear_says_when_it_ended_to_no_better_than_half_an_hour(ended_s, warned_s):
    """All ends of the same half hour give the same all-clear."""
    ended, warned = START + timedelta(seconds=ended_s), START + timedelta(seconds=warned_s)
    at = all_clear_at(ended, warned)
    assert at >= max(ended + QUIET_FOR, warned + STANDS_FOR)
    later = at - QUIET_FOR
    if later >= ended and at >= warned + STANDS_FOR:
        assert all_clear_at(later, warned) == at


def test_beyond_a_few_messages_a_day_and_elsewhere_somebody_rings():
    calm = {"no_message_now": False, "cell": (0, 0), "anchor": (0, 0)}
    assert rung_instead(**calm, messages_lately=MESSAGES_A_DAY - 1) is None
    assert rung_instead(**calm, messages_lately=MESSAGES_A_DAY) is Why.TOO_MANY
    assert rung_instead(**calm | {"anchor": (0, 1)}, messages_lately=0) is Why.ELSEWHERE
    assert rung_instead(**calm | {"anchor": None}, messages_lately=0) is None
    assert rung_instead(**calm | {"cell": None}, messages_lately=0) is None
    assert rung_instead(**calm | {"no_message_now": True}, messages_lately=0) is Why.NO_MESSAGE_NOW
