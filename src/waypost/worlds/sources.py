"""Where a simulated tag's reports come from: a script that runs live, or a memory full of them.

`StoredReports` is the tag in the cellar: so many reports, measured every minute on a walk around
home, all waiting. They are made when they are sent, from the seed and the number alone, so that a
thousand tags with three thousand each take no memory and a killed play goes on where it was.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from waypost.positions.values import EventKind
from waypost.worlds.report import EVENTS, Report

INTERVAL_S = 60.0
STEP_RAD = 0.05  # of the walk, each minute
EVENT_ONE_IN = 200
_CENTRE = (51.5074, -0.1278)
_METRES_PER_DEGREE = 111_250.0


class Source(Protocol):
    """What a tag still has to tell."""

    def take(self, most: int, *, newest_first: bool) -> list[Report]:
        """Up to so many reports; none when nothing waits just now."""
        ...

    async def wait(self) -> bool:
        """Until something may wait; False when nothing ever will again."""
        ...


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk around a home, by number of the report: what a tag measures.

    base_us   when report 0 was measured, by a right clock
    clock_s   how wrong the tag's clock is
    """

    tag: int
    seed: int
    protocol: str
    base_us: int
    clock_s: int = 0
    interval_s: float = INTERVAL_S

    def report(self, number: int, at_us: int | None = None) -> Report:
        """Report `number`, measured in its turn, or at `at_us`."""
        home = random.Random(f"{self.seed} {self.tag} home")
        lat, lon = _CENTRE[0] + home.uniform(-0.1, 0.1), _CENTRE[1] + home.uniform(-0.25, 0.25)
        reach_m, angle = home.uniform(300, 1500), home.uniform(0, 6.28) + number * STEP_RAD
        north, east = reach_m * math.sin(angle), reach_m * math.cos(1.7 * angle)
        measured_us = self.base_us + round(number * self.interval_s * 1e6)
        return Report(
            number=number,
            at_us=(measured_us if at_us is None else at_us) + self.clock_s * 1_000_000,
            lat=lat + north / _METRES_PER_DEGREE,
            lon=lon + east / (_METRES_PER_DEGREE * math.cos(math.radians(lat))),
            speed_mps=number % 4 / 2,
            course_deg=float(number * 7 % 360),
            accuracy_m=float(4 + number % 20),
            event=self._event(number),
        )

    def _event(self, number: int) -> EventKind | None:
        kinds = sorted(EVENTS[self.protocol] & {EventKind.SOS, EventKind.JAMMING})
        if not kinds or (number + self.tag) % EVENT_ONE_IN:
            return None
        return kinds[number // EVENT_ONE_IN % len(kinds)]


class StoredReports:
    """Reports 0 to `count`, less those `done` before: what a tag kept while nobody heard it."""

    def __init__(self, walk: Walk, count: int, done: Collection[int] = ()) -> None:
        self._walk = walk
        self._left = deque(sorted(set(range(count)).difference(done)) if done else range(count))

    def take(self, most: int, *, newest_first: bool) -> list[Report]:
        take = self._left.pop if newest_first else self._left.popleft
        return [self._walk.report(take()) for _ in range(min(most, len(self._left)))]

    async def wait(self) -> bool:
        return bool(self._left)


class LiveReports:
    """A report every so often, measured as it is taken, until `is_over`: a tag in the open."""

    def __init__(
        self, walk: Walk, *, first: int, every_s: float, is_over: Callable[[], bool]
    ) -> None:
        self._walk, self._next, self._every_s = walk, first, every_s
        self._is_over = is_over
        self._due_s = 0.0

    def take(self, most: int, *, newest_first: bool) -> list[Report]:
        now_s = time.time()
        if now_s < self._due_s or self._is_over():
            return []
        self._due_s = now_s + self._every_s
        self._next += 1
        return [self._walk.report(self._next - 1, int(now_s * 1e6))]

    async def wait(self) -> bool:
        await asyncio.sleep(max(self._due_s - time.time(), 0.05))
        return not self._is_over()


class GivenReports:
    """What a script hands over as it falls due."""

    def __init__(self) -> None:
        self._left: deque[Report] = deque()
        self._some = asyncio.Event()
        self._ended = False

    def put(self, report: Report) -> None:
        self._left.append(report)
        self._some.set()

    def end(self) -> None:
        self._ended = True
        self._some.set()

    def take(self, most: int, *, newest_first: bool) -> list[Report]:
        take = self._left.pop if newest_first else self._left.popleft
        return [take() for _ in range(min(most, len(self._left)))]

    async def wait(self) -> bool:
        await self._some.wait()
        if not self._ended:
            self._some.clear()
        return bool(self._left) or not self._ended
