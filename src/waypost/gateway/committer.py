"""One thread that commits: messages wait in a bounded line, go in groups, and are then answered.

A lone message after a quiet moment is committed at once. While more are coming, the thread lets
them gather until the first has waited LINGER_S or there are GROUP_MAX, since a commit costs the
same for one as for many and one-row log entries are slow to read; what has waited so long already
while the last commit took its time goes at once. A commit that fails is answered "try again" and
forgotten: nothing was promised, and the sender still has it.

    offer, offer_many -> line -> write(items) in one transaction -> post([(answer, outcome), ...])

`post` carries a group's answers to where they are given, in one call a group: a hand-over to an
event loop for each message would cost more than the message. `in_loop(loop)` is the gateway's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from waypost.errors import Unavailable

logger = logging.getLogger(__name__)
In = TypeVar("In")
Out = TypeVar("Out")

GROUP_MAX = 1_000  # messages of one commit: more gain nothing and hold the store's lock longer
GROUP_BYTES_MAX = 16 * 2**20
# The design allows 100 ms; its reply p99 of 50 ms at 1,000/s does not: the worker holds the store's
# lock for 20 to 30 ms there, several times a second. 15 ms gathers 15 messages.
LINGER_S = 0.015
QUIET_S = 0.1  # this long without a commit and the next message goes alone
GIVE_UP_S = 2.0  # a store that takes longer to say no says it for the whole line
WAITING_MAX = 20_000
WAITING_BYTES_MAX = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Waiting(Generic[In, Out]):
    """One item in line; `answer` is called once, where the committer's `post` says."""

    item: In
    answer: Callable[[Out | Unavailable], None]
    size_bytes: int


Answers = list[tuple[Callable[[Out | Unavailable], None], Out | Unavailable]]


def answer_here(answers: Answers[Out]) -> None:
    """Call each in this thread, in the order of the line; one that fails does not mute the rest."""
    for answer, outcome in answers:
        try:
            answer(outcome)
        except Exception as error:
            logger.error("an answer could not be given: %s", type(error).__name__)


def in_loop(loop: asyncio.AbstractEventLoop) -> Callable[[Answers[Out]], None]:
    """A `post` that gives a whole group's answers in the loop's thread, by one call. Answers for
    a loop that is closed are dropped: nobody is there to hear them."""

    def post(answers: Answers[Out]) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(answer_here, answers)

    return post


class Committer(threading.Thread, Generic[In, Out]):
    """write(items) -> one outcome each, or raises Unavailable for all of them.

    post   called once a group, in the committing thread, after the commit
    """

    def __init__(
        self,
        write: Callable[[Sequence[In]], Sequence[Out]],
        *,
        post: Callable[[Answers[Out]], None] = answer_here,
        linger_s: float = LINGER_S,
    ) -> None:
        super().__init__(name="committer", daemon=True)
        self._write, self._post, self._linger_s = write, post, linger_s
        self._line: deque[Waiting[In, Out]] = deque()
        self._bytes = 0
        self._since_s = 0.0  # since when the first in line has waited
        self._lock = threading.Lock()
        self._some, self._full = threading.Event(), threading.Event()
        self._stopping = False

    @property
    def waiting(self) -> int:
        return len(self._line)

    @property
    def filled(self) -> float:
        """How much of the line's room is taken, 0 to 1."""
        return max(len(self._line) / WAITING_MAX, self._bytes / WAITING_BYTES_MAX)

    def offer(
        self, item: In, answer: Callable[[Out | Unavailable], None], *, size_bytes: int
    ) -> None:
        """Put an item in line. Unavailable, at once, when the line is full or closing."""
        self.offer_many([Waiting(item, answer, size_bytes)])

    def offer_many(self, several: Sequence[Waiting[In, Out]]) -> None:
        """Put several in line, in order: all of them, or Unavailable and none."""
        size_bytes = sum(waiting.size_bytes for waiting in several)
        with self._lock:
            if self._stopping:
                raise Unavailable("the gateway is stopping; try again")
            length = len(self._line) + len(several)
            if length > WAITING_MAX or self._bytes + size_bytes > WAITING_BYTES_MAX:
                raise Unavailable("the gateway has more than it can keep just now; try again")
            if not self._line and several:
                self._since_s = time.monotonic()
                self._some.set()
            self._line.extend(several)
            self._bytes += size_bytes
            if length >= GROUP_MAX:
                self._full.set()

    def run(self) -> None:
        committed_s = float("-inf")
        while True:
            self._some.wait()
            now_s = time.monotonic()
            waits_s = self._since_s + self._linger_s - now_s
            if waits_s > 0 and now_s - committed_s < QUIET_S:
                self._full.wait(waits_s)
            group = self._take()
            if not group:
                return
            began_s = time.monotonic()
            kept = self._commit(group)
            committed_s = time.monotonic()
            if not kept and (self._stopping or committed_s - began_s > GIVE_UP_S):
                self._give_up_the_line()

    def stop(self) -> None:
        """Take no more, finish what is in line, end."""
        with self._lock:
            self._stopping = True
            self._some.set()
            self._full.set()
        self.join()

    def _take(self) -> list[Waiting[In, Out]]:
        with self._lock:
            group: list[Waiting[In, Out]] = []
            size = 0
            while self._line and len(group) < GROUP_MAX and size <= GROUP_BYTES_MAX:
                group.append(self._line.popleft())
                size += group[-1].size_bytes
            self._bytes -= size
            if not self._stopping:
                if not self._line:
                    self._some.clear()
                if len(self._line) < GROUP_MAX:
                    self._full.clear()
            return group

    def _give_up_the_line(self) -> None:
        """Answer all in line "try again" at once: each group of it would wait for the store as
        long again, and their senders have given up by then."""
        with self._lock:
            left = list(self._line)
            self._line.clear()
            self._bytes = 0
            if not self._stopping:
                self._some.clear()
                self._full.clear()
        if left:
            logger.warning("%d messages in line were not kept either", len(left))
            trouble = Unavailable("the store does not answer; try again")
            self._post([(waiting.answer, trouble) for waiting in left])

    def _commit(self, group: list[Waiting[In, Out]]) -> bool:
        """Whether the group was written; answered it is either way."""
        outcomes: Sequence[Out | Unavailable]
        kept = False
        try:
            outcomes = self._write([waiting.item for waiting in group])
            kept = True
        except Unavailable as error:
            logger.warning("%d messages were not kept: the store does not answer", len(group))
            outcomes = [error] * len(group)
        except Exception as error:
            logger.error("%d messages were not kept: %s", len(group), type(error).__name__)
            trouble = Unavailable("the message could not be kept; try again")
            trouble.__cause__ = error
            outcomes = [trouble] * len(group)
        self._post(
            [(waiting.answer, outcome) for waiting, outcome in zip(group, outcomes, strict=True)]
        )
        return kept
