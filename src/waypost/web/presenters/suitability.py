"""Assessments as pages show them: the work list, the task list of one, choices of forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from waypost.errors import Refused
from waypost.necessity.values import CheckKind
from waypost.orders.placing import find_place
from waypost.orders.values import RequirementKind
from waypost.orders.words import DAY_WORDS, asks_words, conditions_words, order_words
from waypost.suitability.eligibility import EIGHT_BOROUGHS, PROGRAMMES
from waypost.suitability.gating import Gate
from waypost.suitability.lifecycle import ACT_WORDS, CHECK_ACT_WORDS, STATUS_WORDS
from waypost.suitability.referring import ORDER_KINDS
from waypost.suitability.seen import CheckSeen, LeaveSeen, Page, Show, WorkList
from waypost.suitability.values import (
    ANSWER_WORDS,
    ASKED_OF,
    CHECK_NAMES,
    COMMITMENT_WORDS,
    CONSENT_WORDS,
    GATE_WORDS,
    HOW_WORDS,
    IN_PLACE_WORDS,
    KIND_WORDS,
    MET_WORDS,
    OUTCOME_WORDS,
    SIGNAL_WORDS,
    SUITABLE_WORDS,
    Act,
    AssessmentKind,
    CheckStatus,
    Consent,
    LeaveStatus,
    Met,
    Status,
)

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
DAY_CHOICES = dict(DAY_WORDS)
RADIUS_M = 60  # of a curfew at an address, where none is given: what the demo's own orders use
RADIUS_MAX_M = 20_000
REFER_FIELDS = ("reference", "name", "born_on", "area", "kind", "order_kind", "programme", "court",
                "court_area", "decision_on", "why")  # fmt: skip
REFER_ASKS = {
    "reference": "Give the person’s reference.",
    "programme": "Choose a programme, or none.",
    "court": "Name the court or the prison.",
    "why": "Say why monitoring is thought of.",
}
SHOW_WORDS = {
    Show.MINE: "Mine",
    Show.WAITING: "Waiting for answers",
    Show.OVERDUE: "Overdue",
    Show.ALL: "All open",
    Show.CLOSED: "Closed",
}
EMPTY = {
    Show.MINE: "Nothing lies with you. An assessment that you refer or take up stands here.",
    Show.WAITING: "No answer is waited for. A check that is asked for stands here until it is "
    "answered.",
    Show.OVERDUE: "Nothing is overdue.",
    Show.ALL: "No assessment is open within your reach. Refer somebody to begin one.",
    Show.CLOSED: "None is closed yet.",
}
# The part of the page on which a form stands.
PLACES = {
    "cohort": "eligibility", "score": "risk", "note": "life", "commitment": "life",
    "end_commitment": "life", "home": "home", "finding": "home", "householder": "home",
    "consent": "home", "ask_check": "checks", "chase": "checks", "answer": "checks",
    "call_off": "checks", "attach": "tries", "ask_for": "asked", "drop": "asked",
    "draft": "proposal", "edit": "proposal", "send": "gate", "recall": "proposal", "leave": "gate",
    "decided": "sentence",
}  # fmt: skip
DONE, BEGUN, TO_DO = ("Done", ""), ("Begun", "light-blue"), ("To do", "blue")
WAITS, WRONG = ("Waiting", "yellow"), ("Look at this", "orange")


@dataclass(frozen=True, slots=True)
class Task:
    """A part of the assessment in its task list: where it stands, and its state with a colour."""

    name: str
    place: str
    state: str
    colour: str


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    words: str
    count: int
    here: bool


@dataclass(frozen=True, slots=True)
class LeaveShown:
    seen: LeaveSeen
    what: str
    state: str
    waits: bool
    stands: bool


def tabs(found: WorkList, show: Show) -> list[Tab]:
    return [Tab(one.value, SHOW_WORDS[one], found.counts[one], one is show) for one in Show]


def place_of(act: str) -> str:
    return PLACES.get(act, "main")


def refer_choices() -> dict[str, Any]:
    return {
        "kinds": [(one.value, words) for one, words in KIND_WORDS.items()],
        "order_kinds": [
            (KIND_WORDS[kind], [(one.value, order_words(one)) for one in orders])
            for kind, orders in ORDER_KINDS.items()
            if kind is not AssessmentKind.NEW_ADDRESS  # any of these
        ],
        "programmes": [(one.name, one.title) for one in PROGRAMMES.values()],
        "boroughs": EIGHT_BOROUGHS,
    }


def leave_shown(one: LeaveSeen) -> LeaveShown:
    return LeaveShown(
        one, GATE_WORDS[one.act], one.status.value.capitalize(),
        one.status is LeaveStatus.ASKED, one.status is LeaveStatus.GRANTED,
    )  # fmt: skip


def page_words(page: Page) -> dict[str, Any]:
    """What the page of one assessment shows beside its records."""
    return {
        "tasks": list(_tasks(page)),
        "status": STATUS_WORDS[page.status].capitalize(),
        "kind_words": KIND_WORDS[page.kind],
        "order_words": order_words(page.order_kind),
        "eligible_words": MET_WORDS[page.eligible_sum],
        "eligible": [(one, MET_WORDS[one.met], _met_colour(one.met)) for one in page.eligible],
        "asked": [
            (one.number, asks_words(one.requirement), conditions_words(one.requirement, page.order),
             one.whatif_id)
            for one in page.asked
        ],
        "checks": [_check_shown(one) for one in page.checks],
        "commitments": [
            (number, COMMITMENT_WORDS[one.kind], one.words,
             f"{', '.join(DAY_WORDS[day] for day in one.days)} {one.start} to {one.end}"
             if one.has_hours else "No fixed hours")
            for number, one in page.commitments
        ],
        "suitable_words": SUITABLE_WORDS[page.home.suitable]
        if page.home and page.home.suitable else "Nobody has said yet",
        "signal_words": SIGNAL_WORDS[page.home.signal] if page.home else "",
        "householders": [
            (one, CONSENT_WORDS[one.consent], HOW_WORDS[one.how] if one.how else "")
            for one in (page.home.householders if page.home else ())
        ],
        "gate_what": GATE_WORDS[page.gate.act],
        "leaves": [leave_shown(one) for one in page.leaves],
        "leave_waits": any(one.status is LeaveStatus.ASKED for one in page.leaves),
        "may_end": [act for act in page.acts if act in {Act.FIND_UNSUITABLE, Act.WITHDRAW,
                                                        Act.REOPEN}],
        "may_take": Act.TAKE in page.acts, "may_recall": Act.RECALL in page.acts,
        "may_propose": Act.PROPOSE in page.acts, "may_record": Act.RECORD in page.acts,
        "sentences": [
            (one, OUTCOME_WORDS[one.outcome], IN_PLACE_WORDS[one.in_place])
            for one in page.sentences
        ],
        "story": [
            (at, "Referred" if act == "refer" else ACT_WORDS[Act(act)].capitalize(), who, words)
            for at, act, who, words in page.story
        ],
        **_choices(),
    }  # fmt: skip


def gate_sentence(found: Gate) -> str:
    """The gate of an order on a person's page, in one sentence."""
    what = GATE_WORDS[found.act]
    if not found.missing:
        return f"Nothing is missing for {what}."
    said = f"Missing for {what}: {' '.join(found.words)}"
    return f"{said} {found.leave.officer} let it go on." if found.leave else said


