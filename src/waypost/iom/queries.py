"""What may be asked of IOM: who is in and who is drifting, what is over its time, one person.

Everybody is within the asker's scope for the permission; a limited person who is not theirs, and
intelligence whose marks leave them out, are as if they were not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer, Organisation
from waypost.access.values import Permission, Posted, Purpose
from waypost.iom.deciding import acts_of, can_see
from waypost.iom.drifting import Drift, Verdict, drift_of
from waypost.iom.gathering import drift_facts, late_of, readable, stages_met
from waypost.iom.models import (
    Action,
    AgendaItem,
    CohortDecision,
    Conference,
    Entry,
    Member,
    Offer,
    OfferMove,
    Task,
)
from waypost.iom.scope import bodies_of, checked, marks_of, member_of
from waypost.iom.stages import Met, due_at, missing
from waypost.iom.values import (
    ACTION_TARGET,
    COHORTS,
    NEXT_ACTION,
    NEXT_OFFER,
    OFFER_TARGET,
    STAGE_WORDS,
    TASK_KIND_WORDS,
    ActionAct,
    ActionStatus,
    ConferenceStatus,
    Criterion,
    Late,
    OfferAct,
    OfferStatus,
    Stage,
    Standing,
    TaskKind,
    TaskStatus,
)
from waypost.orders.models import Person
from waypost.orders.queries import case_of, visible_person_ids
from waypost.review.scope import unit_ids

VERDICT_ORDER = (Verdict.DRIFTING, Verdict.WATCH, Verdict.CANNOT_TELL, Verdict.STEADY)
STILL_OUT = (TaskStatus.SENT, TaskStatus.ACCEPTED)


@dataclass(frozen=True, slots=True)
class MemberRow:
    person_id: int
    reference: str
    name: str
    standing: Standing
    since: datetime
    drift: Drift
    actions_late: int
    offers_late: int


@dataclass(frozen=True, slots=True)
class AgreedRow:
    """An action as lists show it."""

    action_id: int
    person_id: int
    person: str
    what: str
    agency: str
    owner: str
    due_at: datetime
    overdue: bool
    status: ActionStatus
    words: str
    version: int
    acts: tuple[ActionAct, ...]


@dataclass(frozen=True, slots=True)
class ConferenceRow:
    conference_id: int
    title: str
    at: datetime
    place: str
    status: ConferenceStatus
    people: int


@dataclass(frozen=True, slots=True)
class CohortPage:
    """Who is in, who is drifting, what was agreed last time."""

    rows: tuple[MemberRow, ...]
    agreed: tuple[AgreedRow, ...]  # at the last conference that was held, and what is open of it
    last: ConferenceRow | None
    next: ConferenceRow | None
    late: int
    may_write: bool

    @property
    def drifting(self) -> int:
        return sum(one.drift.verdict is Verdict.DRIFTING for one in self.rows)


@dataclass(frozen=True, slots=True)
class DecisionSeen:
    at: datetime
    before: Standing
    after: Standing
    criteria: tuple[Criterion, ...]
    reasons: str
    by_meeting: bool
    decided_by: str
    conference_id: int | None
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class OfferSeen:
    offer: Offer
    status: OfferStatus
    overdue: bool
    moves: tuple[tuple[OfferMove, str], ...]
    acts: tuple[OfferAct, ...]


@dataclass(frozen=True, slots=True)
class EntrySeen:
    entry: Entry
    entered_by: str
    bodies: tuple[str, ...]
    review_late: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    person_id: int
    reference: str
    name: str
    standing: Standing
    since: datetime | None
    unit: str
    version: int
    drift: Drift | None
    decisions: tuple[DecisionSeen, ...]
    offers: tuple[OfferSeen, ...]
    missing: tuple[Met, ...]
    actions: tuple[AgreedRow, ...]
    tasks: tuple[Task, ...]
    entries: tuple[EntrySeen, ...]
    meetings: tuple[AgendaItem, ...]  # of which something was decided, the newest first
    may_write: bool
    may_offer: bool
    may_task: bool
    may_read_intelligence: bool
    may_enter: bool


def member_ids(by: Posted, *, now: datetime) -> list[int]:
    """Members whom the asker may know of: of a unit's officer, those of their units."""
    rows = Member.objects.exclude(standing=Standing.OUT)
    if may.decide(by, Permission.IOM_WRITE).allowed and not by.is_machine:
        rows = rows.filter(unit_id__in=unit_ids(by))
    seen = visible_person_ids(by, Permission.IOM_READ, now=now)
    if seen is not None:
        rows = rows.filter(person_id__in=seen)
    return list(rows.order_by("person_id").values_list("person_id", flat=True))


