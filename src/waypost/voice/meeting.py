"""Before you meet: facts of one person for who meets them, and who is met today and this week.

    facts_of(...)     what to praise, to ask, what changed, how the tag is; leaves a line
    meetings(...)     appointments of orders this week, of the people who are the officer's own

It is a look at the person and not at their whereabouts: no fix is shown and no place is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Reach
from waypost.alerts.models import AlertViolation
from waypost.alerts.values import Outcome as AlertOutcome
from waypost.alerts.values import Status as AlertStatus
from waypost.asking.lifecycle import STATUS_WORDS
from waypost.asking.queries import requests_of
from waypost.asking.values import WHY_WORDS
from waypost.devices.tag_queries import findings_of
from waypost.monitoring.appointments import kept_appointments
from waypost.monitoring.queries import Standing, is_of_tag, last_fix_at
from waypost.monitoring.strip_queries import PersonStrips, RequirementStrip, person_strips
from waypost.necessity.tasks import tasks_of_person
from waypost.necessity.values import TASK_WORDS
from waypost.orders.models import Order, RequirementVersion
from waypost.orders.queries import case_of, person_orders, visible_person_ids
from waypost.orders.timetable import appointments_of
from waypost.orders.values import PersonOrders, RequirementKind
from waypost.orders.words import asks_words
from waypost.plans.models import PlannedVisit, PlanVersion
from waypost.plans.values import VisitStatus
from waypost.rules.attendance import Outcome as Came
from waypost.rules.strip import DayStrip, Shade, figures_of
from waypost.rules.values import Certainty, RowKind
from waypost.telling.models import WeekKept
from waypost.voice.goals import goals_of
from waypost.voice.values import GOAL_WORDS, Facts, Missed, Strand
from waypost.voice.wording import when

DAYS = 7
DAYS_MAX = 28
STREAK_DAYS = 14
HOUR = timedelta(hours=1)
WHAT: dict[RowKind, str] = {
    RowKind.EXCLUSION: "within an exclusion zone",
    RowKind.MOVING_EXCLUSION: "too near to a protected person, on that day",
    RowKind.INCLUSION: "away from where they had to be",
    RowKind.RESTRICTION: "out of the area that they had to stay in",
    RowKind.CURFEW: "away in curfew hours",
    RowKind.ATTENDANCE: "an appointment not kept in full",
    RowKind.TRAIL: "no trail",
    RowKind.ALCOHOL: "alcohol read by the tag",
    RowKind.ALCOHOL_TAMPER: "the alcohol tag may have been obstructed",
}
CAME: dict[Came, str] = {
    Came.TO_COME: "to come", Came.UNDER_WAY: "not known yet", Came.ATTENDED: "attended",
    Came.LATE: "late", Came.LEFT_EARLY: "left early", Came.MISSED: "missed",
    Came.NOT_MONITORED: "could not be monitored",
}  # fmt: skip
FOUND: dict[AlertOutcome, str] = {
    AlertOutcome.BREACH: "upheld", AlertOutcome.WARNING_GIVEN: "upheld, a warning was given",
    AlertOutcome.REASONABLE_EXCUSE: "explained, and found reasonable",
    AlertOutcome.EQUIPMENT: "the equipment's fault", AlertOutcome.LATE_DATA: "later data took it "
    "back", AlertOutcome.NO_ACTION: "no action",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MeetingSeen:
    """An appointment of an order that the officer's own person is to keep, or a planned visit."""

    person_id: int
    name: str
    at: datetime
    until: datetime


@transaction.atomic
def facts_of(person_id: int, by: Posted, *, now: datetime, days: int = DAYS) -> Facts:
    """The last `days` local days up to now. Refused or NoSuchThing; leaves a line."""
    case = case_of(person_id, now=now)
    may.check(by, Permission.MEETING_PREPARE, case)
    may.check(by, Permission.PERSON_READ, case)
    days = min(max(days, 1), DAYS_MAX)
    [person] = person_orders([person_id])
    strips = person_strips(person_id, by=by, now=now, count=max(STREAK_DAYS, days), person=person)
    zone = ZoneInfo(settings.WALL_ZONE)
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    from_at = datetime.combine(first, datetime.min.time(), zone)
    facts = Facts(
        who=str(person.details.get("name") or person.person_id), reference=person.person_id,
        zone=settings.WALL_ZONE, from_at=from_at, to_at=now,
        strands=_strands(strips.requirements, person, first),
        weeks_kept=_weeks(person_id, first), streak_days=_streak(strips),
        missed=_missed(strips.violations, from_at),
        appointments=_appointments(person, by, from_at, now),
        requests=_requests(person_id, by, from_at, now),
        changes=_changes(person_id, person, from_at, now),
        tag=_tag(person_id, person, now),
        owed=tuple(
            f"{TASK_WORDS[one.task.kind]}, order {one.task.order_id}"
            for one in tasks_of_person(person_id, by, now=now)
        ),
        goals=tuple(
            f"{one.words} ({GOAL_WORDS[one.state].lower()})" for one in goals_of(person_id)
        ),
    )  # fmt: skip
    audit.record("meeting:prepared", by=by, at=now, about=person_id, detail={"days": days})
    return facts


