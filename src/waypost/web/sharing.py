"""Open pages hear of a change at the same moment, and many ask for the same rows: those are drawn
once for all whom the same answer is for.

What an answer depends on is its key: whose alerts are within reach, asked for each request; what
the role may read; the filters and the page. An answer of the inbox's present version serves for a
second, since ages stand in it; one of an earlier version for a fraction of that, longer where it is
slow to draw. It says of which
version it is, and a page that has heard of a later one asks again: so fifty pages are answered in a
second while alerts change many times in it. Used only while this process has live pages.

Each request has a thread of its own: whoever asks while an answer is being drawn waits for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

KEPT_S = 1.0
BEHIND_S = 0.4  # while the version rises faster than fifty pages can be answered
REST = 2.0  # times what drawing took: a machine that draws slowly has more to do than draw
Answer = TypeVar("Answer")


@dataclass
class _Kept(Generic[Answer]):
    """An answer, when it was drawn, and the version read before."""

    drawing: threading.Lock = field(default_factory=threading.Lock)
    at_s: float = float("-inf")
    took_s: float = 0.0
    version: int = -1
    answer: list[Answer] = field(default_factory=list)  # one, or none yet


class Shared(Generic[Answer]):
    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._kept: dict[Hashable, _Kept[Answer]] = {}

    def get(self, key: Hashable, version: int, make: Callable[[], Answer]) -> Answer:
        """The answer of this key, made now or just before. version: the inbox's, read just now."""
        with self._lock:
            kept = self._kept.setdefault(key, _Kept())
        with kept.drawing:
            began_s = self._clock_s()
            behind_s = min(max(BEHIND_S, REST * kept.took_s), KEPT_S)
            serves_s = KEPT_S if kept.version >= version else behind_s
            if kept.answer and began_s - kept.at_s < serves_s:
                return kept.answer[0]
            kept.answer[:] = [make()]
            kept.at_s, kept.version = self._clock_s(), version
            kept.took_s = kept.at_s - began_s
            answer = kept.answer[0]
        self._forget()
        return answer

    def _forget(self) -> None:
        """Names stand in answers: none is held longer than it can serve, or until the next."""
        now_s = self._clock_s()
        with self._lock:
            for key, kept in list(self._kept.items()):
                if now_s - kept.at_s >= KEPT_S and not kept.drawing.locked():
                    del self._kept[key]
