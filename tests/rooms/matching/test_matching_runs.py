"""Runs in the store: who is in scope, what is kept, what opening a run leaves behind."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Purpose, Role
from waypost.documents.bundle import verify_bundle
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs.models import Job
from waypost.matching.actions import ask_for_run, carry_out, run_matching
from waypost.matching.export import export_run
from waypost.matching.following import follow_deliveries
from waypost.matching.models import Match, MatchingRun
from waypost.matching.queries import match_page, run_page, runs
from waypost.offences.actions import take_delivery
from waypost.offences.models import OffenceBatch
from waypost.orders.models import Activation, Order, Person
from waypost.positions import batch, log
from waypost.positions.values import DecodedFix
from waypost.units import Mechanism

pytestmark = [pytest.mark.database, pytest.mark.django_db]

AT = datetime(2026, 2, 3, 12, tzinfo=UTC)
NOW = datetime(2026, 2, 5, tzinfo=UTC)
ANALYST = Posted(7, "analyst", frozenset({Role.POLICE_ANALYST}))


@pytest.fixture(autouse=True)
def own_lake(tmp_path, settings):
    settings.LAKE_URI = str(tmp_path / "lake")


def wearer(name: str, kind: str = "community_order", *, limited: bool = False, ends=None) -> int:
    """A person with one order and one tag; the activation's number."""
    since = AT - timedelta(days=10)
    person = Person.objects.create(reference=name, known_at=since, limited=limited)
    Order.objects.create(
        reference="O1", person=person, kind=kind, known_at=since, from_at=since, to_at=ends
    )
    return Activation.objects.create(
        reference=f"A-{name}", person=person, device_reference=f"D-{name}", known_at=since,
        from_at=since,
    ).pk  # fmt: skip


def seen(activation: int, *minutes: float, lat: float = 51.5) -> None:
    fixes = tuple(
        DecodedFix(AT + timedelta(minutes=m), lat, -0.1, accuracy_m=10.0, mechanism=Mechanism.GNSS)
        for m in minutes
    )
    row = batch.IntakeRow(activation, AT - timedelta(days=10), None, NOW, fixes=fixes)
    with transaction.atomic():
        log.append(*batch.build([row]), [], source="test", now=NOW)


def crimes() -> int:
    rows = "Metropolitan,RB,,MPS20260204,C1,20260203120000,20260203121000,,,51.5,-0.1,WGS84,\n"
    return take_delivery(rows.encode(), "crimes.csv", by=MACHINE, now=NOW).pk


def test_a_run_finds_who_was_there_and_keeps_what_it_rests_on():
    there, elsewhere = wearer("P1"), wearer("P2")
    seen(there, 0, 1, 5)
    seen(elsewhere, 0, 1, 5, lat=51.6)
    run = run_matching(crimes(), by=ANALYST, now=NOW)
    assert (run.status, run.offence_count, run.match_count) == ("done", 1, 1)
    assert run.population == [there, elsewhere]
    assert len(run.data_digest) == 64
    assert run.parameters["radius_m"] == 100
    again = run_matching(run.batch_id, by=ANALYST, now=NOW)
    assert again.data_digest == run.data_digest
    seen(there, 7)
    assert run_matching(run.batch_id, by=ANALYST, now=NOW).data_digest != run.data_digest


def test_a_page_shows_matches_with_their_fixes_and_leaves_a_line_about_each_person():
    for name in ("P1", "P2"):
        seen(wearer(name), 0, 1, 5)
    run = run_matching(crimes(), by=ANALYST, now=NOW)
    page = run_page(run.pk, ANALYST, now=NOW)
    assert [match.person_reference for match in page.matches] == ["P1", "P2"]
    match = page.matches[0]
    assert (match.offence.reference, match.sequences, match.seconds_inside) == (
        "C1",
        "A1 A2 A3",
        300,
    )
    assert match.fixes[1] == {
        "label": "A2", "at": "2026-02-03T12:01:00Z", "lat": 51.5, "lon": -0.1, "r95_m": 10.0,
        "mechanism": "gnss", "distance_m": 0.0, "overlap": 1.0,
    }  # fmt: skip
    lines = AuditLine.objects.filter(kind="match:viewed", purpose=Purpose.CRIME_MAPPING.value)
    assert [line.person_id for line in lines.order_by("number")] == [
        match.person_id for match in page.matches
    ]


