"""States of tags in a made world: what truly befell them is told, and nothing besides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from waypost.clock import read_instant
from waypost.rules.values import Parameters, RowKind
from waypost.worlds import tag_trial
from waypost.worlds.world import lives_of

UNTIL, DAYS, SEED = read_instant("2026-11-01T12:00:00Z"), 20.0, 3


@pytest.fixture(scope="module")
def lives():
    return lives_of(SEED, wearers=30, days=DAYS, until=UNTIL)


def tried(lives) -> tag_trial.TagTrial:
    return tag_trial.tag_trial(
        lives, SEED, from_at=UNTIL - timedelta(days=DAYS), until=UNTIL, parameters=Parameters()
    )


def test_empty_batteries_jamming_and_silences_are_told_and_nothing_else(lives):
    states = tried(lives).states
    for kind in (RowKind.BATTERY, RowKind.JAMMING, RowKind.NO_CONTACT):
        assert states[kind].truly == states[kind].told > 0, kind
    assert {kind: seen.false for kind, seen in states.items()} == dict.fromkeys(states, 0)


def test_a_tag_that_says_nothing_of_its_battery_is_seen_not_to_be_told(lives, monkeypatch):
    """The figures fall when the words are missing: they are not made of the truth alone."""
    monkeypatch.setattr(tag_trial, "_said", lambda *_: [])
    states = tried(lives).states
    assert states[RowKind.BATTERY].truly > 0
    assert states[RowKind.BATTERY].told == states[RowKind.JAMMING].told == 0


def test_rows_that_nothing_stands_behind_are_counted_as_false(lives, monkeypatch):
    monkeypatch.setattr(tag_trial, "_truths", lambda *_: {RowKind.NO_CONTACT: ([], [])})
    seen = tried(lives).states[RowKind.NO_CONTACT]
    assert (seen.truly, seen.told) == (0, 0)
    assert seen.false > 0
