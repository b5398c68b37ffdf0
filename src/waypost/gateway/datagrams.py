"""Tags over UDP: a datagram's frames in line, one datagram back once all of them are decided.

A sender's address can be invented: nothing is promised to it but the reply, and unreadable
datagrams are kept at a bounded rate. A datagram that cannot be taken just
now is dropped without an answer: the tag sends it again.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Any, TypeAlias

from waypost import clock
from waypost.errors import Unavailable
from waypost.gateway.committer import Waiting
from waypost.gateway.figures import Tally
from waypost.gateway.hall import Hall
from waypost.gateway.hearing import Speaker, fault_of, hear, weight_of
from waypost.gateway.limits import Refusal
from waypost.gateway.values import NO_ROOM, Item, Outcome, TagMessage, Taken, UnreadableMessage
from waypost.protocols.wire import Frame, StreamProtocol, frames_of

logger = logging.getLogger(__name__)
FRAMES_MAX = 64  # of one datagram; tags send one, rarely a few
STOP_LOOK_S = 0.02
SenderAddress: TypeAlias = tuple[Any, ...]


class Letterbox(asyncio.DatagramProtocol):
    """The datagrams of one protocol."""

    def __init__(self, hall: Hall, name: str, protocol: StreamProtocol, tally: Tally) -> None:
        self._hall, self._name, self._tally = hall, name, tally
        self.protocol = protocol
        self._transport: Any = None
        self._letters = 0  # in line

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: SenderAddress) -> None:
        refusal = self._refusal(str(addr[0]))
        if refusal is not None:
            self._tally.refusals[refusal] += 1
            return
        self._tally.bytes += len(data)
        messages = self._messages(data, str(addr[0]), clock.now())
        if messages:
            self._put_in_line(messages, addr)

    def error_received(self, exc: Exception) -> None:
        """A reply found nobody (the tag's address has moved on): it will ask again."""
        self._tally.refusals["reply_undeliverable"] += 1

    async def emptied(self) -> None:
        """Once no more is read and all that was is answered."""
        while self._letters:
            await asyncio.sleep(STOP_LOOK_S)

    def send(self, replies: list[bytes], commands: list[bytes], to: SenderAddress) -> None:
        """A letter is done: the replies in one datagram, each command in one of its own."""
        self._letters -= 1
        self._tally.replies += len(replies)
        self._tally.commands += len(commands)
        for data in ([b"".join(replies)] if replies else []) + commands:
            self._transport.sendto(data, to)

    def drop(self, refusal: Refusal) -> None:
        """A datagram goes unanswered."""
        self._tally.refusals[refusal] += 1

    def _refusal(self, host: str) -> Refusal | None:
        refusal = self._hall.refuses(host)
        if refusal is not None:
            return refusal
        return Refusal.LINE_FULL if self._hall.is_full or self._hall.is_stopping else None

    def _messages(
        self, data: bytes, host: str, received_at: datetime
    ) -> list[TagMessage | UnreadableMessage]:
        """What goes in line for a datagram; a frame after the other may need the name before."""
        speaker = Speaker(None, self._hall.network_of(host), reachable=True)
        messages = []
        for frame in _bounded(frames_of(self.protocol, data)):
            message = hear(self._name, self.protocol, frame, speaker, received_at)
            fault = fault_of(message)
            if fault is not None and not self._may_keep_fault(fault, host):
                continue
            if isinstance(message, TagMessage) and fault is None:
                speaker = Speaker(message.decoded.device_id, speaker.network, reachable=True)
            messages.append(message)
        return messages

    def _may_keep_fault(self, fault: str, host: str) -> bool:
        """Count an unreadable frame; whether it may be kept with the others of this second."""
        self._tally.fault(fault)
        self._hall.fault_from(host)
        if self._hall.unreadable_datagrams.take(1, self._hall.loop.time()):
            return True
        self._tally.refusals[Refusal.RUBBISH] += 1
        return False

    def _put_in_line(
        self, messages: list[TagMessage | UnreadableMessage], addr: SenderAddress
    ) -> None:
        letter = Letter(self, addr, len(messages))
        waiting: list[Waiting[Item, Outcome]] = [
            Waiting(message, letter.asked(message), weight_of(message)) for message in messages
        ]
        try:
            self._hall.committer.offer_many(waiting)
        except Unavailable:
            self.drop(Refusal.LINE_FULL)
            return
        self._letters += 1
        self._tally.frames += len(messages)


class Letter:
    """One datagram in line; it is answered when all of it is decided, for what was kept of it."""

    __slots__ = ("_box", "_commands", "_replies", "_sender", "_waiting")

    def __init__(self, box: Letterbox, sender: SenderAddress, waiting: int) -> None:
        self._box, self._sender, self._waiting = box, sender, waiting
        self._replies: list[bytes] = []
        self._commands: list[bytes] = []

    def asked(self, message: TagMessage | UnreadableMessage) -> AskedByLetter:
        return AskedByLetter(self, message)

    def answered(
        self, message: TagMessage | UnreadableMessage, outcome: Outcome | Unavailable
    ) -> None:
        """A frame of it is committed, or is not."""
        self._waiting -= 1
        try:
            if isinstance(outcome, Unavailable):
                self._box.drop(Refusal.STORE_AWAY)
            elif outcome is NO_ROOM:
                self._box.drop(Refusal.QUARANTINE_FULL)
            elif isinstance(message, TagMessage):
                reply = self._box.protocol.reply(message.payload, message.decoded)
                self._replies += [reply] if reply else []
            self._commands += outcome.commands if isinstance(outcome, Taken) else ()
        finally:
            if not self._waiting:
                self._box.send(self._replies, self._commands, self._sender)


class AskedByLetter:
    """A frame of a datagram in line; called with what became of it."""

    __slots__ = ("_letter", "_message")

    def __init__(self, letter: Letter, message: TagMessage | UnreadableMessage) -> None:
        self._letter, self._message = letter, message

    def __call__(self, outcome: Outcome | Unavailable) -> None:
        self._letter.answered(self._message, outcome)


def _bounded(frames: list[Frame]) -> list[Frame]:
    """No more frames than a datagram of a tag has; the rest is one that says so."""
    if len(frames) <= FRAMES_MAX:
        return frames
    rest = b"".join(frame.data for frame in frames[FRAMES_MAX:])
    return [*frames[:FRAMES_MAX], Frame(rest, f"more than {FRAMES_MAX} frames in one datagram")]
