"""What every answer carries, and what a refusal looks like."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from waypost.access import audit
from waypost.access.origin import coming_from
from waypost.access.values import MACHINE, Purpose
from waypost.clock import now
from waypost.errors import BadFile, Conflict, NoSuchThing, Refused, Unavailable, WaypostError
from waypost.web.pages.ground import map_file
from waypost.web.who import asker

log = logging.getLogger(__name__)
Answerer = Callable[[HttpRequest], Any]
NUMBER_MAX = 2**63 - 1  # what a column of numbers holds

STATUS: tuple[tuple[type[WaypostError], int, str], ...] = (
    (NoSuchThing, 404, "There is nothing here for you"),
    (Conflict, 409, "Somebody moved first"),
    (Refused, 403, "You may not do this"),
    (BadFile, 400, "The file could not be read"),
    (Unavailable, 503, "Try again in a moment"),
    (WaypostError, 400, "This did not work"),
)


def policy() -> str:
    """No script, style or request but our own; a configured map style opens its own host only,
    and none where the ground comes from a file of ours."""
    outside = settings.MAP_STYLE and not map_file()
    ground = f" {_origin(settings.MAP_STYLE)}" if outside else ""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob:{ground}",
            f"font-src 'self'{ground}",
            f"connect-src 'self'{ground}",
            "worker-src 'self' blob:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class _Middleware:
    """Both ways of being called, so that no request changes threads on our account."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self._later(request)
        return self.dress(self.get_response(request))

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return self.dress(await self.get_response(request))

    def dress(self, response: HttpResponseBase) -> HttpResponseBase:
        return response


class origin(_Middleware):
    """What is written down within says where it was asked from."""

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self._later(request)
        with coming_from(origin_of(request)):
            return self.get_response(request)

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        with coming_from(origin_of(request)):
            answered: HttpResponseBase = await self.get_response(request)
            return answered


def origin_of(request: HttpRequest) -> str:
    """Page or API, and the address; behind the TLS proxy the one it saw, which it adds last."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.HTTPS:
        address = request.META.get("HTTP_X_FORWARDED_FOR", address).rpartition(",")[2].strip()
    kind = "api" if request.path.startswith("/api/") else "page"
    return f"{kind} {address}"


class content_security_policy(_Middleware):
    """Every answer says what the page may load."""

    def dress(self, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers.setdefault(
            "Permissions-Policy", "geolocation=(), camera=(), microphone=()"
        )
        return response


class refusals(_Middleware):
    """A WaypostError becomes a calm page (JSON under /api/); a refusal leaves its audit line."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return respond(request, error) if isinstance(error, WaypostError) else None


def respond(request: HttpRequest, error: WaypostError) -> HttpResponse:
    """The answer to an error of ours; a refusal is written down first."""
    if isinstance(error, Refused) and not isinstance(error, Conflict):
        write_down(request, error)
    return answer(request, error)


def write_down(request: HttpRequest, error: Refused) -> None:
    """The audit line of a refusal: what refused is undone, so the entry point writes it."""
    match = request.resolver_match
    about = error.about or (match.kwargs.get("person_id") if match else None)
    audit.record_refusal(
        f"{match.url_name if match else 'page'}:refused",
        by=asker(request) or MACHINE,
        at=now(),
        about=about if about is not None and about <= NUMBER_MAX else None,
        purpose=Purpose(error.purpose) if error.purpose else None,
        why=str(error),
    )


def answer(request: HttpRequest, error: WaypostError) -> HttpResponse:
    """The page or JSON of an error, with its status."""
    status, title = next((code, words) for kind, code, words in STATUS if isinstance(error, kind))
    if request.path.startswith("/api/"):
        return JsonResponse({"error": str(error)}, status=status)
    words = {"title": title, "message": _sentence(str(error)), "status": status}
    return render(request, "waypost/refused.html", words, status=status)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
