"""Lawful access at every door: the limited person, the refusal, the look that must be kept."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from courts_words import NOT_ENTER, bail, sent
from page_words import without_token
from waypost import clock
from waypost.access import audit
from waypost.access.actions import make_officer, make_team, make_token
from waypost.access.may import RULES
from waypost.access.models import AuditLine, Officer
from waypost.access.values import MACHINE, Permission, Role
from waypost.alerts.models import Alert, AlertMove
from waypost.asking.models import AbsenceRequest
from waypost.contracts.models import Contract
from waypost.corrections.models import Copy, Correction, Statement
from waypost.courts.models import CourtDelivery, CourtMessage, CourtQuestion
from waypost.courts.payload import take_apart
from waypost.devices.models import Device, QuarantinedMessage
from waypost.disclosure.models import Request
from waypost.documents.models import Document
from waypost.enforcement.models import BreachCase, CaseGround, StepTaken
from waypost.identity.models import Merge
from waypost.iom.models import AgendaItem, Conference, Member, Task
from waypost.keeping.models import Hold, SubjectRequest
from waypost.matching.models import Match, MatchingRun
from waypost.monitoring.models import Violation
from waypost.offences.actions import take_delivery
from waypost.offences.models import OffenceVersion
from waypost.orders.actions import import_orders
from waypost.orders.models import Activation, Order, Person
from waypost.orders.read import read_orders
from waypost.plans.models import Plan, PlannedVisit, PlanVersion
from waypost.policing.facts import Facts, FixFact, Places, as_json, places_as_json
from waypost.policing.models import Notification
from waypost.positions import log
from waypost.positions.batch import IntakeRow, build
from waypost.positions.values import DecodedFix
from waypost.review.models import Opening, Review
from waypost.suitability.models import Assessment, Leave
from waypost.telling.models import WeekKept
from waypost.units import ActivationNumber, Mechanism
from waypost.voice.models import Complaint, ContactNote, Goal
from waypost.web.routes import ROUTES

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NAMES = {"OWN-1": "Alex Okafor", "OTHER-1": "Chris Bello", "LIMITED-1": "Bryn Hughes"}
OF_NOBODY = 999_999


def said(now, days=0.0, hours=0.0):
    return (now - timedelta(days=days, hours=hours)).isoformat()


@pytest.fixture
def town():
    """Petra's own case, another team's, and one known to named staff (Nia) only; each with fixes,
    an open alert and a match."""
    cache.clear()
    now = clock.now()
    before = now - timedelta(hours=1)
    circle = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 200}
    here = make_team("London", "probation_region", "Hackney", now=before)
    there = make_team("London", "probation_region", "Camden", now=before)
    persons = [
        {
            "person_id": reference,
            "name": NAMES[reference],
            "limited": reference == "LIMITED-1",
            "officers": [officer],
            "team": "Camden" if reference == "OTHER-1" else "Hackney",
            "activations": [{"activation_id": f"A-{reference}", "device_id": f"D-{officer}",
                             "from": said(now, 3), "to": None}],
            "orders": [{"order_id": "O", "kind": "licence", "from": said(now, 3), "to": None,
                        "requirements": [{"requirement_id": "R1", "kind": "exclusion",
                                          "zone": circle, "timetable": None}]}],
        }
        for reference, officer in (("OWN-1", "petra"), ("OTHER-1", "paul"), ("LIMITED-1", "nia"))
    ]  # fmt: skip
    for username, team in (("petra", here), ("paul", there), ("nia", here)):
        make_officer(username, username.title(), None, Role.PROBATION_PRACTITIONER, team=team,
                     now=before)  # fmt: skip
    read = read_orders(json.dumps({"persons": persons}).encode())
    assert not read.problems
    assert not import_orders(read.rows, by=MACHINE, now=before).problems
    people = {person.reference: person for person in Person.objects.all()}
    desk = make_team("London IOM", "iom_unit", "Desk", now=before)
    make_officer(
        "iom_coordinator", "iom_coordinator", None, Role.IOM_COORDINATOR, team=desk, now=before
    )
    for role in Role:
        wearer = people["OWN-1"].pk if role is Role.WEARER else None
        make_officer(role.value, role.value, None, role, team=here, person_id=wearer, now=before)
    for person in people.values():
        fill(person, now)
    return {"now": now, **{reference: person.pk for reference, person in people.items()}}


def fill(person, now):
    span = person.activations.get()
    Device.objects.create(reference=span.device_reference, status="fitted", known_at=now)
    fixes = [DecodedFix(now - timedelta(minutes=m), 51.55, -0.06, accuracy_m=9.0,
                        mechanism=Mechanism.GNSS) for m in (30, 20)]  # fmt: skip
    row = IntakeRow(ActivationNumber(span.pk), span.from_at, None, now, fixes)
    with transaction.atomic():
        log.append(*build([row]), [], source="test", now=now)
    Alert.objects.create(
        person=person, subject="requirement:R1", open_subject=f"{person.pk}:R1",
        requirement_reference="R1", kind="exclusion", status="raised", certainty="certain",
        urgency=85, headline="In an exclusion zone", from_at=now, raised_at=now, touched_at=now,
    )  # fmt: skip
    Violation.objects.create(
        person=person, requirement_reference="R1", kind="exclusion", certainty="certain",
        from_at=now - timedelta(minutes=30), to_at=now - timedelta(minutes=10), minutes=20,
        raised_at=now - timedelta(minutes=20), known_at=now, reasons=["2 fixes"],
    )  # fmt: skip
    tell_police(person, now)
    follow_up(person, now)
    hear_court(person, now)
    assess(person, now)
    Request.objects.create(
        person=person, kind="police", what="track", urgency="routine", status="checked",
        asker_id=OF_NOBODY, requester_name="Sergeant Quill", requester_body="Metropolitan",
        authenticated="Signed in.", made_at=now, submitted_at=now, person_name="Somebody",
        from_at=now - timedelta(hours=1), to_at=now, checker_id=OF_NOBODY, checked_at=now,
    )  # fmt: skip
    offence = (now - timedelta(hours=1)).strftime("%Y%m%d%H%M%S")
    row = f"Metropolitan,RB,x,MPS{now:%Y%m%d},C1,{offence},{offence},,,51.55,-0.06,,words\r\n"
    take_delivery(row.encode(), "o.csv", by=MACHINE, now=now)
    run = MatchingRun.objects.first() or MatchingRun.objects.create(
        method="compatible", parameters={}, code_version="1", made_at=now, status="done",
    )  # fmt: skip
    run.population = [*run.population, span.pk]
    run.save()
    match = Match.objects.create(
        run=run, offence_id=OffenceVersion.objects.get().pk, person=person, activation_id=span.pk,
        score=0.9, verdict="observed", sequences="A1", seconds_inside=60, coverage=1.0,
        fixes=[{"label": "A1", "at": "2026-03-01T00:00:00Z", "lat": 51.55, "lon": -0.06,
                "r95_m": 9.0, "mechanism": "gnss", "distance_m": 1.0, "overlap": 1.0}],
    )  # fmt: skip
    Review.objects.create(
        force="Metropolitan", reference="C1", person=person, match=match, score=0.9,
        verdict="observed", offence_from_at=now, run_id=run.pk, made_at=now,
    )  # fmt: skip


def assess(person, now):
    """An assessment of the person, and somebody's wish to go on without a check."""
    made = Assessment.objects.create(
        person=person, kind="pre_release", order_kind="hdc", programme="national", court="HMP",
        decision_on=now.date(), why=f"Of {person.full_name}.", status="assessing", made_at=now,
    )  # fmt: skip
    Leave.objects.create(
        person=person, assessment=made, act="release_hdc", missing=["abuse_check"], asked_at=now,
        why="The release is tomorrow.",
    )  # fmt: skip


