"""A letter with which a wearer signs in without e-mail: given by an officer, used once."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from waypost.access import audit, may
from waypost.access.queries import find_officer, posted
from waypost.access.values import MACHINE, Permission
from waypost.clock import now
from waypost.errors import Refused
from waypost.orders.queries import case_of, person_orders
from waypost.voice.letters import WeakPhrase, give_letter, letters_of, open_letter
from waypost.web import tries
from waypost.web.pages.signing import ask_second, let_in, owes_second
from waypost.web.pages.trying import tried
from waypost.web.who import signed_in

WEAK = 422  # the code was right and the pass phrase was not strong enough


@never_cache
def letter(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET: letters given so far. POST: a new one, whose code is shown this once, to be printed."""
    by, at = signed_in(request), now()
    may.check(by, Permission.WAY_IN_GIVE, case_of(person_id, now=at))
    made, trouble = None, ""
    if request.method == "POST":
        made, trouble = tried(lambda: give_letter(person_id, by=by, now=at))
    person = person_orders([person_id])[0]
    words = {
        "person_id": person_id,
        "who": person.details.get("name") or person.person_id,
        "letter": made,
        "letters": letters_of(person_id, by, now=at),
        "address": request.build_absolute_uri("/sign-in/letter"),
        "trouble": trouble,
    }
    return render(request, "waypost/way_in_letter.html", words, status=422 if trouble else 200)


@sensitive_post_parameters("code", "phrase")
@require_http_methods(["GET", "POST"])
def sign_in_letter(request: HttpRequest) -> HttpResponse:
    """User name, the letter's code and a pass phrase of one's own; five wrong tries wait."""
    if request.method == "GET":
        return render(request, "waypost/sign_in_letter.html", {})
    username = request.POST.get("username", "").strip()
    if tries.are_too_many(username):
        return _again(request, tries.TOO_MANY, 429)

    try:
        officer = open_letter(
            username, request.POST.get("code", ""), request.POST.get("phrase", ""), now=now()
        )
    except WeakPhrase as weak:  # the code was right: no wrong try
        return _again(request, str(weak), 422)
    except Refused as wrong:
        tries.count(username)
        tried_by = find_officer(username)
        audit.record_refusal(
            "sign-in:refused", by=posted(tried_by, now=now()) if tried_by else MACHINE, at=now(),
            why="user name and the code of the letter did not go together",
        )  # fmt: skip
        return _again(request, str(wrong), 401)
    if owes_second(officer):
        return ask_second(request, officer, "letter", "")
    tries.forget(username)
    with transaction.atomic():
        let_in(request, officer, "letter")
    return redirect("home")


def _again(request: HttpRequest, problem: str, status: int) -> HttpResponse:
    words = {"problem": problem, "username": request.POST.get("username", ""),
             "code": request.POST.get("code", "") if status == WEAK else ""}  # fmt: skip
    return render(request, "waypost/sign_in_letter.html", words, status=status)
