"""What courts ask, as decisions see it: frozen, in UTC. Times are half-open [from, to)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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
    POST_SENTENCE_SUPERVISION = "post_sentence_supervision"
    YOUTH = "youth"  # youth rehabilitation order
    COURT_BAIL = "court_bail"
    IMMIGRATION_BAIL = "immigration_bail"
    DAPO = "dapo"
    CIVIL = "civil"  # another civil order: stalking, sexual harm, violence reduction
    VOLUNTARY = "voluntary"  # by consent, which may be withdrawn at any time
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


class BankHolidays(StrEnum):
    """What hours or appointments do on a bank holiday of the requirement's division."""

    AS_USUAL = "as_usual"
    NOT = "not"  # nothing of it starts on a bank holiday
    ONLY = "only"  # it starts on bank holidays alone (hours only)


class BankHolidayDivision(StrEnum):
    """Whose bank holidays count; the names are those of GOV.UK's list."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


class AlcoholMode(StrEnum):
    """Sentencing Act 2020 Sch. 9 para. 25(1)(a): abstain, or stay under a level."""

    ABSTINENCE = "abstinence"
    LEVEL = "level"


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
    """Wall-clock hours on days of the week. end <= start runs past midnight (equal: 24 h).

    All that narrows a row speaks of the local date on which it starts.

    from_date, to_date  the first and the last date on which the row may start; None: no bound
    every_weeks         binds in each n-th week; weeks begin on Monday and are counted from the
                        Monday of anchor_date (None: from_date, else the order's first local date)
    """

    days: tuple[str, ...]  # of WEEKDAYS; the local date on which the row starts
    start: str  # "19:00"
    end: str
    bank_holidays: BankHolidays = BankHolidays.AS_USUAL
    from_date: date | None = None
    to_date: date | None = None
    every_weeks: int = 1
    anchor_date: date | None = None


@dataclass(frozen=True, slots=True)
class ReleaseDay:
    """The hours that stand in place of a curfew's own on the local date of release."""

    on_date: date
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class AlcoholRule:
    """What an alcohol tag is to show.

    level_g_per_dl  of LEVEL: the transdermal alcohol concentration (TAC) that must not be exceeded,
                    grams per decilitre, which the tags print as a percentage (0.02 is "0.020 %")
    """

    mode: AlcoholMode = AlcoholMode.ABSTINENCE
    level_g_per_dl: float | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """An authorised exception: not required in [from_at, to_at)."""

    from_at: datetime
    to_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Appointments:
    """A recurring appointment: RFC 5545 text with DTSTART;TZID, its length and grace.

    minimum_stay   how long of it must be stayed; None: the requirement's, else all of it
    """

    rrule: str
    duration: timedelta
    grace: timedelta = timedelta(0)
    minimum_stay: timedelta | None = None
    bank_holidays: BankHolidays = BankHolidays.AS_USUAL  # never ONLY


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing an order asks, in one version.

    warning_m       exclusion: the width of the ring around the zone whose entry is a warning
    minimum_stay    attendance: how long of an appointment must be stayed; a series' own goes first
    atv_limit       curfew: how much unreasonable absence is a breach (defaults.atv_limit_of)
    alcohol         alcohol: None is abstinence (defaults.alcohol_of)
    around          exclusion: the reference of the protected person whose own device is the centre
                    of a moving zone of around_radius_m; then there are no zones
    excepted        what the order excepts in words ("to attend court"): no tag can see that, so
                    that nothing is judged by it; whoever acts on a violation reads it
    """

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
    warning_m: float | None = None
    minimum_stay: timedelta | None = None
    atv_limit: timedelta | None = None
    release_day: ReleaseDay | None = None
    bank_holiday_division: BankHolidayDivision = BankHolidayDivision.ENGLAND_AND_WALES
    alcohol: AlcoholRule | None = None
    around: str | None = None
    around_radius_m: float | None = None
    excepted: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order with what it asks.

    whole         False: a requirement of it could not be read, so what it leaves out is not
                  withdrawn
    convicted_on  the day of conviction, on which limits of the law turn (law.py); None: not known
    imposed_on    the day on which it was made; court: by whom, in words
    programme     under which programme it was made (life/); "": none, or not said
    """

    order_id: OrderRef
    kind: OrderKind
    from_at: datetime
    to_at: datetime | None
    requirements: tuple[Requirement, ...] = ()
    whole: bool = True
    convicted_on: date | None = None
    imposed_on: date | None = None
    court: str = ""
    programme: str = ""


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
