"""One's own second factors, and the page on which two administrators take lost ones away."""

from __future__ import annotations

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters

from waypost.access import passkeys, proving, resets, second_factor
from waypost.access.values import Posted
from waypost.clock import now
from waypost.errors import Refused
from waypost.web import sessions, tries
from waypost.web.pages.trying import number_of, tried
from waypost.web.passkey_forms import NEW_ANSWER, NEW_STATE, site_of
from waypost.web.who import signed_in


def own(request: HttpRequest) -> HttpResponse:
    """What one signs in with. POST: take a factor away, make new codes for paper."""
    by, sent = signed_in(request), request.POST
    if request.method != "POST":
        return _own_page(request, by)
    if sent.get("act") == "codes":
        codes, trouble = tried(lambda: proving.make_recovery_codes(by=by, now=now()))
        return _codes_page(request, codes) if codes else _own_page(request, by, trouble)
    number = number_of(sent.get("factor", ""), "what to take away")
    proving.end_factor(number, by=by, now=now())
    messages.success(request, "It is taken away, and is not asked for any more.")
    return redirect("own-sign-in")


@sensitive_post_parameters("code")
def app(request: HttpRequest) -> HttpResponse:
    """Set up an app: the secret, then its first code. POST: begin, confirm."""
    by, sent = signed_in(request), request.POST
    _check_offered()
    if request.method != "POST":
        return _app_page(request, by)
    if sent.get("act") == "begin":
        said, trouble = tried(lambda: proving.begin_app(by=by, now=now()))
        return redirect("own-app") if said else _own_page(request, by, trouble)
    username = request.user.get_username()
    if tries.are_too_many(username):
        return _app_page(request, by, tries.TOO_MANY)
    codes, trouble = tried(
        lambda: proving.confirm_app(sent.get("code", ""), sent.get("label", ""), by=by, now=now())
    )
    if codes is None:
        tries.count(username)
        return _app_page(request, by, trouble)
    sessions.second_shown(request)
    if codes:
        return _codes_page(request, codes)
    messages.success(request, "The app is set up. Its code is asked for when you sign in.")
    return redirect("own-sign-in")


def passkey(request: HttpRequest) -> HttpResponse:
    """Set up a passkey: the browser makes it, we keep its public half. POST: the answer."""
    by, sent = signed_in(request), request.POST
    _check_offered()
    if request.method != "POST":
        return _passkey_page(request, by)
    codes, trouble = tried(
        lambda: passkeys.make(
            sent.get(NEW_ANSWER, ""), sent.get(NEW_STATE, ""), sent.get("label", ""),
            site=site_of(request), by=by, now=now(),
        )
    )  # fmt: skip
    if codes is None:
        return _passkey_page(request, by, trouble)
    sessions.second_shown(request)
    if codes:
        return _codes_page(request, codes)
    messages.success(request, "The passkey is set up. It is asked for when you sign in.")
    return redirect("own-sign-in")


def lost(request: HttpRequest) -> HttpResponse:
    """Second factors that were lost. POST: ask for a reset, grant, refuse, take back."""
    by, sent, at = signed_in(request), request.POST, now()
    if request.method != "POST":
        return _lost_page(request, by)

    def act() -> str:
        name, words = sent.get("act", ""), sent.get("words", "")
        if name == "ask":
            resets.ask_reset(sent.get("username", ""), words, by=by, now=at)
            return "It is asked for. Another administrator decides."
        number = number_of(sent.get("reset", ""), "a request")
        if name == "take-back":
            resets.take_back(number, by=by, now=at)
            return "It is taken back."
        resets.decide_reset(number, grant=name == "grant", words=words, by=by, now=at)
        return "It is done." if name == "grant" else "It is refused."

    said, trouble = tried(act)
    if said is None:
        return _lost_page(request, by, trouble)
    messages.success(request, said)
    return redirect("sign-in-resets")


def _own_page(request: HttpRequest, by: Posted, trouble: str = "") -> HttpResponse:
    policy = settings.SECOND_FACTOR
    words = {
        "factors": proving.factors_of(by),
        "codes_left": proving.recovery_codes_left(by.officer_id or 0),
        "offered": policy.offered,
        "required": policy.requires(by.roles),
        "trouble": trouble,
    }
    return render(request, "waypost/own_sign_in.html", words, status=422 if trouble else 200)


def _app_page(request: HttpRequest, by: Posted, trouble: str = "") -> HttpResponse:
    secret = proving.begun_secret(by, now=now())
    if not secret:
        return redirect("own-sign-in")
    words = {
        "secret": second_factor.in_groups(secret),
        "picture": _picture(second_factor.app_address(secret, request.user.get_username())),
        "label": request.POST.get("label", ""),
        "trouble": trouble,
    }
    return render(request, "waypost/own_app.html", words, status=422 if trouble else 200)


def _passkey_page(request: HttpRequest, by: Posted, trouble: str = "") -> HttpResponse:
    asked = passkeys.ask_to_make(by, request.user.get_username(), site_of(request))
    words = {"passkey": asked, "label": request.POST.get("label", ""), "trouble": trouble}
    return render(request, "waypost/own_passkey.html", words, status=422 if trouble else 200)


def _codes_page(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "waypost/own_codes.html", {"codes": codes})


def _lost_page(request: HttpRequest, by: Posted, trouble: str = "") -> HttpResponse:
    words = {"resets": resets.resets(by), "trouble": trouble, "said": request.POST}
    return render(request, "waypost/sign_in_resets.html", words, status=422 if trouble else 200)


def _check_offered() -> None:
    if not settings.SECOND_FACTOR.offered:
        raise Refused("Second factors are turned off here, by WAYPOST_SECOND_FACTOR.")


def _picture(text: str) -> str:
    """A QR code as SVG, drawn here: the secret goes to no other machine."""
    drawn = segno.make(text, error="m", micro=False)
    return mark_safe(drawn.svg_inline(scale=5, border=4, light="#fff", omitsize=True))  # noqa: S308  our own drawing
