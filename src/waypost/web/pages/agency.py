"""Signing in at the agency's own provider, and which accounts that opens."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from waypost.access import agency_links, audit, oidc, oidc_client
from waypost.access.models import Officer
from waypost.access.oidc import Begun, Settings
from waypost.access.values import MACHINE, Posted
from waypost.clock import now
from waypost.errors import NoSuchThing, Refused, Unavailable
from waypost.web.pages import signing as sign_in_pages
from waypost.web.pages.trying import number_of, tried
from waypost.web.who import signed_in

COOKIE, SALT = "waypost_agency", "waypost.agency"
GOOD_FOR_S = 600
NOBODY = "Your agency knows you, and no account here is linked to you yet."


@require_GET
def go(request: HttpRequest) -> HttpResponse:
    """To the provider. What must come back stands in a signed cookie: a visit stores nothing."""
    ours = _ours()
    begun = Begun(*(secrets.token_urlsafe(32) for _ in range(3)))
    try:
        there = oidc.begin(oidc_client.provider_of(ours), ours, _back_to(request), begun)
    except Unavailable as away:
        return _page(request, str(away), 503)
    answer = HttpResponseRedirect(there)
    kept = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier,
            "next": sign_in_pages.onward(request)}  # fmt: skip
    answer.set_cookie(
        COOKIE, signing.dumps(kept, salt=SALT), max_age=GOOD_FOR_S, httponly=True, samesite="Lax",
        secure=settings.HTTPS, path=reverse("agency-back"),
    )  # fmt: skip
    return answer


@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """From the provider: whoever it signed for, if two administrators linked them."""
    ours = _ours()
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=GOOD_FOR_S)
        begun = Begun(kept["state"], kept["nonce"], kept["verifier"])
        code = oidc.check_answer(request.GET.dict(), begun, ours)
        provider = oidc_client.provider_of(ours)
        claims = oidc_client.claims_of(
            code, begun, provider, ours, _back_to(request), now=now()
        )  # fmt: skip
    except (signing.BadSignature, Refused):
        return _refused(request, "the provider's answer did not hold", oidc.NOT_ACCEPTED)
    except Unavailable as away:
        return _page(request, str(away), 503)
    officer = agency_links.officer_of(claims)
    if officer is None:
        return _refused(request, "no account is linked", NOBODY, subject=claims.subject)
    answer = _let_in(request, officer, second=claims.second, onward=kept["next"])
    answer.delete_cookie(COOKIE, path=reverse("agency-back"))
    return answer


def links(request: HttpRequest) -> HttpResponse:
    """Which accounts the agency's sign-in opens. POST: propose, confirm, end a link."""
    by, sent, ours = signed_in(request), request.POST, settings.OIDC
    if request.method != "POST" or ours is None:
        return _links_page(request, by)

    def act() -> str:
        if sent.get("act") == "propose":
            agency_links.propose(
                sent.get("username", ""), ours.issuer, sent.get("subject", ""), by=by, now=now()
            )
            return "It is proposed. Another administrator confirms it."
        number = number_of(sent.get("link", ""), "a link")
        if sent.get("act") == "confirm":
            agency_links.confirm(number, by=by, now=now())
            return "It is confirmed, and opens the account from now on."
        agency_links.end(number, by=by, now=now())
        return "It has ended, and opens nothing any more."

    said, trouble = tried(act)
    if said is None:
        return _links_page(request, by, trouble)
    messages.success(request, said)
    return redirect("agency-links")


def _let_in(request: HttpRequest, officer: Officer, *, second: bool, onward: str) -> HttpResponse:
    """Where the provider asked for no second factor, ours is still asked for."""
    if not second and sign_in_pages.owes_second(officer):
        return sign_in_pages.ask_second(request, officer, "agency", onward)
    with transaction.atomic():
        sign_in_pages.let_in(request, officer, "agency", second=second)
    return redirect(onward or "home")


def _refused(request: HttpRequest, why: str, words: str, *, subject: str = "") -> HttpResponse:
    audit.record_refusal("sign-in:refused", by=MACHINE, at=now(), why=f"agency: {why}")
    return _page(request, words, 401, subject=subject)


def _page(request: HttpRequest, problem: str, status: int, *, subject: str = "") -> HttpResponse:
    words = {"problem": problem, "subject": subject}
    return render(request, "waypost/agency_refused.html", words, status=status)


def _links_page(request: HttpRequest, by: Posted, trouble: str = "") -> HttpResponse:
    ours = settings.OIDC
    words = {
        "agency": ours,
        "links": agency_links.links(by, ours.issuer) if ours else [],
        "trouble": trouble,
        "said": request.POST,
    }
    return render(request, "waypost/agency_links.html", words, status=422 if trouble else 200)


def _back_to(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("agency-back"))


def _ours() -> Settings:
    ours: Settings | None = settings.OIDC
    if ours is None:
        raise NoSuchThing("Signing in at an agency is not set up here.")
    return ours
