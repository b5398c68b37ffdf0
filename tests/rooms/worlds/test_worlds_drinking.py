"""The drinking world: bodies, tags on ankles, and the gate that refuses an easy one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from waypost.clock import read_instant
from waypost.worlds import ankle, drinking
from waypost.worlds.ankle import FLOOR_G_PER_DL, ankles_of
from waypost.worlds.bench_truth import bench_alcohol
from waypost.worlds.drinking import (
    HOUR_S,
    STEP_S,
    STOPS_G_PER_DL,
    Body,
    Occasion,
    alcohol,
    body_of,
    followed,
)
from waypost.worlds.drinking_figures import drinking_figures
from waypost.worlds.hardness import off

UNTIL = read_instant("2026-11-01T12:00:00Z")
SPAN = (0.0, 48 * HOUR_S)
SOMEBODY = Body(70.0, 0.7, 0.015, 4.0, 1.2, 0.9, 6.0)


def _world(**more):
    return ankles_of(1, **{"wearers": 40, "days": 30, "until": UNTIL, **more})


@pytest.fixture(scope="module")
def ankles():
    return _world()


def _off(ankles):
    return {figure.name for figure in off(drinking_figures(ankles))}


def test_blood_is_what_widmark_says_and_burns_at_one_rate():
    """49 g in 49 kg of water is 0.1 g/dl; drunk at once by somebody who burns none, it stays so."""
    assert SOMEBODY.rise(49.0) == pytest.approx(0.1)
    drink = Occasion(HOUR_S, HOUR_S + STEP_S, beers=4)
    kept = alcohol(replace(SOMEBODY, burn=0.0), [drink], SPAN)
    assert kept.blood[-1] == pytest.approx(SOMEBODY.rise(4 * drinking.BEER_G), rel=1e-3)
    burnt = alcohol(SOMEBODY, [drink], SPAN).blood
    falling = burnt[int(4 * HOUR_S / STEP_S) : int(6 * HOUR_S / STEP_S)]
    assert (falling[0] - falling[-1]) / (len(falling) - 1) * HOUR_S / STEP_S == pytest.approx(
        0.015, rel=0.01
    )


def test_the_skin_is_later_and_lower_than_the_blood_and_all_of_it_passes():
    drink = Occasion(HOUR_S, 3 * HOUR_S, beers=5)
    told = alcohol(SOMEBODY, [drink], SPAN)
    assert np.argmax(told.skin) * STEP_S > np.argmax(told.blood) * STEP_S + 0.5 * HOUR_S
    assert told.skin.max() < SOMEBODY.gain * told.blood.max()
    assert told.skin.sum() == pytest.approx(SOMEBODY.gain * told.blood.sum(), rel=1e-3)
    one = followed([drink], told)[0]
    assert (one.blood, one.skin) == (told.blood.max(), told.skin.max())
    assert drink.to_s < one.gone_s < SPAN[1]
    assert told.skin_at(np.array([one.gone_s + STEP_S]))[0] < 0.0011


def test_nobody_drinks_themselves_to_death():
    bodies = [body_of(np.random.default_rng(seed)) for seed in range(300)]
    assert all(0.010 <= one.burn <= 0.025 and 0.4 <= one.gain <= 1.0 for one in bodies)
    worst = max(occasion.blood for one in _world() for occasion in one.occasions)
    assert 0.15 < worst < STOPS_G_PER_DL


def test_the_same_seed_makes_the_same_world_and_another_does_not():
    first, again, other = (
        _world(wearers=2, days=10)[0],
        _world(wearers=2, days=10)[0],
        ankles_of(2, wearers=2, days=10, until=UNTIL)[0],
    )
    assert np.array_equal(first.g_per_dl, again.g_per_dl)
    assert (first.occasions, first.reviews) == (again.occasions, again.reviews)
    assert first.body != other.body


def test_readings_wait_for_one_upload_a_day_and_now_and_then_for_the_next(ankles):
    for one in ankles:
        uploads = np.unique(one.received_s)
        assert (one.received_s >= one.at_s).all()
        assert len(uploads) <= 33
    waits = np.concatenate([one.received_s - one.at_s for one in ankles])
    assert 0.02 < (waits > 26 * HOUR_S).mean() < 0.15


def test_a_tag_says_nothing_under_its_floor(ankles):
    read = np.concatenate([one.g_per_dl for one in ankles])
    assert ((read == 0) | (read >= FLOOR_G_PER_DL)).all()


def test_little_alcohol_comes_through_what_was_laid_over_the_sensor(ankles):
    """And the tag may show it: infrared or skin temperature differ from the skin's."""
    found = 0
    for one in ankles:
        for cover in (cover for cover in one.covers if cover.meant):
            first, last = np.searchsorted(one.at_s, [cover.from_s, cover.to_s])
            assert (
                8 * HOUR_S <= cover.to_s - cover.from_s <= 14 * HOUR_S
                or cover.to_s == (one.span[1])
            )
            if last - first > 4:
                assert np.mean(one.infrared[first:last]) == pytest.approx(cover.infrared, abs=0.06)
                assert np.mean(one.skin_c[first:last]) == pytest.approx(cover.skin_c, abs=1.0)
            drunk = [o for o in one.occasions if cover.from_s <= o.from_s < cover.to_s]
            if drunk and cover.passes <= 0.1:
                found += 1
                while_hidden = one.g_per_dl[first:last]
                assert while_hidden.max(initial=0.0) < 0.6 * max(o.skin for o in drunk) + 0.03
    assert found > 5


