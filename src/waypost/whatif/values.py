"""The words of what-if: what was tried on whom, and what it would have meant. No place in any."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from waypost.positions.stops import PlaceKind

WINDOW = timedelta(days=28)
DAYS_MIN = 7  # with fewer days of fixes nothing is concluded
SMALL = 5  # persons: a smaller group is not told of (domain page, section 7)


@dataclass(frozen=True, slots=True)
class Usual:
    """A usual place of the person, and what the draft would do there.

    hours        in the window, known to have been spent there
    cut_hours    of them, those in which being there would have been a violation
    held         the zone holds it
    """

    kind: PlaceKind
    hours: float
    cut_hours: float
    held: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways between home and work that are known, and those that the draft would have cut off."""

    known: int
    cut: int


@dataclass(frozen=True, slots=True)
class DayCount:
    day: date
    alerts: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Tried:
    """A draft against one person's past.

    days          of the window, counted from its start; days_seen: those with a usable fix
    required_h    hours in which the draft would have bound; told_h: of them, those that could be
                  told
    alerts        that would have called somebody; uncertain: of them, not certain
    rows          violations by certainty, those too that would have called nobody
    minutes       in violation
    by_hour       168 numbers: minutes in violation by hour of the week, Monday 00:00 first, local
    places        usual places, home and work among them; ways: between those two
    """

    from_at: datetime
    to_at: datetime
    days: int
    days_seen: int
    required_h: float = 0.0
    told_h: float = 0.0
    alerts: int = 0
    uncertain: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    minutes: float = 0.0
    by_hour: tuple[float, ...] = (0.0,) * 168
    by_day: tuple[DayCount, ...] = ()
    places: tuple[Usual, ...] = ()
    ways: Ways = Ways(0, 0)

    @property
    def enough(self) -> bool:
        return self.days_seen >= DAYS_MIN

    @property
    def told_share(self) -> float | None:
        """Of the time it would have bound, how much could be told; None where it never bound."""
        return self.told_h / self.required_h if self.required_h else None

    def usual(self, kind: PlaceKind) -> Usual | None:
        return next((place for place in self.places if place.kind is kind), None)


def as_json(tried: Tried) -> dict[str, Any]:
    """Counts, hours and times of the week, to be stored: nothing tells where anything is."""
    return {
        "from": tried.from_at.isoformat(),
        "to": tried.to_at.isoformat(),
        "days": tried.days,
        "days_seen": tried.days_seen,
        "required_h": round(tried.required_h, 1),
        "told_h": round(tried.told_h, 1),
        "alerts": tried.alerts,
        "uncertain": tried.uncertain,
        "rows": dict(tried.rows),
        "minutes": round(tried.minutes, 1),
        "by_hour": [round(minutes, 1) for minutes in tried.by_hour],
        "by_day": [
            {"day": one.day.isoformat(), "alerts": one.alerts, "minutes": round(one.minutes, 1)}
            for one in tried.by_day
        ],
        "places": [
            {
                "kind": one.kind.value,
                "hours": round(one.hours, 1),
                "cut_hours": round(one.cut_hours, 1),
                "held": one.held,
            }
            for one in tried.places
        ],
        "ways": {"known": tried.ways.known, "cut": tried.ways.cut},
    }


def from_json(data: dict[str, Any]) -> Tried:
    """What `as_json` wrote."""
    return Tried(
        from_at=datetime.fromisoformat(data["from"]),
        to_at=datetime.fromisoformat(data["to"]),
        days=data["days"],
        days_seen=data["days_seen"],
        required_h=data["required_h"],
        told_h=data["told_h"],
        alerts=data["alerts"],
        uncertain=data["uncertain"],
        rows=data["rows"],
        minutes=data["minutes"],
        by_hour=tuple(data["by_hour"]),
        by_day=tuple(
            DayCount(date.fromisoformat(one["day"]), one["alerts"], one["minutes"])
            for one in data["by_day"]
        ),
        places=tuple(
            Usual(PlaceKind(one["kind"]), one["hours"], one["cut_hours"], one["held"])
            for one in data["places"]
        ),
        ways=Ways(data["ways"]["known"], data["ways"]["cut"]),
    )
