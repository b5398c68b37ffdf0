"""Signing in and out, and the first page of each role."""

from __future__ import annotations

import hashlib

from django.contrib.auth import authenticate, login, logout
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access import audit
from waypost.access.queries import find_officer, posted
from waypost.access.values import MACHINE, Role
from waypost.clock import now
from waypost.web.presenters.first_page import first_page_of
from waypost.web.who import asker, signed_in

TRIES_MAX = 5
TRIES_WITHIN_S = 300

# The page each role came for (experience: the first question of the day).
FIRST_PAGE: dict[Role, str] = {
    Role.MONITORING_OFFICER: "inbox",
    Role.PROBATION_PRACTITIONER: "people",
    Role.IOM_COORDINATOR: "people",
    Role.POLICE_ANALYST: "runs",
    Role.DATA_PROTECTION_OFFICER: "audit",
    Role.ADMINISTRATOR: "system",
    Role.WEARER: "mine",
}


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in form; after five wrong tries a name waits five minutes."""
    onward = _onward(request)
    if request.method == "GET":
        return render(request, "waypost/sign_in.html", {"next": onward})
    username = request.POST.get("username", "").strip()
    tries = f"sign-in:{hashlib.sha256(username.encode()).hexdigest()}"
    if cache.get(tries, 0) >= TRIES_MAX:
        return _again(request, "Too many tries. Wait five minutes, then try again.", 429)
    officer = authenticate(request, username=username, password=request.POST.get("password", ""))
    if officer is None:
        cache.add(tries, 0, TRIES_WITHIN_S)
        cache.incr(tries)
        _write_down(username)
        return _again(request, "The user name and password do not go together.", 401)
    cache.delete(tries)
    with transaction.atomic():
        login(request, officer)
        by = posted(officer, now=now())
        audit.record("officer:signed_in", by=by, at=now())
    return redirect(onward or "home")


def _write_down(username: str) -> None:
    """The line of a try that failed: whose account, never what was typed (it may be a password)."""
    tried = find_officer(username)
    audit.record_refusal(
        "sign-in:refused",
        by=posted(tried, now=now()) if tried else MACHINE,
        at=now(),
        why="user name and password did not go together",
    )


def _again(request: HttpRequest, problem: str, status: int) -> HttpResponse:
    words = {
        "problem": problem,
        "next": _onward(request),
        "username": request.POST.get("username", ""),
    }
    return render(request, "waypost/sign_in.html", words, status=status)


def _onward(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of ours."""
    there = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, request.is_secure())
    return there if ours else ""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    by = asker(request)
    with transaction.atomic():
        logout(request)
        if by is not None:
            audit.record("officer:signed_out", by=by, at=now())
    return redirect("sign-in")


def home(request: HttpRequest) -> HttpResponse:
    """The page the officer came for; a list of pages for roles whose own page comes later."""
    by = signed_in(request)
    for role, page in FIRST_PAGE.items():
        if role in by.roles:
            return redirect(page)
    return render(request, "waypost/home.html", {"first": first_page_of(by)})
