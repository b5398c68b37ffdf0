"""Young Adult Court: the list of sittings, one person's reviews, the wearer's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access.values import Posted
from waypost.clock import now
from waypost.errors import Refused
from waypost.web.pages.form_values import chosen, instant_of
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import young_court as present
from waypost.web.presenters.forms import filled
from waypost.web.who import signed_in
from waypost.young_court import actions, queries
from waypost.young_court.actions import Said
from waypost.young_court.values import Act, Adaptation, Purpose


def listed(request: HttpRequest) -> HttpResponse:
    """GET: sittings and who is listed, what is late. POST: enter a sitting."""
    by, said, trouble = signed_in(request), request.POST, ""
    if request.method == "POST":
        made, trouble = tried(lambda: _entered(said, by, now()))
        if made is not None:
            messages.success(request, "The sitting is entered.")
            return redirect("young-court")
    found = queries.court_list(by, now=now())
    form = filled(present.sitting_form(), said, trouble) if found.may_write else None
    words = {"found": found, "form": form, "trouble": trouble, "trouble_at": "form-enter"}
    return render(request, "waypost/young_court.html", words, status=422 if trouble else 200)


def person(request: HttpRequest, person_id: int) -> HttpResponse:
    return _page(request, person_id)


@require_POST
def move(request: HttpRequest, person_id: int) -> HttpResponse:
    """List, prepare, report, write down, put off, take off; the form comes back if refused."""
    by, sent = signed_in(request), request.POST
    done, trouble = tried(lambda: _done(person_id, sent, by, now()))
    if done is None:
        return _page(request, person_id, trouble=trouble)
    messages.success(request, done)
    return redirect("person-young-court", person_id=person_id)


def _page(request: HttpRequest, person_id: int, *, trouble: str = "") -> HttpResponse:
    said = request.POST
    page = queries.person_reviews(person_id, signed_in(request), now=now())
    form, about = present.list_form(page), said.get("about", "")
    words = {
        "page": page,
        "form": form and filled(form, said, trouble),
        "rows": [
            (one, [filled(each, said, trouble) for each in present.listing_forms(one, page)])
            for one in page.listings
        ],
        "trouble": trouble,
        "trouble_at": f"form-{said.get('act', '')}{f'-{about}' if about else ''}",
    }
    return render(request, "waypost/person_young_court.html", words, status=422 if trouble else 200)


def _entered(sent: QueryDict, by: Posted, at: datetime) -> int:
    begins = instant_of(sent.get("at", ""), "of the sitting")
    return actions.enter_sitting(sent.get("court", ""), sent.get("place", ""), begins,
                                 by=by, now=at)  # fmt: skip


def _done(person_id: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    act = sent.get("act", "")
    if act == "list":
        actions.put_on_list(
            person_id, number_of(sent.get("sitting", ""), "a sitting of the list"),
            chosen(Purpose, sent.get("purpose", ""), "what they are listed for"),
            sent.get("why", ""), by=by, now=at,
        )  # fmt: skip
        return "They are on the list."
    if act not in ACTS:
        raise Refused("Choose what to write down.")
    number = number_of(sent.get("about", ""), "the review it is about")
    version = number_of(sent.get("version", ""), "it anew: reload the page")
    return ACTS[act](number, version, sent, by, at)


def _prepare(number: int, version: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    asked = [chosen(Adaptation, one, "from the list") for one in sent.getlist("adaptations")]
    actions.prepare(
        number, asked, sent.get("adaptation_words", ""), sent.get("family_words", ""),
        expected_version=version, by=by, now=at,
    )  # fmt: skip
    return "What makes it possible to take part is written down."


def _report(number: int, version: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    shared = [number_of(one, "goals of the list") for one in sent.getlist("goals")]
    actions.report(number, sent.get("words", ""), shared, expected_version=version, by=by, now=at)
    return "The report is drawn up from the facts; it stands below."


def _hold(number: int, version: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    if sent.get("family") not in {"0", "1"}:
        raise Refused("Choose whether family was there.")
    heard = Said(
        sent.get("words", ""), sent.get("family") == "1", sent.get("family_words", ""),
        _day(sent.get("next_on", "")), sent.get("ends_why", ""),
    )  # fmt: skip
    actions.hold(number, heard, expected_version=version, by=by, now=at)
    return "What the court said is written down."


def _put_off(number: int, version: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    sitting = number_of(sent.get("sitting", ""), "a sitting of the list")
    actions.put_off(number, sent.get("words", ""), sitting, expected_version=version, by=by, now=at)
    return "It is moved; they are listed for the other sitting."


def _take_off(number: int, version: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    actions.take_off(number, sent.get("words", ""), expected_version=version, by=by, now=at)
    return "They are taken off the list."


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("Give the day of the next review, like 2 March 2026.") from None


ACTS: dict[str, Callable[[int, int, QueryDict, Posted, datetime], str]] = {
    "prepare": _prepare,
    Act.REPORT.value: _report,
    Act.HOLD.value: _hold,
    Act.ADJOURN.value: _put_off,
    Act.WITHDRAW.value: _take_off,
}
