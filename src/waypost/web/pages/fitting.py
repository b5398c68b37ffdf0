"""The fitting journey: the two lists, one person's tag, fit, visit, remove, swap.

What the officer typed wrongly comes back with the form, and why; a refusal about who may do what is
the middleware's page, with its audit line.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.devices import actions as devices_actions
from waypost.devices.stock_file import StockRow
from waypost.devices.values import DeviceKind, VisitOutcome, VisitPurpose
from waypost.errors import Refused
from waypost.fitting import actions
from waypost.fitting.after_fitting import fitting_record
from waypost.fitting.fitter import Fitted, FittingSaid, RemovalSaid
from waypost.fitting.fitting_records import find_device
from waypost.fitting.tasks import PersonFitting, fitting_of, fitting_tasks
from waypost.web.pages.trying import tried
from waypost.web.presenters import fitting as present
from waypost.web.who import signed_in

ROWS_SHOWN = 100  # of each list; the search finds the others
# The camera reads labels on these pages alone; elsewhere the middleware forbids it.
CAMERA = "geolocation=(), camera=(self), microphone=()"


def lists(request: HttpRequest) -> HttpResponse:
    """Who is to be fitted and whose tag is to come off, overdue first; found by name or reference,
    or by the tag."""
    by, at = signed_in(request), now()
    tasks = fitting_tasks(by, now=at)
    sought = request.GET.get("q", "").strip()
    serials = tasks.serials
    fit = [one for one in tasks.to_fit if present.is_sought(one.person, sought, serials)]
    off = [one for one in tasks.to_remove if present.is_sought(one.person, sought, serials)]
    words = {
        "to_fit": [present.fit_row(one, now=at) for one in fit[:ROWS_SHOWN]],
        "to_remove": [
            present.remove_row(one, serial=serials.get(one.span.device_id, ""), now=at)
            for one in off[:ROWS_SHOWN]
        ],
        "fit_count": len(fit),
        "remove_count": len(off),
        "overdue": tasks.overdue(at),
        "shown": ROWS_SHOWN,
        "q": request.GET.get("q", ""),
        "may_fit": may.decide(by, Permission.DEVICE_FIT).allowed,
    }
    return render(request, "waypost/fitting.html", words)


def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One person's tag: what is to be done, the hours that the court set, the visits made."""
    by, at = signed_in(request), now()
    return _person_page(request, fitting_of(person_id, by=by, now=at), by, at)


@require_POST
def fit(request: HttpRequest, person_id: int) -> HttpResponse:
    """Put the scanned device on the person, then watch for its first fix."""
    by, at = signed_in(request), now()

    def act() -> Fitted:
        said = FittingSaid(
            _when(request, at),
            where=request.POST.get("where", ""),
            body_site=request.POST.get("body_site", ""),
            officer_name=request.POST.get("officer_name", ""),
            reason=request.POST.get("reason", ""),
        )
        device = request.POST.get("device", "").strip()
        if request.POST.get("reported_id", "").strip():
            _add_to_stock(device, request.POST["reported_id"].strip(), by, at)
        return actions.fit(person_id, device, said, by=by, now=at)

    fitted, trouble = tried(act)
    if fitted is None:
        found = fitting_of(person_id, by=by, now=at)
        return _person_page(request, found, by, at, trouble=trouble, form="fit")
    messages.success(request, f"Tag {fitted.device_reference} is on.")
    return redirect("fitting-check", activation_id=fitted.activation_id)


@require_POST
def visit(request: HttpRequest, person_id: int) -> HttpResponse:
    """Write down a visit that came to nothing, or a repair."""
    by, at = signed_in(request), now()

    def act() -> Any:
        return actions.record_visit(
            person_id,
            _one_of(VisitPurpose, request.POST.get("purpose", ""), "what the visit was for"),
            _one_of(VisitOutcome, request.POST.get("outcome", ""), "what came of the visit"),
            at=_when(request, at),
            reason=request.POST.get("reason", ""),
            officer_name=request.POST.get("officer_name", ""),
            by=by,
            now=at,
        )

    recorded, trouble = tried(act)
    if recorded is None:
        found = fitting_of(person_id, by=by, now=at)
        return _person_page(request, found, by, at, trouble=trouble, form="visit")
    messages.success(request, "The visit was written down.")
    return redirect("fitting-person", person_id=person_id)


