"""Leave to look: conflicts of interest, authorisations of wider windows, officers' roles."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from waypost.access import may, postings
from waypost.access.purposes import GATEWAYS, window_words, windows
from waypost.access.queries import everybody_posted
from waypost.access.values import Permission, Posted, Purpose, Role
from waypost.clock import now
from waypost.errors import Refused
from waypost.orders import interests
from waypost.orders import windows as wider
from waypost.orders.programmes import programme_names
from waypost.orders.queries import person_by_reference
from waypost.web.pages.trying import number_of, tried
from waypost.web.who import signed_in


def conflicts(request: HttpRequest) -> HttpResponse:
    """Conflicts of interest: one's own, or all for who keeps them. POST: declare or end one."""
    if request.method != "POST":
        return _conflicts_page(request)
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "end":
            interests.end_interest(number_of(sent.get("interest", ""), "one"), by=by, now=at)
            return "The declaration has ended: the officer may see the case again."
        person = person_by_reference(sent.get("reference", "").strip())
        officer = sent.get("officer", "")
        interests.declare_interest(
            person.pk, sent.get("words", ""),
            officer_id=number_of(officer, "an officer") if officer else None, by=by, now=at,
        )  # fmt: skip
        return "It is declared: a colleague does this work from now on."

    said, trouble = tried(act)
    if said is None:
        return _conflicts_page(request, trouble=trouble)
    messages.success(request, said)
    return redirect("conflicts")


def authorisations(request: HttpRequest) -> HttpResponse:
    """Looks over more than a purpose's window: asked for, decided. POST: ask, decide, end."""
    if request.method != "POST":
        return _authorisations_page(request)
    said, trouble = tried(lambda: _authorise(request.POST, signed_in(request)))
    if said is None:
        return _authorisations_page(request, trouble=trouble)
    messages.success(request, said)
    return redirect("authorisations")


def officers(request: HttpRequest) -> HttpResponse:
    """Who holds which role, and changes asked for. POST: ask, grant, refuse, take back."""
    if request.method != "POST":
        return _officers_page(request)
    said, trouble = tried(lambda: _change_roles(request.POST, signed_in(request)))
    if said is None:
        return _officers_page(request, trouble=trouble)
    messages.success(request, said)
    return redirect("officers")


def _authorise(sent: QueryDict, by: Posted) -> str:
    at = now()
    if sent.get("act") == "ask":
        if sent.get("purpose") not in set(Purpose):
            raise Refused("Choose what you look for.")
        person = person_by_reference(sent.get("reference", "").strip())
        days = number_of(sent.get("days", ""), "how many days one look must cover")
        purpose = Purpose(sent.get("purpose", ""))
        wider.ask_wider(
            person.pk, purpose, days, sent.get("words", ""), by=by, now=at, whole="whole" in sent
        )
        return "It is asked for. You see here what is decided."
    number = number_of(sent.get("wider", ""), "a request")
    if sent.get("act") == "end":
        wider.end_wider(number, by=by, now=at)
        return "It has ended."
    grant = sent.get("act") == "grant"
    wider.decide_wider(number, grant=grant, words=sent.get("words", ""), by=by, now=at)
    return "It is granted for a week." if grant else "It is refused."


def _change_roles(sent: QueryDict, by: Posted) -> str:
    at, act, words = now(), sent.get("act", ""), sent.get("words", "")
    if act == "ask":
        if sent.get("role") not in set(Role):
            raise Refused("Choose a role.")
        team = sent.get("team", "")
        postings.ask_posting(
            number_of(sent.get("officer", ""), "an officer"), Role(sent.get("role", "")), words,
            team_id=number_of(team, "a team") if team else None, area=sent.get("area", ""),
            programme=sent.get("programme", ""), by=by, now=at,
        )  # fmt: skip
        return "It is asked for. Another administrator decides."
    if act == "ask-end":
        postings.ask_end(number_of(sent.get("posting", ""), "a posting"), words, by=by, now=at)
        return "It is asked for. Another administrator decides."
    number = number_of(sent.get("request", ""), "a request")
    if act == "take-back":
        postings.take_back(number, by=by, now=at)
        return "It is taken back."
    postings.decide(number, grant=act == "grant", words=words, by=by, now=at)
    return "It is done." if act == "grant" else "It is refused."


def _conflicts_page(request: HttpRequest, *, trouble: str = "") -> HttpResponse:
    by, at = signed_in(request), now()
    keeps = may.decide(by, Permission.INTEREST_WRITE).allowed
    words = {
        "interests": interests.interests(by, now=at),
        "keeps": keeps,
        "officers": [(one.officer_id, one.name) for one in everybody_posted(now=at)]
        if keeps
        else [],
        "trouble": trouble,
        "said": request.POST,
    }
    return render(request, "waypost/conflicts.html", words, status=422 if trouble else 200)


def _authorisations_page(request: HttpRequest, *, trouble: str = "") -> HttpResponse:
    by, at = signed_in(request), now()
    covers = windows()
    words = {
        "requests": wider.wider_requests(by, now=at),
        "decides": may.decide(by, Permission.WINDOW_AUTHORISE).allowed,
        "purposes": [
            (purpose.value, gateway.words, window_words(covers[purpose]))
            for purpose, gateway in GATEWAYS.items()
            if gateway.roles & by.roles and gateway.window and purpose is not Purpose.FITTING
        ],
        "purpose_words": {purpose.value: one.words for purpose, one in GATEWAYS.items()},
        "trouble": trouble,
        "said": request.POST or request.GET,
    }
    return render(request, "waypost/authorisations.html", words, status=422 if trouble else 200)


def _officers_page(request: HttpRequest, *, trouble: str = "") -> HttpResponse:
    by, at = signed_in(request), now()
    words = {
        "officers": postings.officers(by, now=at),
        "requests": postings.requests(by),
        "teams": postings.teams(),
        "programmes": programme_names(),
        "roles": [role for role in Role if role is not Role.WEARER],
        "trouble": trouble,
        "said": request.POST,
    }
    return render(request, "waypost/officers.html", words, status=422 if trouble else 200)
