"""What may be done with positions: bring a file of fixes into the lake, again and again.

    read in parts -> whose fix, order live? -> project, mark, key -> stage by activation range
    -> per range: put in order, drop what is held already, commit to the lake; seal what no order
    covers -> one transaction marks the persons, ends the import and writes the audit line

A crash leaves the import open: the worker marks its persons again, and running the file again adds
only what is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from waypost import clock
from waypost.access import audit
from waypost.access.values import Posted
from waypost.clock import from_us, to_us
from waypost.errors import NoSuchThing, Problem, Refused
from waypost.geo import BRITISH
from waypost.orders.queries import activation_directory
from waypost.positions import lake, quality, seal
from waypost.positions.files import PROBLEMS_KEPT, FixesFile, iter_fixes
from waypost.positions.forgotten_queries import read_forgotten
from waypost.positions.models import LakeImport
from waypost.positions.order import Integers, integers, known_rows, order_of
from waypost.positions.queries import held_keys
from waypost.positions.resolve import NOBODY, Resolver, earliest
from waypost.positions.schema import EVENTS, FIXES, SetAside
from waypost.positions.staging import (
    STAGED,
    Staging,
    expected_rows,
    read_ahead,
    staging,
    without_mark,
)

PART_ROWS = 500_000
Mark = Callable[[dict[int, int]], None]
Newest = tuple[int | None, int]
Progress = Callable[[str, int], None]


@dataclass
class ImportOutcome:
    """What an import did; received = refused + sealed + duplicates + new.

    problems   at most PROBLEMS_KEPT of the refused rows' problems
    sealed     rows measured while no order was live: put in the sealed quarantine, or there already
    touched    activation number -> earliest new instant, microseconds
    newest     activation number -> [its newest usable fix, its last receipt], microseconds
    """

    received: int = 0
    refused: int = 0
    sealed: int = 0
    sealed_new: int = 0
    new: int = 0
    duplicates: int = 0
    set_aside: int = 0  # of the new ones: kept and not judged
    problems: list[Problem] = field(default_factory=list)
    touched: dict[int, int] = field(default_factory=dict)
    newest: dict[int, Newest] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        names = (
            "received", "refused", "sealed", "sealed_new", "new", "duplicates", "set_aside",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


def import_fixes(
    path: str,
    *,
    renames: Mapping[str, str],
    by: Posted,
    now: datetime,
    mark: Mark,
    progress: Progress | None = None,
    owner: Mapping[str, str] | None = None,
) -> ImportOutcome:
    """Bring a fixes file into the lake. A second run of the same file adds nothing.

    owner     whose a GPX file is: {"person_id": ...} or {"activation_id": ...}
    mark      called with `touched` in the transaction that ends the import
    progress  told ("read" or "written", rows so far)
    raises    BadFile, Refused, Unavailable (another writer holds the lake)
    """
    if not by.is_machine:
        raise Refused("Fixes are imported on the machine itself: waypost import fixes FILE.")
    resolver = Resolver(activation_directory(), read_forgotten())
    outcome, tell = ImportOutcome(), progress or (lambda _step, _rows: None)
    parts = iter_fixes(path, renames=renames, batch_rows=PART_ROWS, owner=owner)
    with staging(resolver.numbers, expected_rows(path)) as staged:
        digest, touched = _stage(parts, renames, resolver, staged, outcome, now, tell)
        with lake.writing():
            started = LakeImport.objects.create(
                digest=digest, started_at=now, row_count=outcome.received, officer_id=None,
                touched={str(number): at for number, at in touched.items()},
                newest={str(number): at for number, at in outcome.newest.items()},
            )  # fmt: skip
            for bucket in staged.buckets():
                _store(bucket, outcome, now)
                tell("written", outcome.new + outcome.duplicates + outcome.sealed)
            _end(started, outcome, by, now, mark)
    return outcome


@transaction.atomic
def finish_import(import_id: int, *, now: datetime | None = None) -> None:
    """End an import whose process died, once its persons are marked: call it in the transaction
    that marked them. NoSuchThing when there is none; one that ended already stays as it is."""
    waiting = LakeImport.objects.filter(pk=import_id)
    if not waiting.exists():
        raise NoSuchThing(f"There is no import {import_id}.")
    waiting.filter(ended_at=None).update(ended_at=now or clock.now())


def _stage(
    parts: Iterator[FixesFile],
    renames: Mapping[str, str],
    resolver: Resolver,
    staged: Staging,
    outcome: ImportOutcome,
    now: datetime,
    tell: Progress,
) -> tuple[str, dict[int, int]]:
    """Read it all; the digest of what was read and the earliest time of each activation in it."""
    digest, touched = hashlib.sha256(), dict[int, int]()
    for part in read_ahead(parts):
        outcome.received += part.received
        _refuse(outcome, part.problems, part.refused)
        table, activation = _whose(part, resolver, renames, outcome)
        if table.num_rows:
            rows = _projected(table, activation, resolver, now)
            staged.add(rows)
            digest.update(integers(rows, "content_key").tobytes())
            _note_earliest(touched, rows)
            _note_newest(outcome.newest, rows, now)
        tell("read", outcome.received)
    return digest.hexdigest(), touched


def _whose(
    part: FixesFile, resolver: Resolver, renames: Mapping[str, str], outcome: ImportOutcome
) -> tuple[pa.Table, Integers]:
    """The rows of somebody's tag, with their activations; the others are refused."""
    activation = resolver.activations(part.table)
    known = activation != NOBODY
    gone = np.zeros(known.shape, dtype=np.bool_)
    gone[known] = resolver.forgotten(activation[known], integers(part.table, "measured_at")[known])
    nobody = np.flatnonzero(~known | gone)
    if not nobody.size:
        return part.table, activation
    room = max(0, PROBLEMS_KEPT - len(outcome.problems))
    rows = part.table.select(["person", "activation", "line"]).take(pa.array(nobody[:room]))
    said = [
        _deleted(row, renames) if gone[place] else _unworn(row, renames)
        for place, row in zip(nobody.tolist(), rows.to_pylist(), strict=False)
    ]
    _refuse(outcome, said, nobody.size)
    worn = known & ~gone
    return part.table.filter(pa.array(worn)), activation[worn]


