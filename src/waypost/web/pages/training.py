"""Training: one's own record, what is due for everybody, and the exercises of a practice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.clock import now
from waypost.errors import NoSuchThing, Refused
from waypost.training import actions, queries
from waypost.training.exercises import BY_KEY, COURSES
from waypost.training.practising import Practice, find_practice, keep_result
from waypost.training.values import ATTEMPTS_MAX, Exercise, Policy
from waypost.web.pages.papers import file_answer
from waypost.web.pages.trying import tried
from waypost.web.presenters import training as present
from waypost.web.who import signed_in
from waypost.worlds.practice import set_up

NO_PRACTICE = "There are no exercises in this store; waypost practise gives them one of their own."


def own(request: HttpRequest) -> HttpResponse:
    """What the officer has passed, and what is due."""
    by, at = signed_in(request), now()
    record = queries.own_record(by, now=at)
    words = {
        "due": [present.due(one) for one in record.due],
        "passes": [present.taken(one) for one in record.passes],
        "required": settings.TRAINING == Policy.REQUIRED,
        "acts": present.acts_of(by),
        "practice": find_practice(),
    }
    return render(request, "waypost/training.html", words)


def officers(request: HttpRequest) -> HttpResponse:
    """Everybody whose role has a course, those first to whom something is due."""
    found = queries.everybody(signed_in(request), now=now())
    words = {
        "rows": [(one.name, present.due(due)) for one in found for due in one.due],
        "owed": sum(present.is_owed(due) for one in found for due in one.due),
        "courses": [present.course_words(one) for one in COURSES],
        "required": settings.TRAINING == Policy.REQUIRED,
    }
    return render(request, "waypost/training_officers.html", words)


def practice(request: HttpRequest) -> HttpResponse:
    """The exercises of this practice, how far the officer is; POST: hand the result in."""
    here, by = _practice(), signed_in(request)
    trouble = ""
    if request.method == "POST":
        data, trouble = tried(lambda: _hand_in(here, request))
        if data is not None:
            if request.POST.get("act") == "file":
                return file_answer("practice-result.json", "application/json", data)
            messages.success(request, "Your result is handed in; it is taken to your record.")
            return redirect("practice")
    seen = queries.exercises_seen(here.role, by)
    words = {
        "rows": [present.exercise_row(one) for one in seen],
        "passed": sum(one.best is not None and one.best[2] for one in seen),
        "all": len(seen),
        "finished": all(one.best is not None for one in seen),
        "counts": here.ticket is not None,
        "attempts_max": ATTEMPTS_MAX,
        "trouble": trouble,
    }
    return render(request, "waypost/practice.html", words, status=422 if trouble else 200)


def exercise(request: HttpRequest, exercise: str) -> HttpResponse:
    """One exercise: its story, the real pages of its case, its questions; then what was right."""
    here, asked = _asked(exercise)
    return _page(request, here, asked)


@require_POST
def exercise_move(request: HttpRequest, exercise: str) -> HttpResponse:
    """Begin an attempt, which makes its case; or finish it with what is answered."""
    here, asked = _asked(exercise)
    by = signed_in(request)
    if request.POST.get("act") == "begin":
        _, trouble = tried(lambda: _begin(here, asked, request))
        if trouble:
            return _page(request, here, asked, trouble=trouble)
        return redirect("exercise", exercise=asked.key)
    answers = {one.key: request.POST.get(one.key, "") for one in asked.questions}
    scored, trouble = tried(lambda: actions.finish(asked.key, here.role, answers, by=by, now=now()))
    if scored is None:
        return _page(request, here, asked, trouble=trouble)
    return redirect("exercise", exercise=asked.key)


def _begin(here: Practice, asked: Exercise, request: HttpRequest) -> bool:
    by, at = signed_in(request), now()
    number = queries.check_may_begin(asked.key, here.role, by=by)
    made = set_up(asked.key, here.role, number, now=at)
    actions.begin(asked.key, here.role, number, made.person_id, made.links, by=by, now=at)
    return True


def _hand_in(here: Practice, request: HttpRequest) -> bytes:
    if here.ticket is None:
        raise Refused("This practice is for yourself: without a ticket no result is handed in.")
    data = actions.hand_in(*here.ticket, by=signed_in(request), now=now())
    if request.POST.get("act") != "file":
        keep_result(data)
    return data


def _page(
    request: HttpRequest, here: Practice, asked: Exercise, *, trouble: str = ""
) -> HttpResponse:
    by = signed_in(request)
    last = queries.last_attempt(asked, here.role, by)
    seen = next(one for one in queries.exercises_seen(here.role, by) if one.exercise is asked)
    words: dict[str, Any] = {
        "exercise": asked,
        "deeds": asked.deeds_of(here.role),
        "attempt": last,
        "score": present.scored(last.score) if last and last.score else None,
        "left": ATTEMPTS_MAX - seen.attempts,
        "questions": present.questions(asked, request.POST),
        "trouble": trouble,
        "trouble_at": present.first_open(asked, request.POST),
    }
    return render(request, "waypost/exercise.html", words, status=422 if trouble else 200)


def _practice() -> Practice:
    found = find_practice()
    if found is None:
        raise NoSuchThing(NO_PRACTICE)
    return found


def _asked(key: str) -> tuple[Practice, Exercise]:
    here = _practice()
    if key not in BY_KEY or here.role not in BY_KEY[key].roles:
        raise NoSuchThing("There is no such exercise for this role.")
    return here, BY_KEY[key]
