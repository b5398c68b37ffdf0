"""Series: who was observed at several offences, and whose tags were at one offence together; each
beside what chance would give, behind a reason."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.clock import now
from waypost.matching import series_queries
from waypost.matching.coverage import offence_for
from waypost.matching.looks import REASON
from waypost.web.pages.trying import tried
from waypost.web.presenters import series as present
from waypost.web.who import signed_in


def series(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: what was found, with the form below it."""
    by, at, sent = signed_in(request), now(), request.POST
    words: dict[str, Any] = {"said": sent, "trouble": ""}
    if request.method == "POST":
        found, trouble = tried(
            lambda: series_queries.series(
                sent.get("names", ""), sent.get("reason", ""), by=by, now=at,
                reference=sent.get("reference", ""),
            )
        )  # fmt: skip
        words |= {"trouble": trouble, "trouble_at": _field(trouble)}
        if found is not None:
            words["found"] = present.series(found)
    return render(request, "waypost/series.html", words, status=422 if words["trouble"] else 200)


def together(request: HttpRequest, offence_id: int) -> HttpResponse:
    """GET: the form of the reason. POST: who was there at once."""
    by, at, sent = signed_in(request), now(), request.POST
    words: dict[str, Any] = {
        "said": sent, "trouble": "", "trouble_at": "reason", "offence_id": offence_id,
        "offence": offence_for(offence_id, by),
    }  # fmt: skip
    if request.method == "POST":
        found, words["trouble"] = tried(
            lambda: series_queries.together(offence_id, sent.get("reason", ""), by=by, now=at)
        )
        if found is not None:
            words["found"] = present.together(found)
    status = 422 if words["trouble"] else 200
    return render(request, "waypost/together.html", words, status=status)


def _field(trouble: str) -> str:
    """Which field of the form the refusal is about."""
    if trouble == REASON:
        return "reason"
    return "reference" if trouble == series_queries.NOBODY else "names"
