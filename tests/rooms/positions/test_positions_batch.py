"""Decoded messages become log rows: projected, with their R95, set aside with a reason, keyed."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from positions_words import NOW, START, contact, fix, minutes, rows_of

from waypost.positions.batch import IntakeRow, build
from waypost.positions.quality import content_keys, r95_m, r95s_m
from waypost.positions.schema import EVENTS, FIXES, SetAside
from waypost.positions.values import DecodedEvent, DecodedFix, EventKind
from waypost.units import Mechanism


def test_a_fix_is_projected_to_the_national_grid_and_keeps_its_place():
    fixes, _ = build([rows_of(7, fix(1, 51.5007, -0.1246, altitude_m=11.0))])
    (row,) = fixes.to_pylist()
    assert (row["lat"], row["lon"]) == (51.5007, -0.1246)
    assert row["easting_m"] == pytest.approx(530_268, abs=3)  # Big Ben on the Ordnance Survey grid
    assert row["northing_m"] == pytest.approx(179_640, abs=3)
    assert (row["altitude_m"], row["speed_mps"], row["activation"]) == (11.0, None, 7)


def test_a_place_outside_britain_has_no_grid_and_is_still_used():
    fixes, _ = build([rows_of(7, fix(1, 48.16, 11.56))])
    assert np.isnan(fixes["easting_m"][0].as_py())
    assert fixes["set_aside"].to_pylist() == [SetAside.USABLE]


def test_what_phones_state_is_widened_to_95_percent_and_what_is_not_stated_is_assumed():
    fixes, _ = build(
        [
            rows_of(
                7,
                fix(1, accuracy_m=10.0, accuracy_is_r68=True),
                fix(2, accuracy_m=None, mechanism=Mechanism.CELL),
                fix(3, accuracy_m=0.0),
                fix(4, accuracy_m=-1.0),
            )
        ]
    )
    assert fixes["accuracy_m"].to_pylist() == pytest.approx([16.2, 1000.0, 0.0, 30.0])
    assert fixes["accuracy_stated"].to_pylist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (fix(0), SetAside.USABLE),
        (fix(-1), SetAside.BEFORE_FITTING),
        (fix(60 * 24), SetAside.BEFORE_FITTING),
        (fix(1, 0.0, 0.0), SetAside.NULL_ISLAND),
        (fix(1, valid=False), SetAside.INVALID),
        (fix(1, 95.0, 500.0), SetAside.INVALID),
        (fix(1, float("nan"), 1.0), SetAside.INVALID),
    ],
)
def test_what_one_fix_alone_shows_sets_it_aside_and_keeps_it(seen, why):
    row = IntakeRow(7, START, START + timedelta(days=1), NOW, fixes=[seen])
    fixes, _ = build([row])
    assert fixes["set_aside"].to_pylist() == [why]
    assert fixes.schema == FIXES


def test_a_tag_clock_may_run_two_minutes_ahead_and_no_more():
    received = minutes(10)
    fixes, events = build(
        [rows_of(7, fix(12), fix(12.1), events=[contact(12), contact(99)], received=received)]
    )
    assert fixes["set_aside"].to_pylist() == [SetAside.USABLE, SetAside.FUTURE]
    assert events["set_aside"].to_pylist() == [SetAside.USABLE, SetAside.FUTURE]


def test_a_message_without_a_time_was_measured_when_it_was_received():
    row = rows_of(7, DecodedFix(None, 51.5, -0.1), events=[DecodedEvent(None, EventKind.SOS)])
    fixes, events = build([row])
    assert fixes["measured_at"].to_pylist() == events["measured_at"].to_pylist() == [NOW]


def test_attributes_are_one_text_for_one_meaning():
    one = DecodedEvent(minutes(1), EventKind.BATTERY_LEVEL, {"percent": 5, "a": float("nan")})
    two = DecodedEvent(minutes(1), EventKind.BATTERY_LEVEL, {"a": None, "percent": 5})
    _, events = build([rows_of(7, events=[one, two, contact(1)])])
    texts, keys = events["attributes"].to_pylist(), events["content_key"].to_pylist()
    assert texts[:2] == ['{"a":null,"percent":5}'] * 2
    assert keys[0] == keys[1] != keys[2]
    assert events.schema == EVENTS


def test_nothing_decoded_gives_two_empty_tables_of_the_right_shape():
    fixes, events = build([])
    assert (fixes.schema, events.schema) == (FIXES, EVENTS)
    assert (fixes.num_rows, events.num_rows) == (0, 0)


def test_equal_times_with_different_places_have_different_keys_and_a_resent_fix_the_same():
    sent = [fix(1), fix(1, 51.50001), fix(1, valid=False), fix(1, accuracy_m=11.0), fix(1)]
    fixes, _ = build([rows_of(7, *sent)])
    keys = fixes["content_key"].to_pylist()
    assert len(set(keys)) == 4
    assert keys[0] == keys[4]


def test_a_file_and_a_message_that_say_the_same_have_the_same_key():
    fixes, _ = build([rows_of(7, fix(1, 51.5, -0.1, accuracy_m=10.0))])
    one = np.ones(1)
    keys = content_keys(51.5 * one, -0.1 * one, (10 * one).astype(np.float32), one.astype(np.int8))
    assert fixes["content_key"].to_pylist() == keys.tolist()


def test_the_fast_r95_agrees_with_its_plain_twin():
    stated = [None, 0.0, 3.5, 900.0]
    for mechanism in Mechanism:
        for is_r68 in (True, False):
            fast = r95s_m(
                np.array([np.nan if one is None else one for one in stated]),
                np.full(4, is_r68),
                np.full(4, mechanism, dtype=np.int8),
            )
            assert fast.tolist() == [r95_m(one, is_r68, mechanism) for one in stated]
    with pytest.raises(ValueError, match="0 or more"):
        r95_m(-1.0, False, Mechanism.GNSS)
