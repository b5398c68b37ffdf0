"""The control room: the live list with its filters, the map, one incident beside it, who is at it.

Without a script the list's links lead to the alert's own page, and from there to the incident's.
With one, the same incident is fetched as a part of the page and stands beside the list.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.alerts import answering as answers
from waypost.alerts import presence, queries, reaching
from waypost.alerts.dealing import reviews_due
from waypost.alerts.filters import Filters, Whose, read_filters
from waypost.alerts.inbox_version import Numbers
from waypost.alerts.incident_view import (
    ASKED_MAX,
    Incident,
    filter_choices,
    incident_of,
    team_names,
    zones_concerned,
)
from waypost.alerts.presence import Doing
from waypost.alerts.queries import Inbox
from waypost.alerts.risks import risks_of
from waypost.clock import now
from waypost.errors import Refused
from waypost.monitoring.parameter_queries import speeds
from waypost.monitoring.strip_queries import person_strips
from waypost.orders.queries import person_orders
from waypost.positions.thinning import thinned
from waypost.web.live import FAN
from waypost.web.pages.alerts import alert_words
from waypost.web.pages.duty import waiting_words
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import alerting, controlling
from waypost.web.presenters import people as present
from waypost.web.presenters import whereabouts as tracks
from waypost.web.presenters.inbox_rows import rows_html
from waypost.web.presenters.strips import KEY, strips_shown
from waypost.web.presenters.track_rows import rows_of
from waypost.web.sharing import Shared
from waypost.web.who import signed_in

DIGITS_MAX = 18  # of a number in an address: more fit no column
STRIP_DAYS = 3
GONE = "gone"
ROWS: Shared[tuple[Inbox, SafeString]] = Shared()


def inbox(request: HttpRequest) -> HttpResponse:
    """The control room: the list, and the incident that the address names."""
    by, at = signed_in(request), now()
    opened = _number(request.GET.get("open", ""))
    filters = read_filters(dict(request.GET.lists()))
    words = _inbox_words(request, filters, opened) | {"reviews_due": reviews_due(by, now=at)}
    words |= {
        "choices": controlling.choices_shown(filter_choices(by, now=at), filters),
        "may_see_zones": may.decide(by, Permission.PERSON_READ).allowed,
    }
    words |= _answering_words(by)
    if opened:
        words |= {"incident_html": _incident_html(request, opened), "opened": opened}
    return render(request, "waypost/inbox.html", words)


def inbox_rows(request: HttpRequest) -> HttpResponse:
    filters = read_filters(dict(request.GET.lists()))
    return render(request, "waypost/_inbox_rows.html", _inbox_words(request, filters))


def _inbox_words(request: HttpRequest, filters: Filters, opened: int = 0) -> dict[str, Any]:
    by, at = signed_in(request), now()
    page, here = _number(request.GET.get("page", "")) or 1, presence.others(by, now=at)
    found, rows = _list(by, page, filters, here, opened)
    words = {"inbox": found, "wide": True, **alerting.waiting(found)}
    words |= {
        "filters": filters,
        "filtered": f"{address}&" if (address := filters.address()) else "",
        "rows_address": controlling.with_query(
            reverse("inbox-rows"), filters.address(found.listing.page)
        ),
        "rows_html": rows,
        "held": controlling.held(filters, found.listing, team_names(filters.team_ids)),
        "urgent": " ".join(f"{one}:{urgency}" for one, urgency in found.listing.urgent),
    }
    return words | waiting_words(by)


def _list(
    by: Posted, page: int, filters: Filters, here: Mapping[int, str], opened: int
) -> tuple[Inbox, SafeString]:
    """The page of the list and its rows; drawn once for the open pages that it is the same for."""
    at = now()
    reach = reaching.within(by, now=at)

    def make() -> tuple[Inbox, SafeString]:
        found = queries.inbox(by, now=at, page=page, filters=filters, reach=reach)
        return found, rows_html(found.stories, reverse("alert", args=[0]), here, opened)

    if not FAN.listeners or opened:
        return make()
    whose = None if reach.person_ids is None else frozenset(reach.person_ids)
    return ROWS.get(
        (
            whose, frozenset(reach.hidden_ids), reach.nameless,
            may.decide(by, Permission.PERSON_READ).allowed, page, filters,
            by.officer_id if filters.whose is Whose.MINE else None, tuple(sorted(here.items())),
        ),
        queries.version(),
        make,
    )  # fmt: skip


async def inbox_events(request: HttpRequest) -> StreamingHttpResponse:
    """Server-sent events: the inbox's numbers whenever one rises; never a row."""
    del request

    async def stream() -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        last = Numbers(-1, -1)
        async for numbers in FAN.versions():
            if numbers is None:
                yield ": still here\n\n"
                continue
            if numbers.version != last.version:
                yield f"event: version\ndata: {numbers.version}\n\n"
            if numbers.presence != last.presence:
                yield f"event: presence\ndata: {numbers.presence}\n\n"
            last = numbers

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(stream(), content_type="text/event-stream", headers=headers)