def remove(request: HttpRequest, activation_id: int) -> HttpResponse:
    """GET: the form. POST: the tag comes off, or is changed for another (`how` is swap)."""
    by, at = signed_in(request), now()
    record = fitting_record(activation_id, by=by, now=at)
    trouble = ""
    if request.method == "POST":
        done, trouble = tried(lambda: _take_off(request, activation_id, by, at))
        if done is not None and done.activation_id != activation_id:
            messages.success(request, f"The tag was changed for {done.device_reference}.")
            return redirect("fitting-check", activation_id=done.activation_id)
        if done is not None:
            messages.success(request, f"Tag {done.device_reference} is off.")
            return redirect("fitting-person", person_id=done.person_id)
    words = present.record_words(record) | {
        "trouble": trouble,
        "said": request.POST,
        "whys": present.WHYS,
        "sites": present.BODY_SITES,
        "now_text": present.form_time(at),
    }
    answer = render(request, "waypost/fitting_remove.html", words, status=422 if trouble else 200)
    return _with_camera(answer)


def _take_off(request: HttpRequest, activation_id: int, by: Posted, at: datetime) -> Fitted:
    sent = request.POST
    faulty = sent.get("faulty") == "yes"
    when, why, name = _when(request, at), sent.get("why", ""), sent.get("officer_name", "")
    if sent.get("how") == "swap":
        said = FittingSaid(when, sent.get("where", ""), sent.get("body_site", ""), name)
        return actions.swap(
            activation_id, sent.get("device", ""), said, why=why, faulty=faulty, by=by, now=at
        )
    return actions.remove(activation_id, RemovalSaid(when, why, name, faulty), by=by, now=at)


def _add_to_stock(serial: str, reported_id: str, by: Posted, at: datetime) -> None:
    """The scanned device into the inventory, where nobody had entered it."""
    if find_device(serial) is None:
        row = StockRow(0, reported_id, None if serial == reported_id else serial, DeviceKind.TAG)
        devices_actions.add_device(row, by=by, now=at)


def _person_page(
    request: HttpRequest,
    found: PersonFitting,
    by: Posted,
    at: datetime,
    *,
    trouble: str = "",
    form: str = "",
) -> HttpResponse:
    words = present.person_words(found, now=at) | {
        "trouble": trouble,
        "form": form,
        "said": request.POST,
        "may_fit": may.decide(by, Permission.DEVICE_FIT).allowed,
        "now_text": present.form_time(at),
        "unknown": form == "fit" and find_device(request.POST.get("device", "")) is None,
        "may_stock": may.decide(by, Permission.DEVICE_STOCK).allowed,
    }
    answer = render(request, "waypost/fitting_person.html", words, status=422 if trouble else 200)
    return _with_camera(answer)


def _when(request: HttpRequest, at: datetime) -> datetime:
    """Now, unless an earlier time is given. To the second, as tags state theirs: one that reports
    within the second of its fitting reports after it."""
    if request.POST.get("when") != "earlier":
        return at.replace(microsecond=0)
    try:
        return present.read_form_time(request.POST.get("at", ""))
    except ValueError:
        raise Refused("Enter the date and time, such as 2026-03-01T19:00.") from None


def _one_of(kind: Any, word: str, what: str) -> Any:
    try:
        return kind(word)
    except ValueError:
        raise Refused(f"Choose {what}.") from None


def _with_camera(answer: HttpResponse) -> HttpResponse:
    answer.headers["Permissions-Policy"] = CAMERA
    return answer