def tell_police(person, now):
    """A notification about the person, sent to a force, and its paper."""
    desk = make_team("Metropolitan", "police_force", "Desk", now=now)
    facts = Facts(
        person.reference, person.full_name, None, "Licence", "O", now - timedelta(days=3), None,
        "Must not enter this place", "In an exclusion zone", (), ("The tag said so.",), (), (), (),
        now,
    )  # fmt: skip
    places = Places((FixFact(now, 51.55, -0.06, 9.0, "GNSS", True),))
    told = Notification.objects.create(
        person=person, alert=Alert.objects.get(person=person), force=desk.organisation,
        order_reference="O", kind="exclusion", grave=True, status="sent", facts=as_json(facts),
        places=places_as_json(places), facts_at=now, what_happened=f"{person.full_name} entered.",
        made_at=now, sent_at=now, number=1,
    )  # fmt: skip
    Document.objects.create(
        kind="breach_notification", about=f"notification:{told.pk}", person=person,
        file_name="breach-notification.pdf", media_type="application/pdf", made_at=now,
        content=person.full_name.encode(), sha256="0" * 64,
    )  # fmt: skip


def follow_up(person, now):
    """A breach case about the person, a correction of what a court was told, a week they kept."""
    alert = Alert.objects.get(person=person)
    case = BreachCase.objects.create(
        person=person, order_reference="O", order_kind="licence", opened_at=now, step="proposed",
        step_at=now, seen_police_at=now,
    )  # fmt: skip
    CaseGround.objects.create(
        case=case, alert_id=alert.pk, failed_at=now, upheld_at=now, added_at=now
    )
    StepTaken.objects.create(
        case=case, step="proposed", at=now, recorded_at=now, words=f"Of {person.full_name}."
    )
    made = Statement.objects.create(
        what="other", reference=f"other:{person.pk}", person=person, made_at=now,
        recipients=["outside:a court"], looked_at=now,
    )  # fmt: skip
    corrected = Correction.objects.create(
        statement=made, number=1, at=now, words=[f"{person.full_name} was at home."],
        changes=[{"change": "withdrawn", "alert": alert.pk, "violation": None}],
    )  # fmt: skip
    Copy.objects.create(correction=corrected, recipient="outside:a court")
    WeekKept.objects.create(person=person, monday=now.date(), share=0.97, known_at=now)
    plan = Plan.objects.create(person=person, kind="risk", version=1, review_at=now, made_at=now,
                               has_purpose=True)  # fmt: skip
    PlanVersion.objects.create(plan=plan, version=1, purpose=f"Settles {person.full_name}",
                               words="Bryn stays at home.", made_at=now)  # fmt: skip
    PlannedVisit.objects.create(person=person, at=now, where="home", words="A talk",
                                status="planned", made_at=now)  # fmt: skip
    AbsenceRequest.objects.create(
        person=person, why="shift", words=f"{person.full_name} works late.", from_at=now,
        to_at=now + timedelta(hours=3), asked_at=now, answer_by=now,
    )  # fmt: skip
    Complaint.objects.create(
        person=person, about="tag", words="It hurts.", made_at=now,
        answer_by=now + timedelta(days=14),
    )  # fmt: skip
    Goal.objects.create(
        person=person, number=1, version=1, words=f"{person.full_name} finds work.", state="open",
        made_at=now,
    )  # fmt: skip
    ContactNote.objects.create(
        person=person, number=1, version=1, from_at=now - timedelta(days=7), to_at=now,
        words=f"Met {person.full_name}.", made_at=now,
    )  # fmt: skip
    SubjectRequest.objects.create(
        person=person, asked_at=now, due_at=now + timedelta(days=30), identity_how="seen"
    )
    people = list(Person.objects.order_by("pk"))
    other = people[(people.index(person) + 1) % len(people)]
    Merge.objects.create(
        kept=person, other=other, status="proposed", score=60, proposed_at=now,
        proposed_by_id=OF_NOBODY, reasons=[f"Of {person.full_name}."],
    )  # fmt: skip
    Contract.objects.create(
        person=person, order_reference="O", number=1, what="new", known_at=now, sent_at=now,
        status="sent", since_at=now, sha256="x", content={
            "order_id": "O", "kind": "licence", "from": said(now, 3), "court": person.full_name,
            "requirements": [],
        },
    )  # fmt: skip
    in_iom(person, now)
    Hold.objects.create(
        person=person, reason=f"Of {person.full_name}.", authority="A court", placed_at=now,
        review_on=now.date() + timedelta(days=30),
    )  # fmt: skip