@transaction.atomic
def cohort_page(by: Posted, *, now: datetime) -> CohortPage:
    """The coordinator's first page. Whoever is drifting stands first."""
    may.check(by, Permission.IOM_READ)
    ids = member_ids(by, now=now)
    members = Member.objects.filter(person_id__in=ids).select_related("person")
    facts, late = drift_facts(ids, by, now), late_of(ids, now)
    rows = [
        MemberRow(
            one.person_id, one.person.reference, one.person.full_name or one.person.reference,
            Standing(one.standing), one.since, drift_of(facts[one.person_id]), *late[one.person_id],
        )
        for one in members
    ]  # fmt: skip
    rows.sort(key=lambda one: (VERDICT_ORDER.index(one.drift.verdict),
                               COHORTS.index(one.standing), one.reference))  # fmt: skip
    last = _conference(by, ids, ConferenceStatus.HELD, ConferenceStatus.CLOSED, newest=True)
    page = CohortPage(
        tuple(rows), _agreed_at(last, ids, by, now) if last else (), last,
        _conference(by, ids, ConferenceStatus.PLANNED, newest=False),
        len(late_list(by, now=now)), may.decide(by, Permission.IOM_WRITE).allowed,
    )  # fmt: skip
    audit.record("cohort:viewed", by=by, at=now, purpose=Purpose.SUPERVISION,
                 detail={"people": len(rows)})  # fmt: skip
    return page


def late_list(by: Posted, *, now: datetime) -> tuple[Late, ...]:
    """All that is over its time about the asker's members, on one list, the oldest first: offers
    owed, stages without an offer, actions, answers and returns of police teams, reviews."""
    may.check(by, Permission.IOM_READ)
    ids = member_ids(by, now=now)
    late = [*_late_offers(ids, now), *_late_actions(ids, now), *_unoffered(ids, by, now)]
    if may.decide(by, Permission.TASK_SEND).allowed:
        late += _late_tasks(readable(ids, Permission.TASK_SEND, by, now), now)
    if may.decide(by, Permission.INTELLIGENCE_WRITE).allowed:
        late += _late_reviews(ids, by, now)
    return tuple(sorted(late, key=lambda one: (one.due_at, one.person_id, one.what)))


def _late_offers(ids: Collection[int], now: datetime) -> Iterable[Late]:
    rows = Offer.objects.filter(person_id__in=ids, status=OfferStatus.OWED, due_at__lt=now)
    for one in rows:
        yield Late("offer", one.pk, one.person_id, f"Offer at {STAGE_WORDS[Stage(one.stage)]}",
                   f"{one.owner}, {one.agency}", one.due_at)  # fmt: skip


def _late_actions(ids: Collection[int], now: datetime) -> Iterable[Late]:
    rows = Action.objects.filter(person_id__in=ids, status=ActionStatus.OPEN, due_at__lt=now)
    for one in rows:
        yield Late("action", one.pk, one.person_id, f"Action: {one.what}",
                   f"{one.owner}, {one.agency}", one.due_at)  # fmt: skip


def _late_tasks(ids: Collection[int], now: datetime) -> Iterable[Late]:
    rows = Task.objects.filter(person_id__in=ids, status__in=STILL_OUT)
    for one in rows.select_related("team__organisation"):
        answered = one.status == TaskStatus.ACCEPTED
        by_when = one.return_by if answered else one.answer_by
        if by_when < now:
            words = "Return of a task" if answered else "Answer to a task"
            kind = TASK_KIND_WORDS[TaskKind(one.kind)]
            yield Late("task", one.pk, one.person_id, f"{words}: {kind}",
                       f"{one.team.organisation}, {one.team}", by_when)  # fmt: skip


def _late_reviews(ids: Collection[int], by: Posted, now: datetime) -> Iterable[Late]:
    allowed = readable(ids, Permission.INTELLIGENCE_WRITE, by, now)
    rows = Entry.objects.filter(person_id__in=allowed, ended_at=None, review_at__lt=now)
    units, bodies = unit_ids(by), bodies_of(by)
    for one in rows.select_related("unit"):
        if can_see(marks_of(one), by.officer_id, units, bodies):
            yield Late("review", one.pk, one.person_id, "Intelligence to be looked at again",
                       str(one.unit), one.review_at)  # fmt: skip


