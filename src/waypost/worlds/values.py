"""The words of a seeded world: who wears what, and what the order asks, in metres and seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from waypost.orders.values import OrderKind, RequirementKind, TimetableRow
from waypost.worlds.hours import Seconds, Window, windows, without

# Appointments are at 10:00 for an hour; ten minutes of grace, three quarters of it to be stayed.
APPOINTMENT_MINUTE, APPOINTMENT_S = 600, 3600.0
GRACE_S, STAY_S = 600.0, 2700.0
Place = tuple[float, float]  # easting, northing in metres on the National Grid


class Part(StrEnum):
    """What the cast is there to show; everybody else plays `ANYBODY`."""

    ENTERS_ZONE = "enters_zone"
    BAILED = "bailed"
    LATE_HOME = "late_home"  # the curfew begins minutes after the world's end
    CUTS_STRAP = "cuts_strap"
    HANDED_BACK = "handed_back"  # wore the tag that the next one wears now
    WEARS_USED_TAG = "wears_used_tag"
    LIMITED = "limited"  # named staff only
    NOT_FITTED = "not_fitted"  # an order, and no tag yet
    ANYBODY = "anybody"


CAST = tuple(part for part in Part if part is not Part.ANYBODY)


Ring = tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A zone in metres on the National Grid: a circle, a ring of corners, or a corridor.

    radius_m   of the circle; of any other shape, of a circle around all of it
    corners    of a polygon; holes are rings within it, more are further polygons of the same zone
    line       of a corridor that reaches half_m to either side
    """

    centre: Place
    radius_m: float
    corners: Ring = ()
    holes: tuple[Ring, ...] = ()
    more: tuple[Ring, ...] = ()
    line: Ring = ()
    half_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One requirement, as the world knows it.

    also       further addresses: to be at any one of them is to keep it
    absences   authorised: nothing is required then
    warning_m  of an exclusion zone: the width of the ring whose entry is a warning
    weekday    of attendance, at 10:00
    """

    requirement_id: str
    kind: RequirementKind
    shape: Shape | None = None
    timetable: tuple[TimetableRow, ...] | None = None
    weekday: int = 0
    also: tuple[Shape, ...] = ()
    absences: tuple[tuple[Seconds, Seconds], ...] = ()
    warning_m: float | None = None

    def required(self, from_s: Seconds, to_s: Seconds) -> list[Window]:
        """When it binds within [from_s, to_s); of an attendance, not its appointments."""
        return without(windows(self.timetable, from_s, to_s), self.absences)


class Under(IntEnum):
    """What is overhead: it decides how a tag can find its place."""

    ROOF = 0
    SKY = 1
    GROUND = 2  # a tube train: no place at all


@dataclass(frozen=True, slots=True)
class Stop:
    """A stay; of no length: a corner of the way.

    speed_mps   of the way to it, which is then straight; None: on foot, by bus or train, by length
    """

    place: Place
    dwell_s: Seconds = 0.0
    under: Under = Under.ROOF
    why: str = ""
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True)
class Outing:
    leave_s: Seconds
    stops: tuple[Stop, ...]
    why: str
    lawful: bool = True  # planned within the curfew; dropped when it would not fit


@dataclass(frozen=True, slots=True)
class Tag:
    """A device and its ways.

    protocol         what it speaks; hub: only its vendor's hub knows how to talk to it
    upload_every_s   0: sends each fix as it comes
    indoor_gnss      share of indoor fixes that are GNSS (a mostly-indoor wearer: 1 in 17)
    """

    device_id: str
    activation_id: str
    from_s: Seconds
    to_s: Seconds | None
    protocol: str  # of worlds.report
    upload_every_s: float
    indoor_gnss: float
    home_beacon: bool


@dataclass(frozen=True, slots=True)
class Wearer:
    index: int
    person_id: str
    name: str
    born: date
    borough: str
    part: Part
    order_kind: OrderKind
    order_from_s: Seconds
    home: Place
    work: Place | None
    shop: Place
    friend: Place
    pub: Place
    office: Place
    asks: tuple[Ask, ...]
    tag: Tag | None
    restless: float  # how often, against the average, this person does what is not allowed
    offends: bool

    def ask(self, kind: RequirementKind) -> Ask | None:
        return next((ask for ask in self.asks if ask.kind is kind), None)
