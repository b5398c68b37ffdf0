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
from typing import Any

from waypost import clock
from waypost.errors import Unavailable
from waypost.gateway.committer import Waiting
from waypost.gateway.figures import Tally
from waypost.gateway.hall import IN_FLIGHT, LINE, PARTING, RATE, WRITING, Entered, Hall
from waypost.gateway.hearing import OF_ANOTHER, Speaker, fault_of, hear, unreadable, weight_of
from waypost.gateway.limits import Refusal, overdue
from waypost.gateway.tls import speaks_for
from waypost.gateway.values import NO_ROOM, Item, Outcome, TagMessage, Taken, UnreadableMessage
from waypost.protocols.wire import StreamProtocol, live_reply

logger = logging.getLogger(__name__)
WRITE_BYTES_MAX = 16 * 2**10  # of replies that a client has not read


class Asked:
    """A frame in line, and who waits for its reply; called with what became of it."""

    __slots__ = ("_conversation", "_message")

    def __init__(self, conversation: Conversation, message: TagMessage | UnreadableMessage) -> None:
        self._conversation, self._message = conversation, message

    def __call__(self, outcome: Outcome | Unavailable) -> None:
        self._conversation.answered(self._message, outcome)


class Conversation(asyncio.BufferedProtocol):
    """One connection of one tag (or of a hub that speaks for several in turn).

    entered   how it was let in, where that was done before (TLS was agreed first)
    """

    __slots__ = (
        "_begun_s",
        "_ended",
        "_entered",
        "_faults",
        "_framer",
        "_hall",
        "_in_flight",
        "_later",
        "_name",
        "_opened_s",
        "_out",
        "_paused",
        "_protocol",
        "_speaker",
        "_stuck_s",
        "_tally",
        "_transport",
        "_useful_s",
    )

    def __init__(
        self,
        hall: Hall,
        name: str,
        protocol: StreamProtocol,
        tally: Tally,
        *,
        entered: Entered | None = None,
    ) -> None:
        self._hall, self._name, self._protocol, self._tally = hall, name, protocol, tally
        self._entered = entered
        self._speaker = Speaker()
        self._framer = protocol.framer()
        self._transport: Any = None  # None: not open, or gone
        self._later = b""  # read, and not looked at yet
        self._out = b""  # replies to the group that is just being answered
        self._paused = self._in_flight = self._faults = 0
        self._ended = False  # nothing more is read; closed once all is answered
        self._opened_s = hall.loop.time()
        self._useful_s: float | None = None
        self._begun_s: float | None = None
        self._stuck_s: float | None = None

    # What the loop tells.

    def connection_made(self, transport: Any) -> None:
        self._entered = self._entered or self._hall.admit(transport, self._tally)
        if self._entered is None:
            return
        self._entered.is_taken = True
        self._transport = transport
        transport.set_write_buffer_limits(high=WRITE_BYTES_MAX)
        self._speaker = Speaker(None, self._entered.network, speaks_for(transport), reachable=True)
        self._hall.conversations.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._entered is None:
            return
        self._hall.leave(self._entered, self._tally)
        self._hall.conversations.discard(self)
        self._entered = self._transport = None
        self._later = b""

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._hall.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.hear(bytes(self._hall.buffer[:nbytes]))

    def eof_received(self) -> bool:
        """The client sends no more. Over TCP it may still read: True keeps the way back open; TLS
        as it is built here has no such half, and cuts the replies not given yet."""
        self._ended = True
        self._close_when_answered()
        return self._transport is not None and not self._transport.get_extra_info("sslcontext")

    def pause_writing(self) -> None:
        self._stuck_s = self._hall.loop.time()
        self._pause(WRITING)

    def resume_writing(self) -> None:
        self._stuck_s = None
        self.resume(WRITING)

    # What the hall tells.

    def write_out(self) -> None:
        """A group has been answered: send what it brought, in one piece."""
        data, self._out = self._out, b""
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

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
        refusal = overdue(
            self._hall.limits,
            now_s,
            opened_s=self._opened_s,
            useful_s=self._useful_s,
            begun_s=None if self._paused else self._begun_s,  # while we do not read, it cannot end
            stuck_s=self._stuck_s,
        )
        if refusal is Refusal.STUCK:
            self._let_go(refusal)
        elif refusal is not None and not self._in_flight:
            self._keep_what_is_held(refusal)
            self._let_go(refusal)

    def part(self) -> None:
        """Read no more; close when all is answered."""
        self._ended, self._later = True, b""
        self._pause(PARTING)
        self._close_when_answered()

    def cut(self) -> None:
        """Close now."""
        if self._transport is not None:
            self._transport.abort()

    def resume(self, why: int) -> None:
        """A reason not to be read is gone."""
        was, self._paused = self._paused, self._paused & ~why
        if was and not self._paused and self._transport is not None:
            if self._begun_s is not None:
                self._begun_s = self._hall.loop.time()
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def answered(
        self, message: TagMessage | UnreadableMessage, outcome: Outcome | Unavailable
    ) -> None:
        """A frame is committed, or is not."""
        self._in_flight -= 1
        if self._transport is None:
            return
        if isinstance(outcome, Unavailable):
            self._let_go(Refusal.STORE_AWAY)
            return
        if outcome is NO_ROOM:
            self._let_go(Refusal.QUARANTINE_FULL)
            return
        if self._paused & IN_FLIGHT and self._in_flight <= self._hall.limits.frames_in_flight // 2:
            self.resume(IN_FLIGHT)
        try:
            self._reply(message, outcome)
        finally:
            self._close_when_answered()

    # What follows from it.

    def hear(self, data: bytes) -> None:
        """Bytes of the client: looked at now, or once the line is shorter."""
        self._tally.bytes += len(data)
        if not self._later and not self._hall.is_full:
            self._read(data)
        elif self._hall.hold_back(self, len(data)):
            self._later += data
            self._pause(LINE)
        else:
            self._let_go(Refusal.LINE_FULL)

    def _read(self, data: bytes) -> None:
        now_s = self._hall.loop.time()
        frames = self._framer.feed(data)
        if frames:
            received_at = clock.now()
            messages = []
            for frame in frames:
                message = hear(self._name, self._protocol, frame, self._speaker, received_at)
                self._judge(message, now_s)
                messages.append(message)
            self._put_in_line(messages, now_s)
        if not self._framer.held:
            self._begun_s = None
        elif frames or self._begun_s is None:
            self._begun_s = now_s

    def _judge(self, message: TagMessage | UnreadableMessage, now_s: float) -> None:
        """Remember whom a readable frame names; count one that is not."""
        fault = fault_of(message)
        if fault is not None:
            self._faults += 1
            self._tally.fault(fault)
            self._hall.fault(self._entered, now_s)
            return
        self._faults, self._useful_s = 0, now_s
        assert isinstance(message, TagMessage)  # the others have a fault
        device = message.decoded.device_id
        if device is not None and device != self._speaker.device:
            known = self._speaker
            self._speaker = Speaker(device, known.network, known.speaks_for, reachable=True)

    def _put_in_line(self, messages: list[TagMessage | UnreadableMessage], now_s: float) -> None:
        waiting: list[Waiting[Item, Outcome]] = [
            Waiting(message, Asked(self, message), weight_of(message)) for message in messages
        ]
        try:
            self._hall.committer.offer_many(waiting)
        except Unavailable:
            self._let_go(Refusal.LINE_FULL)
            return
        self._tally.frames += len(messages)
        self._in_flight += len(messages)
        self._slow_down(messages, now_s)

    def _slow_down(self, messages: list[TagMessage | UnreadableMessage], now_s: float) -> None:
        """Read no more of one who sends rubbish, has much in line, or comes too fast."""
        if fault_of(messages[-1]) == OF_ANOTHER:
            self._tally.refusals[Refusal.OTHER_IDENTITY] += 1
            self.part()
        elif self._faults >= self._hall.limits.faults_in_a_row:
            self._tally.refusals[Refusal.RUBBISH] += 1
            self.part()
        if self._in_flight >= self._hall.limits.frames_in_flight:
            self._pause(IN_FLIGHT)
        wait_s = self._hall.spend(self._entered, len(messages), now_s)
        if wait_s:
            self._pause(RATE)
            self._hall.slow(self, wait_s)

    def _reply(self, message: TagMessage | UnreadableMessage, outcome: Outcome) -> None:
        """Answer a frame that is committed (one that broke our intake is, for an officer)."""
        out = b""
        if isinstance(message, TagMessage):
            out = live_reply(self._protocol, message.payload, message.decoded, clock.now) or b""
            self._tally.replies += bool(out)
        if isinstance(outcome, Taken) and outcome.commands:
            self._tally.commands += len(outcome.commands)
            out += b"".join(outcome.commands)
        if out and not self._out:
            self._hall.to_write.append(self)
        self._out += out

    def _keep_what_is_held(self, refusal: Refusal) -> None:
        """The bytes of a frame that never ended, for an officer."""
        held = self._framer.held
        if not held:
            return
        reason = f"the frame did not end: {refusal.replace('_', ' ')}"
        message = unreadable(self._name, held, reason, self._speaker, clock.now())
        self._tally.fault(reason)
        try:
            self._hall.committer.offer(message, _nobody_waits, size_bytes=weight_of(message))
        except Unavailable:
            logger.warning("%d bytes of a frame that never ended were not kept", len(held))

    def _let_go(self, refusal: Refusal) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._tally.refusals[refusal] += 1
            self._transport.abort()
        self._later = b""

    def _pause(self, why: int) -> None:
        if not self._paused and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._paused |= why

    def _close_when_answered(self) -> None:
        if self._ended and not self._in_flight and not self._later and self._transport is not None:
            self.write_out()
            self._transport.close()


def _nobody_waits(outcome: Outcome | Unavailable) -> None:
    """What became of bytes whose sender is gone."""
