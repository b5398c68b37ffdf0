"""Where a person was: a purpose first, then the track. Every opening leaves its audit line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.purposes import GATEWAYS, Gateway
from waypost.access.values import Permission, Posted, Purpose
from waypost.clock import from_us, now, read_instant
from waypost.devices.clock_queries import clocks_mended
from waypost.errors import BadUse, Refused
from waypost.monitoring.parameter_queries import speeds
from waypost.monitoring.queries import violations_of
from waypost.orders.queries import case_of, person_orders
from waypost.positions.looks import look_closer, open_look, track_of_look
from waypost.positions.thinning import Thinned, View
from waypost.web.pages.trying import number_of
from waypost.web.presenters import shapes
from waypost.web.presenters import whereabouts as present
from waypost.web.presenters.track_rows import rows_of
from waypost.web.templatetags.waypost import local
from waypost.web.who import signed_in

USUAL_WINDOW = timedelta(hours=24)
FORM_TIME = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as filled in. `trouble` says in words what is wrong with it, by field."""

    purpose: Purpose | None
    from_at: datetime
    to_at: datetime
    trouble: dict[str, str]


def ask(request: HttpRequest, person_id: int) -> HttpResponse:
    """GET: the form of purpose and window. POST: the track, if the answer is yes."""
    by, at = signed_in(request), now()
    may.check(by, Permission.WHEREABOUTS_READ, case_of(person_id, now=at))
    sent = request.method == "POST"
    asked = _read(request.POST if sent else request.GET, at, strict=sent)
    if not sent or asked.trouble or asked.purpose is None:
        return _form(request, person_id, asked, by)
    return _track(request, person_id, asked.purpose, asked, by)


def _form(request: HttpRequest, person_id: int, asked: Asked, by: Posted) -> HttpResponse:
    words = _person_words(person_id, by) | {
        "purposes": purposes_of(by),
        "own": by.own_person_id == person_id,
        "asked": asked,
        "from_text": local(asked.from_at).strftime(FORM_TIME),
        "to_text": local(asked.to_at).strftime(FORM_TIME),
    }
    return render(
        request, "waypost/whereabouts_ask.html", words, status=422 if asked.trouble else 200
    )


def _track(
    request: HttpRequest, person_id: int, purpose: Purpose, asked: Asked, by: Posted
) -> HttpResponse:
    at = now()
    violations = violations_of(
        person_id, from_at=asked.from_at, to_at=asked.to_at, own=by.own_person_id == person_id
    )
    until = min(asked.to_at, at)
    look, track = open_look(
        person_id, asked.from_at, asked.to_at, by=by, purpose=purpose, now=at,
        violations=present.windows_of(violations, until), speeds=speeds(),
    )  # fmt: skip
    zones = [zone for person in person_orders([person_id]) for zone in shapes.zones_of(person)]
    table, rows = track.table, rows_of(track.table)
    data = present.track_page(track, rows, zones, violations, look.name)
    words = _person_words(person_id, by) | {
        "gateway": GATEWAYS[purpose],
        "asked": asked,
        "purpose": purpose,
        "data": data,
        "rows": data["rows"][: present.A_PAGE],
        "key": present.key_of(table, zones),
        "zone_names": shapes.names_of(zones),
        "violation_count": len(data["violations"]),
        "row_count": len(rows),
        "summary": present.summary(table),
        "mended": clocks_mended(person_id, asked.from_at, asked.to_at),
        "wide": True,
    }
    return render(request, "waypost/whereabouts.html", words)


@require_POST
def part(request: HttpRequest, person_id: int) -> HttpResponse:
    """JSON: what the map of an open look shows of the place it was moved to, and how near."""
    view = _view(request)
    track = _closer(request, person_id)
    return JsonResponse(present.part_of(track, view))


@require_POST
def rows(request: HttpRequest, person_id: int) -> HttpResponse:
    """JSON: a page of the table of an open look, by its number or by a fix that stands on it."""
    by_fix = "fix" in request.POST
    asked = number_of(request.POST.get("fix" if by_fix else "page", ""), "a page of the table")
    track = _closer(request, person_id)
    table = rows_of(track.table)
    if by_fix and asked >= len(track.table):
        raise BadUse("There is no such fix in this track.")
    page = table.row_of_fix(asked) // present.A_PAGE if by_fix else asked
    return JsonResponse({"page": page, "rows": table.page(page * present.A_PAGE, present.A_PAGE)})


def _closer(request: HttpRequest, person_id: int) -> Thinned:
    """The track of the look that the page carries, if it lasts, is theirs, and of this person."""
    by, at = signed_in(request), now()
    look = look_closer(request.POST.get("look", ""), by=by, now=at)
    if look.person != person_id:
        raise Refused("This look is of somebody else.")
    from_at, to_at = from_us(look.from_us), from_us(look.to_us)
    violations = violations_of(
        person_id, from_at=from_at, to_at=to_at, own=by.own_person_id == person_id
    )
    windows = present.windows_of(violations, min(to_at, at))
    return track_of_look(look, by=by, violations=windows, now=at, speeds=speeds())


def _view(request: HttpRequest) -> View:
    """What the map shows, in degrees. BadUse when that is no part of the world."""
    try:
        west, south, east, north, zoom = (
            float(request.POST.get(name, "")) for name in ("west", "south", "east", "north", "zoom")
        )
    except ValueError:
        raise BadUse("The map did not say where it is; load the page again.") from None
    if not (-540 <= west <= east <= 540 and -90 <= south <= north <= 90 and 0 <= zoom <= 30):
        raise BadUse("The map did not say where it is; load the page again.")
    return View(west, south, east, north, zoom)


def _person_words(person_id: int, by: Posted) -> dict[str, Any]:
    """The person's heading: the name only where the role may read it."""
    person = person_orders([person_id])[0]
    named = may.decide(by, Permission.PERSON_READ).allowed or by.own_person_id == person_id
    name = person.details.get("name", "") if named else ""
    return {"person": person, "who": name or person.person_id, "person_id": person_id}


def purposes_of(by: Posted) -> list[tuple[Purpose, Gateway]]:
    """The purposes one of the officer's roles may look for, with window enough to see anything.

    Checking a tag just fitted and answering a request have pages of their own.
    """
    return [
        (purpose, gateway)
        for purpose, gateway in GATEWAYS.items()
        if gateway.roles & by.roles
        and gateway.window
        and not gateway.names
        and purpose is not Purpose.FITTING
    ]


def _read(fields: Any, at: datetime, *, strict: bool) -> Asked:
    trouble: dict[str, str] = {}
    times: dict[str, datetime] = {"from": at - USUAL_WINDOW, "to": at}
    for name in times:
        text = fields.get(name, "").strip()
        if not text:
            continue
        try:
            times[name] = _time(text)
        except ValueError:
            trouble[name] = "Enter a date and time, such as 2026-03-01T19:00"
    purpose = None
    try:
        purpose = Purpose(fields.get("purpose", ""))
    except ValueError:
        if strict:
            trouble["purpose"] = "Choose why you need to see where this person was"
    if not trouble and times["from"] >= times["to"]:
        trouble["to"] = "The end must come after the beginning"
    return Asked(purpose, times["from"], times["to"], trouble)


def _time(text: str) -> datetime:
    """An instant: with its offset, or London wall time as forms send it. ValueError otherwise."""
    wall = datetime.fromisoformat(text)
    if wall.tzinfo is not None:
        return read_instant(text)
    return wall.replace(tzinfo=ZoneInfo(settings.WALL_ZONE)).astimezone(ZoneInfo("UTC"))
