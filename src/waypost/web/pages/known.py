"""An alert as it was known at an earlier instant: the page, and its fixes behind a purpose."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.purposes import GATEWAYS
from waypost.access.values import Permission, Purpose
from waypost.alerts.known import Known, alert_known, fixes_known
from waypost.clock import now
from waypost.errors import BadUse
from waypost.monitoring.parameter_queries import speeds
from waypost.web.pages.whereabouts import purposes_of
from waypost.web.presenters.fitting import read_form_time
from waypost.web.presenters.known import words_of
from waypost.web.who import signed_in

FIXES_SHOWN = 500


def shown(request: HttpRequest, alert_id: int, text: str) -> HttpResponse:
    """The alert's page as of an instant, without fixes."""
    words = _words(request, _known(request, alert_id, text))
    return render(request, "waypost/alert_known.html", words)


@require_POST
def fixes(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The same with the fixes received by then, for a purpose."""
    by = signed_in(request)
    known = _known(request, alert_id, request.POST.get("as-known-at", ""))
    words = _words(request, known)
    if request.POST.get("purpose") not in {one.value for one, _ in words["purposes"]}:
        words |= {"trouble": "Choose why you need to see the fixes", "trouble_at": "purpose-1"}
        return render(request, "waypost/alert_known.html", words, status=422)
    purpose = Purpose(request.POST["purpose"])
    found = fixes_known(known, by=by, purpose=purpose, now=now(), speeds=speeds())
    words |= {
        "fixes": found[:FIXES_SHOWN],
        "fix_count": len(found),
        "looked": True,
        "gateway": GATEWAYS[purpose],
    }
    return render(request, "waypost/alert_known.html", words)


def _known(request: HttpRequest, alert_id: int, text: str) -> Known:
    try:
        at = read_form_time(text)
    except ValueError:
        raise BadUse("Enter an instant such as 2026-03-01T19:00, or one with its offset.") from None
    return alert_known(alert_id, at, by=signed_in(request), now=now())


def _words(request: HttpRequest, known: Known) -> dict[str, Any]:
    by = signed_in(request)
    looks = may.decide(by, Permission.WHEREABOUTS_READ).allowed
    return words_of(known) | {"purposes": purposes_of(by) if looks else []}