def hear_court(person, now):
    """What a court sent about the person, with a question that is open."""
    delivery = CourtDelivery.objects.create(
        digest=person.reference, source="hub", received_at=now, people=1, monitored=1
    )
    named = {"firstName": person.full_name, "lastName": "-", "dateOfBirth": "1990-01-01"}
    document = bail(NOT_ENTER)
    case = document["hearing"]["prosecutionCases"][0]
    case["defendants"][0]["personDefendant"]["personDetails"] |= named
    (one,) = take_apart(sent(document))
    message = CourtMessage.objects.create(
        delivery=delivery, person=person, digest=person.reference, form="hearing",
        status="waiting", called=person.full_name, payload=one.text, received_at=now, due_at=now,
    )  # fmt: skip
    CourtQuestion.objects.create(
        message=message, key="exclusion-1/zone", wants="zone", blocking=True, path="-", why="-"
    )


def in_iom(person, now):
    """A place in a cohort, a conference about the person and a task of the police, of a unit in
    whose desk the coordinator of these pages is."""
    desk = make_team("London IOM", "iom_unit", "Desk", now=now)
    team = make_team("Metropolitan", "police_force", "Streets", now=now)
    Member.objects.create(person=person, unit=desk.organisation, standing="fixed", since=now)
    meets = Conference.objects.create(
        unit=desk.organisation, title="Conference", at=now, chair="Ida", status="planned",
        made_at=now,
    )  # fmt: skip
    AgendaItem.objects.create(conference=meets, person=person, why="In it.", added_at=now,
                              decision=f"Of {person.full_name}.", decided_at=now)  # fmt: skip
    Task.objects.create(
        person=person, unit=desk.organisation, team=team, kind="visit", asked="Visit.",
        purpose="To see.", necessity="No call.", handling="P", status="sent", sent_at=now,
        answer_by=now, return_by=now,
    )  # fmt: skip


