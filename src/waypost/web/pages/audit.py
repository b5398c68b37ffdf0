"""The data protection officer's pages: who looked at what, and whether the chain is whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import audit
from waypost.access.anchoring import anchors, kept_copies
from waypost.access.chain import Verdict
from waypost.access.purposes import GATEWAYS
from waypost.access.queries import LinesAsked, audit_lines
from waypost.access.stamping import Stamps, last_stamped, verify_all
from waypost.access.values import Permission
from waypost.clock import now
from waypost.orders.queries import known_person_ids
from waypost.orders.walltime import wall_instant
from waypost.web.templatetags.waypost import when_words
from waypost.web.who import signed_in

A_PAGE = 100
FIELDS = ("person", "officer", "kind", "purpose", "outcome", "origin", "from", "to")
OUTCOMES = ("done", "refused")


def lines(request: HttpRequest) -> HttpResponse:
    """The latest lines, filtered by person, officer, kind, purpose, outcome, origin and day."""
    by, at = signed_in(request), now()
    asked = {name: request.GET.get(name, "").strip() for name in FIELDS}
    found = audit_lines(
        by,
        LinesAsked(
            person_id=_number(asked["person"]),
            officer_id=_number(asked["officer"]),
            kind=asked["kind"],
            purpose=asked["purpose"],
            outcome=asked["outcome"],
            origin=asked["origin"],
            from_at=_day(asked["from"]),
            to_at=_day(asked["to"], after=1),
        ),
        before_number=_number(request.GET.get("before", "")),
        limit=A_PAGE,
        known=lambda ids: known_person_ids(ids, by, Permission.AUDIT_READ, now=at),
        now=at,
    )
    words = {
        "lines": found,
        "asked": asked,
        "wide": True,
        "older": found[-1].number if len(found) == A_PAGE else None,
        "purposes": sorted((purpose.value, gateway.words) for purpose, gateway in GATEWAYS.items()),
        "outcomes": OUTCOMES,
        "seals": audit.stored_seals()[-1:],
        "anchored": bool(anchors()),
        "stamped": last_stamped(),
        "stamping": bool(settings.AUDIT_TIME_AUTHORITY),
    }
    return render(request, "waypost/audit.html", words)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Checks every line of the chain, with the copies of its seals, and says how it stands."""
    verdict, stamps = verify_all(kept_copies())
    messages.info(request, _verdict_words(verdict, stamps))
    return redirect("audit")


def _verdict_words(verdict: Verdict, stamps: Stamps) -> str:
    if verdict.broken is not None:
        return f"The audit chain is broken at line {verdict.broken}: {verdict.why}"
    said = f"The audit chain is whole: {verdict.lines} lines, each marked and joined to the last."
    if stamps.at is not None:
        said += f" The time authority saw line {stamps.line} at {when_words(stamps.at)}."
    elif stamps.count:
        said += f" Its {stamps.count} time stamps were not checked: no certificates are set up."
    return said


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _day(text: str, *, after: int = 0) -> datetime | None:
    """The midnight a day begins with where people read times; `after` days later."""
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
        return wall_instant(day, "00:00", settings.WALL_ZONE)
    except (ValueError, OverflowError):
        return None
