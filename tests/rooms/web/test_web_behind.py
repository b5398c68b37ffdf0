"""Machines that ask are told, as officers are, when judging is behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from waypost.access.actions import make_token
from waypost.access.values import MACHINE, Role
from waypost.clock import now, write_instant
from waypost.monitoring.models import Cursor

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.mark.parametrize(("silent_s", "behind"), [(1, "no"), (30, "yes")])
def test_the_api_and_readyz_say_when_the_worker_is_silent(silent_s, behind):
    at = now() - timedelta(seconds=silent_s)
    Cursor.objects.create(pk=1, judged_to=at, beat_at=at)
    token = make_token(Role.MONITORING_OFFICER, by=MACHINE, now=at)
    answer = Client(headers={"Authorization": f"Bearer {token}"}).get("/api/alerts")
    assert list(answer.json()) == ["items"]
    assert answer["Waypost-Behind"] == behind
    assert answer["Waypost-Judged-To"] == write_instant(at)
    ready = Client().get("/readyz")
    assert ready.status_code == 200
    assert (b"behind" in ready.content) == (behind == "yes")


def test_a_store_that_was_never_judged_is_behind():
    token = make_token(Role.MONITORING_OFFICER, by=MACHINE, now=now())
    answer = Client(headers={"Authorization": f"Bearer {token}"}).get("/api/alerts")
    assert (answer["Waypost-Judged-To"], answer["Waypost-Behind"]) == ("never", "yes")
