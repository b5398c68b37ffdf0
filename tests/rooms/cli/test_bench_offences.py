"""The bench of offences measures sound rows: refused ones would be quick, and prove nothing."""

from __future__ import annotations

from waypost.cli.bench_offences import NOW, delivery
from waypost.offences.check import check_police_csv


def test_every_row_of_the_bench_is_accepted_half_of_them_in_metres():
    outcome = check_police_csv(delivery(1500), now=NOW)
    assert (outcome.status, len(outcome.accepted)) == ("SUCCESSFUL", 1500)
    assert sum(offence.easting_m is not None for offence in outcome.accepted) == 750
