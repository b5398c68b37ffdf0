"""Conferences as their unit sees them; the agenda, made from facts at the time of asking.

Each fact is asked as its own room would let the asker: what they may not read of is None. People
whom they may not know of are left out, of the count too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.documents.queries import Listed, documents_about
from waypost.enforcement.models import BreachCase
from waypost.iom.deciding import acts_of
from waypost.iom.drifting import LOOKED_AT, Drift, drift_of
from waypost.iom.gathering import (
    drift_facts,
    open_alerts,
    readable,
    upheld_since,
)
from waypost.iom.models import Action, AgendaItem, Attendance, CohortDecision, Conference, Offer
from waypost.iom.queries import (
    AgreedRow,
    ConferenceRow,
    actions_of,
    conference_row,
    member_ids,
    names_of,
    people_of,
)
from waypost.iom.scope import find_conference
from waypost.iom.values import (
    ABOUT_CONFERENCE,
    CONFERENCE_TARGET,
    NEXT_CONFERENCE,
    STAGE_WORDS,
    STANDING_WORDS,
    ActionStatus,
    ConferenceAct,
    ConferenceStatus,
    OfferStatus,
    Stage,
    Standing,
)
from waypost.monitoring.strip_queries import PersonStrips, person_strips
from waypost.orders.queries import cases_of
from waypost.review.of_people import ReviewOf, reviews_of
from waypost.review.scope import unit_ids
from waypost.rules.strip import Figures, Shade
from waypost.telling.weeks import MONITORED_MIN

BROKEN = frozenset({Shade.VIOLATED, Shade.POSSIBLE})
STRIP_DAYS_MAX = 28


@dataclass(frozen=True, slots=True)
class DaysKept:
    """Local days on which something was asked: kept whole, broken, and that cannot be told. A day
    that is broken is not untold as well."""

    kept: int
    broken: int
    untold: int

    @property
    def asked(self) -> int:
        return self.kept + self.broken + self.untold


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person since the last conference. None: the asker may not read of it."""

    since: datetime
    drift: Drift
    days: DaysKept | None
    upheld: int | None
    open_alerts: int | None
    breaches: int | None  # cases that are open
    actions_done: int
    actions_open: int
    actions_late: int
    offers: tuple[str, ...]  # owed, with who owes them
    changes: tuple[str, ...]  # of cohort
    reviews: tuple[ReviewOf, ...]  # matches that the asker has open


@dataclass(frozen=True, slots=True)
class ItemSeen:
    item_id: int
    person_id: int
    name: str
    why: str
    facts: Facts
    decision: str
    decided_by: str
    version: int
    actions: tuple[AgreedRow, ...]  # agreed at this conference
    earlier: tuple[AgreedRow, ...]  # of before, that are open, or were settled since


@dataclass(frozen=True, slots=True)
class ConferencePage:
    row: ConferenceRow
    unit: str
    chair: str
    version: int
    next_at: datetime | None
    items: tuple[ItemSeen, ...]
    attendances: tuple[Attendance, ...]
    acts: tuple[ConferenceAct, ...]
    papers: tuple[Listed, ...]
    unopened: int  # matches referred to the unit, about people on the agenda, not opened
    may_write: bool
    others: tuple[tuple[int, str], ...]  # members who are not on the agenda


def conferences(by: Posted, *, now: datetime) -> tuple[ConferenceRow, ...]:
    """Of the asker's units: those to come, the soonest first, then those that were."""
    may.check(by, Permission.IOM_READ)
    rows = Conference.objects.filter(unit_id__in=unit_ids(by))
    to_come = [one for one in rows.order_by("at") if one.status == ConferenceStatus.PLANNED]
    were = [one for one in rows.order_by("-at") if one.status != ConferenceStatus.PLANNED]
    known = _known({item for one in rows for item in _ids(one)}, by, now)
    return tuple(conference_row(one, known) for one in (*to_come, *were))


@transaction.atomic
def conference_page(conference_id: int, by: Posted, *, now: datetime) -> ConferencePage:
    """One conference with its agenda; opening it leaves the line conference:viewed."""
    found = find_conference(conference_id, by)
    known = _known(_ids(found), by, now)
    items = list(found.items.filter(person_id__in=known).order_by("pk"))
    seen = items_of(found, items, by, now)
    reviews = reviews_of(known, by, now=now)
    status = ConferenceStatus(found.status)
    writes = may.decide(by, Permission.IOM_WRITE).allowed
    others = sorted(set(member_ids(by, now=now)) - _ids(found)) if writes else []
    page = ConferencePage(
        conference_row(found, known), str(found.unit), found.chair, found.version, found.next_at,
        seen, tuple(found.attendances.order_by("-present", "agency", "name")),
        acts_of(status, NEXT_CONFERENCE, CONFERENCE_TARGET) if writes else (),
        tuple(documents_about(f"{ABOUT_CONFERENCE}:{found.pk}"))
        if len(known) == len(_ids(found)) else (),
        reviews.unopened, writes, tuple(people_of(others).items()),
    )  # fmt: skip
    audit.record(
        "conference:viewed", by=by, at=now, purpose=Purpose.SUPERVISION,
        detail={"conference": found.pk, "people": sorted(known),
                "reviews": [one.review_id for one in reviews.opened]},
    )  # fmt: skip
    return page


