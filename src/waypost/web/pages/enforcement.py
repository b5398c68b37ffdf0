"""Breach cases: what waits for a decision, one case, and taking its next step."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.clock import now
from waypost.enforcement import actions, queries
from waypost.enforcement.values import Asked, Step
from waypost.errors import Refused
from waypost.web.pages.trying import DIGITS_MAX, number_of, tried
from waypost.web.presenters.enforcement import case_shown
from waypost.web.templatetags.waypost import local, words
from waypost.web.who import signed_in

TO_THE_MINUTE = "%Y-%m-%dT%H:%M"  # a field of a form, local


def listed(request: HttpRequest) -> HttpResponse:
    by, at = signed_in(request), now()
    closed, page = request.GET.get("closed") == "1", request.GET.get("page", "")
    number = int(page) if page.isdecimal() and len(page) <= DIGITS_MAX else 1
    found = queries.cases(by, now=at, closed=closed, page=number)
    return render(request, "waypost/enforcement.html", {"found": found, "closed": closed})


def one(request: HttpRequest, case_id: int) -> HttpResponse:
    return _page(request, case_id)


@require_POST
def step(request: HttpRequest, case_id: int) -> HttpResponse:
    """Take the next step; the form comes back with what was typed where it is refused."""
    by = signed_in(request)
    version = number_of(request.POST.get("version", ""), "a case that the form is of")

    def take() -> Step:
        asked = _asked(request)
        actions.take_step(case_id, asked, by=by, now=now(), expected_version=version)
        return asked.step

    taken, trouble = tried(take)
    if taken is None:
        return _page(request, case_id, trouble=trouble)
    messages.success(request, f"It is written down: {words(taken).lower()}.")
    return redirect("breach-case", case_id=case_id)


def _asked(request: HttpRequest) -> Asked:
    said = request.POST
    return Asked(
        step=_step(said.get("step", "")),
        at=_instant(said.get("at", ""), "when it was done"),
        words=said.get("words", ""),
        outcome=said.get("outcome", ""),
        decided_by=said.get("decided_by", "")[:200],
        reference=said.get("reference", "")[:120],
        hearing_at=_instant(said["hearing_at"], "the hearing") if said.get("hearing_at") else None,
        tell=tuple(one for one in said.get("tell", "")[:600].splitlines() if one.strip()),
    )


def _step(name: str) -> Step:
    try:
        return Step(name)
    except ValueError:
        raise Refused("Choose the step to take.") from None


def _instant(text: str, what: str) -> datetime:
    """A local date and time of a form as UTC; a time that the clocks skip moves on an hour."""
    try:
        return datetime.fromisoformat(text).replace(
            tzinfo=ZoneInfo(settings.WALL_ZONE)
        ).astimezone(UTC)  # fmt: skip
    except (ValueError, OverflowError):
        raise Refused(f"Give the date and time of {what}, like 2 March 2026, 14:30.") from None


def _page(request: HttpRequest, case_id: int, *, trouble: str = "") -> HttpResponse:
    at = now()
    found = queries.case_page(case_id, signed_in(request), now=at)
    shown = {
        "page": found,
        "shown": case_shown(found, at),
        "now_text": local(at).strftime(TO_THE_MINUTE),
        "trouble": trouble,
        "trouble_at": f"step-{request.POST.get('step', '')}" if trouble else "",
        "said": request.POST,
    }
    return render(request, "waypost/breach_case.html", shown, status=422 if trouble else 200)
