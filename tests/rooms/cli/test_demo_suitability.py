"""The demo's court officer opens on something, and a second start adds nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from waypost import clock
from waypost.access.actions import make_officer, make_team
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.cli.demo_suitability import WHO, assess
from waypost.suitability import queries
from waypost.suitability.models import Assessment, Leave
from waypost.suitability.seen import Show
from waypost.suitability.values import LeaveStatus

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_the_demo_has_an_assessment_of_each_kind_once():
    now = clock.now()
    before = now - timedelta(days=30)
    team = make_team("Probation Service, demo region", "probation_region", "Islington", now=before)
    made = make_officer("court", "Corin", None, Role.COURT_REPORT_OFFICER, team=team, now=before)
    for _ in range(2):
        assess(now)
    found = queries.work_list(posted(made, now=now), now=now, show=Show.MINE)
    assert found.counts == {
        Show.MINE: 3, Show.WAITING: 2, Show.OVERDUE: 1, Show.ALL: 3, Show.CLOSED: 1
    }  # fmt: skip
    assert Assessment.objects.count() == len(WHO)
    assert Leave.objects.get().status == LeaveStatus.ASKED.value
