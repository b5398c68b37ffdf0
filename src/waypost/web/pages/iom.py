"""IOM: who is in and who is drifting, what is over its time, one person's way through it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access.values import Posted
from waypost.clock import now
from waypost.errors import Refused
from waypost.iom import actions, queries
from waypost.iom.cohorts import Decided
from waypost.iom.conference_queries import conferences
from waypost.iom.conferring import Agreed
from waypost.iom.drifting import (
    ACTIONS_LATE_MANY,
    DAYS_BROKEN_MANY,
    DECLINED_MANY,
    LOOKED_AT,
    OPEN_TOO_LONG,
    SILENT_TOO_LONG,
    UNTOLD_MANY,
    UPHELD_MANY,
)
from waypost.iom.intelligence import Told
from waypost.iom.offering import Owed
from waypost.iom.scope import bodies, police_teams
from waypost.iom.tasking import Asked
from waypost.iom.values import (
    ActionAct,
    Assessment,
    Criterion,
    DecidedBy,
    Handling,
    OfferAct,
    Source,
    Stage,
    Standing,
    TaskKind,
)
from waypost.web.pages.form_values import chosen, day_of, instant_of
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import iom as present
from waypost.web.presenters.forms import Form, filled
from waypost.web.who import signed_in

THRESHOLDS = (
    ("Upheld alerts", UPHELD_MANY),
    ("Days with a violation", DAYS_BROKEN_MANY),
    ("Days that an alert is open", OPEN_TOO_LONG.days),
    ("Offers declined", DECLINED_MANY),
    ("Actions that are late", ACTIONS_LATE_MANY),
    ("Days without a fix of the tag: then nobody is called steady", SILENT_TOO_LONG.days),
    ("Days that could not be told: then nobody is called steady", UNTOLD_MANY),
)


def cohort(request: HttpRequest) -> HttpResponse:
    """Who is in, who is drifting, what was agreed last time."""
    found = queries.cohort_page(signed_in(request), now=now())
    words = {"page": found, "thresholds": THRESHOLDS, "days": LOOKED_AT.days, "wide": True}
    return render(request, "waypost/iom.html", words)


def late(request: HttpRequest) -> HttpResponse:
    """All that is over its time, on one list."""
    rows = queries.late_list(signed_in(request), now=now())
    people = queries.people_of({one.person_id for one in rows})
    words = {"rows": [(one, people[one.person_id]) for one in rows]}
    return render(request, "waypost/iom_late.html", words)


def person(request: HttpRequest, person_id: int) -> HttpResponse:
    return _page(request, person_id)


@require_POST
def move(request: HttpRequest, person_id: int) -> HttpResponse:
    """One act about the person; the form comes back with what was typed where it is refused."""
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
    return redirect("iom-person", person_id=person_id)


def _page(request: HttpRequest, person_id: int, *, trouble: str = "") -> HttpResponse:
    by, at, said = signed_in(request), now(), request.POST
    page = queries.person_page(person_id, by, now=at)
    words: dict[str, Any] = {
        "page": page,
        "offers": [(one, _filled(present.offer_form(one), said, trouble)) for one in page.offers]
        if page.may_offer else [(one, None) for one in page.offers],
        "agreed": [(one, _filled(present.settle_form(one), said, trouble)) for one in page.actions],
        "entries": [
            (one, _filled(present.entry_review_form(one, at), said, trouble)
             if page.may_enter else None)
            for one in page.entries
        ],
        "forms": [
            filled(form, said, trouble) for form in _forms(page, by, at)
        ],
        "trouble": trouble,
        "trouble_at": f"form-{_key(said)}" if trouble else "",
    }  # fmt: skip
    return render(request, "waypost/iom_person.html", words, status=422 if trouble else 200)


def _forms(page: queries.PersonPage, by: Posted, at: datetime) -> list[Form]:
    found = []
    if page.may_write:
        meetings = [(str(one.conference_id), one.title) for one in conferences(by, now=at)]
        found.append(present.decide_form(page, meetings, at))
    if page.may_offer and page.standing is not Standing.OUT:
        found.append(present.owe_form(at))
    if page.may_write and page.standing is not Standing.OUT:
        found.append(present.agree_form(at))
    if page.may_task:
        found.append(present.task_form(police_teams(), at))
    if page.may_enter:
        found.append(present.entry_form(bodies(), at))
    return found


def _filled(form: Form | None, said: QueryDict, trouble: str) -> Form | None:
    return form and filled(form, said, trouble)


def _key(said: QueryDict) -> str:
    act, about = said.get("act", ""), said.get("about", "")
    return f"{act}-{about}" if about else act


def version_of(sent: QueryDict) -> int:
    return number_of(sent.get("version", ""), "it anew: reload the page")


def _decide(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    meeting = sent.get("conference", "")
    decided = Decided(
        chosen(Standing, sent.get("to", ""), "where they are to stand"),
        [chosen(Criterion, one, "criteria of the list") for one in sent.getlist("criteria")],
        sent.get("reasons", ""),
        chosen(DecidedBy, sent.get("how", ""), "whether a meeting or a person decided it"),
        sent.get("decided_by", ""), instant_of(sent.get("at", ""), "of the decision"),
        number_of(meeting, "a conference of the list") if meeting else None,
    )  # fmt: skip
    actions.decide_cohort(person_id, decided, expected_version=version_of(sent), by=by, now=at)
    return "The decision is written down."


def _owe(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    owed = Owed(
        chosen(Stage, sent.get("stage", ""), "the stage"), sent.get("what", ""),
        sent.get("agency", ""), sent.get("owner", ""),
        instant_of(sent.get("reached_at", ""), "at which the stage was reached"),
        day_of(sent.get("due_on", ""), "by which it is to be made"),
    )  # fmt: skip
    actions.owe_offer(person_id, owed, owner_name=sent.get("owner_name", ""), by=by, now=at)
    return "The offer is written down as owed."


def _offer(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    del person_id  # the offer says whose it is
    actions.move_offer(
        number_of(sent.get("about", ""), "an offer"),
        chosen(OfferAct, sent.get("do", ""), "what became of the offer"), sent.get("words", ""),
        expected_version=version_of(sent), by=by, now=at,
    )  # fmt: skip
    return "It is written down what became of the offer."


def agreed_of(sent: QueryDict) -> Agreed:
    return Agreed(
        sent.get("what", ""), sent.get("agency", ""), sent.get("owner", ""),
        day_of(sent.get("due_on", ""), "by which it is to be done"), sent.get("owner_name", ""),
    )  # fmt: skip


def _agree(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    actions.agree_action(person_id, agreed_of(sent), by=by, now=at)
    return "The action is written down."


def settle(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    del person_id  # the action says whose it is
    actions.settle_action(
        number_of(sent.get("about", ""), "an action"),
        chosen(ActionAct, sent.get("do", ""), "what became of the action"),
        sent.get("words", ""), expected_version=version_of(sent), by=by, now=at,
    )  # fmt: skip
    return "It is written down what became of the action."


def _task(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    asked = Asked(
        chosen(TaskKind, sent.get("kind", ""), "what kind of task it is"),
        number_of(sent.get("team", ""), "the police team that is asked"),
        sent.get("asked", ""), sent.get("purpose", ""), sent.get("necessity", ""),
        chosen(Handling, sent.get("handling", ""), "how it is to be handled"),
        sent.get("conditions", ""), day_of(sent.get("return_on", ""), "of the answer"),
    )  # fmt: skip
    actions.send_task(person_id, asked, by=by, now=at)
    return "The task is sent. The team says within a day whether it takes it on."


def _entry(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    told = Told(
        sent.get("words", ""), sent.get("provenance", ""),
        chosen(Source, sent.get("source", ""), "how reliable the source is"),
        chosen(Assessment, sent.get("assessment", ""), "how far it is known"),
        chosen(Handling, sent.get("handling", ""), "the handling code"),
        sent.get("conditions", ""),
        [number_of(one, "organisations of the list") for one in sent.getlist("bodies")],
        instant_of(sent.get("known_at", ""), "of which it is"),
        day_of(sent.get("review_on", ""), "of the review"),
    )  # fmt: skip
    actions.enter_entry(person_id, told, by=by, now=at)
    return "It is entered, and seen by whom its marks allow."


def _entry_review(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    del person_id  # the entry says whom it is about
    if sent.get("do") not in {"stands", "ended"}:
        raise Refused("Choose whether it stands.")
    stands = sent.get("do") == "stands"
    actions.review_entry(
        number_of(sent.get("about", ""), "an entry"), sent.get("words", ""),
        next_at=day_of(sent.get("review_on", ""), "of the next review") if stands else None,
        by=by, now=at,
    )  # fmt: skip
    return "The review is written down."


ACTS: dict[str, Callable[[int, QueryDict, Posted, datetime], str]] = {
    "decide": _decide,
    "owe": _owe,
    "offer": _offer,
    "agree": _agree,
    "settle": settle,
    "task": _task,
    "entry": _entry,
    "entry-review": _entry_review,
}
