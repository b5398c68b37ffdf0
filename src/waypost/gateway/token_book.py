"""The tokens of all devices in memory, looked at anew each second: no query for each message."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from typing import Any

from django.db import Error, connection
from django.db.models import Count, Max

from waypost import clock
from waypost.access.queries import is_token_live
from waypost.devices.models import DeviceToken
from waypost.devices.tokens import Asked, Kept, refusal_of
from waypost.errors import Unavailable

LOOKED_EVERY_S = 1.0  # how long an ended token may still be taken


class TokenBook:
    """For the loop's thread."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._kept: dict[str, Kept] = {}
        self._print: tuple[Any, ...] | None = None  # changes whenever a token is made or ended
        self._looked_s = float("-inf")
        self._looking: asyncio.Task[None] | None = None

    @property
    def trusts_this_machine(self) -> bool:
        """Whether batches from this machine itself need no token: a proxy that does not say whom it
        speaks for makes everybody look local."""
        return self._asked is Asked.OPTIONAL

    async def refusal(self, device: str, token: str | None) -> str | None:
        """Why the request may not speak for the device. Unavailable when the store is away."""
        if time.monotonic() - self._looked_s >= LOOKED_EVERY_S:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            await asyncio.shield(self._looking)
        return refusal_of(device, token, self._kept, self._asked)

    async def is_of_somebody(self, token: str) -> bool:
        """Whether a hub's token is known at all. Unavailable when the store is away."""
        return await asyncio.to_thread(_is_live, token)

    async def _look(self) -> None:
        begun_s = time.monotonic()
        seen, kept = await asyncio.to_thread(_read, self._print)
        if kept is not None:
            self._kept, self._print = kept, seen
        self._looked_s = begun_s


def _read(known: tuple[Any, ...] | None) -> tuple[tuple[Any, ...], dict[str, Kept] | None]:
    """The print of the tokens, and what is kept of each device's when it is not the known one."""
    try:
        figures = DeviceToken.objects.aggregate(
            rows=Count("pk"), last=Max("pk"), ended=Count("ended_at")
        )
        seen = (figures["rows"], figures["last"], figures["ended"])
        return seen, None if seen == known else _read_all()
    except Error as error:
        raise Unavailable("the store does not answer; nothing was kept; try again") from error
    finally:
        connection.close()


def _is_live(token: str) -> bool:
    try:
        return is_token_live(token, now=clock.now())
    except Error as error:
        raise Unavailable("the store does not answer; nothing was kept; try again") from error
    finally:
        connection.close()


def _read_all() -> dict[str, Kept]:
    digests: dict[str, set[str]] = defaultdict(set)
    rows = DeviceToken.objects.values_list("device__reference", "digest", "ended_at")
    for device, digest, ended_at in rows.iterator():
        digests[device].update([] if ended_at else [digest])
    return {device: Kept(frozenset(mine)) for device, mine in digests.items()}
