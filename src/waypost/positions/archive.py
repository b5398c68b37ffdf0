"""The archivist's round: what the log holds goes into the lake, and leaves the log an hour later.

Each table is committed together with the log position it now contains, so a round that dies at any
instant is simply done again: before the commit nothing happened, after it the position says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
from django.db import transaction

from waypost import clock
from waypost.positions import lake, log
from waypost.positions.lake import Kind
from waypost.positions.models import LogEntry

ENTRIES_A_COMMIT = 5_000  # entries of at most 500 messages: bounds the memory of a round
KEPT_FOR = timedelta(hours=1)  # readers with an older snapshot still find their rows in the log


@dataclass(frozen=True, slots=True)
class Archived:
    """What a round did: rows written to the lake, entries taken out of the log."""

    fixes: int
    events: int
    removed: int


def archive_once(
    *, kept_for: timedelta = KEPT_FOR, keep_above: int | None = None, now: datetime | None = None
) -> Archived:
    """One round. Safe to kill at any instant and to run twice.

    kept_for     how long entries stay in the log after the lake has them, by the lake's own clock
    keep_above   entries above this position stay, since a reader has not come to them yet (the
                 monitoring worker's cursor); None: there is no such reader
    """
    now = now or clock.now()
    with lake.writing():
        written = {kind: _archive(kind) for kind in lake.KINDS}
        safe = min(lake.position_before(kind, now - kept_for) for kind in lake.KINDS)
    if keep_above is not None:
        safe = min(safe, keep_above)
    with transaction.atomic():
        removed, _ = LogEntry.objects.filter(position__lte=safe).delete()
    return Archived(written["fixes"], written["events"], removed)


def _archive(kind: Kind) -> int:
    total = 0
    while True:
        reached = lake.snapshot(kind).log_position
        rows = LogEntry.objects.filter(position__gt=reached).order_by("position")
        page = list(rows.values_list("position", kind)[:ENTRIES_A_COMMIT])
        if not page:
            return total
        tables = [log.unpacked(data) for _, data in page]
        total += lake.append(kind, pa.concat_tables(tables), log_position=page[-1][0])
