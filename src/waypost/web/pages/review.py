"""Matches under review: the work list without names, one opened for a reason, what is decided of
it, the evidence made of it, the funnel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission
from waypost.clock import now
from waypost.errors import Refused
from waypost.review import actions, matches_file, proximity, queries
from waypost.review.scope import recipients, units_named
from waypost.review.values import OUTCOME_WORDS, WHY_WORDS, Act, Outcome, Why
from waypost.training.queries import why_untrained
from waypost.web.pages.papers import file_answer
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import review as present
from waypost.web.presenters.figures import figure_shown
from waypost.web.waiting import forget_reviews
from waypost.web.who import signed_in

FUNNEL_DAYS = 90
# Acts that ask for a pass: refused by the action too, in the same words.
TRAINED = {Act.QUALIFY: Permission.MATCH_REVIEW, Act.APPROVE: Permission.MATCH_APPROVE}


def listed(request: HttpRequest) -> HttpResponse:
    """What deserves an hour, best first. Nobody is named."""
    by, shown = signed_in(request), request.GET.get("show", "")
    shown = shown if shown in queries.SHOWN else present.first_shown(by)
    found = queries.work_list(by, now=now(), shown=shown, page=_page_of(request))
    words = {
        "found": found,
        "rows": [present.row(one) for one in found.rows],
        "tabs": present.tabs(found, shown),
        "shown": shown,
        "may_export": may.decide(by, Permission.MATCH_REVIEW).allowed,
        "wide": True,
    }
    return render(request, "waypost/reviews.html", words)


def one(request: HttpRequest, review_id: int) -> HttpResponse:
    return _page(request, review_id)


@require_POST
def opened(request: HttpRequest, review_id: int) -> HttpResponse:
    """Open the match for a shift, for the reason given."""
    by = signed_in(request)

    def act() -> int:
        return actions.open_match(review_id, request.POST.get("reason", ""), by=by, now=now())

    done, trouble = tried(act)
    if done is None:
        return _page(request, review_id, trouble=trouble)
    return redirect("review", review_id=review_id)


@require_POST
def move(request: HttpRequest, review_id: int) -> HttpResponse:
    """One act; where it is refused, the page again with what was typed."""
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Refused("choose what to do with the match")
    by, (do, said) = signed_in(request), ACTS[name]

    def act() -> bool:
        version = number_of(request.POST.get("version", ""), "the match anew: reload its page")
        do(request, review_id, {"by": by, "now": now(), "expected_version": version})
        return True

    done, trouble = tried(act)
    if done is None:
        return _page(request, review_id, trouble=trouble)
    forget_reviews(by)
    messages.success(request, said)
    return redirect("review", review_id=review_id)


def funnel(request: HttpRequest) -> HttpResponse:
    """From offences sent to what came of them, of a time."""
    by = signed_in(request)
    from_day, to_day = _days(request)
    zone = ZoneInfo(settings.WALL_ZONE)
    steps = queries.funnel_page(
        by, now=now(), from_at=datetime.combine(from_day, time(), zone),
        to_at=datetime.combine(to_day + timedelta(days=1), time(), zone),
    )  # fmt: skip
    words = {
        "steps": [(step.name, step.count, figure_shown(step.of) if step.of else None)
                  for step in steps],
        "from_day": from_day, "to_day": to_day,
    }  # fmt: skip
    return render(request, "waypost/review_funnel.html", words)


@require_POST
def matches(request: HttpRequest) -> HttpResponse:
    """The 18-column file of approved matches: it names people, so that it asks for a reason."""
    reason = request.POST.get("reason", "")
    content, name = matches_file.approved_matches(reason, by=signed_in(request), now=now())
    return file_answer(name, "text/csv; charset=utf-8", content)


def _page(request: HttpRequest, review_id: int, *, trouble: str = "") -> HttpResponse:
    by = signed_in(request)
    page = queries.review_page(review_id, by, now=now())
    untrained = {
        act: why
        for act, permission in TRAINED.items()
        if act in page.acts and (why := why_untrained(by, permission, now=now()))
    }
    words: dict[str, Any] = {
        "page": page,
        "row": present.row(page.row),
        "may": {act.value: True for act in page.acts if act not in untrained},
        "untrained": list(untrained.values()),
        "whys": [(one.value, WHY_WORDS[one]) for one in Why],
        "outcomes": [(one.value, OUTCOME_WORDS[one]) for one in Outcome],
        "trouble": trouble,
        "trouble_at": present.TROUBLE_AT.get(request.POST.get("act", ""), "reason"),
        "said": request.POST,
        "wide": True,
    }
    if page.match is not None:
        words |= present.opened(page) | {"units": units_named(), "organisations": recipients()}
    return render(request, "waypost/review.html", words, status=422 if trouble else 200)


def _page_of(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 1


def _days(request: HttpRequest) -> tuple[date, date]:
    today = now().astimezone(ZoneInfo(settings.WALL_ZONE)).date()
    try:
        to_day = date.fromisoformat(request.GET.get("to", ""))
    except ValueError:
        to_day = today
    try:
        from_day = date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        from_day = to_day - timedelta(days=FUNNEL_DAYS)
    return min(from_day, to_day), to_day


def _words(request: HttpRequest) -> str:
    return request.POST.get("words", "")


def _with_words(do: Callable[..., None]) -> Callable[..., None]:
    return lambda request, number, given: do(number, _words(request), **given)


def _reject(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    try:
        why = Why(request.POST.get("why", ""))
    except ValueError:
        raise Refused("Choose why it is rejected.") from None
    actions.reject(number, why, _words(request), **given)


def _refer(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    unit = number_of(request.POST.get("unit", ""), "the IOM unit that is to have it")
    actions.refer(number, unit, _words(request), **given)


def _outcome(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    try:
        outcome = Outcome(request.POST.get("outcome", ""))
    except ValueError:
        raise Refused("Choose what came of it.") from None
    actions.record_outcome(number, outcome, _words(request), **given)


def _make_alert(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    proximity.make_alert(number, request.POST.get("statement", ""), **given)


def _approve_alert(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    alert = number_of(request.POST.get("alert", ""), "the alert that you approve")
    proximity.approve_alert(alert, _words(request), by=given["by"], now=given["now"])


def _send_alert(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    alert = number_of(request.POST.get("alert", ""), "the alert that is sent")
    recipients = [f"organisation:{one}" for one in request.POST.getlist("organisation")]
    outside = request.POST.get("outside", "").strip()
    recipients += [f"outside:{outside}"] if outside else []
    proximity.send_alert(alert, recipients, by=given["by"], now=given["now"])


def _opinion(request: HttpRequest, number: int, given: dict[str, Any]) -> None:
    alert = number_of(request.POST.get("alert", ""), "the alert that the report is about")
    proximity.make_opinion(
        alert, request.POST.get("qualifications", ""), request.POST.get("opinion", ""),
        by=given["by"], now=given["now"],
    )  # fmt: skip


# Word of the form -> what it does, and what is said when it is done.
ACTS: dict[str, tuple[Callable[..., None], str]] = {
    Act.QUALIFY: (_with_words(actions.qualify), "Qualified. A second person has to agree."),
    Act.REJECT: (_reject, "Rejected. The reason stands in its story."),
    Act.ASK_MORE: (_with_words(actions.ask_more), "It waits until more is known."),
    Act.APPROVE: (_with_words(actions.approve), "Approved. The analyst can act on it now."),
    Act.SEND_BACK: (_with_words(actions.send_back), "Sent back, to be decided anew."),
    Act.REFER: (_refer, "Referred. The unit has been told."),
    Act.RECORD_OUTCOME: (_outcome, "The outcome is recorded."),
    Act.WITHDRAW: (_with_words(actions.withdraw), "Withdrawn. Whoever was sent it is told."),
    Act.REOPEN: (_with_words(actions.reopen), "It waits for a decision again."),
    "make_alert": (_make_alert, "The alert is made and signed. A second person has to approve it."),
    "approve_alert": (_approve_alert, "Approved and signed. The bundle can be fetched."),
    "send_alert": (_send_alert, "It is written down who has it; corrections will reach them."),
    "make_opinion": (_opinion, "The report is signed and kept with the alert."),
}
