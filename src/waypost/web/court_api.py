"""The API for a court's hub: bearer tokens with the scope court:send.

    POST /api/court/messages?source=NAME   one message as the body: a hearing's results, or a device
                                           wearer with a monitoring order
    GET  /api/court/messages/N             how the orders of delivery N stand: numbers and states

Kept before it is answered: 201 for a new delivery, 200 when the same bytes had been sent before and
nothing changed. What cannot be read is kept, too, and put before a person. No name goes out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Router, Schema, Status

from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.courts.actions import MESSAGE_BYTES_MAX, receive
from waypost.courts.queries import delivery_outcome
from waypost.errors import BadFile
from waypost.positions.release import release_covered

P = Permission
Number = Annotated[int, Path(ge=0, le=2**63 - 1)]


class Outcome(Schema):
    """What became of a delivery. `monitored`: orders in it that speak of electronic monitoring."""

    delivery: int
    digest: str
    people: int
    monitored: int
    messages: list[dict[str, Any]]


def court_router(bearer: Callable[[Permission], Any]) -> Router:
    """The operations, each behind the bearer of its permission."""
    router = Router()

    @router.post("court/messages", auth=bearer(P.COURT_SEND), response={200: Outcome, 201: Outcome})
    def send(request: HttpRequest, source: str = "") -> Status[dict[str, Any]]:
        # Django's `body` keeps at most DATA_UPLOAD_MAX_MEMORY_SIZE; a long hearing may be more.
        data = request.read(MESSAGE_BYTES_MAX + 1)
        if not data:
            raise BadFile("send the message itself as the body of the request")
        by: Posted = request.auth  # type: ignore[attr-defined]
        got = receive(data, source or by.name, by=by, now=now())
        if got.is_new:
            release_covered(by=by, now=now())
        return Status(201 if got.is_new else 200, delivery_outcome(got.delivery_id))

    @router.get("court/messages/{int:number}", auth=bearer(P.COURT_SEND), response=Outcome)
    def one(request: HttpRequest, number: Number) -> dict[str, Any]:
        return delivery_outcome(number)

    return router
