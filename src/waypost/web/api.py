"""The JSON API for machines: bearer tokens, the contract's fields; fixes need a purpose and leave
an audit line, alerts (which name no place) leave none, since clients ask for them all day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer

from waypost.access import may
from waypost.access.queries import posted_by_token, why_token_is_refused
from waypost.access.values import Permission, Posted, Purpose
from waypost.alerts.queries import api_alerts, is_behind
from waypost.clock import now, read_instant, write_instant
from waypost.errors import BadUse, WaypostError
from waypost.monitoring.parameter_queries import speeds
from waypost.monitoring.queries import progress
from waypost.orders.queries import person_by_reference
from waypost.positions.queries import whereabouts
from waypost.positions.tracks import TrackRow
from waypost.web import middleware
from waypost.web.court_api import court_router
from waypost.web.notification_api import notification_router
from waypost.web.offence_api import offence_router


class Bearer(HttpBearer):
    """A token whose scopes and whose role both carry the permission that the route names."""

    def __init__(self, permission: Permission) -> None:
        super().__init__()
        self.permission = permission

    def authenticate(self, request: HttpRequest, token: str) -> Posted | None:
        by = posted_by_token(token, now=now())
        if by is None:
            request.token_trouble = why_token_is_refused(token, now=now())  # type: ignore[attr-defined]
            return None
        request.asker = by  # type: ignore[attr-defined]
        may.check(by, self.permission)
        return by


class Items(Schema):
    items: list[dict[str, Any]]


api = NinjaAPI(title="Waypost", docs_url=None, openapi_url=None, urls_namespace="api")
api.add_router("", court_router(Bearer))
api.add_router("", notification_router(Bearer))
api.add_router("", offence_router(Bearer))


@api.exception_handler(WaypostError)
def refused(request: HttpRequest, error: WaypostError) -> HttpResponse:
    return middleware.respond(request, error)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """No token, or one that opens nothing, and why."""
    why = getattr(request, "token_trouble", "Send a token: Authorization: Bearer TOKEN.")
    return JsonResponse({"error": why}, status=401, headers={"WWW-Authenticate": "Bearer"})


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What was sent has not the shape that the schema says: which field, and what is wrong."""
    said = [f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}"
            for one in error.errors]  # fmt: skip
    return JsonResponse({"error": "; ".join(said), "fields": error.errors}, status=422)


@api.get("alerts", auth=Bearer(Permission.ALERT_READ), response=Items)
def alerts(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """Alerts within the token's reach, as the contract has them. Headers say up to when everything
    received has been judged, and whether that is behind: an empty list may only mean silence."""
    by: Posted = request.auth  # type: ignore[attr-defined]
    at, far = now(), progress()
    response["Waypost-Judged-To"] = write_instant(far.judged_to) if far.judged_to else "never"
    response["Waypost-Behind"] = "yes" if is_behind(far, now=at) else "no"
    return {"items": api_alerts(by, now=at)}


@api.get("fixes", auth=Bearer(Permission.WHEREABOUTS_READ), response=Items)
def fixes(
    request: HttpRequest,
    response: HttpResponse,
    person_id: str = "",
    purpose: str = "",
    to: str = "",
) -> dict[str, Any]:
    """A person's fixes between `from` and `to`, for a purpose; leaves the line track:viewed. Where
    no trail is in force these are the fixes that bear on the order; `Waypost-Held-Back` counts the
    others.

    What is missing is asked for in our words, as what is wrong is.
    """
    by: Posted = request.auth  # type: ignore[attr-defined]
    at = now()
    why = _purpose(purpose)  # before the person: a bad one must not tell who is known
    from_at = _instant("from", request.GET.get("from", ""))
    to_at = _instant("to", to) if to else at
    person = person_by_reference(person_id)
    track = whereabouts(person.pk, from_at, to_at, by=by, purpose=why, now=at, speeds=speeds())
    response["Waypost-Held-Back"] = str(track.held_back)
    return {"items": [fix_item(person_id, row) for row in track.rows]}


def fix_item(person_id: str, row: TrackRow) -> dict[str, Any]:
    """A fix in the words of the fixes file, with why it was set aside."""
    return {
        "person_id": person_id,
        "time": write_instant(row.measured_at),
        "received_at": write_instant(row.received_at),
        "lat": row.lat,
        "lon": row.lon,
        "accuracy_m": row.accuracy_m,
        "accuracy_stated": row.accuracy_stated,
        "mechanism": row.mechanism.name,
        "speed_mps": row.speed_mps,
        "course_deg": row.course_deg,
        "set_aside": None if row.used else row.words,
    }


def _instant(name: str, text: str) -> datetime:
    try:
        return read_instant(text)
    except ValueError as error:
        raise BadUse(f"{name}: {error}") from None


def _purpose(name: str) -> Purpose:
    try:
        return Purpose(name)
    except ValueError:
        raise BadUse(f"purpose is one of: {', '.join(Purpose)}") from None
