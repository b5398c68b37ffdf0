"""Tags whose clocks seem wrong: the offset that would mend them, accepted or refused by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access.values import Posted
from waypost.clock import now
from waypost.devices import actions
from waypost.devices.clock_queries import clocks
from waypost.errors import Refused
from waypost.web.pages.trying import number_of, tried
from waypost.web.waiting import forget_devices
from waypost.web.who import signed_in


def doubts(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """Accept an offset, refuse it, or end one accepted for what still comes."""
    by = signed_in(request)
    number = number_of(request.POST.get("which", ""), "a tag's clock to decide on")
    act = {"accept": _accept, "refuse": _refuse, "end": _end}.get(request.POST.get("how", ""))
    if act is None:
        raise Refused("Choose what to do about the clock.")
    said, trouble = tried(lambda: act(request, number, by))
    if said is None:
        return _page(request, trouble=trouble, trouble_at=f"reason-{number}")
    messages.success(request, said)
    forget_devices(by)
    return redirect("clocks")


def _accept(request: HttpRequest, number: int, by: Posted) -> str:
    ongoing = request.POST.get("ongoing") == "1"
    reason = request.POST.get("reason", "")
    rows = actions.accept_clock_doubt(number, reason, ongoing=ongoing, by=by, now=now())
    return f"{rows} rows are judged again by their mended time; alerts may change."


def _refuse(request: HttpRequest, number: int, by: Posted) -> str:
    actions.refuse_clock_doubt(number, request.POST.get("reason", ""), by=by, now=now())
    return "The offset was refused; the rows stay as they are."


def _end(request: HttpRequest, number: int, by: Posted) -> str:
    actions.end_clock_correction(number, by=by, now=now())
    return "What the tag sends from now on is judged by its own time."


def _page(request: HttpRequest, *, trouble: str = "", trouble_at: str = "") -> HttpResponse:
    """The list; what was typed is kept beside what was wrong with it."""
    words = {
        "found": clocks(signed_in(request), now=now()),
        "trouble": trouble,
        "trouble_at": trouble_at,
        "said": request.POST,
    }
    return render(request, "waypost/clocks.html", words, status=422 if trouble else 200)
