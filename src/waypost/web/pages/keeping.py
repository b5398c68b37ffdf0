"""How long things are kept: schedules, what goes next month, holds, deletions with their proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission
from waypost.clock import now
from waypost.columns import Retention
from waypost.errors import NoSuchThing, Refused
from waypost.keeping import actions, queries
from waypost.keeping.previewing import coming
from waypost.keeping.schedules import NO_ORDER, SETTABLE
from waypost.keeping.values import Scope
from waypost.orders.queries import person_by_reference
from waypost.orders.values import OrderKind
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import keeping as present
from waypost.web.who import signed_in

NO_SUCH_PERSON = "Enter the reference of a person whom you may know of."


def retention(request: HttpRequest) -> HttpResponse:
    return _retention(request)


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Turn deleting on or off, delete before its time, look again at a deletion."""
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Refused("Choose what to do.")
    said, trouble = tried(lambda: ACTS[name](request))
    if said is None:
        return _retention(request, trouble=trouble, trouble_at=present.TROUBLE_AT[name])
    messages.info(request, said)
    return redirect("retention")


def periods(request: HttpRequest) -> HttpResponse:
    """GET: an agency's own periods. POST: propose one, approve or refuse somebody else's."""
    trouble = ""
    if request.method == "POST":
        act = request.POST.get("act", "")
        said, trouble = tried(
            lambda: _propose(request) if act == "propose" else _settle(request, act)
        )
        if said is not None:
            messages.success(request, said)
            return redirect("retention-periods")
    words = {
        "revisions": [present.revision(one) for one in queries.revisions(signed_in(request))],
        "schedules": [present.schedule(one) for one in queries.schedules(now=now())],
        "classes": [(one.value, present.CLASS_WORDS[one]) for one in SETTABLE],
        "kinds": [
            (one, present.kind_words(one))
            for one in (*(kind.value for kind in OrderKind), NO_ORDER)
        ],
        "said": request.POST,
        "trouble": trouble,
        "trouble_at": "months",
    }
    status = 422 if trouble else 200
    return render(request, "waypost/retention_periods.html", words, status=status)


def holds(request: HttpRequest) -> HttpResponse:
    """GET: holds that last. POST: place one, look at one again, end one."""
    by, trouble = signed_in(request), ""
    if request.method == "POST":
        act = request.POST.get("act", "")
        said, trouble = tried(lambda: HOLD_ACTS.get(act, _nothing)(request))
        if said is not None:
            messages.success(request, said)
            return redirect("holds")
    words = {
        "holds": queries.holds(by, now=now()),
        "may_hold_records": may.decide(by, Permission.RETENTION_READ).allowed,
        "said": request.POST,
        "trouble": trouble,
        "trouble_at": "person",
    }
    return render(request, "waypost/holds.html", words, status=422 if trouble else 200)


def _retention(request: HttpRequest, *, trouble: str = "", trouble_at: str = "") -> HttpResponse:
    by, at = signed_in(request), now()
    words = {
        "stands": queries.how_it_stands(),
        "schedules": [present.schedule(one) for one in queries.schedules(now=at)],
        "coming": [present.coming(one) for one in coming(by, now=at)],
        "holds": queries.holds(by, now=at),
        "deletions": [present.deletion(one) for one in queries.deletions(by)],
        "scopes": [(one.value, present.SCOPE_WORDS[one]) for one in
                   (Scope.WHEREABOUTS, Scope.PERSON)],
        "said": request.POST,
        "trouble": trouble,
        "trouble_at": trouble_at,
    }  # fmt: skip
    return render(request, "waypost/retention.html", words, status=422 if trouble else 200)


def _switch(request: HttpRequest) -> str:
    is_on = request.POST.get("to") == "on"
    reason = request.POST.get("reason", "")
    actions.switch(is_on, reason, by=signed_in(request), now=now())
    return "What is due is deleted from now on." if is_on else "Nothing is deleted from now on."


