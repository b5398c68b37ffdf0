"""Which alerts of one person are one story: battery dead, then no contact, then curfew unknown.

    gather(stories)   stories that belong together become one, until none does any more

Two stories belong together when kinds in them are of one family and they lie within 12 hours of
each other. A story only ever grows, and a larger one belongs to whatever a part of it belonged to;
so what comes out is the same in whatever order its alerts arrive, and one alert may bridge two.
A call for help is never grouped: it must not stand below anything. A clinical removal stays apart:
it is agreed, and must not lend its calm to a strap that is cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.alerts.values import CALLS_FOR_HELP, AlertKind

NEAR = timedelta(hours=12)  # after its last news a story is over: a night, and the morning after

K = AlertKind
FAMILIES: dict[str, frozenset[AlertKind]] = {
    "The tag goes dark": frozenset(
        {
            K.BATTERY_LOW, K.BATTERY_CRITICAL, K.BATTERY_DEAD, K.NOT_CHARGED, K.JAMMING,
            K.NO_CONTACT, K.NO_LOCATION, K.UNMONITORED, K.APPOINTMENT_UNMONITORED,
        }
    ),
    "The tag comes off": frozenset(
        {
            K.STRAP_TAMPER, K.CASE_TAMPER, K.STATIONARY, K.NO_CONTACT, K.NO_LOCATION,
            K.CURFEW, K.UNMONITORED,
        }
    ),
    "Nearer and nearer to a zone": frozenset({K.EXCLUSION_WARNING, K.EXCLUSION}),
}  # fmt: skip
SAME_REQUIREMENT = frozenset({K.EXCLUSION_WARNING, K.EXCLUSION})  # of two zones: two stories
NEVER = CALLS_FOR_HELP | {K.CLINICAL_REMOVAL, K.CLINICAL_OVERDUE}
TOLD = frozenset(kind for family in FAMILIES.values() for kind in family)
Key = tuple[int, str]  # of a family: its number, and the requirement where that tells them apart


@dataclass(frozen=True, slots=True)
class Story:
    """Some alerts of one person, as far as is known one story.

    incident_ids     of what it is made of: none for alerts not yet in one
    first_at, last_at   from when it tells, and its last news
    """

    alert_ids: frozenset[int]
    keys: frozenset[Key]
    first_at: datetime
    last_at: datetime
    incident_ids: frozenset[int] = frozenset()

    def belongs_to(self, other: Story) -> bool:
        apart = max(self.first_at, other.first_at) - min(self.last_at, other.last_at)
        return apart <= NEAR and bool(self.keys & other.keys)

    def with_(self, other: Story) -> Story:
        return Story(
            self.alert_ids | other.alert_ids,
            self.keys | other.keys,
            min(self.first_at, other.first_at),
            max(self.last_at, other.last_at),
            self.incident_ids | other.incident_ids,
        )


def is_told(kind: AlertKind) -> bool:
    """Whether such an alert is part of a story at all."""
    return kind in TOLD - NEVER


def keys_of(kind: AlertKind, requirement: str = "") -> frozenset[Key]:
    """The families of the kind; empty for what is never grouped."""
    if not is_told(kind):
        return frozenset()
    about = requirement if kind in SAME_REQUIREMENT else ""
    return frozenset((n, about) for n, family in enumerate(FAMILIES.values()) if kind in family)


def gather(stories: Iterable[Story]) -> list[Story]:
    """Of one person: what belongs together, as one story each. Which order they come in is one."""
    told: list[Story] = []
    for story in stories:
        apart = story
        while mine := [one for one in told if one.belongs_to(apart)]:
            told = [one for one in told if one not in mine]
            for one in mine:
                apart = apart.with_(one)
        told.append(apart)
    return sorted(told, key=lambda one: min(one.alert_ids))
