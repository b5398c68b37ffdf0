"""The rota, and the hand-over at shift change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access.values import Posted
from waypost.alerts import duty, handover
from waypost.alerts.values import DutyRole
from waypost.clock import now
from waypost.errors import Refused
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters.fitting import read_form_time
from waypost.web.templatetags.waypost import local
from waypost.web.who import signed_in

WEEK = timedelta(days=7)
LINES_MAX = 200  # of a hand-over's form; the others get the line that Waypost knows
LINE = "why-"  # begins the name of a line's field


def rota(request: HttpRequest) -> HttpResponse:
    """A week of the rota: this one, or that of `day`."""
    return _rota_page(request)


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Enter a duty, or end one."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "end":
            duty.end_duty(number_of(sent.get("duty", ""), "a duty"), by=by, now=at)
            return "The duty has ended."
        if sent.get("role") not in set(DutyRole):
            raise Refused("Choose a rung.")
        duty.enter_duty(
            number_of(sent.get("officer", ""), "an officer"), DutyRole(sent["role"]),
            _instant(sent.get("from_at", ""), "when the duty begins"),
            _instant(sent.get("to_at", ""), "when the duty ends"),
            by=by, now=at,
        )  # fmt: skip
        return "The duty is in the rota."

    duty.check_can_change(by, now=at)
    said, trouble = tried(act)
    if said is None:
        return _rota_page(request, trouble=trouble)
    messages.success(request, said)
    return redirect("rota")


def hand_over(request: HttpRequest) -> HttpResponse:
    """What waits to be taken, and what there is to hand over."""
    return _hand_over_page(request)


@require_POST
def hand_over_move(request: HttpRequest) -> HttpResponse:
    """Give, take, or take back."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "take":
            taken = handover.take(_which(sent), by=by, now=at)
            return f"You have it: {_alerts(taken)} with you now."
        if sent.get("act") == "take-back":
            handover.take_back(_which(sent), by=by, now=at)
            return "You have taken it back. Nothing has moved."
        _, left_out = handover.give(
            number_of(sent.get("to", ""), "who takes over"),
            sent.get("words", ""),
            {
                int(name.removeprefix(LINE)): str(line)
                for name, line in sent.items()
                if name.startswith(LINE) and name.removeprefix(LINE).isdecimal()
            },
            by=by,
            now=at,
        )
        stays = (
            f" {_alerts(left_out)} staying with you: they may not know of it." if left_out else ""
        )
        return f"It waits to be taken. Until then all of it is yours.{stays}"

    said, trouble = tried(act)
    if said is None:
        return _hand_over_page(request, trouble=trouble)
    messages.success(request, said)
    return redirect("hand-over")


def waiting_words(by: Posted) -> dict[str, Any]:
    """What the inbox says of hand-overs that nobody has taken."""
    return {"hand_overs": handover.unfinished(by, now=now())}


def _rota_page(request: HttpRequest, *, trouble: str = "") -> HttpResponse:
    by, at = signed_in(request), now()
    day = _day(request.GET.get("day", ""), at)
    words = {
        "rota": duty.rota(by, day, settings.WALL_ZONE, now=at),
        "before": day - WEEK,
        "after": day + WEEK,
        "roles": list(DutyRole),
        "trouble": trouble,
        "trouble_at": "officer",
        "said": request.POST,
        "at": at,
    }
    return render(request, "waypost/rota.html", words, status=422 if trouble else 200)


def _hand_over_page(request: HttpRequest, *, trouble: str = "") -> HttpResponse:
    by, at = signed_in(request), now()
    alerts = handover.draft(by, now=at)
    words = {
        "waiting": handover.unfinished(by, now=at, whole=True),
        "alerts": alerts[:LINES_MAX],
        "more": max(len(alerts) - LINES_MAX, 0),
        "receivers": handover.receivers(by, now=at),
        "trouble": trouble,
        "trouble_at": "to",
        "said": request.POST,
    }
    return render(request, "waypost/hand_over.html", words, status=422 if trouble else 200)


def _which(sent: Any) -> int:
    return number_of(sent.get("hand_over", ""), "a hand-over")


def _alerts(count: int) -> str:
    return "1 alert is" if count == 1 else f"{count} alerts are"


def _day(text: str, at: datetime) -> date:
    """The local date asked for, within reason; today where there is none."""
    today = local(at).date()
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return today
    return asked if abs(asked - today) < 60 * WEEK else today


def _instant(text: str, what: str) -> datetime:
    try:
        return read_form_time(text)
    except (ValueError, OverflowError):
        raise Refused(f"Enter {what}, such as 2026-03-01T19:00.") from None
