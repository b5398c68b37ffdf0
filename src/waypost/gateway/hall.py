"""What all conversations share, and who looks after them: room in the line, patience, the end.

One task for all: it looks at a part of the conversations each tick, so that every one is looked at
in five seconds, and lets those go on that were slowed down or held back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from waypost.gateway.committer import Answers, Committer, answer_here
from waypost.gateway.figures import Tally
from waypost.gateway.limits import Address, Addresses, Bucket, Limits, Refusal
from waypost.gateway.values import Item, Outcome

logger = logging.getLogger(__name__)
READ_BYTES = 16 * 2**10  # of one read: what a client can make us decode before others' turn
HELD_BACK_BYTES_MAX = 64 * 2**20  # read, and not looked at until the line is shorter
FULL_SHARE, ROOM_SHARE = 0.5, 0.25  # of the committer's line: stop reading, go on
TICK_S = 0.25
ROUND_TICKS = 20  # every conversation is looked at once in five seconds
LOOKS_LEAST = 1000
STOP_WITHIN_S = 30.0
# Why a conversation is not being read just now: bits of `_paused`.
LINE, IN_FLIGHT, WRITING, RATE, PARTING = 1, 2, 4, 8, 16


@dataclass(slots=True)
class Entered:
    """A connection that was let in: its sender's record (None: not limited) and network.

    is_taken   a protocol has it, and gives it back when its connection is lost
    """

    address: Address | None
    network: str | None
    is_taken: bool = False


class Guest(Protocol):
    """A conversation as the hall sees it."""

    def write_out(self) -> None:
        """Send the replies of the group that has been answered."""
        ...

    def go_on(self) -> None:
        """The line has room again for what was held back."""
        ...

    def resume(self, why: int) -> None:
        """A reason not to be read is gone."""
        ...

    def look(self, now_s: float) -> None:
        """Let the client go if its time is up."""
        ...

    def part(self) -> None:
        """Read no more; close when all is answered."""
        ...

    def cut(self) -> None:
        """Close now."""
        ...


class Hall:
    """What all conversations share: the line, the limits, the room for one read."""

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Sequence[Outcome]],
        limits: Limits,
        network_of: Callable[[str], str | None],
    ) -> None:
        self.limits, self.network_of = limits, network_of
        self.addresses = Addresses(limits)
        self.loop = asyncio.get_running_loop()
        self.unreadable_datagrams = Bucket.full(limits.unreadable_datagrams_s, self.loop.time())
        self.committer: Committer[Item, Outcome] = Committer(write, post=self._post)
        self.buffer = memoryview(bytearray(READ_BYTES))  # the loop reads one client at a time
        self.conversations: set[Guest] = set()
        self.to_write: list[Guest] = []  # those with replies of the group just being answered
        self.is_stopping = False
        self._held_back: deque[tuple[Guest, int]] = deque()
        self._held_back_bytes = 0
        self._slowed: list[tuple[float, Guest]] = []
        self._round: list[Guest] = []

    def admit(self, transport: Any, tally: Tally) -> Entered | None:
        """Let a connection in, or cut it and count why."""
        peer = transport.get_extra_info("peername")
        entered = self.admit_host(str(peer[0]) if peer else "", tally)
        if entered is None:
            transport.abort()
        return entered

    def admit_host(self, host: str, tally: Tally) -> Entered | None:
        """Let a connection from there in and count it; None: not, and why is counted."""
        if self.is_stopping:
            return None
        now_s = self.loop.time()
        address = self.addresses.find(host, now_s)
        refusal = self.addresses.enter(address, now_s)
        if refusal is not None:
            tally.refusals[refusal] += 1
            return None
        tally.connections += 1
        tally.open += 1
        return Entered(address, self.network_of(host))

    def leave(self, entered: Entered, tally: Tally) -> None:
        """A connection that was let in has ended."""
        self.addresses.leave(entered.address)
        tally.open -= 1

    def refuses(self, host: str) -> Refusal | None:
        """Why a message of this sender, not of a connection, is not taken now; it is counted."""
        now_s = self.loop.time()
        address = self.addresses.find(host, now_s)
        if self.addresses.is_refused(address, now_s):
            return Refusal.ADDRESS_FAULTY
        return None if self.addresses.allows(address, now_s) else Refusal.ADDRESS_FAST

    def fault_from(self, host: str) -> None:
        """An unreadable message came from this sender."""
        now_s = self.loop.time()
        self.addresses.fault(self.addresses.find(host, now_s), now_s)

    def fault(self, entered: Entered | None, now_s: float) -> None:
        """An unreadable frame came by this connection."""
        if entered is not None:
            self.addresses.fault(entered.address, now_s)

    def spend(self, entered: Entered | None, frames: int, now_s: float) -> float:
        """Frames came by it; how many seconds it is to be slowed down for."""
        return self.addresses.spend(entered.address, frames, now_s) if entered else 0.0

    @property
    def is_full(self) -> bool:
        return self.committer.filled >= FULL_SHARE

    def hold_back(self, conversation: Guest, size_bytes: int) -> bool:
        """Keep a conversation's bytes until the line is shorter; False: too many are kept."""
        if self._held_back_bytes + size_bytes > HELD_BACK_BYTES_MAX:
            return False
        self._held_back_bytes += size_bytes
        self._held_back.append((conversation, size_bytes))
        return True

    def slow(self, conversation: Guest, for_s: float) -> None:
        self._slowed.append((self.loop.time() + for_s, conversation))

    def make_room(self) -> None:
        """Those held back go on, as far as there is room."""
        if not self._held_back or self.committer.filled > ROOM_SHARE:
            return
        while self._held_back and not self.is_full:
            conversation, size_bytes = self._held_back.popleft()
            self._held_back_bytes -= size_bytes
            conversation.go_on()

    async def watch(self) -> None:
        """Look after the conversations, a part of them each tick."""
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self._tick(self.loop.time())
            except Exception as error:  # a mistake of ours must not end the watch
                logger.error("a look after connections failed: %s", type(error).__name__)

    async def stop(self, within_s: float = STOP_WITHIN_S) -> None:
        """Read no more, answer what is in line, close; who still does not read then is cut off."""
        self.is_stopping = True
        until_s = self.loop.time() + within_s
        for conversation in list(self.conversations):
            conversation.part()
        while self.conversations and self.loop.time() < until_s:
            await asyncio.sleep(0.02)
        for conversation in list(self.conversations):
            conversation.cut()

    def _post(self, answers: Answers[Outcome]) -> None:
        """From the committing thread: a group's answers, in one call. A loop that is closed has
        nobody left to answer."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._answer, answers)

    def _answer(self, answers: Answers[Outcome]) -> None:
        answer_here(answers)  # type: ignore[misc]  # a union is no obstacle
        answered, self.to_write = self.to_write, []
        for conversation in answered:
            conversation.write_out()
        self.make_room()

    def _tick(self, now_s: float) -> None:
        self.make_room()  # also when no group is on its way that would say so
        due = [one for at_s, one in self._slowed if at_s <= now_s]
        self._slowed = [(at_s, one) for at_s, one in self._slowed if at_s > now_s]
        for conversation in due:
            conversation.resume(RATE)
        if not self._round:
            self._round = list(self.conversations)
        looks = max(LOOKS_LEAST, len(self.conversations) // ROUND_TICKS)
        self._round, now = self._round[looks:], self._round[:looks]
        for conversation in now:
            conversation.look(now_s)