def test_the_review_speaks_of_what_had_reached_it_and_is_mostly_right(ankles):
    right = wrong = unsaid = 0
    for one in ankles:
        for word in one.reviews:
            inside = (one.at_s >= word.from_s) & (one.at_s < word.to_s)
            assert word.at_s > one.received_s[inside].max()
            assert word.peak_g_per_dl == one.g_per_dl[inside].max()
            true = any(o.from_s <= word.to_s and word.from_s <= o.gone_s for o in one.occasions)
            right += word.confirmed and true
            wrong += word.confirmed and not true
            unsaid += true and not word.confirmed
    assert right > 20 * max(wrong, 1)
    assert unsaid > 0


def test_the_seeded_world_is_as_hard_as_the_field(ankles):
    assert _off(ankles) == set()


def test_a_world_whose_tags_read_every_beer_is_too_easy(monkeypatch):
    monkeypatch.setattr(ankle, "WET_SHARE", 0.0)
    monkeypatch.setattr(ankle, "SITS", 1.0)
    assert {
        "occasions of 0.02 g/dl of blood and more with a reading of 0.02",
        "occasions of 0.08 g/dl of blood and more with a reading of 0.02",
    } <= _off(_world())


def test_a_world_whose_skins_let_nothing_through_is_too_hard(monkeypatch):
    monkeypatch.setattr(drinking, "SKIN_GAIN", (0.1, 0.3))
    assert "occasions of 1-3 beers that reach 0.02 g/dl at the skin" in _off(_world())


def test_a_world_without_sprays_or_covers_is_refused(monkeypatch):
    monkeypatch.setattr(ankle, "SPRAYS_A_DAY", 0.0)
    monkeypatch.setattr(ankle, "LONG_A_DAY", 0.0)
    assert {
        "sprays a person-month", "times covered for 8 hours and more a person-month",
    } <= _off(_world())  # fmt: skip


def test_a_world_in_which_few_drink_shows_nothing_and_is_said_to():
    figures = drinking_figures(_world(wearers=2, days=20))
    assert "could not be measured" in str(off(figures)[0])


def test_the_bench_refuses_an_easy_drinking_world_and_judges_nothing(monkeypatch, capsys):
    monkeypatch.setattr(ankle, "SPRAYS_A_DAY", 0.0)
    monkeypatch.setattr("waypost.worlds.sober_bench.judged", None)
    assert bench_alcohol(seed=1) == 1
    said = capsys.readouterr()
    assert "truth: the world is not as hard as the field: sprays a person-month: 0" in said.err
    assert said.out == ""
