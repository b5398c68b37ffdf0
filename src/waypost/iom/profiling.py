"""The profile of cohorts: vulnerability, safeguarding, demand of the last year. A coordinator sees
persons, with yes or no and counts, never a word of a record; whoever sees aggregates alone sees
cells (evaluation/cells.py), in which fewer than five people are not told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.alerts.canaries import PREFIX
from waypost.alerts.models import RiskMarker
from waypost.enforcement.models import StepTaken
from waypost.evaluation.cells import Cell, cell
from waypost.iom.models import CohortDecision, Member
from waypost.iom.queries import member_ids, offers_met, people_of
from waypost.iom.stages import custody_days
from waypost.iom.values import COHORTS, Standing
from waypost.necessity.models import NecessityRecord
from waypost.policing.models import Notification
from waypost.policing.values import Answer, Result

LOOKED_AT = timedelta(days=365)


class Measure(StrEnum):
    """What a profile counts."""

    PEOPLE = "people"
    VULNERABLE = "vulnerable"
    SAFEGUARDING = "safeguarding"
    NOTIFICATIONS = "notifications"
    ARRESTS = "arrests"
    HEARINGS = "hearings"
    CUSTODY_DAYS = "custody_days"


MEASURE_WORDS: dict[Measure, str] = {
    Measure.PEOPLE: "People",
    Measure.VULNERABLE: "With a vulnerability recorded",
    Measure.SAFEGUARDING: "With a risk to themselves or others recorded",
    Measure.NOTIFICATIONS: "Breaches told to the police",
    Measure.ARRESTS: "Arrests that the police told us of",
    Measure.HEARINGS: "Hearings",
    Measure.CUSTODY_DAYS: "Days in custody, as far as recorded",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One person's. vulnerable, safeguarding: whether one is recorded."""

    person_id: int
    name: str
    standing: Standing
    vulnerable: bool
    safeguarding: bool
    notifications: int
    arrests: int
    hearings: int
    custody_days: int

    def of(self, measure: Measure) -> int:
        return 1 if measure is Measure.PEOPLE else int(getattr(self, measure.value))


@dataclass(frozen=True, slots=True)
class CohortProfile:
    """persons: for who may see persons; rows: measure, then a sum for each cohort and for all."""

    persons: tuple[Profile, ...]
    rows: tuple[tuple[Measure, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class AggregateProfile:
    rows: tuple[tuple[Measure, tuple[Cell, ...]], ...]


@transaction.atomic
def cohort_profile(by: Posted, *, now: datetime) -> CohortProfile:
    """For a coordinator: their members, one by one and together."""
    may.check(by, Permission.IOM_READ)
    ids = member_ids(by, now=now)
    members = Member.objects.filter(person_id__in=ids).values_list("person_id", "standing")
    found = _profiles(dict(members), now)
    audit.record("cohort:profiled", by=by, at=now, purpose=Purpose.SUPERVISION,
                 detail={"people": len(found)})  # fmt: skip
    return CohortProfile(
        found,
        tuple((measure, tuple(sum(one.of(measure) for one in some) for some in _split(found)))
              for measure in Measure),
    )  # fmt: skip


@transaction.atomic
def aggregate_profile(by: Posted, *, now: datetime) -> AggregateProfile:
    """For who sees counts alone: every unit's members together, small numbers not told; as things
    stood when this month began, so that nobody chooses the edges (decision 0050)."""
    may.check(by, Permission.AGGREGATE_READ)
    ends = _month_begins(now)
    found = _profiles(_standings(ends), ends)
    audit.record("cohort:counted", by=by, at=now)
    return AggregateProfile(
        tuple((measure, tuple(_cell(some, measure) for some in _split(found)))
              for measure in Measure)
    )  # fmt: skip


def _split(found: Collection[Profile]) -> Iterable[list[Profile]]:
    """By cohort, then all."""
    yield from ([one for one in found if one.standing is cohort] for cohort in COHORTS)
    yield list(found)


def _cell(some: Collection[Profile], measure: Measure) -> Cell:
    with_it = [one for one in some if one.of(measure)]
    return cell(len(with_it), sum(one.of(measure) for one in with_it))


def _month_begins(now: datetime) -> datetime:
    there = now.astimezone(ZoneInfo(settings.WALL_ZONE))
    return there.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _standings(at: datetime) -> dict[int, str]:
    """Who stood in which cohort then, by what had been written down."""
    rows = CohortDecision.objects.filter(recorded_at__lt=at, decided_at__lt=at)
    rows = rows.exclude(person__reference__startswith=PREFIX).order_by("decided_at", "pk")
    last = dict(rows.values_list("person_id", "to_standing"))
    return {one: standing for one, standing in last.items() if standing != Standing.OUT}


def _profiles(standings: Mapping[int, str], now: datetime) -> tuple[Profile, ...]:
    ids, since = sorted(standings), now - LOOKED_AT
    vulnerable = _vulnerable(ids)
    risks = set(
        RiskMarker.objects.filter(person_id__in=ids, to_at=None).values_list("person_id", flat=True)
    )
    told = Notification.objects.filter(person_id__in=ids, sent_at__gte=since, sent_at__lt=now)
    notified = Counter(told.values_list("person_id", flat=True))
    arrested = Counter(
        person_id
        for person_id, answer, result in told.values_list("person_id", "answer", "result")
        if answer == Answer.ARREST or result == Result.ARRESTED
    )
    hearings = Counter(
        person_id
        for person_id, _ in set(
            StepTaken.objects.filter(
                case__person_id__in=ids, hearing_at__gte=since, hearing_at__lte=now
            ).values_list("case__person_id", "hearing_at")
        )
    )
    offered, names = offers_met(ids), people_of(ids)
    return tuple(
        Profile(
            one, names[one], Standing(standings[one]), one in vulnerable, one in risks,
            notified[one], arrested[one], hearings[one],
            round(custody_days(offered.get(one, ()), from_at=since, now=now)),
        )
        for one in ids
    )  # fmt: skip


def _vulnerable(ids: Collection[int]) -> set[int]:
    """Of whom the newest record of any order says that there is something."""
    newest = {
        (person_id, order): words
        for person_id, order, words in NecessityRecord.objects.filter(person_id__in=ids)
        .order_by("version", "pk")
        .values_list("person_id", "order_reference", "vulnerability")
    }
    return {person_id for (person_id, _), words in newest.items() if words.strip()}
