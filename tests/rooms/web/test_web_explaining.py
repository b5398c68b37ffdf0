"""A violation's page and its explanation: who may read them, what is recorded, what they say."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from waypost.access.actions import make_officer, make_team
from waypost.access.models import AuditLine, Officer
from waypost.access.values import Role
from waypost.monitoring.models import Violation, ViolationVersion
from waypost.orders.models import Caseload
from waypost.rules.explaining import What
from worked_town import Town, at

SOON = timedelta(seconds=1)  # a page is opened after the last fix was measured
pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def town(tmp_path, settings, monkeypatch) -> Town:
    """P1 is out at 19:00, seen so until 19:12, back at 19:20; the pages go by the town's clock."""
    settings.LAKE_URI = str(tmp_path / "lake")
    made = Town()
    made.run()
    for minute in range(40, 60, 4):
        send(made, f"18:{minute}", "street")
    for minute in (4, 8, 12):
        send(made, f"19:{minute:02d}", "street")
    for minute in (20, 24, 28):
        send(made, f"19:{minute}", "home")
    for module in ("violations", "persons", "alerts"):
        monkeypatch.setattr(f"waypost.web.pages.{module}.now", lambda: made.now + SOON)
    early = at("00:00")
    make_officer("mona", "Mona", None, Role.MONITORING_OFFICER, now=early)
    make_officer("paul", "Paul", None, Role.PROBATION_PRACTITIONER, now=early)
    make_officer("pol", "Pol", None, Role.POLICE_ANALYST, now=early)
    make_officer("ann", "Ann", None, Role.ADMINISTRATOR, now=early)
    monkeypatch.setattr("waypost.web.who.now", lambda: made.now + SOON)
    return made


def send(town: Town, clock: str, place: str, *, received: str | None = None) -> None:
    town.now = max(town.now, at(received or clock))
    town.send((clock, place), received=received)
    town.run()


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(Officer.objects.get(username=username))
    return client


def curfew() -> Violation:
    return Violation.objects.get(kind="curfew", withdrawn=False, certainty="certain")


def page(name: str, violation: Violation) -> str:
    return reverse(name, args=[violation.pk])


def explained(violation: Violation, username: str = "mona", **more):
    form = {"purpose": "alert_response", **more}
    return client_of(username).post(page("violation-explained", violation), form)


def text(answer) -> str:
    """The page's words, tags taken out."""
    plain = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))


def last_line() -> AuditLine:
    line = AuditLine.objects.order_by("-number").first()
    assert line is not None
    return line


def test_a_violations_page_states_its_facts_and_shows_no_place(town):
    answer = client_of("mona").get(page("violation", curfew()))
    said = text(answer)
    assert answer.status_code == 200
    for words in ("Curfew R2", "2026-03-02 19:00:00 UTC", "20 min", "Rules version", "Raised"):
        assert words in said, words
    assert "51.5" not in answer.content.decode()
    assert (last_line().kind, last_line().person_id) == ("violation:viewed", curfew().person_id)


def test_each_version_says_what_changed_and_when_we_knew(town):
    violation = curfew()
    changes = list(
        ViolationVersion.objects.filter(violation=violation).values_list("change", flat=True)
    )
    answer = client_of("mona").get(page("violation", violation))
    assert answer.context["versions"][0].what == "Raised"
    assert len(answer.context["versions"]) == len(changes) >= 2


def test_the_fixes_are_shown_for_a_purpose_alone_and_the_line_names_the_violation(town):
    violation = curfew()
    without = client_of("mona").post(page("violation-explained", violation), {})
    assert without.status_code == 422
    assert "Choose why you need to see it" in text(without)
    assert not AuditLine.objects.filter(kind="track:viewed").exists()
    answer = explained(violation)
    assert answer.status_code == 200
    line = last_line()
    assert (line.kind, line.purpose, line.person_id) == (
        "track:viewed", "alert_response", violation.person_id,
    )  # fmt: skip
    assert json.loads(bytes(line.body))["detail"]["violation"] == violation.pk


def test_the_address_of_an_explanation_alone_leads_back_to_the_form(town):
    answer = client_of("mona").get(page("violation-explained", curfew()))
    assert (answer.status_code, answer["Location"]) == (302, page("violation", curfew()))