def _unoffered(ids: Collection[int], by: Posted, now: datetime) -> Iterable[Late]:
    units = {
        person_id: (since, name)
        for person_id, since, name in _selected(ids)
    }  # fmt: skip
    met = stages_met({one: units[one][0] for one in units}, by, now)
    offered = offers_met(ids)
    for person_id, stages in met.items():
        for one in missing(stages, offered.get(person_id, ())):
            if due_at(one) < now:
                yield Late("missing_offer", None, person_id,
                           f"No offer is recorded at {STAGE_WORDS[one.stage]}",
                           units[person_id][1], due_at(one))  # fmt: skip


def _selected(ids: Collection[int]) -> list[tuple[int, datetime, str]]:
    """When each was last selected out of no cohort, and by which unit."""
    rows = CohortDecision.objects.filter(person_id__in=ids, from_standing=Standing.OUT).order_by(
        "decided_at", "pk"
    )
    found = {one[0]: one for one in rows.values_list("person_id", "decided_at", "unit__name")}
    return list(found.values())


def offers_met(ids: Collection[int]) -> dict[int, list[Met]]:
    """Stages of which an offer is recorded, by person."""
    found: dict[int, list[Met]] = {}
    rows = Offer.objects.filter(person_id__in=ids)
    for person_id, stage, at in rows.values_list("person_id", "stage", "reached_at"):
        found.setdefault(person_id, []).append(Met(Stage(stage), at))
    return found


@transaction.atomic
def person_page(person_id: int, by: Posted, *, now: datetime) -> PersonPage:
    """One person's way through IOM; opening it leaves the line iom:viewed."""
    case = checked(person_id, Permission.IOM_READ, by, now)
    person, member = Person.objects.get(pk=person_id), member_of(person_id)
    standing = Standing(member.standing) if member else Standing.OUT
    is_in = standing is not Standing.OUT
    reads_intelligence = may.decide(by, Permission.INTELLIGENCE_READ, case).allowed
    entries = entries_of(person_id, by, now=now) if reads_intelligence else ()
    page = PersonPage(
        person_id, person.reference, person.full_name or person.reference, standing,
        member.since if member else None, str(member.unit) if member and is_in else "",
        member.version if member else 0,
        drift_of(drift_facts([person_id], by, now)[person_id]) if is_in else None,
        _decisions(person_id), _offers(person_id, now), _missing(person_id, by, now, is_in),
        actions_of([person_id], by, now=now),
        tuple(Task.objects.filter(person_id=person_id).select_related("team__organisation")
              .order_by("-sent_at", "-pk"))
        if may.decide(by, Permission.TASK_SEND, case).allowed else (),
        entries,
        tuple(
            AgendaItem.objects.filter(person_id=person_id, decided_at__isnull=False)
            .select_related("conference")
            .order_by("-conference__at")
        ),
        may.decide(by, Permission.IOM_WRITE, case).allowed,
        may.decide(by, Permission.IOM_OFFER, case).allowed,
        is_in and may.decide(by, Permission.TASK_SEND, case).allowed,
        reads_intelligence,
        is_in and may.decide(by, Permission.INTELLIGENCE_WRITE, case).allowed,
    )  # fmt: skip
    if entries:  # a line of its own: the person is not told of it (access/queries.py)
        audit.record(
            "intelligence:viewed", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
            detail={"entries": [one.entry.pk for one in entries]},
        )  # fmt: skip
    audit.record("iom:viewed", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION)
    return page


def standing_of(person_id: int, by: Posted, *, now: datetime) -> Standing | None:
    """For the person's own page: where they stand; None for who may not read it."""
    if not may.decide(by, Permission.IOM_READ, case_of(person_id, now=now)).allowed:
        return None
    member = member_of(person_id)
    return Standing(member.standing) if member else Standing.OUT


def entries_of(person_id: int, by: Posted, *, now: datetime) -> tuple[EntrySeen, ...]:
    """Intelligence that its marks let the asker see, newest first; none of the rest, nor how much.
    The caller asked "may I?" of the person."""
    rows = Entry.objects.filter(person_id=person_id).order_by("-known_at", "-pk")
    units, bodies = unit_ids(by), bodies_of(by)
    seen = [one for one in rows if can_see(marks_of(one), by.officer_id, units, bodies)]
    names = names_of(one.entered_by_id for one in seen)
    called = dict(
        Organisation.objects.filter(
            pk__in={number for one in seen for number in one.organisation_ids}
        ).values_list("pk", "name")
    )
    return tuple(
        EntrySeen(
            one, names.get(one.entered_by_id or 0, "Waypost"),
            tuple(called[number] for number in one.organisation_ids if number in called),
            one.ended_at is None and one.review_at < now,
        )
        for one in seen
    )  # fmt: skip


