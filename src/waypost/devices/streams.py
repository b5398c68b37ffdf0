"""Conversations with tags over TCP: bytes in, frames in line, replies once they are committed.

    read -> framer -> decode -> TagMessage -> committer ... committed -> reply, commands

Replies go out in the order of their frames, since the line keeps it. When a commit fails the
connection is cut without a word: the tag keeps what it sent and sends it again. A client that
costs too much waits (no reading: TCP slows it down) or is let go, by the figures of `limits`.
20,000 tags are connected at once: a conversation is one object without task or timer.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Any

from waypost import clock
from waypost.devices.committer import Waiting
from waypost.devices.figures import Tally
from waypost.devices.hall import IN_FLIGHT, LINE, PARTING, RATE, WRITING, Hall
from waypost.devices.limits import Address, Refusal, overdue
from waypost.devices.values import Item, Outcome, TagMessage, Taken, UnreadableMessage
from waypost.devices.wire import Frame, StreamProtocol
from waypost.errors import Unavailable
from waypost.positions.values import Decoded

logger = logging.getLogger(__name__)

WRITE_BYTES_MAX = 16 * 2**10  # of replies that a client has not read
WEIGHT, WEIGHT_LEAST = 16, 512  # a frame decoded holds so many times its bytes, measured


class Asked:
    """A frame in line, and who waits for its reply; called with what became of it."""

    __slots__ = ("_conversation", "_decoded", "_frame")

    def __init__(self, conversation: Conversation, frame: bytes, decoded: Decoded | None) -> None:
        self._conversation, self._frame, self._decoded = conversation, frame, decoded

    def __call__(self, outcome: Outcome | Unavailable) -> None:
        self._conversation.answered(self._frame, self._decoded, outcome)


class Conversation(asyncio.BufferedProtocol):
    """One connection of one tag (or of a hub that speaks for several in turn)."""

    __slots__ = (
        "_address",
        "_begun_s",
        "_device",
        "_ended",
        "_faults",
        "_framer",
        "_hall",
        "_in_flight",
        "_later",
        "_name",
        "_network",
        "_opened_s",
        "_paused",
        "_protocol",
        "_stuck_s",
        "_tally",
        "_transport",
        "_useful_s",
    )

    def __init__(self, hall: Hall, name: str, protocol: StreamProtocol, tally: Tally) -> None:
        self._hall, self._name, self._protocol, self._tally = hall, name, protocol, tally
        self._framer = protocol.framer()
        self._transport: Any = None  # None: not open, or gone
        self._address: Address | None = None
        self._network: str | None = None
        self._device: str | None = None  # whom it has named
        self._later = b""  # read, and not looked at yet
        self._paused = self._in_flight = self._faults = 0
        self._ended = False  # nothing more is read; closed once all is answered
        self._opened_s = hall.loop.time()
        self._useful_s: float | None = None
        self._begun_s: float | None = None
        self._stuck_s: float | None = None

    # What the loop tells.

    def connection_made(self, transport: Any) -> None:
        if self._hall.is_stopping:
            transport.abort()
            return
        host = (transport.get_extra_info("peername") or ("",))[0]
        self._address = self._hall.addresses.find(host, self._opened_s)
        refusal = self._hall.addresses.enter(self._address, self._opened_s)
        if refusal is not None:
            self._tally.refusals[refusal] += 1
            transport.abort()
            return
        self._transport = transport
        transport.set_write_buffer_limits(high=WRITE_BYTES_MAX)
        self._network = self._hall.network_of(host)
        self._hall.conversations.add(self)
        self._tally.connections += 1
        self._tally.open += 1

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is None:
            return
        self._transport = None
        self._later = b""
        self._hall.conversations.discard(self)
        self._hall.addresses.leave(self._address)
        self._tally.open -= 1

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._hall.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._hear(bytes(self._hall.buffer[:nbytes]))

    def eof_received(self) -> bool:
        """The client sends no more and may still read: True keeps the way back open."""
        self._ended = True
        self._close_when_answered()
        return True

    def pause_writing(self) -> None:
        self._stuck_s = self._hall.loop.time()
        self._pause(WRITING)

    def resume_writing(self) -> None:
        self._stuck_s = None
        self.resume(WRITING)

    # What the hall tells.

    def go_on(self) -> None:
        """The line has room again."""
        data, self._later = self._later, b""
        if self._transport is None:
            return
        if data:
            self._read(data)
        self.resume(LINE)
        self._close_when_answered()

    def look(self, now_s: float) -> None:
        """Let the client go if its time is up."""
        if self._transport is None:
            return
        begun_s = None if self._paused else self._begun_s  # while we do not read, it cannot end
        refusal = overdue(
            self._hall.limits,
            now_s,
            opened_s=self._opened_s,
            useful_s=self._useful_s,
            begun_s=begun_s,
            stuck_s=self._stuck_s,
        )
        if refusal is not None and (not self._in_flight or refusal is Refusal.STUCK):
            if refusal is not Refusal.STUCK:
                self._keep_what_is_held(refusal)
            self._let_go(refusal)

    def part(self) -> None:
        """Read no more; close when all is answered."""
        self._ended, self._later = True, b""
        self._pause(PARTING)
        self._close_when_answered()

    def cut(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def resume(self, why: int) -> None:
        was, self._paused = self._paused, self._paused & ~why
        if was and not self._paused and self._transport is not None:
            if self._begun_s is not None:
                self._begun_s = self._hall.loop.time()
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def answered(
        self, frame: bytes, decoded: Decoded | None, outcome: Outcome | Unavailable
    ) -> None:
        """A frame is committed, or is not."""
        self._in_flight -= 1
        if self._transport is None:
            return
        if isinstance(outcome, Unavailable):
            self._let_go(Refusal.STORE_AWAY)
            return
        if self._paused & IN_FLIGHT and self._in_flight <= self._hall.limits.frames_in_flight // 2:
            self.resume(IN_FLIGHT)
        try:
            self._reply(frame, decoded, outcome)
        finally:
            self._close_when_answered()

    # What follows from it.

    def _hear(self, data: bytes) -> None:
        self._tally.bytes += len(data)
        if not self._later and not self._hall.is_full:
            self._read(data)
        elif self._hall.hold_back(self, len(data)):
            self._later += data
            self._pause(LINE)
        else:
            self._let_go(Refusal.LINE_FULL)

    def _read(self, data: bytes) -> None:
        now_s, received_at = self._hall.loop.time(), clock.now()
        frames = self._framer.feed(data)
        if frames:
            self._put_in_line([self._waiting(frame, received_at, now_s) for frame in frames], now_s)
        if not self._framer.held:
            self._begun_s = None
        elif frames or self._begun_s is None:
            self._begun_s = now_s

    def _waiting(self, frame: Frame, received_at: datetime, now_s: float) -> Waiting[Item, Outcome]:
        """What goes in line for a frame."""
        size_bytes = WEIGHT_LEAST + WEIGHT * len(frame.data)
        decoded = self._decode(frame.data) if frame.fault is None else None
        fault = frame.fault if decoded is None else decoded.error
        if fault is None:
            self._faults, self._useful_s = 0, now_s
        else:
            self._faults += 1
            self._tally.fault(fault)
            self._hall.addresses.fault(self._address, now_s)
        if decoded is None:
            return Waiting(
                self._unreadable(frame.data, fault or "", received_at),
                Asked(self, frame.data, None),
                size_bytes,
            )
        message = TagMessage(
            self._name, frame.data, decoded, received_at, self._network, not self._ended
        )
        return Waiting(message, Asked(self, frame.data, decoded), size_bytes)

    def _decode(self, frame: bytes) -> Decoded:
        try:
            decoded = self._protocol.decode(frame, self._device)
        except Exception as error:  # a decoder must not; if it does, one frame is lost to view
            logger.error("a %s frame broke its decoder: %s", self._name, type(error).__name__)
            return Decoded(self._device, error="our reader broke on it: a mistake of Waypost's")
        if decoded.device_id is not None and decoded.error is None:
            self._device = decoded.device_id
        return decoded

    def _unreadable(self, data: bytes, fault: str, received_at: datetime) -> UnreadableMessage:
        return UnreadableMessage(self._name, data, fault, received_at, self._device or "")

    def _put_in_line(self, several: list[Waiting[Item, Outcome]], now_s: float) -> None:
        try:
            self._hall.committer.offer_many(several)
        except Unavailable:
            self._let_go(Refusal.LINE_FULL)
            return
        self._tally.frames += len(several)
        self._in_flight += len(several)
        if self._faults >= self._hall.limits.faults_in_a_row:
            self._tally.refusals[Refusal.RUBBISH] += 1
            self.part()
        if self._in_flight >= self._hall.limits.frames_in_flight:
            self._pause(IN_FLIGHT)
        wait_s = self._hall.addresses.spend(self._address, len(several), now_s)
        if wait_s:
            self._pause(RATE)
            self._hall.slow(self, wait_s)

    def _reply(self, frame: bytes, decoded: Decoded | None, outcome: Outcome) -> None:
        """Answer a frame that is committed (one that broke our intake is, for an officer)."""
        if decoded is not None:
            reply = self._protocol.reply(frame, decoded)
            if reply:
                self._tally.replies += 1
                self._transport.write(reply)
        for command in outcome.commands if isinstance(outcome, Taken) else ():
            self._tally.commands += 1
            self._transport.write(command)

    def _keep_what_is_held(self, refusal: Refusal) -> None:
        """The bytes of a frame that never ended, for an officer."""
        held = self._framer.held
        if not held:
            return
        reason = f"the frame did not end: {refusal.replace('_', ' ')}"
        message = self._unreadable(held, reason, clock.now())
        self._tally.fault(reason)
        try:
            self._hall.committer.offer(message, _nobody_waits, size_bytes=len(held))
        except Unavailable:
            logger.warning("%d bytes of a frame that never ended were not kept", len(held))

    def _let_go(self, refusal: Refusal) -> None:
        self._tally.refusals[refusal] += 1
        self._later = b""
        if self._transport is not None:
            self._transport.abort()

    def _pause(self, why: int) -> None:
        if not self._paused and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._paused |= why

    def _close_when_answered(self) -> None:
        if self._ended and not self._in_flight and not self._later and self._transport is not None:
            self._transport.close()


def _nobody_waits(outcome: Outcome | Unavailable) -> None:
    """What became of bytes whose sender is gone."""
