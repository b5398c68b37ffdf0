"""A bench of the rules on an easy world would praise any rule: the gate refuses it, by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from waypost.clock import read_instant
from waypost.units import Mechanism
from waypost.worlds import noise
from waypost.worlds.bench_truth import bench_truth
from waypost.worlds.hardness import Figure, figures, off
from waypost.worlds.world import lives_of

UNTIL = read_instant("2026-04-05T12:00:00Z")


@pytest.fixture(scope="module")
def lives():
    return lives_of(1, wearers=90, days=5, until=UNTIL)


def _off(lives):
    return {figure.name for figure in off(figures([(lives, UNTIL.timestamp())]))}


def _heard(lives, change):
    """The same lives with what the tags said changed by a function of it."""
    return [
        replace(life, heard=replace(life.heard, **change(life.heard)))
        for life in lives
        if len(life.heard.lat)
    ]


def test_the_seeded_world_is_as_hard_as_the_field(lives):
    assert _off(lives) == set()


def test_a_world_whose_cells_stay_near_is_too_easy(monkeypatch):
    monkeypatch.setattr(noise, "CELLS_APART_M", 20.0)
    easy = _off(lives_of(1, wearers=90, days=5, until=UNTIL))
    assert "share of a mostly-indoor wearer's night fixes beyond 100 m of home" in easy
    assert "false exits a night, point-in-polygon at 100 m" in easy


def test_a_world_whose_cells_hop_all_the_time_is_too_hard(monkeypatch):
    monkeypatch.setattr(noise, "HOP_S", 600.0)
    hard = _off(lives_of(1, wearers=90, days=5, until=UNTIL))
    assert "false exits a night, point-in-polygon at 100 m" in hard


def test_circles_that_always_hold_the_truth_or_never_do_are_refused(lives):
    name = "share of fixes outside their R95"
    wide = _heard(lives, lambda heard: {"accuracy_m": 3 * heard.accuracy_m})
    tight = _heard(lives, lambda heard: {"accuracy_m": heard.accuracy_m / 2})
    assert name in _off(wide)
    assert name in _off(tight)


def test_a_world_of_satellites_alone_is_refused(lives):
    gnss = _heard(lives, lambda heard: {"mechanism": np.full_like(heard.mechanism, Mechanism.GNSS)})
    assert "GNSS share of a mostly-indoor wearer's indoor fixes" in _off(gnss)
    assert "least cell R95, m" in _off(gnss)


def test_a_world_in_which_everything_arrives_at_once_is_refused(lives):
    prompt = _heard(lives, lambda heard: {"received_s": heard.measured_s + 2})
    assert {
        "share of fixes that came over an hour late",
        "fixes of a backlog that came newest first, per 1,000",
        "minutes between uploads of tags that gather",
    } <= _off(prompt)


def test_a_world_without_lies_is_refused(lives):
    true = _heard(lives, lambda heard: {"accuracy_m": np.maximum(heard.accuracy_m, 2.1)})
    assert "fixes that claim 2 m and are 150 m wrong, per 1,000" in _off(true)


def test_few_nights_show_nothing_and_are_said_to(lives):
    few = figures([(lives[:4], UNTIL.timestamp())])[0]
    assert not few.fits
    assert "could not be measured" in str(few)


def test_a_figure_fits_its_bounds_inclusive():
    assert [Figure("x", value, 1, 2, "").fits for value in (0.99, 1, 2, 2.01)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_the_bench_refuses_an_easy_world_with_a_sentence_and_judges_nothing(monkeypatch, capsys):
    monkeypatch.setattr(noise, "SECOND_CELL_SHARES", (0.0, 0.01))
    monkeypatch.setattr("waypost.worlds.bench_truth.run_trial", None)
    assert bench_truth(wearers=60, days=3, seed=1) == 1
    said = capsys.readouterr()
    assert "truth: the world is not as hard as the field: false exits a night" in said.err
    assert said.out == ""
