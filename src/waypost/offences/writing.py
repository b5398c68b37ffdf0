"""Writes accepted offences as versions: what is new or says something new, thousands at a time.

Called inside the transaction of the delivery. Nothing but the lookup of what is known and the rows
themselves is done there, since SQLite's one lock is held.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from waypost.clock import write_instant
from waypost.offences.check import Progress
from waypost.offences.models import OffenceBatch, OffenceVersion
from waypost.offences.shapes import write_shape
from waypost.offences.slips import Resent
from waypost.offences.values import Offence
from waypost.upsert import Insert

# Offences whose versions are looked up together; SQLite takes 32,766 values in a statement.
CHUNK = 5000
NAMES = (
    "force", "reference", "version", "current", "crime_type", "batch_id", "line", "from_at",
    "to_at", "lat", "lon", "easting_m", "northing_m", "radius_m", "place", "text",
    "digest", "known_at",
)  # fmt: skip
Key = tuple[str, str]  # force and reference


@dataclass(slots=True)
class Written:
    """How many offences are new and how many changed, and the windows of those that changed."""

    new: int = 0
    changed: int = 0
    resent: list[Resent] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """The latest version of an offence that was sent before; not current only where retention took
    the one after it and kept this for a match."""

    number: int
    version: int
    current: bool
    digest: str
    window: tuple[datetime, datetime]


def once(offences: Sequence[Offence]) -> list[tuple[Offence, str]]:
    """Each offence of a delivery once, with its digest: made before the transaction."""
    first: dict[Key, Offence] = {}
    for offence in offences:
        first.setdefault((offence.force, offence.reference), offence)
    return [(offence, offence_digest(offence)) for offence in first.values()]


def write_versions(
    batch: OffenceBatch, offences: Sequence[tuple[Offence, str]], now: datetime, progress: Progress
) -> Written:
    """New versions of those that are new or say something new; those before them are current no
    more. IntegrityError when another delivery wrote the same offence in this instant."""
    written = Written()
    forces = {offence.force for offence, _ in offences}
    # A force's first delivery, or any into an empty store, need not look up a row.
    strangers = forces - set(_forces_known(forces))
    for start, chunk in _chunks(offences):
        known = _known([offence for offence, _ in chunk if offence.force not in strangers])
        fresh, stale = [], []
        for offence, digest in chunk:
            before = known.get((offence.force, offence.reference))
            if before is None:
                written.new += 1
            elif before.current and before.digest == digest:
                continue
            else:
                window = (offence.from_at, offence.to_at)
                written.resent.append(Resent(offence.line, before.window, window))
                stale.append(before.number)
            fresh.append(_row(offence, before.version + 1 if before else 1, digest, batch, now))
        OffenceVersion.objects.filter(pk__in=stale).update(current=False)
        Insert(OffenceVersion, names=NAMES, rows=fresh).save()
        progress("kept", start + len(chunk))
    written.changed = len(written.resent)
    return written


def _forces_known(forces: set[str]) -> list[str]:
    # One look at the index for each force: the rows of a force are never counted.
    return [one for one in forces if OffenceVersion.objects.filter(force=one).exists()]


def _known(offences: Sequence[Offence]) -> dict[Key, _Known]:
    found: dict[Key, _Known] = {}
    for force in {offence.force for offence in offences}:
        references = [offence.reference for offence in offences if offence.force == force]
        rows = OffenceVersion.objects.filter(force=force, reference__in=references)
        read = rows.order_by("version").values_list(
            "reference", "pk", "version", "current", "digest", "from_at", "to_at"
        )
        for reference, number, version, current, digest, from_at, to_at in read:  # the last stays
            window = (from_at, to_at)
            found[force, reference] = _Known(number, version, current, digest, window)
    return found


def _row(
    offence: Offence, version: int, digest: str, batch: OffenceBatch, now: datetime
) -> tuple[object, ...]:
    return (
        offence.force, offence.reference, version, True, offence.crime_type, batch.pk,
        offence.line, offence.from_at, offence.to_at, offence.lat, offence.lon,
        offence.easting_m, offence.northing_m, offence.radius_m, _place(offence),
        offence.text, digest, now,
    )  # fmt: skip


def offence_digest(offence: Offence) -> str:
    """What the offence says, whatever file, batch and line it came in: 64 hex digits."""
    says = [
        offence.crime_type,
        write_instant(offence.from_at),
        write_instant(offence.to_at),
        repr(offence.lat),
        repr(offence.lon),
        repr(offence.easting_m),
        repr(offence.northing_m),
        repr(offence.radius_m),
        offence.text,
    ]
    if offence.shape is not None:  # so that what was kept before there were shapes stays the same
        says.append(_place(offence))
    return hashlib.sha256(json.dumps(says).encode()).hexdigest()


def _place(offence: Offence) -> str:
    return "" if offence.shape is None else write_shape(offence.shape)


def _chunks(
    offences: Sequence[tuple[Offence, str]],
) -> Iterator[tuple[int, Sequence[tuple[Offence, str]]]]:
    for start in range(0, len(offences), CHUNK):
        yield start, offences[start : start + CHUNK]
