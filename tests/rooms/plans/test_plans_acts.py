"""Plans written, reviewed with their facts, and what only some may know of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from waypost.access.actions import make_officer, make_team
from waypost.access.models import AuditLine, Officer
from waypost.access.queries import posted
from waypost.access.values import Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.keeping.restricting import POLICY, Left
from waypost.orders.models import Caseload, Order, Person
from waypost.plans import actions, keeping_up, queries
from waypost.plans.models import Objective, Plan, PlanReview
from waypost.plans.values import (
    ActionStatus,
    ContactKind,
    Cycle,
    DueKind,
    LicenceKind,
    ObjectiveStatus,
    Owner,
    PlanKind,
    ReviewFound,
    VisitStatus,
    VisitWhere,
)
from worked_town import Town, at

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NEXT_REVIEW = timedelta(days=60)


class Case:
    """P1 of the town, with its practitioner pam; paul is another's."""

    def __init__(self) -> None:
        self.town = Town()
        self.now = at("12:00")
        self.pam, self.paul = (self.officer(one, Role.PROBATION_PRACTITIONER) for one in
                               ("pam", "paul"))  # fmt: skip
        self.person = Person.objects.get(reference="P1").pk
        Caseload.objects.create(
            person_id=self.person, officer_id=self.pam.officer_id, from_at=at("06:00")
        )

    def officer(self, name: str, role: Role, person: int | None = None, team=None):
        made = make_officer(name, name.title(), None, role, person_id=person, team=team,
                            now=at("06:00"))  # fmt: skip
        return posted(made, now=at("08:00"))

    def plan(self, kind=PlanKind.SENTENCE, *, version=0, purpose="keeps nights settled", why=""):
        written = actions.Written(
            purpose, "Settle at home, find work, stay away from the park.", why,
            self.now + NEXT_REVIEW,
        )  # fmt: skip
        actions.write_plan(
            self.person, kind, written, expected_version=version, by=self.pam, now=self.now
        )
        return Plan.objects.get(person_id=self.person, kind=kind).pk

    def page(self, by=None):
        return queries.plans_page(self.person, by or self.pam, now=self.now)

    def due(self):
        return [one.due.kind for one in queries.due_list(self.pam, now=self.now)]


@pytest.fixture
def case():
    return Case()


def test_a_plan_is_written_in_versions_and_says_what_the_tag_is_for(case):
    case.plan()
    case.plan(version=1, purpose="nights and college mornings", why="He began at the college.")
    (seen,) = case.page().plans
    assert (seen.newest.version, seen.newest.purpose) == (2, "nights and college mornings")
    assert seen.older[0].purpose == "keeps nights settled"
    with pytest.raises(Conflict):
        case.plan(version=1, why="He moved to his aunt's.")
    with pytest.raises(Refused, match="what changed"):
        case.plan(version=2)


def test_a_plan_without_a_purpose_is_kept_and_told(case):
    case.plan(purpose="")
    case.now += timedelta(days=16)
    assert DueKind.NO_PURPOSE in case.due()
    assert queries.summary_of(case.person, case.pam, now=case.now).missing
    wore, says = queries.purposes_at(case.now)
    assert (len(wore), says[PlanKind.SENTENCE]) == (2, frozenset())
    case.plan(version=1, why="Said what the tag is for.")
    assert DueKind.NO_PURPOSE not in case.due()
    assert queries.purposes_at(case.now)[1][PlanKind.SENTENCE] == {case.person}


def test_a_review_opens_with_the_periods_facts_and_keeps_them(case):
    number = case.plan()
    case.town.now = at("20:30")
    case.town.send(("18:40", "home"), ("19:10", "street"), ("19:20", "street"), ("19:40", "street"),
                   ("20:00", "street"), ("20:20", "home"))  # fmt: skip
    case.town.run_to("+1 09:00")
    case.now = at("+1 09:00")
    _, facts, _ = queries.review_opening(number, case.pam, now=case.now)
    assert facts.days_asked >= 1
    assert facts.days_missed >= 1
    assert facts.missed
    assert facts.share is not None
    actions.review_plan(
        number, ReviewFound.GOES_ON, "One late evening; talked it over.", case.now + NEXT_REVIEW,
        version=1, by=case.pam, now=case.now,
    )  # fmt: skip
    kept = PlanReview.objects.get()
    assert kept.facts["days_asked"] == facts.days_asked
    assert kept.facts["missed"][0][1] == facts.missed[0][1].isoformat()
    assert AuditLine.objects.filter(kind="plan:reviewed", person_id=case.person).exists()
    with pytest.raises(Conflict, match="newer version"):
        actions.review_plan(
            number, ReviewFound.END, "Nothing more is to be done.", case.now + NEXT_REVIEW,
            version=2, by=case.pam, now=case.now,
        )  # fmt: skip


