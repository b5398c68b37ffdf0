"""What is owed for whom; why one person is monitored, what they were told, and its proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.alerts.letting_count import decide_counts, end_counts
from waypost.clock import now
from waypost.errors import Refused
from waypost.fitting.induction import LANGUAGES
from waypost.necessity import giving, queries, recording, tasks
from waypost.necessity.values import (
    CHECK_FOUND_WORDS,
    CHECK_WORDS,
    GIVEN_WORDS,
    REVIEW_WORDS,
    CheckFound,
    CheckKind,
    Given,
    ReviewFound,
)
from waypost.plans.queries import due_list
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters.necessity import order_shown, tasks_shown
from waypost.web.presenters.plans import due_rows
from waypost.web.templatetags.waypost import local
from waypost.web.waiting import forget_necessity
from waypost.web.who import signed_in

TO_THE_MINUTE = "%Y-%m-%dT%H:%M"  # a field of a form, local
MORNING = time(9)
Choice = TypeVar("Choice", bound=StrEnum)


def owed(request: HttpRequest) -> HttpResponse:
    """The tasks within reach, one's own and overdue first; or one's own alone."""
    by, at = signed_in(request), now()
    only_mine = request.GET.get("mine") == "1"
    found = tasks.task_list(by, now=at, only_mine=only_mine)
    words = {
        "found": found,
        "rows": tasks_shown(found.rows),
        "only_mine": only_mine,
        "may_open_assessments": may.decide(by, Permission.SUITABILITY_READ).allowed,
        "plans_due": due_rows(due_list(by, now=at)),
    }
    return render(request, "waypost/owed.html", words)


def person(request: HttpRequest, person_id: int) -> HttpResponse:
    return _page(request, person_id)


@require_POST
def move(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write the record, review it, draw a notice up, prove it, prove the induction, check an
    address, take a proof back; the form comes back with what was typed where it is refused."""
    by, sent = signed_in(request), request.POST
    act = ACTS.get(sent.get("act", ""))

    def done() -> str:
        if act is None:
            raise Refused("Choose what to write down.")
        return act(person_id, sent, by, now())

    said, trouble = tried(done)
    if said is None:
        return _page(request, person_id, trouble=trouble)
    forget_necessity(by)
    messages.success(request, said)
    return redirect("person-necessity", person_id=person_id)


