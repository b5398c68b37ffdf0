"""A fleet of simulated tags in one process: one small task a tag, all on one event loop.

    Fleet(addresses, ...).play_stored(estate, told)    tags with stored reports, to the last answer
    Fleet(addresses, ...).play_script(telegrams)       live tags that follow a script

Now and then the whole network may fall (`cut_every_s`): every line at once, as when an operator's
gateway restarts.
"""

from __future__ import annotations

import asyncio
import random
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from waypost.errors import BadUse
from waypost.worlds.faults import Faults, Luck
from waypost.worlds.ledger import Ledger, Told
from waypost.worlds.mouths import Address, HttpMouth, StreamMouth, mouth_of
from waypost.worlds.report import Report, carried, report_of
from waypost.worlds.script import Telegram
from waypost.worlds.sources import GivenReports, LiveReports, Source, StoredReports
from waypost.worlds.stored import Estate, StoredTag
from waypost.worlds.tag import Pace, SimulatedTag, Tally

START_WITHIN_S = 2.0  # tags do not all connect in the same instant
LIVE_EVERY_S = 2.0
Say = Callable[[Tally], None]


@dataclass
class _Scripted:
    """A tag of a script: it tells what the script says, by its own clock."""

    tag: SimulatedTag
    source: GivenReports
    clock_us: int
    told: int = 0

    def tell(self, telegram: Telegram) -> None:
        report = report_of(telegram.row, self.told)
        self.source.put(replace(report, at_us=report.at_us + self.clock_us))
        self.told += 1


class Fleet:
    """Plays many tags at once; each with its own line, luck and store of unanswered reports.

    addresses     protocol -> where it is spoken
    cut_every_s   about how often every line falls at once; 0: never
    progress      called every `progress_s`
    """

    def __init__(
        self, addresses: Mapping[str, Address], *, seed: int, ledger: Ledger | None = None,
        reports_per_s: float = 0.0, cut_every_s: float = 0.0, progress: Say | None = None,
        progress_s: float = 10.0,
    ) -> None:  # fmt: skip
        self._addresses, self._ledger, self._seed = addresses, ledger, seed
        self._cut_every_s, self._progress, self._progress_s = cut_every_s, progress, progress_s
        self._pace = Pace(reports_per_s)
        self._mouths: list[StreamMouth | HttpMouth] = []
        self.tally = Tally()
        self.cuts = 0
        self._busy = 0

    async def play_stored(self, estate: Estate, told: Told | None = None) -> Tally:
        """Every tag's stored reports, but for what `told` says was acknowledged before."""
        everyone = list(estate.everyone())
        self._busy = sum(not tag.live for tag in everyone)
        if self._ledger is not None:
            named = told.tags if told else {}
            for tag in everyone:
                if tag.number not in named:
                    self._ledger.name(tag.number, tag.device_id, tag.protocol, tag.clock_s)
        said = told.before() if told else {}
        ours = [
            (self._stored_tag(estate, tag, said.get(tag.number, {})), not tag.live)
            for tag in everyone
        ]
        async with self._troubles(), asyncio.TaskGroup() as group:
            for one, counted in ours:
                group.create_task(self._live(one, counted=counted))
        return self.tally

    async def play_script(
        self, telegrams: Iterable[Telegram], faults: Faults, *, clock: Callable[[], float],
        speed: float = 1.0,
    ) -> Tally:  # fmt: skip
        """Each telegram by its own tag, when it is due; returns when all are answered."""
        tags: dict[tuple[str, str], _Scripted] = {}
        async with self._troubles(), asyncio.TaskGroup() as group:
            for telegram in telegrams:
                wait_s = telegram.send_s - clock()
                if wait_s > 0:
                    await asyncio.sleep(wait_s / speed)
                name = telegram.device_id, telegram.protocol
                if name not in tags:
                    tags[name] = self._scripted(len(tags), telegram, faults)
                    group.create_task(tags[name].tag.live())
                tags[name].tell(telegram)
            for scripted in tags.values():
                scripted.source.end()
        return self.tally

    def cut_all(self) -> None:
        """Every line falls at once."""
        self.cuts += 1
        for mouth in self._mouths:
            mouth.close()

    async def _live(self, tag: SimulatedTag, *, counted: bool) -> None:
        await asyncio.sleep(random.Random(f"{self._seed} {tag.number}").uniform(0, START_WITHIN_S))
        await tag.live()
        self._busy -= counted

    def _stored_tag(
        self, estate: Estate, tag: StoredTag, before: Mapping[int, int | None]
    ) -> SimulatedTag:
        walk, luck = estate.walk(tag), estate.luck(tag.number)
        source: Source
        if tag.live:
            source = LiveReports(
                walk, first=max(before, default=-1) + 1, every_s=LIVE_EVERY_S,
                is_over=lambda: self._busy <= 0,
            )  # fmt: skip
        else:
            source = StoredReports(walk, estate.stored, before.keys())
        late_us = tag.clock_s * 1_000_000
        unanswered = [
            carried(walk.report(number, at_us - late_us), tag.protocol)
            for number, at_us in before.items()
            if at_us is not None
        ]
        return self._tag(
            tag.number, tag.protocol, tag.device_id, source, luck, unanswered=unanswered
        )

    def _scripted(self, number: int, telegram: Telegram, faults: Faults) -> _Scripted:
        device_id, protocol = telegram.device_id, telegram.protocol
        luck = Luck(faults, self._seed, zlib.crc32(device_id.encode()))
        luck.newest_first = False
        if self._ledger is not None:
            self._ledger.name(number, device_id, protocol, luck.clock_s)
        source = GivenReports()
        tag = self._tag(number, protocol, device_id, source, luck)
        return _Scripted(tag, source, luck.clock_s * 1_000_000)

    def _tag(
        self, number: int, protocol: str, device_id: str, source: Source, luck: Luck, *,
        unanswered: Sequence[Report] = (),
    ) -> SimulatedTag:  # fmt: skip
        address = self._addresses.get(protocol)
        if address is None:
            raise BadUse(f"no --gateway for {protocol}")
        # By its name, so that another play has each tag at its own address again.
        mouth = mouth_of(protocol, address, device_id, luck, zlib.crc32(device_id.encode()))
        self._mouths.append(mouth)
        return SimulatedTag(
            number, protocol, source, mouth, luck, tally=self.tally, pace=self._pace,
            ledger=self._ledger, unanswered=unanswered,
        )  # fmt: skip

    @asynccontextmanager
    async def _troubles(self) -> AsyncIterator[None]:
        """The network's falls, and the telling of how it goes, while the tags play."""
        tasks = [asyncio.create_task(self._tell())] if self._progress else []
        if self._cut_every_s:
            tasks.append(asyncio.create_task(self._fall()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _tell(self) -> None:
        while self._progress is not None:
            await asyncio.sleep(self._progress_s)
            self._progress(self.tally)

    async def _fall(self) -> None:
        chance = random.Random(f"{self._seed} network {time.time_ns()}")
        while True:
            await asyncio.sleep(chance.uniform(0.2, 1.8) * self._cut_every_s)
            self.cut_all()
