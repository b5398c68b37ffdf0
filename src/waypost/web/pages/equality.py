"""How people describe themselves: the wearer's own page, an officer's form, the counts."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from waypost.access import may
from waypost.access.values import Permission
from waypost.clock import now
from waypost.equality import actions, queries
from waypost.equality.values import QUESTIONS, checked
from waypost.evaluation.cells import SMALL
from waypost.evaluation.self_described import self_described
from waypost.orders.queries import case_of
from waypost.oversight.reviewing import month_before
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters.equality import counts_shown, people_words, questions_shown
from waypost.web.who import signed_in


def own(request: HttpRequest) -> HttpResponse:
    """The wearer's own answers. POST: save them, or take them all back."""
    by, at, sent = signed_in(request), now(), request.POST
    found = queries.own_answers(by, now=at)
    person_id = by.own_person_id or 0
    trouble = ""
    if request.method == "POST":

        def act() -> str:
            if sent.get("act") == "withdraw":
                actions.withdraw(person_id, by=by, now=at)
                return "Your answers are deleted."
            version = number_of(sent.get("version", ""), "answers that the form is of")
            actions.answer(person_id, _said(sent), by=by, now=at, expected_version=version)
            return "Your answers are saved."

        done, trouble = tried(act)
        if done is not None:
            messages.success(request, done)
            return redirect("mine-equality")
    said = _said(sent) if trouble else {code: list(codes) for code, codes in found.answers.items()}
    wrong = checked(said)[1] if trouble else {}
    words = {
        "found": found,
        "questions": questions_shown(said, wrong),
        "trouble": trouble,
        "trouble_at": next(iter(wrong), QUESTIONS[0].code),
    }
    return render(request, "waypost/own_equality.html", words, status=422 if trouble else 200)


def ask(request: HttpRequest, person_id: int) -> HttpResponse:
    """An officer's form: always empty, whatever was answered before. POST: save."""
    by, at, sent = signed_in(request), now(), request.POST
    may.check(by, Permission.EQUALITY_WRITE, case_of(person_id, now=at))
    if by.own_person_id is not None:
        return redirect("mine-equality")
    trouble = ""
    if request.method == "POST":
        saved, trouble = tried(lambda: actions.answer(person_id, _said(sent), by=by, now=at))
        if saved is not None:
            messages.success(request, "Saved. The answers are not shown again here.")
            return redirect("person-equality", person_id=person_id)
    said = _said(sent) if trouble else {}
    wrong = checked(said)[1] if trouble else {}
    words = {
        "person_id": person_id,
        "asked": queries.asked_of(person_id, by, now=at),
        "questions": questions_shown(said, wrong),
        "trouble": trouble,
        "trouble_at": next(iter(wrong), QUESTIONS[0].code),
    }
    return render(request, "waypost/person_equality.html", words, status=422 if trouble else 200)


def counts(request: HttpRequest) -> HttpResponse:
    """As a month ended that is over: the last one, or the one asked for."""
    by, at = signed_in(request), now()
    last = month_before(at, settings.WALL_ZONE)
    try:
        asked = date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError:
        asked = last
    found = self_described(min(asked, last), by=by, now=at)
    words = {
        "month": found.month,
        "last": last,
        "people": people_words(found.people),
        "tables": counts_shown(found),
        "small": SMALL,
    }
    return render(request, "waypost/self_described.html", words)


def _said(sent: QueryDict) -> dict[str, list[str]]:
    return {one.code: sent.getlist(one.code) for one in QUESTIONS}