def items_of(
    found: Conference, items: Sequence[AgendaItem], by: Posted, now: datetime
) -> tuple[ItemSeen, ...]:
    """The agenda with its facts, in the order in which people were put on it."""
    ids = [one.person_id for one in items]
    facts = facts_of(found, ids, by, now)
    names, deciders = people_of(ids), names_of(one.decided_by_id for one in items)
    mine = actions_of(ids, by, now=now, conference_id=found.pk)
    numbers = {one.action_id for one in mine}
    before = [
        one for one in actions_of(ids, by, now=now)
        if one.action_id not in numbers and one.status is ActionStatus.OPEN
    ]  # fmt: skip
    return tuple(
        ItemSeen(
            one.pk, one.person_id, names[one.person_id], one.why, facts[one.person_id],
            one.decision, deciders.get(one.decided_by_id or 0, ""), one.version,
            tuple(each for each in mine if each.person_id == one.person_id),
            tuple(each for each in before if each.person_id == one.person_id),
        )
        for one in items
    )  # fmt: skip


def since_of(found: Conference) -> datetime:
    """Since when facts are gathered: the unit's last conference before this one that was held, or
    as long as drifting looks back."""
    held = (ConferenceStatus.HELD, ConferenceStatus.CLOSED)
    last = Conference.objects.filter(unit_id=found.unit_id, status__in=held, at__lt=found.at)
    at = last.order_by("-at").values_list("at", flat=True).first()
    return at or found.at - LOOKED_AT


def facts_of(
    found: Conference, ids: Collection[int], by: Posted, now: datetime
) -> dict[int, Facts]:
    """What is known of each since the last time."""
    since = min(since_of(found), now)
    alerts = readable(ids, Permission.ALERT_READ, by, now)
    cases = readable(ids, Permission.BREACH_READ, by, now)
    orders = readable(ids, Permission.PERSON_READ, by, now)
    upheld, opened = upheld_since(alerts, since, now), open_alerts(alerts)
    breaches = list(
        BreachCase.objects.filter(person_id__in=cases, closed_at=None).values_list(
            "person_id", flat=True
        )
    )
    drifts = drift_facts(ids, by, now)
    actions = actions_of(ids, by, now=now)
    reviews = reviews_of(ids, by, now=now).opened
    settled = _settled(ids, since)
    return {
        one: Facts(
            since, drift_of(drifts[one]),
            _days_kept(one, since, by, now) if one in orders else None,
            upheld[one] if one in alerts else None,
            opened[one] if one in alerts else None,
            breaches.count(one) if one in cases else None,
            settled.count(one),
            sum(each.person_id == one and each.status is ActionStatus.OPEN for each in actions),
            sum(each.person_id == one and each.overdue for each in actions),
            _owed(one), _changes(one, since),
            tuple(each for each in reviews if each.person_id == one),
        )
        for one in ids
    }  # fmt: skip


def days_kept(found: PersonStrips) -> DaysKept:
    """Of the days of the strips. A day is kept as a week is (telling/weeks.py): nothing broken, and
    the tag located in most of the time that each requirement asked; what is yet to come, or to be
    judged, leaves its day out."""
    days: dict[date, list[Figures]] = {}
    for requirement in found.requirements:
        for day in requirement.strip.days:
            if day.figures.required:
                days.setdefault(day.day.day, []).append(day.figures)
    kept = broken = untold = 0
    for asked in days.values():
        if any(one.of(*BROKEN) for one in asked):
            broken += 1
        elif any(one.of(Shade.TO_COME) for one in asked):
            continue
        elif all(one.of(Shade.KEPT) >= MONITORED_MIN * one.required for one in asked):
            kept += 1
        else:
            untold += 1
    return DaysKept(kept, broken, untold)


def _days_kept(person_id: int, since: datetime, by: Posted, now: datetime) -> DaysKept:
    count = min(max((now - since).days, 1), STRIP_DAYS_MAX)
    return days_kept(person_strips(person_id, by=by, now=now, count=count))


def _settled(ids: Collection[int], since: datetime) -> list[int]:
    rows = Action.objects.filter(person_id__in=ids, status=ActionStatus.DONE, settled_at__gte=since)
    return list(rows.values_list("person_id", flat=True))


def _owed(person_id: int) -> tuple[str, ...]:
    rows = Offer.objects.filter(person_id=person_id, status=OfferStatus.OWED).order_by("due_at")
    return tuple(f"{STAGE_WORDS[Stage(one.stage)]}: {one.owner}, {one.agency}" for one in rows)


def _changes(person_id: int, since: datetime) -> tuple[str, ...]:
    rows = CohortDecision.objects.filter(person_id=person_id, decided_at__gte=since)
    return tuple(
        f"{STANDING_WORDS[Standing(one.from_standing)]} to "
        f"{STANDING_WORDS[Standing(one.to_standing)].lower()}"
        for one in rows.order_by("decided_at", "pk")
    )


def _ids(found: Conference) -> set[int]:
    return set(found.items.values_list("person_id", flat=True))


def _known(ids: Collection[int], by: Posted, now: datetime) -> set[int]:
    return {
        number
        for number, case in cases_of(ids, now=now).items()
        if may.decide(by, Permission.IOM_READ, case).allowed
    }
