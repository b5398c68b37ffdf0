"""Breach notifications: what waits for whom, one with its story, drafting from an alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.alerts.notified import notified_of
from waypost.alerts.queries import alert_page
from waypost.clock import now
from waypost.errors import Conflict, Refused
from waypost.policing import actions, queries
from waypost.policing.scope import forces
from waypost.policing.values import Act, Answer, Result, Side
from waypost.policing.wording import Texts
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import policing as present
from waypost.web.waiting import forget_notifications
from waypost.web.who import signed_in


def listed(request: HttpRequest) -> HttpResponse:
    found = queries.notifications(signed_in(request), now=now())
    words = {"found": found, "force": found.side is Side.FORCE, "groups": present.groups(found)}
    return render(request, "waypost/notifications.html", words)


def one(request: HttpRequest, notification_id: int) -> HttpResponse:
    return _page(request, notification_id)


def draft(request: HttpRequest, alert_id: int) -> HttpResponse:
    """GET: what the police were told of the alert, and whom to tell. POST: a draft for a force."""
    by, trouble = signed_in(request), ""
    if request.method == "POST":

        def act() -> int:
            force_id = number_of(request.POST.get("force", ""), "the force that is told")
            return actions.draft(alert_id, force_id, by=by, now=now())

        number, trouble = _tried(act)
        if number is not None:
            forget_notifications(by)
            return redirect("notification", notification_id=number)
    page = alert_page(alert_id, by, now=now())
    words = {
        "page": page,
        "forces": [(one.pk, one.name) for one in forces()],
        "told": queries.notifications_about(alert_id, by, now=now()),
        "notified": notified_of(alert_id, by, now=now()),
        "trouble": trouble,
        "trouble_at": "force",
    }
    return render(request, "waypost/notification_draft.html", words, status=422 if trouble else 200)


@require_POST
def move(request: HttpRequest, notification_id: int) -> HttpResponse:
    """One act on a notification; where it is refused, the page again with what was typed."""
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Refused("choose what to do with the notification")
    by, (do, said) = signed_in(request), ACTS[name]

    def act() -> bool:
        given = {"by": by, "now": now()}
        if name != "retake":
            given["expected_version"] = number_of(
                request.POST.get("version", ""), "the notification anew: reload its page"
            )
        do(request, notification_id, given)
        return True

    done, trouble = tried(act)
    if done is None:
        return _page(request, notification_id, trouble=trouble)
    forget_notifications(by)
    messages.success(request, said)
    return redirect("notification", notification_id=notification_id)


def _page(request: HttpRequest, notification_id: int, *, trouble: str = "") -> HttpResponse:
    page = queries.notification_page(notification_id, signed_in(request), now=now())
    words = {
        "page": page,
        "shown": present.shown(page),
        "may": {act.value: True for act in page.acts},
        "answers": [(one.value, present.ANSWER_WORDS[one]) for one in Answer],
        "results": [(one.value, present.RESULT_WORDS[one]) for one in Result],
        "trouble": trouble,
        "trouble_at": present.TROUBLE_AT.get(request.POST.get("act", ""), "main"),
        "said": request.POST,
    }
    return render(request, "waypost/notification.html", words, status=422 if trouble else 200)


def _texts(request: HttpRequest) -> Texts:
    sent = request.POST
    return Texts(sent.get("what_happened", ""), sent.get("certainty", ""), sent.get("tried", ""))


def _send(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    checked = request.POST.get("checked") == "yes"
    actions.send(number, _texts(request), checked=checked, **given)


def _write(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    actions.write(number, _texts(request), **given)


def _correct(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    actions.correct(number, request.POST.get("words", ""), _texts(request), **given)


def _answer(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    try:
        answer = Answer(request.POST.get("answer", ""))
    except ValueError:
        raise Refused("Choose the answer.") from None
    actions.answer(number, answer, request.POST.get("words", ""), **given)


def _result(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    try:
        result = Result(request.POST.get("result", ""))
    except ValueError:
        raise Refused("Choose what came of it.") from None
    actions.record_result(number, result, request.POST.get("words", ""), **given)


def _plain(do: Callable[..., None]) -> Callable[..., None]:
    return lambda request, number, given: do(number, **given)


def _with_words(do: Callable[..., None]) -> Callable[..., None]:
    return lambda request, number, given: do(number, request.POST.get("words", ""), **given)


# Word of the form -> what it does, and what is said when it is done.
ACTS: dict[str, tuple[Callable[..., None], str]] = {
    "write": (_write, "The draft is kept. Nobody has been told yet."),
    "retake": (_plain(actions.retake), "The facts were taken anew. Check what you wrote."),
    Act.SEND: (_send, "The force has been told."),
    Act.DISCARD: (_plain(actions.discard), "The draft is discarded. Nobody was told."),
    Act.SUPPLY: (_with_words(actions.supply), "The force has what it wanted; its time runs on."),
    Act.CORRECT: (_correct, "The force has been told of the correction."),
    Act.WITHDRAW: (_with_words(actions.withdraw), "It is withdrawn. The force has been told."),
    Act.CLOSE: (_plain(actions.close), "The notification is closed."),
    Act.RECEIVE: (_plain(actions.receive), "The sender sees that you have it."),
    Act.ASSESS: (_plain(actions.assess), "The sender sees that you are looking at it."),
    Act.ANSWER: (_answer, "Your answer has been given."),
    Act.RECORD_RESULT: (_result, "The result is recorded."),
    Act.NOTE_WITHDRAWAL: (_with_words(actions.note_withdrawal), "The sender sees that you know."),
}


def _tried(act: Callable[[], int]) -> tuple[int | None, str]:
    """As `tried`; that the force was told already is said on the form, too."""
    try:
        return tried(act)
    except Conflict as refusal:
        return None, str(refusal)
