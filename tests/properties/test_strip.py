"""What must hold of a day strip, whatever was asked, found and heard."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.orders.timetable import merge
from waypost.rules.strip import Heard, Shade, local_days, strip_of
from waypost.rules.timeline import always
from waypost.rules.values import Certainty, JudgedViolation, Parameters, RowKind
from waypost.units import RequirementRef

LAST = date(2026, 3, 30)  # the day before has 23 hours in London
START = datetime(2026, 3, 26, tzinfo=UTC)
MINUTES = 6 * 24 * 60
ZONES = ("Europe/London", "UTC", "Asia/Kolkata")


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


@st.composite
def windows(draw, most: int = 6) -> list[tuple[datetime, datetime]]:
    pairs = st.tuples(st.integers(0, MINUTES), st.integers(1, 900))
    return [
        (at(start), at(start + length)) for start, length in draw(st.lists(pairs, max_size=most))
    ]


@st.composite
def rows(draw) -> list[tuple[int, JudgedViolation]]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        from_at = at(draw(st.integers(0, MINUTES)))
        minutes = draw(st.none() | st.integers(0, 600))
        found.append(
            (
                number,
                JudgedViolation(
                    RequirementRef("R1"), RowKind.CURFEW, from_at,
                    None if minutes is None else from_at + timedelta(minutes=minutes),
                    draw(st.sampled_from(list(Certainty))), 0.0, from_at,
                    withdrawn=draw(st.booleans()),
                ),
            )
        )  # fmt: skip
    return found


@st.composite
def heards(draw) -> Heard:
    instant = st.none() | st.integers(0, MINUTES).map(at)
    return Heard(
        draw(instant),
        draw(instant),
        merge(draw(windows())),
        merge(draw(windows(3))),
        always(Parameters()),
    )


@settings(max_examples=200, deadline=None)
@given(windows(), rows(), heards(), st.sampled_from(ZONES))
def test_segments_fill_each_day_and_never_overlap(asked, found, heard, zone):
    days = local_days(LAST, 4, zone)
    strip = strip_of(asked, found, heard, days)
    assert [one.day for one in strip.days] == days
    for one in strip.days:
        assert one.segments[0].from_at == one.day.from_at
        assert one.segments[-1].to_at == one.day.to_at
        assert all(a.to_at == b.from_at for a, b in pairwise(one.segments))
        assert all(segment.from_at < segment.to_at for segment in one.segments)


@settings(max_examples=200, deadline=None)
@given(windows(), rows(), heards())
def test_required_time_is_what_was_asked_and_the_figures_add_up_to_it(asked, found, heard):
    days = local_days(LAST, 4, "Europe/London")
    figures = strip_of(asked, found, heard, days).figures
    inside = [
        (max(start, days[0].from_at), min(end, days[-1].to_at)) for start, end in merge(asked)
    ]
    required = sum((end - start for start, end in inside if start < end), timedelta(0))
    assert figures.required == required
    parts = figures.of(Shade.KEPT, Shade.VIOLATED, Shade.POSSIBLE, Shade.TO_COME)
    assert parts + figures.cannot_tell == required


@settings(max_examples=200, deadline=None)
@given(windows(), rows(), heards())
def test_nothing_is_called_kept_that_is_not_judged_not_seen_or_not_worn(asked, found, heard):
    for day in strip_of(asked, found, heard, local_days(LAST, 4, "Europe/London")).days:
        for one in day.segments:
            if one.shade is not Shade.KEPT:
                continue
            assert heard.judged_to is not None
            assert heard.seen_to is not None
            assert one.to_at <= min(heard.judged_to, heard.seen_to)
            assert any(start <= one.from_at and one.to_at <= end for start, end in heard.worn)


@settings(max_examples=200, deadline=None)
@given(windows(), rows(), heards(), windows())
def test_hearing_less_never_makes_more_time_kept(asked, found, heard, more):
    """More silence turns kept or violated into what cannot be told, never the other way."""
    days = local_days(LAST, 4, "Europe/London")
    quieter = Heard(
        heard.judged_to, heard.seen_to, merge([*heard.silences, *more]), heard.worn,
        heard.numbers,
    )  # fmt: skip
    before, after = (strip_of(asked, found, one, days).figures for one in (heard, quieter))
    for shade in (Shade.KEPT, Shade.VIOLATED):
        assert after.of(shade) <= before.of(shade)
    assert after.cannot_tell >= before.cannot_tell


@settings(max_examples=100, deadline=None)
@given(windows(), rows(), heards())
def test_a_row_that_was_taken_back_changes_nothing(asked, found, heard):
    days = local_days(LAST, 4, "Europe/London")
    standing = [one for one in found if not one[1].withdrawn]
    assert strip_of(asked, found, heard, days) == strip_of(asked, standing, heard, days)
    assert not {Shade.VIOLATED, Shade.POSSIBLE} & {
        segment.shade
        for day in strip_of(asked, [], heard, days).days
        for segment in day.segments
    }  # fmt: skip
