"""The question before a grave act: prove again that it is you. Nothing that was typed is lost.

The page carries the whole form in hidden fields and sends it to where it was going, with the proof
beside it; the guard takes the proof out and lets the form through.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from waypost.access import audit, passkeys, proving, second_factor
from waypost.access.models import Officer
from waypost.access.values import Posted
from waypost.clock import now
from waypost.web import sessions, tries
from waypost.web.grave import is_grave, is_signature
from waypost.web.passkey_forms import PASSKEY_ANSWER, PASSKEY_STATE, shown_passkey, site_of

PROOF = "proof-that-it-is-you"
OF_PROOF = {PROOF, PASSKEY_ANSWER, PASSKEY_STATE}
NOT_FORM = {*OF_PROOF, "csrfmiddlewaretoken"}
WRONG = "This is neither your password nor a code or passkey that is good now."


def asked_again(request: HttpRequest, by: Posted) -> HttpResponse | None:
    """None when the form may go on; else the question. A proof that came with it is taken out."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    if request.method != "POST" or not is_grave(name or "", request.POST.get("act", "")):
        return None
    sent = request.POST
    if OF_PROOF & set(sent):
        request.POST = _without_proof(sent)  # type: ignore[assignment]
    signs = is_signature(name or "", request.POST.get("act", ""))
    if not signs and sessions.is_fresh(request, now=now()):
        return None
    if not OF_PROOF & set(sent):
        return _question(request, "", 200)
    if tries.are_too_many(request.user.get_username()):
        return _question(request, tries.TOO_MANY, 429)
    if _proved(request, by, sent, name or ""):
        return None
    tries.count(request.user.get_username())
    audit.record_refusal("proof:refused", by=by, at=now(), why=f"asked again before {name}")
    return _question(request, WRONG, 401)


def _proved(request: HttpRequest, by: Posted, sent: QueryDict, name: str) -> bool:
    officer = request.user
    assert isinstance(officer, Officer), "the guard lets nobody through who has not signed in"
    with transaction.atomic():
        how = _how(request, officer, sent)
        if how:
            sessions.prove(request, now=now())
            audit.record("officer:proved", by=by, at=now(), detail={"how": how, "before": name})
    return bool(how)


def _how(request: HttpRequest, officer: Officer, sent: QueryDict) -> str:
    """A passkey, a code of the app where there is one, else the password; "" for none of them."""
    said = sent.get(PROOF, "")
    if sent.get(PASSKEY_ANSWER) and settings.SECOND_FACTOR.offered:
        return passkeys.PASSKEY if shown_passkey(request, sent, officer.pk, now=now()) else ""
    is_code = second_factor.is_app_code(second_factor.plain_code(said))
    if is_code and settings.SECOND_FACTOR.offered and proving.has_factor(officer.pk):
        return proving.use_code(officer.pk, said, now=now())
    return "password" if officer.check_password(said) else ""


def _without_proof(sent: QueryDict) -> QueryDict:
    kept = sent.copy()
    for name in OF_PROOF & set(kept):
        del kept[name]
    kept._mutable = False
    return kept


def _question(request: HttpRequest, problem: str, status: int) -> HttpResponse:
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NOT_FORM
        for value in values
    ]
    officer_id, offered = request.user.pk or 0, settings.SECOND_FACTOR.offered
    words = {
        "passkey": passkeys.ask_to_use(site_of(request), officer_id) if offered else None,
        "fields": fields, "problem": problem, "to": request.get_full_path(), "proof": PROOF,
        "has_app": offered and proving.has_app(officer_id),
    }  # fmt: skip
    return render(request, "waypost/again.html", words, status=status)