def client_of(username: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(Officer.objects.get(username=username))
    return client


def bearer(role: Role, now, **more) -> Client:
    token = make_token(role, by=MACHINE, now=now - timedelta(minutes=1), **more)
    return Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)


def last_line() -> AuditLine:
    line = AuditLine.objects.order_by("-number").first()
    assert line is not None
    return line


def addresses(town, reference):
    """Every page there is, at the records of this person."""
    run = MatchingRun.objects.get()
    span = Activation.objects.get(person_id=town[reference])
    given = {
        "person_id": town[reference],
        "alert_id": Alert.objects.get(person_id=town[reference]).pk,
        "violation_id": Violation.objects.get(person_id=town[reference]).pk,
        "run_id": run.pk,
        "match_id": Match.objects.get(person_id=town[reference]).pk,
        "review_id": Review.objects.get(person_id=town[reference]).pk,
        "assessment_id": Assessment.objects.get(person_id=town[reference]).pk,
        "batch_id": run.batch_id or 1,
        "offence_id": OffenceVersion.objects.get().pk,
        "activation_id": span.pk,
        "device_id": Device.objects.get(reference=span.device_reference).pk,
        "revision_id": 1,  # of the rules' numbers: no person's
        "whatif_id": 1,  # none was asked here: refused as any other is
        "correction_id": Correction.objects.get(statement__person_id=town[reference]).pk,
        "case_id": BreachCase.objects.get(person_id=town[reference]).pk,
        "subject_request_id": SubjectRequest.objects.get(person_id=town[reference]).pk,
        "week_id": WeekKept.objects.get(person_id=town[reference]).pk,
        "notification_id": Notification.objects.get(person_id=town[reference]).pk,
        "document_id": Document.objects.get(person_id=town[reference]).pk,
        "conference_id": AgendaItem.objects.get(person_id=town[reference]).conference_id,
        "service_id": 1,  # of the catalogue: no person's
        "task_id": Task.objects.get(person_id=town[reference]).pk,
        "request_id": Request.objects.get(person_id=town[reference]).pk,
        "order_id": Order.objects.filter(person_id=town[reference]).first().pk,
        "contract_id": Contract.objects.get(person_id=town[reference]).pk,
        "other_id": town["OWN-1"] if reference != "OWN-1" else town["OTHER-1"],
        "merge_id": Merge.objects.get(kept_id=town[reference]).pk,
        "message_id": CourtMessage.objects.get(person_id=town[reference]).pk,
        "question_id": CourtQuestion.objects.get(message__person_id=town[reference]).pk,
        "plan_id": Plan.objects.get(person_id=town[reference]).pk,
        "visit_id": PlannedVisit.objects.get(person_id=town[reference]).pk,
        "exercise": "tenuous-request",  # of a practice: there is none here
        "absence_id": AbsenceRequest.objects.get(person_id=town[reference]).pk,
        "complaint_id": Complaint.objects.get(person_id=town[reference]).pk,
        "name": "alert_raised",  # of a notice's text
        "table": "orders",  # of the programme
    }
    for route in ROUTES:
        if route.name not in {"inbox-events", "sign-out"}:
            kwargs = {k: v for k, v in given.items() if f":{k}>" in route.path}
            yield route.name, reverse(route.name, kwargs=kwargs)


@pytest.mark.parametrize("role", list(Role))
def test_no_page_names_a_limited_person_to_anybody_but_named_staff(town, role):
    client = client_of(role.value)
    for name, address in addresses(town, "LIMITED-1"):
        for answer in (client.get(address), client.post(address, {"purpose": "supervision"})):
            if name == "sign-in":
                break
            page = without_token(answer.content.decode())
            assert answer.status_code != 500, name
            assert "Bryn" not in page, name
            assert "LIMITED-1" not in page, name


def test_named_staff_know_the_limited_person(town):
    client = client_of("nia")
    assert b"Bryn Hughes" in client.get(reverse("people")).content
    page = client.post(reverse("whereabouts", args=[town["LIMITED-1"]]), {"purpose": "supervision"})
    assert page.status_code == 200
    assert b"Bryn Hughes" in client.get(reverse("inbox")).content


