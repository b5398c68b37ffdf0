"""What-if: try a requirement on the past before anybody is held to it.

    start -> new (zone, hours) -> one (progress, then what it would have meant) -> attach_to

Everything works without JavaScript: an open try has a link to look again.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import case_of, person_orders
from waypost.orders.values import OrderKind, RequirementKind
from waypost.web.presenters import whatif as present
from waypost.web.who import signed_in
from waypost.whatif import queries
from waypost.whatif.actions import ask_cohort, ask_person, attach
from waypost.whatif.sentences import cohort_words, tried_words
from waypost.whatif.trying import KINDS


def start(request: HttpRequest) -> HttpResponse:
    """Where a try begins, and those made before; of one person with ?person=."""
    by, at = signed_in(request), now()
    person_id = _number(request.GET.get("person", ""))
    words = {
        "tries": queries.tries(by, now=at, person_id=person_id),
        "heading": present.heading,
        "kinds": present.KIND_CHOICES,
        "order_kinds": present.ORDER_CHOICES,
        **_person_words(person_id, by),
    }
    words["rows"] = [(one, present.heading(one)) for one in words["tries"]]
    return render(request, "waypost/whatif.html", words)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form: for the person named, else for a cohort. A POST that can be read is asked for."""
    by, at = signed_in(request), now()
    given = request.POST if request.method == "POST" else request.GET
    person_id = _number(given.get("person", ""))
    about = _person_words(person_id, by)
    form, problem = _form(request, by, person_id), ""
    if request.method == "POST" and form.ready:
        try:
            number = _ask(request, form, by, person_id)
        except NoSuchThing:
            raise
        except Refused as refusal:
            problem = str(refusal)
        else:
            return redirect("whatif-try", whatif_id=number)
    words = {
        "form": form, "zone": form.zone, "hours": form.hours, "problem": problem,
        "kind_words": present.KIND_WORDS[form.kind],
        "order_kinds": present.ORDER_CHOICES,
        "areas": [] if person_id else queries.areas(by, now=at),
        "area": given.get("area", ""), "of_order": given.get("of_order", ""), **about,
    }  # fmt: skip
    status = 422 if problem or (request.method == "POST" and form.trouble) else 200
    return render(request, "waypost/whatif_new.html", words, status=status)


def one(request: HttpRequest, whatif_id: int) -> HttpResponse:
    """A try: how far it has come, or what it found; beside another with ?with=."""
    by, at = signed_in(request), now()
    page = queries.try_page(whatif_id, by, now=at)
    person_id = page.seen.person_id
    words: dict[str, Any] = {
        "page": page,
        "heading": present.heading(page.seen),
        "draft": present.draft_words(page.seen.draft),
        "percent": round(100 * page.seen.done_share),
        "weekdays": present.weekday_words(),
        **_person_words(person_id, by),
    }
    if page.tried is not None and person_id is not None:
        words |= {
            "told": tried_words(page.tried, page.seen.draft.kind),
            "hours": present.hour_rows(page.tried.by_hour),
            "days": present.day_rows(page.tried),
            "others": [
                (other.number, present.heading(other))
                for other in queries.tries(by, now=at, person_id=person_id)
                if other.number != whatif_id and other.status.value == "done"
            ],
            **_beside(request, page, by),
        }
    elif page.cohort is not None:
        words |= {
            "told": cohort_words(page.cohort),
            "hours": present.hour_rows(page.cohort.hours_told()),
        }
    return render(request, "waypost/whatif_try.html", words)


@require_POST
def attach_to(request: HttpRequest, whatif_id: int) -> HttpResponse:
    by = signed_in(request)
    try:
        attach(
            whatif_id, request.POST.get("order", ""), request.POST.get("reason", ""),
            by=by, now=now(),
        )  # fmt: skip
    except NoSuchThing:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "It stands beside the order now; the person’s page shows it.")
    return redirect(reverse("whatif-try", args=[whatif_id]) + "#attach")


def _form(request: HttpRequest, by: Posted, person_id: int | None) -> present.Form:
    """As posted; else filled from a try or a requirement that is named; else empty."""
    at = now()
    if request.method == "POST":
        kind, order_kind = _kinds(request.POST)
        return present.read_form(request.POST, kind, order_kind, now=at)
    like = _number(request.GET.get("like", ""))
    if like is not None:
        seen = queries.try_page(like, by, now=at).seen
        return present.form_like(seen.draft, seen.order_kind, now=at, title=seen.title)
    reference = request.GET.get("requirement", "")
    if person_id is not None and reference:
        (person,) = person_orders([person_id])
        order = request.GET.get("of", "")
        if (found := present.requirement_of(person, order, reference)) is not None:
            return present.form_like(*found, now=at)
    kind, order_kind = _kinds(request.GET)
    return present.empty_form(kind, order_kind, now=at)


def _ask(request: HttpRequest, form: present.Form, by: Posted, person_id: int | None) -> int:
    if person_id is not None:
        return ask_person(
            person_id, form.draft, form.order_kind, by=by, now=now(), title=form.title
        )
    asked = request.POST.get("of_order", "")
    return ask_cohort(
        form.draft, form.order_kind, by=by, now=now(), title=form.title,
        area=request.POST.get("area", "").strip(),
        of_order_kind=OrderKind(asked) if asked in set(OrderKind) else None,
    )  # fmt: skip


def _kinds(given: Any) -> tuple[RequirementKind, OrderKind]:
    kind, order = given.get("kind", ""), given.get("order", "")
    return (
        RequirementKind(kind) if kind in {one.value for one in KINDS} else KINDS[0],
        OrderKind(order) if order in set(OrderKind) else OrderKind.COMMUNITY_ORDER,
    )


def _beside(request: HttpRequest, page: queries.TryPage, by: Posted) -> dict[str, Any]:
    """The figures of another try of the same person, beside these."""
    number = _number(request.GET.get("with", ""))
    if number is None or page.tried is None:
        return {}
    other = queries.try_page(number, by, now=now())
    if other.tried is None or other.seen.person_id != page.seen.person_id:
        raise Refused("Only finished tries of one person are set side by side.")
    return {
        "other": other,
        "other_heading": present.heading(other.seen),
        "other_draft": present.draft_words(other.seen.draft),
        "compared": present.compared(page.tried, other.tried),
    }


def _person_words(person_id: int | None, by: Posted) -> dict[str, Any]:
    """Whom it is about, if anybody; asks "may I?" itself, since it names them."""
    if person_id is None:
        return {"person_id": None, "who": "", "reference": "", "query": ""}
    may.check(by, Permission.WHATIF_RUN, case_of(person_id, now=now()))
    (person,) = person_orders([person_id])
    return {
        "person_id": person_id,
        "who": person.details.get("name") or person.person_id,
        "reference": person.person_id,
        "query": urlencode({"person": person_id}),
    }


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
