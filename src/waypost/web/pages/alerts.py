"""The inbox and one alert's page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission
from waypost.alerts import actions, queries
from waypost.alerts.lifecycle import ACT_WORDS
from waypost.alerts.values import Act, Outcome
from waypost.clock import now
from waypost.errors import Refused
from waypost.web.live import FAN
from waypost.web.presenters import alerting
from waypost.web.who import signed_in

DIGITS_MAX = 18  # of a number in a form: more fit no column
ACTIONS: dict[Act, Callable[..., Any]] = {
    Act.ACKNOWLEDGE: actions.acknowledge,
    Act.TAKE_IN_HAND: actions.take_in_hand,
    Act.NOTE: actions.note,
    Act.EXPLAIN: actions.explain,
    Act.UPHOLD: actions.uphold,
    Act.CLOSE: actions.close,
    Act.REOPEN: actions.reopen,
}


def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "waypost/inbox.html", _inbox_words(request))


def inbox_rows(request: HttpRequest) -> HttpResponse:
    return render(request, "waypost/_inbox_rows.html", _inbox_words(request))


def _inbox_words(request: HttpRequest) -> dict[str, Any]:
    found = queries.inbox(signed_in(request), now=now())
    return {"inbox": found, "wide": True, **alerting.waiting(found)}


async def inbox_events(request: HttpRequest) -> StreamingHttpResponse:
    """Server-sent events: the inbox's version whenever it rises; never a row."""
    del request

    async def stream() -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        async for number in FAN.versions():
            yield ": still here\n\n" if number is None else f"event: version\ndata: {number}\n\n"

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(stream(), content_type="text/event-stream", headers=headers)


def alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    page = queries.alert_page(alert_id, signed_in(request), now=now())
    words = {
        "page": page,
        "forms": alerting.forms(page.acts),
        "outcomes": list(Outcome),
        "violations": alerting.violations(page),
        "window": alerting.window(page, now=now()),
        "may_fit": may.decide(signed_in(request), Permission.DEVICE_READ).allowed,
        "may_look": may.decide(signed_in(request), Permission.WHEREABOUTS_READ).allowed,
    }
    return render(request, "waypost/alert.html", words)


@require_POST
def move(request: HttpRequest, alert_id: int) -> HttpResponse:
    """One act on an alert; refused when somebody moved it since the page was read."""
    act = _act(request.POST.get("act", ""))
    given: dict[str, Any] = {"note": request.POST.get("note", "").strip()}
    if act is Act.CLOSE:
        given["outcome"] = request.POST.get("outcome", "")
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > DIGITS_MAX:
        raise Refused("the form has no version of the alert; reload the page")
    ACTIONS[act](alert_id, by=signed_in(request), now=now(), expected_version=int(version), **given)
    messages.success(request, f"The alert was {ACT_WORDS[act]}.")
    return redirect("alert", alert_id=alert_id)


def _act(name: str) -> Act:
    try:
        return Act(name)
    except ValueError:
        raise Refused("choose what to do with the alert") from None
