"""Pathways out of crime: the catalogue with its places and waits, one service, one person."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access.values import Posted
from waypost.clock import now
from waypost.errors import Refused
from waypost.pathways import actions, queries
from waypost.pathways.actions import Offered
from waypost.pathways.budget_queries import budget_of, to_approve
from waypost.pathways.budgeting import SpendAct, pence_of
from waypost.pathways.budgets import allocate, ask_spend, move_spend
from waypost.pathways.values import Act, Came, Kind, Outcome
from waypost.web.pages.form_values import chosen, instant_of
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import pathways as present
from waypost.web.presenters.forms import filled
from waypost.web.who import signed_in


def catalogue(request: HttpRequest) -> HttpResponse:
    """GET: every service with its places and waits. POST: enter one."""
    by, said, trouble = signed_in(request), request.POST, ""
    if request.method == "POST":
        made, trouble = tried(lambda: actions.enter_service(_offered(said), by=by, now=now()))
        if made is not None:
            messages.success(request, "The service is in the catalogue.")
            return redirect("services")
    found = queries.catalogue(by, now=now())
    form = filled(present.service_form(None), said, trouble) if found.may_write else None
    words = {"found": found, "form": form, "trouble": trouble, "trouble_at": "form-enter"}
    return render(request, "waypost/services.html", words, status=422 if trouble else 200)


def service(request: HttpRequest, service_id: int) -> HttpResponse:
    """GET: one service, and whom of the asker's it has. POST: change what is said of it."""
    by, said, trouble = signed_in(request), request.POST, ""
    if request.method == "POST":
        done, trouble = tried(lambda: _changed(service_id, said, by, now()))
        if done is not None:
            messages.success(request, "The service is changed.")
            return redirect("service", service_id=service_id)
    page = queries.service_page(service_id, by, now=now())
    form = filled(present.service_form(page.row), said, trouble) if page.may_write else None
    words = {"page": page, "form": form, "trouble": trouble, "trouble_at": "form-change"}
    return render(request, "waypost/service.html", words, status=422 if trouble else 200)


def budgets(request: HttpRequest) -> HttpResponse:
    """Spends that wait for a decision, of the asker's people, the oldest first."""
    rows = to_approve(signed_in(request), now=now())
    return render(request, "waypost/budgets.html", {"rows": rows})


def person(request: HttpRequest, person_id: int) -> HttpResponse:
    return _page(request, person_id)


@require_POST
def move(request: HttpRequest, person_id: int) -> HttpResponse:
    """Refer, move a referral, keep a session; the form comes back where it is refused."""
    by, sent = signed_in(request), request.POST

    def done() -> str:
        return _done(person_id, sent, by, now())

    said, trouble = tried(done)
    if said is None:
        return _page(request, person_id, trouble=trouble)
    messages.success(request, said)
    return redirect("person-pathways", person_id=person_id)


def _page(request: HttpRequest, person_id: int, *, trouble: str = "") -> HttpResponse:
    at, said = now(), request.POST
    page = queries.person_page(person_id, signed_in(request), now=at)
    form = present.refer_form(page)
    about = said.get("about", "")
    money = budget_of(person_id, signed_in(request), now=at)
    words = {
        "page": page,
        "money": money,
        "money_forms": [filled(each, said, trouble) for each in present.budget_forms(money)],
        "spends": [
            (one, [filled(each, said, trouble) for each in present.spend_forms(one)])
            for one in money.spends
        ],
        "form": form and filled(form, said, trouble),
        "rows": [
            (one, [filled(each, said, trouble) for each in present.referral_forms(one, at)])
            for one in page.referrals
        ],
        "trouble": trouble,
        "trouble_at": f"form-{said.get('act', '')}{f'-{about}' if about else ''}",
    }
    return render(request, "waypost/person_pathways.html", words, status=422 if trouble else 200)


def _done(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    act = sent.get("act", "")
    if act == "refer":
        number = number_of(sent.get("service", ""), "a service of the list")
        actions.refer(person_id, number, sent.get("why", ""), by=by, now=at)
        return "They are referred. The provider answers within a week."
    if act in {"allocate", "ask_spend"}:
        return _money(person_id, sent, by, at)
    number = number_of(sent.get("about", ""), "what to write down")
    if act in set(SpendAct):
        move_spend(
            number, SpendAct(act), sent.get("words", ""),
            expected_version=number_of(sent.get("version", ""), "it anew: reload the page"),
            by=by, now=at,
        )  # fmt: skip
        return "It is written down."
    if act == "session":
        when = instant_of(sent.get("at", ""), "of the session")
        came = chosen(Came, sent.get("came", ""), "whether they came")
        actions.keep_session(number, when, came, by=by, now=at)
        return "The session is written down."
    what = chosen(Act, act, "what to write down")
    outcome = None
    if what is Act.END:
        outcome = chosen(Outcome, sent.get("outcome", ""), "how it ended")
    actions.move_referral(
        number, what, sent.get("words", ""), outcome=outcome, over_why=sent.get("over_why", ""),
        expected_version=number_of(sent.get("version", ""), "it anew: reload the page"),
        by=by, now=at,
    )  # fmt: skip
    return "It is written down."


def _money(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    pence = pence_of(sent.get("amount", ""))
    if sent.get("act") == "allocate":
        allocate(person_id, pence, sent.get("why", ""), by=by, now=at)
        return "Their budget is written down."
    ask_spend(person_id, pence, sent.get("what", ""), by=by, now=at)
    return "It is asked for; somebody else decides."


def _offered(sent: QueryDict) -> Offered:
    places = sent.get("places", "").strip()
    if not places.isdecimal() or len(places) > 6:
        raise Refused("Say how many places there are, as a number.")
    return Offered(
        sent.get("name", ""), sent.get("provider", ""),
        chosen(Kind, sent.get("kind", ""), "the kind of service"), int(places),
        sent.get("for_whom", ""), sent.get("areas", "").split(","), sent.get("contact", ""),
    )  # fmt: skip


def _changed(service_id: int, sent: QueryDict, by: Posted, at: datetime) -> bool:
    actions.change_service(
        service_id, _offered(sent), ended=sent.get("ended") == "1",
        expected_version=number_of(sent.get("version", ""), "it anew: reload the page"),
        by=by, now=at,
    )  # fmt: skip
    return True
