"""The data protection officer's pages: who looked at what, and whether the chain is whole."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import audit
from waypost.access.chain import Verdict
from waypost.access.queries import audit_lines
from waypost.access.values import Permission
from waypost.clock import now
from waypost.orders.queries import known_person_ids
from waypost.web.who import signed_in

A_PAGE = 100


def lines(request: HttpRequest) -> HttpResponse:
    """The latest lines, filtered by person, officer or kind."""
    by, at = signed_in(request), now()
    asked = {name: request.GET.get(name, "").strip() for name in ("person", "officer", "kind")}
    found = audit_lines(
        by,
        person_id=_number(asked["person"]),
        officer_id=_number(asked["officer"]),
        kind=asked["kind"],
        before_number=_number(request.GET.get("before", "")),
        limit=A_PAGE,
        known=lambda ids: known_person_ids(ids, by, Permission.AUDIT_READ, now=at),
    )
    words = {
        "lines": found,
        "asked": asked,
        "wide": True,
        "older": found[-1].number if len(found) == A_PAGE else None,
    }
    return render(request, "waypost/audit.html", words)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Checks every line of the chain and says how it stands."""
    verdict = audit.verify()
    messages.info(request, _verdict_words(verdict))
    return redirect("audit")


def _verdict_words(verdict: Verdict) -> str:
    if verdict.broken is not None:
        return f"The audit chain is broken at line {verdict.broken}: {verdict.why}"
    return f"The audit chain is whole: {verdict.lines} lines, each signed and joined to the last."


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
