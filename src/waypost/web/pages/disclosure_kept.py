"""What is kept over requests: figures, dip tests, and what an administrator enters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from waypost.clock import now
from waypost.disclosure import actions, queries
from waypost.disclosure.kinds import KIND_WORDS, RANK_WORDS, WHAT_WORDS
from waypost.disclosure.lifecycle import STATUS_WORDS
from waypost.disclosure.values import Found, Rank
from waypost.errors import Refused
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import disclosure as present
from waypost.web.presenters.fitting import read_form_time
from waypost.web.who import signed_in

PERIODS = (365, 91, 28)


def figures(request: HttpRequest) -> HttpResponse:
    """Of what was asked in the last year, quarter or four weeks."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in PERIODS} else PERIODS[0]
    at = now()
    found = queries.figures_of(signed_in(request), from_at=at - timedelta(days=days), to_at=at)
    words = {
        "rows": present.figures_shown(found), "days": days, "periods": PERIODS, "at": at,
        "wide": True,
    }  # fmt: skip
    return render(request, "waypost/request_figures.html", words)


def dips(request: HttpRequest) -> HttpResponse:
    """GET: what was drawn. POST: what looking again found."""
    by, trouble = signed_in(request), ""
    if request.method == "POST":

        def act() -> bool:
            try:
                found = Found(request.POST.get("found", ""))
            except ValueError:
                raise Refused("Choose what was found.") from None
            test = number_of(request.POST.get("test", ""), "a request that was drawn")
            actions.record_dip(test, found, request.POST.get("words", ""), by=by, now=now())
            return True

        done, trouble = tried(act)
        if done is not None:
            messages.success(request, "What you found is on record.")
            return redirect("request-dips")
    words = {
        "months": [
            {
                "title": f"{one.month:%B %Y}",
                "ended": one.ended,
                "rows": [
                    (row, KIND_WORDS[row.kind], WHAT_WORDS[row.what], STATUS_WORDS[row.status],
                     present.FOUND_WORDS[Found(row.found)] if row.found else "")
                    for row in one.rows
                ],
            }
            for one in queries.dip_months(by, now=now())
        ],
        "found": [(one.value, said) for one, said in present.FOUND_WORDS.items()],
        "said": request.POST,
        "trouble": trouble,
        "trouble_at": f"words-{request.POST.get('test', '')}",
    }  # fmt: skip
    return render(request, "waypost/request_dips.html", words, status=422 if trouble else 200)


def authorities(request: HttpRequest) -> HttpResponse:
    """GET: ranks, who is on call, known numbers. POST: enter, confirm or end one."""
    by, trouble, name = signed_in(request), "", request.POST.get("act", "")
    if request.method == "POST":
        if name not in KEPT_ACTS:
            raise Refused("choose what to enter or end")
        done, trouble = tried(lambda: KEPT_ACTS[name](request.POST, by))
        if done is not None:
            messages.success(request, done)
            return redirect("request-authorities")
    words = {
        "kept": queries.kept(by, now=now()),
        "ranks": [(one.value, said) for one, said in RANK_WORDS.items()],
        "rank_words": {one.value: said for one, said in RANK_WORDS.items()},
        "said": request.POST,
        "trouble": trouble,
        "trouble_at": f"{name}-first",
        "at": now(),
    }
    status = 422 if trouble else 200
    return render(request, "waypost/request_authorities.html", words, status=status)


def _rank(sent: Any, by: Any) -> str:
    chosen = number_of(sent.get("rank", ""), "a rank")
    if chosen not in set(Rank):
        raise Refused("Choose a rank.")
    ends = sent.get("to_at", "").strip()
    actions.record_rank(
        number_of(sent.get("officer", ""), "an officer"), Rank(chosen),
        _instant(sent.get("from_at", ""), "when the rank begins"),
        _instant(ends, "when the rank ends") if ends else None, by=by, now=now(),
    )  # fmt: skip
    return "The rank is recorded. It counts once a second administrator has confirmed it."


def _confirm(sent: Any, by: Any) -> str:
    actions.confirm_rank(number_of(sent.get("held", ""), "a rank"), by=by, now=now())
    return "The rank is confirmed and counts from its beginning."


def _end_rank(sent: Any, by: Any) -> str:
    actions.end_rank(number_of(sent.get("held", ""), "a rank"), by=by, now=now())
    return "The rank has ended."


def _on_call(sent: Any, by: Any) -> str:
    actions.put_on_call(
        number_of(sent.get("officer", ""), "an officer"),
        _instant(sent.get("from_at", ""), "when the time on call begins"),
        _instant(sent.get("to_at", ""), "when the time on call ends"), by=by, now=now(),
    )  # fmt: skip
    return "The officer is on call in that time."


def _end_on_call(sent: Any, by: Any) -> str:
    actions.end_on_call(number_of(sent.get("on_call", ""), "a time on call"), by=by, now=now())
    return "The time on call has ended."


def _number(sent: Any, by: Any) -> str:
    actions.add_number(
        sent.get("agency", ""), sent.get("number", ""), sent.get("source", ""), by=by, now=now()
    )
    return "The number stands in the directory."


def _end_number(sent: Any, by: Any) -> str:
    actions.end_number(number_of(sent.get("number_id", ""), "a number"), by=by, now=now())
    return "The number has ended: it is not called back any more."


def _instant(text: str, what: str) -> datetime:
    try:
        return read_form_time(text)
    except (ValueError, OverflowError):
        raise Refused(f"Enter {what}, such as 2026-03-01T19:00.") from None


KEPT_ACTS: dict[str, Callable[[Any, Any], str]] = {
    "rank": _rank, "confirm": _confirm, "end_rank": _end_rank, "on_call": _on_call,
    "end_on_call": _end_on_call, "number": _number, "end_number": _end_number,
}  # fmt: skip