def _decisions(person_id: int) -> tuple[DecisionSeen, ...]:
    rows = list(CohortDecision.objects.filter(person_id=person_id).order_by("-decided_at", "-pk"))
    names = names_of(one.recorded_by_id for one in rows)
    return tuple(
        DecisionSeen(
            one.decided_at, Standing(one.from_standing), Standing(one.to_standing),
            tuple(Criterion(each) for each in one.criteria), one.reasons, one.by_meeting,
            one.decided_by, one.conference_id, one.recorded_at,
            names.get(one.recorded_by_id or 0, "Waypost"),
        )
        for one in rows
    )  # fmt: skip


def _offers(person_id: int, now: datetime) -> tuple[OfferSeen, ...]:
    rows = Offer.objects.filter(person_id=person_id).prefetch_related("moves")
    offers = list(rows.order_by("-reached_at", "-pk"))
    names = names_of(move.officer_id for one in offers for move in one.moves.all())
    return tuple(
        OfferSeen(
            one, OfferStatus(one.status), one.status == OfferStatus.OWED and one.due_at < now,
            tuple((move, names.get(move.officer_id or 0, "Waypost"))
                  for move in sorted(one.moves.all(), key=lambda each: each.pk)),
            acts_of(OfferStatus(one.status), NEXT_OFFER, OFFER_TARGET),
        )
        for one in offers
    )  # fmt: skip


def _missing(person_id: int, by: Posted, now: datetime, is_in: bool) -> tuple[Met, ...]:
    selected = _selected([person_id]) if is_in else []
    if not selected:
        return ()
    met = stages_met({person_id: selected[0][1]}, by, now)
    return missing(met.get(person_id, ()), offers_met([person_id]).get(person_id, ()))


def actions_of(
    ids: Collection[int], by: Posted, *, now: datetime, conference_id: int | None = None
) -> tuple[AgreedRow, ...]:
    """Actions about these persons, those that are open first, the soonest due first. The caller
    asked "may I?"."""
    rows = Action.objects.filter(person_id__in=ids).select_related("person")
    if conference_id is not None:
        rows = rows.filter(conference_id=conference_id)
    writes = may.decide(by, Permission.IOM_WRITE).allowed
    return tuple(
        AgreedRow(
            one.pk, one.person_id, one.person.full_name or one.person.reference, one.what,
            one.agency, one.owner, one.due_at,
            one.status == ActionStatus.OPEN and one.due_at < now, ActionStatus(one.status),
            one.settled_words, one.version,
            acts_of(ActionStatus(one.status), NEXT_ACTION, ACTION_TARGET)
            if writes or (by.officer_id is not None and one.owner_id == by.officer_id) else (),
        )
        for one in sorted(rows, key=lambda each: (each.status != ActionStatus.OPEN, each.due_at,
                                                  each.pk))
    )  # fmt: skip


def _agreed_at(
    last: ConferenceRow, ids: Collection[int], by: Posted, now: datetime
) -> tuple[AgreedRow, ...]:
    return actions_of(ids, by, now=now, conference_id=last.conference_id)


def _conference(
    by: Posted, ids: Collection[int], *statuses: ConferenceStatus, newest: bool
) -> ConferenceRow | None:
    rows = Conference.objects.filter(unit_id__in=unit_ids(by), status__in=statuses)
    found = rows.order_by("-at" if newest else "at", "pk").first()
    return conference_row(found, ids) if found else None


def conference_row(found: Conference, ids: Collection[int] | None) -> ConferenceRow:
    """ids: those whom the asker may know of; None: everybody."""
    items = found.items.all()
    people = items.count() if ids is None else items.filter(person_id__in=ids).count()
    return ConferenceRow(
        found.pk, found.title, found.at, found.place, ConferenceStatus(found.status), people
    )


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}


def people_of(ids: Collection[int]) -> dict[int, str]:
    """Persons as they are called. The caller asked "may I?"."""
    return {one.pk: one.full_name or one.reference for one in Person.objects.filter(pk__in=ids)}
