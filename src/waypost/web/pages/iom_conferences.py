"""Case conferences: those to come and that were; one with its agenda, from facts to minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.errors import Refused
from waypost.iom import actions
from waypost.iom.conference_queries import conference_page, conferences
from waypost.iom.conferring import Planned
from waypost.iom.queries import member_ids, people_of
from waypost.iom.values import ConferenceAct
from waypost.web.pages import iom
from waypost.web.pages.form_values import instant_of
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import iom as present
from waypost.web.presenters.forms import Form, filled
from waypost.web.who import signed_in


def listed(request: HttpRequest) -> HttpResponse:
    """GET: those to come and that were. POST: plan one."""
    by, trouble = signed_in(request), ""
    if request.method == "POST":
        made, trouble = tried(lambda: _plan(request.POST, by, now()))
        if made is not None:
            messages.success(request, "The conference is planned.")
            return redirect("iom-conference", conference_id=made)
    at = now()
    form = None
    if may.decide(by, Permission.IOM_WRITE).allowed:
        members = people_of(member_ids(by, now=at)).items()
        form = filled(present.plan_form(members, by.name, at), request.POST, trouble)
    words = {
        "rows": conferences(by, now=at), "form": form, "trouble": trouble,
        "trouble_at": "form-plan" if trouble else "",
    }  # fmt: skip
    return render(request, "waypost/iom_conferences.html", words, status=422 if trouble else 200)


def one(request: HttpRequest, conference_id: int) -> HttpResponse:
    return _page(request, conference_id)


@require_POST
def move(request: HttpRequest, conference_id: int) -> HttpResponse:
    """One act; where it is refused, the page again with what was typed."""
    by, sent = signed_in(request), request.POST
    act = ACTS.get(sent.get("act", ""))

    def done() -> str:
        if act is None:
            raise Refused("Choose what to write down.")
        return act(conference_id, sent, by, now())

    said, trouble = tried(done)
    if said is None:
        return _page(request, conference_id, trouble=trouble)
    messages.success(request, said)
    return redirect("iom-conference", conference_id=conference_id)


def _page(request: HttpRequest, conference_id: int, *, trouble: str = "") -> HttpResponse:
    by, at, said = signed_in(request), now(), request.POST
    page = conference_page(conference_id, by, now=at)
    is_held = page.row.status.value == "held" and page.may_write
    about = said.get("about", "")
    words: dict[str, Any] = {
        "page": page,
        "items": [
            {
                "seen": item,
                "facts": present.agenda_rows(item),
                "decide": filled(present.decision_form(item), said, trouble) if is_held else None,
                "agree": filled(present.agree_form(at, str(item.person_id), item.name), said,
                                trouble) if is_held else None,
                "earlier": [(each, _settle(each, said, trouble)) for each in item.earlier],
                "actions": [(each, _settle(each, said, trouble)) for each in item.actions],
            }
            for item in page.items
        ],
        "forms": {name: filled(form, said, trouble)
                  for name, form in present.conference_forms(page, at).items()}
        if page.may_write else {},
        "is_planned": page.row.status.value == "planned",
        "is_open": page.row.status.value in {"planned", "held"} and page.may_write,
        "trouble": trouble,
        "trouble_at": f"form-{said.get('act', '')}{f'-{about}' if about else ''}"
        if trouble else "",
        "wide": True,
    }  # fmt: skip
    return render(request, "waypost/iom_conference.html", words, status=422 if trouble else 200)


def _settle(each: Any, said: QueryDict, trouble: str) -> Form | None:
    form = present.settle_form(each)
    return form and filled(form, said, trouble)


def _plan(sent: QueryDict, by: Posted, at: datetime) -> int:
    planned = Planned(
        sent.get("title", ""), instant_of(sent.get("at", ""), "of the conference"),
        sent.get("place", ""), sent.get("chair", ""),
    )  # fmt: skip
    people = [number_of(one, "people of the list") for one in sent.getlist("people")]
    return actions.plan(planned, people, by=by, now=at)


def _add(number: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    who = number_of(sent.get("person", ""), "who is put on the agenda")
    actions.put_on_agenda(number, who, sent.get("why", ""), by=by, now=at)
    return "They are on the agenda."


def _leave_out(number: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    del number  # the item says of which conference
    actions.take_off_agenda(number_of(sent.get("about", ""), "whom to leave out"), by=by, now=at)
    return "They are not on the agenda any more."


def _attend(number: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    if sent.get("present") not in {"0", "1"}:
        raise Refused("Choose whether they came.")
    actions.attend(number, sent.get("agency", ""), sent.get("name", ""),
                   present=sent.get("present") == "1", by=by, now=at)  # fmt: skip
    return "It is written down."


def _item(number: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    del number
    actions.decide_item(
        number_of(sent.get("about", ""), "of whom it was decided"), sent.get("decision", ""),
        expected_version=iom.version_of(sent), by=by, now=at,
    )  # fmt: skip
    return "The decision is written down."


def _agree(number: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    who = number_of(sent.get("about", ""), "about whom it was agreed")
    actions.agree_action(who, iom.agreed_of(sent), conference_id=number, by=by, now=at)
    return "The action is written down."


def _minutes(number: int, sent: QueryDict, by: Posted, at: datetime) -> str:
    del sent
    actions.draw_minutes(number, by=by, now=at)
    return "The minutes are drawn up; they stand below."


def _moved(act: ConferenceAct, says: str) -> Callable[[int, QueryDict, Posted, datetime], str]:
    def do(number: int, sent: QueryDict, by: Posted, at: datetime) -> str:
        next_at = None
        if act is ConferenceAct.CLOSE and sent.get("next_at"):
            next_at = instant_of(sent.get("next_at", ""), "of the next conference")
        actions.move_conference(number, act, next_at=next_at,
                                expected_version=iom.version_of(sent), by=by, now=at)  # fmt: skip
        return says

    return do


ACTS: dict[str, Callable[[int, QueryDict, Posted, datetime], str]] = {
    "add": _add,
    "leave_out": _leave_out,
    "attend": _attend,
    "item": _item,
    "agree": _agree,
    "settle": iom.settle,
    "minutes": _minutes,
    "hold": _moved(ConferenceAct.HOLD, "It is being held."),
    "call_off": _moved(ConferenceAct.CALL_OFF, "It is called off."),
    "close": _moved(ConferenceAct.CLOSE, "It is closed."),
}
