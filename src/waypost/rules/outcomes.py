"""The shape of a violation within its required time, as people speak of it.

Late home, left early, out during, out all night: read off the row's edges against its window. An
open row has the shape that it has so far; reconciling says when it gets another.
"""

from __future__ import annotations

import numpy as np

from waypost.orders.values import RequirementKind
from waypost.rules import kernel
from waypost.rules.plan import RequirementPlan
from waypost.rules.values import How

SHAPED = frozenset({RequirementKind.CURFEW, RequirementKind.INCLUSION, RequirementKind.RESTRICTION})


def how_within(planned: RequirementPlan, row: kernel.Record) -> How:
    """The shape of a violation's ROW of the machine."""
    if planned.kind not in SHAPED or not planned.timed or not planned.starts.size:
        return How.NONE
    from_at, to_at = int(row["from_at"]), int(row["to_at"])
    window = max(int(np.searchsorted(planned.starts, from_at, side="right")) - 1, 0)
    start = int(planned.starts[window])
    open_ = row["status"] == kernel.OPEN
    # A row that was joined may reach into the next window.
    last = window if open_ else max(int(np.searchsorted(planned.starts, to_at, side="left")) - 1, 0)
    return shape(
        from_start=from_at <= start or _not_seen_since(planned, row, start),
        to_end=not open_ and to_at >= planned.ends[last],
    )


def _not_seen_since(planned: RequirementPlan, row: kernel.Record, start: int) -> bool:
    """Whether no fix shows the person there since required time began, nor shortly before."""
    numbers = planned.rule[
        max(int(np.searchsorted(planned.rule["from_at"], start, "right")) - 1, 0)
    ]
    return int(row["good_before"]) < start - int(numbers["stale_after"])


def shape(*, from_start: bool, to_end: bool) -> How:
    """from_start: nobody was seen there since required time began. to_end: nor until it ended."""
    if from_start:
        return How.OUT_ALL if to_end else How.LATE
    return How.LEFT_EARLY if to_end else How.OUT_DURING
