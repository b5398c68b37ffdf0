"""The gateway's doors: HTTP requests decoded in the event loop, put in line, answered when kept.

`http` is one listener with a path a protocol; `osmand` and `owntracks` are listeners of their own
at any path, since such clients can often be told a host and a port only.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from waypost import clock
from waypost.devices.tokens import take_token
from waypost.devices.values import FlagKind
from waypost.errors import Read, Unavailable
from waypost.gateway.figures import Figures, Tally
from waypost.gateway.hall import Hall
from waypost.gateway.hearing import OF_ANOTHER, SPEAKS_FOR, fault_of, weight_of
from waypost.gateway.identity import is_local
from waypost.gateway.limits import Refusal
from waypost.gateway.requests import Bodies, TooLarge, bearer, plain, read_message, refusal
from waypost.gateway.token_book import TokenBook
from waypost.gateway.values import (
    NO_ROOM,
    BatchMessage,
    Item,
    Outcome,
    Ping,
    TagMessage,
    Taken,
    UnreadableMessage,
)
from waypost.protocols.batch import read_batch
from waypost.protocols.spoken import HTTP
from waypost.protocols.values import HttpMessage, HttpReply, Unreadable

BATCH_BYTES_MAX = 8 * 2**20
KEY_LENGTH_MAX = 200
# Longer than SQLite waits for its lock (20 s), so that a slow commit is not answered as a lost one.
REPLY_WITHIN_S = 25.0
READY_WITHIN_S = 5.0
METHODS = ["GET", "POST", "PUT"]
Endpoint = Callable[[Request], Awaitable[Response]]


class Doors:
    """What the listeners share: the line to the committer and the figures it keeps."""

    def __init__(
        self, hall: Hall, counts: dict[str, int], figures: Figures, tokens: TokenBook
    ) -> None:
        self._hall, self._committer, self._tokens = hall, hall.committer, tokens
        self._counts, self._figures = counts, figures
        self._bodies, self._batches = Bodies(), Bodies()  # no stranger takes a hub's room
        self.unavailable = 0  # replies of 503

    def application(self, protocol: str) -> Starlette:
        """The app of one listener."""
        own = [
            Route("/healthz", _healthy, methods=["GET"]),
            Route("/readyz", self._ready, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
        ]
        if protocol == "http":
            doors = [
                Route(f"/intake/{name}", self.tag_endpoint(name), methods=METHODS) for name in HTTP
            ]
            return Starlette(
                routes=[*own, *doors, Route("/intake/batch", self._batch, methods=["POST"])]
            )
        anywhere = Route("/{path:path}", self.tag_endpoint(protocol), methods=METHODS)
        return Starlette(routes=[*own, anywhere])

    def tag_endpoint(self, protocol: str) -> Endpoint:
        """One message of one tag."""

        tally = self._figures.of(f"{protocol} request")

        async def endpoint(request: Request) -> Response:
            host = request.client.host if request.client else ""
            if (why := self._hall.refuses(host)) is not None:
                return _too_fast(tally, why)
            try:
                message = await read_message(request, self._bodies)
            except TooLarge:
                return plain(413, "the request is larger than 1 MiB")
            except Unavailable as error:
                return self._crowded(tally, error)
            except ClientDisconnect:
                return Response(status_code=400)
            token, message = take_token(message)
            try:
                item = await self._admitted(self._heard(protocol, message, request, host), token)
            except Unavailable as error:
                self.unavailable += 1
                return plain(503, str(error))
            self._count(item, tally, host)
            outcome = await self._kept(item, weight_of(item))
            tally.refusals[Refusal.QUARANTINE_FULL] += outcome is NO_ROOM
            reply = _reply(protocol, item, outcome)
            tally.replies += reply.status < 500
            return _as_response(reply)

        return endpoint

    def _heard(
        self, protocol: str, message: HttpMessage, request: Request, host: str
    ) -> TagMessage | UnreadableMessage:
        """What goes in line for a request."""
        decoded, now = HTTP[protocol].decode(message), clock.now()
        speaks_for = request.scope.get(SPEAKS_FOR)
        if speaks_for is not None and decoded.device_id not in speaks_for:
            named = decoded.device_id or ""
            return UnreadableMessage(
                protocol,
                message.to_bytes(),
                OF_ANOTHER,
                now,
                named,
                status=403,
                flag=FlagKind.OTHER_CERTIFICATE,
            )
        return TagMessage(protocol, message.to_bytes(), decoded, now, self._hall.network_of(host))

    async def _admitted(
        self, item: TagMessage | UnreadableMessage, token: str | None
    ) -> TagMessage | UnreadableMessage:
        """The item, or its bytes for an officer when its token is not the device's. Unavailable
        when that cannot be told just now."""
        if isinstance(item, UnreadableMessage) or item.decoded.device_id is None:
            return item
        device = item.decoded.device_id
        reason = await self._tokens.refusal(device, token)
        if reason is None:
            return item
        return UnreadableMessage(
            item.protocol, item.payload, reason, item.received_at, device, status=401
        )

    def _count(self, item: TagMessage | UnreadableMessage, tally: Tally, host: str) -> None:
        tally.frames += 1
        tally.bytes += len(item.payload)
        if (fault := fault_of(item)) is not None:
            tally.fault(fault)
            self._hall.fault_from(host)
        if fault == OF_ANOTHER:
            tally.refusals[Refusal.OTHER_IDENTITY] += 1
        if isinstance(item, UnreadableMessage) and item.status == 401:
            tally.refusals[Refusal.TOKEN] += 1

    async def _batch(self, request: Request) -> Response:
        tally = self._figures.of("batch request")
        host = request.client.host if request.client else ""
        if (why := self._hall.refuses(host)) is not None:
            return _too_fast(tally, why)
        token = bearer(request)
        if token is None and not (is_local(host) and self._tokens.trusts_this_machine):
            tally.refusals[Refusal.TOKEN] += 1
            return refusal(401, "send a bearer token that may post batches (waypost token ROLE)")
        key = request.headers.get("idempotency-key", "").strip()
        if not key or len(key) > KEY_LENGTH_MAX or not key.isprintable():
            return refusal(
                400, "send an Idempotency-Key header of your own choosing, at most 200 characters"
            )
        try:
            if token is not None and not await self._tokens.is_of_somebody(token):
                self._hall.fault_from(host)
                tally.refusals[Refusal.TOKEN] += 1
                return refusal(401, "the token is not known, or has ended")
            body = await self._batches.read(request, BATCH_BYTES_MAX)
        except TooLarge:
            return refusal(413, "the batch is larger than 8 MiB; send it in parts")
        except Unavailable as error:
            return self._crowded(tally, error)
        except ClientDisconnect:
            return Response(status_code=400)
        item = await asyncio.to_thread(_read_batch, body, key, token)
        self._count_batch(item, len(body), tally, host)
        reply = await self._kept(item, 4 * len(body))  # rows read weigh more than their text
        assert isinstance(reply, HttpReply)  # a batch is answered by what became of its rows
        tally.replies += reply.status < 500
        if reply.status == 200:
            return Response(reply.body, media_type="application/json")
        return refusal(reply.status, reply.body)

    def _crowded(self, tally: Tally, error: Unavailable) -> Response:
        """No room for one more large body: the client tries again, on another connection."""
        self.unavailable += 1
        tally.refusals[Refusal.LINE_FULL] += 1
        return plain(503, str(error))

    def _count_batch(self, item: BatchMessage, size_bytes: int, tally: Tally, host: str) -> None:
        tally.frames += 1
        tally.bytes += size_bytes
        if item.fault:
            tally.fault(item.fault)
            self._hall.fault_from(host)

    async def _kept(self, item: Item, size_bytes: int) -> Outcome:
        """The outcome, once the item is committed; 503 with nothing promised when it is not."""
        try:
            return await asyncio.wait_for(self._answer_of(item, size_bytes), REPLY_WITHIN_S)
        except (Unavailable, TimeoutError) as error:
            self.unavailable += 1
            return HttpReply(503, str(error) or "the store is slow; nothing is promised; try again")

    def _answer_of(self, item: Item, size_bytes: int) -> asyncio.Future[Outcome]:
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def settle(outcome: Outcome | Unavailable) -> None:  # in the loop's thread
            if future.done():  # the client left, or waited too long
                return
            if isinstance(outcome, Unavailable):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        self._committer.offer(item, settle, size_bytes=size_bytes)
        return future

    async def _ready(self, request: Request) -> Response:
        """Whether a commit goes through just now."""
        try:
            await asyncio.wait_for(self._answer_of(Ping(), 0), READY_WITHIN_S)
        except (Unavailable, TimeoutError):
            return plain(503, "the store does not answer")
        return plain(200, "ready")

    async def _metrics(self, request: Request) -> Response:
        figures = {**self._counts, "unavailable": self.unavailable}
        lines = [f"waypost_gateway_{name}_total {value}" for name, value in figures.items()]
        lines.append(f"waypost_gateway_waiting {self._committer.waiting}")
        lines.append(f"waypost_gateway_connections_max {self._hall.limits.connections}")
        lines += self._figures.lines()
        return plain(200, "\n".join([*lines, ""]))


async def _healthy(request: Request) -> Response:
    return plain(200, "alive")


def _read_batch(body: bytes, key: str, token: str | None) -> BatchMessage:
    received_at = clock.now()
    digest = hashlib.sha256(body).hexdigest()
    try:
        return BatchMessage(token, key, digest, read_batch(body), received_at)
    except Unreadable as trouble:
        return BatchMessage(token, key, digest, Read(), received_at, str(trouble), body)


def _reply(protocol: str, item: TagMessage | UnreadableMessage, outcome: Outcome) -> HttpReply:
    """The protocol's own reply to a message that is kept; ours to any other."""
    if isinstance(item, TagMessage) and isinstance(outcome, Taken):
        return HTTP[protocol].reply(item.decoded)
    return outcome if isinstance(outcome, HttpReply) else HttpReply(200)


def _too_fast(tally: Tally, why: Refusal) -> Response:
    tally.refusals[why] += 1
    return plain(429, "too many messages from this address; try again")


def _as_response(reply: HttpReply) -> Response:
    return plain(reply.status, reply.body)
