"""A framer for protocols whose first bytes say where a frame ends.

    cut(buffer, start) -> (end, fault)   end beyond the buffer: wait until it is there, ask again

Bytes that came alone are set aside and looked at only when as many are there as were asked for:
a message fed byte by byte costs as much as one fed whole. What is held is at most the longest
frame that `cut` ever asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from waypost.protocols.wire import Frame

FILLING = "filling"  # the fault of bytes between frames that mean nothing: pings, line ends
Cut: TypeAlias = Callable[[bytes, int], tuple[int, str | None]]


class HeadFramer:
    """Cuts the frames of one connection as `cut` finds their ends."""

    __slots__ = ("_cut", "_held", "_wanted")

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._held = bytearray()
        self._wanted = 0  # bytes to hold before asking again

    @property
    def held(self) -> bytes:
        return bytes(self._held)

    def feed(self, data: bytes) -> list[Frame]:
        if self._held:
            self._held += data
            if len(self._held) < self._wanted:
                return []
            data = bytes(self._held)
        frames: list[Frame] = []
        start, size = 0, len(data)
        while start < size:
            end, fault = self._cut(data, start)
            if end > size:
                break
            if fault is not FILLING:
                frames.append(Frame(data[start:end], fault))
            start = end
        if start < size:
            self._wanted, self._held = end - start, bytearray(data[start:])
        elif self._held:
            self._held = bytearray()
        return frames
