"""The guard before every page: signed in, not for too long, holding the permission the route names,
with a second factor where one is required, and proved again before a grave act.

Whether this person may see this case is asked again by the query or action the page calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from waypost.access import audit, may, proving
from waypost.access.queries import posted
from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.errors import BadUse
from waypost.web import sessions
from waypost.web.again import asked_again
from waypost.web.who import asker

View = Callable[..., Any]
ONLY_A_FORM = "Nothing was done. Go back to the page with the form, or to your first page."
# All that is open to somebody who must have a second factor and has none.
SETTING_UP = frozenset({"own-sign-in", "own-app", "own-passkey"})


def guarded(view: View, permission: Permission) -> View:
    """The view behind its permission; carries it as `.permission` for the house check."""
    page = _guarded_async(view, permission) if _is_async(view) else _guarded(view, permission)
    if permission is not Permission.ANYBODY:
        page = never_cache(page)  # the back button shows nothing after signing out
    page.permission = permission  # type: ignore[attr-defined]
    return page


def let_in(request: HttpRequest, permission: Permission) -> HttpResponseBase | None:
    """None when the asker may go on, else where to go; Refused when signed in without leave."""
    _check_text(request)
    if permission is Permission.ANYBODY:
        return None
    by = asker(request)
    if by is None:
        _end(request)
        return _to_sign_in(request)
    may.check(by, permission)
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    sessions.touch(request, name, now=now())
    return _owes_factor(request, by, name) or asked_again(request, by)


def _end(request: HttpRequest) -> None:
    """A sign-in that lasted too long ends here, and is written down."""
    if request.user.is_authenticated:
        with transaction.atomic():
            by = posted(request.user, now=now())
            logout(request)
            audit.record("officer:session_ended", by=by, at=now())


def _owes_factor(request: HttpRequest, by: Posted, name: str) -> HttpResponseBase | None:
    """Where one is required and was not shown: to where it is set up, or to sign in with it."""
    if not settings.SECOND_FACTOR.requires(by.roles) or sessions.was_second_shown(request):
        return None
    if proving.has_factor(by.officer_id or 0):
        _end(request)
        return _to_sign_in(request)
    return None if name in SETTING_UP else _moved(request, reverse("own-sign-in"))


def _check_text(request: HttpRequest) -> None:
    """A character that PostgreSQL keeps in no text is refused once, before any page meets it."""
    for fields in (request.GET, request.POST):
        if any("\x00" in value for values in fields.lists() for value in values[1]):
            raise BadUse("The form holds a character that no text has; type it again.")


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the form and back; a part of a page that htmx asked for moves the whole page there."""
    there = request.get_full_path()
    if request.headers.get("HX-Request"):
        there = urlsplit(request.headers.get("HX-Current-URL", "")).path or reverse("home")
    return _moved(request, f"{reverse('sign-in')}?{urlencode({'next': there})}")


def _moved(request: HttpRequest, address: str) -> HttpResponseBase:
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = address
        return answer
    return HttpResponseRedirect(address)


def _only_a_form(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Whoever reloads the address of a form, or comes back to it, finds a way on from there."""
    words = {"title": "This address only takes a form", "message": ONLY_A_FORM, "status": 405}
    page = render(request, "waypost/refused.html", words, status=405)
    page.headers["Allow"] = answer.headers["Allow"]
    return page


def _is_async(view: View) -> bool:
    return asyncio.iscoroutinefunction(view)


def _guarded(view: View, permission: Permission) -> View:
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        answer = let_in(request, permission) or view(request, *args, **kwargs)
        not_allowed = isinstance(answer, HttpResponseNotAllowed)
        return _only_a_form(request, answer) if not_allowed else answer

    return page


def _guarded_async(view: View, permission: Permission) -> View:
    @wraps(view)
    async def page(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        elsewhere = await sync_to_async(let_in)(request, permission)
        return elsewhere or await view(request, *args, **kwargs)

    return page