WITHOUT_CASES = (Role.PROGRAMME_EVALUATOR, Role.ADMINISTRATOR, Role.POLICE_REQUESTER)


@pytest.mark.parametrize("role", WITHOUT_CASES)
def test_who_has_no_case_sees_nobody_anywhere(town, role):
    client = client_of(role.value)
    for reference in NAMES:
        for name, address in addresses(town, reference):
            page = without_token(client.get(address).content.decode())
            for words in (*NAMES, *NAMES.values(), "51.55"):
                assert words not in page, (name, words)
    machine = bearer(role, town["now"])
    assert machine.get("/api/alerts").status_code == 403
    asked = {"person_id": "OWN-1", "purpose": "supervision", "from": said(town["now"], hours=2)}
    assert machine.get("/api/fixes", asked).status_code == 403


NAMED = {  # pages on which a role that does not work with the person reads who it is, and why
    Role.AUTHORISING_OFFICER: {
        "request": "who decides on a request decides about somebody",
        "breach-case": "who endorses a recall endorses somebody's",
    },
    Role.DATA_PROTECTION_OFFICER: {
        "request": "a request is reviewed by whom it was about",
        "holds": "whose data may not be deleted",
        "subject-request": "who asks for their own data is told apart from who has their name",
        "subject-access": "the same, in a list",
    },
}


@pytest.mark.parametrize(
    "role",
    [
        one
        for one in Role
        if Permission.PERSON_READ not in RULES[one] and one not in {Role.WEARER, *WITHOUT_CASES}
    ],
)
def test_a_name_stands_only_where_the_task_needs_one(town, role):
    """Who does not work with people reads references, wherever a person comes up at all."""
    client = client_of(role.value)
    for name, address in addresses(town, "OTHER-1"):
        page = without_token(client.get(address).content.decode())
        assert name in NAMED.get(role, {}) or NAMES["OTHER-1"] not in page, name


@pytest.mark.parametrize("role", list(Role))
def test_a_limited_record_answers_as_one_that_does_not_exist(town, role):
    """Status, words and headers alike, for reading and for acting, with good forms and bad."""
    client = client_of(role.value)
    alert = Alert.objects.get(person_id=town["LIMITED-1"]).pk
    match = Match.objects.get(person_id=town["LIMITED-1"]).pk
    run = MatchingRun.objects.get().pk
    review = Review.objects.get(person_id=town["LIMITED-1"]).pk
    assessed = Assessment.objects.get(person_id=town["LIMITED-1"]).pk
    told_of = Notification.objects.get(person_id=town["LIMITED-1"]).pk
    paper = Document.objects.get(person_id=town["LIMITED-1"]).pk
    case = BreachCase.objects.get(person_id=town["LIMITED-1"]).pk
    corrected = Correction.objects.get(statement__person_id=town["LIMITED-1"]).pk
    merged = Merge.objects.get(kept_id=town["LIMITED-1"]).pk
    sent_by_court = CourtMessage.objects.get(person_id=town["LIMITED-1"]).pk
    asked = CourtQuestion.objects.get(message_id=sent_by_court).pk
    task = Task.objects.get(person_id=town["LIMITED-1"]).pk
    pairs = [
        ("court-order", [sent_by_court], [OF_NOBODY]),
        ("court-aside", [sent_by_court], [OF_NOBODY]),
        ("court-question", [asked], [OF_NOBODY]),
        ("person", [town["LIMITED-1"]], [OF_NOBODY]),
        ("whereabouts", [town["LIMITED-1"]], [OF_NOBODY]),
        ("alert", [alert], [OF_NOBODY]),
        ("alert-move", [alert], [OF_NOBODY]),
        ("match", [run, match], [run, OF_NOBODY]),
        ("assessment", [assessed], [OF_NOBODY]),
        ("assessment-move", [assessed], [OF_NOBODY]),
        ("review", [review], [OF_NOBODY]),
        ("review-open", [review], [OF_NOBODY]),
        ("review-move", [review], [OF_NOBODY]),
        ("notification", [told_of], [OF_NOBODY]),
        ("notification-move", [told_of], [OF_NOBODY]),
        ("notification-draft", [alert], [OF_NOBODY]),
        ("document", [paper], [OF_NOBODY]),
        ("iom-person", [town["LIMITED-1"]], [OF_NOBODY]),
        ("iom-person-move", [town["LIMITED-1"]], [OF_NOBODY]),
        ("person-pathways", [town["LIMITED-1"]], [OF_NOBODY]),
        ("person-pathways-move", [town["LIMITED-1"]], [OF_NOBODY]),
        ("person-young-court", [town["LIMITED-1"]], [OF_NOBODY]),
        ("person-young-court-move", [town["LIMITED-1"]], [OF_NOBODY]),
        ("iom-task", [task], [OF_NOBODY]),
        ("iom-task-move", [task], [OF_NOBODY]),
        ("breach-case", [case], [OF_NOBODY]),
        ("breach-step", [case], [OF_NOBODY]),
        ("correction", [corrected], [OF_NOBODY]),
        ("correction-acknowledge", [corrected], [OF_NOBODY]),
        ("correction-paper", [corrected], [OF_NOBODY]),
        ("person-ids", [town["LIMITED-1"]], [OF_NOBODY]),
        ("person-equality", [town["LIMITED-1"]], [OF_NOBODY]),
        ("merge-new", [town["OWN-1"], town["LIMITED-1"]], [town["OWN-1"], OF_NOBODY]),
        ("merge", [merged], [OF_NOBODY]),
        ("merge-move", [merged], [OF_NOBODY]),
    ]
    forms = [{"purpose": "supervision"}, {"purpose": "x"}, {"act": "note", "version": "1"},
             {"act": "close", "version": "7", "outcome": "x"}, {}]  # fmt: skip
    for name, limited, absent in pairs:
        there, nowhere = reverse(name, args=limited), reverse(name, args=absent)
        assert told(client.get(there)) == told(client.get(nowhere)), name
        for form in forms:
            assert told(client.post(there, form)) == told(client.post(nowhere, form)), (name, form)


