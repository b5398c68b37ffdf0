"""What stands around the plans: contacts, visits, what happened to the sentence, and markers.

add_contact, end_contact
plan_visit, open_visit_facts, move_visit
record_event, take_event_back        recall, release, the final third's reset
set_marker, move_marker              MAPPA and MARAC, for who may know of them
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from waypost.access import audit
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX
from waypost.plans.actions import MOVED_FIRST
from waypost.plans.deciding import check_moves
from waypost.plans.gathering import facts_of
from waypost.plans.models import Around, Marker, MarkerMove, PlannedVisit, SentenceEvent
from waypost.plans.scope import checked, line, said, today
from waypost.plans.values import (
    MAPPA_CATEGORIES,
    MAPPA_LEVELS,
    NEXT,
    STARTS,
    ContactKind,
    Cycle,
    Facts,
    LicenceKind,
    VisitStatus,
    VisitWhere,
)

NO_SUCH = "There is no such entry."
AHEAD_MAX = timedelta(days=366)
FACTS_BEFORE = timedelta(days=28)
# What may follow on the newest event of a sentence; None: there is none yet.
FOLLOWS: dict[LicenceKind | None, frozenset[LicenceKind]] = {
    None: frozenset({LicenceKind.RECALLED, LicenceKind.RESET}),
    LicenceKind.RECALLED: frozenset({LicenceKind.RELEASED}),
    LicenceKind.RELEASED: frozenset({LicenceKind.RECALLED, LicenceKind.RESET}),
    LicenceKind.RESET: frozenset({LicenceKind.RESET_ENDED, LicenceKind.RECALLED}),
    LicenceKind.RESET_ENDED: frozenset({LicenceKind.RECALLED, LicenceKind.RESET}),
}


@dataclass(frozen=True, slots=True)
class Marked:
    """What a form gives for a marker. category, level: of MAPPA alone."""

    lead: str
    from_on: date
    next_on: date | None = None
    category: int | None = None
    level: int | None = None
    words: str = ""


@transaction.atomic
def add_contact(
    person_id: int, kind: ContactKind, name: str, reach: str, words: str, *, by: Posted,
    now: datetime,
) -> int:  # fmt: skip
    checked(person_id, Permission.PLAN_WRITE, by=by, now=now)
    made = Around.objects.create(
        person_id=person_id, kind=kind.value, from_at=now, made_by_id=by.officer_id,
        name=said(name, "Say who it is.", least=2, limit=120),
        reach=said(reach, "Say how they are reached, shortly.", least=0, limit=200),
        words=line(words, "Say less.", least=0),
    )  # fmt: skip
    _record("plan:contact_added", person_id, by, now, entry=made.pk)
    return int(made.pk)


@transaction.atomic
def end_contact(person_id: int, number: int, *, by: Posted, now: datetime) -> None:
    checked(person_id, Permission.PLAN_WRITE, by=by, now=now)
    mine = Around.objects.filter(pk=min(number, NUMBER_MAX), person_id=person_id, to_at=None)
    if not mine.update(to_at=now, ended_by_id=by.officer_id):
        raise Conflict("This contact is ended already, or there is none.")
    _record("plan:contact_ended", person_id, by, now, entry=number)


@transaction.atomic
def plan_visit(
    person_id: int, at: datetime, where: VisitWhere, words: str, *, by: Posted, now: datetime
) -> int:
    checked(person_id, Permission.PLAN_WRITE, by=by, now=now)
    if not now < at <= now + AHEAD_MAX:
        raise Refused("Name a time to come, within a year.")
    made = PlannedVisit.objects.create(
        person_id=person_id, at=at, where=where.value, status=STARTS[Cycle.VISIT],
        words=line(words, "Say what it is for."), made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    _record("visit:planned", person_id, by, now, visit=made.pk)
    return int(made.pk)


@transaction.atomic
def open_visit_facts(person_id: int, number: int, *, by: Posted, now: datetime) -> Facts:
    """The facts since the visit that was made before, or of four weeks; the first time that they
    are opened for a visit stands beside it."""
    found = _visit(person_id, number, by, now)
    made = PlannedVisit.objects.filter(person_id=person_id, status=VisitStatus.MADE, at__lt=now)
    before = made.order_by("-at").values_list("at", flat=True).first()
    facts = facts_of(person_id, before or now - FACTS_BEFORE, by=by, now=now)
    PlannedVisit.objects.filter(pk=found.pk, facts_at=None).update(facts_at=now)
    _record("visit:facts_opened", person_id, by, now, visit=found.pk)
    return facts


@transaction.atomic
def move_visit(
    person_id: int, number: int, after: VisitStatus, why: str, *, by: Posted, now: datetime
) -> None:
    found = _visit(person_id, number, by, now)
    check_moves(Cycle.VISIT, found.status, after)
    if after in {VisitStatus.MADE, VisitStatus.MISSED} and found.at > now:
        raise Refused("This visit is still to come; call it off, or wait for its time.")
    saved = PlannedVisit.objects.filter(pk=found.pk, status=found.status).update(
        status=after.value, moved_at=now, moved_by_id=by.officer_id,
        moved_why=line(why, "Say in a few words how it went, or why it did not."),
    )  # fmt: skip
    if not saved:
        raise Conflict(MOVED_FIRST)
    _record("visit:moved", person_id, by, now, visit=found.pk, to=after.value)


@transaction.atomic
def record_event(
    person_id: int, kind: LicenceKind, on_day: date, words: str, *, by: Posted, now: datetime
) -> int:
    """A recall, release or reset as it happened. What is due follows it; no order is changed."""
    checked(person_id, Permission.PLAN_WRITE, by=by, now=now)
    rows = SentenceEvent.objects.filter(person_id=person_id, taken_back_at=None)
    last = rows.select_for_update().order_by("on_day", "pk").last()
    before = LicenceKind(last.kind) if last else None
    if kind not in FOLLOWS[before]:
        raise Refused(
            "That cannot follow on what was recorded last; take that back if it is wrong."
        )
    if on_day > today(now) or (last is not None and on_day < last.on_day):
        raise Refused("Name the day on which it happened: not one to come, nor before the last.")
    made = SentenceEvent.objects.create(
        person_id=person_id, kind=kind.value, on_day=on_day, made_at=now,
        made_by_id=by.officer_id, words=line(words, "Say who decided it, and where that is kept."),
    )  # fmt: skip
    _record("sentence:event_recorded", person_id, by, now, event=made.pk, kind=kind.value)
    return int(made.pk)


@transaction.atomic
def take_event_back(person_id: int, number: int, why: str, *, by: Posted, now: datetime) -> None:
    """Recorded by mistake: it stays to be seen, with why. Only the newest can be taken back."""
    checked(person_id, Permission.PLAN_WRITE, by=by, now=now)
    rows = SentenceEvent.objects.filter(person_id=person_id, taken_back_at=None)
    last = rows.order_by("on_day", "pk").last()
    if last is None or last.pk != number:
        raise Refused("Only the newest of these can be taken back.")
    said_why = line(why, "Say in a few words why it is taken back.")
    if not rows.filter(pk=number).update(
        taken_back_at=now, taken_back_by_id=by.officer_id, taken_back_why=said_why
    ):
        raise Conflict(MOVED_FIRST)
    _record("sentence:event_taken_back", person_id, by, now, event=number)


@transaction.atomic
def set_marker(person_id: int, scheme: Cycle, marked: Marked, *, by: Posted, now: datetime) -> int:
    """Record that agencies look after a danger together, since a day. One is open of each."""
    checked(person_id, Permission.MARKER_WRITE, by=by, now=now)
    _check_marked(scheme, marked, now)
    ends = [status for status, after in NEXT[scheme].items() if not after]
    same = Marker.objects.filter(person_id=person_id, scheme=scheme.value)
    if same.exclude(status__in=ends).exists():
        raise Conflict("One is open already; move that one.")
    made = Marker.objects.create(
        person_id=person_id, scheme=scheme.value, status=STARTS[scheme], category=marked.category,
        level=marked.level, lead=said(marked.lead, "Say which agency leads.", least=2, limit=120),
        words=said(marked.words, "Say less.", least=0), from_on=marked.from_on,
        next_on=marked.next_on, made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    _moved(made, "", made.status, marked.from_on, "", by, now)
    return int(made.pk)


@transaction.atomic
def move_marker(
    person_id: int, number: int, after: str, on_day: date, words: str, *, by: Posted,
    now: datetime, next_on: date | None = None, level: int | None = None,
) -> None:  # fmt: skip
    """Heard, managed, ended: on which day, and what was decided; the level where it changes."""
    checked(person_id, Permission.MARKER_WRITE, by=by, now=now)
    rows = Marker.objects.filter(pk=min(number, NUMBER_MAX), person_id=person_id)
    found = rows.first()
    if found is None:
        raise NoSuchThing(NO_SUCH)
    scheme, before = Cycle(found.scheme), found.status
    check_moves(scheme, before, after)
    if not found.from_on <= on_day <= today(now):
        raise Refused("Name the day on which it happened: not before it began, and not to come.")
    if level is not None and level not in MAPPA_LEVELS:
        raise Refused("Choose the level, 1 to 3.")
    told = line(words, "Say in a few words what was decided.")
    kept = level if scheme is Cycle.MAPPA and level else found.level
    if not rows.filter(version=found.version).update(
        status=after, level=kept, next_on=next_on, version=F("version") + 1
    ):
        raise Conflict(MOVED_FIRST)
    found.level = kept
    _moved(found, before, after, on_day, told, by, now)


def _check_marked(scheme: Cycle, marked: Marked, now: datetime) -> None:
    if scheme not in {Cycle.MAPPA, Cycle.MARAC}:
        raise Refused("Choose MAPPA or MARAC.")
    if marked.from_on > today(now):
        raise Refused("Name the day since when it is so; that day has not come yet.")
    if scheme is Cycle.MAPPA and (
        marked.category not in MAPPA_CATEGORIES or marked.level not in MAPPA_LEVELS
    ):
        raise Refused("Choose the MAPPA category, 1 to 4, and the level, 1 to 3.")


def _moved(
    made: Marker, before: str, after: str, on_day: date, words: str, by: Posted, now: datetime
) -> None:
    MarkerMove.objects.create(
        marker=made, on_day=on_day, from_status=before, to_status=after, level=made.level,
        words=words, at=now, officer_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "marker:set" if not before else "marker:moved", by=by, at=now, about=made.person_id,
        purpose=Purpose.SAFEGUARDING, detail={"marker": made.pk},
    )  # fmt: skip


def _visit(person_id: int, number: int, by: Posted, now: datetime) -> PlannedVisit:
    checked(person_id, Permission.PLAN_WRITE, by=by, now=now)
    rows = PlannedVisit.objects.filter(pk=min(number, NUMBER_MAX), person_id=person_id)
    found = rows.first()
    if found is None:
        raise NoSuchThing(NO_SUCH)
    return found


def _record(line_: str, person_id: int, by: Posted, now: datetime, /, **detail: object) -> None:
    audit.record(line_, by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION, detail=detail)
