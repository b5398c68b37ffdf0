"""Simulated tags at a real gateway: sends each telegram when it is due, until it is acknowledged.

    Player(host, port).play(telegrams) -> Tally

A bounded number of lines carries all tags. Phones send one fix a request; the hub gathers what is
due into batches, each under its own key. No answer, or "try again" (5xx, 429), is tried again with
the same key; a refusal (other 4xx) is counted and let go. Whoever needs to know what was
acknowledged gives `acknowledged`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass

from waypost.worlds.script import OSMAND, Telegram
from waypost.worlds.speak_http import Request
from waypost.worlds.wire import Line, batch_request, osmand_request

LINES = 16
GATHER_S = 1.0  # what falls due so close together goes in one batch
BATCH_ROWS_MAX = 200
WAIT_S_FIRST, WAIT_S_MOST = 0.1, 5.0
Parcel = tuple[list[Telegram], Request]


@dataclass
class Tally:
    """Rows acknowledged and refused, and how often something was sent again."""

    acknowledged: int = 0
    refused: int = 0
    retries: int = 0


class Player:
    """Plays telegrams at a gateway in real time.

    clock          the world's time in seconds since 1970, as the telegrams' `send_s`
    speed          world seconds in one of ours: what the clock keeps
    acknowledged   called with the rows of each acknowledged request, before the next is sent
    """

    def __init__(
        self, host: str, port: int, *, key: str, clock: Callable[[], float] = time.time,
        speed: float = 1.0,
        acknowledged: Callable[[Sequence[Telegram]], None] | None = None, lines: int = LINES,
        gather_s: float = GATHER_S,
    ) -> None:  # fmt: skip
        self.host, self.port, self.key = host, port, key
        self.clock, self.acknowledged, self.lines = clock, acknowledged, lines
        self.gather_s, self.speed = gather_s, speed
        self.tally = Tally()
        self._batches = 0
        self._jitter = random.Random(key)

    async def play(self, telegrams: Iterable[Telegram]) -> Tally:
        """Send everything, in the order of `send_s`; returns when all of it is answered."""
        waiting: asyncio.Queue[Parcel | None] = asyncio.Queue(maxsize=4 * self.lines)
        async with asyncio.TaskGroup() as group:
            for _ in range(self.lines):
                group.create_task(self._carry(waiting))
            async for parcel in self._parcels(telegrams):
                await waiting.put(parcel)
            for _ in range(self.lines):
                await waiting.put(None)
        return self.tally

    async def _parcels(self, telegrams: Iterable[Telegram]) -> AsyncIterator[Parcel]:
        """Requests as they fall due."""
        gathered: list[Telegram] = []
        for telegram in telegrams:
            if gathered and (
                telegram.send_s > gathered[0].send_s + self.gather_s
                or len(gathered) >= BATCH_ROWS_MAX
            ):
                await self._until(min(telegram.send_s, gathered[0].send_s + self.gather_s))
                yield self._batch(gathered)
                gathered = []
            await self._until(telegram.send_s)
            if telegram.protocol == OSMAND:
                yield [telegram], osmand_request(telegram)
            else:
                gathered.append(telegram)
        if gathered:
            yield self._batch(gathered)

    def _batch(self, gathered: list[Telegram]) -> Parcel:
        self._batches += 1
        return gathered, batch_request(gathered, f"{self.key}-{self._batches}")

    async def _until(self, send_s: float) -> None:
        wait_s = send_s - self.clock()
        if wait_s > 0:
            await asyncio.sleep(wait_s / self.speed)

    async def _carry(self, waiting: asyncio.Queue[Parcel | None]) -> None:
        line = Line(self.host, self.port)
        try:
            while (parcel := await waiting.get()) is not None:
                await self._deliver(line, *parcel)
        finally:
            line.close()

    async def _deliver(self, line: Line, telegrams: list[Telegram], request: Request) -> None:
        wait_s = WAIT_S_FIRST
        while True:
            try:
                status, _ = await line.ask(request)
            except ConnectionError:
                status = 0
            if 200 <= status < 300:
                self.tally.acknowledged += len(telegrams)
                if self.acknowledged is not None:
                    self.acknowledged(telegrams)
                return
            if 400 <= status < 500 and status != 429:
                self.tally.refused += len(telegrams)
                return
            self.tally.retries += 1
            await asyncio.sleep(wait_s * self._jitter.uniform(0.5, 1.0))
            wait_s = min(wait_s * 2, WAIT_S_MOST)
