"""The guard before every page: signed in, and holding the permission the route names.

Whether this person may see this case is asked again by the query or action the page calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from asgiref.sync import sync_to_async
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

from waypost.access import may
from waypost.access.values import Permission
from waypost.errors import BadUse
from waypost.web.who import asker

View = Callable[..., Any]
ONLY_A_FORM = "Nothing was done. Go back to the page with the form, or to your first page."


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
        return _to_sign_in(request)
    may.check(by, permission)
    return None


def _check_text(request: HttpRequest) -> None:
    """A character that PostgreSQL keeps in no text is refused once, before any page meets it."""
    for fields in (request.GET, request.POST):
        if any("\x00" in value for values in fields.lists() for value in values[1]):
            raise BadUse("The form holds a character that no text has; type it again.")


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """To the form and back; a part of a page that htmx asked for moves the whole page there."""
    if request.headers.get("HX-Request"):
        page = urlsplit(request.headers.get("HX-Current-URL", "")).path or reverse("home")
        words = urlencode({"next": page})
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = f"{reverse('sign-in')}?{words}"
        return answer
    words = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('sign-in')}?{words}")


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
