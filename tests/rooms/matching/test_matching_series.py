"""Series over the answers in the store: who was at several scenes, who was at one together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from test_matching_runs import ANALYST, AT, NOW, own_lake, wearer

from waypost import clock
from waypost.access.actions import make_officer
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.errors import NoSuchThing, Refused
from waypost.matching import series_queries
from waypost.matching.actions import run_matching
from waypost.matching.models import Look, RunOffence
from waypost.offences.actions import take_delivery
from waypost.offences.models import OffenceVersion
from waypost.orders.models import Person
from waypost.positions import batch, log
from waypost.positions.values import DecodedFix
from waypost.units import Mechanism

__all__ = ["own_lake"]  # a fixture
pytestmark = [pytest.mark.database, pytest.mark.django_db]
REASON = "Operation Teal: whether the three burglaries belong together."
HOME, PLACES = 51.45, (51.5, 51.52, 51.54)
NAMES = "C0\nC1\nC2"


def offences(force: str = "Metropolitan", batch_id: str = "MPS20260204") -> int:
    """Three burglaries, one an hour from noon, 2 km apart."""
    rows = [
        f"{force},BIAD,,{batch_id},C{n},20260203{12 + n}0000,20260203{12 + n}1000,,,{lat},-0.1,"
        "WGS84,\n"
        for n, lat in enumerate(PLACES)
    ]
    return take_delivery("".join(rows).encode(), f"{force}.csv", by=MACHINE, now=NOW).pk


def days(activation: int, where) -> None:
    """A fix a minute for three days; where(minute since noon) gives a latitude."""
    minutes = range(-60 * 24 * 2, 60 * 8)
    fixes = tuple(
        DecodedFix(AT + timedelta(minutes=m), where(m), -0.1, accuracy_m=10.0,
                   mechanism=Mechanism.GNSS)
        for m in minutes
    )  # fmt: skip
    row = batch.IntakeRow(activation, AT - timedelta(days=10), None, NOW, fixes=fixes)
    with transaction.atomic():
        log.append(*batch.build([row]), [], source="test", now=NOW)


def tour(minute: int) -> float:
    """At each of the three for six minutes while it happened, and at home otherwise."""
    for n, lat in enumerate(PLACES):
        if 60 * n + 2 <= minute < 60 * n + 8:
            return lat
    return HOME


def at_two(minute: int) -> float:
    return tour(minute) if minute < 110 else HOME


@pytest.fixture
def town() -> dict[str, int]:
    made = {name: wearer(name) for name in ("TOUR", "LIVES", "AWAY")}
    days(made["TOUR"], tour)
    days(made["LIVES"], lambda minute: PLACES[1])
    days(made["AWAY"], lambda minute: 51.7)
    return made


@pytest.fixture
def weighed(town) -> dict[str, int]:
    run_matching(offences(), by=ANALYST, now=NOW, method="evidence")
    return town


def found(names: str = NAMES, reference: str = ""):
    return series_queries.series(names, REASON, by=ANALYST, now=NOW, reference=reference)


def test_who_was_at_all_three_is_listed_with_what_chance_would_give(weighed):
    told = found()
    assert [one.person_reference for one in told.wearers] == ["TOUR"]
    toll = told.wearers[0].toll
    assert (toll.seen, toll.of) == (3, 3)
    assert toll.expected < 1
    assert toll.tail < 0.01
    assert [one.verdict for one in told.wearers[0].at] == ["observed"] * 3
    assert (told.searched, told.unweighed) == (3, [])


def test_who_lives_at_one_scene_is_no_series_and_can_be_asked_about(weighed):
    [told] = found(reference="LIVES").wearers
    assert told.toll.seen == 1
    assert [one.verdict for one in told.at] == ["", "observed", ""]
    assert told.at[1].share > 0.5
    assert told.toll.tail > 0.9  # whoever lives there is there


def test_one_asked_about_by_name_is_reckoned_by_their_own_habit_where_they_did_not_match(town):
    """They are at the third place each afternoon, and just not on this one: by everybody's habit
    two of three would seem rarer than it is."""
    usual = wearer("USUAL")

    def where(minute: int) -> float:
        if minute < 0 and 60 <= minute % 1440 < 600:
            return PLACES[2]
        return at_two(minute)

    days(usual, where)
    run_matching(offences(), by=ANALYST, now=NOW, method="evidence")
    [by_name] = found(reference="USUAL").wearers
    listed = next(one for one in found().wearers if one.person_reference == "USUAL")
    assert by_name.toll.seen == listed.toll.seen == 2
    assert by_name.at[2].share > 3 * listed.at[2].share
    assert by_name.toll.expected > listed.toll.expected


def test_each_look_says_why_and_leaves_a_line_about_each_person_shown(weighed):
    found()
    lines = list(AuditLine.objects.filter(kind__startswith="series:").order_by("number"))
    shown = Person.objects.get(reference="TOUR").pk
    assert [(line.kind, line.person_id) for line in lines] == [
        ("series:opened", None), ("series:viewed", shown),
    ]  # fmt: skip
    assert {line.purpose for line in lines} == {"crime_mapping"}
    assert Look.objects.get().reason == REASON
    with pytest.raises(Refused, match="Say in a sentence"):
        series_queries.series(NAMES, "why not", by=ANALYST, now=NOW)


def test_nobody_hidden_from_the_asker_is_shown_or_answered_for(weighed):
    Person.objects.filter(reference="TOUR").update(limited=True)
    assert found().wearers == []
    refusals = []
    for reference in ("TOUR", "NO-SUCH"):
        with pytest.raises(Refused) as refusal:
            found(reference=reference)
        refusals.append(str(refusal.value))
    assert refusals[0] == refusals[1]
    number = OffenceVersion.objects.get(reference="C1").pk
    assert series_queries.together(number, REASON, by=ANALYST, now=NOW).meetings == []
    wearer("BAIL", "court_bail")
    with pytest.raises(Refused, match="Nobody whom you may know of"):
        found(reference="BAIL")


def test_offences_are_named_as_the_police_do(weighed):
    with pytest.raises(Refused, match="There is no offence C9"):
        found("C0\nC9")
    with pytest.raises(Refused, match="two or more"):
        found("C0\n\nC0")
    offences("Kent", "KNT20260204")
    with pytest.raises(Refused, match="Kent or Metropolitan before it"):
        found()
    told = found("Metropolitan C0\n  Metropolitan   C1\nKent C2\nMetropolitan C2")
    assert (len(told.scenes), told.unweighed) == (3, ["C2"])
    with pytest.raises(Refused, match="at most 100"):
        found("\n".join(f"N{n}" for n in range(101)))


def test_an_answer_of_before_chance_was_kept_is_left_out_and_named(weighed):
    RunOffence.objects.filter(
        offence_id=OffenceVersion.objects.get(reference="C2").pk
    ).update(expected_by_chance=None)  # fmt: skip
    told = found()
    assert ([scene.offence.reference for scene in told.scenes], told.unweighed) == (
        ["C0", "C1"], ["C2"],
    )  # fmt: skip


def test_the_newest_answer_counts(weighed):
    days(wearer("SECOND"), at_two)
    assert len(found().wearers) == 1
    run_matching(None, by=ANALYST, now=NOW, method="evidence")
    assert {one.person_reference for one in found().wearers} == {"TOUR", "SECOND"}


def test_two_who_were_there_at_once_are_shown_with_the_time_and_chance(weighed):
    number = OffenceVersion.objects.get(reference="C1").pk
    told = series_queries.together(number, REASON, by=ANALYST, now=NOW)
    [one] = told.meetings
    assert {told.references[one.one], told.references[one.other]} == {"TOUR", "LIVES"}
    assert one.from_at == AT + timedelta(minutes=61)  # 13:02, and a minute before
    assert one.to_at == AT + timedelta(minutes=68)
    assert told.toll.seen == 2
    lines = AuditLine.objects.filter(kind="together:viewed")
    assert {line.person_id for line in lines} == set(told.references)
    with pytest.raises(NoSuchThing):
        series_queries.together(number + 99, REASON, by=ANALYST, now=NOW)


def test_an_offence_that_was_not_matched_yet_says_so(town):
    offences()
    number = OffenceVersion.objects.get(reference="C1").pk
    with pytest.raises(Refused, match="not been matched by evidence"):
        series_queries.together(number, REASON, by=ANALYST, now=NOW)


def test_series_are_for_those_who_may_read_matches(weighed):
    practitioner = Posted(8, "practitioner", frozenset({Role.PROBATION_PRACTITIONER}))
    with pytest.raises(Refused):
        series_queries.series(NAMES, REASON, by=practitioner, now=NOW)
    number = OffenceVersion.objects.get(reference="C1").pk
    with pytest.raises(Refused):
        series_queries.together(number, REASON, by=practitioner, now=NOW)


@pytest.fixture
def analyst():
    made = make_officer(
        "ana", "Ana", None, Role.POLICE_ANALYST, now=clock.now() - timedelta(days=1)
    )
    client = Client()
    client.force_login(made)
    return client


def test_the_page_keeps_what_was_typed_and_says_numbers_in_words(analyst, weighed):
    address = reverse("series")
    wrong = analyst.post(address, {"names": "C0\nC9", "reason": REASON})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert ">C0\nC9</textarea>" in page
    assert f">{REASON}</textarea>" in page
    page = analyst.post(address, {"names": NAMES, "reason": REASON}).content.decode()
    assert "3 of 3;" in page
    assert "expected by chance; so many or more would be chance about once in" in page
    assert "TOUR" in page
    assert "does not show that the wearer committed" in page


def test_the_page_of_one_offence_asks_why_first(analyst, weighed):
    number = OffenceVersion.objects.get(reference="C1").pk
    address = reverse("together", args=[number])
    assert "TOUR" not in analyst.get(address).content.decode()
    assert analyst.post(address, {"reason": "x"}).status_code == 422
    page = analyst.post(address, {"reason": REASON}).content.decode()
    assert "TOUR" in page
    assert "2 at once; " in page
    assert "such scenes" in page
