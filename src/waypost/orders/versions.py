"""Versions of a requirement: which of them binds when.

A variation binds from its `valid_from`; until then the version before it did. A correction has the
`valid_from` of what it corrects and so replaces it for all time. A withdrawal binds nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from waypost.clock import write_instant
from waypost.orders.values import Appointments, Order, Requirement, TimetableRow

LATER = {"warning_m", "minimum_stay", "atv_limit", "release_day", "bank_holiday_division",
         "alcohol", "around", "around_radius_m", "excepted"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """One stored version of a requirement."""

    version: int
    valid_from: datetime
    added: bool  # to an order known before: binds from `valid_from`, not from the order's start
    withdrawn: bool
    requirement: Requirement


def effective(versions: Iterable[Version], order: Order) -> list[Requirement]:
    """The requirements of one order as they bind, each clipped to the time of its version.

    Oldest first within a reference; references in the order of their first version.
    """
    by_reference: dict[str, list[Version]] = defaultdict(list)
    for version in versions:
        by_reference[version.requirement.requirement_id].append(version)
    return [piece for same in by_reference.values() for piece in _pieces(same, order)]


def _pieces(versions: list[Version], order: Order) -> list[Requirement]:
    """What binds of one requirement, oldest first.

    The first version binds from its own start, also when the order's dates are corrected later;
    but one that binds from the moment it was recorded (added to a known order) from no earlier.
    """
    bound: list[tuple[Version, datetime | None]] = []  # latest first, each with where it ends
    limit: datetime | None = None
    for version in sorted(versions, key=lambda one: one.version, reverse=True):
        if limit is None or version.valid_from < limit:
            bound.append((version, limit))
            limit = version.valid_from
    first = bound[-1][0]
    pieces = [
        _piece(version, end, order, from_its_start=version is first and not first.added)
        for version, end in reversed(bound)
        if not version.withdrawn
    ]
    return [piece for piece in pieces if piece is not None]


def _piece(
    version: Version, end: datetime | None, order: Order, *, from_its_start: bool
) -> Requirement | None:
    """The version's requirement within its time; None when that is empty."""
    requirement = version.requirement
    start = requirement.from_at
    if not from_its_start:
        start = max(start or order.from_at, version.valid_from)
    to_at = _earlier(requirement.to_at, end)
    if to_at is not None and to_at <= (start or order.from_at):
        return None
    return replace(requirement, from_at=start, to_at=to_at)


def digest(requirement: Requirement) -> str:
    """A hash of what the requirement says, whatever record it came from."""
    text = _canonical(_asked(requirement) | _dated(requirement))
    return hashlib.sha256(text.encode()).hexdigest()


def asks_the_same(one: Requirement, other: Requirement) -> bool:
    """Whether the two ask the same place and hours, dates and exceptions apart."""
    return _canonical(_asked(one)) == _canonical(_asked(other))


def _asked(requirement: Requirement) -> dict[str, Any]:
    return {
        "kind": requirement.kind,
        "zones": [[zone.geometry, zone.radius_m, zone.width_m] for zone in requirement.zones],
        "timetable": requirement.timetable
        and [[row.days, row.start, row.end, *_added(row, 3)] for row in requirement.timetable],
        "timezone": requirement.timezone,
        "appointments": [
            [one.rrule, one.duration, one.grace, *_added(one, 3)]
            for one in requirement.appointments
        ],
        **_unusual(requirement),
    }


def _unusual(requirement: Requirement) -> dict[str, Any]:
    """The fields that came later, where they say something: a digest stored before them holds."""
    return {
        one.name: getattr(requirement, one.name)
        for one in fields(Requirement)
        if one.name in LATER and getattr(requirement, one.name) != one.default
    }


def _added(part: TimetableRow | Appointments, first: int) -> list[Any]:
    """The fields from the `first` on, unless all of them say the usual."""
    later = fields(part)[first:]
    if all(getattr(part, one.name) == one.default for one in later):
        return []
    return [getattr(part, one.name) for one in later]


def _dated(requirement: Requirement) -> dict[str, Any]:
    return {
        "exceptions": [[one.from_at, one.to_at, one.reason] for one in requirement.exceptions],
        "from": requirement.from_at,
        "to": requirement.to_at,
    }


def _canonical(said: dict[str, Any]) -> str:
    return json.dumps(said, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return write_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"no digest of a {type(value).__name__}")


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
