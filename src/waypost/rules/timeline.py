"""Which revision of the numbers was in force when: what judging reads instead of one `Parameters`.

Later revisions are only ever added, each from an instant that was still to come when it was
published, so what has been judged once stays judged by the numbers then in force. A fix or an edge
is judged by those in force at its instant, a stretch (a silence, time since a row ended) by those
in force when it began: a row that goes on over a change is one row, and no minute is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from waypost.clock import FOREVER_US, to_us
from waypost.rules.values import Parameters

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class InForce:
    """One revision: in force from `from_at` (None: from the beginning) until the next one is.

    revision_id   the record it came from; None where there is none (files)
    """

    from_at: datetime | None
    parameters: Parameters
    revision_id: int | None = None

    @property
    def from_us(self) -> int:
        return -FOREVER_US if self.from_at is None else to_us(self.from_at)

    @property
    def words(self) -> str:
        number = "" if self.revision_id is None else f" {self.revision_id}"
        return f"parameter revision{number}"


@dataclass(frozen=True, slots=True)
class ParameterTimeline:
    """Revisions by the instant from which each is in force; the first from the beginning.

    raises   ValueError when the first has an instant, or two do not follow each other in time
    """

    entries: tuple[InForce, ...]

    def __post_init__(self) -> None:
        starts = [entry.from_at for entry in self.entries]
        if not starts or starts[0] is not None:
            raise ValueError("the first revision is in force from the beginning")
        later = [start for start in starts[1:] if start is not None]
        if len(later) < len(starts) - 1 or any(a >= b for a, b in pairwise(later)):
            raise ValueError("each later revision takes effect after the one before it")

    def at(self, instant: datetime) -> InForce:
        """The revision in force at an instant."""
        return self.at_us(to_us(instant))

    def at_us(self, us: int) -> InForce:
        """`at`, for microseconds UTC."""
        return next(entry for entry in reversed(self.entries) if entry.from_us <= us)

    def between(self, from_us: int, to_us: int) -> tuple[InForce, ...]:
        """Those in force in [from_us, to_us), the one in force at its beginning first."""
        later = (entry for entry in self.entries if from_us < entry.from_us < to_us)
        return (self.at_us(from_us), *later)

    def parts(self, at: Times) -> Iterator[tuple[slice, InForce]]:
        """Sorted times cut where the numbers change, each part with its revision.

        at   microseconds UTC; without any time there is one part, empty, with the last revision
        """
        if len(self.entries) == 1:
            return iter([(slice(0, at.size), self.entries[0])])
        starts = [entry.from_us for entry in self.entries[1:]]
        cuts = [0, *np.searchsorted(at, starts, side="left").tolist(), at.size]
        parts = [
            (slice(*cut), entry) for cut, entry in zip(pairwise(cuts), self.entries, strict=True)
        ]
        return iter([part for part in parts if part[0].start < part[0].stop] or parts[-1:])


def always(parameters: Parameters | ParameterTimeline) -> ParameterTimeline:
    """The same numbers at all times, for files and tests; a time line as it is."""
    if isinstance(parameters, ParameterTimeline):
        return parameters
    return ParameterTimeline((InForce(None, parameters),))
