"""Where a person was: a purpose first, then the track. Every opening leaves its audit line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.access import may
from waypost.access.purposes import GATEWAYS, Gateway
from waypost.access.values import Permission, Posted, Purpose
from waypost.clock import now, read_instant
from waypost.devices.clock_queries import clocks_mended
from waypost.monitoring.queries import violations_of
from waypost.orders.queries import case_of, person_orders
from waypost.positions.queries import whereabouts
from waypost.web.presenters import shapes
from waypost.web.presenters import whereabouts as present
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
    track = whereabouts(person_id, asked.from_at, asked.to_at, by=by, purpose=purpose, now=now())
    zones = [zone for person in person_orders([person_id]) for zone in shapes.zones_of(person)]
    violations = violations_of(person_id, from_at=asked.from_at, to_at=asked.to_at)
    rows = present.rows_of(track)
    words = _person_words(person_id, by) | {
        "gateway": GATEWAYS[purpose],
        "asked": asked,
        "purpose": purpose,
        "data": present.track_page(track, zones, violations),
        "rows": rows[: present.FIRST_ROWS],
        "key": present.key_of(track, zones),
        "zone_names": shapes.names_of(zones),
        "violation_count": sum(not one.row.withdrawn for one in violations),
        "row_count": len(rows),
        "summary": present.summary(track),
        "mended": clocks_mended(person_id, asked.from_at, asked.to_at),
        "last_place": len(track.rows) - 1,
        "wide": True,
    }
    return render(request, "waypost/whereabouts.html", words)


def _person_words(person_id: int, by: Posted) -> dict[str, Any]:
    """The person's heading: the name only where the role may read it."""
    person = person_orders([person_id])[0]
    named = may.decide(by, Permission.PERSON_READ).allowed or by.own_person_id == person_id
    name = person.details.get("name", "") if named else ""
    return {"person": person, "who": name or person.person_id, "person_id": person_id}


def purposes_of(by: Posted) -> list[tuple[Purpose, Gateway]]:
    """The purposes one of the officer's roles may look for, with window enough to see anything.

    Checking a tag just fitted has a page of its own.
    """
    return [
        (purpose, gateway)
        for purpose, gateway in GATEWAYS.items()
        if gateway.roles & by.roles and gateway.window and purpose is not Purpose.FITTING
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