def test_a_review_that_is_over_is_on_its_practitioners_list_and_on_nobody_elses(case):
    case.plan()
    case.now += NEXT_REVIEW + timedelta(days=1)
    Person.objects.filter(reference="P2").update(limited=True)
    Order.objects.update(to_at=None)
    assert case.due() == [DueKind.REVIEW]
    assert queries.due_list(case.paul, now=case.now) == []


def test_objectives_and_actions_move_by_the_table_and_only_open_ones_get_more(case):
    number = case.plan()
    objective = actions.add_objective(number, "In work by June", "Find a job you like.",
                                      by=case.pam, now=case.now)  # fmt: skip
    due_on = case.now.date() + timedelta(days=3)
    action = actions.add_action(objective, "Ring the college", Owner.PRACTITIONER, due_on,
                                by=case.pam, now=case.now)  # fmt: skip
    assert DueKind.ACTION in case.due()
    actions.move_action(action, ActionStatus.DONE, "Rang on Monday.", by=case.pam, now=case.now)
    assert DueKind.ACTION not in case.due()
    actions.move_objective(objective, ObjectiveStatus.MET, "Began on Tuesday.", by=case.pam,
                           now=case.now)  # fmt: skip
    with pytest.raises(Refused, match="not open"):
        actions.add_action(objective, "Ring again", Owner.PERSON, due_on, by=case.pam, now=case.now)
    assert Objective.objects.get().status == "met"


def test_the_person_reads_their_own_open_objectives_and_nothing_of_the_risk_plan(case):
    actions.add_objective(case.plan(), "In work by June", "Find a job you like.", by=case.pam,
                          now=case.now)  # fmt: skip
    risk = case.plan(PlanKind.RISK, purpose="protects the ex-partner in E8")
    actions.add_objective(risk, "No contact with the ex-partner", "", by=case.pam, now=case.now)
    with pytest.raises(Refused, match="risk plan"):
        actions.add_objective(risk, "No contact", "Stay away.", by=case.pam, now=case.now)
    wes = case.officer("wes", Role.WEARER, person=case.person)
    assert queries.own_objectives(wes, now=case.now) == ["Find a job you like."]
    keeping_up.set_marker(
        case.person, Cycle.MARAC, keeping_up.Marked("Hackney police", case.now.date()),
        by=case.pam, now=case.now,
    )  # fmt: skip
    client = Client()
    client.force_login(Officer.objects.get(username="wes"))
    page = client.get(reverse("mine")).content.decode()
    assert "Find a job you like." in page
    for word in ("ex-partner", "MARAC", "MAPPA", "In work by June"):
        assert word not in page
    assert client.get(reverse("person-plan", args=[case.person])).status_code == 403


def test_another_practitioner_and_the_control_room_see_no_plan_nor_marker(case):
    number = case.plan()
    mona = case.officer("mona", Role.MONITORING_OFFICER)
    for by in (case.paul, mona):
        with pytest.raises((Refused, NoSuchThing)):
            case.page(by)
        with pytest.raises((Refused, NoSuchThing)):
            queries.review_opening(number, by, now=case.now)
    assert queries.summary_of(case.person, mona, now=case.now) is None


def test_a_court_report_officer_reads_plans_but_no_markers(case):
    team = make_team("London", "probation_region", "Hackney", now=at("06:00"))
    Caseload.objects.filter(person_id=case.person).update(team=team)
    case.plan()
    keeping_up.set_marker(
        case.person, Cycle.MAPPA,
        keeping_up.Marked("Probation", case.now.date(), category=2, level=2), by=case.pam,
        now=case.now,
    )  # fmt: skip
    cora = case.officer("cora", Role.COURT_REPORT_OFFICER, team=team)
    iona = case.officer("iona", Role.IOM_COORDINATOR, team=team)
    assert case.page(cora).markers is None
    assert not case.page(cora).may_write
    assert [one.scheme for one in case.page(iona).markers] == ["mappa"]


def test_markers_move_with_their_dates_and_one_is_open_of_each(case):
    marked = keeping_up.Marked("Hackney police", case.now.date(), words="High risk to a partner.")
    number = keeping_up.set_marker(case.person, Cycle.MARAC, marked, by=case.pam, now=case.now)
    with pytest.raises(Conflict, match="open already"):
        keeping_up.set_marker(case.person, Cycle.MARAC, marked, by=case.pam, now=case.now)
    with pytest.raises(Refused, match="not to come"):
        keeping_up.move_marker(case.person, number, "heard", case.now.date() + timedelta(days=2),
                               "Heard.", by=case.pam, now=case.now)  # fmt: skip
    keeping_up.move_marker(case.person, number, "heard", case.now.date(), "Actions for three.",
                           by=case.pam, now=case.now)  # fmt: skip
    (seen,) = case.page().markers
    assert [one.status for one in seen.moves] == ["referred", "heard"]
    with pytest.raises(Refused, match="category"):
        keeping_up.set_marker(case.person, Cycle.MAPPA,
                              keeping_up.Marked("Probation", case.now.date(), category=5, level=1),
                              by=case.pam, now=case.now)  # fmt: skip


