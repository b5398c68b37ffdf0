"""Clients that waste the gateway's connections: slow ones, endless heads, too many."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from waypost.doorkeeper import HEAD_BYTES_MAX, Doorkeeper
from waypost.gateway.doors import HttpGuest


class Hasty(Doorkeeper):
    silent_s_max = 0.3


async def echo(request):
    return PlainTextResponse(str(len(await request.body())))


async def slowly(request):
    await asyncio.sleep(0.9)
    return PlainTextResponse("at last")


def talk(conversation):
    """Run `conversation(port)` against a server that waits 0.3 s."""

    async def both():
        app = Starlette(routes=[Route("/", echo, methods=["GET", "POST"]), Route("/slow", slowly)])
        config = uvicorn.Config(app, http=Hasty, port=0, log_config=None, lifespan="off",
                                access_log=False)  # fmt: skip
        server = uvicorn.Server(config)
        server.capture_signals = contextlib.nullcontext
        running = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            return await asyncio.wait_for(conversation(port), 10)
        finally:
            server.should_exit = True
            await running

    return asyncio.run(both())


async def send(port, *parts, pause_s=0.0):
    """What comes back until the server closes; parts are sent with a pause between them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def closing(method=b"GET", *more):
    return b"\r\n".join(
        [method + b" / HTTP/1.1", b"Host: x", b"Connection: close", *more, b"", b""]
    )


def test_an_ordinary_request_is_answered():
    assert b"200 OK" in talk(lambda port: send(port, closing()))


@pytest.mark.parametrize(
    "parts",
    [
        [],  # says nothing at all
        [b"GET / HTTP/1.1\r\nHost: x\r\n"],  # a head that stops
        [b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123"],  # a body that stops
    ],
)
def test_a_client_that_falls_silent_in_a_request_is_let_go(parts):
    assert b"200" not in talk(lambda port: send(port, *parts))


def test_a_head_that_drips_is_let_go_though_it_is_never_silent():
    drops = [b"GET / HTTP/1.1\r\nHost: x\r\n", *([b"a: b\r\n"] * 20)]
    assert b"200" not in talk(lambda port: send(port, *drops, pause_s=0.05))


def test_a_slow_body_that_keeps_coming_is_waited_for():
    head = closing(b"POST", b"Content-Length: 8")
    said = talk(lambda port: send(port, head, *([b"x"] * 8), pause_s=0.1))
    assert said.endswith(b"8")


def test_a_body_that_drips_is_not_waited_for_without_end(monkeypatch):
    """Never silent, and never done: each such client holds a connection and what it has sent."""
    monkeypatch.setattr(Hasty, "request_s_max", 1.0)
    head = closing(b"POST", b"Content-Length: 30")
    assert b"200" not in talk(lambda port: send(port, head, *([b"x"] * 30), pause_s=0.1))


def test_the_gateway_s_patience_ends_before_that_of_pages():
    assert HttpGuest.request_s_max < Doorkeeper.request_s_max


def test_a_reply_may_take_longer_than_a_client_may_be_silent():
    asked = closing().replace(b"GET / ", b"GET /slow ")
    assert b"200 OK" in talk(lambda port: send(port, asked))


def test_a_head_without_end_is_refused_and_not_kept():
    field = b"x: " + b"y" * 1000 + b"\r\n"
    parts = [b"GET / HTTP/1.1\r\nHost: x\r\n", *([field] * (8 * HEAD_BYTES_MAX // 1000))]
    assert b"200" not in talk(lambda port: send(port, *parts))


def test_one_field_without_end_is_refused():
    parts = [b"GET / HTTP/1.1\r\nx: ", *([b"y" * 65536] * 8)]
    assert b"200" not in talk(lambda port: send(port, *parts))


def test_a_large_body_is_no_large_head():
    size = 20 * HEAD_BYTES_MAX
    head = closing(b"POST", f"Content-Length: {size}".encode())
    assert talk(lambda port: send(port, head, b"x" * size)).endswith(str(size).encode())


def test_trailers_without_end_are_refused():
    head = closing(b"POST", b"Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\n"
    said = talk(lambda port: send(port, head, *([b"t: " + b"y" * 9000 + b"\r\n"] * 60)))
    assert b"200" not in said


def test_beyond_its_places_it_closes_at_once(monkeypatch):
    monkeypatch.setattr(Doorkeeper, "places", 2)

    async def crowd(port):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        await asyncio.sleep(0.05)
        third = await send(port, closing())
        for _, writer in held:
            writer.close()
        await asyncio.sleep(0.1)
        return third, await send(port, closing())

    third, later = talk(crowd)
    assert third == b""
    assert b"200 OK" in later