def presence_seen(request: HttpRequest) -> JsonResponse:
    """Who else is at which alert, in words: a few bytes, asked when somebody comes or leaves."""
    found = presence.others(signed_in(request), now=now())
    return JsonResponse({"alerts": {str(alert_id): words for alert_id, words in found.items()}})


@require_POST
def presence_said(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The page has the alert open, its officer is writing, or it was left."""
    by, doing = signed_in(request), request.POST.get("doing", "")
    if doing == GONE:
        presence.gone(alert_id, by=by)
    elif doing in set(Doing):
        presence.here(alert_id, Doing(doing), by=by, now=now())
    else:
        raise Refused("say what is done: looking, writing or gone")
    return HttpResponse(status=204)


def zones(request: HttpRequest) -> JsonResponse:
    """Outlines of what alerts are about. Nothing of where anybody is."""
    asked = [_number(text) for text in request.GET.getlist("alert")[:ASKED_MAX]]
    concerned = zones_concerned([one for one in asked if one], signed_in(request), now=now())
    persons = {one.number: one for one in person_orders({one.person_id for one in concerned})}
    return JsonResponse({"zones": controlling.zones_shown(concerned, persons, now=now())})


@require_POST
def answering(request: HttpRequest) -> HttpResponse:
    """Begin or end answering alerts; back to the control room as it was."""
    by, at, sent = signed_in(request), now(), request.POST
    if sent.get("act") == "end":
        answers.end(by=by, now=at)
        messages.success(request, "You are no longer answering alerts: each look asks its purpose.")
    else:
        said, trouble = tried(
            lambda: answers.begin(number_of(sent.get("hours", ""), "for how long"), by=by, now=at)
        )
        if said is None:
            messages.warning(request, trouble)
    opened = _number(sent.get("open", ""))
    query = read_filters(dict(sent.lists())).address()
    query = "&".join(part for part in (query, f"open={opened}" if opened else "") if part)
    return redirect(controlling.with_query(reverse("inbox"), query))


def incident(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The incident as its own page; with `part`, what stands beside the list."""
    html = _incident_html(request, alert_id)
    if "part" in request.GET:
        return HttpResponse(html)
    words = {"incident_html": html, "alert_id": alert_id} | _answering_words(signed_in(request))
    return render(request, "waypost/incident.html", words)


@require_POST
def last_hours(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The last fix and the track of the last hours, behind the purpose said for the shift."""
    by, at = signed_in(request), now()
    table = answers.last_hours(alert_id, by=by, now=at, speeds=speeds())
    track = thinned(table, [])
    data = tracks.track_page(track, rows_of(table), [], [], "")
    words = {
        "data": data,
        "rows": data["rows"][-controlling.ROWS_SHOWN :][::-1],
        "summary": tracks.summary(table),
        "last": controlling.last_fix(table),
        "at": at,
        "alert_id": alert_id,
        "part": "part" in request.GET,
        "hours": answers.LOOK_BACK,
    }
    shape = "waypost/_last_hours.html" if words["part"] else "waypost/last_hours.html"
    return render(request, shape, words)


def _incident_html(request: HttpRequest, alert_id: int) -> str:
    """The incident with its messages, and the opened alert as its own page shows it."""
    by, at = signed_in(request), now()
    found = incident_of(alert_id, by, now=at)
    ids = [one.alert_id for one in found.alerts]
    words: dict[str, Any] = {
        "incident": found,
        "here": presence.others(by, now=at, alert_ids=ids),
        "reachable": controlling.reachable_shown(found.reachable),
        "may_look": answers.may_answer(by),
    }
    words |= _answering_words(by) | _person_words(found, by)
    body = alert_words(request, alert_id) | {"frame": "waypost/_bare.html", "strip": None}
    words["body"] = mark_safe(  # noqa: S308 - a page of ours, escaped where it was drawn
        render_to_string("waypost/alert.html", body, request)
    )
    return render_to_string("waypost/_incident.html", words, request)


def _person_words(found: Incident, by: Posted) -> dict[str, Any]:
    """Requirements in force, strips of those concerned, risks: for who may read the person."""
    if found.opened.nameless or not may.decide(by, Permission.PERSON_READ).allowed:
        return {}
    at, person_id = now(), found.opened.person_id
    person = person_orders([person_id])[0]
    about = {one.requirement_reference for one in found.alerts}
    strips = strips_shown(
        person_strips(person_id, by=by, now=at, count=STRIP_DAYS, person=person),
        settings.WALL_ZONE,
    )
    return {
        "orders": [one for one in present.orders_of(person, now=at) if one.live],
        "concerned": about,
        "strips": [
            one for one in strips if (one.reference in about if one.reference else "" in about)
        ],
        "strip_key": KEY,
        "may_explain": True,
        "risks": [one for one in risks_of(person_id, by, now=at) if one.to_at is None],
        "risk_words": controlling.RISK_WORDS,
    }


def _answering_words(by: Posted) -> dict[str, Any]:
    return {
        "may_answer": answers.may_answer(by),
        "answering": answers.answering(by, now=now()),
        "hours": controlling.HOURS,
    }


def _number(text: str) -> int:
    """A number of an address; 0 where it is none."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else 0
