"""The words of a seeded world: who wears what, and what the order asks, in metres and seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from waypost.orders.values import OrderKind, RequirementKind, TimetableRow
from waypost.worlds.hours import Seconds

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


@dataclass(frozen=True, slots=True)
class Shape:
    """A zone in metres on the National Grid: a circle, or a ring of corners around `centre`."""

    centre: Place
    radius_m: float  # of the circle; of polygons, of the circle around the corners
    corners: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """One requirement, as the world knows it."""

    requirement_id: str
    kind: RequirementKind
    shape: Shape | None = None
    timetable: tuple[TimetableRow, ...] | None = None
    weekday: int = 0  # of attendance, at 10:00


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
