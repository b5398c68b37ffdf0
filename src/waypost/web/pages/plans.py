"""Plans of one person and what stands around them; a review that opens with the period's facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access.values import Posted
from waypost.clock import now
from waypost.errors import Refused
from waypost.plans import actions, keeping_up, queries
from waypost.plans.values import (
    ActionStatus,
    ContactKind,
    Cycle,
    LicenceKind,
    ObjectiveStatus,
    Owner,
    PlanKind,
    ReviewFound,
    VisitStatus,
    VisitWhere,
)
from waypost.web.pages.necessity import MORNING, chosen
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import plans as present
from waypost.web.who import signed_in

Did = Callable[[int, QueryDict, Posted, datetime], str]


def person(request: HttpRequest, person_id: int) -> HttpResponse:
    return _page(request, person_id)


@require_POST
def move(request: HttpRequest, person_id: int) -> HttpResponse:
    """One act on the plans or around them; refused, the form comes back with what was typed."""
    by, sent = signed_in(request), request.POST
    act = ACTS.get(sent.get("act", ""))

    def done() -> str:
        if act is None:
            raise Refused("Choose what to write down.")
        return act(person_id, sent, by, now())

    said, trouble = tried(done)
    if said is None:
        return _page(request, person_id, trouble=trouble)
    messages.success(request, said)
    return redirect("person-plan", person_id=person_id)


def review(request: HttpRequest, plan_id: int) -> HttpResponse:
    """GET: the period's facts and the plan. POST: what the review found; the facts are kept."""
    by, at, trouble = signed_in(request), now(), ""
    if request.method == "POST":
        sent = request.POST

        def done() -> str:
            actions.review_plan(
                plan_id, chosen(ReviewFound, sent.get("outcome", ""), "what the review found"),
                sent.get("words", ""), _day_at(sent.get("next_on", "")),
                version=number_of(sent.get("version", ""), "the plan anew: reload its page"),
                by=by, now=at,
            )  # fmt: skip
            return "The review is written down, with the facts as you saw them."

        said, trouble = tried(done)
        if said is not None:
            messages.success(request, said)
            _, _, person_id = queries.review_opening(plan_id, by, now=at)
            return redirect("person-plan", person_id=person_id)
    plan, facts, person_id = queries.review_opening(plan_id, by, now=at)
    words = {
        "plan": plan,
        "kind": present.kind_words(plan.kind),
        "facts": present.facts(facts),
        "person_id": person_id,
        "outcomes": present.found_choices(),
        "said": request.POST,
        "trouble": trouble,
        "trouble_at": "words",
    }
    return render(request, "waypost/plan_review.html", words, status=422 if trouble else 200)


def visit_facts(request: HttpRequest, person_id: int, visit_id: int) -> HttpResponse:
    """The facts since the visit before, and a note that they were opened for this one."""
    found = keeping_up.open_visit_facts(person_id, visit_id, by=signed_in(request), now=now())
    words = {"facts": present.facts(found), "person_id": person_id}
    return render(request, "waypost/visit_facts.html", words)


def _page(request: HttpRequest, person_id: int, *, trouble: str = "") -> HttpResponse:
    page = queries.plans_page(person_id, signed_in(request), now=now())
    words: dict[str, Any] = {
        "page": page,
        "person_id": person_id,
        "who": page.name or page.reference,
        **present.page(page, now()),
        "said": request.POST if trouble else QueryDict(),
        "trouble": trouble,
        "trouble_at": _place(request.POST) if trouble else "",
    }
    return render(request, "waypost/person_plan.html", words, status=422 if trouble else 200)


def _place(sent: QueryDict) -> str:
    act, entry = sent.get("act", ""), sent.get("entry", "")
    return f"{act}-{entry or 'new'}" if act in ACTS and len(entry) < 20 else "main"