def test_opening_one_match_leaves_one_line_about_its_person_and_nobody_else():
    for name in ("P1", "P2"):
        seen(wearer(name), 0, 1, 5)
    run = run_matching(crimes(), by=ANALYST, now=NOW)
    numbers = list(Match.objects.filter(run=run).order_by("pk").values_list("pk", flat=True))
    opened = match_page(run.pk, numbers[1], ANALYST, now=NOW)
    lines = AuditLine.objects.filter(kind="match:viewed")
    assert [line.person_id for line in lines] == [opened.match.person_id]
    with pytest.raises(NoSuchThing):
        match_page(run.pk + 1, numbers[1], ANALYST, now=NOW)


def test_court_bail_is_never_searched_and_no_order_after_its_end():
    """Trail alone is not available on court bail; a fix without a live order is nobody's."""
    bailed, free = wearer("BAIL", "court_bail"), wearer("ENDED", ends=AT - timedelta(minutes=5))
    seen(bailed, 0)
    seen(free, 0)
    run = run_matching(crimes(), by=ANALYST, now=NOW)
    assert (run.population, run.match_count) == ([free], 0)


def test_a_person_under_limited_access_is_matched_and_not_shown_to_those_who_may_not_know():
    seen(wearer("SECRET", limited=True), 0)
    run = run_matching(crimes(), by=ANALYST, now=NOW)
    page = run_page(run.pk, ANALYST, now=NOW)
    assert (page.matches, page.run.match_count, run.match_count) == ([], 0, 1)
    with pytest.raises(NoSuchThing):
        match_page(run.pk, Match.objects.get().pk, ANALYST, now=NOW)
    assert runs(ANALYST, now=NOW)[0].match_count == 0
    assert not AuditLine.objects.filter(kind="match:viewed").exists()


def test_a_run_is_carried_out_once():
    run = ask_for_run(None, by=ANALYST, now=NOW)
    assert runs(ANALYST, now=NOW)[0].status == "waiting"
    assert carry_out(run.pk, now=NOW).status == "done"
    with pytest.raises(Conflict):
        carry_out(run.pk, now=NOW)


def test_matches_are_for_those_who_may_read_them_and_for_crime_mapping_alone():
    run = run_matching(crimes(), by=ANALYST, now=NOW)
    practitioner = Posted(8, "practitioner", frozenset({Role.PROBATION_PRACTITIONER}))
    with pytest.raises(Refused):
        run_page(run.pk, practitioner, now=NOW)
    with pytest.raises(Refused):
        run_matching(run.batch_id, by=practitioner, now=NOW)
    with pytest.raises(Refused, match="crime mapping"):
        run_page(run.pk, ANALYST, now=NOW, purpose=Purpose.SUPERVISION)


def test_asking_and_running_leave_their_audit_lines():
    run_matching(crimes(), by=ANALYST, now=NOW)
    kinds = list(AuditLine.objects.order_by("number").values_list("kind", flat=True))
    assert kinds == ["offences:taken", "matching:asked", "matching:ran"]


def test_a_run_leaves_the_house_as_a_signed_bundle_and_a_changed_byte_is_found():
    seen(wearer("P1"), 0, 1)
    run = run_matching(crimes(), by=ANALYST, now=NOW)
    content = bytes(export_run(run.pk, by=ANALYST, now=NOW).content)
    assert verify_bundle(content).trouble == ""
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        rows = list(csv.DictReader(io.StringIO(bundle.read("fixes.csv").decode())))
        about = json.loads(bundle.read("run.json"))
        assert "does not show that the wearer committed" in bundle.read("read-me.txt").decode()
    assert [(row["person_id"], row["label"]) for row in rows] == [("P1", "A1"), ("P1", "A2")]
    assert about["data_digest"] == run.data_digest
    assert AuditLine.objects.filter(kind="match:exported").count() == 1
    changed = content.replace(b"gnss", b"wifi")
    assert "fixes.csv" in verify_bundle(changed).trouble


def test_a_run_that_is_not_done_cannot_leave_the_house():
    with pytest.raises(Refused, match="not done"):
        export_run(ask_for_run(None, by=ANALYST, now=NOW).pk, by=ANALYST, now=NOW)


def days(activation: int, where, count: int = 3) -> None:
    """A fix a minute from two days before to the evening of the offence; where(minute) gives a
    latitude."""
    minutes = range(-60 * 24 * (count - 1), 60 * 8)
    fixes = tuple(
        DecodedFix(AT + timedelta(minutes=m), where(m), -0.1, accuracy_m=10.0,
                   mechanism=Mechanism.GNSS)
        for m in minutes
    )  # fmt: skip
    row = batch.IntakeRow(activation, AT - timedelta(days=10), None, NOW, fixes=fixes)
    with transaction.atomic():
        log.append(*batch.build([row]), [], source="test", now=NOW)


