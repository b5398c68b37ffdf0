"""Every page of every role: open to that role, titled, axe-clean, no wider than the screen, on a
phone and on a wall. A page added without an address here fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest
from journey_house import PASSWORD, SQUARE, House, check_accessible, is_trouble, sign_in
from test_journey_matching import police_file

from courts_words import NOT_ENTER, bail
from waypost.access.may import RULES
from waypost.access.values import Permission, Reach, Role
from waypost.web.routes import BY_NAME, ROUTES

pytestmark = pytest.mark.journey

WIDTHS = (360, 1920)
# Acts, streams, files and machines' answers: no page to look at.
NO_PAGE = {
    "agency-go", "agency-back",  # away from here; off unless an agency's provider is set up
    "sign-in-code", "own-app",  # after a form: test_journey_second_factor looks at them
    "sign-out", "inbox-rows", "inbox-events", "alert-move", "offence-upload", "offence-problems",
    "offence-reply",
    "run-start", "quarantine-settle", "clock-settle", "audit-verify", "healthz", "readyz",
    "metrics", "device-change", "device-token", "person-tag-command",
    "fitting-fit", "fitting-visit", "fitting-fixes", "fitting-seen",
    "parameter-preview", "parameter-move",
    "zone-check", "place-find", "timetable-check", "whereabouts-part", "whereabouts-rows",
    "violation-explained",  # by a form: test_journey_explain looks at it
    "alert-step", "alert-account", "alert-contest", "mine-contest", "alert-known-fixes",
    "map-tiles", "whatif-attach", "person-tag-removal",
    "alert-snooze", "rota-change", "hand-over-move", "person-suspension",
    "contact-end", "notification-move", "document",
    "breach-step", "correction-acknowledge", "correction-paper", "alert-presence",
    "oversight-settle", "person-necessity-move", "alert-counts", "merge-move",
    "retention-move", "subject-request-move", "mine-data-ask", "mine-data-fetch",
    "iom-conference-move", "iom-person-move", "iom-task-move", "person-pathways-move",
    "person-young-court-move",  # test_journey_young_adult_court
    "alert-last-hours", "answering", "inbox-zones", "inbox-presence",
    "request-move", "request-download", "programme-table",
    "assessment-move", "gate-decide",  # test_journey_suitability
    "review-open", "review-move", "review-matches",  # test_journey_review
    "order-move", "mine-consent", "contract-move", "contract-file",
    "match",  # leads to its review
    "court-aside",
    "person-plan-move", "visit-facts",  # test_journey_plan looks at the plan's pages
    "practice", "exercise", "exercise-move",  # of a practice's store: test_journey_practise
    "request-edit", "request-preview",  # by a form: test_journey_disclosure looks at them
}  # fmt: skip
ABOUT_TAGS = ("tag", "homes", "protection")  # of one person, by her page's address
ALIKE_FOR_ALL = {"sign-in", "sign-in-passkey", "gallery", "attributions"}  # looked at once
MAKE = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "waypost.settings"
import django; django.setup()
from waypost.access.actions import make_officer
from waypost.access.values import MACHINE, Role
from waypost.clock import now
from waypost.devices import actions
from waypost.devices.protecting import Protected
from waypost.devices.stock_file import StockRow
from waypost.devices.values import DeviceKind
from waypost.orders.withholding import withhold_address
from waypost.orders.queries import person_by_reference, person_orders
person = next(one.number for one in person_orders(None) if one.person_id == "P1")
for role in Role:
    own = person if role is Role.WEARER else None
    make_officer(f"page-{role.value}", "Robin Page", sys.argv[1], role, person_id=own, now=now())
# Of whom the monitoring officer of these pages is named staff; the address is where P1 may not be.
actions.add_device(StockRow(0, "every-page", kind=DeviceKind.PROTECTED), by=MACHINE, now=now())
said = Protected("PR-every", "Casey Page", now(), "form", ["page-monitoring_officer"])
actions.protect(person, "every-page", said, by=MACHINE, now=now())
guarded = person_by_reference("PR-every").pk
withhold_address(guarded, person, (float(sys.argv[2]), float(sys.argv[3])), by=MACHINE, now=now())
# A contact and a kept week of the wearer; what the protected person wishes to be told.
from datetime import timedelta
from waypost.notices.actions import add_contact
from waypost.notices.values import TEST, Contact
from waypost.telling.models import WeekKept
from waypost.telling.wishing import Wished, record_wish
add_contact(Contact(TEST, "P1"), by=MACHINE, now=now(), person_id=person)
monday = now().date() - timedelta(days=now().weekday() + 7)
week = WeekKept.objects.create(person_id=person, monday=monday, share=0.97, known_at=now())
wished = Wished(Contact(TEST, "PR"), "020 7946 0000", now(), "form", ("R1",), "Your books")
record_wish(guarded, person, wished, by=MACHINE, now=now())
# A breach told to the force of the requester of these pages.
from waypost.access.actions import make_team
from waypost.alerts.actions import acknowledge, take_in_hand
from waypost.alerts.models import Alert
from waypost.policing.actions import draft, send
from waypost.policing.wording import Texts
desk = make_team("Every Page Police", "police_force", "Desk", now=now())
make_officer("page-police_requester", "Robin Page", None, Role.POLICE_REQUESTER, team=desk,
             now=now())
breach = Alert.objects.filter(kind="exclusion", person__reference="P6").first()
acknowledge(breach.pk, by=MACHINE, now=now())
take_in_hand(breach.pk, by=MACHINE, now=now())
told = draft(breach.pk, desk.organisation_id, by=MACHINE, now=now())
said = Texts("In the square for some time.", "Certain: many fixes show it.", "Rang twice, in vain.")
send(told, said, checked=True, by=MACHINE, now=now())
# What it is followed up by, and a correction of what the officers of these pages were told.
from waypost.access.models import Officer
from waypost.alerts.actions import uphold
from waypost.corrections.models import Copy, Correction, Statement
from waypost.enforcement.models import BreachCase
from waypost.enforcement.opening import open_cases
uphold(breach.pk, by=MACHINE, now=now(), note="No reason was given.")
open_cases(now())
case = BreachCase.objects.get(person_id=breach.person_id)
officers = Officer.objects.filter(username__startswith="page-").values_list("pk", flat=True)
recipients = [f"officer:{one}" for one in officers] + ["outside:the court at Hackney"]
stated = Statement.objects.create(what="other", reference="other:1", person_id=person,
                                  made_at=now(), recipients=recipients, looked_at=now())
corrected = Correction.objects.create(statement=stated, number=1, at=now(), changes=[],
                                      words=["The decision on alert 1 is no longer upheld."])
for one in recipients:
    Copy.objects.create(correction=corrected, recipient=one)
# What the wearer asks of their own data.
from waypost.access.queries import posted
from waypost.disclosure.actions import submit
from waypost.disclosure.asking import Requester
from waypost.disclosure.values import Kind, Urgency, Wanted, What, Window
wearer = posted(Officer.objects.get(username="page-wearer"), now=now())
window = Window(now() - timedelta(hours=9), now() - timedelta(hours=7))
request = submit(Wanted(Kind.OWN, What.TRACK, Urgency.ROUTINE, window), Requester(), by=wearer,
                 now=now())
# Somebody asks for their own data by letter.
from waypost.keeping.asking import enter
asked = enter(person, now(), by=MACHINE, now=now())
# The person's order, for the pages about it.
from waypost.life.queries import number_of_order
order = number_of_order(person, "O1")
# What the provider was told of it.
from waypost.contracts.models import Contract, ToldSince
from waypost.contracts.taking import take_changes
ToldSince.objects.update(at=now() - timedelta(days=9), taken_to=now() - timedelta(days=9))
take_changes(now())
told_of = Contract.objects.filter(person_id=person).latest("pk")
# Another record of P5, proposed to be the same person by somebody else than these officers.
from waypost.identity import merging
from waypost.identity.actions import enter_id
from waypost.identity.values import IdKind
from waypost.orders.actions import import_orders
from waypost.orders.values import PersonOrders
twin = PersonOrders("P5-again", details={"name": "Ellis Ward", "area": "Hackney"})
import_orders([twin], by=MACHINE, now=now())
first, second = person_by_reference("P5").pk, person_by_reference("P5-again").pk
for one in (first, second):
    enter_id(one, IdKind.PNC, "2003/0062845E", "the court's file", by=MACHINE, now=now())
enter_id(person, IdKind.NOMIS, "A1234BC", "the prison's letter", by=MACHINE, now=now())
compared = f"{first}/same-as/{second}"
proposer = posted(Officer.objects.get(username="nora"), now=now())
merge = merging.propose(first, second, "Both have the same PNC id.", by=proposer, now=now())
# A court sends an order whose zone must be asked about.
from waypost.courts.actions import receive
from waypost.courts.models import CourtQuestion
hearing = sys.argv[4].encode()
(message,) = receive(hearing, "hub", by=MACHINE, now=now()).message_ids
zone = CourtQuestion.objects.get(message_id=message, key="exclusion-1/zone").pk
# Somebody is assessed before a release, and an officer cannot wait for a check.
from waypost.suitability.models import Assessment, Leave
assessed = Assessment.objects.create(person_id=person, kind="pre_release", order_kind="hdc",
    programme="national", court="HMP Every Page", decision_on=now().date(), made_at=now(),
    why="To come home on a curfew.", status="assessing")
Leave.objects.create(person_id=person, assessment=assessed, act="release_hdc", asked_at=now(),
                     missing=["abuse_check"], why="The release is tomorrow.")
# Their sentence plan.
from waypost.plans.actions import Written, write_plan
from waypost.plans.models import Plan
from waypost.plans.values import PlanKind
plan = Written("keeps nights settled", "Settle at home, find work.", "", now() + timedelta(days=60))
write_plan(person, PlanKind.SENTENCE, plan, expected_version=0, by=MACHINE, now=now())
planned = Plan.objects.get(person_id=person).pk
# What the wearer asks first, and a complaint.
from waypost.asking.actions import ask
from waypost.asking.values import Asked, Why
from waypost.voice.complaints import complain
from waypost.voice.values import About
tonight = now() + timedelta(hours=24)
absence = ask(person, Asked(Why.SHIFT, tonight, tonight + timedelta(hours=24)), by=wearer,
              now=now()).request_id
complaint = complain(About.TAG, "It hurts at night.", by=wearer, now=now())
# A cohort with somebody in it, a conference about them, and a task of the requester's team.
from waypost.iom.actions import decide_cohort, plan, send_task
from waypost.iom.cohorts import Decided
from waypost.iom.conferring import Planned
from waypost.iom.tasking import Asked
from waypost.iom.values import Criterion, DecidedBy, Handling, Standing, TaskKind
from waypost.access.models import Posting
unit = make_team("Every Page IOM", "iom_unit", "Desk", now=now())
iona = make_officer("page-iom_coordinator", "Robin Page", None, Role.IOM_COORDINATOR, team=unit,
                    now=now())
helper = make_officer("iom-helper", "Helper", None, Role.IOM_COORDINATOR, team=unit, now=now())
Posting.objects.filter(officer=helper).update(area="Hackney")
helps = posted(helper, now=now())
decided = Decided(Standing.FREE, [Criterion.LEAVING], "Has kept everything since the spring.",
                  DecidedBy.MEETING, "Panel", now())
decide_cohort(person, decided, expected_version=0, by=helps, now=now())
meets = plan(Planned("Conference", now() + timedelta(days=2), "", "Robin Page"), [person],
             by=helps, now=now())
asks = Asked(TaskKind.WELFARE, desk.pk, "See that they are well.", "To know how they are.",
             "They answer no call since Monday.", Handling.PERMITTED, "", now() + timedelta(days=3))
task = send_task(person, asks, by=helps, now=now())
# A service, and the wearer referred to it.
from waypost.pathways.actions import Offered, enter_service, refer
from waypost.pathways.values import Kind as ServiceKind
service = enter_service(Offered("Mentors", "Catch", ServiceKind.MENTORING, 2), by=helps, now=now())
refer(person, service, "Wants somebody to talk to.", by=helps, now=now())
# A sitting of the Young Adult Court, and the wearer on its list.
from waypost.young_court import actions as young_court
from waypost.young_court.values import Purpose as Listed
reports = make_officer("court-lister", "Cora Lind", None, Role.COURT_REPORT_OFFICER, now=now())
Posting.objects.filter(officer=reports).update(area="Hackney")
reports = posted(reports, now=now())
sitting = young_court.enter_sitting("Highbury Corner", "Room 2", now() + timedelta(days=3),
                                    by=reports, now=now())
young_court.put_on_list(person, sitting, Listed.REVIEW, "The first review after sentence.",
                        by=reports, now=now())
import json
said = {
    "person": person, "guarded": guarded, "week": week.pk, "told": told, "case": case.pk,
    "corrected": corrected.pk, "request": request, "asked": asked, "order": order,
    "contract": told_of.pk, "merge": merge, "pair": compared,
}
said["court"] = message
said["court_zone"] = zone
said["assessed"] = assessed.pk
said["planned"] = planned
said["absence"] = absence
said["complaint"] = complaint
said["meets"] = meets
said["task"] = task
said["service"] = service
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def addresses(house: House, browser) -> dict[str, str]:
    """Route name -> an address of it with something to show; the sign-ins are made, too."""
    environment = {**os.environ, "WAYPOST_HOME": str(house.home), "WAYPOST_LOG": "ERROR"}
    environment.pop("WAYPOST_DATABASE", None)
    south, north, west, east = SQUARE
    middle = [str((south + north) / 2), str((west + east) / 2)]
    hearing = json.dumps(bail(NOT_ENTER, urn="EVERY1"))
    command = [sys.executable, "-c", MAKE, PASSWORD, *middle, hearing]
    made = subprocess.run(command, env=environment, timeout=60,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert made.returncode == 0, made.stderr
    urllib.request.urlopen(f"{house.gateway}/intake/osmand?id=tag-of-nobody&lat=51.5&lon=0.1")
    plain = {route.name: f"/{route.path}" for route in ROUTES if "<" not in route.path}
    said = {name: str(value) for name, value in json.loads(made.stdout).items()}
    person, guarded, week, told, case, corrected, request, asked, order, of_order, merge, pair = (
        list(said.values())[:12]
    )
    found = plain | {"person": f"/people/{person}", "whereabouts": f"/people/{person}/whereabouts"}
    page = browser.new_page()
    sign_in(page, house, "page-monitoring_officer")
    page.goto(f"{house.pages}/inbox")
    found["alert"] = page.locator("[data-alert] a").first.get_attribute("href")
    found["alert-places"], found["incident"] = (
        f"{found['alert']}/{w}" for w in ("places", "incident")
    )
    page.goto(f"{house.pages}/people/{person}")
    explain = page.locator("a[href^='/violations/']").first
    found["violation"] = explain.get_attribute("href")
    found |= {f"person-{name}": f"/people/{person}/{name}" for name in ABOUT_TAGS}
    found["person-risks"] = f"/people/{person}/risks"
    found["person-necessity"] = f"/people/{person}/necessity"
    found |= {f"person-{name}": f"/people/{person}/{name}" for name in ("ids", "equality")}
    found |= {"merge": f"/merges/{merge}", "merge-new": f"/people/{pair}"}
    found |= {
        "person-plan": f"/people/{person}/plan",
        "plan-review": f"/plans/{said['planned']}/review",
    }
    found["iom-person"], found["iom-task"] = f"/iom/people/{person}", f"/iom/tasks/{said['task']}"
    found["person-pathways"], found["service"] = (
        f"/people/{person}/pathways",
        f"/services/{said['service']}",
    )
    found["person-young-court"] = f"/people/{person}/young-court"
    found["iom-conference"] = f"/iom/conferences/{said['meets']}"
    found["text"] = "/system/texts/alert_raised"
    found["paper"] = "/system/papers/warning_letter"
    found["notification"] = f"/notifications/{told}"
    found["request"] = f"/requests/{request}"
    found["order-new"], found["order"] = f"/people/{person}/orders/new", f"/orders/{order}"
    found["order-requirement"] = f"/orders/{order}/requirement?of=R1"
    found["contract"] = f"/contracts/{of_order}"
    found["absence"], found["complaint"] = (
        f"/absences/{said['absence']}",
        f"/complaints/{said['complaint']}",
    )
    found |= {
        name: f"/people/{person}/{word}"
        for name, word in (
            ("meet", "meet"), ("person-absence", "absence"), ("own-paper", "paper"),
            ("way-in-letter", "letter"), ("person-questions", "questions"),
        )
    }  # fmt: skip
    found["who-may"] = f"/people/{person}/who-may"
    found["notification-draft"] = f"{found['alert']}/notify"
    found["breach-case"], found["correction"] = f"/enforcement/{case}", f"/corrections/{corrected}"
    found["court-order"] = f"/court-orders/{said['court']}"
    found["court-question"] = f"/court-orders/questions/{said['court_zone']}"
    found["subject-request"] = f"/subject-access/{asked}"
    found["assessment"] = f"/suitability/{said['assessed']}"
    found["person-withheld"] = f"/people/{guarded}/withheld"
    found["person-near"] = f"/people/{guarded}/near"
    found["person-reminders"], found["week"] = f"/people/{person}/reminders", f"/weeks/{week}"
    found["fitting-person"] = f"/fitting/{person}"
    page.goto(f"{house.pages}/fitting/{person}")
    worn = page.get_by_role("link", name="How the fitting stands").get_attribute("href")
    found["fitting-done"] = worn
    found |= {f"fitting-{name}": f"{worn}/{name}" for name in ("check", "notice", "remove")}
    page.goto(f"{house.pages}/what-if/new?person={person}")
    box = page.get_by_label("as GeoJSON or in words")
    if not box.is_visible():
        page.get_by_text("The zone as text").click()
    box.fill("circle: E8 3QW, 300 m")
    page.locator("#try").click()
    page.get_by_role("heading", name="Nothing is concluded").wait_for(timeout=60_000)
    found["whatif-try"] = page.url.removeprefix(house.pages)
    page.goto(f"{house.pages}/devices")
    found["device"] = page.locator("tbody th a").first.get_attribute("href")
    page.close()
    return found | drafted(house, browser) | matched(house, browser)


@pytest.fixture(scope="module")
def seen() -> set[str]:
    """Pages already looked at for another role: their second look is on the phone alone."""
    return set()


def drafted(house: House, browser) -> dict[str, str]:
    """A draft of other numbers for the rules, by the administrator of these pages."""
    page = browser.new_page()
    sign_in(page, house, "page-administrator")
    page.goto(f"{house.pages}/parameters/new")
    page.get_by_label("Wait for uploads").fill("20")
    page.get_by_label("Why other numbers?").fill("To be looked at.")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_text("The draft is saved.").wait_for()
    draft = page.url.removeprefix(house.pages)
    page.close()
    return {"parameter": draft, "parameter-edit": f"{draft}/edit"}


def matched(house: House, browser) -> dict[str, str]:
    """A delivery with refused rows, its run, and one match."""
    page = browser.new_page()
    sign_in(page, house, "page-police_analyst")
    page.goto(f"{house.pages}/offences")
    file = {"name": "every.csv", "mimeType": "text/csv", "buffer": police_file(house, "EVERY")}
    page.get_by_label("Send an offence file").set_input_files(file)
    page.get_by_role("button", name="Send the file").click()
    page.locator("#problems").wait_for()
    batch = page.url
    offence = page.locator("#offences tbody a").first.get_attribute("href")
    page.get_by_role("button", name="Match these offences").click()
    match = page.locator("#matches tbody a").first
    match.wait_for(timeout=60_000)
    found = {"offence-batch": batch, "run": page.url, "offence": offence,
             "coverage": f"{offence}/coverage", "excluded": f"{offence}/excluded",
             "together": f"{offence}/together", "series": "/matching/series"}  # fmt: skip
    page.goto(f"{house.pages}{match.get_attribute('href')}")
    while "/review/" not in page.url:  # the work list takes the run in within seconds
        page.wait_for_timeout(1_000)
        page.reload()
    found["review"] = page.url
    page.get_by_label("Why do you need to see").fill("To be looked at, in every role.")
    page.get_by_role("button", name="Open the match").click()
    page.locator("#map[data-ready=drawn]").wait_for(timeout=60_000)
    page.close()
    return {name: url.removeprefix(house.pages) for name, url in found.items()}


def pages_of(role: Role) -> Iterator[str]:
    """Names of the pages that this role's permissions open."""
    alike = ALIKE_FOR_ALL if role is not Role.MONITORING_OFFICER else set()
    free = {Permission.ANYBODY, Permission.SIGNED_IN}
    for route in ROUTES:
        if route.name not in NO_PAGE | alike and route.permission in free | set(RULES[role]):
            yield route.name


