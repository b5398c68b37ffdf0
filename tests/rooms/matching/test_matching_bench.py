"""The bench of matching: what it prints of one day and of several."""

from __future__ import annotations

import re
from argparse import Namespace

import pytest

from waypost.errors import BadUse
from waypost.matching.bench import FIXES_A_WEARER, bench, bench_slope


def test_the_slope_is_of_what_a_fix_costs_on_one_day_and_on_several(capsys):
    assert bench_slope(64, 2) == 0
    one, two, slope = capsys.readouterr().out.splitlines()
    assert one.startswith(f"1 day: {64 * FIXES_A_WEARER:,} fixes of 64 wearers, 32 offences")
    assert two.startswith(f"2 days: {2 * 64 * FIXES_A_WEARER:,} fixes of 64 wearers, 64 offences")
    ns = [int(re.search(r"([\d,]+) ns a fix", line)[1].replace(",", "")) for line in (one, two)]
    ratio = float(re.search(r"takes ([\d.]+) times", slope)[1])
    assert ratio == pytest.approx(ns[1] / ns[0], abs=0.02 + 1 / ns[0])


@pytest.mark.parametrize("days", [1, 2.5])
def test_days_that_show_no_slope_are_bad_usage(days):
    with pytest.raises(BadUse, match="whole number"):
        bench(Namespace(rows=64 * FIXES_A_WEARER, full=False, days=days))