def comes(minute: int) -> float:
    return 51.5 if 2 <= minute < 6 else 51.55


def test_a_run_by_evidence_ranks_who_came_before_who_lives_there_and_says_why():
    came, home, away = wearer("CAME"), wearer("LIVES"), wearer("AWAY")
    days(came, comes)
    days(home, lambda minute: 51.5)
    days(away, lambda minute: 51.6)
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    assert (run.method, run.status, run.parameters["history_days"]) == ("evidence", "done", 14)
    page = run_page(run.pk, ANALYST, now=NOW)
    assert [one.person_reference for one in page.matches] == ["CAME", "LIVES"]
    first, second = page.matches
    assert (first.verdict, first.sequences) == ("observed", "A1 A2 A3 A4")
    assert [fix["label"] for fix in first.fixes] == ["A1", "A2", "A3", "A4"]
    assert first.fixes[0]["overlap"] > 0.9
    kept = Match.objects.get(pk=first.number)
    # Five hundredths of a degree in a minute, due south and due north again.
    assert (kept.entry_mps, kept.exit_mps) == (pytest.approx(92.7, abs=0.1),) * 2
    assert (kept.entry_course_deg, kept.exit_course_deg) == (180, 0)
    assert "It came from the north at about 334 km/h and left towards the north" in first.says
    assert first.weighed["likelihood_ratio"] > 30 * second.weighed["likelihood_ratio"]
    assert "more likely than by this wearer's habit" in first.says
    again = run_matching(run.batch_id, by=ANALYST, now=NOW, method="evidence")
    assert again.data_digest == run.data_digest
    rows = Match.objects.filter(run=again).order_by("-score").values_list("score", flat=True)
    assert list(rows) == [one.score for one in page.matches]


def test_nobody_outside_the_scope_is_read_met_or_counted_by_evidence():
    """Someone on court bail stands at the scene for days; not even a base rate knows of it."""
    days(wearer("CAME"), comes)
    alone = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    days(wearer("BAIL", "court_bail"), lambda minute: 51.5)
    days(wearer("ENDED", ends=AT - timedelta(days=9)), lambda minute: 51.5)
    run = run_matching(alone.batch_id, by=ANALYST, now=NOW, method="evidence")
    assert run.data_digest == alone.data_digest
    facts = ["score", "expected_by_chance", "base_rate", "person__reference"]
    assert list(Match.objects.filter(run=run).values(*facts)) == list(
        Match.objects.filter(run=alone).values(*facts)
    )


def test_a_run_by_evidence_with_nobody_in_scope_finds_nobody():
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    assert (run.status, run.match_count) == ("done", 0)


def test_a_method_that_nobody_knows_is_refused():
    with pytest.raises(Refused, match="by evidence, or by the compatible rule"):
        ask_for_run(None, by=ANALYST, now=NOW, method="tarot")


def test_a_delivery_is_weighed_by_itself_once_and_an_old_one_is_not():
    number = crimes()
    assert follow_deliveries(now=NOW + timedelta(minutes=1)) == 1
    assert follow_deliveries(now=NOW + timedelta(minutes=2)) == 0
    [run] = MatchingRun.objects.all()
    assert (run.batch_id, run.method, run.officer_id) == (number, "evidence", None)
    assert [one.kind for one in Job.objects.all()] == ["match_run"]
    assert carry_out(run.pk, now=NOW).status == "done"
    MatchingRun.objects.all().delete()
    assert follow_deliveries(now=NOW + timedelta(days=2)) == 0


def test_a_delivery_that_brings_nothing_new_is_not_weighed_again():
    crimes()
    follow_deliveries(now=NOW)
    rows = "Metropolitan,RB,,MPS20260204-2,C1,20260203120000,20260203121000,,,51.5,-0.1,WGS84,\n"
    take_delivery(rows.encode(), "again.csv", by=MACHINE, now=NOW)
    assert follow_deliveries(now=NOW + timedelta(minutes=1)) == 0


def test_a_run_that_somebody_asked_for_by_evidence_is_not_asked_for_again():
    run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    assert follow_deliveries(now=NOW + timedelta(minutes=1)) == 0


def test_a_delivery_of_years_is_left_to_whoever_asks():
    number = crimes()
    OffenceBatch.objects.filter(pk=number).update(accepted_count=20_001)
    assert follow_deliveries(now=NOW + timedelta(minutes=1)) == 0