@pytest.mark.parametrize("role", list(Role))
def test_every_page_a_role_may_open_is_sound_on_a_phone_and_on_a_wall(
    role, house, browser, addresses, seen
):
    context = browser.new_context(timezone_id="Europe/London")
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.on("console", lambda said: troubles.append(said.text) if is_real(said) else None)
    sign_in(page, house, f"page-{role.value}")
    for name in pages_of(role):
        answer = page.goto(f"{house.pages}{addresses[name]}")
        expected = {403, 404} if of_another_caseload(role, name) else {200}
        assert answer.status in expected, f"{name}: {answer.status}"
        check_sound(page, house, name, WIDTHS if name not in seen else WIDTHS[:1])
        seen.add(name)
    context.close()
    assert not troubles, troubles


def of_another_caseload(role: Role, name: str) -> bool:
    """Whether the page is about P1, of nobody's caseload, and the role reaches no further."""
    about_a_person = name in {
        "alert",
        "person-necessity",
        "person-ids",
        "person-equality",
        "merge-new",
        "merge",
        "person",
        "whereabouts",
        "person-tag",
        "person-risks",
        "iom-person",
        "person-pathways",
        "person-young-court",
        "iom-task",
        "person-reminders",
        "person-near",
        "week",
        "fitting-person",
        "violation",
        "whatif-try",
        "notification",
        "notification-draft",
        "breach-case",
        "incident",
        "request",
        "assessment",
        "person-plan",
        "plan-review",
        "contract",
        "order",
        "order-new",
        "order-requirement",
        "absence",
        "person-absence",
        "meet",
        "own-paper",
        "way-in-letter",
        "person-questions",
    }
    if name in {"notification", "iom-task"} and role is Role.POLICE_REQUESTER:
        return False  # it was sent to their force
    if name == "review" and role is Role.IOM_COORDINATOR:
        return True  # it was referred to no unit
    return about_a_person and RULES[role][BY_NAME[name].permission] in {Reach.OWN, Reach.TEAM}