def test_markers_and_contacts_are_left_out_of_a_persons_own_data():
    for label in ("plans.Marker", "plans.MarkerMove", "plans.Around"):
        assert isinstance(POLICY[label], Left)


def test_a_visit_is_due_once_its_time_is_over_and_says_when_its_facts_were_opened(case):
    when = case.now + timedelta(days=2)
    number = keeping_up.plan_visit(case.person, when, VisitWhere.OFFICE, "Weekly talk", by=case.pam,
                                   now=case.now)  # fmt: skip
    with pytest.raises(Refused, match="still to come"):
        keeping_up.move_visit(case.person, number, VisitStatus.MADE, "Came.", by=case.pam,
                              now=case.now)  # fmt: skip
    case.now = when + timedelta(hours=1)
    facts = keeping_up.open_visit_facts(case.person, number, by=case.pam, now=case.now)
    assert facts.to_on == case.now.date()
    assert DueKind.VISIT in case.due()
    keeping_up.move_visit(case.person, number, VisitStatus.MISSED, "Did not come; rang.",
                          by=case.pam, now=case.now)  # fmt: skip
    (visit,) = case.page().visits
    assert (visit.status, visit.facts_at) == ("missed", case.now)


def test_a_recall_pauses_what_is_due_until_it_is_taken_back(case):
    case.now += timedelta(days=16)
    assert DueKind.NO_PLAN in case.due()
    number = keeping_up.record_event(
        case.person, LicenceKind.RECALLED, case.now.date(), "By the PPCS, file 12.", by=case.pam,
        now=case.now,
    )  # fmt: skip
    assert case.due() == []
    with pytest.raises(Refused, match="cannot follow"):
        keeping_up.record_event(case.person, LicenceKind.RECALLED, case.now.date(), "Again.",
                                by=case.pam, now=case.now)  # fmt: skip
    keeping_up.take_event_back(case.person, number, "It was another person.", by=case.pam,
                               now=case.now)  # fmt: skip
    assert DueKind.NO_PLAN in case.due()
    assert case.page().events[0].taken_back_why == "It was another person."


def test_a_contact_is_kept_until_it_is_ended(case):
    number = keeping_up.add_contact(
        case.person, ContactKind.FAMILY, "Aunt Jo", "020 7946 0001", "Rings back in the evening",
        by=case.pam, now=case.now,
    )  # fmt: skip
    assert [one.name for one in case.page().contacts] == ["Aunt Jo"]
    keeping_up.end_contact(case.person, number, by=case.pam, now=case.now)
    assert case.page().contacts == ()
    with pytest.raises(Conflict):
        keeping_up.end_contact(case.person, number, by=case.pam, now=case.now)


def test_the_pages_keep_what_was_typed_and_say_where_it_is_wrong(case, monkeypatch):
    monkeypatch.setattr("waypost.web.pages.plans.now", lambda: case.now)
    client = Client()
    client.force_login(Officer.objects.get(username="pam"))
    sent = {"act": "plan", "entry": "sentence", "version": "0", "purpose": "keeps nights settled",
            "words": "short", "review_on": "2026-04-20"}  # fmt: skip
    answer = client.post(reverse("person-plan-move", args=[case.person]), sent)
    assert answer.status_code == 422
    assert 'href="#plan-sentence"' in answer.content.decode()
    assert "keeps nights settled" in answer.content.decode()
    sent["words"] = "Settle at home and find work."
    assert client.post(reverse("person-plan-move", args=[case.person]), sent).status_code == 302
    plan = Plan.objects.get()
    page = client.get(reverse("plan-review", args=[plan.pk])).content.decode()
    assert "Days kept" in page
    assert "Time that could be monitored" in page


def test_the_demo_writes_plans_once_with_one_that_does_not_say_what_the_tag_is_for(case):
    from waypost.cli.demo_plans import write_plans

    make_officer("practitioner", "Perrin", None, Role.PROBATION_PRACTITIONER, now=at("06:00"))
    perrin = Officer.objects.get(username="practitioner").pk
    for one in Person.objects.all():
        Caseload.objects.create(person=one, officer_id=perrin, from_at=at("06:00"))
    later = case.now + timedelta(days=1)
    for _ in range(2):
        write_plans(later)
    assert sorted(Plan.objects.values_list("has_purpose", flat=True)) == [False, True, True]
