"""A person's risk markers: listed, recorded, ended. The words come in the body of a POST."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from waypost.access import audit
from waypost.alerts.harm import RISK_WORDS
from waypost.alerts.risks import end_risk, record_risk, risks_of
from waypost.alerts.values import RiskKind
from waypost.clock import now
from waypost.orders.queries import person_orders
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters.risks import KINDS, RiskForm, read_risk_form
from waypost.web.who import signed_in


def risks(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET: the markers. POST: record one, or end one."""
    if request.method != "POST":
        return _page(request, person_id, RiskForm())
    if request.POST.get("act") == "end":
        end_risk(
            number_of(request.POST.get("risk", ""), "a risk"), by=signed_in(request), now=now()
        )
        messages.success(request, "The risk has ended. Open alerts of the person are ranked anew.")
        return redirect("person", person_id=person_id)
    return _record(request, person_id)


def _record(request: HttpRequest, person_id: int) -> HttpResponse:
    form = read_risk_form(request.POST, zone=settings.WALL_ZONE, now=now())
    from_at, by = form.from_at, signed_in(request)
    if form.trouble or from_at is None:
        return _page(request, person_id, form)
    kind = RiskKind(form.kind)
    done, refused = tried(
        lambda: record_risk(person_id, kind, form.words, from_at, by=by, now=now())
    )
    if done is None:
        return _page(request, person_id, replace(form, trouble={"kind": refused}))
    messages.success(request, "The risk is recorded. Open alerts of the person are ranked anew.")
    return redirect("person", person_id=person_id)


def _page(request: HttpRequest, person_id: int, form: RiskForm) -> HttpResponse:
    by, at = signed_in(request), now()
    with transaction.atomic():
        listed = risks_of(person_id, by, now=at)
        audit.record("risk:viewed", by=by, at=at, about=person_id)
    person = next(iter(person_orders([person_id])))
    words = {
        "person_id": person_id,
        "who": person.details.get("name") or person.person_id,
        "risks": listed,
        "risk_words": RISK_WORDS,
        "risk_kinds": KINDS,
        "may_write_risks": True,
        "form": form,
    }
    status = 422 if form.trouble else 200
    return render(request, "waypost/person_risks.html", words, status=status)
