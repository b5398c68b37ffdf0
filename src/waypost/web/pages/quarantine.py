"""Messages from tags that nobody has fitted: kept whole, shown here, settled by a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.clock import now
from waypost.errors import Refused
from waypost.gateway import actions
from waypost.gateway.queries import quarantine_list
from waypost.web.waiting import forget_devices
from waypost.web.who import signed_in

DIGITS_MAX = 18  # of a number in a form: more fit no column


def waiting(request: HttpRequest) -> HttpResponse:
    settled = request.GET.get("settled") == "1"
    found = quarantine_list(signed_in(request), now=now(), settled=settled)
    return render(request, "waypost/quarantine.html", {"found": found, "settled": settled})


@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """Release a message to the activation made since, or dismiss it with a reason."""
    by, at = signed_in(request), now()
    number = request.POST.get("message", "")
    if not number.isdecimal() or len(number) > DIGITS_MAX:
        raise Refused("choose a message to settle")
    if request.POST.get("how") == "release":
        rows = actions.release(int(number), by=by, now=at)
        messages.success(request, f"Message {number} was released: {rows} fixes and events.")
    else:
        actions.dismiss(int(number), request.POST.get("reason", ""), by=by, now=at)
        messages.success(request, f"Message {number} was dismissed.")
    forget_devices(by)
    return redirect("quarantine")
