"""What every page knows: who is signed in, where they may go, which base map is used."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from waypost import __version__
from waypost.access import may
from waypost.access.values import Posted, Role
from waypost.training.practising import find_practice
from waypost.web.pages.ground import map_file
from waypost.web.routes import BY_NAME, ROUTES, Route, route
from waypost.web.waiting import waiting_of
from waypost.web.who import asker

ROLE_WORDS: dict[Role, str] = {
    Role.MONITORING_OFFICER: "Monitoring officer",
    Role.PROBATION_PRACTITIONER: "Probation practitioner",
    Role.POLICE_ANALYST: "Police analyst",
    Role.POLICE_REQUESTER: "Police requester",
    Role.AUTHORISING_OFFICER: "Authorising officer",
    Role.COURT_REPORT_OFFICER: "Court report officer",
    Role.IOM_COORDINATOR: "IOM coordinator",
    Role.PROGRAMME_EVALUATOR: "Programme evaluator",
    Role.DATA_PROTECTION_OFFICER: "Data protection officer",
    Role.ADMINISTRATOR: "Administrator",
    Role.WEARER: "Wearer",
}


def house(request: HttpRequest) -> dict[str, Any]:
    by = asker(request) if hasattr(request, "user") else None
    here = (request.resolver_match.url_name if request.resolver_match else "") or ""
    above = (by and here in BY_NAME and parent_of(by, BY_NAME[here])) or here
    return {
        "by": by,
        "roles_in_words": [ROLE_WORDS[role] for role in sorted(by.roles)] if by else [],
        "menu": [(item, item.name == above) for item in menu_of(by)] if by else [],
        "submenu": [(item, item.name == here) for item in submenu_of(by, above or here)]
        if by
        else [],
        "menu_counts": SimpleLazyObject(lambda: waiting_of(by)) if by else {},
        "map_style": f"pmtiles:{reverse('map-tiles')}" if map_file() else settings.MAP_STYLE,
        "in_practice": find_practice() is not None,
        "version": __version__,
    }


def menu_of(by: Posted) -> list[Route]:
    """The pages this officer's roles open, in the order of the day's work. One that stands under a
    page which they do not open stands in the menu itself."""
    items = [one for one in ROUTES if one.title and may.decide(by, one.permission).allowed]
    return [item for item in items if not parent_of(by, item)]


def parent_of(by: Posted, item: Route) -> str:
    """The name of the page that it stands under, as far as the officer opens that one; else ""."""
    if not item.under or not may.decide(by, route(item.under).permission).allowed:
        return ""
    return item.under


def submenu_of(by: Posted, name: str) -> list[Route]:
    """A page of the menu and those under it, if there are any that the officer may open."""
    items = [one for one in ROUTES if one.title and (one.under == name or one.name == name)]
    allowed = [item for item in items if may.decide(by, item.permission).allowed]
    return sorted(allowed, key=lambda item: item.under) if len(allowed) > 1 else []
