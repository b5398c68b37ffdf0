"""The machine's path over fixes, as `explain` shows it."""

from datetime import UTC, datetime, timedelta

import pytest

from waypost.rules.step import Happened, Rule, Seen, trace
from waypost.rules.values import Certainty

START = datetime(2026, 3, 2, 19, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CURFEW = Rule(True, ((START, START + 720 * MINUTE),))


def seen(minute, d_m, r95_m=8.0):
    return Seen(START + minute * MINUTE, START + minute * MINUTE, d_m, r95_m)


def test_each_fix_says_what_came_of_it():
    fixes = [seen(-5, 300), seen(-1, -60), seen(5, 80), seen(6, 5), seen(7, 80), seen(9, 90)]
    fixes += [seen(12, -50), seen(15, -50)]
    path = trace(CURFEW, fixes)
    assert [one.happened for one in path] == [
        Happened.NOT_REQUIRED,
        Happened.NOT_REQUIRED,
        Happened.CANDIDATE,
        Happened.UNCERTAIN,
        Happened.OPENED,
        Happened.SHOWN,
        Happened.CLOSED,
        Happened.NOTHING,
    ]
    opened = path[4].violation
    assert opened is not None
    assert (opened.from_at, opened.certainty) == (START + 5 * MINUTE, Certainty.CERTAIN)
    assert path[6].violation.to_at == START + 12 * MINUTE
    assert path[7].violation is None


def test_evidence_adds_up_within_a_run_and_ends_with_a_good_fix():
    path = trace(CURFEW, [seen(5, 80), seen(7, 80), seen(9, -60), seen(12, 80)])
    assert path[1].total == pytest.approx(path[0].evidence + path[1].evidence)
    assert (path[2].evidence, path[2].total) == (0, 0)
    assert path[3].total == path[3].evidence > 0
