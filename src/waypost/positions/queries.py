"""What may be asked of positions: history and log as one, and one person's track, with its reason.

A reader opens the lake's snapshot first, takes from it the log position it contains, and only then
reads the log above it: whatever the archivist does meanwhile, no row is missed, and a row seen in
both is kept once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Posted, Purpose
from waypost.clock import to_us
from waypost.orders.directory import ActivationDirectory
from waypost.orders.models import Activation
from waypost.orders.queries import case_of, person_orders
from waypost.positions import lake, log, tracks
from waypost.positions.lake import Kind
from waypost.positions.models import LakeImport, LogEntry
from waypost.positions.order import in_order
from waypost.positions.showing import Windows, shown_of
from waypost.positions.tail import LogTail
from waypost.positions.tracks import ALWAYS, Speeds, Track, TrackTable

LOG_PAGE = 1_000  # entries decoded at a time
KEYS = ["activation", "measured_at", "received_at", "content_key"]
LIST_MAX = 64  # more activations than this are read as a range and picked out afterwards


def fixes_between(
    activations: Collection[int] | None,
    from_at: datetime,
    to_at: datetime,
    *,
    received_by: datetime | None = None,
    tail: LogTail | None = None,
) -> pa.Table:
    """Fixes measured in [from_at, to_at), lake and log together, as schema.FIXES.

    activations   their numbers; None: all
    received_by   only what we had received by then (inclusive); None: everything
    tail          what this thread has decoded of the log's fixes already
    order         (activation, measured_at, content_key), each key once: the one received first
    """
    return _between("fixes", activations, from_at, to_at, received_by, tail)


def events_between(
    activations: Collection[int] | None,
    from_at: datetime,
    to_at: datetime,
    *,
    received_by: datetime | None = None,
) -> pa.Table:
    """The same for events, as schema.EVENTS."""
    return _between("events", activations, from_at, to_at, received_by)


def whereabouts(
    person_id: int,
    from_at: datetime,
    to_at: datetime,
    *,
    by: Posted,
    purpose: Purpose,
    now: datetime,
    speeds: Speeds = ALWAYS,
    about: Mapping[str, int] | None = None,
    opened_from: Windows = (),
) -> Track:
    """One person's track in [from_at, to_at) while an order was live; leaves the line track:viewed.
    Where no trail is in force it has only the fixes that bear on what the orders ask.

    speeds        the fastest possible that judging goes by, from when
    about         what it was looked at for, said in the line: {"violation": 12}
    opened_from   the times of that record, which bear on it
    raises        Refused or NoSuchThing (the entry point writes the refusal)
    """
    return whereabouts_table(
        person_id, from_at, to_at, by=by, purpose=purpose, now=now, speeds=speeds, about=about,
        opened_from=opened_from,
    ).track()  # fmt: skip


def whereabouts_table(
    person_id: int,
    from_at: datetime,
    to_at: datetime,
    *,
    by: Posted,
    purpose: Purpose,
    now: datetime,
    speeds: Speeds = ALWAYS,
    about: Mapping[str, int] | None = None,
    opened_from: Windows = (),
) -> TrackTable:
    """The same as columns: of a year only what is looked at is made into rows."""
    case = case_of(person_id, now=now)
    may.check_whereabouts(by, case, purpose, from_at, to_at, now=now, names=about or ())
    every = monitored_track(person_id, from_at, min(to_at, now), speeds=speeds)
    table = shown_of(every, case, by=by, purpose=purpose, opened_from=opened_from)
    with transaction.atomic():  # opened after the reading: a transaction holds SQLite's only lock
        audit.record(
            "track:viewed", by=by, at=now, about=person_id, purpose=purpose,
            detail={
                "from": from_at.isoformat(), "to": to_at.isoformat(),
                "fixes": len(table), "events": len(table.events), "held_back": table.held_back,
                **(about or {}),
            },
        )  # fmt: skip
    return table


def monitored_track(
    person_id: int,
    from_at: datetime,
    to_at: datetime,
    *,
    received_by: datetime | None = None,
    speeds: Speeds = ALWAYS,
) -> TrackTable:
    """The track itself, whole, for those who have asked `access` and recorded the look, and who
    show of it what `shown_of` gives.

    received_by   only what we had received by then (inclusive); None: everything
    """
    parts = _monitored(person_id, from_at, to_at, received_by)
    return tracks.table_of(*parts, from_at, to_at, speeds)


def logged_between(
    kind: Kind, above: int, up_to: int, from_at: datetime, to_at: datetime
) -> Iterator[pa.Table]:
    """What the log took in at positions (above, up_to], measured in [from_at, to_at), a page at a
    time; as far as it has not left the log."""
    wanted = _in_time(from_at, to_at)
    while above < up_to:
        rows = LogEntry.objects.filter(position__gt=above, position__lte=up_to)
        page = list(rows.order_by("position").values_list("position", kind)[:LOG_PAGE])
        if not page:
            return
        yield pa.concat_tables([log.unpacked(data) for _, data in page]).filter(wanted)
        above = page[-1][0]


def held_keys(first: int, last: int, from_at: datetime, to_at: datetime) -> pa.Table:
    """What lake and log hold of activations first..last in [from_at, to_at): their keys only.

    columns   activation, measured_at, received_at, content_key; in order, each once
    """
    snapshot = lake.snapshot("fixes")
    wanted = _in_time(from_at, to_at)
    wanted &= (pc.field("activation") >= first) & (pc.field("activation") <= last)
    paths = snapshot.paths(from_at, to_at, (first, last))
    parts = [lake.read(paths, "fixes", filters=wanted, columns=KEYS)]
    parts += [part.select(KEYS) for part in _from_log("fixes", snapshot.log_position, wanted)]
    return in_order(pa.concat_tables(parts))


def unfinished_imports() -> list[LakeImport]:
    """Imports that ended without marking their persons: the process died. Empty while any writer is
    at work, since the import may be the one."""
    waiting = list(LakeImport.objects.filter(ended_at=None).order_by("pk"))
    return [] if not waiting or lake.writer_is_busy() else waiting


def imports_after(import_id: int, *, limit: int) -> list[LakeImport]:
    """Ended imports after this one, in order, up to the first that has not ended."""
    found: list[LakeImport] = []
    for one in LakeImport.objects.filter(pk__gt=import_id).order_by("pk")[:limit]:
        if one.ended_at is None:
            break
        found.append(one)
    return found


def imported_since(after: datetime, activations: Collection[int], to_at: datetime) -> list[int]:
    """Imports that ended after an instant and brought these tags something measured before
    `to_at`."""
    wanted = {str(number) for number in activations}
    last_us = to_us(to_at)
    rows = LakeImport.objects.filter(ended_at__gt=after, new_count__gt=0).order_by("pk")
    return [
        number
        for number, touched in rows.values_list("pk", "touched")
        if any(int(touched[name]) < last_us for name in wanted & touched.keys())
    ]


def oldest_unarchived() -> datetime | None:
    """When the oldest entry not yet in the lake was committed: how far the archivist lags."""
    reached = min(lake.snapshot(kind).log_position for kind in lake.KINDS)
    rows = LogEntry.objects.filter(position__gt=reached).order_by("position")
    return rows.values_list("committed_at", flat=True).first()


def _monitored(
    person_id: int, from_at: datetime, to_at: datetime, received_by: datetime | None
) -> tuple[pa.Table, pa.Table]:
    """(fixes, events) of the person, only from the time in which an order was live."""
    directory = ActivationDirectory(person_orders([person_id]))
    numbers = list(Activation.objects.filter(person_id=person_id).values_list("pk", flat=True))
    spans = {number: directory.spans(number) for number in numbers}
    columns = {"fixes": list(tracks.TRACK_COLUMNS), "events": None}
    fixes, events = (
        tracks.only_live(
            _between(kind, numbers, from_at, to_at, received_by, columns=columns[kind]), spans
        )
        for kind in lake.KINDS
    )
    return fixes, events


def _between(
    kind: Kind,
    activations: Collection[int] | None,
    from_at: datetime,
    to_at: datetime,
    received_by: datetime | None,
    tail: LogTail | None = None,
    columns: list[str] | None = None,
) -> pa.Table:
    """`columns` (None: all) with those that in_order looks at among them."""
    if to_at <= from_at or (activations is not None and not activations):
        empty = lake.SCHEMAS[kind].empty_table()
        return empty.select(columns) if columns else empty
    snapshot = lake.snapshot(kind)
    wanted = _wanted(activations, from_at, to_at, received_by)
    reach = (min(activations), max(activations)) if activations is not None else None
    paths = snapshot.paths(from_at, to_at, reach)
    parts = [lake.read(paths, kind, filters=wanted, columns=columns)]
    position = snapshot.log_position
    if tail is not None:
        position, tables = tail.after(position)
        parts += [table.filter(wanted) for table in tables]
    parts += _from_log(kind, position, wanted)
    if columns:
        parts = [part.select(columns) for part in parts]
    rows = pa.concat_tables(parts)
    if activations is not None and len(activations) > LIST_MAX:
        chosen = pa.array(sorted(activations), pa.int64())
        rows = rows.filter(pc.is_in(rows["activation"], value_set=chosen))
    return in_order(rows)


def _wanted(
    activations: Collection[int] | None,
    from_at: datetime,
    to_at: datetime,
    received_by: datetime | None,
) -> Any:
    """The rows asked for, as an Arrow expression (files skip row groups by it)."""
    wanted = _in_time(from_at, to_at)
    if activations is not None and len(activations) <= LIST_MAX:
        wanted &= pc.field("activation").isin(sorted(activations))
    elif activations is not None:
        wanted &= pc.field("activation") >= min(activations)
        wanted &= pc.field("activation") <= max(activations)
    if received_by is not None:
        wanted &= pc.field("received_at") <= _time(received_by)
    return wanted


def _in_time(from_at: datetime, to_at: datetime) -> Any:
    return (pc.field("measured_at") >= _time(from_at)) & (pc.field("measured_at") < _time(to_at))


def _time(instant: datetime) -> Any:
    return pa.scalar(instant, pa.timestamp("us", tz="UTC"))


def _from_log(kind: Kind, position: int, wanted: Any) -> list[pa.Table]:
    """What the log holds above the position."""
    found: list[pa.Table] = []
    while True:
        rows = LogEntry.objects.filter(position__gt=position).order_by("position")
        page = list(rows.values_list("position", kind)[:LOG_PAGE])
        if not page:
            return found
        tables = [log.unpacked(data) for _, data in page]
        found.append(pa.concat_tables(tables).combine_chunks().filter(wanted))
        position = page[-1][0]


def signs() -> dict[str, tuple[float, str]]:
    """How the log stands, for those who watch over the machine: name -> (value, what it is)."""
    return {
        "log_head": (log.head_position(), "Last position given out in the log"),
        "log_entries": (LogEntry.objects.count(), "Entries still in the log, not only in the lake"),
    }
