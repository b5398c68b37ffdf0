"""Corrections of what was told: what waits for the asker, one correction, and saying that one has
it. Its recipients may be anybody who signs in, so the queries ask whose it is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.clock import now
from waypost.corrections import actions, queries
from waypost.documents.queries import documents_about
from waypost.enforcement.correcting import ABOUT, draw_up
from waypost.web.pages.trying import tried
from waypost.web.who import signed_in


def waiting(request: HttpRequest) -> HttpResponse:
    words = {"corrections": queries.waiting_for(signed_in(request), now=now())}
    return render(request, "waypost/corrections.html", words)


def one(request: HttpRequest, correction_id: int) -> HttpResponse:
    return _page(request, correction_id)


@require_POST
def acknowledge(request: HttpRequest, correction_id: int) -> HttpResponse:
    """For oneself or one's organisation; with a recipient named, for somebody who told us."""
    by, recipient = signed_in(request), request.POST.get("recipient", "")
    if not recipient:
        actions.acknowledge(correction_id, by=by, now=now())
        messages.success(request, "It is written down that you have this correction.")
        return redirect("correction", correction_id=correction_id)
    how = request.POST.get("how", "")

    def record() -> bool:
        actions.record_reply(correction_id, recipient, how=how, by=by, now=now())
        return True

    done, trouble = tried(record)
    if done is None:
        return _page(request, correction_id, trouble=trouble)
    messages.success(request, "It is written down who has this correction.")
    return redirect("correction", correction_id=correction_id)


@require_POST
def paper(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Draw the correction up as a letter to one recipient."""
    recipient = request.POST.get("recipient", "")
    draw_up(correction_id, recipient, by=signed_in(request), now=now())
    messages.success(request, "The letter is drawn up; give it to them, and write down who has it.")
    return redirect("correction", correction_id=correction_id)


def _page(request: HttpRequest, correction_id: int, *, trouble: str = "") -> HttpResponse:
    found = queries.correction(correction_id, by=signed_in(request), now=now())
    said = request.POST.get("recipient", "")
    numbers = [n for n, copy in enumerate(found.copies, start=1) if copy.recipient == said]
    letters = documents_about(f"{ABOUT}:{correction_id}") if found.person_id else []
    words = {"one": found, "trouble": trouble, "said": request.POST, "letters": letters}
    words |= {"trouble_at": f"how-{numbers[0]}" if numbers else "main"}
    return render(request, "waypost/correction.html", words, status=422 if trouble else 200)
