"""Tags whose clocks seem wrong: the offset that would mend them, accepted or refused by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.clock import now
from waypost.devices import actions
from waypost.devices.clock_queries import clocks
from waypost.errors import Refused
from waypost.web.waiting import forget_devices
from waypost.web.who import signed_in

DIGITS_MAX = 18  # of a number in a form: more fit no column


def doubts(request: HttpRequest) -> HttpResponse:
    return render(request, "waypost/clocks.html", {"found": clocks(signed_in(request), now=now())})


@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """Accept an offset, refuse it, or end one accepted for what still comes."""
    by, at, said = signed_in(request), now(), request.POST
    number, how, reason = said.get("which", ""), said.get("how"), said.get("reason", "")
    if not number.isdecimal() or len(number) > DIGITS_MAX:
        raise Refused("Choose a tag's clock to decide on.")
    if how == "accept":
        ongoing = said.get("ongoing") == "1"
        rows = actions.accept_clock_doubt(int(number), reason, ongoing=ongoing, by=by, now=at)
        messages.success(
            request, f"{rows} rows are judged again by their mended time; alerts may change."
        )
    elif how == "end":
        actions.end_clock_correction(int(number), by=by, now=at)
        messages.success(request, "What the tag sends from now on is judged by its own time.")
    else:
        actions.refuse_clock_doubt(int(number), reason, by=by, now=at)
        messages.success(request, "The offset was refused; the rows stay as they are.")
    forget_devices(by)
    return redirect("clocks")
