"""One simulated tag: it keeps each report until it is acknowledged, and sends it again till then.

    await SimulatedTag(...).live()   returns when its source has nothing more and all is answered

The ledger is told of a report before its bytes leave, and of its acknowledgement before the tag
forgets it. What was not acknowledged is sent again first, on a new connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from waypost.worlds.faults import Luck
from waypost.worlds.ledger import Ledger
from waypost.worlds.mouths import Mouth
from waypost.worlds.report import Report, carried
from waypost.worlds.sources import Source

WAIT_S_FIRST, WAIT_S_MOST = 0.1, 5.0
BEAT_EVERY_S = 180.0  # GT06's heartbeat; others' lie between one and ten minutes


@dataclass
class Tally:
    """Of all tags of a play.

    reports        sent for the first time
    acknowledged   of those
    retries        parcels that had to be sent again
    again          acknowledged reports sent once more
    outages        times that a tag was out of reach
    """

    reports: int = 0
    acknowledged: int = 0
    retries: int = 0
    again: int = 0
    outages: int = 0


class Pace:
    """So many reports a second over all tags; 0: as fast as they are acknowledged."""

    def __init__(self, reports_per_s: float) -> None:
        self._each_s = 1 / reports_per_s if reports_per_s else 0.0
        self._free_s = 0.0

    async def wait(self, reports: int) -> None:
        now_s = asyncio.get_running_loop().time()
        self._free_s = max(self._free_s, now_s) + reports * self._each_s
        if self._free_s > now_s + self._each_s:
            await asyncio.sleep(self._free_s - now_s)


class SimulatedTag:
    """A tag with its source of reports, its luck and its way of speaking.

    unanswered   reports that an earlier play sent and was not answered for
    """

    def __init__(
        self, number: int, protocol: str, source: Source, mouth: Mouth, luck: Luck, *,
        tally: Tally, pace: Pace, ledger: Ledger | None = None, unanswered: Sequence[Report] = (),
    ) -> None:  # fmt: skip
        self.number, self._protocol = number, protocol
        self._source, self._mouth, self._luck = source, mouth, luck
        self._tally, self._pace, self._ledger = tally, pace, ledger
        self._held: dict[int, Report] = {one.number: one for one in unanswered}
        self._once_more: list[Report] = []
        self._wait_s = WAIT_S_FIRST

    async def live(self) -> None:
        try:
            while True:
                parcel = self._gather()
                if parcel:
                    await self._send(parcel)
                elif not await self._idle():
                    return
        finally:
            self._mouth.close()

    async def _idle(self) -> bool:
        """Until there may be something to say, with a sign of life now and then; False: never."""
        while True:
            try:
                async with asyncio.timeout(BEAT_EVERY_S):
                    return await self._source.wait()
            except TimeoutError:
                self._mouth.beat()

    def _gather(self) -> list[Report]:
        """What is sent next: what was not answered, something twice, then what is new."""
        most = self._mouth.parcel_max
        if self._held:
            return list(islice(self._held.values(), most))
        again = [self._once_more.pop()] if self._once_more else []
        return again + self._new(most - len(again))

    def _new(self, most: int) -> list[Report]:
        taken = self._source.take(most, newest_first=self._luck.newest_first) if most else []
        new = [carried(report, self._protocol) for report in taken]
        if new and self._ledger is not None:
            self._ledger.sent(self.number, new)
        self._held |= {report.number: report for report in new}
        self._tally.reports += len(new)
        return new

    async def _send(self, parcel: Sequence[Report]) -> None:
        away_s = self._luck.outage_s()
        if away_s:
            self._tally.outages += 1
            self._mouth.close()
            await asyncio.sleep(away_s)
        await self._pace.wait(len(parcel))
        try:
            await self._mouth.deliver(parcel, bool(away_s), self._got)
            self._wait_s = WAIT_S_FIRST
        except ConnectionError:
            self._tally.retries += 1
            await asyncio.sleep(self._wait_s * self._luck.chance.uniform(0.5, 1.0))
            self._wait_s = min(self._wait_s * 2, WAIT_S_MOST)

    def _got(self, numbers: Sequence[int]) -> None:
        answered = [self._held.pop(number) for number in numbers if number in self._held]
        if self._ledger is not None:
            self._ledger.acknowledged(self.number, [report.number for report in answered])
        self._tally.acknowledged += len(answered)
        for report in answered:
            if self._luck.again():
                self._tally.again += 1
                self._once_more.append(report)