def requirement_data(sent: QueryDict, clock: Callable[[str], str]) -> dict[str, Any]:
    """A requirement as the orders file writes it, from the short form. Refused, in words, where
    its place is not known."""
    kind = sent.get("kind", "")
    if kind not in {one.value for one in SHORT_KINDS}:
        raise Refused("Choose what is asked.")
    data: dict[str, Any] = {"kind": kind, "timetable": None}
    if kind != RequirementKind.TRAIL.value:
        data["zone"] = _zone(sent)
    days = [one for one in DAY_CHOICES if one in sent.getlist("days")]
    start, end = clock(sent.get("start", "")), clock(sent.get("end", ""))
    if bool(days) != bool(start) or bool(start) != bool(end):
        raise Refused("Give days, a start and an end; or none of the three for all hours.")
    if days:
        data["timetable"] = [{"days": days, "start": start, "end": end}]
    return data


SHORT_KINDS = (
    RequirementKind.CURFEW, RequirementKind.EXCLUSION, RequirementKind.INCLUSION,
    RequirementKind.TRAIL,
)  # fmt: skip


def _zone(sent: QueryDict) -> dict[str, Any]:
    found = find_place(sent.get("place", "")[:80])
    if found is None:
        raise Refused("No such place is known: give a postcode, a grid reference, or degrees.")
    text = sent.get("radius_m", "").strip()
    if text and not (text.isdecimal() and 10 <= int(text) <= RADIUS_MAX_M):
        raise Refused(f"Give the radius in whole metres, from 10 to {RADIUS_MAX_M:,}.")
    return {"type": "Point", "coordinates": [found.lon, found.lat],
            "radius_m": int(text) if text else RADIUS_M}  # fmt: skip