def _unworn(row: Mapping[str, object], renames: Mapping[str, str]) -> Problem:
    name = "activation" if row["activation"] is not None else "person"
    column = renames.get(f"{name}_id", f"{name}_id")
    return Problem(
        int(str(row["line"])), "NO_ACTIVATION", column, str(row[name]),
        "no tag is known to have been worn then",
        "import the orders file with the activation first, or correct the id or the time",
    )  # fmt: skip


def _deleted(row: Mapping[str, object], renames: Mapping[str, str]) -> Problem:
    name = "activation" if row["activation"] is not None else "person"
    return Problem(
        int(str(row["line"])), "DELETED", renames.get(f"{name}_id", f"{name}_id"), str(row[name]),
        "what the tag measured then was deleted when its time to be kept had ended",
        "do not send it again; delete it where it came from, too",
    )  # fmt: skip


def _refuse(outcome: ImportOutcome, problems: list[Problem], count: int) -> None:
    outcome.refused += int(count)
    outcome.problems += problems[: max(0, PROBLEMS_KEPT - len(outcome.problems))]


def _projected(
    table: pa.Table, activation: Integers, resolver: Resolver, now: datetime
) -> pa.Table:
    """FILE_FIXES rows as STAGED. A time after `now` is in the future whatever the file says."""
    measured, received = integers(table, "measured_at"), integers(table, "received_at")
    lat, lon = (table[name].to_numpy() for name in ("lat", "lon"))
    easting, northing = BRITISH.project(lat, lon)
    marks = quality.set_aside_at_intake(
        measured, np.minimum(received, to_us(now)), lat, lon, True, -clock.FOREVER_US,
        clock.FOREVER_US,
    )  # fmt: skip
    unsaid = {name: pa.nulls(len(lat), FIXES.field(name).type) for name in ("altitude_m", "raw_id")}
    columns = {
        **{name: table[name] for name in FIXES.names if name in table.column_names},
        "activation": activation,
        "easting_m": easting,
        "northing_m": northing,
        "set_aside": marks,
        **unsaid,
        "live": resolver.live(activation, measured),
    }
    return pa.table(columns, schema=STAGED)


