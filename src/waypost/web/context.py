"""What every page knows: who is signed in, where they may go, which base map is used."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from waypost import __version__
from waypost.access import may
from waypost.access.values import Permission, Posted, Role
from waypost.clock import now
from waypost.fitting.tasks import task_counts
from waypost.orders.queries import orders_version
from waypost.web.routes import MENU, Route, route
from waypost.web.who import asker

KEPT_S = 60
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
    here = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "by": by,
        "roles_in_words": [ROLE_WORDS[role] for role in sorted(by.roles)] if by else [],
        "menu": [(item, item.name == here) for item in menu_of(by)] if by else [],
        "menu_counts": SimpleLazyObject(lambda: counts_of(by)) if by else {},
        "map_style": settings.MAP_STYLE,
        "version": __version__,
    }


def counts_of(by: Posted) -> dict[str, int]:
    """Numbers beside words of the menu: tasks that wait. Kept for a little while: every page asks,
    and only what is ordered or worn, and time, change them."""
    if not may.decide(by, Permission.DEVICE_READ).allowed:
        return {}
    key = f"fitting-tasks:{by.officer_id}:{orders_version()}"
    return {"fitting": cache.get_or_set(key, lambda: sum(task_counts(by, now=now())), KEPT_S) or 0}


def menu_of(by: Posted) -> list[Route]:
    """The pages this officer's roles open, in the order of the day's work."""
    items = [route(name) for name in MENU]
    return [item for item in items if may.decide(by, item.permission).allowed]
