"""The words of telling those who are not staff: what wearers are reminded of, what became of it.

An occasion is something that a wearer must do at an instant, its edge; a step is one of the times
before it at which they are reminded.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.orders.timetable import Window
from waypost.orders.values import Order
from waypost.rules.home_state import HomeState


class Kind(StrEnum):
    APPOINTMENT = "appointment"
    CURFEW = "curfew"
    BATTERY = "battery"


class Step(StrEnum):
    EVENING_BEFORE = "evening_before"
    HOURS_BEFORE = "hours_before"
    SOON = "soon"  # a curfew begins
    LOW = "low"  # a battery
    CRITICAL = "critical"


class Fate(StrEnum):
    """What was decided of a reminder when its time had come."""

    TOLD = "told"  # written into the outbox; what became of it there is the notice's
    MISSED = "missed"  # nobody came to it in time: what it was for had passed
    NOT_NEEDED = "not_needed"  # at home already


@dataclass(frozen=True, slots=True)
class Occasion:
    """requirement: its reference; "" of a battery."""

    kind: Kind
    edge_at: datetime
    requirement: str = ""
    timezone: str = "Europe/London"


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery that is low now, as judged: since when, how far down, how long it may last."""

    since_at: datetime
    step: Step
    lasts: timedelta | None = None


Key = tuple[Kind, datetime, Step]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that reminding one wearer depends on.

    since      when they could first be reminded: a reminder that was due before was not missed
    wanted     kinds that they have not turned off
    off        suspensions and agreed removals, half-open
    home       how they stand to the curfew about to begin; None: not asked
    handled    what was decided already
    """

    person_id: int
    orders: tuple[Order, ...]
    since: datetime
    wears_tag: bool = True
    wanted: Collection[Kind] = frozenset(Kind)
    off: tuple[Window, ...] = ()
    battery: Battery | None = None
    home: HomeState | None = None
    handled: Collection[Key] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Reminder:
    """Decided: which occasion, at which step, and what is done."""

    occasion: Occasion
    step: Step
    fate: Fate

    @property
    def key(self) -> Key:
        return self.occasion.kind, self.occasion.edge_at, self.step