def _note_earliest(touched: dict[int, int], rows: pa.Table) -> None:
    live = rows.select(["activation", "measured_at"])
    if not pc.all(rows["live"]).as_py():
        live = live.filter(rows["live"])
    found = live.group_by("activation").aggregate([("measured_at", "min")])
    times = found["measured_at_min"].cast(pa.int64()).to_pylist()
    for number, at in zip(found["activation"].to_pylist(), times, strict=True):
        touched[number] = min(at, touched.get(number, at))


def _note_newest(newest: dict[int, Newest], rows: pa.Table, now: datetime) -> None:
    """What the file says of each tag at its last; the worker judges its health by it."""
    names = ["activation", "measured_at", "received_at", "set_aside"]
    live = rows.select(names).filter(rows["live"])
    measured, received = (live[name].cast(pa.int64()) for name in ("measured_at", "received_at"))
    usable = pc.equal(live["set_aside"], int(SetAside.USABLE))
    sound = pc.if_else(usable, measured, None)
    lasts = pa.table({"activation": live["activation"], "fix": sound, "heard": received})
    found = lasts.group_by("activation").aggregate([("fix", "max"), ("heard", "max")])
    columns = (found[name].to_pylist() for name in ("activation", "fix_max", "heard_max"))
    for number, fix, heard in zip(*columns, strict=True):
        before = newest.get(number, (None, 0))
        fixes = [at for at in (fix, before[0]) if at is not None]
        newest[number] = (max(fixes, default=None), max(min(heard, to_us(now)), before[1]))


def _store(bucket: pa.Table, outcome: ImportOutcome, now: datetime) -> None:
    """One range of activations: into the lake what is new, sealed what no order covers."""
    fixes, covered = without_mark(bucket, live=True), bucket.num_rows
    if fixes.num_rows != covered:
        dark = without_mark(bucket, live=False)
        outcome.sealed += dark.num_rows
        with transaction.atomic():
            outcome.sealed_new += seal.seal(dark, EVENTS.empty_table(), now=now)
    if not fixes.num_rows:
        return
    order = order_of(fixes)
    keys = [integers(fixes, name)[order] for name in ("activation", "measured_at", "content_key")]
    first, last = int(keys[1].min()), int(keys[1].max()) + 1
    held = held_keys(int(keys[0][0]), int(keys[0][-1]), from_us(first), from_us(last))
    new = ~known_rows(keys[0], keys[1], keys[2], held)
    lake.append("fixes", fixes, order=order[new])
    added = int(np.count_nonzero(new))
    outcome.new += added
    outcome.duplicates += fixes.num_rows - added
    outcome.set_aside += int(np.count_nonzero(integers(fixes, "set_aside")[order[new]]))
    outcome.touched.update(earliest(keys[0][new], keys[1][new]))


def _end(
    started: LakeImport, outcome: ImportOutcome, by: Posted, now: datetime, mark: Mark
) -> None:
    with transaction.atomic():
        if outcome.touched:
            mark(outcome.touched)
        LakeImport.objects.filter(pk=started.pk).update(
            ended_at=clock.now(), new_count=outcome.new, lake_version=lake.snapshot().version
        )
        audit.record(
            "fixes:imported", by=by, at=now,
            detail={"import": started.pk, "activations": len(outcome.touched)} | outcome.counts(),
        )  # fmt: skip