def told(answer):
    return answer.status_code, answer.content.split(b"csrfmiddlewaretoken")[0]


@pytest.mark.parametrize("role", list(Role))
def test_the_api_answers_for_a_limited_person_as_for_nobody(town, role):
    client = bearer(role, town["now"])
    start = said(town["now"], hours=2)
    for purpose in ("supervision", "crime_mapping", "curiosity", ""):
        for window in ({"from": start}, {"from": "x"}, {"from": start, "to": said(town["now"], 9)}):
            asked = {"purpose": purpose, **window}
            limited = client.get("/api/fixes", {"person_id": "LIMITED-1", **asked})
            absent = client.get("/api/fixes", {"person_id": "NOBODY", **asked})
            assert told(limited) == told(absent), (purpose, window)
    assert b"LIMITED-1" not in client.get("/api/alerts").content


def test_a_wearer_cannot_learn_who_else_wears_a_tag(town):
    client = client_of("wearer")
    for reference in ("OTHER-1", "LIMITED-1"):
        answer = client.get(reverse("whereabouts", args=[town[reference]]))
        absent = client.get(reverse("whereabouts", args=[OF_NOBODY]))
        assert told(answer) == told(absent)


def test_counts_leave_the_limited_person_out(town):
    police = client_of("police_analyst")
    listed = police.get(reverse("runs")).context["runs"][0]
    assert (listed.match_count, listed.tag_count) == (2, 2)
    page = police.get(reverse("run", args=[listed.number])).context["page"]
    assert len(page.matches) == 2
    assert len(client_of("monitoring_officer").get(reverse("inbox")).context["inbox"].rows) == 2


def test_the_reviewer_sees_that_somebody_looked_but_not_at_whom_they_may_not_know_of(town):
    assert client_of("nia").get(reverse("person", args=[town["LIMITED-1"]])).status_code == 200
    assert client_of("petra").get(reverse("person", args=[town["OWN-1"]])).status_code == 200
    reviewer = client_of("data_protection_officer")
    lines = reviewer.get(reverse("audit"), {"kind": "person:viewed"}).context["lines"]
    assert [line.person_id for line in lines] == [town["OWN-1"], None]
    for number in (town["LIMITED-1"], OF_NOBODY):
        found = reviewer.get(reverse("audit"), {"person": number}).context["lines"]
        assert found == []


def test_a_refused_try_reads_alike_on_the_audit_page_for_limited_and_absent_persons(town):
    """Else the reviewer could ask for a number and read from the line whether it is somebody."""
    reviewer = client_of("data_protection_officer")
    for number in (town["LIMITED-1"], OF_NOBODY):
        assert reviewer.get(reverse("whereabouts", args=[number])).status_code == 404
    lines = reviewer.get(reverse("audit"), {"kind": "whereabouts:refused"}).context["lines"]
    first, second = [(line.person_id, line.detail, line.outcome, line.purpose) for line in lines]
    assert first == second