def _erase(request: HttpRequest) -> str:
    sent = request.POST
    if sent.get("scope") not in {Scope.PERSON.value, Scope.WHEREABOUTS.value}:
        raise Refused("Choose what is deleted.")
    if sent.get("sure") != "yes":
        raise Refused("Say that you know that it cannot be undone.")
    person = _person(sent.get("person", ""))
    reason = sent.get("reason", "")
    if not reason.strip():
        raise Refused("Say in a sentence why it is deleted before its time.")
    scope = Scope(sent["scope"])
    number = actions.begin(person, scope, by=signed_in(request), now=now(), why=reason)
    return f"Deletion {number} has begun; the worker goes on with it."


def _verify(request: HttpRequest) -> str:
    number = number_of(request.POST.get("deletion", ""), "a deletion")
    found = queries.verify(number, by=signed_in(request), now=now())
    if found.trouble:
        return f"Deletion {number}: {found.trouble}."
    return f"Nothing is left of deletion {number}, and its proof is as it was made."


ACTS: dict[str, Callable[[HttpRequest], str]] = {
    "switch": _switch, "erase": _erase, "verify": _verify,
}  # fmt: skip


def _propose(request: HttpRequest) -> str:
    sent = request.POST
    if sent.get("class") not in {one.value for one in SETTABLE}:
        raise Refused("Choose a class that a schedule deletes.")
    actions.propose_period(
        Retention(sent["class"]), sent.get("kind", ""),
        number_of(sent.get("months", "") or "0", "months as a number"),
        number_of(sent.get("days", "") or "0", "days as a number"),
        read_day(sent.get("from_on", ""), "from which day it holds"), sent.get("reason", ""),
        by=signed_in(request), now=now(),
    )  # fmt: skip
    return "It waits for a second officer's approval."


def _settle(request: HttpRequest, act: str) -> str:
    if act not in {"approve", "refuse"}:
        raise Refused("Choose what to do.")
    number = number_of(request.POST.get("revision", ""), "a proposal")
    actions.settle_period(number, approve=act == "approve", by=signed_in(request), now=now())
    return "It holds from its day." if act == "approve" else "It was refused."


def _place(request: HttpRequest) -> str:
    sent, by = request.POST, signed_in(request)
    record = sent.get("record", "").strip()
    person = None if record else _person(sent.get("person", ""))
    day = read_day(sent.get("review_on", ""), "on which day it is looked at again")
    actions.place_hold(
        person, sent.get("reason", ""), sent.get("authority", ""), day, record=record, by=by,
        now=now(),
    )  # fmt: skip
    return "It is held: nothing of it is deleted until the hold ends."


def _review(request: HttpRequest) -> str:
    day = read_day(request.POST.get("review_on", ""), "on which day it is looked at again")
    number = number_of(request.POST.get("hold", ""), "a hold")
    actions.review_hold(number, day, by=signed_in(request), now=now())
    return "It goes on, and is looked at again on that day."


def _end(request: HttpRequest) -> str:
    number = number_of(request.POST.get("hold", ""), "a hold")
    reason = request.POST.get("reason", "")
    actions.end_hold(number, reason, by=signed_in(request), now=now())
    return "The hold has ended. What it kept goes when it is due."


def _nothing(request: HttpRequest) -> str:
    raise Refused("Choose what to do.")


HOLD_ACTS: dict[str, Callable[[HttpRequest], str]] = {
    "place": _place, "review": _review, "end": _end,
}  # fmt: skip


def _person(reference: str) -> int:
    try:
        return int(person_by_reference(reference.strip()).pk)
    except NoSuchThing:
        raise Refused(NO_SUCH_PERSON) from None


def read_day(text: str, what: str) -> date:
    """A day of a form. Refused, naming what was to be entered."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"Enter {what}, such as 2026-03-01.") from None