@require_POST
def counts(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Let an alert count that began before the person was told, or take that back."""
    by, at, why = signed_in(request), now(), request.POST.get("words", "")

    def done() -> str:
        if request.POST.get("act") == "end":
            end_counts(alert_id, why, by=by, now=at)
            return "It does not count any more."
        decide_counts(alert_id, why, by=by, now=at)
        return "It counts from now on."

    said, trouble = tried(done)
    if said is None:
        messages.error(request, trouble)
    else:
        messages.success(request, said)
    return redirect("alert", alert_id=alert_id)


def own_notice(request: HttpRequest) -> HttpResponse:
    """What the wearer was told, as it was given."""
    found = queries.own_notices(signed_in(request), now=now())
    return render(request, "waypost/own_notice.html", {"notices": found})


def _page(request: HttpRequest, person_id: int, *, trouble: str = "") -> HttpResponse:
    at = now()
    found = queries.person_page(person_id, signed_in(request), now=at)
    words = {
        "page": found,
        "orders": [order_shown(one, request.POST) for one in found.orders],
        "person_id": person_id,
        "languages": LANGUAGES,
        "given_words": [(one.value, words) for one, words in GIVEN_WORDS.items()],
        "check_words": [(one.value, words) for one, words in CHECK_WORDS.items()],
        "found_words": [(one.value, words) for one, words in CHECK_FOUND_WORDS.items()],
        "review_words": [(one.value, words) for one, words in REVIEW_WORDS.items()],
        "now_text": local(at).strftime(TO_THE_MINUTE),
        "trouble": trouble,
        "trouble_at": _trouble_at(request.POST, len(found.orders)) if trouble else "",
        "said": request.POST,
    }
    return render(request, "waypost/person_necessity.html", words, status=422 if trouble else 200)


def _trouble_at(sent: QueryDict, orders: int) -> str:
    place = sent.get("place", "")
    known = place.isdecimal() and len(place) < 4 and 1 <= int(place) <= orders
    return f"{sent.get('act', '')}-{place}" if known and sent.get("act") in ACTS else "main"


def _record(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    written = recording.Written(
        monitoring=sent.get("monitoring", ""),
        access=sent.get("access", ""),
        alternatives=sent.get("alternatives", ""),
        vulnerability=sent.get("vulnerability", ""),
        vulnerability_done=sent.get("vulnerability_done", ""),
        review_at=_day(sent.get("review_on", "")),
    )
    version = recording.write_record(
        person_id, sent.get("order", ""), written, by=by, now=at,
        expected_version=number_of(sent.get("version", ""), "a record that the form is of"),
    )  # fmt: skip
    return f"The record is written, as version {version}."


def _review(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    found = chosen(ReviewFound, sent.get("outcome", ""), "what the review found")
    recording.review_record(
        person_id, sent.get("order", ""), found, sent.get("words", ""),
        _day(sent.get("next_on", "")), by=by, now=at,
        version=number_of(sent.get("version", ""), "a record that the form is of"),
    )  # fmt: skip
    return "The review is written down."


def _draw(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    giving.draw_notice(person_id, sent.get("order", ""), sent.get("language", ""), by=by, now=at)
    return "The notice is drawn up. Give it, then say how it was given."


def _prove(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    proved = giving.Proved(
        how=chosen(Given, sent.get("how", ""), "how the notice was given"),
        at=_instant(sent.get("at", "")), by_name=sent.get("by_name", ""),
        detail=sent.get("detail", ""), late_why=sent.get("late_why", ""),
    )  # fmt: skip
    number = number_of(sent.get("notice", ""), "the notice that was given")
    giving.prove_notice(number, proved, by=by, now=at)
    return "The delivery is written down."


def _induct(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    explained = giving.Explained(
        at=_instant(sent.get("at", "")), by_name=sent.get("by_name", ""),
        language=sent.get("language", ""), understood=sent.get("understood", ""),
        interpreter=sent.get("interpreter", ""), late_why=sent.get("late_why", ""),
    )  # fmt: skip
    giving.prove_induction(person_id, sent.get("order", ""), explained, by=by, now=at)
    return "The induction is written down."


def _check(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    kind = chosen(CheckKind, sent.get("kind", ""), "what was checked")
    found = chosen(CheckFound, sent.get("outcome", ""), "what came back")
    recording.check_address(
        person_id, sent.get("order", ""), kind, found,
        sent.get("words", ""), _instant(sent.get("at", "")), by=by, now=at,
    )  # fmt: skip
    return "The check is written down."


def _take_back(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    number = number_of(sent.get("proof", ""), "the proof to take back")
    what = "notice" if sent.get("what") == "notice" else "induction"
    giving.take_back(what, number, person_id, sent.get("words", ""), by=by, now=at)
    return "The proof is taken back, and what counts is worked out again."


ACTS: dict[str, Callable[[int, QueryDict, Posted, datetime], str]] = {
    "record": _record,
    "review": _review,
    "draw": _draw,
    "prove": _prove,
    "induct": _induct,
    "check": _check,
    "take_back": _take_back,
}


def chosen(kind: type[Choice], name: str, what: str) -> Choice:
    try:
        return kind(name)
    except ValueError:
        raise Refused(f"Choose {what}.") from None


def _instant(text: str) -> datetime:
    """A local date and time of a form as UTC."""
    try:
        there = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(settings.WALL_ZONE))
        return there.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("Give the date and time, like 2 March 2026, 14:30.") from None


def _day(text: str) -> datetime:
    """The morning of a local day of a form, as UTC."""
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day, MORNING, ZoneInfo(settings.WALL_ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("Give the day of the next review, like 2 June 2026.") from None
