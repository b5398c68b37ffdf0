"""The baseline of bench `gateway`: the same loop and line, replies after one fsync a group.

    python -m waypost.gateway.bench_echo FILE

Frames are found by their last byte and appended to a file as they came; the reply repeats the
frame's count. Nothing is decoded, placed, encrypted or kept in a form that could be asked.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Any, cast

import uvloop

from waypost.gateway.committer import Committer, Waiting, in_loop


class Echo(asyncio.Protocol):
    """One connection."""

    def __init__(self, committer: Committer[bytes, bytes]) -> None:
        self._committer, self._held = committer, b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        *frames, self._held = (self._held + data).split(b"$")
        self._committer.offer_many(
            [Waiting(frame, self._transport.write, len(frame)) for frame in frames]
        )


async def serve(path: str) -> None:
    """Print the port, then answer until killed."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(frames: Sequence[bytes]) -> list[bytes]:
        os.write(file, b"\n".join(frames))
        os.fsync(file)
        return [b"+SACK:%b$" % frame[-4:] for frame in frames]

    loop = asyncio.get_running_loop()
    committer: Committer[bytes, bytes] = Committer(write, post=in_loop(loop))
    committer.start()
    server = await loop.create_server(lambda: Echo(committer), "127.0.0.1", 0, backlog=4096)
    print(f"echo: queclink on 127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(sys.argv[1]))
