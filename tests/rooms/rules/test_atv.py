"""Absences that add up to a limit: what counts, what does not, and how near it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.rules.atv import Finding, Stage, add_up, stage_of
from waypost.rules.values import Certainty, JudgedViolation, RowKind

START = datetime(2026, 3, 2, tzinfo=UTC)
LIMIT = timedelta(minutes=120)


def absence(
    day: int,
    minutes: float,
    certainty: Certainty = Certainty.CERTAIN,
    *,
    kind: RowKind = RowKind.CURFEW,
    withdrawn: bool = False,
    open_: bool = False,
) -> JudgedViolation:
    from_at = START + timedelta(days=day, hours=20)
    to_at = None if open_ else from_at + timedelta(minutes=minutes)
    return JudgedViolation(
        "R1", kind, from_at, to_at, certainty, minutes, from_at, withdrawn=withdrawn
    )


def summed(*rows: JudgedViolation, findings=None, **more):
    return add_up(list(enumerate(rows)), findings or {}, LIMIT, from_at=START, to_at=None, **more)


def test_absences_of_several_nights_add_up():
    one = summed(absence(0, 31), absence(3, 50.5), absence(9, 22))
    assert one.total == timedelta(minutes=103.5)
    assert one.left == timedelta(minutes=16.5)
    assert one.stage is Stage.NEAR


def test_what_an_officer_found_reasonable_does_not_count():
    rows = absence(0, 90), absence(3, 40)
    assert summed(*rows).stage is Stage.REACHED
    excused = summed(*rows, findings={0: Finding.REASONABLE})
    assert excused.total == timedelta(minutes=40)
    assert [one.standing.value for one in excused.absences] == ["reasonable", "counts"]


@pytest.mark.parametrize(
    ("row", "standing"),
    [
        (absence(0, 90, withdrawn=True), "withdrawn"),
        (absence(0, 90, Certainty.POSSIBLE), "not_shown"),
    ],
)
def test_what_was_taken_back_or_is_only_possible_never_counts(row, standing):
    one = summed(row)
    assert one.total == timedelta(0)
    assert one.absences[0].standing == standing


def test_time_that_could_not_be_told_is_no_absence_at_all():
    assert summed(absence(0, 0, Certainty.CANNOT_TELL)).absences == ()
    assert summed(absence(0, 50, kind=RowKind.INCLUSION)).absences == ()


def test_a_probable_absence_counts_and_is_shown_apart():
    one = summed(absence(0, 30), absence(1, 14, Certainty.PROBABLE))
    assert (one.total, one.probable) == (timedelta(minutes=44), timedelta(minutes=14))


def test_only_the_time_of_the_order_counts():
    before = absence(-9, 90)
    assert summed(before).absences == ()


def test_an_absence_that_goes_on_counts_as_of_now():
    one = summed(absence(0, 85), absence(1, 0, open_=True), minutes_now={1: 9.5})
    assert one.total == timedelta(minutes=94.5)
    assert one.open is not None
    assert one.next_stage_after() == timedelta(minutes=5.5)
    assert summed(absence(0, 130)).next_stage_after() is None


@given(
    st.lists(
        st.tuples(
            st.integers(0, 60), st.integers(0, 200), st.sampled_from(list(Certainty)),
            st.booleans(), st.sampled_from(list(Finding)),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_an_excuse_never_raises_the_sum_and_every_minute_is_accounted_for(days):
    rows = [absence(day, minutes, sure, withdrawn=gone) for day, minutes, sure, gone, _ in days]
    findings = {number: one[4] for number, one in enumerate(days)}
    blamed, found = summed(*rows), summed(*rows, findings=findings)
    assert found.total <= blamed.total
    assert found.total == sum(
        (one.time for one in found.absences if one.standing == "counts"), timedelta(0)
    )
    assert found.probable <= found.total
    assert found.stage == stage_of(found.total, LIMIT)
    assert found.left + min(found.total, LIMIT) == LIMIT
