"""What courts ask, as decisions see it: frozen, in UTC. Times are half-open [from, to)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from waypost.units import (
    ActivationNumber,
    ActivationRef,
    DeviceRef,
    OrderRef,
    PersonRef,
    RequirementRef,
)


class OrderKind(StrEnum):
    COMMUNITY_ORDER = "community_order"
    SUSPENDED_SENTENCE = "suspended_sentence"
    LICENCE = "licence"
    HDC = "hdc"
    PAROLE = "parole"
    COURT_BAIL = "court_bail"
    DAPO = "dapo"
    PROTECTION = "protection"  # no order of a court: a protected person's consent to a device
    OTHER = "other"


class RequirementKind(StrEnum):
    EXCLUSION = "exclusion"
    INCLUSION = "inclusion"
    RESTRICTION = "restriction"
    CURFEW = "curfew"
    ATTENDANCE = "attendance"
    TRAIL = "trail"
    ALCOHOL = "alcohol"
    FITTING = "fitting"  # be at this address in these hours, to have the tag fitted


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Zone:
    """A place: GeoJSON geometry (lon, lat), a Point with radius_m, or a LineString with width_m.

    width_m   the corridor's whole width
    """

    geometry: Mapping[str, Any]
    radius_m: float | None = None
    width_m: float | None = None
    zone_id: int | None = None  # the version of the record it came from


@dataclass(frozen=True, slots=True)
class TimetableRow:
    """Wall-clock hours on days of the week. end <= start runs past midnight (equal: 24 h)."""

    days: tuple[str, ...]  # of WEEKDAYS; the local date on which the row starts
    start: str  # "19:00"
    end: str


@dataclass(frozen=True, slots=True)
class Absence:
    """An authorised exception: not required in [from_at, to_at)."""

    from_at: datetime
    to_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Appointments:
    """A recurring appointment: RFC 5545 text with DTSTART;TZID, its length and grace."""

    rrule: str
    duration: timedelta
    grace: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing an order asks, in one version."""

    requirement_id: RequirementRef
    kind: RequirementKind
    zones: tuple[Zone, ...] = ()  # several addresses: any one satisfies a must-be-inside rule
    timetable: tuple[TimetableRow, ...] | None = None  # None: always
    timezone: str = "Europe/London"
    exceptions: tuple[Absence, ...] = ()
    appointments: tuple[Appointments, ...] = ()
    from_at: datetime | None = None  # None: the order's
    to_at: datetime | None = None
    version_id: int | None = None  # the record it came from; None from a file
    valid_from: datetime | None = None  # of this version, where a file states it (actions.py)


@dataclass(frozen=True, slots=True)
class Order:
    order_id: OrderRef
    kind: OrderKind
    from_at: datetime
    to_at: datetime | None
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivationSpan:
    """This device on this person, from-to."""

    activation_id: ActivationRef
    device_id: DeviceRef
    from_at: datetime
    to_at: datetime | None
    number: ActivationNumber | None = None


@dataclass(frozen=True, slots=True)
class PersonOrders:
    """Everything monitoring must know of one person: orders with their requirements, tags worn."""

    person_id: PersonRef
    orders: tuple[Order, ...] = ()
    activations: tuple[ActivationSpan, ...] = ()
    number: int | None = None  # our record's number; None from a file
    details: Mapping[str, Any] = field(default_factory=dict)  # name, area: what the file adds
