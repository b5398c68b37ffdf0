"""Everybody at one offence: who could be judged and who could not; and *cannot have been there*,
asked of one person by their reference.

    coverage: reason -> look -> its pages        excluded: reference (and reason) -> answer
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from waypost.clock import now
from waypost.errors import Conflict, Refused
from waypost.matching import coverage as asking
from waypost.matching.evidence import Verdict
from waypost.matching.looks import LookKind, look_of, open_look
from waypost.web.pages.trying import tried
from waypost.web.presenters import coverage as present
from waypost.web.who import signed_in


def coverage(request: HttpRequest, offence_id: int) -> HttpResponse:
    """GET: the form of the reason, or a page of the look that ?look= names. POST: opens a look."""
    by, at = signed_in(request), now()
    offence = asking.offence_for(offence_id, by)
    words: dict[str, Any] = {"offence": offence, "offence_id": offence_id, "said": request.POST}
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        look, trouble = tried(
            lambda: open_look(LookKind.COVERAGE, offence_id, reason, by=by, now=at)
        )
        if look is None:
            return _reason(request, words, trouble)
        return redirect(f"{reverse('coverage', args=[offence_id])}?look={look.pk}")
    if "look" not in request.GET:
        return _reason(request, words)
    number = _number(request.GET["look"])
    try:
        page = asking.coverage_page(
            offence_id, number, by=by, now=at, verdict=_verdict(request.GET.get("class", "")),
            page=_number(request.GET.get("page", "")) or 1,
        )  # fmt: skip
    except Conflict as ended:
        return _reason(request, words, str(ended))
    words |= {"look": number, "page": page, "classes": present.classes(page.summary),
              "rows": [present.row(one) for one in page.rows], "wide": True}  # fmt: skip
    return render(request, "waypost/coverage.html", words)


def excluded(request: HttpRequest, offence_id: int) -> HttpResponse:
    """Can this person's tag have been there? The reason is asked for where no look is open."""
    by, at = signed_in(request), now()
    sent = request.POST
    words: dict[str, Any] = {
        "offence": asking.offence_for(offence_id, by), "offence_id": offence_id, "said": sent,
        "look": _open(sent.get("look") or request.GET.get("look", ""), offence_id, request),
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "waypost/excluded.html", words)
    number, trouble, words["trouble_at"] = words["look"], "", "reason"
    if not number:
        look, trouble = tried(
            lambda: open_look(
                LookKind.EXCLUSION, offence_id, sent.get("reason", ""), by=by, now=at
            )
        )  # fmt: skip
        number = words["look"] = look.pk if look else 0
    if number:
        words["trouble_at"] = "reference"
        words["answered"], trouble = tried(
            lambda: asking.exclusion_of(
                offence_id, sent.get("reference", ""), number, by=by, now=at
            )
        )  # fmt: skip
    status = 422 if trouble else 200
    return render(request, "waypost/excluded.html", words | {"trouble": trouble}, status=status)


def _open(text: str, offence_id: int, request: HttpRequest) -> int:
    """The number of the look, where it is open to the asker; 0: a reason is to be stated."""
    kinds = (LookKind.COVERAGE, LookKind.EXCLUSION)
    try:
        look = look_of(_number(text), kinds, offence_id, by=signed_in(request), now=now())
    except Refused:
        return 0
    return int(look.pk)


def _reason(request: HttpRequest, words: dict[str, Any], trouble: str = "") -> HttpResponse:
    words |= {"trouble": trouble, "trouble_at": "reason"}
    status = 422 if trouble else 200
    return render(request, "waypost/coverage_ask.html", words, status=status)


def _verdict(text: str) -> Verdict | None:
    return Verdict(text) if text in set(Verdict) else None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
