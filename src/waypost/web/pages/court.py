"""What courts sent: the work list, one order with the court's words, one question at a time.

    listed -> one -> question (the court's words at left, the answer at right) -> one -> the person

Everything works without JavaScript; what was typed comes back when it is refused.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from waypost.clock import now
from waypost.courts import actions, queries
from waypost.courts.values import Status
from waypost.positions.release import release_covered
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import court as present
from waypost.web.who import signed_in


def listed(request: HttpRequest) -> HttpResponse:
    by, at = signed_in(request), now()
    waiting, closed = queries.work_list(by, now=at)
    words = {
        "waiting": [(one, present.status_tag(one.status)) for one in waiting],
        "closed": [(one, present.status_tag(one.status)) for one in closed],
    }
    return render(request, "waypost/court_orders.html", words)


def one(request: HttpRequest, message_id: int) -> HttpResponse:
    by, at = signed_in(request), now()
    actions.looked(message_id, by=by, now=at)
    return _page(request, message_id)


@require_POST
def aside(request: HttpRequest, message_id: int) -> HttpResponse:
    by, at = signed_in(request), now()
    why = request.POST.get("why", "")
    version = number_of(request.POST.get("version", ""), "the message again")
    done, trouble = tried(
        lambda: (actions.set_aside(message_id, why, expected_version=version, by=by, now=at), True)
    )
    if done is None:
        return _page(request, message_id, trouble=trouble)
    messages.success(request, "The message is set aside.")
    return redirect("court-orders")


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, question_id: int) -> HttpResponse:
    """GET: the question beside the court's words. POST: the answer, or the form again."""
    by, at = signed_in(request), now()
    seen, asked = queries.question_seen(question_id, by, now=at)
    form, trouble = present.form_of(seen, asked, request.POST, now=at), ""
    if request.method == "POST" and form.sent is not None:
        sent, key = form.sent, asked.question.key
        version = number_of(request.POST.get("version", ""), "the message again")
        status, trouble = tried(
            lambda: actions.answer(
                seen.message_id, key, sent, expected_version=version, by=by, now=at
            )
        )
        if status is not None:
            return _answered(request, seen.message_id, status)
    elif request.method == "GET":
        actions.looked(seen.message_id, by=by, now=at)
    words = {
        "seen": seen, "asked": asked, "form": form, "trouble": trouble or form.trouble,
        "trouble_at": form.trouble_at, "title": present.question_title(asked.question),
        "about": present.about_words(asked.question.about),
        "version": request.POST.get("version", seen.version),
    }  # fmt: skip
    status_code = 422 if words["trouble"] else 200
    return render(request, "waypost/court_question.html", words, status=status_code)


def _answered(request: HttpRequest, message_id: int, status: Status) -> HttpResponse:
    if status is Status.IMPORTED:
        release_covered(by=signed_in(request), now=now())
        messages.success(request, "That was the last answer: the order is in force here now.")
    elif status is Status.PARTLY:
        release_covered(by=signed_in(request), now=now())
        messages.success(request, "Kept. What is clear of the order is in force; the rest waits.")
    elif status is Status.SET_ASIDE:
        messages.success(request, "Kept. Nothing is left to bring in; the message is set aside.")
    else:
        messages.success(request, "The answer is kept.")
    return redirect("court-order", message_id=message_id)


def _page(request: HttpRequest, message_id: int, *, trouble: str = "") -> HttpResponse:
    seen = queries.message_seen(message_id, signed_in(request), now=now())
    words = {
        "seen": seen,
        "status": present.status_tag(seen.status),
        "facts": present.facts(seen),
        "person_rows": present.person_rows(seen),
        "conditions": present.conditions(seen),
        "order_questions": present.order_questions(seen),
        "notes": present.notes(seen),
        "next_question": present.next_question(seen),
        "odd": present.odd(seen),
        "trouble": trouble,
        "trouble_at": "why",
        "said": request.POST,
    }
    return render(request, "waypost/court_order.html", words, status=422 if trouble else 200)
