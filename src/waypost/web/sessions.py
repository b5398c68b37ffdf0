"""What a session remembers of its sign-in: when it began, when its officer was last seen, when they
last proved that it is they, and whether a second factor was shown.

Django's own expiry counts from the last write; ours are asked at every page (web/guard.py), so that
a page that refreshes itself keeps nobody signed in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from waypost.access import session_limits
from waypost.access.values import Posted
from waypost.clock import now as clock_now

SIGNED_IN, SEEN, PROVED, SECOND = "signed_in_at", "seen_at", "proved_at", "second_factor"
SEEN_AGAIN_AFTER = timedelta(minutes=1)  # how fine `seen_at` is: a write per page is too much
# What pages ask for by themselves, again and again: no sign of anybody.
BY_ITSELF = frozenset({"inbox-rows", "inbox-events", "inbox-presence", "inbox-zones",
                       "alert-presence", "fitting-fixes", "map-tiles"})  # fmt: skip
# Pages with a part that htmx fetches every two seconds while something runs.
PART_BY_ITSELF = frozenset({"run", "parameter", "whatif-try"})


def begin(sender: Any, request: HttpRequest, **given: Any) -> None:
    """At each sign-in, whatever door it came by (Django's signal user_logged_in)."""
    at = clock_now().timestamp()
    request.session.update({SIGNED_IN: at, SEEN: at, PROVED: at, SECOND: False})


def is_over(request: HttpRequest, by: Posted, *, now: datetime) -> bool:
    """Whether the sign-in has ended; one that does not say when it began has."""
    began, seen = _at(request, SIGNED_IN), _at(request, SEEN)
    if began is None or seen is None:
        return True
    limits = settings.SESSION_LIMITS
    return session_limits.is_over(limits, by.roles, signed_in_at=began, seen_at=seen, now=now)


def touch(request: HttpRequest, name: str, *, now: datetime) -> None:
    """Their officer is there, unless the page asked by itself."""
    part = "HX-Request" in request.headers and name in PART_BY_ITSELF
    itself = part or name in BY_ITSELF or "itself" in request.GET  # the last: room.js, anew
    seen = _at(request, SEEN)
    if itself or (seen is not None and now - seen < SEEN_AGAIN_AFTER):
        return
    request.session[SEEN] = now.timestamp()


def prove(request: HttpRequest, *, now: datetime) -> None:
    request.session[PROVED] = now.timestamp()


def is_fresh(request: HttpRequest, *, now: datetime) -> bool:
    proved = _at(request, PROVED)
    return proved is not None and session_limits.is_fresh(proved, now=now)


def second_shown(request: HttpRequest) -> None:
    request.session[SECOND] = True


def was_second_shown(request: HttpRequest) -> bool:
    return bool(request.session.get(SECOND))


def _at(request: HttpRequest, name: str) -> datetime | None:
    said = request.session.get(name)
    return datetime.fromtimestamp(said, UTC) if isinstance(said, float) else None
