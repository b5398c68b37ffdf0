"""An answer follows what changes: late fixes and new versions of offences make a new run, which
says what it changed and overwrites nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from test_matching_repeating import LATER, late
from test_matching_runs import ANALYST, AT, NOW, comes, crimes, days, own_lake, wearer

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Role
from waypost.cli.worker import handlers
from waypost.jobs.models import Job
from waypost.jobs.queue import run_next
from waypost.matching import change_queries
from waypost.matching.actions import carry_out, run_matching
from waypost.matching.comparing import What
from waypost.matching.following import follow_deliveries, look_for_late
from waypost.matching.late import follow_late, still_needed
from waypost.matching.models import Followed, Match, MatchChange, MatchingRun
from waypost.offences.actions import take_delivery
from waypost.offences.models import OffenceVersion
from waypost.orders.models import Person
from waypost.positions.models import LakeImport, LogHead

__all__ = ["own_lake"]  # a fixture
pytestmark = [pytest.mark.database, pytest.mark.django_db]
SOON = LATER + timedelta(minutes=6)
MOVED = "Metropolitan,RB,,MPS20260205,C1,20260203124000,20260203125000,,,51.5,-0.1,WGS84,\n"


@pytest.fixture
def town() -> dict[str, int]:
    made = {name: wearer(name) for name in ("CAME", "QUIET", "FAR")}
    days(made["CAME"], comes)
    return made


def weighed() -> MatchingRun:
    """The first answer, and where late fixes are looked for from."""
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    assert follow_late(now=NOW) == 0
    return run


def newest() -> MatchingRun:
    return MatchingRun.objects.latest("pk")


def test_late_fixes_at_the_scene_make_a_new_run_that_says_what_is_new(town):
    first = weighed()
    late(town["QUIET"], *range(-30, 40))
    assert follow_late(now=SOON) == 1
    run = newest()
    assert (run.follows_id, run.batch_id, run.status) == (first.pk, first.batch_id, "waiting")
    carry_out(run.pk, now=SOON)
    [change] = MatchChange.objects.filter(run=run, what="new")
    assert (change.person.reference, change.before_run_id) == ("QUIET", first.pk)
    assert (change.verdict_before, change.verdict_after) == ("", "observed")
    # Nothing of the first answer is overwritten.
    assert Match.objects.filter(run=first).count() == first.match_count == 1
    assert run.offences.get().before_run_id == first.pk


def test_a_flood_of_late_fixes_makes_one_run(town):
    weighed()
    for minute in range(20):
        late(town["QUIET"], minute)
    assert follow_late(now=SOON) == 1
    late(town["QUIET"], 30, 31)
    assert follow_late(now=SOON + timedelta(minutes=5)) == 0  # the waiting one reads these, too
    carry_out(newest().pk, now=SOON + timedelta(minutes=6))
    late(town["QUIET"], 32, received=SOON + timedelta(minutes=8))
    assert follow_late(now=SOON + timedelta(minutes=12)) == 1


def test_late_fixes_that_cannot_change_the_answer_start_no_run(town):
    weighed()
    late(town["FAR"], *range(-30, 40), lat=51.9)  # far off
    late(town["CAME"], *range(-3000, -2900))  # its habit alone
    bailed = wearer("BAIL", "court_bail")
    late(bailed, *range(-30, 40))  # may not be searched
    assert follow_late(now=SOON) == 0
    assert Followed.objects.get().log_position == LogHead.objects.get().position


def test_late_fixes_of_somebody_who_matched_start_a_run_wherever_they_are(town):
    """Whoever was taken to have been there turns out to have been elsewhere in that minute."""
    weighed()
    late(town["CAME"], 2.5, 3.5, 4.5, lat=51.9)
    assert follow_late(now=SOON) == 1


def test_what_a_tag_only_says_again_starts_no_run(town):
    weighed()
    MatchingRun.objects.update(read_by=NOW + timedelta(minutes=2))  # well after the fixes came
    minutes = [2.0, 3.0, 4.0, 5.0]
    late(town["CAME"], *minutes)  # what came first, once more
    assert follow_late(now=SOON) == 0
    late(town["QUIET"], *minutes)
    assert follow_late(now=SOON) == 1


def test_offences_of_long_ago_are_not_followed(town):
    weighed()
    late(town["QUIET"], *range(-30, 40))
    assert follow_late(now=AT + timedelta(days=15)) == 0


def test_an_import_is_looked_at_by_what_it_touched(town):
    weighed()
    days(town["QUIET"], comes)
    Followed.objects.update(log_position=LogHead.objects.get().position)  # not by way of the log
    LakeImport.objects.create(
        digest="0" * 64, started_at=LATER, ended_at=LATER, touched={str(town["QUIET"]): 0}
    )
    assert follow_late(now=SOON) == 1
    assert Followed.objects.get().import_id == LakeImport.objects.get().pk


def test_the_lane_looks_every_few_minutes_where_something_came(town, monkeypatch):
    weighed()
    assert look_for_late(now=NOW + timedelta(minutes=6)) is False  # nothing has come
    late(town["QUIET"], *range(-30, 40))
    assert look_for_late(now=NOW + timedelta(minutes=4)) is False
    assert look_for_late(now=SOON) is True
    assert look_for_late(now=SOON) is False  # asked for already
    monkeypatch.setattr(clock, "now", lambda: SOON)
    assert run_next(handlers(), lambda: SOON)
    assert [job.kind for job in Job.objects.order_by("pk")] == ["match_late", "match_run"]
    assert newest().follows_id is not None
    asked = AuditLine.objects.filter(kind="matching:asked").count()
    assert asked == 2


def test_the_log_is_kept_for_who_has_not_looked_yet_but_not_for_ever(town):
    weighed()
    assert still_needed(now=NOW + timedelta(hours=3)) == [Followed.objects.get().log_position]
    assert still_needed(now=NOW + timedelta(days=2)) == []


def test_a_new_version_of_an_offence_says_what_it_changed_in_the_answer(town):
    first = weighed()
    take_delivery(MOVED.encode(), "moved.csv", by=MACHINE, now=LATER)
    assert follow_deliveries(now=LATER) == 1
    run = carry_out(newest().pk, now=LATER)
    [change] = MatchChange.objects.filter(run=run)
    assert (change.what, change.verdict_after, change.score_after) == ("gone", "", None)
    current = OffenceVersion.objects.get(current=True).pk
    told = change_queries.weighings(current, ANALYST, now=LATER)
    assert [(one.run_number, one.before_run) for one in told] == [
        (run.pk, first.pk), (first.pk, None),
    ]  # fmt: skip
    assert told[0].counts == {What.NEW: 0, What.GONE: 1, What.CHANGED: 0}


def test_the_page_of_a_resubmission_says_what_it_changed_in_the_matches(town):
    first = weighed()
    batch = take_delivery(MOVED.encode(), "moved.csv", by=MACHINE, now=LATER)
    made = make_officer(
        "ana", "Ana", None, Role.POLICE_ANALYST, now=clock.now() - timedelta(days=1)
    )
    client = Client()
    client.force_login(made)
    address = reverse("offence-batch", args=[batch.pk])
    assert "Not matched again yet." in client.get(address).content.decode()
    follow_deliveries(now=LATER)
    carry_out(newest().pk, now=LATER)
    assert (
        f"Since run {first.pk}: 0 new, 1 gone, 0 changed." in client.get(address).content.decode()
    )
    Person.objects.filter(reference="CAME").update(limited=True)
    assert (
        f"Since run {first.pk}: 0 new, 0 gone, 0 changed." in client.get(address).content.decode()
    )


def test_a_run_of_the_compatible_rule_takes_no_answer_s_place(town):
    weighed()
    run = run_matching(None, by=ANALYST, now=LATER)
    assert run.offences.get().before_run_id is None
    assert not MatchChange.objects.filter(run=run).exists()


def test_who_is_shown_to_have_changed_gets_a_line_and_who_is_hidden_is_not_counted(town):
    weighed()
    late(town["QUIET"], *range(-30, 40))
    follow_late(now=SOON)
    run = carry_out(newest().pk, now=SOON)
    found = change_queries.run_changes(run.pk, ANALYST, now=SOON)
    # That somebody else was there makes being there less rare, so the other's score changed, too.
    assert {one.person_reference: one.what for one in found.shown} == {
        "QUIET": What.NEW, "CAME": What.CHANGED,
    }  # fmt: skip
    lines = AuditLine.objects.filter(kind="match:viewed").order_by("person_id")
    assert [line.person_id for line in lines] == sorted(one.person_id for one in found.shown)
    Person.objects.filter(reference="QUIET").update(limited=True)
    hidden = change_queries.run_changes(run.pk, ANALYST, now=SOON)
    assert [one.person_reference for one in hidden.shown] == ["CAME"]
    assert hidden.counts[What.NEW] == 0
    told = change_queries.weighings(OffenceVersion.objects.get().pk, ANALYST, now=SOON)
    assert told[0].counts[What.NEW] == 0


def test_pages_say_what_changed(town):
    first = weighed()
    late(town["QUIET"], *range(-30, 40))
    follow_late(now=SOON)
    run = carry_out(newest().pk, now=SOON)
    made = make_officer(
        "ana", "Ana", None, Role.POLICE_ANALYST, now=clock.now() - timedelta(days=1)
    )
    client = Client()
    client.force_login(made)
    page = client.get(reverse("run", args=[run.pk])).content.decode()
    assert "What changed since run " in page
    assert "Fixes came late" in page
    assert "1 match new, 0 gone, 1 changed" in page
    assert "QUIET" in page
    assert "What changed" not in client.get(reverse("run", args=[first.pk])).content.decode()
    offence = OffenceVersion.objects.get().pk
    page = client.get(reverse("offence", args=[offence])).content.decode()
    assert f"Since run {first.pk}: 1 new, 0 gone, 1 changed." in page
    assert "The first answer." in page
    assert f"after run {first.pk}" in client.get(reverse("runs")).content.decode()


def test_looking_for_late_fixes_asks_no_more_of_the_store_for_more_offences(town):
    """And next to nothing where what came is of no offence's time, as nearly always."""
    rows = "".join(
        f"Metropolitan,RB,,MPS20260204-3,D{n},20260203120000,20260203121000,,,51.5,-0.1,WGS84,\n"
        for n in range(30)
    )
    weighed()
    statements = []
    for step in range(2):
        now = SOON + timedelta(minutes=10 * step)
        late(town["QUIET"], *(m + step / 2 for m in range(-30, 40)), received=now)
        with CaptureQueriesContext(connection) as captured:
            assert follow_late(now=now) == 1
        statements.append(len(captured))
        carry_out(newest().pk, now=now)
        if not step:
            batch = take_delivery(rows.encode(), "more.csv", by=MACHINE, now=now)
            run_matching(batch.pk, by=ANALYST, now=now, method="evidence")
            OffenceVersion.objects.filter(reference="C1").update(batch_id=batch.pk)
    assert newest().offence_count == 31
    assert statements[1] <= statements[0] + 2
    late(town["QUIET"], *range(-3000, -2900), received=now)
    with CaptureQueriesContext(connection) as captured:
        assert follow_late(now=SOON + timedelta(minutes=20)) == 0
    assert len(captured) <= 10