def _choices() -> dict[str, Any]:
    consents = [one for one in Consent if one not in {Consent.NOT_ASKED}]
    return {
        "check_kinds": [(one.value, CHECK_NAMES[one], ASKED_OF[one]) for one in CheckKind],
        "answer_words": [(one.value, words) for one, words in ANSWER_WORDS.items()],
        "suitable_choices": [(one.value, words) for one, words in SUITABLE_WORDS.items()],
        "signal_choices": [(one.value, words) for one, words in SIGNAL_WORDS.items()],
        "consent_choices": [(one.value, CONSENT_WORDS[one]) for one in consents],
        "how_choices": [(one.value, words) for one, words in HOW_WORDS.items()],
        "commitment_choices": [(one.value, words) for one, words in COMMITMENT_WORDS.items()],
        "outcome_choices": [(one.value, words) for one, words in OUTCOME_WORDS.items()],
        "in_place_choices": [(one.value, words) for one, words in IN_PLACE_WORDS.items()],
        "day_choices": list(DAY_CHOICES.items()),
        "short_kinds": [(one.value, SHORT_KIND_WORDS[one]) for one in SHORT_KINDS],
        "act_words": {one.value: words for one, words in CHECK_ACT_WORDS.items()},
    }


SHORT_KIND_WORDS = {
    RequirementKind.CURFEW: "Curfew: be at an address",
    RequirementKind.EXCLUSION: "Exclusion: stay out of a place",
    RequirementKind.INCLUSION: "Inclusion: be in a place",
    RequirementKind.TRAIL: "Trail: whereabouts are recorded",
}


def _check_shown(one: CheckSeen) -> dict[str, Any]:
    waits = one.status in {CheckStatus.REQUESTED, CheckStatus.CHASED}
    return {
        "seen": one,
        "name": CHECK_NAMES[one.kind],
        "answer": ANSWER_WORDS[one.answer] if one.answer else "",
        "waits": waits,
        "acts": {act.value for act in one.acts},
        "story": [
            (at, "Asked" if act == "ask" else act.replace("_", " ").capitalize(), who, words)
            for at, act, who, words in one.story
        ],
    }  # fmt: skip


def _tasks(page: Page) -> Iterator[Task]:
    """Every part with its state, in the order in which the work is usually done."""
    yield Task("Eligibility", "eligibility", *_eligible(page))
    yield Task("Risk score", "risk", *(DONE if page.score else TO_DO))
    noted = sum(bool(words) for _, _, words in page.notes)
    life = DONE if noted == len(page.notes) else BEGUN if noted or page.commitments else TO_DO
    yield Task("Health, work, caring and faith", "life", *life)
    yield Task("Address and those who live there", "home", *_home(page))
    yield Task("Domestic-abuse and child checks", "checks", *_checks(page))
    yield Task("What it would have meant", "tries", *(DONE if page.tries else ("Optional", "grey")))
    asked = WRONG if page.clashes or page.odd else DONE if page.asked else TO_DO
    yield Task("What is asked", "asked", *asked)
    yield Task("Words of the proposal", "proposal", *_words(page))
    gate = DONE if page.gate.open else WRONG
    yield Task("May it go?", "gate", *(gate if page.status is not Status.PROPOSED else DONE))
    yield Task("What was decided", "sentence", *(DONE if page.sentences else TO_DO))


def _eligible(page: Page) -> tuple[str, str]:
    return {Met.MET: DONE, Met.NOT_MET: ("Not met", "red"), Met.NOT_KNOWN: BEGUN}[page.eligible_sum]


def _home(page: Page) -> tuple[str, str]:
    if page.home is None:
        return TO_DO
    if any(one.consent in {Consent.NO, Consent.WITHDRAWN} for one in page.home.householders):
        return WRONG
    unasked = any(one.consent is Consent.NOT_ASKED for one in page.home.householders)
    return BEGUN if page.home.suitable is None or unasked else DONE


def _checks(page: Page) -> tuple[str, str]:
    mine = [one for one in page.checks if not one.other_home]
    if any(one.late for one in mine):
        return "Overdue", "red"
    if any(one.status in {CheckStatus.REQUESTED, CheckStatus.CHASED} for one in mine):
        return WAITS
    answered = {one.kind for one in mine if one.answer is not None}
    return DONE if answered >= set(CheckKind) else BEGUN if mine else TO_DO


def _words(page: Page) -> tuple[str, str]:
    if page.proposal is None:
        return TO_DO
    if page.proposal.sent_at is not None:
        return "Sent", "green"
    return BEGUN if page.proposal.left else DONE


def _met_colour(met: Met) -> str:
    return {Met.MET: "green", Met.NOT_MET: "red", Met.NOT_KNOWN: "yellow"}[met]