@pytest.mark.parametrize(("username", "status"), [("paul", 403), ("pol", 403), ("ann", 403)])
def test_who_may_not_read_the_alert_may_not_read_why(town, username, status):
    for name in ("violation", "violation-explained"):
        answer = client_of(username).post(page(name, curfew()), {"purpose": "crime_mapping"})
        assert answer.status_code == status
        assert "19:0" not in text(answer)
    assert last_line().kind in ("violation:refused", "violation-explained:refused")


def test_a_purpose_that_is_not_of_the_role_is_refused_and_recorded(town):
    answer = explained(curfew(), purpose="supervision")
    assert answer.status_code == 403
    assert last_line().kind == "violation-explained:refused"


def test_a_violation_that_is_none_is_told_like_one_of_nobody(town):
    for number in (999_999, 2**63, 2**80):
        answer = client_of("mona").get(reverse("violation", args=[number]))
        assert answer.status_code == 404
        assert "There is no such violation." in text(answer)


def test_each_fix_says_its_test_and_what_came_of_it(town):
    answer = explained(curfew())
    steps = answer.context["steps"]
    did = {one.clock: one.did for one in steps}
    assert did["19:00:00"] == "Required time begins: in violation, as last seen shortly before"
    assert did["19:20:00"].startswith("Ended the violation")
    fixes = [one for one in steps if one.is_fix]
    assert len(fixes) == len(answer.context["data"]["fixes"]) == 11
    assert all(one.how == "GNSS" and one.within == "8 m" for one in fixes)
    assert {one.circle for one in fixes} >= {"Whole circle inside"}
    assert any("the wrong side" in one.circle for one in fixes)
    assert answer.context["agreement"] == ["Judging these fixes today gives the same."]


def test_what_mattered_leads_to_the_rows_that_say_so(town):
    answer = explained(curfew())
    body = answer.content.decode()
    for one in answer.context["moments"]:
        if one.key:
            assert f'id="{one.key}"' in body
            assert f'href="#{one.key}"' in body
    assert "Raised by Waypost" in [one.words for one in answer.context["moments"]]


def test_the_line_draws_every_fix_of_the_table_and_styles_nothing_inline(town):
    answer = explained(curfew())
    body = answer.content.decode()
    drawn = re.findall(r'class="waypost-path__fix [^>]*data-n="(\d+)"', body)
    rows = re.findall(r'<tr class="[^"]*" id="step-\d+" data-n="(\d+)"', body)
    assert sorted(drawn, key=int) == sorted(rows, key=int)
    assert len(rows) == 11
    assert " style=" not in body


def test_a_fix_that_came_after_it_was_raised_says_from_when_it_was_known(town):
    """Measured before 19:00, when the clock raised the row, and here fifty minutes later."""
    send(town, "18:58", "street", received="19:50")
    answer = explained(curfew())
    late = [one for one in answer.context["steps"] if one.known]
    assert [one.known for one in late] == ["Known only from 19:50:00 GMT"]
    assert "came after it was raised" in answer.context["late"]


def test_where_judging_today_gives_something_else_both_are_said(town):
    """As after a change of the rules: the row stays as it was judged, and the page says so."""
    violation = curfew()
    Violation.objects.filter(pk=violation.pk).update(from_at=at("19:04"), rules_version="1")
    answer = explained(violation)
    said = " ".join(answer.context["agreement"])
    assert "something else" in said
    assert "Stored: Mon 2 Mar 2026, 19:04:00 GMT to 19:20:00 GMT" in said
    assert "Today: Mon 2 Mar 2026, 19:00:00 GMT to 19:20:00 GMT" in said
    assert "rules version 1" in said


def test_a_row_taken_back_is_explained_too(town):
    violation = curfew()
    Violation.objects.filter(pk=violation.pk).update(
        withdrawn=True, from_at=at("15:00"), to_at=at("15:10")
    )
    answer = explained(violation)
    assert answer.status_code == 200
    assert "no such row, which is why it was withdrawn" in " ".join(answer.context["agreement"])
    assert "This does not stand" in text(answer)