def _plan(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    written = actions.Written(
        sent.get("purpose", ""), sent.get("words", ""), sent.get("why", ""),
        _day_at(sent.get("review_on", "")),
    )  # fmt: skip
    version = actions.write_plan(
        person_id, chosen(PlanKind, sent.get("entry", ""), "which plan it is"), written,
        expected_version=number_of(sent.get("version", ""), "the plan anew: reload the page"),
        by=by, now=at,
    )  # fmt: skip
    return f"The plan is written, as version {version}."


def _objective(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    number = number_of(sent.get("entry", ""), "which plan it is for")
    actions.add_objective(number, sent.get("words", ""), sent.get("own_words", ""), by=by, now=at)
    return "The objective is set."


def _action(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    number = number_of(sent.get("entry", ""), "the objective")
    owner = chosen(Owner, sent.get("owner", ""), "who owes it")
    actions.add_action(
        number, sent.get("words", ""), owner, _day(sent.get("due_on", "")), by=by, now=at
    )
    return "The action is set."


def _move_objective(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    after = chosen(ObjectiveStatus, sent.get("to", ""), "what became of it")
    number = number_of(sent.get("entry", ""), "the objective")
    actions.move_objective(number, after, sent.get("words", ""), by=by, now=at)
    return "It is written down."


def _move_action(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    after = chosen(ActionStatus, sent.get("to", ""), "what became of it")
    number = number_of(sent.get("entry", ""), "the action")
    actions.move_action(number, after, sent.get("words", ""), by=by, now=at)
    return "It is written down."


def _contact(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    kind = chosen(ContactKind, sent.get("kind", ""), "who it is to the person")
    keeping_up.add_contact(
        person_id, kind, sent.get("name", ""), sent.get("reach", ""), sent.get("words", ""),
        by=by, now=at,
    )  # fmt: skip
    return "The contact is kept."


def _end_contact(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    number = number_of(sent.get("entry", ""), "the contact")
    keeping_up.end_contact(person_id, number, by=by, now=at)
    return "The contact is ended."


def _visit(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    where = chosen(VisitWhere, sent.get("where", ""), "where it is")
    keeping_up.plan_visit(
        person_id, _instant(sent.get("at", "")), where, sent.get("words", ""), by=by, now=at
    )
    return "The visit is planned."


def _move_visit(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    after = chosen(VisitStatus, sent.get("to", ""), "how it went")
    number = number_of(sent.get("entry", ""), "the visit")
    keeping_up.move_visit(person_id, number, after, sent.get("words", ""), by=by, now=at)
    return "It is written down."


def _event(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    kind = chosen(LicenceKind, sent.get("kind", ""), "what happened")
    keeping_up.record_event(
        person_id, kind, _day(sent.get("on", "")), sent.get("words", ""), by=by, now=at
    )
    return "It is recorded, and what is due follows it."


def _take_event_back(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    number = number_of(sent.get("entry", ""), "what to take back")
    keeping_up.take_event_back(person_id, number, sent.get("words", ""), by=by, now=at)
    return "It is taken back, and stays to be seen."


def _marker(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    marked = keeping_up.Marked(
        sent.get("lead", ""), _day(sent.get("from_on", "")), _day_or_none(sent.get("next_on", "")),
        _digit(sent.get("category", "")), _digit(sent.get("level", "")), sent.get("words", ""),
    )  # fmt: skip
    scheme = chosen(Cycle, sent.get("entry", ""), "MAPPA or MARAC")
    keeping_up.set_marker(person_id, scheme, marked, by=by, now=at)
    return "The marker is recorded."


def _move_marker(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    keeping_up.move_marker(
        person_id, number_of(sent.get("entry", ""), "the marker"), sent.get("to", ""),
        _day(sent.get("on", "")), sent.get("words", ""), by=by, now=at,
        next_on=_day_or_none(sent.get("next_on", "")), level=_digit(sent.get("level", "")),
    )  # fmt: skip
    return "It is written down."


ACTS: dict[str, Did] = {
    "plan": _plan,
    "objective": _objective,
    "action": _action,
    "move_objective": _move_objective,
    "move_action": _move_action,
    "contact": _contact,
    "end_contact": _end_contact,
    "visit": _visit,
    "move_visit": _move_visit,
    "event": _event,
    "take_event_back": _take_event_back,
    "marker": _marker,
    "move_marker": _move_marker,
}


def _digit(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) == 1 else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("Give the day, like 2 June 2026.") from None


def _day_or_none(text: str) -> date | None:
    return _day(text) if text.strip() else None


def _day_at(text: str) -> datetime:
    """The morning of a local day, as UTC."""
    morning = datetime.combine(_day(text), MORNING, ZoneInfo(settings.WALL_ZONE))
    return morning.astimezone(UTC)


def _instant(text: str) -> datetime:
    try:
        there = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(settings.WALL_ZONE))
        return there.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("Give the date and time, like 2 March 2026, 14:30.") from None
