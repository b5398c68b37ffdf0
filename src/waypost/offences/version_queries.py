"""What may be asked of an offence's versions: its history, and what a delivery changed in which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.errors import NoSuchThing
from waypost.offences.changes import Change, changes
from waypost.offences.models import OffenceVersion
from waypost.offences.queries import LOOKED_UP_AT_ONCE, offence_of
from waypost.offences.values import Offence

CHANGED_LISTED = 200
VERSIONS_AT_ONCE = 500
NO_SUCH_OFFENCE = "There is no such offence."


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """One version of an offence.

    changes    against the version before; None where that is kept no longer; empty for the first
    """

    number: int
    version: int
    current: bool
    known_at: datetime
    batch_number: int
    batch_id: str
    file_name: str
    offence: Offence
    changes: list[Change] | None


@dataclass(frozen=True, slots=True)
class Resubmitted:
    """An offence that a delivery changed: the number of its new version, and what differs."""

    number: int
    version: int
    offence: Offence
    changes: list[Change] | None


def history(number: int, by: Posted) -> list[VersionSeen]:
    """Every version of the offence of which this is one, newest first. NoSuchThing when there is
    none."""
    may.check(by, Permission.OFFENCE_READ)
    one = OffenceVersion.objects.filter(pk=number).first()
    if one is None:
        raise NoSuchThing(NO_SUCH_OFFENCE)
    return _history(one.force, one.reference)


def history_of(force: str, reference: str, by: Posted) -> list[VersionSeen]:
    """As `history`, by what the police call it. NoSuchThing when it was never sent."""
    may.check(by, Permission.OFFENCE_READ)
    found = _history(force, reference)
    if not found:
        raise NoSuchThing(NO_SUCH_OFFENCE)
    return found


def resubmitted(batch_number: int, by: Posted) -> list[Resubmitted]:
    """What a delivery changed in offences sent before, by line; at most CHANGED_LISTED of them."""
    may.check(by, Permission.OFFENCE_READ)
    rows = OffenceVersion.objects.filter(batch_id=batch_number, version__gt=1)
    after = list(rows.order_by("line", "pk")[:CHANGED_LISTED])
    before = _before(after)
    return [
        Resubmitted(row.pk, row.version, offence_of(row), _changed(before.get(row.pk), row))
        for row in after
    ]


def versions_of(numbers: Collection[int]) -> dict[int, list[int]]:
    """Number of a version -> the numbers of every version of the same offence, oldest first.

    Called by acts and queries that have asked whether the offences may be read.
    """
    wanted = sorted(numbers)
    found: dict[int, list[int]] = {}
    for start in range(0, len(wanted), VERSIONS_AT_ONCE):
        rows = OffenceVersion.objects.filter(pk__in=wanted[start : start + VERSIONS_AT_ONCE])
        keys = {row: (force, name) for row, force, name in
                rows.values_list("pk", "force", "reference")}  # fmt: skip
        of: dict[tuple[str, str], list[int]] = defaultdict(list)
        every = OffenceVersion.objects.filter(
            force__in={force for force, _ in keys.values()},
            reference__in=[name for _, name in keys.values()],
        )
        for row, force, name in every.order_by("version").values_list("pk", "force", "reference"):
            of[force, name].append(row)
        found |= {number: of[key] for number, key in keys.items()}
    return found


def _before(rows: Sequence[OffenceVersion]) -> dict[int, OffenceVersion]:
    """Number of a version -> the version before it, where that is still kept."""
    assert len(rows) <= LOOKED_UP_AT_ONCE
    wanted = {(row.force, row.reference, row.version - 1): row.pk for row in rows}
    found = OffenceVersion.objects.filter(
        force__in={row.force for row in rows}, reference__in=[row.reference for row in rows]
    )
    keyed = ((wanted.get((row.force, row.reference, row.version)), row) for row in found)
    return {number: row for number, row in keyed if number is not None}


def _changed(before: OffenceVersion | None, after: OffenceVersion) -> list[Change] | None:
    return None if before is None else changes(offence_of(before), offence_of(after))


def _history(force: str, reference: str) -> list[VersionSeen]:
    rows = OffenceVersion.objects.filter(force=force, reference=reference)
    newest_first = list(
        rows.select_related("batch").defer("batch__content", "batch__outcome").order_by("-version")
    )
    compared = {
        after.pk: _changed(before, after)
        for after, before in pairwise(newest_first)
        if before.version == after.version - 1
    }
    return [
        VersionSeen(
            number=row.pk,
            version=row.version,
            current=row.current,
            known_at=row.known_at,
            batch_number=row.batch_id,
            batch_id=row.batch.batch_id,
            file_name=row.batch.file_name,
            offence=offence_of(row),
            changes=[] if row.version == 1 else compared.get(row.pk),
        )
        for row in newest_first
    ]
