"""No paper quotes a rate that the measurements do not."""

from __future__ import annotations

from pathlib import Path

from waypost.review.known_rates import MEASURED_ON, RATES

MEASUREMENTS = Path(__file__).parents[3] / "docs" / "measurements.md"


def test_every_rate_stands_in_the_measurements_with_its_day():
    row = next(
        line
        for line in MEASUREMENTS.read_text().splitlines()
        if "`waypost bench evidence --full`" in line
    )
    assert MEASURED_ON in row
    for _, rate in RATES:
        for number in rate.replace("0 of ", "").split(", "):
            assert number in row, number
