"""Machine clients: tokens with what they may do, until when, and when they were used last."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from waypost.access import actions
from waypost.access.models import Team
from waypost.access.postings import teams
from waypost.access.token_queries import tokens
from waypost.access.token_scopes import DAYS_MAX, OVERLAP, SCOPES, scopes_of
from waypost.access.values import Posted, Role
from waypost.clock import now
from waypost.errors import BadUse, Refused
from waypost.web.pages.trying import number_of, tried
from waypost.web.who import signed_in

ROLES = tuple(role for role in Role if scopes_of(role) and role is not Role.WEARER)


def machines(request: HttpRequest) -> HttpResponse:
    """Which there are. POST: make one, put another in its place, revoke one."""
    by = signed_in(request)
    if request.method != "POST":
        return _page(request, by)
    act = request.POST.get("act", "")
    if act == "revoke":
        actions.revoke_token(_number(request), by=by, now=now())
        messages.success(request, "It is revoked, and opens nothing from now on.")
        return redirect("machines")
    make = _rotated if act == "rotate" else _made
    token, trouble = tried(lambda: make(request, by))
    if token is None:
        return _page(request, by, trouble)
    return render(request, "waypost/machine_token.html", {"token": token})


def _made(request: HttpRequest, by: Posted) -> str:
    sent = request.POST
    if sent.get("role") not in set(ROLES):
        raise Refused("Choose the role in which it acts.")
    if not sent.getlist("scope"):
        raise Refused("Choose what it may do.")
    if not sent.get("name", "").strip():
        raise Refused("Say which machine it is for.")
    days = number_of(sent.get("days", ""), "for how many days it is good")
    team = sent.get("team", "")
    try:
        return actions.make_token(
            Role(sent.get("role", "")), by=by, now=now(), days=days, scopes=sent.getlist("scope"),
            name=sent.get("name", ""), team=_team(number_of(team, "a team")) if team else None,
        )  # fmt: skip
    except BadUse as wrong:
        raise Refused(f"{str(wrong)[:1].upper()}{str(wrong)[1:]}.") from None


def _rotated(request: HttpRequest, by: Posted) -> str:
    days = number_of(request.POST.get("days", ""), "for how many days the new one is good")
    try:
        return actions.rotate_token(_number(request), by=by, now=now(), days=days)
    except BadUse as wrong:
        raise Refused(f"{str(wrong)[:1].upper()}{str(wrong)[1:]}.") from None


def _team(number: int) -> Team:
    team = Team.objects.filter(pk=number).first()
    if team is None:
        raise Refused("There is no such team; choose one of the list.")
    return team


def _number(request: HttpRequest) -> int:
    return number_of(request.POST.get("token", ""), "a token")


def _page(request: HttpRequest, by: Posted, trouble: str = "") -> HttpResponse:
    chosen = set(request.POST.getlist("scope"))
    words = {
        "tokens": tokens(by, now=now()),
        "roles": ROLES,
        "teams": teams(),
        "scopes": [(one.value, words, one.value in chosen) for one, words in SCOPES.items()],
        "days_max": DAYS_MAX,
        "overlap_days": OVERLAP.days,
        "trouble": trouble,
        "said": request.POST,
    }
    return render(request, "waypost/machines.html", words, status=422 if trouble else 200)
