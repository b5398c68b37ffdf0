"""Whether looking was right: odd looks and samples, emergencies, who may see whom, the month."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access.queries import everybody_posted
from waypost.clock import now
from waypost.errors import Refused
from waypost.orders.queries import person_by_reference, person_orders
from waypost.oversight import emergencies, knowing
from waypost.oversight.explaining import explained
from waypost.oversight.figures import figures
from waypost.oversight.reviewing import month_before, review, reviews
from waypost.oversight.values import OUTCOME_WORDS, SIGNAL_WORDS, Outcome
from waypost.web.pages.trying import number_of, tried
from waypost.web.who import signed_in


def looks(request: HttpRequest) -> HttpResponse:
    """Looks and emergencies that wait for a review, and those reviewed."""
    return _looks_page(request)


@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """Review a look, or an emergency."""
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        outcome, words = _outcome(sent.get("outcome", "")), sent.get("words", "")
        number = number_of(sent.get("number", ""), "what to review")
        if sent.get("what") == "emergency":
            emergencies.review(number, outcome, words, by=by, now=at)
            return "The emergency access is reviewed, and has ended."
        review(number, outcome, words, by=by, now=at)
        return "The look is reviewed."

    said, trouble = tried(act)
    if said is None:
        return _looks_page(request, trouble=trouble)
    messages.success(request, said)
    return redirect("oversight")


def month(request: HttpRequest) -> HttpResponse:
    """A month of looking in numbers: the last whole one, or the one asked for."""
    by, at = signed_in(request), now()
    last = month_before(at, settings.WALL_ZONE)
    try:
        asked = date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError:
        asked = last
    words = {
        "month": figures(asked, by=by, now=at),
        "signal_words": SIGNAL_WORDS,
        "last": last,
    }
    return render(request, "waypost/oversight_month.html", words)


def known(request: HttpRequest) -> HttpResponse:
    """Cases the public knows, and of which officers the home is entered. POST: change one."""
    if request.method != "POST":
        return _known_page(request)
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        if sent.get("act") == "unlist":
            knowing.unlist_case(number_of(sent.get("known", ""), "an entry"), by=by, now=at)
            return "The case is off the list."
        if sent.get("act") == "home":
            officer = number_of(sent.get("officer", ""), "an officer")
            knowing.set_home(officer, sent.get("place", ""), by=by, now=at)
            return "It is entered, to a square of 100 m." if sent.get("place") else "Forgotten."
        person = person_by_reference(sent.get("reference", "").strip())
        knowing.list_case(person.pk, sent.get("words", ""), by=by, now=at)
        return "Each look at this person is reviewed from now on."

    said, trouble = tried(act)
    if said is None:
        return _known_page(request, trouble=trouble)
    messages.success(request, said)
    return redirect("oversight-known")


def who_may(request: HttpRequest, person_id: int) -> HttpResponse:
    """Who may see this person, and by what rule."""
    found = explained(person_id, by=signed_in(request), now=now())
    person = next(iter(person_orders([person_id])))
    words = {"explained": found, "reference": person.person_id, "person_id": person_id}
    return render(request, "waypost/who_may.html", words)


def emergency(request: HttpRequest) -> HttpResponse:
    """Open a case that is not one's own, for some hours, with a reason."""
    if request.method != "POST":
        return _emergency_page(request)
    by, at, sent = signed_in(request), now(), request.POST
    opened, trouble = tried(
        lambda: emergencies.open_case(
            sent.get("reference", ""), sent.get("words", ""), by=by, now=at
        )
    )
    if opened is None:
        return _emergency_page(request, trouble=trouble)
    messages.warning(
        request,
        "The case is open to you for four hours. Whoever reviews lawful use and the responsible "
        "officer have been told, and what you look at will be reviewed.",
    )
    return redirect("person", person_id=opened)


def _outcome(text: str) -> Outcome:
    if text not in set(Outcome):
        raise Refused("Choose what you found.")
    return Outcome(text)


def _looks_page(request: HttpRequest, *, trouble: str = "") -> HttpResponse:
    by, at = signed_in(request), now()
    found, left_out = reviews(by, now=at)
    words = {
        "reviews": found,
        "left_out": left_out,
        "emergencies": emergencies.emergencies(by, now=at),
        "signal_words": SIGNAL_WORDS,
        "outcome_words": OUTCOME_WORDS,
        "outcomes": list(OUTCOME_WORDS.items()),
        "trouble": trouble,
        "said": request.POST,
        "at": at,
    }
    return render(request, "waypost/oversight.html", words, status=422 if trouble else 200)


def _known_page(request: HttpRequest, *, trouble: str = "") -> HttpResponse:
    by, at = signed_in(request), now()
    entered = knowing.homes_known()
    words = {
        "known": knowing.known_cases(by, now=at),
        "officers": [
            (one.officer_id, one.name, one.officer_id in entered)
            for one in everybody_posted(now=at)
        ],
        "trouble": trouble,
        "said": request.POST,
    }
    return render(request, "waypost/oversight_known.html", words, status=422 if trouble else 200)


def _emergency_page(request: HttpRequest, *, trouble: str = "") -> HttpResponse:
    words = {
        "own": emergencies.emergencies(signed_in(request), now=now()),
        "outcome_words": OUTCOME_WORDS,
        "trouble": trouble,
        "said": request.POST,
    }
    return render(request, "waypost/emergency.html", words, status=422 if trouble else 200)
