"""Checks and proposals: the work list, a referral, one assessment with everything that is done in
it, and reasons to go on although something is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.errors import Refused
from waypost.necessity.values import CheckKind
from waypost.orders.values import WEEKDAYS, OrderKind, PersonOrders
from waypost.suitability import actions, queries
from waypost.suitability.checking import Answered
from waypost.suitability.householders import Said
from waypost.suitability.proposing import Decided
from waypost.suitability.recording import Found
from waypost.suitability.referring import Referred
from waypost.suitability.seen import Page, Show
from waypost.suitability.values import (
    Act,
    Answer,
    AssessmentKind,
    CommitmentKind,
    Consent,
    GateAct,
    How,
    InPlace,
    LeaveAct,
    Outcome,
    Signal,
    Suitable,
)
from waypost.suitability.wording import TITLES
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import suitability as present
from waypost.web.presenters.timetable_field import read_clock
from waypost.web.templatetags.waypost import local
from waypost.web.waiting import forget_suitability
from waypost.web.who import signed_in

TO_THE_MINUTE = "%Y-%m-%dT%H:%M"  # a field of a form, local
Choice = TypeVar("Choice", bound=StrEnum)


def listed(request: HttpRequest) -> HttpResponse:
    """The assessments within reach, the oldest first: mine, those that wait, those overdue."""
    by, at = signed_in(request), now()
    asked = request.GET.get("show", "")
    show = Show(asked) if asked in {one.value for one in Show} else Show.MINE
    found = queries.work_list(by, now=at, show=show)
    words = {
        "rows": found.rows,
        "tabs": present.tabs(found, show),
        "empty": present.EMPTY[show],
    }
    return render(request, "waypost/suitability.html", words)


@require_http_methods(["GET", "POST"])
def refer(request: HttpRequest) -> HttpResponse:
    """The form of a referral; a refused one comes back with what was typed."""
    by, sent = signed_in(request), request.POST
    trouble: dict[str, str] = {}
    if request.method == "POST":
        given, trouble = _referred(sent)
        if given is not None:
            number, refusal = tried(lambda: actions.refer(given, by=by, now=now()))
            if number is not None:
                forget_suitability(by)
                messages.success(request, "The referral is made. Take it up to begin.")
                return redirect("assessment", assessment_id=number)
            trouble = {"reference": refusal}
    words = {"said": sent, "trouble": trouble, **present.refer_choices()}
    status = 422 if trouble else 200
    return render(request, "waypost/suitability_refer.html", words, status=status)


def assessment(request: HttpRequest, assessment_id: int) -> HttpResponse:
    return _page(request, assessment_id)


@require_POST
def move(request: HttpRequest, assessment_id: int) -> HttpResponse:
    """Every act of one assessment; the form comes back with what was typed where it is refused."""
    by, sent = signed_in(request), request.POST
    act = ACTS.get(sent.get("act", ""))

    def done() -> tuple[str, str]:
        if act is None:
            raise Refused("Choose what to do.")
        return act(assessment_id, sent, by, now())

    found, trouble = tried(done)
    if found is None:
        return _page(request, assessment_id, trouble=trouble)
    said, place = found
    forget_suitability(by)
    messages.success(request, said)
    answer = redirect("assessment", assessment_id=assessment_id)
    answer["Location"] += f"#{place}"
    return answer


def leaves(request: HttpRequest) -> HttpResponse:
    """What others ask to do although something is missing."""
    by = signed_in(request)
    return _leaves(request, by)


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Grant or refuse, or end before its time."""
    by, sent = signed_in(request), request.POST

    def done() -> str:
        number = number_of(sent.get("leave", ""), "the request")
        if sent.get("act") == "end":
            actions.end_leave(number, sent.get("words", ""), by=by, now=now())
            return "It has ended."
        act = _chosen(LeaveAct, sent.get("act", ""), "to grant or to refuse")
        actions.decide_leave(number, act, sent.get("words", ""), by=by, now=now())
        return "Granted: it holds for a fortnight." if act is LeaveAct.GRANT else "Refused."

    said, trouble = tried(done)
    if said is None:
        return _leaves(request, by, trouble=trouble)
    forget_suitability(by)
    messages.success(request, said)
    return redirect("gate-reasons")


