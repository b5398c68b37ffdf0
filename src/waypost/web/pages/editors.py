"""What the editors of zones and timetables ask the server while somebody works: nothing is kept.

Places and hours come in the body of a POST, never in an address, where a log could keep them.
"""

from __future__ import annotations

import json
import re
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from waypost.clock import now
from waypost.errors import BadUse
from waypost.orders.placing import find_place, grid_reference
from waypost.orders.values import OrderKind, RequirementKind
from waypost.web.presenters.timetable_field import read_timetable_field
from waypost.web.presenters.zone_field import Near, read_zone_field

NEAR_MAX = 20
NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
Kind = TypeVar("Kind", RequirementKind, OrderKind)


@require_POST
def zone_checked(request: HttpRequest) -> HttpResponse:
    """JSON: the zone as read, its area, ring and measures, and what is wrong with it."""
    name = _name(request)
    kind = _one_of(RequirementKind, request.POST.get("kind", ""), RequirementKind.EXCLUSION)
    near = _near(request.POST.get("near", ""))
    field = read_zone_field(request.POST, name, kind=kind, near=near)
    return JsonResponse(field.page_data)


@require_POST
def place_found(request: HttpRequest) -> HttpResponse:
    """JSON: where a postcode, grid reference or latitude and longitude is; 422 when nowhere."""
    found = find_place(request.POST.get("text", "")[:80])
    if found is None:
        return JsonResponse({"words": "No such place is known."}, status=422)
    grid = grid_reference(found.lat, found.lon)
    return JsonResponse({"lat": found.lat, "lon": found.lon, "grid": grid, "words": found.words})


@require_POST
def timetable_checked(request: HttpRequest) -> HttpResponse:
    """The timetable editor anew, as the form around it has it now."""
    field = read_timetable_field(
        request.POST,
        _name(request),
        kind=_one_of(RequirementKind, request.POST.get("kind", ""), RequirementKind.CURFEW),
        order_kind=_one_of(OrderKind, request.POST.get("order", ""), OrderKind.COMMUNITY_ORDER),
        label=request.POST.get("label", "Hours")[:80],
        now=now(),
    )
    return render(request, "waypost/_timetable_inside.html", {"field": field})


def _name(request: HttpRequest) -> str:
    name = request.POST.get("editor", "")
    if not NAME.fullmatch(name):
        raise BadUse("The form names no editor; load the page again.")
    return name


def _one_of(kinds: type[Kind], word: str, usual: Kind) -> Kind:
    return kinds(word) if word in set(kinds) else usual


def _near(text: str) -> list[Near]:
    """Places that the page had named; anything else is passed over."""
    try:
        rows = json.loads(text) if len(text) < 10_000 else []
        return [
            Near(str(label)[:80], float(lat), float(lon)) for label, lat, lon in rows[:NEAR_MAX]
        ]
    except (ValueError, TypeError, RecursionError):
        return []