def test_time_that_could_not_be_told_shows_the_silence_and_its_neighbours(town):
    send(town, "22:00", "home")
    violation = Violation.objects.get(certainty="cannot_tell", to_at=at("22:00"))
    answer = explained(violation)
    (silence,) = [
        step for step in answer.context["explanation"].steps
        if step.what is What.SILENCE and step.at == violation.from_at
    ]  # fmt: skip
    assert silence.until == at("22:00")
    shown = next(one for one in answer.context["steps"] if one.at == silence.at and not one.is_fix)
    assert shown.did == "Nothing known for 2 h 32 min, to 22:00:00: cannot tell"
    assert answer.context["agreement"] == ["Judging these fixes today gives the same."]


def test_of_a_long_one_the_beginning_and_the_end_are_shown_apart(town):
    violation = curfew()
    Violation.objects.filter(pk=violation.pk).update(
        from_at=at("19:00"), to_at=at("+1 18:00"), minutes=1380
    )
    town.now = at("+1 19:00")
    first, last = explained(violation), explained(violation, end="1")
    assert first.context["look"].to_at == at("+1 01:00")
    assert last.context["look"].from_at == at("+1 12:00")
    assert "the beginning and the end are shown apart" in text(first)


def test_a_row_that_fixes_do_not_judge_says_so_plainly(town):
    violation = curfew()
    Violation.objects.filter(pk=violation.pk).update(
        kind="no_location", requirement_reference="tag:no_location", requirement_version_id=None
    )
    answer = explained(violation)
    assert answer.status_code == 200
    assert answer.context["explanation"] is None
    assert "state of the tag" in text(answer)


def test_explaining_a_usual_violation_takes_few_statements_and_little_time(town):
    violation = curfew()
    client = client_of("mona")
    form = {"purpose": "alert_response"}
    address = page("violation-explained", violation)
    client.post(address, form)
    with CaptureQueriesContext(connection) as asked:
        client.post(address, form)
    assert len(asked) < 50
    took = []
    for _ in range(9):
        begun = time.perf_counter()
        client.post(address, form)
        took.append(time.perf_counter() - begun)
    print(f"explained in {sorted(took)[4] * 1000:.0f} ms, {len(asked)} statements")
    assert sorted(took)[4] < 2.0  # a busy machine; the bench of the house says how fast it is


def test_the_persons_page_leads_to_the_explanations_of_all_that_stands(town):
    violation = curfew()
    address = reverse("person", args=[violation.person_id])
    answer = client_of("mona").get(address)
    body = answer.content.decode()
    assert body.count(page("violation", violation)) >= 3  # the strip, its table, the list
    assert " style=" not in body
    assert "Of " in text(answer)
    assert "could be monitored" in text(answer)


def test_withdrawn_violations_stay_on_the_persons_list_marked_as_such(town):
    violation = curfew()
    Violation.objects.filter(pk=violation.pk).update(withdrawn=True)
    answer = client_of("mona").get(reverse("person", args=[violation.person_id]))
    row = re.search(r'<tr class="[^"]*waypost-withdrawn">(.*?)</tr>', answer.content.decode(), re.S)
    assert row is not None
    assert "Withdrawn" in row[1]
    (strip,) = [one for one in answer.context["strips"] if one.reference == "R2"]
    assert not [bar for day in strip.days for bar in day.bars if bar.shade == "violated"]


def test_a_role_that_reads_no_alerts_is_offered_no_explanation(town):
    """A court report officer of the person's team reads the strips, and no alert."""
    violation = curfew()
    team = make_team("London", "probation_region", "Hackney", now=at("00:00"))
    make_officer("cora", "Cora", None, Role.COURT_REPORT_OFFICER, team=team, now=at("00:00"))
    Caseload.objects.create(person_id=violation.person_id, team_id=team.pk, from_at=at("00:00"))
    answer = client_of("cora").get(reverse("person", args=[violation.person_id]))
    assert answer.status_code == 200
    assert "could be monitored" in text(answer)
    assert "/violations/" not in answer.content.decode()
    assert client_of("cora").get(page("violation", violation)).status_code == 403


def test_the_alert_shows_that_day_and_the_day_before(town):
    from waypost.alerts.models import Alert

    alert = Alert.objects.get(kind="curfew")
    answer = client_of("mona").get(reverse("alert", args=[alert.pk]))
    strip = answer.context["strip"]
    assert strip.reference == "R2"
    assert strip.days[0].day == "Mon 2 Mar"
    assert page("violation", curfew()) in answer.content.decode()