def own_people(by: Posted, *, now: datetime) -> frozenset[int] | None:
    """Whom the officer meets; None: meeting people is not their work."""
    if may.reach(by, Permission.MEETING_PREPARE) not in {Reach.OWN, Reach.TEAM}:
        return None
    return visible_person_ids(by, Permission.MEETING_PREPARE, now=now) or frozenset()


def meetings(
    by: Posted,
    *,
    now: datetime,
    persons: Iterable[PersonOrders] | None = None,
    ids: Collection[int] | None = None,
) -> list[MeetingSeen]:
    """From the start of today over seven days, the soonest first; for who meets people.

    persons   orders that the caller has already; of people not theirs nothing is taken
    ids       who they are (own_people), where the caller has that already
    """
    ids = own_people(by, now=now) if ids is None else ids
    if not ids:
        return []
    known = person_orders(ids) if persons is None else [one for one in persons if one.number in ids]
    zone = ZoneInfo(settings.WALL_ZONE)
    today = datetime.combine(now.astimezone(zone).date(), datetime.min.time(), zone)
    until = today + timedelta(days=DAYS)
    found = [*meetings_of(known, today, until), *_visits(known, today, until)]
    return sorted(found, key=lambda one: (one.at, one.person_id))


def _visits(
    persons: Iterable[PersonOrders], from_at: datetime, until: datetime
) -> list[MeetingSeen]:
    """Visits and calls that are planned (plans/), each taken to last an hour."""
    names = {one.number or 0: str(one.details.get("name") or one.person_id) for one in persons}
    rows = PlannedVisit.objects.filter(
        person_id__in=list(names), status=VisitStatus.PLANNED.value, at__gte=from_at, at__lt=until
    )
    return [
        MeetingSeen(person_id, names[person_id], at, at + HOUR)
        for person_id, at in rows.values_list("person_id", "at")
    ]


def meetings_of(
    persons: Iterable[PersonOrders], from_at: datetime, to_at: datetime
) -> list[MeetingSeen]:
    found = [
        MeetingSeen(
            person.number or 0, str(person.details.get("name") or person.person_id), one.from_at,
            one.to_at,
        )
        for person in persons
        for order in person.orders
        for requirement in order.requirements
        if requirement.kind is RequirementKind.ATTENDANCE
        for one in appointments_of(requirement, order, from_at, to_at)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.at, one.name))


def _strands(
    strips: Sequence[RequirementStrip], person: PersonOrders, first: date
) -> tuple[Strand, ...]:
    asks = {
        str(one.requirement_id): asks_words(one)
        for order in person.orders
        for one in order.requirements
    }
    found = []
    for one in strips:
        days = [day for day in one.strip.days if day.day.day >= first]
        figures = figures_of(segment for day in days for segment in day.segments)
        judged = figures.required - figures.of(Shade.TO_COME)
        if judged:
            found.append(
                Strand(
                    asks.get(one.requirement_id, one.kind.value), judged / HOUR,
                    figures.of(Shade.KEPT) / HOUR,
                    figures.of(Shade.VIOLATED, Shade.POSSIBLE) / HOUR, figures.monitored_share,
                )
            )  # fmt: skip
    return tuple(found)


def _weeks(person_id: int, first: date) -> tuple[date, ...]:
    """Weeks of which a part lies in the period, or that ended just before it."""
    since = first - timedelta(days=13)
    rows = WeekKept.objects.filter(person_id=person_id, monday__gte=since).order_by("monday")
    return tuple(rows.values_list("monday", flat=True))


def _streak(strips: PersonStrips) -> int:
    """Days in a row, back from the last day of which anything is judged, with nothing against
    them; a day on which nothing was asked neither counts nor ends it."""
    if not strips.requirements:
        return 0
    count = 0
    for together in reversed(list(zip(*(one.strip.days for one in strips.requirements),
                                      strict=False))):  # fmt: skip
        said = _day(together)
        if said is None:
            continue
        if not said:
            break
        count += 1
    return count


