"""One alert's page, and what may be done to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.alerts import actions, presence, queries
from waypost.alerts.atv import accumulated
from waypost.alerts.dealing import dealing_with
from waypost.alerts.lifecycle import ACT_WORDS
from waypost.alerts.notified import notified_of
from waypost.alerts.queries import AlertPage
from waypost.alerts.values import Act, AlertKind, Outcome
from waypost.clock import now
from waypost.enforcement.queries import cases_about
from waypost.errors import Refused
from waypost.monitoring.strip_queries import person_strips
from waypost.notices.queries import told_of
from waypost.policing.queries import notifications_about
from waypost.web.pages import known, telling
from waypost.web.pages.pausing import snooze_words
from waypost.web.presenters import alerting, dealing
from waypost.web.presenters.outcomes import SumShown, sum_shown
from waypost.web.presenters.strips import KEY, strips_shown
from waypost.web.templatetags.waypost import local
from waypost.web.who import signed_in

ADDS_UP = frozenset({AlertKind.CURFEW, AlertKind.ATV_NEAR, AlertKind.ATV_REACHED})
AS_KNOWN_AT = "as-known-at"  # of the address: the alert as it was known then
TO_THE_SECOND = "%Y-%m-%dT%H:%M:%S"  # a field of a form, local
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


def alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    if AS_KNOWN_AT in request.GET:
        return known.shown(request, alert_id, request.GET[AS_KNOWN_AT])
    return show(request, alert_id)


def show(
    request: HttpRequest, alert_id: int, *, trouble: str = "", trouble_at: str = ""
) -> HttpResponse:
    """The alert's page; trouble: why a form on it was refused."""
    words = alert_words(request, alert_id)
    words |= {"trouble": trouble, "trouble_at": trouble_at}
    return render(request, "waypost/alert.html", words, status=422 if trouble else 200)


def alert_words(request: HttpRequest, alert_id: int) -> dict[str, Any]:
    """All that the alert's page shows; reading it leaves the line alert:viewed."""
    page = queries.alert_page(alert_id, signed_in(request), now=now())
    words = {
        "page": page,
        "forms": alerting.forms(page.acts),
        "outcomes": list(Outcome),
        "violations": alerting.violations(page),
        "window": alerting.window(page, now=now()),
        "may_fit": may.decide(signed_in(request), Permission.DEVICE_READ).allowed,
        "may_look": may.decide(signed_in(request), Permission.WHEREABOUTS_READ).allowed,
        "notified": notified_of(alert_id, signed_in(request), now=now()),
        "sums": _sums(page, signed_in(request)),
        "told": told_of(f"alert:{alert_id}"),
        "breach_cases": cases_about(alert_id, signed_in(request), now=now()),
        "police": notifications_about(alert_id, signed_in(request), now=now()),
    }
    words |= _strip_words(page, signed_in(request)) | snooze_words(page)
    words |= _dealing_words(page, signed_in(request)) | telling.alert_words(
        page, signed_in(request), now()
    )
    words |= {"said": request.POST, "now_text": local(now()).strftime(TO_THE_SECOND)}
    words["here"] = presence.others(signed_in(request), now=now(), alert_ids=[alert_id])
    return words


def _dealing_words(page: AlertPage, by: Posted) -> dict[str, Any]:
    """The playbook as it stands, what the wearer said, contests."""
    found, at = dealing_with(page.alert.alert_id, by, now=now()), now()
    return {
        "dealing": found,
        "steps": dealing.steps_shown(
            found, page, now=at,
            may_command=may.decide(by, Permission.DEVICE_COMMAND).allowed,
            may_look=may.decide(by, Permission.WHEREABOUTS_READ).allowed,
        ),
        "left_out": dealing.left_out_shown(found),
        "call_notes": dealing.call_notes(found),
        "absence": dealing.absence_times(page, found.accounts, at),
    }  # fmt: skip


def _strip_words(page: AlertPage, by: Posted) -> dict[str, Any]:
    """The requirement's strip for the day of the violation and the day before, for who may read
    the person's page."""
    reference = page.alert.requirement_reference
    if not reference or not may.decide(by, Permission.PERSON_READ).allowed:
        return {}
    found = person_strips(
        page.alert.person_id, by=by, now=now(), last=alerting.strip_day(page), count=2,
        only=reference,
    )  # fmt: skip
    shown = strips_shown(found, settings.WALL_ZONE)
    strip = next((one for one in shown if one.reference == reference), None)
    return {"strip": strip, "strip_key": KEY, "may_explain": True}


def _sums(page: AlertPage, by: Posted) -> list[SumShown]:
    """What the curfew that the alert is about has added up to, for who may read of the person."""
    adds_up = page.alert.kind in ADDS_UP and not page.alert.nameless
    if not adds_up or not may.decide(by, Permission.PERSON_READ).allowed:
        return []
    return [
        sum_shown(one, with_alerts=True)
        for one in accumulated(page.alert.person_id, by=by, now=now())
        if one.requirement_id == page.alert.requirement_reference
    ]


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
