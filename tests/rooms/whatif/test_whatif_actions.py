"""Tries against the store: who may, what is refused, what goes on after a crash, what is left."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from waypost.access.actions import make_officer
from waypost.access.models import AuditLine, Officer
from waypost.access.queries import posted
from waypost.access.values import Posted, Purpose, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs.models import Job
from waypost.orders.models import Person
from waypost.orders.values import OrderKind
from waypost.positions.stops import PlaceKind
from waypost.whatif import carrying, queries
from waypost.whatif.actions import (
    TRIES_A_DAY_MAX,
    ask_cohort,
    ask_person,
    attach,
    carry_on,
    fail,
)
from waypost.whatif.lifecycle import NEXT, OPEN, Status
from waypost.whatif.models import WhatIf, WhatIfAttachment
from whatif_words import HOME, TO, a_life, curfew, estate, exclusion, run_jobs, tried

pytestmark = [pytest.mark.database, pytest.mark.django_db]
KIND = OrderKind.COMMUNITY_ORDER
ROLES = {
    "petra": Role.PROBATION_PRACTITIONER,
    "paul": Role.PROBATION_PRACTITIONER,
    "mona": Role.MONITORING_OFFICER,
    "cora": Role.COURT_REPORT_OFFICER,
    "ann": Role.ADMINISTRATOR,
}


@pytest.fixture
def who(tmp_path, settings) -> dict[str, Posted]:
    """Petra has P1 to P6; nobody else has anybody, and Mona reaches everybody."""
    settings.LAKE_URI = str(tmp_path / "lake")
    for name, role in ROLES.items():
        make_officer(name, name.title(), None, role, now=TO - timedelta(days=90))
    return {name: posted(Officer.objects.get(username=name), now=TO) for name in ROLES}


@pytest.fixture
def one(who) -> int:
    estate("P1")
    return Person.objects.get(reference="P1").pk


@pytest.fixture
def many(who) -> list[int]:
    estate("P1", "P2", "P3", "P4", "P5", "P6")
    return list(Person.objects.order_by("pk").values_list("pk", flat=True))


def done(number: int) -> WhatIf:
    run_jobs()
    row = WhatIf.objects.get(pk=number)
    assert row.status == "done", row.message
    return row


def lines(kind: str) -> list[AuditLine]:
    return list(AuditLine.objects.filter(kind=kind).order_by("number"))


def test_a_try_says_what_the_pure_trial_of_the_same_life_says(who, one):
    number = ask_person(one, exclusion(HOME), KIND, by=who["petra"], now=TO, title="Around home")
    done(number)
    page = queries.try_page(number, who["petra"], now=TO)
    hoped = tried(exclusion(HOME), a_life(8))
    assert page.tried.usual(PlaceKind.HOME).cut_hours == pytest.approx(
        hoped.usual(PlaceKind.HOME).cut_hours, abs=0.1
    )
    assert (page.tried.days_seen, page.tried.alerts) == (hoped.days_seen, hoped.alerts)
    assert page.seen.title == "Around home"


def test_asking_trying_and_reading_leave_their_lines_with_the_purpose(who, one):
    number = ask_person(one, exclusion(HOME), KIND, by=who["petra"], now=TO)
    done(number)
    queries.try_page(number, who["petra"], now=TO)
    for kind in ("whatif:asked", "whatif:tried", "whatif:viewed"):
        (line,) = lines(kind)
        assert (line.person_id, line.purpose) == (one, Purpose.PROPORTIONALITY.value)
        said = json.loads(bytes(line.body))["detail"]
        assert said["what_if"] == number
        assert "51.5" not in json.dumps(said)
    assert json.loads(bytes(lines("whatif:tried")[0].body))["detail"]["fixes"] == 8 * 144


@pytest.mark.parametrize("name", ["paul", "cora", "ann"])
def test_only_who_has_the_case_tries_or_reads_or_attaches(who, one, name):
    number = ask_person(one, exclusion(HOME), KIND, by=who["petra"], now=TO)
    done(number)
    for act in (
        lambda: ask_person(one, exclusion(HOME), KIND, by=who[name], now=TO),
        lambda: queries.try_page(number, who[name], now=TO),
        lambda: queries.tries(who[name], now=TO, person_id=one),
        lambda: attach(number, "O-P1", "because", by=who[name], now=TO),
    ):
        with pytest.raises(Refused):
            act()
    if name != "ann":
        assert queries.tries(who[name], now=TO) == []


def test_of_a_person_under_limited_access_a_try_is_as_if_there_were_none(who, one):
    number = ask_person(one, exclusion(HOME), KIND, by=who["petra"], now=TO)
    Person.objects.update(limited=True)
    for name in ("mona", "petra"):
        assert queries.tries(who[name], now=TO) == []
        with pytest.raises(NoSuchThing, match=r"no such what-if") as limited:
            queries.try_page(number, who[name], now=TO)
        with pytest.raises(NoSuchThing) as absent:
            queries.try_page(999, who[name], now=TO)
        assert str(limited.value) == str(absent.value)


def test_nothing_is_tried_on_a_protected_person(who, one):
    Person.objects.update(protected=True)
    with pytest.raises(Refused, match="protected person"):
        ask_person(one, exclusion(HOME), KIND, by=who["mona"], now=TO)


def test_a_draft_that_cannot_be_read_is_refused_by_field_and_keeps_nothing(who, one):
    with pytest.raises(Refused, match=r"zone: .*needs a zone"):
        ask_person(one, {"kind": "exclusion"}, KIND, by=who["mona"], now=TO)
    assert not WhatIf.objects.exists()
    assert not Job.objects.exists()
    assert not lines("whatif:asked")


def test_a_place_cannot_be_found_by_trying_zone_after_zone(who, one):
    for n in range(TRIES_A_DAY_MAX):
        ask_person(one, exclusion(HOME, 100 + n), KIND, by=who["mona"], now=TO)
    with pytest.raises(Refused, match="within a day"):
        ask_person(one, exclusion(HOME, 50), KIND, by=who["mona"], now=TO)
    ask_person(one, exclusion(HOME, 50), KIND, by=who["petra"], now=TO)
    ask_person(one, exclusion(HOME, 50), KIND, by=who["mona"], now=TO + timedelta(days=1))


def test_what_came_after_it_was_asked_for_does_not_change_it(who, one):
    before = TO - timedelta(hours=2)  # an hour before the fixes were received
    number = ask_person(one, exclusion(HOME), KIND, by=who["petra"], now=before)
    assert done(number).result["days_seen"] == 0


def test_a_cohort_counts_those_in_reach_and_nobody_who_may_not_be_counted(who, many):
    estate("P7", area="Camden")
    Person.objects.filter(reference="P6").update(limited=True)
    number = ask_cohort(exclusion(HOME), KIND, by=who["petra"], now=TO, area="Hackney")
    row = done(number)
    assert sorted(row.person_ids) == many[:5]
    page = queries.try_page(number, who["petra"], now=TO)
    assert (page.cohort.persons, page.cohort.enough, page.cohort.home_cut) == (5, 5, 5)
    assert page.tried is None
    assert page.seen.of_whom == "People with a tag, Hackney"
    everybody = ask_cohort(exclusion(HOME), KIND, by=who["mona"], now=TO)
    assert len(done(everybody).person_ids) == 6


def test_who_comes_under_limited_access_while_it_runs_is_counted_no_more(who, many):
    number = ask_cohort(exclusion(HOME), KIND, by=who["mona"], now=TO)
    Person.objects.filter(reference="P1").update(limited=True)
    assert done(number).result["persons"] == 5


def test_a_cohort_too_small_is_refused(who, many):
    Person.objects.filter(reference__in=["P1", "P2"]).update(protected=True)
    for area in ("", "Nowhere"):
        with pytest.raises(Refused, match="Fewer than 5"):
            ask_cohort(exclusion(HOME), KIND, by=who["mona"], now=TO, area=area)
    with pytest.raises(Refused, match="Fewer than 5"):
        ask_cohort(exclusion(HOME), KIND, by=who["mona"], now=TO, of_order_kind=OrderKind.HDC)


def test_a_cohorts_try_is_read_by_who_asked_and_by_who_reaches_everybody(who, many):
    number = ask_cohort(exclusion(HOME), KIND, by=who["petra"], now=TO)
    done(number)
    for name in ("petra", "mona"):
        assert queries.try_page(number, who[name], now=TO).seen.number == number
        assert [one.number for one in queries.tries(who[name], now=TO)] == [number]
    for name in ("paul", "cora"):
        assert queries.tries(who[name], now=TO) == []
        with pytest.raises(NoSuchThing):
            queries.try_page(number, who[name], now=TO)
    with pytest.raises(NoSuchThing):
        attach(number, "O-P1", "because", by=who["petra"], now=TO)
    assert not lines("whatif:viewed")  # about nobody


def test_it_goes_on_where_it_was_whoever_carries_it_out(who, many, monkeypatch):
    """By slices of two persons, with a crash between, it says what one go says."""
    whole = done(ask_cohort(curfew(), KIND, by=who["mona"], now=TO))
    monkeypatch.setattr(carrying, "PERSONS_AT_ONCE", 2)
    ticks = iter(range(10_000))

    def clock():
        return TO + timedelta(seconds=10 * next(ticks))

    number = ask_cohort(curfew(), KIND, by=who["mona"], now=TO)
    Job.objects.all().delete()  # the worker died; whoever comes next goes on
    assert carry_on(number, clock=clock)
    half = WhatIf.objects.get(pk=number)
    assert (half.status, half.done_count) == ("running", 2)
    assert queries.try_page(number, who["mona"], now=TO).seen.done_share == pytest.approx(1 / 3)
    while carry_on(number, clock=clock):
        pass
    again = WhatIf.objects.get(pk=number)
    assert (again.status, again.result) == ("done", whole.result)
    assert not carry_on(number, clock=clock)


def test_of_two_workers_with_one_slice_only_one_counts_it(who, one, monkeypatch):
    number = ask_person(one, exclusion(HOME), KIND, by=who["mona"], now=TO)
    real = carrying._try_on

    def overtaken(ids, row):
        found = real(ids, row)
        WhatIf.objects.filter(pk=number).update(version=9)
        return found

    monkeypatch.setattr(carrying, "_try_on", overtaken)
    with pytest.raises(Conflict):
        carry_on(number, clock=lambda: TO)
    assert WhatIf.objects.get(pk=number).result == {}
    assert not lines("whatif:tried")


def test_one_whom_it_breaks_on_is_counted_as_that_and_spoils_nobody_else(who, many, monkeypatch):
    real, calls = carrying.try_draft, iter(range(100))

    def try_draft(*given, **named):
        if next(calls) == 0:
            raise ValueError("of our own making")
        return real(*given, **named)

    monkeypatch.setattr(carrying, "try_draft", try_draft)
    row = done(ask_cohort(exclusion(HOME), KIND, by=who["mona"], now=TO))
    assert (row.result["failed"], row.result["persons"]) == (1, 5)


def test_a_try_that_broke_too_often_says_so(who, one, monkeypatch):
    def broken(*_, **__):
        raise OSError("the lake is away")

    monkeypatch.setattr(carrying, "fixes_between", broken)
    number = ask_person(one, exclusion(HOME), KIND, by=who["mona"], now=TO)
    for hours in range(1, 7):
        run_jobs(TO + timedelta(hours=hours))
    row = WhatIf.objects.get(pk=number)
    assert (row.status, row.result) == ("failed", {})
    assert "ask for it again" in row.message
    fail(number, now=TO + timedelta(days=9))
    assert WhatIf.objects.get(pk=number).ended_at == row.ended_at


def test_rules_that_changed_meanwhile_end_it_rather_than_mix_two(who, one):
    number = ask_person(one, exclusion(HOME), KIND, by=who["mona"], now=TO)
    WhatIf.objects.update(rules_version="older")
    run_jobs()
    row = WhatIf.objects.get(pk=number)
    assert (row.status, row.result) == ("failed", {})
    assert "changed meanwhile" in row.message


def test_it_stands_beside_an_order_once_with_a_reason_and_is_seen_there(who, one):
    number = ask_person(one, exclusion(HOME), KIND, by=who["petra"], now=TO, title="Around home")
    with pytest.raises(Refused, match="not finished"):
        attach(number, "O-P1", "because", by=who["petra"], now=TO)
    done(number)
    for order, reason, why in (
        ("O-P1", "  ", "Say why"), ("O-P2", "because", "no such order"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=why):
            attach(number, order, reason, by=who["petra"], now=TO)
    attach(number, "O-P1", " It cuts off the home. ", by=who["petra"], now=TO)
    with pytest.raises(Refused, match="already"):
        attach(number, "O-P1", "again", by=who["petra"], now=TO)
    assert WhatIfAttachment.objects.count() == len(lines("whatif:attached")) == 1
    (shown,) = queries.attached_to(one, who["petra"], now=TO)["O-P1"]
    assert (shown.title, shown.reason, shown.officer) == (
        "Around home", "It cuts off the home.", "Petra",
    )  # fmt: skip
    assert queries.try_page(number, who["petra"], now=TO).attachments == (shown,)


def test_the_lifecycle_has_ends_and_every_open_status_leads_to_one():
    assert {status for status in NEXT if not NEXT[status]} == set(Status) - OPEN
    assert all(NEXT[status] >= {Status.DONE, Status.FAILED} for status in OPEN)
