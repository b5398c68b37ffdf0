"""Questions at the start, in the middle and at the end: asked of wearers and of practitioners.

    asked_of(...)     what waits for a wearer, or for the officer about one of their people
    answer(...)       once for each stage and side; every question may be skipped
    status_of(...)    for the case: whether it was answered, never what
    figures(by)       for who evaluates: counts of choices, told as every count is told (cells.py)

Answers stand apart from the case: neither the officer nor anybody at the case reads the wearer's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.queries import case_of, person_orders
from waypost.orders.values import Order, OrderKind
from waypost.voice import questions
from waypost.voice.models import Questionnaire
from waypost.voice.values import QuestionSet, Side, Stage

KEPT_OPEN_DAYS = 60  # after it was due: then nobody remembers, and it waits no more


@dataclass(frozen=True, slots=True)
class AskedSeen:
    """key names it in an address: side, stage and order."""

    person_id: int
    order_id: str
    asked: QuestionSet
    due_at: datetime
    answered_at: datetime | None = None

    @property
    def stage(self) -> Stage:
        return self.asked.stage


@dataclass(frozen=True, slots=True)
class FigureSeen:
    """How one question was answered: (words, told count or None) for each choice."""

    title: str
    side: Side
    stage: Stage
    asks: str
    version: int
    people: int | None
    counts: tuple[tuple[str, int | None], ...]


def own_asked(by: Posted, *, now: datetime) -> list[AskedSeen]:
    """What a wearer is asked now."""
    return [one for one in _asked(_own(by, now), Side.WEARER, now) if one.answered_at is None]


def asked_about(person_id: int, by: Posted, *, now: datetime) -> list[AskedSeen]:
    """What a practitioner is asked now about one of their people."""
    may.check(by, Permission.MEETING_PREPARE, case_of(person_id, now=now))
    return [one for one in _asked(person_id, Side.PRACTITIONER, now) if one.answered_at is None]


def status_of(person_id: int, by: Posted, *, now: datetime) -> list[AskedSeen]:
    """Of both sides, whether each was answered: never what."""
    may.check(by, Permission.MEETING_PREPARE, case_of(person_id, now=now))
    return [one for side in Side for one in _asked(person_id, side, now)]


@transaction.atomic
def answer(
    person_id: int, side: Side, stage: Stage, order_id: str, said: Mapping[str, str], *,
    by: Posted, now: datetime,
) -> None:  # fmt: skip
    """Once: what was answered is not changed afterwards. NoSuchThing where nothing is asked so."""
    if side is Side.WEARER:
        if _own(by, now) != person_id:
            raise NoSuchThing("Nothing is asked here.")
    else:
        may.check(by, Permission.MEETING_PREPARE, case_of(person_id, now=now))
    wanted = [
        one
        for one in _asked(person_id, side, now)
        if (one.stage, one.order_id) == (stage, order_id)
    ]
    if not wanted:
        raise NoSuchThing("Nothing is asked here.")
    [one] = wanted
    if one.answered_at is not None:
        raise Conflict("This was answered already; thank you.")
    answers = questions.read_answers(one.asked, said)
    if not answers:
        raise Refused("Answer at least one question. You may leave out the others.")
    try:
        with transaction.atomic():
            Questionnaire.objects.create(
                person_id=person_id, side=side.value, stage=stage.value, order_reference=order_id,
                set_version=one.asked.version, officer_id=by.officer_id, due_at=one.due_at,
                answered_at=now, answers=answers,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("This was answered already; thank you.") from None
    audit.record(
        "questions:answered", by=by, at=now, about=person_id,
        detail={"side": side.value, "stage": stage.value, "answers": len(answers)},
    )  # fmt: skip


def figures(by: Posted, tell: Callable[[int], int | None]) -> list[FigureSeen]:
    """Counts of choices alone, of everybody's answers; no own words, nobody.

    tell   the rule by which a count is told or not (evaluation/cells.py), which is above this room
    """
    may.check(by, Permission.AGGREGATE_READ)
    counted: dict[tuple[str, str, int, str], dict[str, set[int]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for row in Questionnaire.objects.all():
        for name, said in row.answers.items():
            if "choice" in said:
                key = (row.side, row.stage, row.set_version, name)
                counted[key][said["choice"]].add(row.person_id)
    found = []
    for one in questions.sets():
        for asked in one.questions:
            if not asked.choices:
                continue
            given = counted.get((one.side.value, one.stage.value, one.version, asked.name), {})
            people = {number for persons in given.values() for number in persons}
            found.append(
                FigureSeen(
                    one.title,
                    one.side,
                    one.stage,
                    asked.asks,
                    one.version,
                    tell(len(people)),
                    tuple(
                        (words, tell(len(given.get(value, ())))) for value, words in asked.choices
                    ),
                )
            )
    return found


def _own(by: Posted, now: datetime) -> int:
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    may.check(by, Permission.OWN_VOICE, case_of(by.own_person_id, now=now))
    return by.own_person_id


def _asked(person_id: int, side: Side, now: datetime) -> list[AskedSeen]:
    """Every stage of the person's orders that can be answered by now, answered or not."""
    rows = Questionnaire.objects.filter(person_id=person_id, side=side.value)
    answered = {(row.order_reference, row.stage): row for row in rows}
    found = []
    for order in person_orders([person_id])[0].orders:
        if order.kind is OrderKind.PROTECTION:
            continue
        for stage in Stage:
            row = answered.get((order.order_id, stage.value))
            due_at = _due(order, stage)
            if row is not None:
                asked = questions.version_of(side, stage, row.set_version)
                found.append(
                    AskedSeen(person_id, order.order_id, asked, row.due_at, row.answered_at)
                )
            elif due_at is not None and _waits(due_at, now):
                found.append(
                    AskedSeen(person_id, order.order_id, questions.newest(side, stage), due_at)
                )
    return sorted(found, key=lambda one: one.due_at)


def _due(order: Order, stage: Stage) -> datetime | None:
    return questions.due_at(stage, order.from_at, order.to_at)


def _waits(due_at: datetime, now: datetime) -> bool:
    return due_at - questions.SHOWN_BEFORE <= now and (now - due_at).days <= KEPT_OPEN_DAYS
