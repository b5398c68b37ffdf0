"""Units that matches are referred to come with their first coordinator."""

from __future__ import annotations

import argparse
import io

import pytest

from waypost.cli import officer
from waypost.review.scope import units, units_named

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("role", "is_unit"),
    [("iom_coordinator", True), ("probation_practitioner", False), ("police_analyst", False)],
)
def test_a_coordinators_organisation_is_a_unit_and_nobody_elses_is(role, is_unit, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("the long way round the park\n"))
    parser = argparse.ArgumentParser()
    officer.arguments(parser)
    words = ["ida", "--role", role, "--organisation", "Hackney", "--team", "Desk"]
    assert officer.run(parser.parse_args(words)) == 0
    assert [one.name for one in units()] == (["Hackney"] if is_unit else [])
    assert len(units_named()) == is_unit