def test_a_refusal_by_token_is_written_to_the_officer_of_the_token(town):
    paul = Officer.objects.get(username="paul")
    client = bearer(Role.PROBATION_PRACTITIONER, town["now"], officer=paul)
    asked = {"person_id": "OWN-1", "purpose": "supervision", "from": said(town["now"], hours=2)}
    assert client.get("/api/fixes", asked).status_code == 403
    line = last_line()
    assert (line.outcome, line.officer_id, line.role) == (
        "refused", paul.pk, "probation_practitioner",
    )  # fmt: skip
    assert (line.person_id, line.purpose) == (town["OWN-1"], "supervision")


def test_the_windows_hold_to_the_second_for_each_purpose(town):
    now = town["now"]
    for username, purpose, hours in (
        ("police_analyst", "crime_mapping", 48), ("petra", "supervision", 14 * 24),
        ("monitoring_officer", "alert_response", 14 * 24),
    ):  # fmt: skip
        client = client_of(username)
        for more, status in ((0, 200), (1, 403)):
            form = {
                "purpose": purpose,
                "from": (now - timedelta(hours=hours, seconds=more)).isoformat(),
                "to": now.isoformat(),
            }
            answer = client.post(reverse("whereabouts", args=[town["OWN-1"]]), form)
            assert answer.status_code == status, (username, more)
            refused = last_line().outcome == "refused"
            assert refused == (status == 403)
            assert last_line().purpose == purpose


def test_a_wearer_is_not_told_of_police_tries_that_were_refused(town):
    now = town["now"]
    police = client_of("police_analyst")
    address = reverse("whereabouts", args=[town["OWN-1"]])
    for form in (
        {"purpose": "crime_mapping", "from": said(now, 9), "to": said(now)},
        {"purpose": "supervision"},
    ):
        assert police.post(address, form).status_code == 403
    requester = client_of("police_requester")
    assert requester.get(address).status_code == 403
    assert client_of("petra").post(address, {"purpose": "supervision"}).status_code == 200
    page = client_of("wearer").get(reverse("mine")).content.decode()
    assert "Petra" in page
    assert "police_analyst" not in page  # the name of that officer here
    assert "police_requester" not in page


def test_a_wearer_is_told_when_somebody_of_two_roles_supervises(town):
    petra = Officer.objects.get(username="petra")
    before = town["now"] - timedelta(minutes=1)
    make_officer("petra", "Petra", None, Role.AUTHORISING_OFFICER, now=before)
    assert petra.postings.count() == 2
    address = reverse("whereabouts", args=[town["OWN-1"]])
    assert client_of("petra").post(address, {"purpose": "supervision"}).status_code == 200
    assert "Petra" in client_of("wearer").get(reverse("mine")).content.decode()


LOOKS = {
    "whereabouts": ("petra", "post", "person_id", {"purpose": "supervision"}),
    "person": ("petra", "get", "person_id", {}),
    "alert": ("petra", "get", "alert_id", {}),
    "violation": ("petra", "get", "violation_id", {}),
    "violation-explained": ("petra", "post", "violation_id", {"purpose": "supervision"}),
    "run": ("police_analyst", "get", "run_id", {}),
    "review": ("police_analyst", "get", "review_id", {}),
    "mine": ("wearer", "get", "", {}),
    "notification": ("petra", "get", "notification_id", {}),
    "document": ("petra", "get", "document_id", {}),
    "subject-request": ("data_protection_officer", "get", "request_id", {}),
    "breach-case": ("petra", "get", "case_id", {}),
    "correction": ("petra", "get", "correction_id", {}),
    "quarantine": ("monitoring_officer", "get", "", {}),
    "fitting-person": ("petra", "get", "person_id", {}),
    "fitting-check": ("monitoring_officer", "get", "activation_id", {}),
    "fitting-notice": ("monitoring_officer", "get", "activation_id", {}),
}


@pytest.mark.parametrize("name", list(LOOKS))
def test_a_look_that_cannot_be_recorded_shows_nothing(town, name, monkeypatch):
    username, method, _, form = LOOKS[name]
    QuarantinedMessage.objects.create(
        device_reference="D-QUAR", protocol="osmand", received_at=town["now"], reason="unknown",
        payload=b"x",
    )  # fmt: skip
    client, address = client_of(username), dict(addresses(town, "OWN-1"))[name]
    Opening.objects.create(
        review=Review.objects.get(person_id=town["OWN-1"]), reason="To see that it is recorded.",
        officer_id=Officer.objects.get(username="police_analyst").pk, at=town["now"],
        until=town["now"] + timedelta(days=1),
    )  # fmt: skip
    assert getattr(client, method)(address, form).status_code == 200
    monkeypatch.setattr(audit, "record", no_line)
    answer = getattr(client, method)(address, form)
    assert answer.status_code == 500
    for words in (*NAMES, *NAMES.values(), "51.55", "D-QUAR"):
        assert words.encode() not in answer.content, words


