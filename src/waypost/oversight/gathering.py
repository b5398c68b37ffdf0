"""Looks out of the audit chain, and what else is known about each, in a handful of statements."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from shapely.geometry import shape

from waypost.access.models import AuditLine, Officer, Posting
from waypost.access.values import Purpose, Role
from waypost.alerts.models import Alert, Duty
from waypost.geo import BRITISH
from waypost.matching.models import Match
from waypost.orders.models import Caseload, Person
from waypost.orders.queries import person_orders
from waypost.orders.values import PersonOrders, RequirementKind
from waypost.oversight.models import KnownCase, OfficerHome
from waypost.oversight.values import Facts, Look

LOOK_KINDS = ("track:viewed", "reports:viewed", "fitting:watched")
HABIT = timedelta(days=28)  # how far back what is usual for an officer is taken from
OPEN_AROUND = timedelta(days=7)
RAISED_WITHIN = timedelta(days=365)
MATCHED_WITHIN = timedelta(days=31)


def looks_after(line: int, *, up_to: datetime, limit: int) -> tuple[list[Look], int]:
    """The looks of people in the next `limit` lines of the chain, and the last line gone through.

    up_to   only lines before it: what an alert is opened for may be written a moment later
    """
    numbers = AuditLine.objects.filter(number__gt=line, at__lt=up_to).order_by("number")
    last = list(numbers.values_list("number", flat=True)[:limit])
    if not last:
        return [], line
    rows = numbers.filter(number__lte=last[-1], kind__in=LOOK_KINDS, outcome="done")
    return _looks(rows.exclude(officer_id=None).exclude(person_id=None)), last[-1]


def looks_between(from_at: datetime, to_at: datetime) -> list[Look]:
    """Every look of a person's in [from_at, to_at), wearers' looks at themselves left out."""
    rows = AuditLine.objects.filter(
        at__gte=from_at, at__lt=to_at, kind__in=LOOK_KINDS, outcome="done"
    )
    return _looks(rows.exclude(officer_id=None).exclude(person_id=None).order_by("number"))


def _looks(rows: QuerySet[AuditLine]) -> list[Look]:
    names = ("number", "at", "officer_id", "role", "purpose", "person_id")
    found = []
    for number, at, officer_id, role, purpose, person_id in rows.values_list(*names):
        roles = frozenset(Role(one) for one in role.split())
        if roles != {Role.WEARER}:
            why = Purpose(purpose) if purpose else None
            found.append(Look(number, at, officer_id, roles, why, person_id))
    return found


def facts_of(looks: Sequence[Look], timezone: str) -> dict[int, Facts]:
    """What is known about each look, by its line."""
    people = {look.person_id for look in looks}
    officers = {look.officer_id for look in looks}
    if not looks:
        return {}
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=officers)}
    persons = dict(Person.objects.filter(pk__in=people).values_list("pk", "full_name"))
    homes = _homes(officers)
    places = _places(people) if homes else {}
    known = _known(people)
    tasks = Tasks(people, officers)
    rota = _rota(officers)
    habits = Habits(looks, timezone)
    return {
        look.line: Facts(
            officer_name=names.get(look.officer_id, ""),
            person_name=persons.get(look.person_id, ""),
            home_m=_nearest_m(homes.get(look.officer_id), places.get(look.person_id, ())),
            known_case=any(from_at <= look.at for from_at in known.get(look.person_id, ())),
            has_task=tasks.open_for(look),
            on_duty=_on_duty(rota.get(look.officer_id), look.at),
            people_that_day=habits.that_day(look),
            people_usually=habits.usually(look),
        )
        for look in looks
    }


class Tasks:
    """Whether something was open that the purpose of a look speaks of."""

    def __init__(self, people: Collection[int], officers: Collection[int]) -> None:
        self.alerts: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
        rows = Alert.objects.filter(person_id__in=people)
        for person_id, raised, closed in rows.values_list("person_id", "raised_at", "closed_at"):
            self.alerts[person_id].append((raised, closed))
        self.matches: dict[int, list[datetime]] = defaultdict(list)
        made = Match.objects.filter(person_id__in=people)
        for person_id, at in made.values_list("person_id", "run__made_at"):
            self.matches[person_id].append(at)
        self.teams: dict[int, list[tuple[int | None, datetime, datetime | None]]] = defaultdict(
            list
        )
        self.cases: dict[int, list[tuple[int | None, int | None, datetime, datetime | None]]]
        self.cases = defaultdict(list)
        holders = Caseload.objects.filter(person_id__in=people)
        names = ("person_id", "officer_id", "team_id", "from_at", "to_at")
        for person_id, officer_id, team_id, from_at, to_at in holders.values_list(*names):
            self.cases[person_id].append((officer_id, team_id, from_at, to_at))
        postings = Posting.objects.filter(officer_id__in=officers)
        for one in postings:
            self.teams[one.officer_id].append((one.team_id, one.from_at, one.to_at))

    def open_for(self, look: Look) -> bool | None:
        """None: the purpose speaks of nothing that could be open."""
        if look.purpose is Purpose.ALERT_RESPONSE:
            return any(
                raised - OPEN_AROUND <= look.at
                and (closed is None or look.at <= closed + OPEN_AROUND)
                for raised, closed in self.alerts[look.person_id]
            )
        if look.purpose is Purpose.SUPERVISION:
            teams = {
                team
                for team, from_at, to_at in self.teams[look.officer_id]
                if team is not None and from_at <= look.at and (to_at is None or look.at < to_at)
            }
            return any(
                (officer == look.officer_id or team in teams)
                and from_at <= look.at
                and (to_at is None or look.at <= to_at + OPEN_AROUND)
                for officer, team, from_at, to_at in self.cases[look.person_id]
            )
        if look.purpose is Purpose.ENFORCEMENT:
            return any(
                raised <= look.at <= raised + RAISED_WITHIN
                for raised, _ in self.alerts[look.person_id]
            )
        if look.purpose is Purpose.CRIME_MAPPING:
            return any(at <= look.at <= at + MATCHED_WITHIN for at in self.matches[look.person_id])
        return None


class Habits:
    """How many people an officer looks at in a local day, and usually."""

    def __init__(self, looks: Sequence[Look], timezone: str) -> None:
        self.zone = ZoneInfo(timezone)
        officers = {look.officer_id for look in looks}
        first = min(look.at for look in looks) - HABIT - timedelta(days=1)
        last = max(look.at for look in looks) + timedelta(days=1)
        rows = AuditLine.objects.filter(
            officer_id__in=officers, kind__in=LOOK_KINDS, outcome="done", at__gte=first, at__lt=last
        )
        people: dict[tuple[int, date], set[int]] = defaultdict(set)
        for officer_id, at, person_id in rows.values_list("officer_id", "at", "person_id"):
            if officer_id is not None and person_id is not None:
                people[officer_id, self._day(at)].add(person_id)
        self.days: dict[int, list[tuple[date, int]]] = defaultdict(list)
        for (officer_id, day), seen in sorted(people.items()):
            self.days[officer_id].append((day, len(seen)))

    def that_day(self, look: Look) -> int:
        day = self._day(look.at)
        return next((count for one, count in self.days[look.officer_id] if one == day), 0)

    def usually(self, look: Look) -> float | None:
        day = self._day(look.at)
        days = self.days[look.officer_id]
        before = days[: bisect_left(days, (day, 0))]
        counts = [count for one, count in before if day - one <= HABIT]
        return float(median(counts)) if counts else None

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def _homes(officers: Collection[int]) -> dict[int, tuple[float, float]]:
    rows = OfficerHome.objects.filter(officer_id__in=officers)
    return {row.officer_id: (row.easting_m, row.northing_m) for row in rows}


def _places(people: Collection[int]) -> dict[int, list[tuple[float, float]]]:
    """Middles of the addresses of curfew, in metres east and north."""
    return {one.number: _middles(one) for one in person_orders(people) if one.number is not None}


def _middles(person: PersonOrders) -> list[tuple[float, float]]:
    zones = [
        zone
        for order in person.orders
        for requirement in order.requirements
        if requirement.kind is RequirementKind.CURFEW
        for zone in requirement.zones
    ]
    points = [shape(zone.geometry).representative_point() for zone in zones]
    x, y = BRITISH.project([one.y for one in points], [one.x for one in points])
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _nearest_m(
    home: tuple[float, float] | None, places: Sequence[tuple[float, float]]
) -> float | None:
    if home is None or not places:
        return None
    return min(math.hypot(home[0] - x, home[1] - y) for x, y in places)


def _known(people: Collection[int]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    rows = KnownCase.objects.filter(person_id__in=people, to_at=None)
    for person_id, from_at in rows.values_list("person_id", "from_at"):
        found[person_id].append(from_at)
    return found


def _rota(officers: Collection[int]) -> dict[int, list[tuple[datetime, datetime]]]:
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = Duty.objects.filter(officer_id__in=officers)
    for officer_id, from_at, to_at in rows.values_list("officer_id", "from_at", "to_at"):
        found[officer_id].append((from_at, to_at))
    return found


def _on_duty(duties: list[tuple[datetime, datetime]] | None, at: datetime) -> bool | None:
    return None if not duties else any(from_at <= at < to_at for from_at, to_at in duties)