def assessed_words(
    person_id: int, person: PersonOrders, by: Posted, at: datetime
) -> dict[str, Any]:
    """For the person's page: their assessments, and what a home detention curfew lacks."""
    if not may.decide(by, Permission.SUITABILITY_READ).allowed:
        return {}
    hdc = [
        one for one in person.orders
        if one.kind is OrderKind.HDC and (one.to_at is None or one.to_at > at)
    ]  # fmt: skip
    lacks = queries.gate_for(person_id, GateAct.RELEASE_HDC, now=at) if hdc else None
    return {
        "assessments": queries.of_person(person_id, by, now=at),
        "shows_assessments": True,
        "hdc_lacks": present.gate_sentence(lacks) if lacks and lacks.missing else "",
    }


def _leaves(request: HttpRequest, by: Posted, *, trouble: str = "") -> HttpResponse:
    found = queries.leaves(by, now=now())
    words = {"leaves": [present.leave_shown(one) for one in found], "trouble": trouble,
             "said": request.POST}  # fmt: skip
    return render(request, "waypost/gate_reasons.html", words, status=422 if trouble else 200)


def _page(request: HttpRequest, assessment_id: int, *, trouble: str = "") -> HttpResponse:
    by, at = signed_in(request), now()
    page = queries.assessment_page(assessment_id, by, now=at)
    sent = request.POST if trouble else QueryDict()
    words: dict[str, Any] = {
        "page": page,
        "trouble": trouble,
        "trouble_at": present.place_of(sent.get("act", "")) if trouble else "",
        "said": sent,
        "act": sent.get("act", ""),
        "now_text": local(at).strftime(TO_THE_MINUTE),
        "today": local(at).date().isoformat(),
        "commitment_days": sent.getlist("days") if sent.get("act") == "commitment" else [],
        "asked_days": sent.getlist("days") if sent.get("act") == "ask_for" else [],
        "sections": _sections(page, sent),
        **present.page_words(page),
    }
    return render(request, "waypost/assessment.html", words, status=422 if trouble else 200)


def _sections(page: Page, sent: QueryDict) -> list[tuple[str, str]]:
    """The parts of the words: as typed where they were refused, else as they stand."""
    kept = page.proposal.sections if page.proposal else ()
    if sent.get("act") != "edit":
        return list(kept)
    return [(title, sent.get(f"section-{n}", "")) for n, title in enumerate(TITLES, 1)]


Done = tuple[str, str]


