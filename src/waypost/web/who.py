"""Who is asking: the officer behind a session, as decisions see one."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from waypost.access.queries import posted
from waypost.access.values import Posted
from waypost.clock import now
from waypost.web import sessions


def asker(request: HttpRequest) -> Posted | None:
    """The officer who asks, with the roles held now: of the bearer token (web/api.py), else of the
    session; None when it is nobody, or the sign-in has ended."""
    known = getattr(request, "asker", None)
    if known is None and request.user.is_authenticated:
        by = posted(request.user, now=now())
        if not sessions.is_over(request, by, now=now()):
            known = request.asker = by  # type: ignore[attr-defined]
    return cast(Posted | None, known)


def signed_in(request: HttpRequest) -> Posted:
    """The officer of a guarded page; the guard let nobody else through."""
    by = asker(request)
    assert by is not None, "a guarded page was reached without signing in"
    return by
