"""What goes wrong between a tag and the gateway, by seeded chance: the soak's and the demo's.

Pure: a `Faults` is chances, a `Luck` draws from them for one tag, always the same for its seed.
Clocks that are wrong are wrong from the start, as on real tags.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DAY_S = 86_400
ROLLOVER_S = -1024 * 7 * DAY_S  # the GPS week number started anew
FUTURE_S, PAST_S = 400 * DAY_S, -400 * DAY_S  # a clock set wrong by hand
HOUR_S = 3600
PIECES_MAX = 6


@dataclass(frozen=True, slots=True)
class Faults:
    """Chances from 0 to 1.

    pieces      of a parcel: its bytes are written in pieces, cut anywhere
    cut         of a parcel: the connection is cut half-way through its bytes
    unheard     of a parcel: the connection is cut after it, before the answer is heard
    again       of an acknowledged report: the tag sends it once more
    outage      of a parcel: the tag is out of reach for a while, then sends newest first
    outage_s    how long at most
    clock       of a tag: its clock is wrong
    """

    pieces: float = 0.0
    cut: float = 0.0
    unheard: float = 0.0
    again: float = 0.0
    outage: float = 0.0
    outage_s: float = 0.0
    clock: float = 0.0


FAULTS: dict[str, Faults] = {
    "none": Faults(),
    "some": Faults(pieces=0.05, cut=0.002, unheard=0.002, again=0.005, outage=0.002,
                   outage_s=120.0, clock=0.04),
    "many": Faults(pieces=0.3, cut=0.02, unheard=0.02, again=0.02, outage=0.02, outage_s=3.0,
                   clock=0.06),
}  # fmt: skip


class Luck:
    """What befalls one tag."""

    def __init__(self, faults: Faults, seed: int, tag: int) -> None:
        self.faults = faults
        self.chance = random.Random(f"{seed} {tag}")
        self.clock_s = self._clock()
        self.newest_first = self.chance.random() < 0.5

    def _clock(self) -> int:
        """Seconds by which this tag's clock is wrong; 0 for most."""
        if self.chance.random() >= self.faults.clock:
            return 0
        hours = self.chance.randint(1, 3) * HOUR_S
        return self.chance.choice((FUTURE_S, PAST_S, ROLLOVER_S, hours))

    def outage_s(self) -> float:
        """How long the tag is out of reach now; 0: it is not. It then may send newest first."""
        if self.chance.random() >= self.faults.outage:
            return 0.0
        self.newest_first = self.chance.random() < 0.7
        return self.chance.uniform(0.1, 1.0) * self.faults.outage_s

    def again(self) -> bool:
        return self.chance.random() < self.faults.again

    def pieces(self, data: bytes) -> list[bytes]:
        """The bytes as they are written: whole, or cut at a few places."""
        if len(data) < 2 or self.chance.random() >= self.faults.pieces:
            return [data]
        count = self.chance.randint(1, PIECES_MAX - 1)
        return cut_at(data, sorted(self.chance.randrange(1, len(data)) for _ in range(count)))

    def cut_after(self, size: int) -> int | None:
        """After how many bytes the connection is cut: within the parcel, or after all of it
        (before the answer); None: it holds."""
        drawn = self.chance.random()
        if drawn < self.faults.cut:
            return self.chance.randrange(size) if size else 0
        return size if drawn < self.faults.cut + self.faults.unheard else None


def cut_at(data: bytes, places: Sequence[int]) -> list[bytes]:
    """The bytes in pieces; together they are the bytes."""
    edges = [0, *places, len(data)]
    return [data[start:end] for start, end in pairwise(edges) if start < end]