def _do(act: Act, said: str) -> Callable[[int, QueryDict, Posted, datetime], Done]:
    def done(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
        version = number_of(sent.get("version", ""), "an assessment that the form is of")
        actions.do(number, act, sent.get("words", ""), by=by, now=at, expected_version=version)
        return said, "main"

    return done


def _cohort(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    known = {"yes": True, "no": False}.get(sent.get("in_cohort", ""))
    actions.record_cohort(number, known, sent.get("source", ""), by=by, now=at)
    return "The cohort is written down.", "eligibility"


def _score(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    actions.record_score(
        number, sent.get("instrument", ""), sent.get("score", ""),
        _day(sent.get("scored_on", ""), "the day on which it was scored"), sent.get("words", ""),
        by=by, now=at,
    )  # fmt: skip
    return "The score is written down.", "risk"


def _note(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    actions.record_note(number, sent.get("part", ""), sent.get("words", ""), by=by, now=at)
    return "It is written down.", "life"


def _commitment(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    actions.add_commitment(
        number, _chosen(CommitmentKind, sent.get("kind", ""), "what kind it is"),
        sent.get("words", ""), sent.getlist("days"), _clock(sent.get("start", "")),
        _clock(sent.get("end", "")), by=by, now=at,
    )  # fmt: skip
    return "The commitment is written down.", "life"


def _end_commitment(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    which = number_of(sent.get("commitment", ""), "the commitment")
    actions.end_commitment(number, which, by=by, now=at)
    return "The commitment is taken out.", "life"


def _home(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    actions.record_home(number, sent.get("address", ""), by=by, now=at)
    return "The address is written down. Checks are asked for about this one.", "home"


def _finding(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    tested_on = sent.get("signal_on", "")
    given = Found(
        _chosen(Suitable, sent.get("suitable", ""), "whether the address is suitable"),
        sent.get("reasons", ""), {"yes": True, "no": False}.get(sent.get("power", "")),
        _chosen(Signal, sent.get("signal", ""), "how the signal is"),
        _day(tested_on, "the day on which the signal was tested") if tested_on else None,
    )  # fmt: skip
    actions.record_finding(number, given, by=by, now=at)
    return "The address check is written down.", "home"


def _householder(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    actions.add_householder(number, sent.get("name", ""), sent.get("relation", ""), by=by, now=at)
    return "They are written down. Ask them alone.", "home"


def _consent(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    given = Said(
        _chosen(Consent, sent.get("consent", ""), "what they said"),
        _chosen(How, sent.get("how", ""), "how they were asked"),
        _instant(sent.get("asked_at", ""), "they were asked"), sent.get("asked_by", ""),
        sent.get("words", ""), sent.get("alone") == "yes",
    )  # fmt: skip
    which = number_of(sent.get("householder", ""), "who was asked")
    actions.record_answer(number, which, given, by=by, now=at)
    return "What they said is written down, in confidence.", "home"


def _ask_check(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    kind = _chosen(CheckKind, sent.get("kind", ""), "which check")
    actions.ask_check(number, kind, sent.get("asked_of", ""), by=by, now=at)
    return "The check is asked for, and its clock runs.", "checks"


def _chase(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    actions.chase(_check(sent), sent.get("words", ""), by=by, now=at)
    return "It is written down that you chased it.", "checks"


def _answer(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    until = sent.get("valid_until", "")
    given = Answered(
        _chosen(Answer, sent.get("answer", ""), "what came back"), sent.get("words", ""),
        sent.get("answered_by", ""), _instant(sent.get("answered_at", ""), "it was answered"),
        _midnight(_day(until, "the day until which it is good")) if until else None,
    )  # fmt: skip
    actions.answer(_check(sent), given, by=by, now=at)
    return "The answer is written down.", "checks"


def _call_off(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    actions.call_off(_check(sent), sent.get("words", ""), by=by, now=at)
    return "The check is called off.", "checks"


def _attach(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    which = number_of(sent.get("whatif", ""), "a finished what-if")
    actions.attach_try(number, which, sent.get("words", ""), by=by, now=at)
    return "It stands beside the assessment.", "tries"


def _ask_for(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    tried_one = sent.get("whatif", "")
    if tried_one:
        which = number_of(tried_one, "a finished what-if")
        actions.ask_for(number, {}, whatif_id=which, by=by, now=at)
    else:
        actions.ask_for(number, present.requirement_data(sent, _clock), by=by, now=at)
    return "It is part of the proposal.", "asked"


def _drop(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    actions.drop(number, number_of(sent.get("asked", ""), "what to take out"), by=by, now=at)
    return "It is taken out.", "asked"


def _draft(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    actions.draft(number, by=by, now=at)
    return "The words are drafted from what is known. Read and change them.", "proposal"


def _edit(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    sections = [(title, sent.get(f"section-{n}", "")) for n, title in enumerate(TITLES, 1)]
    version = number_of(sent.get("words_version", ""), "the words that the form is of")
    actions.edit(number, sections, expected_version=version, by=by, now=at)
    return "The words are kept.", "proposal"


def _send(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    version = number_of(sent.get("words_version", ""), "the words that the form is of")
    actions.send(number, expected_version=version, by=by, now=at)
    return "The proposal is sent. Its papers stand below.", "proposal"


def _recall(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    version = number_of(sent.get("version", ""), "an assessment that the form is of")
    actions.recall(number, sent.get("words", ""), by=by, now=at, expected_version=version)
    return "The proposal is taken back. What was sent stays to be seen.", "proposal"


def _leave(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    actions.ask_leave(number, sent.get("words", ""), by=by, now=at)
    return "An authorising officer is asked to let it go on.", "gate"


def _decided(number: int, sent: QueryDict, by: Posted, at: datetime) -> Done:
    version = number_of(sent.get("version", ""), "an assessment that the form is of")
    given = Decided(
        _chosen(Outcome, sent.get("outcome", ""), "what was decided"),
        sent.get("order_reference", ""), _day(sent.get("decided_on", ""), "the day of it"),
        sent.get("court", ""),
        _chosen(InPlace, sent.get("in_place", ""), "whether it stood in place of custody"),
        sent.get("said_by", ""), sent.get("words", ""),
    )  # fmt: skip
    actions.record_sentence(number, given, by=by, now=at, expected_version=version)
    return "What was decided is written down.", "sentence"


ACTS: dict[str, Callable[[int, QueryDict, Posted, datetime], Done]] = {
    "take": _do(Act.TAKE, "You have taken it up."),
    "find_unsuitable": _do(Act.FIND_UNSUITABLE, "It is closed: nothing is proposed."),
    "withdraw": _do(Act.WITHDRAW, "It is withdrawn."),
    "reopen": _do(Act.REOPEN, "It is open again."),
    "cohort": _cohort,
    "score": _score,
    "note": _note,
    "commitment": _commitment,
    "end_commitment": _end_commitment,
    "home": _home,
    "finding": _finding,
    "householder": _householder,
    "consent": _consent,
    "ask_check": _ask_check,
    "chase": _chase,
    "answer": _answer,
    "call_off": _call_off,
    "attach": _attach,
    "ask_for": _ask_for,
    "drop": _drop,
    "draft": _draft,
    "edit": _edit,
    "send": _send,
    "recall": _recall,
    "leave": _leave,
    "decided": _decided,
}


def _referred(sent: QueryDict) -> tuple[Referred | None, dict[str, str]]:
    """What the form gives, or what is wrong by field."""
    trouble: dict[str, str] = {}

    def read(name: str, reads: Callable[[], Any]) -> Any:
        try:
            return reads()
        except Refused as refusal:
            trouble[name] = str(refusal)
            return None

    said = {name: sent.get(name, "") for name in present.REFER_FIELDS}
    kind = read("kind", lambda: _chosen(AssessmentKind, said["kind"], "what it is for"))
    order = read("order_kind", lambda: _chosen(OrderKind, said["order_kind"], "an order"))
    day = read("decision_on", lambda: _day(said["decision_on"], "the day of the hearing"))
    born = read("born_on", lambda: _day(said["born_on"], "the date of birth")
                if said["born_on"] else None)  # fmt: skip
    for name, asks in present.REFER_ASKS.items():
        if not said[name].strip():
            trouble[name] = asks
    if trouble:
        return None, trouble
    return (
        Referred(
            said["reference"], kind, order, said["programme"], said["court"], said["court_area"],
            day, said["why"], said["name"], born, said["area"],
        ),
        {},
    )  # fmt: skip


def _check(sent: QueryDict) -> int:
    return number_of(sent.get("check", ""), "the check")


def _chosen(kind: type[Choice], name: str, what: str) -> Choice:
    try:
        return kind(name)
    except ValueError:
        raise Refused(f"Choose {what}.") from None


def _clock(text: str) -> str:
    """ "19:00"; "" where nothing was given. Refused for what is no time of day."""
    found = read_clock(text.strip()) if text.strip() else ""
    if text.strip() and not present.CLOCK.fullmatch(found):
        raise Refused("Give times of day like 19:00.")
    return found


def _instant(text: str, what: str) -> datetime:
    try:
        there = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(settings.WALL_ZONE))
        return there.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"Say when {what}, with date and time.") from None


def _day(text: str, what: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"Give {what}, like 2 June 2026.") from None


def _midnight(day: date) -> datetime:
    """The end of the local day, UTC."""
    zone = ZoneInfo(settings.WALL_ZONE)
    return datetime.combine(day, time(23, 59), zone).astimezone(UTC)


assert set(WEEKDAYS) == set(present.DAY_CHOICES), "days of the forms"
