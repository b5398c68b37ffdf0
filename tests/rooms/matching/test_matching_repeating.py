"""A run done again gives the same bytes, or says what differs and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from test_matching_runs import ANALYST, AT, NOW, comes, crimes, days, own_lake, wearer

from waypost import clock
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.cli.main import main
from waypost.errors import NoSuchThing, Refused
from waypost.keeping import forgetting
from waypost.keeping.values import Scope
from waypost.matching.actions import ask_for_run, run_matching
from waypost.matching.comparing import also_told, canonical, result_digest
from waypost.matching.models import Match, MatchingRun
from waypost.matching.repeating import repeat
from waypost.offences.actions import take_delivery
from waypost.offences.models import OffenceVersion
from waypost.orders.models import Activation, Order
from waypost.positions import batch, log
from waypost.positions.archive import archive_once
from waypost.positions.models import LakeImport
from waypost.positions.values import DecodedFix
from waypost.units import Mechanism

__all__ = ["own_lake"]  # a fixture
pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]
LATER = NOW + timedelta(hours=2)


def late(activation: int, *minutes: float, lat: float = 51.5, received=LATER) -> None:
    """Fixes of the offence's time that come two hours after the run, or when `received` says."""
    fixes = tuple(
        DecodedFix(AT + timedelta(minutes=m), lat, -0.1, accuracy_m=10.0, mechanism=Mechanism.GNSS)
        for m in minutes
    )
    row = batch.IntakeRow(activation, AT - timedelta(days=10), None, received, fixes=fixes)
    with transaction.atomic():
        log.append(*batch.build([row]), [], source="test", now=received)


@pytest.fixture
def town() -> dict[str, int]:
    made = {name: wearer(name) for name in ("CAME", "LIVES", "AWAY")}
    days(made["CAME"], comes)
    days(made["LIVES"], lambda minute: 51.5)
    days(made["AWAY"], lambda minute: 51.6)
    return made


@pytest.mark.parametrize("method", ["evidence", "compatible"])
def test_a_run_repeated_gives_the_same_bytes(town, method):
    run = run_matching(crimes(), by=ANALYST, now=NOW, method=method)
    found = repeat(run.pk, by=ANALYST, now=LATER)
    assert (found.same, found.reasons) == (True, ())
    kept = Match.objects.filter(run=run)
    assert found.result_digest == run.result_digest == result_digest(
        kept, also_told(run.parameters)
    )  # fmt: skip
    assert run.result_digest != result_digest(kept)
    assert len(run.result_digest) == 64
    assert run.match_count > 0
    line = AuditLine.objects.order_by("-number").first()
    assert (line.kind, line.purpose) == ("matching:repeated", "crime_mapping")


@pytest.mark.parametrize("method", ["evidence", "compatible"])
def test_a_run_from_before_the_spread_was_kept_repeats_to_its_own_bytes(town, method):
    """Its digest was taken without what runs tell since; nothing of that is missed."""
    run = run_matching(crimes(), by=ANALYST, now=NOW, method=method)
    mine = Match.objects.filter(run=run)
    assert all(one.nearest_spread_m is not None for one in mine)
    mine.update(nearest_spread_m=None)
    older = {name: value for name, value in run.parameters.items() if name != "also_told"}
    MatchingRun.objects.filter(pk=run.pk).update(
        parameters=older, result_digest=result_digest(mine)
    )
    found = repeat(run.pk, by=ANALYST, now=LATER)
    assert (found.same, found.reasons) == (True, ())
    MatchingRun.objects.filter(pk=run.pk).update(result_digest="x")
    reasons = " ".join(repeat(run.pk, by=ANALYST, now=LATER).reasons)
    assert "reckons with other numbers" not in reasons


def test_the_spread_is_of_the_bytes_that_a_run_repeats_to(town):
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    rows = list(Match.objects.filter(run=run))
    before = canonical(rows, also_told(run.parameters))
    rows[0].nearest_spread_m += 1.0
    assert canonical(rows, also_told(run.parameters)) != before
    assert canonical(rows) == canonical(list(Match.objects.filter(run=run)))


def test_late_fixes_a_new_version_and_the_lake_s_archivist_change_no_old_answer(town):
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    late(town["AWAY"], 3.5, 4.5)
    archive_once(kept_for=timedelta(0), now=clock.now() + timedelta(seconds=5))
    moved = "Metropolitan,RB,,MPS20260205,C1,20260203130000,20260203131000,,,51.5,-0.1,WGS84,\n"
    take_delivery(moved.encode(), "moved.csv", by=MACHINE, now=LATER)
    wearer("NEW")  # in scope by now, and not then
    assert repeat(run.pk, by=ANALYST, now=LATER).same
    first = OffenceVersion.objects.get(version=1).pk
    assert list(run.offences.values_list("offence_id", flat=True)) == [first]
    again = run_matching(run.batch_id, by=ANALYST, now=LATER, method="evidence")
    assert again.data_digest != run.data_digest  # the late fixes are there for whoever asks anew


