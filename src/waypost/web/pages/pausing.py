"""Putting an alert off, and suspending a person's alerts for an agreed time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.alerts import snoozing, suspending
from waypost.alerts.queries import AlertPage
from waypost.alerts.suspended import suspensions_of
from waypost.clock import now
from waypost.errors import Refused
from waypost.orders.queries import case_of, person_orders
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters.fitting import read_form_time
from waypost.web.templatetags.waypost import when_words
from waypost.web.who import signed_in

RECENT = timedelta(days=30)
LENGTHS: dict[int, str] = {  # minutes: from now, so that no clock change comes between
    15: "15 minutes", 30: "30 minutes", 60: "1 hour", 120: "2 hours", 240: "4 hours",
    480: "8 hours", 720: "12 hours", 1440: "24 hours",
}  # fmt: skip


@require_POST
def snooze(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Put an alert off for some minutes, for a reason."""
    by, at, sent = signed_in(request), now(), request.POST
    minutes = number_of(sent.get("minutes", ""), "for how long it is put off")
    if minutes not in LENGTHS:
        raise Refused("Choose for how long it is put off.")
    version = number_of(sent.get("version", ""), "the alert anew: reload its page")
    until = at + timedelta(minutes=minutes)
    snoozing.snooze(alert_id, until, sent.get("why", ""), by=by, now=at, expected_version=version)
    messages.success(request, f"The alert is put off until {when_words(until)}.")
    return redirect("alert", alert_id=alert_id)


def snooze_words(page: AlertPage) -> dict[str, Any]:
    """What the form on the alert's page needs; none where the alert may not be put off."""
    offered = page.acts and snoozing.may_snooze(page.alert.kind, page.alert.status)
    return {"snooze_lengths": list(LENGTHS.items()) if offered else []}


@require_POST
def suspension(request: HttpRequest, person_id: int) -> HttpResponse:
    """Agree on a suspension of the person's alerts, or end one."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "end":
            number = number_of(sent.get("suspension", ""), "a suspension")
            called = suspending.end_suspension(number, by=by, now=at)
            return f"The suspension has ended. Alerts that call from now on: {called}."
        suspending.suspend(
            person_id,
            _instant(sent.get("from_at", ""), "when the suspension begins"),
            _instant(sent.get("to_at", ""), "when the suspension ends"),
            sent.get("reason", ""),
            by=by,
            now=at,
        )
        return "It is agreed. Alerts are recorded meanwhile and call nobody; a call for help does."

    said, trouble = tried(act)
    if said is None:
        may.check(by, Permission.ALERT_HANDLE, case_of(person_id, now=at))
        person = person_orders([person_id])[0]
        words = {
            "person_id": person_id,
            "who": person.details.get("name") or person.person_id,
            "may_suspend": True,
            "now": at,
            "trouble": trouble,
            "trouble_at": "suspend-from",
            "said": sent,
        }
        return render(request, "waypost/person_suspension.html", words, status=422)
    messages.success(request, said)
    return redirect("person", person_id=person_id)


def suspension_words(person_id: int, by: Posted, at: datetime) -> dict[str, Any]:
    """What the person's page says of suspensions, to who may read their alerts."""
    case = case_of(person_id, now=at)
    if not may.decide(by, Permission.ALERT_READ, case).allowed:
        return {}
    return {
        "suspensions": suspensions_of(person_id, now=at, since=at - RECENT),
        "may_suspend": may.decide(by, Permission.ALERT_HANDLE, case).allowed,
        "shows_suspensions": True,
    }


def _instant(text: str, what: str) -> datetime:
    try:
        return read_form_time(text)
    except (ValueError, OverflowError):
        raise Refused(f"Enter {what}, such as 2026-03-01T19:00.") from None
