"""Which fixes of somebody's track bear on their orders, from the records: orders and violations.

For `positions/showing.py`, through which every look at a track goes.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt

from waypost.clock import to_us
from waypost.monitoring.parameter_queries import timeline
from waypost.monitoring.queries import violations_of
from waypost.orders.queries import person_orders
from waypost.positions.showing import Windows
from waypost.positions.tracks import TrackTable
from waypost.rules.bearing import AROUND, bears
from waypost.rules.plan import compile_plan

BESIDE = timedelta(days=1)  # windows are expanded so far on either side: none is cut


def bearing_on(person_id: int, track: TrackTable, opened_from: Windows) -> npt.NDArray[np.bool_]:
    """Of each fix of the track, whether it bears on what the person's orders ask."""
    if not len(track):
        return np.zeros(0, dtype=np.bool_)
    plan = compile_plan(
        person_orders([person_id])[0], timeline(),
        from_at=track.from_at - BESIDE, to_at=track.to_at + BESIDE,
    )  # fmt: skip
    found = violations_of(
        person_id, from_at=track.from_at - AROUND, to_at=track.to_at + AROUND,
        with_withdrawn=False,
    )  # fmt: skip
    stretches = [(to_us(start), to_us(end)) for start, end in opened_from]
    return bears(plan, track, [one.row for one in found], stretches)
