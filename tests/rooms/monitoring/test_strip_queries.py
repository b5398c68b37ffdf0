"""A person's strips from the store: what the worker judged, what it heard, and who may ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from waypost.access.values import Posted, Role
from waypost.errors import NoSuchThing, Refused
from waypost.monitoring.models import Silence
from waypost.monitoring.strip_queries import PersonStrips, person_strips
from waypost.orders.models import Person
from waypost.orders.values import RequirementKind
from waypost.rules.strip import Shade
from worked_town import Town, at, clock_text

pytestmark = [pytest.mark.database, pytest.mark.django_db]
MONA = Posted(1, "mona", frozenset({Role.MONITORING_OFFICER}))


@pytest.fixture
def town(tmp_path, settings) -> Town:
    settings.LAKE_URI = str(tmp_path / "lake")
    made = Town()
    made.run()
    return made


def number(person: int = 1) -> int:
    return Person.objects.get(reference=f"P{person}").pk


def strips(town: Town, person: int = 1, **more) -> PersonStrips:
    return person_strips(number(person), by=MONA, now=town.now, **more)


def today(found: PersonStrips, reference: str) -> list[str]:
    """The last day of a requirement's strip, but for what is not required."""
    one = next(one for one in found.requirements if one.requirement_id == reference)
    assert one.strip is not None
    return [
        f"{clock_text(s.from_at)}-{clock_text(s.to_at)} {s.shade}"
        for s in one.strip.days[-1].segments
        if s.shade is not Shade.NOT_REQUIRED
    ]


def silences(person: int = 1) -> list[str]:
    rows = Silence.objects.filter(person_id=number(person)).order_by("from_at")
    return [f"{clock_text(row.from_at)}-{clock_text(row.to_at)}" for row in rows]


def a_fix_every_ten_minutes(town: Town, first: str, last: str, place: str = "home") -> None:
    instant, fixes = at(first), []
    while instant <= at(last):
        days, clock = (instant - at("00:00")).days, f"{instant:%H:%M}"
        fixes.append((f"+{days} {clock}" if days else clock, place))
        instant += timedelta(minutes=10)
    town.now = at(last)
    town.send(*fixes)
    town.run()


def test_an_exclusion_without_fixes_is_not_shown_as_kept(town):
    a_fix_every_ten_minutes(town, "08:10", "10:00")
    town.now = at("12:30")
    town.run()
    assert today(strips(town), "R1") == [
        "08:00-10:00 kept",
        "10:00-12:30 cannot_tell",
        "12:30-00:00 to_come",
    ]
    a_fix_every_ten_minutes(town, "12:40", "13:00")
    assert today(strips(town), "R1")[1] == "10:00-12:40 cannot_tell"
    assert silences() == ["10:00-12:40"]


def test_a_late_fix_shortens_a_silence_wherever_it_lies(town):
    a_fix_every_ten_minutes(town, "08:10", "10:00")
    a_fix_every_ten_minutes(town, "12:00", "12:10")
    town.send(("11:00", "home"))
    town.run()
    assert silences() == ["10:00-11:00", "11:00-12:00"]
    a_fix_every_ten_minutes(town, "+1 08:00", "+1 08:30")
    assert silences()[-1] == "12:10-08:00"
    town.send(("+1 02:00", "home"))
    town.run()
    assert silences()[-2:] == ["12:10-02:00", "02:00-08:00"]


def test_a_curfew_violated_shows_in_its_strip_and_leads_to_its_row(town):
    a_fix_every_ten_minutes(town, "18:30", "19:20", "street")
    a_fix_every_ten_minutes(town, "19:30", "20:00", "home")
    found = strips(town)
    assert today(found, "R2")[:3] == [
        "19:00-19:30 violated",
        "19:30-20:00 kept",
        "20:00-00:00 to_come",
    ]
    (violation,) = [one for one in found.violations if one.row.requirement_id == "R2"]
    shown = next(one for one in found.requirements if one.requirement_id == "R2")
    ids = {s.violation_id for s in shown.strip.days[-1].segments} - {None}
    assert ids == {violation.violation_id}
    assert shown.kind is RequirementKind.CURFEW
    assert shown.strip.figures.of(Shade.VIOLATED) == timedelta(minutes=30)


def test_a_person_without_a_tag_is_told_apart_from_one_whose_tag_is_silent(town):
    from waypost.orders.models import Activation

    a_fix_every_ten_minutes(town, "08:10", "10:00")
    Activation.objects.filter(reference="A1").update(to_at=at("10:00"))
    town.now = at("12:00")
    town.run()
    assert today(strips(town), "R1")[1] == "10:00-12:00 no_tag"


def test_one_requirement_and_two_days_may_be_asked_for_alone(town):
    a_fix_every_ten_minutes(town, "08:10", "10:00")
    found = strips(town, only="R2", last=at("00:00").date(), count=2)
    assert [one.requirement_id for one in found.requirements] == ["R2"]
    assert len(found.requirements[0].strip.days) == 2


def test_who_may_not_see_the_person_sees_no_strip(town):
    with pytest.raises(Refused):
        person_strips(number(), by=Posted(2, "ann", frozenset({Role.ADMINISTRATOR})), now=town.now)
    with pytest.raises(NoSuchThing):
        person_strips(999_999, by=MONA, now=town.now)


def test_fourteen_days_of_every_requirement_take_a_few_statements(town):
    a_fix_every_ten_minutes(town, "08:10", "10:00")
    with CaptureQueriesContext(connection) as asked:
        strips(town)
    few = len(asked)
    a_fix_every_ten_minutes(town, "18:30", "19:20", "street")
    a_fix_every_ten_minutes(town, "+1 08:00", "+1 09:00")
    with CaptureQueriesContext(connection) as asked:
        strips(town)
    assert len(asked) == few
    assert few <= 20
