"""A person's own data: the officer's list and one request; the wearer's page to ask and fetch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.clock import now
from waypost.errors import NoSuchThing, Refused
from waypost.keeping import actions, clocks, queries
from waypost.keeping.restrictions import RECORDED
from waypost.keeping.values import GROUNDS, Withheld
from waypost.orders.queries import person_by_reference
from waypost.web.pages.keeping import NO_SUCH_PERSON, read_day
from waypost.web.pages.papers import file_answer
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import subject_access as present
from waypost.web.presenters.fitting import read_form_time
from waypost.web.who import signed_in


def listed(request: HttpRequest) -> HttpResponse:
    """GET: requests, those due first. POST: enter one that came by letter."""
    by, trouble = signed_in(request), ""
    if request.method == "POST":
        number, trouble = tried(lambda: _entered(request))
        if number is not None:
            return redirect("subject-request", subject_request_id=number)
    words = {
        "requests": [present.line(one) for one in queries.requests(by, now=now())],
        "said": request.POST,
        "trouble": trouble,
        "trouble_at": "person",
    }
    return render(request, "waypost/subject_access.html", words, status=422 if trouble else 200)


def one(request: HttpRequest, subject_request_id: int) -> HttpResponse:
    return _page(request, subject_request_id)


@require_POST
def move(request: HttpRequest, subject_request_id: int) -> HttpResponse:
    """One act on a request; where it is refused, the page again with what was typed."""
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Refused("Choose what to do with the request.")
    act, said = ACTS[name]

    def do() -> bool:
        act(request, subject_request_id)
        return True

    done, trouble = tried(do)
    if done is None:
        return _page(
            request, subject_request_id, trouble=trouble, trouble_at=present.TROUBLE_AT[name]
        )
    messages.success(request, said)
    return redirect("subject-request", subject_request_id=subject_request_id)


def own(request: HttpRequest) -> HttpResponse:
    """What is held about the wearer: ask for it, see where it stands, fetch it."""
    return _own(request)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    number, trouble = tried(lambda: actions.ask(by=signed_in(request), now=now()))
    if number is None:
        return _own(request, trouble=trouble)
    messages.success(request, "You have asked for your data. This page says where it stands.")
    return redirect("mine-data")


@require_POST
def fetch(request: HttpRequest, subject_request_id: int) -> HttpResponse:
    opened = actions.fetch(subject_request_id, by=signed_in(request), now=now())
    return file_answer(opened.file_name, opened.media_type, opened.content)


def _own(request: HttpRequest, *, trouble: str = "") -> HttpResponse:
    found = [present.own_line(one) for one in queries.own_requests(signed_in(request), now=now())]
    words = {
        "requests": found,
        "may_ask": not any(one["is_open"] for one in found),
        "by_day": clocks.last_day(clocks.due_at(now())),
        "trouble": trouble,
        "trouble_at": "ask",
    }
    return render(request, "waypost/own_data.html", words, status=422 if trouble else 200)


def _page(
    request: HttpRequest, subject_request_id: int, *, trouble: str = "", trouble_at: str = ""
) -> HttpResponse:
    page = queries.request_page(subject_request_id, by=signed_in(request), now=now())
    words = {
        "page": page,
        "one": present.line(page.request),
        "restrictions": [(one, GROUNDS[one.ground].words) for one in page.restrictions],
        "texts": present.texts(page.texts),
        "grounds": [(one.value, present.GROUND_WORDS[one]) for one in RECORDED],
        "offered": present.offered(page.request),
        "said": request.POST,
        "trouble": trouble,
        "trouble_at": trouble_at,
    }
    return render(request, "waypost/subject_request.html", words, status=422 if trouble else 200)


def _entered(request: HttpRequest) -> int:
    sent = request.POST
    try:
        person = person_by_reference(sent.get("person", "").strip())
        at = read_form_time(sent.get("asked_at", ""))
        return actions.enter(person.pk, at, by=signed_in(request), now=now())
    except NoSuchThing:
        raise Refused(NO_SUCH_PERSON) from None
    except ValueError:
        raise Refused("Enter when it came, such as 2026-03-01T12:00.") from None


def _given(request: HttpRequest) -> dict[str, Any]:
    version = number_of(request.POST.get("version", ""), "the request anew: reload its page")
    return {"expected_version": version, "by": signed_in(request), "now": now()}


def _identify(request: HttpRequest, number: int) -> None:
    actions.identify(number, request.POST.get("how", ""), **_given(request))


def _extend(request: HttpRequest, number: int) -> None:
    actions.extend(number, request.POST.get("why", ""), **_given(request))


def _prepare(request: HttpRequest, number: int) -> None:
    actions.ask_bundle(number, **_given(request))


def _let_out(request: HttpRequest, number: int) -> None:
    actions.let_out(number, request.POST.getlist("text"), **_given(request))


def _release(request: HttpRequest, number: int) -> None:
    if request.POST.get("read") != "yes":
        raise Refused("Say that you have read what is released.")
    actions.release(number, **_given(request))


def _refuse(request: HttpRequest, number: int) -> None:
    actions.refuse(number, request.POST.get("why", ""), **_given(request))


def _restrict(request: HttpRequest, number: int) -> None:
    sent, by = request.POST, signed_in(request)
    if sent.get("ground") not in {one.value for one in RECORDED}:
        raise Refused("Choose on which ground it is left out.")
    page = queries.request_page(number, by=by, now=now())
    actions.restrict(
        page.request.person_id, Withheld(sent["ground"]), sent.get("record", ""),
        sent.get("reason", ""),
        read_day(sent.get("review_on", ""), "on which day it is looked at again"),
        by=by, now=now(),
    )  # fmt: skip


def _review(request: HttpRequest, number: int) -> None:
    sent = request.POST
    restriction = number_of(sent.get("restriction", ""), "a restriction")
    day = None
    if sent.get("end") != "yes":
        day = read_day(sent.get("review_on", ""), "on which day it is looked at again")
    actions.review_restriction(restriction, day, by=signed_in(request), now=now())


ACTS: dict[str, tuple[Callable[[HttpRequest, int], None], str]] = {
    "identify": (_identify, "It is written down how it is known that it is them."),
    "extend": (_extend, "There are two more months, and the person is told why."),
    "prepare": (_prepare, "The bundle is being put together. You can leave this page."),
    "let_out": (_let_out, "What you read and let out is noted. Prepare the bundle anew."),
    "release": (_release, "The person may fetch it now, and is told."),
    "refuse": (_refuse, "It is refused, and the person is told."),
    "restrict": (_restrict, "It is left out. Prepare the bundle anew."),
    "review": (_review, "The restriction was looked at."),
}
