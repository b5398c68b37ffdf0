"""The demo's cohort, with a conference that was held and one coming up; started again, once."""

from __future__ import annotations

import pytest

from iom_words import Unit
from oversight_words import NOW
from waypost.access.actions import make_team
from waypost.access.queries import find_officer, posted
from waypost.access.values import Role
from waypost.cli.demo_iom import meet_about_some
from waypost.cli.demo_police import DESK, FORCE
from waypost.cli.demo_services import refer_some
from waypost.documents.models import Document
from waypost.iom import queries
from waypost.iom.models import Conference, Entry, Task
from waypost.pathways.models import Referral, Service

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_the_demo_has_a_cohort_a_conference_and_what_follows_and_makes_it_once():
    unit = Unit()
    unit.file("P2", now=NOW, area="Hackney", team="Hackney team")
    unit.in_both("iom", unit.teams["Hackney"], unit.desk)
    unit.officer("practitioner", Role.PROBATION_PRACTITIONER, unit.teams["Hackney"])
    make_team(FORCE, "police_force", DESK, now=NOW)
    for _ in range(2):
        meet_about_some(NOW)
        refer_some(NOW)
    assert sorted(Conference.objects.values_list("status", flat=True)) == ["closed", "planned"]
    assert (Task.objects.count(), Entry.objects.count()) == (1, 2)
    assert Document.objects.filter(kind="iom_minutes").count() == 2
    page = queries.cohort_page(posted(find_officer("iom"), now=NOW), now=NOW)
    assert len(page.rows) == 2  # P3 is limited, and on no list
    assert page.next is not None
    assert [one.overdue for one in page.agreed] == [True, False]
    assert page.late
    assert sorted(Referral.objects.values_list("status", flat=True)) == ["referred", "started"]
    assert Service.objects.count() == 4
