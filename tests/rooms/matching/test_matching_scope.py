"""Who may be searched for crime mapping: by kind of order, programme and dates, each use with its
source; an agency may list its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from test_matching_runs import ANALYST, AT, NOW, crimes, own_lake, seen, wearer

from waypost.matching import scope
from waypost.matching.actions import run_matching
from waypost.matching.scope import LISTED, read_uses, set_uses
from waypost.orders.models import Enrolment

__all__ = ["own_lake"]  # a fixture
PILOT = """
[[use]]
order_kinds = ["licence"]
programme = "Acquisitive crime"
from = 2025-01-01
to = 2026-02-04
source = "Guidance of January 2025"
"""


@pytest.fixture
def agency():
    """Puts an agency's own list in force; what is listed in the code comes back afterwards."""
    yield lambda text: set_uses(read_uses(text))
    set_uses(None)


def enrol(
    activation: int, programme: str, from_at: datetime, to_at: datetime | None = None
) -> None:
    from waypost.orders.models import Activation

    person = Activation.objects.get(pk=activation).person
    Enrolment.objects.create(person=person, programme=programme, from_at=from_at, to_at=to_at)


@pytest.mark.database
@pytest.mark.django_db
def test_a_use_for_one_programme_reaches_its_people_alone_while_they_are_in_it(agency):
    agency(PILOT)
    names = ("IN", "OUT", "LEFT", "OTHER")
    tags = {name: wearer(name, "licence") for name in names}
    community = wearer("COMMUNITY", "community_order")
    enrol(tags["IN"], "Acquisitive crime", AT - timedelta(days=3))
    enrol(tags["LEFT"], "Acquisitive crime", AT - timedelta(days=3), AT - timedelta(days=1))
    enrol(tags["OTHER"], "Another pilot", AT - timedelta(days=3))
    for tag in (*tags.values(), community):
        seen(tag, 0, 1, 5)
    run = run_matching(crimes(), by=ANALYST, now=NOW)
    assert [match.activation_id for match in run.matches.all()] == [tags["IN"]]
    assert set(run.population) == {tags["IN"], tags["LEFT"]}
    assert run.parameters["lawful_uses"] == [
        "licence in the programme Acquisitive crime, from 2025-01-01 to 2026-02-04 "
        "(Guidance of January 2025)"
    ]


@pytest.mark.database
@pytest.mark.django_db
def test_a_use_that_is_over_finds_nobody(agency):
    agency(PILOT.replace("2026-02-04", "2026-02-03"))
    tag = wearer("IN", "licence")
    enrol(tag, "Acquisitive crime", AT - timedelta(days=3))
    seen(tag, 0, 1, 5)  # at noon of the day on which it ended
    assert run_matching(crimes(), by=ANALYST, now=NOW).match_count == 0


def test_what_is_listed_names_its_source_and_leaves_court_bail_out():
    kinds = frozenset().union(*(use.order_kinds for use in LISTED))
    assert all(use.source for use in LISTED)
    assert "court_bail" not in {kind.value for kind in kinds}
    assert LISTED[0].words.startswith(
        "community order, suspended sentence, from 2017-03-01 (London"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("use = 3", "each begins with"),
        ("[[use]", "not TOML"),
        (PILOT.replace('"licence"', '"banishment"'), "use 1: order_kinds: 'banishment'"),
        (PILOT.replace('source = "Guidance of January 2025"', ""), "use 1: name its order_kinds"),
        (PILOT.replace("from = 2025-01-01", ""), "use 1: from: say since when"),
        (PILOT.replace("to = 2026-02-04", "to = 2024-01-01"), "ends before it begins"),
        (PILOT.replace("programme", "program"), "use 1: program is not known"),
        (PILOT.replace("2025-01-01", '"soon"'), "use 1: from: write a day"),
    ],
    ids=str,
)
def test_a_list_that_cannot_be_read_says_which_use_and_what_to_write(text, says):
    with pytest.raises(ValueError, match=r"\w") as refusal:
        read_uses(text)
    assert says in str(refusal.value)


def test_an_agencys_list_takes_the_place_of_ours(agency):
    agency(PILOT)
    (use,) = scope.uses_in_force()
    assert (use.programme, use.to_at) == ("Acquisitive crime", datetime(2026, 2, 4, tzinfo=UTC))
