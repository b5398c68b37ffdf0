"""Matching runs, one run's matches, one match with its fixes on a map.

Opening a run or a match shows where people were: the queries ask and leave the audit lines.
"""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission
from waypost.clock import now
from waypost.jobs.queue import enqueue
from waypost.matching import queries
from waypost.matching.actions import ask_for_run
from waypost.matching.change_queries import run_changes
from waypost.matching.searching import EVIDENCE
from waypost.review.queries import review_of
from waypost.web.presenters import answers
from waypost.web.presenters import matching as present
from waypost.web.who import signed_in


def runs(request: HttpRequest) -> HttpResponse:
    by = signed_in(request)
    words = {
        "runs": queries.runs(by, now=now()),
        "may_run": may.decide(by, Permission.MATCH_RUN).allowed,
    }
    return render(request, "waypost/runs.html", words)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Asks for a run of one delivery, or of all offences; the worker carries it out."""
    by, at = signed_in(request), now()
    with transaction.atomic():
        made = ask_for_run(
            _number(request.POST.get("batch", "")), by=by, now=at,
            method=request.POST.get("method", EVIDENCE),
        )  # fmt: skip
        enqueue("match_run", {"run_id": made.pk}, by=by, now=at)
    messages.info(request, "The run was asked for. This page follows it.")
    return redirect("run", run_id=made.pk)


def run(request: HttpRequest, run_id: int) -> HttpResponse:
    by, at = signed_in(request), now()
    asked = _number(request.GET.get("page", "")) or 1
    page = queries.run_page(run_id, by, now=at, page=asked)
    words = {"page": page, "rows": [present.row(one) for one in page.matches], "wide": True}
    if page.page == 1 and page.run.status == "done":
        words["changes"] = answers.changes(run_changes(run_id, by, now=at))
    return render(request, "waypost/run.html", words)


def match(request: HttpRequest, run_id: int, match_id: int) -> HttpResponse:
    """One match: under review where it was taken up, which names its wearer for a reason alone;
    else its fixes, of nobody named. `page` says on which page of the run its list stands."""
    by = signed_in(request)
    review_id = review_of(match_id, by, now=now())
    if review_id is not None:
        return redirect("review", review_id=review_id)
    found = queries.match_page(run_id, match_id, by, now=now())
    words = {
        "run_number": found.run_number,
        "list_page": _number(request.GET.get("page", "")) or 1,
        "match": present.row(found.match),
        "data": present.map_data(found.match),
        "fixes": present.fix_rows(found.match),
        "key": present.key_of(found.match),
        "wide": True,
    }
    return render(request, "waypost/match.html", words)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
