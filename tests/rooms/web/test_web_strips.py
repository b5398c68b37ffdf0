"""Strips, paths and violations as pages show them: true to the day, in words as in colour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from waypost.positions.schema import SetAside
from waypost.positions.tracks import Track, TrackRow
from waypost.rules.explaining import look_for, path_of
from waypost.rules.step import Rule, Seen
from waypost.rules.strip import Heard, Strip, local_days, strip_of, tag_strip_of
from waypost.rules.timeline import always
from waypost.rules.values import Certainty, How, JudgedViolation, Parameters, RowKind
from waypost.units import Mechanism, RequirementRef
from waypost.web.presenters import strips, violations
from waypost.web.presenters.paths import HEIGHT, TOP, path_shown

LONDON = "Europe/London"
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
NUMBERS = always(Parameters())
HEARD = Heard(LATE, LATE, (), [(EARLY, LATE)], NUMBERS)
MINUTE = timedelta(minutes=1)


def row(start: datetime, minutes: float, certainty=Certainty.CERTAIN, **more) -> JudgedViolation:
    return JudgedViolation(
        RequirementRef("R1"), more.pop("kind", RowKind.CURFEW), start, start + minutes * MINUTE,
        certainty, minutes, start, **more,
    )  # fmt: skip


def strip(day: date, *rows: JudgedViolation, heard: Heard = HEARD, asked=((EARLY, LATE),)) -> Strip:
    return strip_of(asked, list(enumerate(rows, 1)), heard, local_days(day, 1, LONDON))


def shown(made: Strip) -> strips.StripShown:
    return strips.strip_shown(made, "Curfew", "R1", LONDON, LONDON)


@pytest.mark.parametrize(
    ("day", "end", "hours", "noon"),
    [
        (date(2026, 3, 2), "100.00%", "", "50.00%"),
        (date(2026, 3, 29), "95.83%", "23 hours", "45.83%"),
        (date(2026, 10, 25), "100.00%", "25 hours", "52.00%"),
    ],
)
def test_a_day_is_as_long_as_it_is_and_its_hours_stand_where_they_were(day, end, hours, noon):
    (one,) = shown(strip(day)).days
    assert (one.end, one.hours, one.marks[1]) == (end, hours, noon)


def test_bars_fill_the_day_without_overlap_but_for_what_is_widened_to_be_seen():
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    (day,) = shown(strip(date(2026, 3, 2), row(at, 60), row(at + 300 * MINUTE, 30))).days
    places = sorted((float(bar.x[:-1]), float(bar.width[:-1])) for bar in day.bars)
    assert sum(width for _, width in places) == pytest.approx(100, abs=0.05)
    assert all(a + w <= b + 0.02 for (a, w), (b, _) in pairwise(places))


def test_a_violation_of_a_minute_is_drawn_wide_enough_to_be_seen_and_on_top():
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    (day,) = shown(strip(date(2026, 3, 2), row(at, 1))).days
    assert day.bars[-1].shade == "violated"
    assert float(day.bars[-1].width[:-1]) >= strips.SEEN_FROM_PERCENT
    assert day.bars[-1].letter == ""


def test_a_row_is_told_in_words_with_local_time_and_utc():
    at = datetime(2026, 7, 1, 9, tzinfo=UTC)
    (day,) = shown(strip(date(2026, 7, 1), row(at, 90))).days
    assert day.said == "24 h in all: Kept 22 h 30 min, violated 10:00 to 11:30 BST."
    (violated,) = [bar for bar in day.bars if bar.shade == "violated"]
    assert violated.words == "Violated, 10:00 to 11:30 BST (09:00 to 10:30 UTC)"
    assert violated.letter == "V"


def test_time_within_a_violation_that_cannot_be_told_is_drawn_as_both():
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    silent = replace(HEARD, silences=((at + 60 * MINUTE, at + 120 * MINUTE),))
    (day,) = shown(strip(date(2026, 3, 2), row(at, 180), heard=silent)).days
    (untold,) = [bar for bar in day.bars if bar.shade == "cannot_tell"]
    assert untold.within
    assert untold.words.startswith("Cannot tell, within a violation, 10:00 to 11:00")


def test_the_figures_say_what_they_are_a_share_of():
    day = date(2026, 3, 2)
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    found = [row(at, 60), row(at + 120 * MINUTE, 60, Certainty.CANNOT_TELL)]
    assert shown(strip(day, *found)).words == (
        "Of 24 h required and judged: kept 22 h, violated 1 h, cannot tell 1 h. "
        "96 % could be monitored."
    )
    nobody = replace(HEARD, worn=())
    assert "(24 h without a tag). 0 % could be monitored." in shown(strip(day, heard=nobody)).words
    waiting = replace(HEARD, judged_to=None)
    assert shown(strip(day, heard=waiting)).words == "Of 24 h required nothing has been judged yet."
    assert shown(strip(day, asked=())).words == "Nothing was required in these days."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 min"), (20, "under 1 min"), (3599, "59 min"), (3600, "1 h"), (526_500, "146 h 15 min")],
)
def test_sums_of_time_are_hours_however_many_and_never_rounded_up(seconds, words):
    assert strips.hours_words(timedelta(seconds=seconds)) == words


def test_a_share_is_never_whole_that_is_not_and_never_nothing_that_is_something():
    assert [strips._share(share) for share in (1, 0.9999, 0.5, 0.0001, 0)] == [
        "100 %", "Over 99 %", "50 %", "Under 1 %", "0 %",
    ]  # fmt: skip


def test_days_before_anything_was_asked_are_left_out():
    asked = [(datetime(2026, 3, 5, tzinfo=UTC), LATE)]
    made = strip_of(asked, [], HEARD, local_days(date(2026, 3, 6), 14, LONDON))
    assert [one.day for one in shown(made).days] == ["Fri 6 Mar", "Thu 5 Mar"]


def test_the_tags_strip_speaks_of_trouble_not_of_breach():
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    found = [(1, row(at, 60, kind=RowKind.BATTERY)), (2, row(at, 30, kind=RowKind.NO_CONTACT))]
    made = tag_strip_of(found, HEARD, local_days(date(2026, 3, 2), 1, LONDON))
    told = strips.strip_shown(made, "Tag", "", LONDON, LONDON, of_tag=True)
    assert "trouble reported" in told.words
    assert "Violated" not in " ".join(bar.words for bar in told.days[0].bars)


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (None, ""), (1e-9, "below 1 in 10,000"), (1e-4, "below 1 in 10,000"),
        (1.01e-4, "at most 1 in 5,000"), (0.02, "at most 1 in 50"), (0.3, "at most 1 in 2"),
        (0.7, "more than 1 in 2"),
    ],
)  # fmt: skip
def test_a_chance_is_said_as_people_weigh_one_and_never_smaller_than_it_is(chance, words):
    assert violations.chance_words(chance) == words


def test_every_kind_of_row_and_every_shape_has_words():
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert all(violations.applies(row(at, 1, kind=kind)) for kind in RowKind)
    assert all(violations.how_words(how) for how in How if how is not How.NONE)


START = datetime(2026, 3, 2, 19, tzinfo=UTC)


def drawn(distances: list[float], *, inside: bool = True):
    """A path over fixes a minute apart."""
    fixes = [Seen(START + n * MINUTE, START + n * MINUTE, d, 8.0) for n, d in enumerate(distances)]
    stored = row(START, len(distances))
    look = look_for(stored, NUMBERS, now=START + timedelta(days=1))
    rule = Rule(inside, ((START, START + timedelta(hours=12)),))
    numbered = [(n, fix, SetAside.USABLE) for n, fix in enumerate(fixes)]
    found = path_of(rule, numbered, look, as_of=look.to_at, raised_at=START)
    rows = tuple(
        TrackRow(fix.at, fix.at, 51.5, -0.1, fix.r95_m, True, Mechanism.GNSS, None, None,
                 SetAside.USABLE, "used", 1)
        for fix in fixes
    )  # fmt: skip
    return path_shown(found, Track(look.from_at, look.to_at, rows, (), ()), stored)


def test_a_path_draws_outside_up_inside_down_and_far_within_the_frame():
    path = drawn([-40, 5, 40, 60_000])
    ys = [fix.y for fix in path.fixes]
    assert ys == sorted(ys, reverse=True)
    assert all(TOP <= y <= TOP + HEIGHT for fix in path.fixes for y in (fix.y, fix.top, fix.bottom))
    assert [fix.said for fix in path.fixes] == ["good", "uncertain", "bad", "bad"]
    assert all(fix.top <= fix.y <= fix.bottom for fix in path.fixes)


def test_the_wrong_side_is_outside_a_place_to_be_at_and_inside_one_to_keep_out_of():
    home, zone = drawn([-40, 40]), drawn([-40, 40], inside=False)
    assert (home.wrong_y, home.wrong_y + home.wrong_height) == (TOP, home.edge_y)
    assert (zone.wrong_y, zone.wrong_y + zone.wrong_height) == (zone.edge_y, TOP + HEIGHT)


def test_the_words_of_the_scale_and_of_the_hours_keep_apart():
    path = drawn([-3_000, -40, 5, 40, 900])
    places = sorted(float(mark.place) for mark in path.scale)
    assert all(b - a >= 16 for a, b in pairwise(places))
    assert {"edge", "20 m out", "20 m in"} <= {mark.words for mark in path.scale}
    hours = [float(mark.place[:-1]) for mark in path.ticks]
    assert 1 <= len(hours) <= 7
    assert hours == sorted(hours)


def test_spells_fill_the_width():
    path = drawn([-40, 40, 300, 310, -40])
    assert float(path.bands[0].x[:-1]) == 0
    widths = sum(float(band.width[:-1]) for band in path.bands)
    assert widths == pytest.approx(100, abs=0.2 * len(path.bands))
