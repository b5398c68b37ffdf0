"""Everybody at one offence: who could be judged, who could not, and who cannot have been there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from test_matching_runs import ANALYST, AT, NOW, crimes, own_lake, wearer

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine
from waypost.access.values import Posted, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.matching import coverage
from waypost.matching.evidence import Verdict
from waypost.matching.evidence_scan import weigh
from waypost.matching.looks import LookKind, open_look
from waypost.matching.models import Look
from waypost.matching.scan import lake_source
from waypost.matching.unsound_reading import read_unsound
from waypost.offences.models import OffenceVersion
from waypost.offences.queries import offences_by_number
from waypost.orders.models import Activation, Person
from waypost.positions import batch, log
from waypost.positions.values import DecodedEvent, DecodedFix, EventKind
from waypost.units import Mechanism

__all__ = ["own_lake"]  # a fixture
pytestmark = [pytest.mark.database, pytest.mark.django_db]
REASON = "Operation Teal: who may be spoken to about C1."
OTHER = Posted(8, "other analyst", frozenset({Role.POLICE_ANALYST}))


def said(activation: int, *minutes: float, lat: float = 51.5, events=()) -> None:
    """Fixes and events of a tag, minutes after the beginning of the offence."""
    fixes = tuple(
        DecodedFix(AT + timedelta(minutes=m), lat, -0.1, accuracy_m=10.0, mechanism=Mechanism.GNSS)
        for m in minutes
    )
    reports = tuple(DecodedEvent(AT + timedelta(minutes=m), kind) for m, kind in events)
    row = batch.IntakeRow(
        activation, AT - timedelta(days=10), None, NOW, fixes=fixes, events=reports
    )
    with transaction.atomic():
        log.append(*batch.build([row]), [], source="test", now=NOW)


ALL_THE_TIME = tuple(range(-60, 70))


def offence() -> int:
    crimes()
    return OffenceVersion.objects.get().pk


def page_of(number: int, verdict: Verdict | None = None, *, by: Posted = ANALYST, page: int = 1):
    look = open_look(LookKind.COVERAGE, number, REASON, by=by, now=NOW)
    return coverage.coverage_page(number, look.pk, by=by, now=NOW, verdict=verdict, page=page)


def answer(number: int, reference: str):
    look = open_look(LookKind.EXCLUSION, number, REASON, by=ANALYST, now=NOW)
    return coverage.exclusion_of(number, reference, look.pk, by=ANALYST, now=NOW)


def test_everybody_in_scope_is_counted_once_with_why():
    said(wearer("THERE"), *ALL_THE_TIME)
    said(wearer("FAR"), *ALL_THE_TIME, lat=51.9)
    said(wearer("SILENT"), -60, -59, 60, 61, lat=51.51)
    wearer("NOTHING")
    page = page_of(offence())
    assert {one.value: count for one, count in page.summary.counts.items()} == {
        "observed": 1, "possible": 0, "cannot_tell": 2, "excluded": 1,
    }  # fmt: skip
    assert (page.summary.with_data, page.summary.without_data) == (2, 2)
    assert [row.person_reference for row in page.rows] == ["THERE"]
    told = page_of(OffenceVersion.objects.get().pk, Verdict.CANNOT_TELL).rows
    assert {row.person_reference for row in told} == {"SILENT", "NOTHING"}
    assert all("no data for 10 of 10 minutes" in row.told.why for row in told)
    assert "1 cannot have been" in page.summary.words


def test_nobody_outside_the_scope_is_read_or_counted():
    """Court bail allows no search; neither does an order that ended, or a tag fitted later."""
    said(wearer("BAIL", "court_bail"), *ALL_THE_TIME)
    said(wearer("ENDED", ends=AT - timedelta(days=1)), *ALL_THE_TIME)
    later = wearer("LATER")
    Activation.objects.filter(pk=later).update(from_at=AT + timedelta(days=1))
    number = offence()
    page = page_of(number)
    assert page.summary.tags == 0
    assert "nothing can be told of anybody" in page.summary.words
    with pytest.raises(Refused, match="Nobody whom you may know of"):
        answer(number, "BAIL")


def test_nobody_hidden_from_the_asker_is_counted_or_answered_for():
    said(wearer("SECRET", limited=True), *ALL_THE_TIME)
    said(wearer("KNOWN"), *ALL_THE_TIME, lat=51.9)
    number = offence()
    assert page_of(number).summary.tags == 1
    refusals = []
    for reference in ("SECRET", "NO-SUCH"):
        with pytest.raises(Refused) as refusal:
            answer(number, reference)
        refusals.append(str(refusal.value))
    assert refusals[0] == refusals[1]
    asked = AuditLine.objects.filter(kind="exclusion:asked")
    assert [(line.person_id, line.outcome) for line in asked] == [(None, "refused")] * 2


def test_each_look_leaves_its_line_and_one_about_each_person_shown():
    for name in ("P1", "P2"):
        said(wearer(name), *ALL_THE_TIME)
    said(wearer("AWAY"), *ALL_THE_TIME, lat=51.9)
    page_of(offence())
    lines = list(AuditLine.objects.filter(kind__startswith="coverage:").order_by("number"))
    assert [line.kind for line in lines] == ["coverage:opened"] + ["coverage:viewed"] * 2
    assert {line.purpose for line in lines} == {"crime_mapping"}
    shown = Person.objects.filter(reference__in=["P1", "P2"]).values_list("pk", flat=True)
    assert {line.person_id for line in lines[1:]} == set(shown)
    assert not any(REASON.encode() in bytes(line.body) for line in lines)
    assert Look.objects.get().reason == REASON


def test_a_look_wants_a_reason_is_ones_own_and_ends():
    number = offence()
    with pytest.raises(Refused, match="Say in a sentence"):
        open_look(LookKind.COVERAGE, number, "because", by=ANALYST, now=NOW)
    look = open_look(LookKind.COVERAGE, number, REASON, by=ANALYST, now=NOW)
    with pytest.raises(Refused, match="not open to you"):
        coverage.coverage_page(number, look.pk, by=OTHER, now=NOW)
    with pytest.raises(Conflict, match="half an hour"):
        coverage.coverage_page(number, look.pk, by=ANALYST, now=NOW + timedelta(minutes=31))
    with pytest.raises(NoSuchThing):
        coverage.coverage_page(number + 1, look.pk, by=ANALYST, now=NOW)
    practitioner = Posted(9, "practitioner", frozenset({Role.PROBATION_PRACTITIONER}))
    with pytest.raises(Refused):
        open_look(LookKind.COVERAGE, number, REASON, by=practitioner, now=NOW)


def test_pages_of_a_look_belong_together_whatever_comes_in_meanwhile():
    said(wearer("AWAY"), *ALL_THE_TIME, lat=51.9)
    silent = wearer("SILENT")
    number = offence()
    look = open_look(LookKind.COVERAGE, number, REASON, by=ANALYST, now=NOW - timedelta(minutes=1))
    said(silent, *ALL_THE_TIME)  # received at NOW
    page = coverage.coverage_page(number, look.pk, by=ANALYST, now=NOW)
    assert page.summary.counts[Verdict.OBSERVED] == 0


def test_excluded_comes_with_the_fixes_the_way_and_the_speed():
    said(wearer("FAR"), *ALL_THE_TIME, lat=51.6)  # 11.1 km to the north, a fix a minute
    found = answer(offence(), "FAR").answers[0]
    proof = found.proof
    assert found.told.verdict is Verdict.EXCLUDED
    assert (proof.after.at - proof.before.at, proof.seconds) == (timedelta(minutes=2), 120)
    assert proof.before.at < proof.left_out_at < proof.after.at
    # There and back, less the place's radius and 60 m for each fix.
    assert proof.way_m == pytest.approx(2 * (11_125 - 100 - 60), abs=10)
    assert proof.needed_mps == pytest.approx(proof.way_m / 120)
    assert proof.needed_mps == pytest.approx(found.told.needed_mps)
    assert "We assume at most 90 km/h" in found.proof_words


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([(-600, EventKind.STRAP_TAMPER)], "the strap was reported open"),
        ([(5, EventKind.STRAP_TAMPER), (6, EventKind.STRAP_RESTORED)], "strap"),
        ([(-30, EventKind.STRAP_TAMPER), (-11, EventKind.STRAP_RESTORED)], "strap"),
        (
            [(-600, EventKind.STRAP_TAMPER), (-590, EventKind.STRAP_RESTORED)],
            "the strap was reported closed again and no officer had looked at it",
        ),
        ([(-6000, EventKind.CASE_TAMPER)], "the case was reported opened"),
        ([(3, EventKind.JAMMING)], "the radio was reported jammed"),
        ([(-90, EventKind.CLINICAL_REMOVAL)], "the tag was off by agreement"),
    ],
    ids=str,
)
def test_a_tag_that_was_not_sound_excludes_nothing(events, words):
    said(wearer("FAR"), *ALL_THE_TIME, lat=51.6, events=events)
    number = offence()
    found = answer(number, "FAR").answers[0]
    assert (found.told.verdict, found.proof) == (Verdict.CANNOT_TELL, None)
    assert words in found.told.why
    assert page_of(number).summary.counts[Verdict.EXCLUDED] == 0


@pytest.mark.parametrize(
    "events",
    [
        [(-2_000, EventKind.STRAP_TAMPER), (-1_500, EventKind.STRAP_RESTORED)],
        [(90, EventKind.CASE_TAMPER)],
        [(-5, EventKind.BATTERY_LOW)],
    ],
    ids=str,
)
def test_what_was_mended_long_before_or_came_long_after_forbids_nothing(events):
    said(wearer("FAR"), *ALL_THE_TIME, lat=51.6, events=events)
    assert answer(offence(), "FAR").answers[0].proof is not None


def test_what_tags_reported_is_read_of_those_alone_that_would_be_excluded(monkeypatch):
    """And no answer is another one than if it were read of everybody."""
    tags = {}
    for name, lat, events in (
        ("THERE", 51.5, [(-30, EventKind.STRAP_TAMPER)]),
        ("FAR", 51.9, ()),
        ("CUT", 51.9, [(-30, EventKind.STRAP_TAMPER)]),
        ("NEAR", 51.51, [(-30, EventKind.CASE_TAMPER)]),
    ):
        tags[name] = wearer(name)
        said(tags[name], *ALL_THE_TIME, lat=lat, events=events)
    said(
        wearer("PART", ends=AT + timedelta(minutes=12)),
        *ALL_THE_TIME,
        lat=51.6,
        events=[(-30, EventKind.JAMMING)],
    )
    number = offence()
    asked: list[list[int]] = []

    def read(activations, *args, **more):
        asked.append(sorted(activations))
        return read_unsound(activations, *args, **more)

    monkeypatch.setattr(coverage, "read_unsound", read)
    told = {row.person_reference: row.told for verdict in Verdict
            for row in page_of(number, verdict).rows}  # fmt: skip
    assert set(map(tuple, asked)) == {tuple(sorted((tags["FAR"], tags["CUT"])))}
    assert {name: one.verdict.value for name, one in told.items()} == {
        "THERE": "observed", "FAR": "excluded", "CUT": "cannot_tell", "NEAR": "cannot_tell",
        "PART": "cannot_tell",
    }  # fmt: skip
    look = open_look(LookKind.COVERAGE, number, REASON, by=ANALYST, now=NOW)
    assert told == {one.person_reference: one.told for one in _read_of_everybody(number, look.at)}


def _read_of_everybody(number: int, received_by):
    """The answers as they are where the events of every tag in question are read."""
    [(_, crime)] = [(number, offences_by_number([number])[number])]
    tags = coverage._tags(crime, ANALYST, NOW)
    spans = {one.activation: one.spans for one in tags}
    around = coverage.PADDING + coverage.EVIDENCE_AROUND
    end = crime.to_at + around + coverage.MICROSECOND
    fixes = coverage.only_live(
        coverage.fixes_between(list(spans), crime.from_at - around, end, received_by=received_by),
        spans,
    )
    unsound, _ = read_unsound(list(spans), end, fixes, received_by=received_by)
    rows = weigh([crime], lake_source(fixes), everybody=True, unsound=unsound).to_pylist()
    in_part = {one.activation for one in tags if not coverage.covered(one.spans, crime)}
    return coverage._rows(coverage.tell(crime, tags, rows, in_part))


def test_a_tag_that_may_be_searched_for_part_of_the_time_excludes_nothing():
    said(wearer("FAR", ends=AT + timedelta(minutes=12)), *ALL_THE_TIME, lat=51.6)
    told = answer(offence(), "FAR").answers[0].told
    assert told.verdict is Verdict.CANNOT_TELL


def test_a_page_of_fifty_and_the_next():
    for n in range(51):
        wearer(f"N{n:02}")
    number = offence()
    first, second = (page_of(number, page=n) for n in (1, 2))
    assert (len(first.rows), len(second.rows), first.pages) == (50, 1, 2)
    assert second.rows[0].person_reference not in {row.person_reference for row in first.rows}


@pytest.fixture
def analyst():
    made = make_officer(
        "ana", "Ana", None, Role.POLICE_ANALYST, now=clock.now() - timedelta(days=1)
    )
    client = Client()
    client.force_login(made)
    return client


def test_the_page_asks_why_first_and_keeps_what_was_typed(analyst):
    said(wearer("THERE"), *ALL_THE_TIME)
    number = offence()
    address = reverse("coverage", args=[number])
    assert "THERE" not in analyst.get(address).content.decode()
    short = analyst.post(address, {"reason": "because"})
    assert short.status_code == 422
    assert ">because</textarea>" in short.content.decode()
    answer = analyst.post(address, {"reason": REASON})
    page = analyst.get(answer["Location"]).content.decode()
    assert "THERE" in page
    assert "Observed there (1)" in page
    assert "does not show that the wearer committed" in page


def test_the_form_about_one_person_says_what_it_rests_on_and_keeps_what_was_typed(analyst):
    said(wearer("FAR"), *ALL_THE_TIME, lat=51.6)
    number = offence()
    address = reverse("excluded", args=[number])
    wrong = analyst.post(address, {"reason": REASON, "reference": "NO-SUCH"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert 'value="NO-SUCH"' in page
    assert "Nobody whom you may know of" in page
    assert 'name="look"' in page  # the reason was given, and is not asked again
    found = analyst.post(address, {"look": Look.objects.get().pk, "reference": " FAR "})
    page = found.content.decode()
    assert "Between which fixes" in page
    assert "not of the person" in page
    assert Look.objects.count() == 1


def test_a_look_of_somebody_else_is_refused_and_said_so(analyst):
    number = offence()
    look = open_look(LookKind.COVERAGE, number, REASON, by=OTHER, now=clock.now())
    answer = analyst.get(f"{reverse('coverage', args=[number])}?look={look.pk}")
    assert answer.status_code == 403
    assert AuditLine.objects.order_by("-number").first().kind == "coverage:refused"


def test_how_much_is_asked_of_the_store_does_not_grow_with_who_is_counted():
    """Of who is not shown, nothing is asked one by one."""
    number = offence()
    statements = []
    for names in (("A1", "A2"), [f"B{n:02}" for n in range(30)]):
        for name in names:
            wearer(name)
        look = open_look(LookKind.COVERAGE, number, REASON, by=ANALYST, now=NOW)
        with CaptureQueriesContext(connection) as captured:
            page = coverage.coverage_page(
                number, look.pk, by=ANALYST, now=NOW, verdict=Verdict.POSSIBLE
            )
        statements.append(len(captured))
    assert page.summary.tags == 32
    assert statements[0] == statements[1] <= 16
