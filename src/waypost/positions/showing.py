"""What of a track is shown: all of it, or what bears on the person's orders.

Which fixes bear is decided above this room, where orders are compiled and violations stand
(monitoring/bearing_queries.py puts itself here as Django starts). Without a decider no track opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from waypost.access import may
from waypost.access.values import Case, Posted, Purpose
from waypost.positions.tracks import TrackTable

Windows = Sequence[tuple[datetime, datetime]]


class Decides(Protocol):
    def __call__(
        self, person_id: int, track: TrackTable, opened_from: Windows
    ) -> npt.NDArray[np.bool_]:
        """Of each fix, whether it bears on what the person's orders ask."""


DECIDES: dict[str, Decides] = {}  # "bearing": the one decider


def shown_of(
    track: TrackTable,
    case: Case,
    *,
    by: Posted,
    purpose: Purpose,
    opened_from: Windows = (),
) -> TrackTable:
    """The track as this officer may see it for this purpose, who may look at all.

    opened_from   the times of the record that the look is opened from: they bear on it
    """
    covered = any(start <= track.from_at and track.to_at <= end for start, end in opened_from)
    if covered or may.sees_all(by, case, purpose):
        return track
    return track.only(DECIDES["bearing"](case.person_id, track, opened_from))
