"""Signing in and out, and the first page of each role."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access import audit, passkeys, proving
from waypost.access.models import Officer
from waypost.access.queries import find_officer, posted
from waypost.access.values import MACHINE, Role
from waypost.alerts import answering
from waypost.clock import now
from waypost.web import sessions, tries
from waypost.web.passkey_forms import PASSKEY_ANSWER, shown_passkey, site_of
from waypost.web.who import asker, signed_in

HALF = "password_shown"  # in the session: the first step was right, the second is owed
HALF_FOR_S = 300

# The page each role came for (experience: the first question of the day).
FIRST_PAGE: dict[Role, str] = {
    Role.MONITORING_OFFICER: "inbox",
    Role.PROBATION_PRACTITIONER: "people",
    Role.IOM_COORDINATOR: "iom",
    Role.COURT_REPORT_OFFICER: "suitability",
    Role.POLICE_ANALYST: "runs",
    Role.POLICE_REQUESTER: "requests",
    Role.AUTHORISING_OFFICER: "requests",
    Role.DATA_PROTECTION_OFFICER: "audit",
    Role.PROGRAMME_EVALUATOR: "programme",
    Role.ADMINISTRATOR: "system",
    Role.WEARER: "mine",
}


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in form; after five wrong tries a name waits five minutes."""
    there = onward(request)
    if request.method == "GET":
        return render(request, "waypost/sign_in.html", {"next": there} | _offers())
    username = request.POST.get("username", "").strip()
    if tries.are_too_many(username):
        return _again(request, tries.TOO_MANY, 429)
    officer = authenticate(request, username=username, password=request.POST.get("password", ""))
    if not isinstance(officer, Officer):
        tries.count(username)
        _write_down(username, "user name and password did not go together")
        return _again(request, "The user name and password do not go together.", 401)
    if owes_second(officer):
        return ask_second(request, officer, "password", there)
    tries.forget(username)
    with transaction.atomic():
        let_in(request, officer, "password")
    return redirect(there or "home")


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step, within five minutes of the password: a code of app or paper, a passkey."""
    half = _half(request)
    officer = Officer.objects.filter(pk=half["officer"], is_active=True).first() if half else None
    if half is None or officer is None:
        return redirect("sign-in")
    if request.method == "GET":
        return _code_page(request, officer)
    if tries.are_too_many(officer.username):
        return _code_page(request, officer, tries.TOO_MANY, 429)
    with transaction.atomic():
        how = _second_shown(request, officer)
        if how:
            let_in(request, officer, f"{half['how']} {how}", second=True)
    if not how:
        tries.count(officer.username)
        _write_down(officer.username, "the second factor was wrong, or was used already")
        by_passkey = PASSKEY_ANSWER in request.POST
        return _code_page(
            request, officer, passkeys.WRONG_PASSKEY if by_passkey else proving.WRONG_CODE, 401
        )
    tries.forget(officer.username)
    return redirect(half["next"] or "home")


@require_http_methods(["GET", "POST"])
def sign_in_passkey(request: HttpRequest) -> HttpResponse:
    """With a passkey alone, of somebody whom their device knows by PIN, finger or face."""
    if not settings.SECOND_FACTOR.offered:
        return redirect("sign-in")
    if request.method == "GET":
        return _passkey_page(request)
    with transaction.atomic():
        shown = shown_passkey(request, request.POST, None, now=now())
        if shown is not None and shown.verified:
            officer = Officer.objects.get(pk=shown.officer_id)
            let_in(request, officer, passkeys.PASSKEY, second=True)
    if shown is None or not shown.verified:
        audit.record_refusal(
            "sign-in:refused", by=MACHINE, at=now(), why="the passkey did not hold"
        )  # fmt: skip
        return _passkey_page(request, passkeys.WRONG_PASSKEY, 401)
    return redirect(onward(request) or "home")


def _passkey_page(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    words = {
        "problem": problem, "next": onward(request),
        "passkey": passkeys.ask_to_use(site_of(request), None),
    }  # fmt: skip
    return render(request, "waypost/sign_in_passkey.html", words, status=status)


def _code_page(
    request: HttpRequest, officer: Officer, problem: str = "", status: int = 200
) -> HttpResponse:
    words = {
        "problem": problem,
        "has_app": proving.has_app(officer.pk),
        "passkey": passkeys.ask_to_use(site_of(request), officer.pk),
    }
    return render(request, "waypost/sign_in_code.html", words, status=status)


def _second_shown(request: HttpRequest, officer: Officer) -> str:
    """Which second factor was shown, and was right; "" for none."""
    if PASSKEY_ANSWER in request.POST:
        shown = shown_passkey(request, request.POST, officer.pk, now=now())
        return passkeys.PASSKEY if shown is not None else ""
    return proving.use_code(officer.pk, request.POST.get("code", ""), now=now())


def owes_second(officer: Officer) -> bool:
    """Whether a second factor is asked for before they are let in."""
    return bool(settings.SECOND_FACTOR.offered) and proving.has_factor(officer.pk)


def ask_second(request: HttpRequest, officer: Officer, how: str, there: str) -> HttpResponse:
    """To the second step, which remembers who showed what, and where they were going."""
    request.session.cycle_key()
    request.session[HALF] = {
        "officer": officer.pk, "at": now().timestamp(), "next": there, "how": how
    }  # fmt: skip
    return redirect("sign-in-code")


def let_in(request: HttpRequest, officer: Officer, how: str, *, second: bool = False) -> None:
    """The session and its line; how: what was shown, without what it was. second: it was two."""
    request.session.pop(HALF, None)
    login(request, officer)
    if second:
        sessions.second_shown(request)
    by = posted(officer, now=now())
    audit.record("officer:signed_in", by=by, at=now(), detail={"how": how})


def _half(request: HttpRequest) -> dict[str, Any] | None:
    """Who gave the right password in this session just now, and where they were going."""
    half: dict[str, Any] | None = request.session.get(HALF)
    if half is None or now().timestamp() - half["at"] > HALF_FOR_S:
        return None
    return half


def _write_down(username: str, why: str) -> None:
    """The line of a try that failed: whose account, never what was typed (it may be a password)."""
    tried = find_officer(username)
    audit.record_refusal(
        "sign-in:refused",
        by=posted(tried, now=now()) if tried else MACHINE,
        at=now(),
        why=why,
    )


def _offers() -> dict[str, Any]:
    return {"passkeys": settings.SECOND_FACTOR.offered, "agency": settings.OIDC}


def _again(request: HttpRequest, problem: str, status: int) -> HttpResponse:
    words = {
        "problem": problem,
        "next": onward(request),
        "username": request.POST.get("username", ""),
    } | _offers()
    return render(request, "waypost/sign_in.html", words, status=status)


def onward(request: HttpRequest) -> str:
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
            answering.end(by=by, now=now())
            audit.record("officer:signed_out", by=by, at=now())
    return redirect("sign-in")


def home(request: HttpRequest) -> HttpResponse:
    """The page the officer came for; a list of pages where no role of theirs has one."""
    by = signed_in(request)
    for role, page in FIRST_PAGE.items():
        if role in by.roles:
            return redirect(page)
    return render(request, "waypost/home.html")