def no_line(*_, **__):
    raise OSError("the disk is full")


def test_fixes_that_cannot_be_recorded_do_not_leave_by_the_api(town, monkeypatch):
    client = bearer(Role.MONITORING_OFFICER, town["now"])
    asked = {"person_id": "OWN-1", "purpose": "alert_response", "from": said(town["now"], hours=2)}
    assert len(client.get("/api/fixes", asked).json()["items"]) == 2
    monkeypatch.setattr(audit, "record", no_line)
    answer = client.get("/api/fixes", asked)
    assert answer.status_code == 500
    assert b"51.55" not in answer.content


def test_an_act_that_cannot_be_recorded_is_undone(town, monkeypatch):
    alert = Alert.objects.get(person_id=town["OWN-1"])
    monkeypatch.setattr(audit, "record", no_line)
    form = {"act": "acknowledge", "version": "1"}
    answer = client_of("petra").post(reverse("alert-move", args=[alert.pk]), form)
    assert answer.status_code == 500
    alert.refresh_from_db()
    assert (alert.status, alert.version) == ("raised", 1)
    assert not AlertMove.objects.exists()


HUGE = "9" * 25


@pytest.mark.parametrize(
    ("username", "address"),
    [
        ("monitoring_officer", f"/people/{HUGE}"),
        ("monitoring_officer", f"/people/{HUGE}/whereabouts"),
        ("monitoring_officer", f"/alerts/{HUGE}"),
        ("monitoring_officer", f"/alerts/{HUGE}/notify"),
        ("monitoring_officer", f"/notifications/{HUGE}"),
        ("monitoring_officer", f"/documents/{HUGE}"),
        ("monitoring_officer", f"/enforcement/{HUGE}"),
        ("monitoring_officer", f"/corrections/{HUGE}"),
        ("data_protection_officer", f"/subject-access/{HUGE}"),
        ("police_analyst", f"/offences/{HUGE}"),
        ("police_analyst", f"/offences/version/{HUGE}"),
        ("police_analyst", f"/matching/{HUGE}"),
        ("police_analyst", f"/matching/1/{HUGE}"),
    ],
)
def test_a_number_no_record_can_have_is_not_there(town, username, address):
    assert client_of(username).get(address).status_code == 404


@pytest.mark.parametrize("text", ["0001-01-01T00:00+14:00", "0001-01-01T00:00", "9999-12-31T23:59",
                                  "9999-12-31T23:59-14:00", "x\x00"])  # fmt: skip
def test_times_at_the_ends_of_the_calendar_are_refused_in_words(town, text):
    client = client_of("petra")
    for form in ({"purpose": "supervision", "from": text}, {"purpose": "supervision", "to": text}):
        address = reverse("whereabouts", args=[town["OWN-1"]])
        assert client.post(address, form).status_code in {400, 403, 422}, form
        assert client.get(address, form).status_code in {200, 400, 422}
    machine = bearer(Role.MONITORING_OFFICER, town["now"])
    asked = {"person_id": "OWN-1", "purpose": "alert_response", "from": text}
    assert machine.get("/api/fixes", asked).status_code in {400, 403}


@pytest.mark.parametrize(
    ("username", "name", "form"),
    [
        ("petra", "alert-move", {"act": "note", "version": "9" * 5000, "note": "x"}),
        ("petra", "alert-move", {"act": "note", "version": "1", "note": "a\x00b"}),
        ("monitoring_officer", "quarantine-settle", {"message": "9" * 5000, "how": "release"}),
        ("monitoring_officer", "quarantine-settle", {"message": HUGE, "how": "release"}),
        ("monitoring_officer", "quarantine-settle",
         {"message": "1", "how": "dismiss", "reason": "a\x00"}),
        ("police_analyst", "run-start", {"batch": HUGE}),
        ("data_protection_officer", "audit", {"kind": "\x00"}),
    ],
)  # fmt: skip
def test_forms_made_to_break_the_page_are_refused_in_words(town, username, name, form):
    address = dict(addresses(town, "OWN-1"))[name]
    client = client_of(username)
    for answer in (client.post(address, form), client.get(address, form)):
        assert answer.status_code in {200, 302, 400, 403, 404, 405, 409}
