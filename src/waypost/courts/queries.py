"""What may be asked of courts' messages: what waits, one message with its questions, an export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.courts.advancing import Standing, heard_in, stand
from waypost.courts.contractor import losses, stored_shape
from waypost.courts.models import CourtDelivery, CourtMessage, CourtQuestion
from waypost.courts.scope import NUMBER_MAX, message_of, seen_by
from waypost.courts.values import OPEN, Answer, Heard, Question, Status
from waypost.errors import BadUse, NoSuchThing
from waypost.orders.models import Order as OrderRecord
from waypost.orders.queries import case_of, person_orders
from waypost.orders.values import Order

CLOSED_SHOWN = timedelta(days=7)
LISTED_MAX = 500
NO_SUCH_QUESTION = "There is no such question, or it is not asked any more."


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the work list."""

    message_id: int
    called: str
    status: Status
    received_at: datetime
    due_at: datetime
    overdue: bool
    open_questions: int
    open_notes: int
    person_id: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer, if it has one, and who gave it when."""

    number: int  # of the record; 0 where it has none yet
    question: Question
    answer: Answer | None
    answered_at: datetime | None = None
    answered_by_id: int | None = None


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """One message, as a page shows it. standing None: it could not be read.

    order   the order as the answers so far make it, whether or not it may go in yet
    """

    message_id: int
    version: int
    called: str
    status: Status
    source: str
    received_at: datetime
    due_at: datetime
    trouble: str
    set_aside_why: str
    person_id: int | None
    standing: Standing | None
    asked: tuple[Asked, ...]
    raw: str

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


def work_list(by: Posted, *, now: datetime) -> tuple[list[Listed], list[Listed]]:
    """What waits, the oldest first; and what was closed in the last week, the latest first."""
    may.check(by, Permission.ORDER_WRITE)
    counted = CourtMessage.objects.annotate(
        blocking=Count("questions", Q(questions__answered_at=None, questions__blocking=True)),
        notes=Count("questions", Q(questions__answered_at=None, questions__blocking=False)),
    )
    waiting = counted.filter(Q(status__in=OPEN) | Q(status=Status.IMPORTED, notes__gt=0))
    closed = counted.filter(settled_at__gt=now - CLOSED_SHOWN).exclude(status__in=OPEN)
    lists = (waiting.order_by("received_at", "pk")[:LISTED_MAX],
             closed.order_by("-settled_at", "-pk")[:LISTED_MAX])  # fmt: skip
    first, last = ([_listed(one, now) for one in seen_by(rows, by, now=now)] for rows in lists)
    known = {one.message_id for one in first}
    return first, [one for one in last if one.message_id not in known]


def message_seen(message_id: int, by: Posted, *, now: datetime) -> MessageSeen:
    """One message with everything asked of it."""
    message = message_of(message_id, by, now=now)
    heard = heard_in(message)
    standing = stand(message, heard) if heard is not None else None
    return MessageSeen(
        message.pk, message.version, message.called, Status(message.status),
        message.delivery.source, message.received_at, message.due_at, message.trouble,
        message.set_aside_why, message.person_id, standing, _asked(message, standing),
        message.payload,
    )  # fmt: skip


def question_seen(question_id: int, by: Posted, *, now: datetime) -> tuple[MessageSeen, Asked]:
    """One question with its message. NoSuchThing where there is none that they may know of."""
    rows = CourtQuestion.objects.filter(pk=question_id) if question_id <= NUMBER_MAX else ()
    row = next(iter(rows), None)
    if row is None:
        raise NoSuchThing(NO_SUCH_QUESTION)
    try:
        seen = message_seen(row.message_id, by, now=now)
    except NoSuchThing:
        raise NoSuchThing(NO_SUCH_QUESTION) from None
    for one in seen.asked:
        if one.number == question_id:
            return seen, one
    raise NoSuchThing(NO_SUCH_QUESTION)


def delivery_outcome(delivery_id: int) -> dict[str, Any]:
    """What became of a delivery, without a word of anybody: numbers and states."""
    row = CourtDelivery.objects.filter(pk=delivery_id).first()
    if row is None:
        raise NoSuchThing("There is no such delivery.")
    messages = CourtMessage.objects.filter(delivery=row).annotate(
        waiting=Count("questions", Q(questions__answered_at=None, questions__blocking=True))
    )
    return {
        "delivery": row.pk,
        "digest": row.digest,
        "people": row.people,
        "monitored": row.monitored,
        "messages": [
            {"message": one.pk, "status": one.status, "questions": one.waiting}
            for one in messages.order_by("pk")
        ],
    }


def person_messages(person_id: int, by: Posted, *, now: datetime) -> list[Listed]:
    """What courts sent about one person, the latest first; none for who enters no orders."""
    case = case_of(person_id, now=now)
    if not may.decide(by, Permission.ORDER_WRITE, case).allowed:
        return []
    rows = CourtMessage.objects.filter(person_id=person_id).annotate(
        blocking=Count("questions", Q(questions__answered_at=None, questions__blocking=True)),
        notes=Count("questions", Q(questions__answered_at=None, questions__blocking=False)),
    )
    return [_listed(one, now) for one in rows.order_by("-received_at", "-pk")]


def waiting_count(by: Posted, *, now: datetime) -> int:
    """How many messages wait for somebody who enters orders."""
    if not may.decide(by, Permission.ORDER_WRITE).allowed:
        return 0
    return len(list(seen_by(CourtMessage.objects.filter(status__in=OPEN), by, now=now)))


def contractor_document(
    order_reference: str, person_reference: str = "", *, by: Posted, now: datetime
) -> tuple[dict[str, Any], list[str]]:
    """A stored order in the contractor's shape, and what of it that shape cannot say.

    raises   NoSuchThing where there is none that they may know of; BadUse where several people have
             an order of that reference and the person is not named
    """
    rows = OrderRecord.objects.filter(reference=order_reference)
    if person_reference:
        rows = rows.filter(person__reference=person_reference)
    persons = sorted(set(rows.values_list("person_id", flat=True)))
    if len(persons) > 1:
        raise BadUse("several people have an order of that reference; name one with --person")
    if not persons:
        raise NoSuchThing("There is no such order.")
    case = case_of(persons[0], now=now)
    may.check(by, Permission.ORDER_READ, case, absent="There is no such order.")
    (person,) = person_orders(persons)
    order = _last_of(next(one for one in person.orders if one.order_id == order_reference))
    heard, words = _came_from(persons[0], order)
    return stored_shape(person, order, heard, words), losses(order)


def _last_of(order: Order) -> Order:
    """What the order asks in its latest version: pieces that bound before are left out."""
    latest = {one.requirement_id: one for one in order.requirements}
    return replace(order, requirements=tuple(latest.values()))


def _came_from(person_id: int, order: Order) -> tuple[Heard | None, Mapping[str, str]]:
    """The latest message that the order came from, and the court's words by requirement."""
    rows = CourtMessage.objects.filter(person_id=person_id, order_reference=order.order_id)
    message = rows.order_by("-received_at", "-pk").first()
    heard = heard_in(message) if message else None
    if heard is None:
        return None, {}
    return heard, {one.reference: one.said for one in heard.conditions}


def _listed(one: Any, now: datetime) -> Listed:
    status = Status(one.status)
    return Listed(
        one.pk, one.called, status, one.received_at, one.due_at,
        status in OPEN and one.due_at < now, one.blocking, one.notes, one.person_id,
    )  # fmt: skip


def _asked(message: CourtMessage, standing: Standing | None) -> tuple[Asked, ...]:
    if standing is None:
        return ()
    rows = {row.key: row for row in message.questions.all()}
    found = []
    for question in standing.questions:
        row = rows.get(question.key)
        if row is None or row.answered_at is None:
            found.append(Asked(row.pk if row else 0, question, None))
            continue
        said = standing.answers.get(question.key)
        found.append(Asked(row.pk, question, said, row.answered_at, row.answered_by_id))
    return tuple(found)
