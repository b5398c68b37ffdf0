"""Asking first: a wearer asks to be away, whoever is responsible answers with one tap."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.asking import actions, queries
from waypost.asking.values import WHY_WORDS, Act, Asked, Why
from waypost.clock import now
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import case_of, person_orders
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import asking as present
from waypost.web.presenters.fitting import form_time, read_form_time
from waypost.web.waiting import forget_absences
from waypost.web.who import signed_in

SENT = "We have sent it. Until you hear from us, nothing has changed."


def own(request: HttpRequest) -> HttpResponse:
    """GET: what the wearer asked, and the form. POST: ask, or take a request back."""
    by = signed_in(request)
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    return _form_page(request, by.own_person_id, by, own_page=True)


def for_them(request: HttpRequest, person_id: int) -> HttpResponse:
    """The same, written down by an officer for a wearer without a phone."""
    by = signed_in(request)
    may.check(by, Permission.ABSENCE_AUTHORISE, case_of(person_id, now=now()))
    return _form_page(request, person_id, by, own_page=False)


def listed(request: HttpRequest) -> HttpResponse:
    """What waits for the officer's answer."""
    found = queries.to_answer(signed_in(request), now=now())
    return render(request, "waypost/absences.html", {"asks": present.asks(found, now=now())})


def one(request: HttpRequest, absence_id: int) -> HttpResponse:
    """GET: one request, what it touches, its story. POST: the answer."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        version = number_of(sent.get("version", ""), "the request anew: reload its page")
        given: dict[str, Any] = {"by": by, "now": at, "expected_version": version}
        words = sent.get("words", "")
        if sent.get("act") == Act.GRANT:
            actions.grant(absence_id, words=words, **given)
            return "Granted as asked. The wearer is told."
        if sent.get("act") == Act.GRANT_OTHER:
            hours = (_instant(sent.get("from_at", "")), _instant(sent.get("to_at", "")))
            chosen = [_touched(one) for one in sent.getlist("touched")]
            actions.grant_other(absence_id, hours, words, requirements=chosen, **given)
            return "Granted for these hours. The wearer is told."
        if sent.get("act") == Act.REFUSE:
            actions.refuse(absence_id, words, **given)
            return "Refused. The wearer is told, and reads why."
        raise Refused("Choose what to answer.")

    trouble = ""
    if request.method == "POST":
        said, trouble = tried(act)
        if said is not None:
            forget_absences(by)
            messages.success(request, said)
            onward = sent.get("back") == "people"
            return redirect("people") if onward else redirect("absence", absence_id=absence_id)
    seen, story = queries.request_page(absence_id, by, now=at)
    words = {
        "one": present.ask(seen, now=at),
        "story": present.story(story),
        "from_text": form_time(seen.from_at),
        "to_text": form_time(seen.to_at),
        "trouble": trouble,
        "trouble_at": f"words-{sent.get('act', '')}" if trouble else "",
        "said": sent,
    }
    return render(request, "waypost/absence.html", words, status=422 if trouble else 200)


def _form_page(request: HttpRequest, person_id: int, by: Posted, *, own_page: bool) -> HttpResponse:
    at, sent = now(), request.POST

    def act() -> str:
        if sent.get("act") == "withdraw":
            actions.withdraw(number_of(sent.get("request", ""), "a request"), by=by, now=at)
            return "Taken back. Nothing has changed."
        made = actions.ask(person_id, _asked(request), by=by, now=at)
        told = SENT if own_page else "It is written down. Answer it, or leave it to wait."
        return " ".join((told, *made.warnings)) if own_page else told

    trouble = ""
    if request.method == "POST":
        said, trouble = tried(act)
        if said is not None:
            messages.success(request, said)
            return redirect(request.path)
    seen = queries.requests_of(person_id, by, now=at)
    person = person_orders([person_id])[0]
    words = {
        "own": own_page,
        "person_id": person_id,
        "who": person.details.get("name") or person.person_id,
        "whys": [(one.value, words) for one, words in WHY_WORDS.items()],
        "asks": present.asks(seen, now=at),
        "said": sent or present.suggested(person, now=at),
        "trouble": trouble,
        "trouble_at": "why-shift" if trouble and not sent.get("why") else "from_at",
    }
    return render(request, "waypost/ask_first.html", words, status=422 if trouble else 200)


def _asked(request: HttpRequest) -> Asked:
    sent = request.POST
    try:
        why = Why(sent.get("why", ""))
    except ValueError:
        raise Refused("Choose what it is for.") from None
    return Asked(
        why, _instant(sent.get("from_at", "")), _instant(sent.get("to_at", "")),
        sent.get("words", ""), sent.get("evidence", ""), bool(sent.get("urgent")),
    )  # fmt: skip


def _instant(text: str) -> datetime:
    try:
        return read_form_time(text)
    except (ValueError, OverflowError):
        raise Refused("Choose the day and the time, such as 2026-03-01T19:00.") from None


def _touched(text: str) -> tuple[str, str]:
    order, _, requirement = text.partition("|")
    return order, requirement
