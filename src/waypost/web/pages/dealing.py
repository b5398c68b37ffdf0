"""What is done about an alert beside its moves: steps of its playbook, accounts, contests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access.purposes import GATEWAYS
from waypost.access.values import Purpose
from waypost.alerts import accounts, contesting, stepping
from waypost.alerts.last_places import last_places
from waypost.clock import now
from waypost.errors import Refused
from waypost.monitoring.parameter_queries import speeds
from waypost.web.pages import alerts
from waypost.web.pages.trying import number_of, tried
from waypost.web.pages.whereabouts import purposes_of
from waypost.web.presenters.fitting import read_form_time
from waypost.web.who import signed_in

FOR_CALLS = (Purpose.SAFEGUARDING, Purpose.ALERT_RESPONSE)


@require_POST
def step(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Tick a step of the playbook, or have Waypost do it."""
    by, at, sent = signed_in(request), now(), request.POST
    name = sent.get("step", "")

    def act() -> str:
        if sent.get("act") == "vibrate":
            stepping.vibrate(alert_id, by=by, now=at)
            return "The tag is asked to vibrate at its next contact."
        note = sent.get("note", "")
        stepping.tick(alert_id, name, sent.get("result", ""), by=by, now=at, note=note)
        return "The step is ticked."

    return _answer(request, alert_id, act, f"step-{name}", "playbook")


@require_POST
def account(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Take the wearer's account, find it reasonable or not, or authorise an absence from it."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "take":
            accounts.take_account(
                alert_id, given_by=sent.get("given_by", ""), words=sent.get("words", ""),
                evidence=sent.get("evidence", ""), by=by, now=at,
            )  # fmt: skip
            return "The account is written down."
        number = number_of(sent.get("account", ""), "an account")
        if sent.get("act") == "absence":
            start = _instant(sent.get("from_at", ""), "when the absence begins")
            end = _instant(sent.get("to_at", ""), "when the absence ends")
            accounts.make_absence(number, start, end, by=by, now=at)
            return "The absence is authorised. What was judged of that time is judged again."
        if sent.get("reasonable") not in {"yes", "no"}:
            raise Refused("Choose whether the account is reasonable.")
        accounts.decide(
            number, reasonable=sent["reasonable"] == "yes", why=sent.get("why", ""), by=by, now=at,
            expected_version=number_of(sent.get("version", ""), "an alert; reload the page"),
        )  # fmt: skip
        return "The account is decided."

    return _answer(request, alert_id, act, "accounts", "accounts")


@require_POST
def contest(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Enter a contest, record a risk, or decide it."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "raise":
            contesting.contest(
                alert_id, raised_by=sent.get("raised_by", ""), words=sent.get("words", ""),
                risk_why=sent.get("risk_why", ""), by=by, now=at,
            )  # fmt: skip
            return "The contest is entered. Somebody who did not decide the alert reviews it."
        number = number_of(sent.get("contest", ""), "a contest")
        if sent.get("act") == "risk":
            contesting.record_risk(number, why=sent.get("risk_why", ""), by=by, now=at)
            return "The risk is recorded: the alert counts meanwhile."
        if sent.get("stands") not in {"yes", "no"}:
            raise Refused("Choose whether the decision stands.")
        contesting.review(
            number, stands=sent["stands"] == "yes", why=sent.get("why", ""), by=by, now=at,
            expected_version=number_of(sent.get("version", ""), "an alert; reload the page"),
        )  # fmt: skip
        return "The review is decided."

    return _answer(request, alert_id, act, "contests", "contests")


@require_POST
def contest_own(request: HttpRequest) -> HttpResponse:
    """The wearer disputes a decision about themselves."""
    alert_id = number_of(request.POST.get("alert", ""), "which decision is wrong")
    words = request.POST.get("words", "")
    contesting.contest_own(alert_id, words=words, by=signed_in(request), now=now())
    messages.success(request, "We have your words. Somebody else will look at it again.")
    return redirect("mine")


def places(request: HttpRequest, alert_id: int) -> HttpResponse:
    """GET: why the last places are looked at. POST: the places."""
    by, at = signed_in(request), now()
    offered = [one for one in purposes_of(by) if one[0] in FOR_CALLS]
    words: dict[str, object] = {"alert_id": alert_id, "purposes": offered}
    if request.method != "POST":
        return render(request, "waypost/alert_places.html", words)
    if request.POST.get("purpose") not in {one.value for one, _ in offered}:
        words |= {"trouble": "Choose why you need to see where they are", "trouble_at": "purpose-1"}
        return render(request, "waypost/alert_places.html", words, status=422)
    purpose = Purpose(request.POST["purpose"])
    found = last_places(alert_id, by=by, purpose=purpose, now=at, speeds=speeds())
    words |= {"places": found, "gateway": GATEWAYS[purpose], "at": at}
    return render(request, "waypost/alert_places.html", words)


def _answer(
    request: HttpRequest, alert_id: int, act: Callable[[], str], at: str, block: str
) -> HttpResponse:
    """Back to the block of the alert's page; where it was refused, with what was typed."""
    said, trouble = tried(act)
    if said is None:
        return alerts.show(request, alert_id, trouble=trouble, trouble_at=at)
    messages.success(request, said)
    answer = redirect("alert", alert_id=alert_id)
    answer["Location"] += f"#{block}"
    return answer


def _instant(text: str, what: str) -> datetime:
    try:
        return read_form_time(text)
    except ValueError:
        raise Refused(f"Enter {what}, such as 2026-03-01T19:00.") from None