def test_a_lawful_deletion_is_named_and_the_run_keeps_its_digests(town):
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    person = Activation.objects.get(pk=town["CAME"]).person_id
    Order.objects.filter(person_id=person).update(to_at=NOW)
    Activation.objects.filter(person_id=person).update(to_at=NOW)
    due = NOW.replace(year=NOW.year + 7)  # more than six years after the order ended
    number = forgetting.begin(person, Scope.PERSON, by=MACHINE, now=due)
    forgetting.finish(number, now=due, readers_wait=timedelta(0))
    found = repeat(run.pk, by=ANALYST, now=LATER)
    assert (found.same_data, found.same_matches) == (False, False)
    assert found.reasons == (
        f"Data of 1 of its tags were lawfully deleted since (deletion {number}).",
    )
    # The match of whoever was forgotten went with them, so that none is missed.
    assert (found.new, found.gone) == (0, 0)
    kept = MatchingRun.objects.get(pk=run.pk)
    assert (kept.data_digest, kept.result_digest) == (run.data_digest, run.result_digest)


def test_who_may_no_longer_be_searched_is_left_out_and_said(town):
    """The order turns out to be one under which no search is allowed: it is not read again."""
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    Order.objects.filter(person__reference="CAME").update(kind="court_bail")
    found = repeat(run.pk, by=ANALYST, now=LATER)
    assert (found.same_matches, found.gone) == (False, 1)
    assert found.reasons[0].startswith("1 of its tags may no longer be searched")


def test_who_was_in_scope_for_a_part_of_the_time_is_read_for_that_part_again():
    fitted = wearer("FITTED")
    Activation.objects.filter(pk=fitted).update(from_at=AT + timedelta(minutes=3))
    days(fitted, lambda minute: 51.5)
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    assert list(run.spans) == [str(fitted)]
    assert repeat(run.pk, by=ANALYST, now=LATER).same
    # It is recorded now that the tag was fitted sooner: the old answer stands all the same.
    Activation.objects.filter(pk=fitted).update(from_at=AT - timedelta(days=1))
    assert repeat(run.pk, by=ANALYST, now=LATER).same


def test_an_import_of_older_fixes_is_named(town):
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    days(town["AWAY"], comes)  # stated to have been received by then
    LakeImport.objects.create(
        digest="0" * 64, started_at=LATER, ended_at=LATER, new_count=5,
        touched={str(town["AWAY"]): 0},
    )  # fmt: skip
    found = repeat(run.pk, by=ANALYST, now=LATER)
    assert not found.same_data
    assert "were imported since" in found.reasons[0]


def test_another_version_of_the_code_or_of_its_numbers_is_named_where_the_answer_differs(town):
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    MatchingRun.objects.update(
        code_version="0.0.1", result_digest="x", parameters=run.parameters | {"stay_s": 1}
    )
    reasons = " ".join(repeat(run.pk, by=ANALYST, now=LATER).reasons)
    assert "made by Waypost 0.0.1" in reasons
    assert "other numbers: stay_s" in reasons


def test_offences_that_are_kept_no_longer_are_named(town):
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    OffenceVersion.objects.all().delete()
    assert "1 of its 1 offences" in repeat(run.pk, by=ANALYST, now=LATER).reasons[0]


def test_what_cannot_be_repeated_is_refused(town):
    waiting = ask_for_run(crimes(), by=ANALYST, now=NOW, method="evidence")
    with pytest.raises(Refused, match="not done"):
        repeat(waiting.pk, by=ANALYST, now=LATER)
    MatchingRun.objects.update(status="done")
    with pytest.raises(Refused, match="did not keep"):
        repeat(waiting.pk, by=ANALYST, now=LATER)
    with pytest.raises(NoSuchThing):
        repeat(waiting.pk + 1, by=ANALYST, now=LATER)
    practitioner = Posted(8, "practitioner", frozenset({Role.PROBATION_PRACTITIONER}))
    with pytest.raises(Refused):
        repeat(waiting.pk, by=practitioner, now=LATER)


def test_the_command_prints_same_or_what_differs(town, capsys):
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    assert main(["runs", "repeat", str(run.pk)]) == 0
    assert capsys.readouterr().out.startswith(f"data read: same, {run.data_digest}\nmatches: same")
    Match.objects.update(score=0.5)
    MatchingRun.objects.update(result_digest="x")
    assert main(["runs", "repeat", str(run.pk)]) == 1
    out = capsys.readouterr().out
    assert "matches: differs" in out
    assert "changed 2" in out


def test_canonical_bytes_do_not_depend_on_the_order_of_the_matches(town):
    run = run_matching(crimes(), by=ANALYST, now=NOW, method="evidence")
    rows = list(Match.objects.filter(run=run))
    assert len(rows) > 1
    assert canonical(rows) == canonical(rows[::-1])
    assert canonical(rows) != canonical(rows[1:])
