"""One thread that commits: messages wait in a bounded line, go in groups, and are then answered.

A lone message after a quiet moment is committed at once. While more are coming, the thread lets
them gather for up to LINGER_S or GROUP_MAX, since a commit costs the same for one as for many and
one-row log entries are slow to read. A commit that fails is answered "try again" and forgotten:
nothing was promised, and the sender still has it.
"""

from __future__ import annotations

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

GROUP_MAX = 500  # messages of one commit (design, section 1)
GROUP_BYTES_MAX = 16 * 2**20
# The design allows 100 ms; its reply p99 of 50 ms at 1,000/s does not. 20 ms gathers 20 there.
LINGER_S = 0.02
QUIET_S = 0.1  # this long without a commit and the next message goes alone
WAITING_MAX = 20_000
WAITING_BYTES_MAX = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Waiting(Generic[In, Out]):
    """One item in line; `answer` is called once, from the committing thread."""

    item: In
    size_bytes: int
    answer: Callable[[Out | Unavailable], None]


class Committer(threading.Thread, Generic[In, Out]):
    """write(items) -> one outcome each, or raises Unavailable for all of them."""

    def __init__(
        self, write: Callable[[Sequence[In]], Sequence[Out]], *, linger_s: float = LINGER_S
    ) -> None:
        super().__init__(name="committer", daemon=True)
        self._write, self._linger_s = write, linger_s
        self._line: deque[Waiting[In, Out]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._some, self._full = threading.Event(), threading.Event()
        self._stopping = False

    @property
    def waiting(self) -> int:
        return len(self._line)

    def offer(
        self, item: In, answer: Callable[[Out | Unavailable], None], *, size_bytes: int
    ) -> None:
        """Put an item in line. Unavailable, at once, when the line is full or closing."""
        with self._lock:
            if self._stopping:
                raise Unavailable("the gateway is stopping; try again")
            if len(self._line) >= WAITING_MAX or self._bytes + size_bytes > WAITING_BYTES_MAX:
                raise Unavailable("the gateway has more than it can keep just now; try again")
            self._line.append(Waiting(item, size_bytes, answer))
            self._bytes += size_bytes
            self._some.set()
            if len(self._line) >= GROUP_MAX:
                self._full.set()

    def run(self) -> None:
        committed_s = float("-inf")
        while True:
            self._some.wait()
            if time.monotonic() - committed_s < QUIET_S:
                self._full.wait(self._linger_s)
            group = self._take()
            if not group:
                return
            self._commit(group)
            committed_s = time.monotonic()

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

    def _commit(self, group: list[Waiting[In, Out]]) -> None:
        outcomes: Sequence[Out | Unavailable]
        try:
            outcomes = self._write([waiting.item for waiting in group])
        except Unavailable as error:
            logger.warning("%d messages were not kept: the store does not answer", len(group))
            outcomes = [error] * len(group)
        except Exception as error:
            logger.error("%d messages were not kept: %s", len(group), type(error).__name__)
            trouble = Unavailable("the message could not be kept; try again")
            trouble.__cause__ = error
            outcomes = [trouble] * len(group)
        for waiting, outcome in zip(group, outcomes, strict=True):
            waiting.answer(outcome)
