"""Rules tried on the past must not count calls that nobody would have got."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from waypost.alerts.trying import would_call
from waypost.clock import read_instant
from waypost.rules.values import Certainty, How, JudgedViolation, RowKind
from waypost.units import RequirementRef

START = read_instant("2026-03-02T14:00:00Z")
ROW = JudgedViolation(
    requirement_id=RequirementRef("R1"),
    kind=RowKind.EXCLUSION,
    from_at=START,
    to_at=START + timedelta(minutes=4),
    certainty=Certainty.PROBABLE,
    minutes=4.0,
    raised_at=START + timedelta(seconds=5),
)


@pytest.mark.parametrize(
    ("certainty", "called"),
    [(Certainty.CERTAIN, True), (Certainty.PROBABLE, True), (Certainty.POSSIBLE, False)],
)
def test_what_fixes_only_allow_calls_nobody_live_or_tried(certainty, called):
    row = replace(ROW, certainty=certainty, how=How.PASSAGE if not called else How.NONE)
    assert would_call(row, START + timedelta(days=1)) is called


def test_time_that_could_not_be_told_calls_only_when_it_outlasts_its_hold():
    untold = replace(ROW, kind=RowKind.CURFEW, certainty=Certainty.CANNOT_TELL)
    assert not would_call(untold, START + timedelta(days=1))
    long = replace(untold, to_at=START + timedelta(minutes=61))
    assert would_call(long, START + timedelta(days=1))
