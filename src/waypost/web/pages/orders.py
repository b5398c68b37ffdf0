"""Orders: one order with its stage and story, forms that make and vary it, programmes.

    new -> order -> requirement (vary or add: check, see what lint says, save) -> order
                 -> move (suspend, take up, transfer, end, accept, how it was made)

Everything works without JavaScript. What lint says of a change is shown before it is saved, and
saved when the officer says that it is meant.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.errors import NoSuchThing, Refused
from waypost.life import actions, lifecycle, queries
from waypost.life.actions import Decision
from waypost.life.programme_acts import record_programme
from waypost.life.values import STAGE_WORDS, Act, Programme
from waypost.orders.queries import case_of, person_orders
from waypost.orders.values import Order, OrderKind, RequirementKind
from waypost.suitability.queries import proposal_of_order
from waypost.suitability.values import OUTCOME_WORDS
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import ordering as present
from waypost.web.presenters.fitting import read_form_time
from waypost.web.who import signed_in


def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """An order as it is, or with ?known= as it was known at an instant."""
    by, at = signed_in(request), now()
    known_at, problem = _known(request, at)
    with transaction.atomic():
        page = queries.order_page(order_id, by, now=at, known_at=known_at)
        audit.record("order:viewed", by=by, at=at, about=page.person_id, detail={"order": order_id})
    return _order_page(request, page, by, at, known_at=known_at, problem=problem)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, person_id: int) -> HttpResponse:
    """The form for an order that was made, with the first thing that it asks."""
    by, at = signed_in(request), now()
    may.check(by, Permission.ORDER_WRITE, case_of(person_id, now=at))
    (person,) = person_orders([person_id])
    posted = request.method == "POST"
    given = request.POST if posted else request.GET
    said, wrong = present.read_order(given) if posted else (_empty_order(given), [])
    kind = _kind(given, said.kind)
    if posted:
        form = present.read_form(request.POST, kind, said, "R1", now=at)
    else:
        form = present.empty_form(kind, said, "R1", now=at)
    problem, findings = "", []
    if posted and form.ready and not wrong:
        assert form.asked is not None, "a form that is ready says something"
        findings = present.findings(person, said, form.asked)
        if not findings or given.get("meant") == "yes":
            problem = _tried(
                lambda: actions.impose(
                    person_id, said, form.asked, given.get("words", ""), by=by, now=at
                )
            )
            if not problem:
                messages.success(request, "The order is recorded. What is missing can be added.")
                number = queries.number_of_order(person_id, said.order_id)
                return redirect("order", order_id=number)
    words = {
        "person_id": person_id, "who": person.details.get("name") or person.person_id,
        "form": form, "order": said, "given": given, "wrong": wrong if posted else [],
        "problem": problem, "findings": findings, "kinds": present.kinds_for(said.kind),
        "order_kinds": present.order_kinds(),
        "programmes": [one.name for one in queries.programmes()],
    }  # fmt: skip
    bad = posted and (problem or findings or wrong or form.trouble)
    return render(request, "waypost/order_new.html", words, status=422 if bad else 200)


@require_http_methods(["GET", "POST"])
def requirement(request: HttpRequest, order_id: int) -> HttpResponse:
    """Vary a requirement (?of=R1) or add one (?kind=curfew): whose decision, from when, why."""
    by, at = signed_in(request), now()
    page = queries.order_page(order_id, by, now=at)
    may.check(by, Permission.ORDER_VARY, case_of(page.person_id, now=at))
    lifecycle.check_can(Act.VARY, page.stage, page.order.kind)
    posted = request.method == "POST"
    given = request.POST if posted else request.GET
    stands = _standing(page.order, given.get("of", ""))
    reference = stands.requirement_id if stands else present.next_reference(page.order)
    kind = stands.kind if stands else _kind(given, page.order.kind)
    if posted:
        form = present.read_form(request.POST, kind, page.order, reference, now=at)
    elif stands is not None:
        form = present.form_like(stands, page.order, now=at)
    else:
        form = present.empty_form(kind, page.order, reference, now=at)
    problem, findings = "", []
    if posted and form.ready:
        assert form.asked is not None, "a form that is ready says something"
        findings = present.findings(page.person, page.order, form.asked)
        if not findings or given.get("meant") == "yes":
            problem = _tried(
                lambda: actions.vary(
                    page.person_id, page.order.order_id, form.asked, _decision(request),
                    from_at=_from(request, at), by=by, now=at,
                )
            )  # fmt: skip
            if not problem:
                messages.success(request, "It is recorded, and judged from the moment it binds.")
                return redirect("order", order_id=order_id)
    words = {
        "page": page, "form": form, "stands": stands, "given": given, "problem": problem,
        "findings": findings, "kinds": present.kinds_for(page.order.kind),
        "authorities": present.authority_choices(page.order),
        "who": _who(page), "person_id": page.person_id,
    }  # fmt: skip
    bad = posted and (problem or findings or form.trouble)
    return render(request, "waypost/order_requirement.html", words, status=422 if bad else 200)


@require_POST
def move(request: HttpRequest, order_id: int) -> HttpResponse:
    """One of the other acts on an order; what is refused comes back with what was typed."""
    by, at = signed_in(request), now()
    row, _ = queries.order_named(order_id, by, now=at)
    said, trouble = tried(lambda: _moved(request, row.person_id, row.reference, by, at))
    if said is None:
        page = queries.order_page(order_id, by, now=at)
        return _order_page(request, page, by, at, problem=trouble, status=422)
    messages.success(request, said)
    return redirect("order", order_id=order_id)


@require_POST
def own_consent(request: HttpRequest) -> HttpResponse:
    """The wearer withdraws the consent by which a tag is worn: it ends at once."""
    by, at = signed_in(request), now()
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    actions.withdraw_consent(
        by.own_person_id, request.POST.get("order", ""), request.POST.get("words", ""),
        by=by, now=at,
    )  # fmt: skip
    messages.success(request, "It has ended. Nothing that the tag records from now on is kept for "
                     "anybody to read. You will be told how to give the tag back.")  # fmt: skip
    return redirect("mine")


def programmes(request: HttpRequest) -> HttpResponse:
    """Every programme: what it is for, how many places are taken, which orders lie outside."""
    by, at = signed_in(request), now()
    may.check(by, Permission.PROGRAMME_READ)
    reads = may.decide(by, Permission.ORDER_READ).allowed
    rows = [
        {
            "programme": one,
            "words": present.programme_words(one),
            "taken": queries.places_taken(one.name, now=at),
            "outside": queries.orders_outside(one.name, by, now=at) if reads else [],
        }
        for one in queries.programmes()
    ]
    words = {
        "rows": rows, "reads": reads,
        "may_write": may.decide(by, Permission.PROGRAMME_WRITE).allowed,
    }  # fmt: skip
    return render(request, "waypost/programmes.html", words)


@require_http_methods(["GET", "POST"])
def programme(request: HttpRequest) -> HttpResponse:
    """The form for a programme: a new one, or ?name= as it stands."""
    by, at = signed_in(request), now()
    may.check(by, Permission.PROGRAMME_WRITE)
    name = (request.POST or request.GET).get("name", "").strip()
    posted = request.method == "POST"
    had = queries.find_programme(name)
    wrong: list[tuple[str, str]] = []
    problem = ""
    if posted:
        said = _programme(request, wrong)
        if not wrong:
            problem = _tried(
                lambda: record_programme(said, request.POST.get("words", ""), by=by, now=at)
            )
        if not (wrong or problem):
            messages.success(request, f"{said.name} is recorded.")
            return redirect("programmes")
    given: Any = request.POST if posted else present.programme_given(had)
    words = {
        "had": had, "given": given, "wrong": wrong, "problem": problem,
        "order_kinds": present.order_kinds(),
        "chosen": given.getlist("kinds") if posted else given["kinds"],
        "versions": queries.programme_named(name)[1] if had else [],
    }  # fmt: skip
    return render(request, "waypost/programme_form.html", words,
                  status=422 if wrong or problem else 200)  # fmt: skip


def _order_page(
    request: HttpRequest, page: queries.OrderPage, by: Posted, at: datetime, *,
    known_at: datetime | None = None, problem: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    case = case_of(page.person_id, now=at)
    may_vary = may.decide(by, Permission.ORDER_VARY, case).allowed
    words = {
        "page": page, "shown": present.order_shown(page, now=known_at or at),
        "stage_words": STAGE_WORDS[page.stage], "stage_tag": present.STAGE_TAGS[page.stage],
        "steps": present.steps_shown(page.steps), "known_at": known_at, "problem": problem,
        "said": request.POST, "person_id": page.person_id, "who": _who(page),
        "may_vary": may_vary,
        "proposed": proposal_of_order(page.person_id, page.order.order_id, by, now=at),
        "outcome_words": OUTCOME_WORDS,
        "acts": [one.value for one in lifecycle.acts_at(page.stage, page.order.kind)]
        if may_vary else [],
        "authorities": present.authority_choices(page.order),
        "deciders": present.deciders(page.order),
        "kinds": present.kinds_for(page.order.kind),
        "teams": queries.teams_to_take() if may_vary else [],
        "shown_made": present.made_given(page.order), "nothing": {},
        "programmes": [one.name for one in queries.programmes()],
    }  # fmt: skip
    return render(request, "waypost/order.html", words, status=status)


def _moved(request: HttpRequest, person_id: int, reference: str, by: Posted, at: datetime) -> str:
    sent = request.POST
    act, words = sent.get("act", ""), sent.get("words", "")
    if act == "take_out":
        actions.take_out(
            person_id, reference, sent.get("of", ""), _decision(request),
            from_at=_from(request, at), by=by, now=at,
        )  # fmt: skip
        return "The requirement asks nothing from then on."
    if act == Act.SUSPEND:
        actions.suspend(
            person_id, reference, _decision(request), from_at=_from(request, at),
            until=_time(sent.get("until", ""), "when the suspension ends"), by=by, now=at,
        )  # fmt: skip
        return "It is suspended for that time. A tag that is worn meanwhile still records; it may "\
               "be taken off."  # fmt: skip
    if act == Act.RESUME:
        actions.resume(person_id, reference, _decision(request), by=by, now=at)
        return "It is in force again from now on."
    if act == Act.TRANSFER:
        team = number_of(sent.get("team", ""), "the team that takes the case")
        actions.transfer(person_id, reference, team, words, by=by, now=at)
        return "The case is handed over."
    if act == Act.REVOKE:
        actions.revoke(
            person_id, reference, _decision(request), at=_from(request, at), by=by, now=at
        )
        return "The order ends then. The tag is to be taken off."
    if act == Act.WITHDRAW_CONSENT:
        actions.withdraw_consent(person_id, reference, words, by=by, now=at)
        return "It has ended, and nothing is collected any more. The tag is to be taken off."
    if act == Act.ACCEPT:
        actions.accept(person_id, reference, words, by=by, now=at)
        return "It is accepted as it is."
    if act == "particulars":
        return _particulars(request, person_id, reference, by, at)
    raise Refused("Choose what is to be done with the order.")


def _particulars(
    request: HttpRequest, person_id: int, reference: str, by: Posted, at: datetime
) -> str:
    wrong: list[tuple[str, str]] = []
    sent = request.POST
    convicted, imposed = (present.read_day(sent, name, wrong)
                          for name in ("convicted_on", "imposed_on"))  # fmt: skip
    if wrong:
        raise Refused(f"{wrong[0][1]}.")
    said = Order(
        reference, OrderKind.OTHER, at, None, (), True, convicted, imposed,  # type: ignore[arg-type]
        " ".join(sent.get("court", "").split())[:120],
        " ".join(sent.get("programme", "").split())[:120],
    )  # fmt: skip
    actions.record_particulars(person_id, reference, said, sent.get("words", ""), by=by, now=at)
    return "How the order was made is recorded."


def _programme(request: HttpRequest, wrong: list[tuple[str, str]]) -> Programme:
    sent = request.POST
    first = present.read_day(sent, "impose_from", wrong)
    if first is None and not wrong:
        wrong.append(("impose_from", "Enter the first day on which orders of it are made"))
    places = sent.get("places", "").strip()
    if places and not (places.isdecimal() and len(places) < 7):
        wrong.append(("places", "Enter how many places are funded, or nothing"))
    version = sent.get("version", "0")
    return Programme(
        " ".join(sent.get("name", "").split()), sent.get("instrument", "").strip(),
        first or present.NEVER.date(), present.read_day(sent, "impose_to", wrong),
        present.read_day(sent, "monitor_to", wrong),
        int(places) if places.isdecimal() and len(places) < 7 else None,
        present.lines_of(sent.get("courts", "")), present.lines_of(sent.get("boroughs", "")),
        frozenset(OrderKind(one) for one in sent.getlist("kinds") if one in set(OrderKind)),
        int(version) if version.isdecimal() and len(version) < 7 else 0,
    )  # fmt: skip


def _decision(request: HttpRequest) -> Decision:
    sent = request.POST
    authority = present.read_authority(sent.get("authority", ""))
    if authority is None:
        raise Refused("Choose whose decision it is.")
    return Decision(
        authority, sent.get("words", ""), sent.get("reference", ""), sent.get("consent") == "yes"
    )


def _from(request: HttpRequest, at: datetime) -> datetime:
    """From when it binds: now, or the time chosen."""
    if request.POST.get("when", "now") != "later":
        return at
    return _time(request.POST.get("from_at", ""), "from when it binds")


def _time(text: str, what: str) -> datetime:
    try:
        return read_form_time(text)
    except (ValueError, OverflowError):
        raise Refused(f"Enter {what}, such as 2026-03-01T19:00.") from None


def _tried(act: Any) -> str:
    """ "" when it was done, else why it was refused."""
    _, trouble = tried(lambda: act() or True)
    return trouble


def _standing(order: Order, reference: str) -> Any:
    """What of this reference binds last; None where a new one is asked for."""
    found = [one for one in order.requirements if one.requirement_id == reference]
    if reference and not found:
        raise NoSuchThing("There is no such requirement.")
    return present.as_ordered(found[-1]) if found else None


def _kind(given: Any, order: OrderKind) -> RequirementKind:
    offered = [value for value, _ in present.kinds_for(order)]
    asked = given.get("requirement_kind", "")
    return RequirementKind(asked if asked in offered else offered[0])


def _empty_order(given: Any) -> Order:
    kind = given.get("kind", "")
    chosen = OrderKind(kind) if kind in set(OrderKind) else OrderKind.COMMUNITY_ORDER
    return Order("", chosen, present.NEVER, None)  # type: ignore[arg-type]  # not named yet


def _known(request: HttpRequest, at: datetime) -> tuple[datetime | None, str]:
    text = request.GET.get("known", "").strip()
    if not text:
        return None, ""
    try:
        known_at = read_form_time(text)
    except (ValueError, OverflowError):
        return None, "Enter the moment as 2026-03-01T19:00."
    return min(known_at, at), ""


def _who(page: queries.OrderPage) -> str:
    return page.person.details.get("name") or page.person.person_id
