"""Every row names the revision of the numbers that judged it, whatever its kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from order_story import (
    a_person,
    appointment,
    at_once,
    by_replay,
    in_order,
    read_day,
    requirement,
)
from waypost.orders.values import RequirementKind
from waypost.rules.timeline import InForce, ParameterTimeline
from waypost.rules.values import Parameters

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NUMBERS = ParameterTimeline(
    (
        InForce(None, Parameters(), 4),
        InForce(
            NOON, Parameters(gap_min=timedelta(minutes=20), confirm_within=timedelta(minutes=20)), 9
        ),
    )
)
DAY = """
    09:50  away   12 m
    10:02  away   12 m
    10:14  away   12 m
    10:26  there  12 m
    11:40  there  12 m
    11:52  away   12 m
    12:04  away   12 m
    12:16  there  12 m
    13:40  there  12 m
    14:02  away   12 m
    14:14  away   12 m
    14:26  away   12 m
    15:10  there  12 m
"""


@pytest.mark.parametrize(
    "one",
    [
        requirement(RequirementKind.CURFEW, "09:00-16:00"),
        requirement(RequirementKind.EXCLUSION, warning_m=3_000.0),
        requirement(RequirementKind.TRAIL, "09:00-16:00"),
        appointment("10:00"),
        appointment("14:00"),
    ],
    ids=["curfew", "exclusion with its ring", "trail", "before", "after"],
)
def test_a_row_names_the_revision_in_force_when_it_began(one):
    lines, end = read_day(DAY, date(2026, 3, 2), "16:00")
    person = a_person(one, datetime(2026, 3, 2, 9, tzinfo=UTC))
    for judge in (by_replay, in_order, at_once):
        rows = judge(person, lines, end, NUMBERS)
        assert rows
        for row in rows:
            assert row.parameter_revision_id == NUMBERS.at(row.from_at).revision_id, row


def test_a_stay_over_the_change_says_from_when_another_judged_it():
    lines, end = read_day(DAY, date(2026, 3, 2), "16:00")
    curfew = requirement(RequirementKind.CURFEW, "09:00-16:00")
    person = a_person(curfew, datetime(2026, 3, 2, 9, tzinfo=UTC))
    told = "Judged by parameter revision 9 from 2026-03-02 12:00:00 UTC."
    for judge in (by_replay, in_order, at_once):
        over = [row for row in judge(person, lines, end, NUMBERS) if told in row.reasons]
        assert [(row.from_at, row.to_at) for row in over] == [
            (NOON - timedelta(minutes=8), NOON + timedelta(minutes=16))
        ]
