"""Contracts: what the provider was told of each order, received, asked and answered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import audit
from waypost.clock import now
from waypost.contracts import actions, queries
from waypost.contracts.values import ACT_WORDS, STATUS_WORDS, WHAT_WORDS
from waypost.errors import Refused
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import contracts as present
from waypost.web.who import signed_in


def listed(request: HttpRequest) -> HttpResponse:
    """What waits to be received or answered, the oldest first."""
    at = now()
    rows = [(line, line.late(at)) for line in queries.waiting(signed_in(request), now=at)]
    words = {"rows": rows, "what_words": WHAT_WORDS, "status_words": STATUS_WORDS}
    return render(request, "waypost/contracts.html", words)


def one(request: HttpRequest, contract_id: int) -> HttpResponse:
    return _page(request, contract_id)


def as_file(request: HttpRequest, contract_id: int) -> HttpResponse:
    """The order as it was told, as an orders file of one person: without a name."""
    by, at = signed_in(request), now()
    with transaction.atomic():
        page = queries.contract_page(contract_id, by, now=at)
        audit.record("contract:taken_out", by=by, at=at, about=page.line.person.number,
                     detail={"contract": contract_id})  # fmt: skip
    person = {"person_id": page.line.person.person_id, "orders": [page.content]}
    answer = JsonResponse({"persons": [person]}, json_dumps_params={"indent": 1})
    name = f"contract-{contract_id}-{page.sha256[:12]}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
def move(request: HttpRequest, contract_id: int) -> HttpResponse:
    by, at, sent = signed_in(request), now(), request.POST

    def act() -> str:
        seen = number_of(sent.get("version", ""), "the contract anew: reload its page")
        given: dict[str, Any] = {"by": by, "now": at, "expected_version": seen}
        words = sent.get("words", "")
        if sent.get("act") == "receive":
            actions.receive(contract_id, **given)
            return "It is received: from now on you monitor by it."
        if sent.get("act") == "ask":
            actions.ask(contract_id, words, **given)
            return "Your question is with whoever is responsible."
        if sent.get("act") == "answer":
            actions.answer(contract_id, words, **given)
            return "Your answer is with the provider."
        raise Refused("Choose what is to be done.")

    said, trouble = tried(act)
    if said is None:
        return _page(request, contract_id, trouble=trouble, status=422)
    messages.success(request, said)
    return redirect("contract", contract_id=contract_id)


def _page(
    request: HttpRequest, contract_id: int, *, trouble: str = "", status: int = 200
) -> HttpResponse:
    by, at = signed_in(request), now()
    with transaction.atomic():
        page = queries.contract_page(contract_id, by, now=at)
        audit.record("contract:viewed", by=by, at=at, about=page.line.person.number,
                     detail={"contract": contract_id})  # fmt: skip
    words = {
        "page": page, "line": page.line, "late": page.line.late(at),
        "told": present.told(page.order), "changes": present.changes(page),
        "what": WHAT_WORDS[page.line.what], "status_words": STATUS_WORDS[page.line.status],
        "act_words": ACT_WORDS, "trouble": trouble, "said": request.POST, "now": at,
        "fit_late": page.fit_by is not None and page.fit_by <= at,
    }  # fmt: skip
    return render(request, "waypost/contract.html", words, status=status)