def _day(together: Sequence[DayStrip]) -> bool | None:
    """Whether a day was kept; None: nothing of it was asked and judged."""
    figures = figures_of(segment for day in together for segment in day.segments)
    if figures.of(Shade.VIOLATED, Shade.POSSIBLE):
        return False
    return True if figures.of(Shade.KEPT) else None


def _missed(violations: Iterable[Standing], from_at: datetime) -> tuple[Missed, ...]:
    against = [
        one
        for one in violations
        if not one.row.withdrawn
        and one.row.certainty is not Certainty.CANNOT_TELL
        and one.row.kind in WHAT
        and not is_of_tag(one.row)
        and (one.row.to_at is None or one.row.to_at > from_at)
    ]
    said = _explained({one.violation_id for one in against})
    return tuple(_missed_one(one, said.get(one.violation_id, "")) for one in against)


def _missed_one(one: Standing, explained: str) -> Missed:
    at, until = one.row.from_at, one.row.to_at
    if one.row.kind is RowKind.MOVING_EXCLUSION:  # a time would say where somebody else was
        zone = ZoneInfo(settings.WALL_ZONE)
        at, until = datetime.combine(at.astimezone(zone).date(), datetime.min.time(), zone), None
    return Missed(at, until, WHAT[one.row.kind], one.row.certainty is Certainty.CERTAIN, explained)


def _explained(violation_ids: set[int]) -> dict[int, str]:
    """What was found of the alerts of these, in words; those that are open are not in it."""
    links = AlertViolation.objects.filter(violation_id__in=violation_ids, withdrawn=False)
    found: dict[int, str] = {}
    for number, status, outcome in links.order_by("alert_id").values_list(
        "violation_id", "alert__status", "alert__outcome"
    ):
        if outcome:
            found[number] = FOUND[AlertOutcome(outcome)]
        elif status == AlertStatus.EXPLAINED:
            found[number] = "explained"
        elif status == AlertStatus.UPHELD:
            found[number] = "upheld"
    return found


def _appointments(
    person: PersonOrders, by: Posted, from_at: datetime, now: datetime
) -> tuple[tuple[datetime, str], ...]:
    kept = kept_appointments(person.number or 0, by=by, from_at=from_at, now=now, person=person)
    return tuple((one.asked.from_at, CAME[one.outcome]) for one in kept)


def _tag(person_id: int, person: PersonOrders, now: datetime) -> tuple[str, ...]:
    """Whether one is on, what is the matter with it, and when it was last located."""
    if not any(
        one.from_at <= now and (one.to_at is None or now < one.to_at) for one in person.activations
    ):
        return ("No tag is on.",)
    found = [one.words for one in findings_of(person_id, now=now)]
    at = last_fix_at([person_id]).get(person_id)
    last = "Not located yet." if at is None else f"Last located {when(at, settings.WALL_ZONE)}."
    return (*(found or ["Nothing is the matter with it."]), last)


def _requests(person_id: int, by: Posted, from_at: datetime, now: datetime) -> tuple[str, ...]:
    zone = settings.WALL_ZONE
    return tuple(
        f"{WHY_WORDS[one.why]}, {when(one.from_at, zone)} to {when(one.to_at, zone)}: "
        f"{STATUS_WORDS[one.status]}"
        for one in requests_of(person_id, by, now=now)
        if one.asked_at >= from_at or one.to_at >= from_at
    )


def _changes(
    person_id: int, person: PersonOrders, from_at: datetime, now: datetime
) -> tuple[str, ...]:
    """What was learnt in the period of the orders, of what they ask, of plans, and of the tag."""
    zone, found = settings.WALL_ZONE, list[tuple[datetime, str]]()
    for order in Order.objects.filter(person_id=person_id, known_at__gte=from_at, version__gt=0):
        found.append((order.known_at, f"order {order.reference}, version {order.version}"))
    versions = RequirementVersion.objects.filter(person_id=person_id, known_at__gte=from_at)
    for one in versions.order_by("known_at", "pk"):
        said = "withdrawn" if one.withdrawn else f"version {one.version}"
        found.append((one.known_at, f"{one.kind} {one.reference} of {one.order_reference}, {said}"))
    plans = PlanVersion.objects.filter(plan__person_id=person_id, made_at__gte=from_at)
    for kind, version, made_at in plans.values_list("plan__kind", "version", "made_at"):
        found.append((made_at, f"{kind} plan, version {version}"))
    for span in person.activations:
        if from_at <= span.from_at <= now:
            found.append((span.from_at, "a tag was put on"))
        if span.to_at is not None and from_at <= span.to_at <= now:
            found.append((span.to_at, "a tag came off"))
    return tuple(f"{when(at, zone)}: {words}" for at, words in sorted(found))
