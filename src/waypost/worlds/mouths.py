"""How a simulated tag delivers a parcel of reports: by a stream or datagrams, by HTTP, by a broker.

    await mouth.deliver(reports, stored, got)   `got(numbers)` as each answer comes

ConnectionError when not all of it was answered: what `got` has not named, the tag still has.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from waypost.worlds.faults import Luck
from waypost.worlds.lines import ByteLine, DatagramLine, TcpLine, loopback_of
from waypost.worlds.report import (
    GT06,
    HUB,
    MQTT,
    OSMAND,
    OWNTRACKS,
    QUECLINK,
    QUECLINK_UDP,
    TELTONIKA,
    TELTONIKA_UDP,
    Report,
)
from waypost.worlds.speak_datagrams import TeltonikaDatagrams
from waypost.worlds.speak_gt06 import Gt06Tongue
from waypost.worlds.speak_http import Request, batch_said, osmand_said, owntracks_said
from waypost.worlds.speak_mqtt import MqttTongue
from waypost.worlds.speak_queclink import QueclinkTongue
from waypost.worlds.speak_teltonika import TeltonikaTongue
from waypost.worlds.tongues import Tongue
from waypost.worlds.wire import Line

ANSWER_WITHIN_S = 20.0
DATAGRAM_ANSWER_WITHIN_S = 3.0
PIECE_PAUSE_S = 0.002
BATCH_ROWS_MAX = 50
Got = Callable[[Sequence[int]], None]
Address = tuple[str, int]
TONGUES: dict[str, Callable[[str], Tongue]] = {
    QUECLINK: QueclinkTongue,
    QUECLINK_UDP: QueclinkTongue,
    TELTONIKA: TeltonikaTongue,
    TELTONIKA_UDP: TeltonikaDatagrams,
    GT06: Gt06Tongue,
    MQTT: MqttTongue,
}


class Mouth(Protocol):
    parcel_max: int

    async def deliver(self, reports: Sequence[Report], stored: bool, got: Got) -> None: ...

    def beat(self) -> None:
        """A sign of life where one can be given: a connection is up, and the protocol has one."""
        ...

    def close(self) -> None:
        """Go out of reach: the next parcel begins with a new connection."""
        ...


class StreamMouth:
    """A tag on TCP, or sending datagrams; connects when it has something to say, and stays."""

    def __init__(
        self, address: Address, protocol: str, device_id: str, luck: Luck, from_host: str | None
    ) -> None:
        self._address, self._from, self._luck = address, from_host, luck
        self._device_id, self._make = device_id, TONGUES[protocol]
        self._is_datagram = protocol in {QUECLINK_UDP, TELTONIKA_UDP}
        self._wait_s = DATAGRAM_ANSWER_WITHIN_S if self._is_datagram else ANSWER_WITHIN_S
        self._tongue = self._make(device_id)
        self.parcel_max = self._tongue.parcel_max
        self._line: ByteLine | None = None

    async def deliver(self, reports: Sequence[Report], stored: bool, got: Got) -> None:
        try:
            async with asyncio.timeout(self._wait_s):
                line = await self._connected()
                frames = self._tongue.say(reports, now_us=time.time_ns() // 1000, stored=stored)
                await self._write(line, frames)
                await self._hear(line, {report.number for report in reports}, got)
        except TimeoutError:
            self.close()
            raise ConnectionError("no answer") from None
        except ConnectionError:
            self.close()
            raise

    def beat(self) -> None:
        if self._line is not None and not self._line.is_down:
            with contextlib.suppress(ConnectionError):
                self._line.write(self._tongue.beat(now_us=time.time_ns() // 1000))

    def close(self) -> None:
        if self._line is not None:
            self._line.cut()
            self._line = None

    async def _connected(self) -> ByteLine:
        if self._line is not None and not self._line.is_down:
            return self._line
        kind = DatagramLine if self._is_datagram else TcpLine
        line: ByteLine = await kind.open(*self._address, self._from)
        self._line, self._tongue = line, self._make(self._device_id)
        greeting = self._tongue.greeting()
        if greeting:
            line.write(greeting)
            ready = False
            while not ready:
                heard = self._tongue.hear(await line.read())
                if heard.refused:
                    raise ConnectionError("the login was refused")
                ready = heard.ready
        return line

    async def _write(self, line: ByteLine, frames: Sequence[bytes]) -> None:
        """The frames, joined and cut as luck has it; perhaps not all, and then no more."""
        data = b"".join(frames)
        ends = self._luck.cut_after(len(data))
        whole = len(data) if ends is None else ends
        if self._is_datagram:
            for frame in frames[: len(frames) * whole // max(len(data), 1)]:
                line.write(frame)
        else:
            for piece in self._luck.pieces(data[:whole]):
                line.write(piece)
                if len(piece) < whole:
                    await asyncio.sleep(PIECE_PAUSE_S)
        if ends is not None:
            await asyncio.sleep(PIECE_PAUSE_S)  # what was written leaves before the line falls
            raise ConnectionError("cut")

    async def _hear(self, line: ByteLine, waiting: set[int], got: Got) -> None:
        while waiting:
            heard = self._tongue.hear(await line.read())
            if heard.answer:
                line.write(heard.answer)
            if heard.acknowledged:
                got(heard.acknowledged)
                waiting.difference_update(heard.acknowledged)
            if heard.refused:
                raise ConnectionError("nothing was taken")


class HttpMouth:
    """A phone, or a hub for one tag: a parcel is one request; only 2xx takes it off the queue."""

    def __init__(
        self, address: Address, protocol: str, device_id: str, luck: Luck, from_host: str | None
    ) -> None:
        self._line = Line(*address, from_host=from_host)
        self._protocol, self._device_id, self._luck = protocol, device_id, luck
        self.parcel_max = BATCH_ROWS_MAX if protocol == HUB else 1

    async def deliver(self, reports: Sequence[Report], stored: bool, got: Got) -> None:
        request = self._said(reports)
        if self._luck.cut_after(1) == 0:
            self.close()
            raise ConnectionError("cut before it was sent")
        status, _ = await self._line.ask(request)
        if self._luck.cut_after(0) is not None:
            self.close()
            raise ConnectionError("cut before the answer was heard")
        if not 200 <= status < 300:
            raise ConnectionError(f"answered {status}")
        got([report.number for report in reports])

    def beat(self) -> None:
        """A phone that has nothing to say says nothing."""

    def close(self) -> None:
        self._line.close()

    def _said(self, reports: Sequence[Report]) -> Request:
        if self._protocol == HUB:
            return batch_said(reports, self._device_id)
        say = {OSMAND: osmand_said, OWNTRACKS: owntracks_said}[self._protocol]
        return say(reports[0], self._device_id)


def mouth_of(
    protocol: str, address: Address, device_id: str, luck: Luck, tag: int
) -> StreamMouth | HttpMouth:
    """The mouth of tag number `tag`."""
    from_host = loopback_of(tag, address[0])
    kind = StreamMouth if protocol in TONGUES else HttpMouth
    return kind(address, protocol, device_id, luck, from_host)