def is_real(said) -> bool:
    return is_trouble(said) and "status of 40" not in said.text


def check_sound(page, house: House, name: str, widths: tuple[int, ...] = WIDTHS) -> None:
    assert page.title().endswith(" – Waypost"), name
    assert len(page.title()) > len(" – Waypost"), name
    assert page.locator("h1").count() == 1, f"{name} has not one first heading"
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        try:
            check_accessible(page, house)
        except AssertionError as error:
            raise AssertionError(f"{name} at {width} px: {error}") from None


@pytest.mark.parametrize(
    ("where", "status", "says"),
    [
        ("/system", 403, "You may not do this"),
        ("/people/999999", 404, "There is nothing here for you"),
        ("/no-such-page", 404, "Page not found"),
    ],
)
def test_a_refusal_is_a_calm_page_with_a_way_on(where, status, says, house, browser, addresses):
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, house, "page-monitoring_officer")
    answer = page.goto(f"{house.pages}{where}")
    assert answer.status == status
    page.get_by_role("heading", name=says).wait_for()
    check_sound(page, house, where)
    page.get_by_role("link", name="Go to your first page").click()
    page.get_by_role("heading", name="Inbox").wait_for()
    context.close()


def test_an_act_on_an_alert_that_moved_since_leads_back_to_it(house, browser, addresses):
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page, other = context.new_page(), context.new_page()
    sign_in(page, house, "page-monitoring_officer")
    page.goto(f"{house.pages}/inbox")
    links = page.locator("[data-alert] a[href^='/alerts/']")
    found = [one.get_attribute("href") for one in links.all()]
    for address in dict.fromkeys(found):  # one that no other journey has acknowledged
        other.goto(f"{house.pages}{address}")
        if other.locator("#note-acknowledge").count():
            break
    page.goto(other.url)
    other.locator("#note-acknowledge").fill("Rang twice.")
    other.get_by_role("button", name="Acknowledge").click()
    other.get_by_text("The alert was acknowledged.").wait_for()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_role("heading", name="Somebody moved first").wait_for()
    check_sound(page, house, "409")
    page.get_by_role("link", name="Open the page again").click()
    page.get_by_text("Rang twice.").first.wait_for()
    context.close()


def test_every_route_is_a_page_with_an_address_or_said_to_be_none(addresses):
    assert {route.name for route in ROUTES} == NO_PAGE | (set(addresses) - NO_PAGE)
