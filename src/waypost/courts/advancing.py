"""One message taken as far as its answers let it go: questions kept, what is clear brought in.

Called inside the transaction of whoever received or answered. Reading is pure and is done anew each
time, so that a better reader may ask less tomorrow; answers are kept by the question's key.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from waypost.access.values import MACHINE, Posted
from waypost.courts.identifying import hand_over_ids
from waypost.courts.models import CourtMessage, CourtQuestion
from waypost.courts.payload import Slice
from waypost.courts.reading import hear
from waypost.courts.settling import Settled, lint_questions, onto, reference_of, settle
from waypost.courts.values import Answer, Choice, Form, Heard, Question, Status, Wants
from waypost.courts.wearers import Wearers, known_person, new_reference, remember, who_question
from waypost.errors import Refused
from waypost.orders.actions import import_orders
from waypost.orders.models import Order as OrderRecord
from waypost.orders.models import Person
from waypost.orders.queries import person_orders
from waypost.orders.values import Order, PersonOrders
from waypost.units import PersonRef

REFERENCE_MAX = 80


@dataclass(frozen=True, slots=True)
class Standing:
    """A message as it stands: what it says, everything it asks, the answers, and what they come to.

    person   whose it is, if that is decided; None: somebody new, or not decided yet
    """

    heard: Heard
    questions: tuple[Question, ...]
    answers: dict[str, Answer]
    settled: Settled
    person: Person | None

    @property
    def waiting(self) -> list[Question]:
        return [one for one in self.questions if one.blocking and one.key not in self.answers]


def heard_in(message: CourtMessage) -> Heard | None:
    """What the message says; None where it could not be read."""
    if not message.form:
        return None
    found = hear(Slice(Form(message.form), message.payload))
    return found[message.nth] if message.nth < len(found) else None


def stand(message: CourtMessage, heard: Heard, wearers: Wearers | None = None) -> Standing:
    """Everything that is to be asked of it now, with what the answers so far come to."""
    answers = answers_of(message)
    questions = list(heard.questions)
    person = message.person or known_person(heard.person)
    if person is not None and wearers is not None:  # who may not know of them may not see it
        message.resembles = [person.pk]
    if person is None and (who := _who(message, heard, wearers)) is not None:
        questions.append(who)
        chosen = answers.get("person/who", {}).get("choice")
        person = Person.objects.filter(reference=chosen).first() if chosen else None
    if message.status == Status.WAITING and (asked := _original(heard, person)) is not None:
        questions.append(asked)
    heard = _as_decided(heard, answers)
    settled = settle(heard, questions, answers)
    if settled.order is not None:
        odd = lint_questions(settled, heard)
        questions += odd
        if any(one.key not in answers for one in odd):
            left = tuple(one for one in questions if one.blocking and one.key not in answers)
            settled = replace(settled, order=None, whole=False, waiting=left)
    ordered = sorted(questions, key=lambda one: not one.blocking)
    return Standing(heard, tuple(ordered), answers, settled, person)


def advance(
    message: CourtMessage, by: Posted, now: datetime, wearers: Wearers | None = None
) -> Standing | None:
    """Keep what is asked, and bring in what is clear. Refused where the store will not have it."""
    heard = heard_in(message)
    if heard is None:
        return None
    standing = stand(message, heard, wearers)
    keep_questions(message, standing.questions)
    settled = standing.settled
    if settled.dropped:
        message.status, message.settled_at = Status.SET_ASIDE, now
        message.set_aside_why = "Every condition was answered with: it does not apply."
    elif settled.order is not None:
        _bring_in(message, standing, settled.order, by, now)
        message.status = Status.IMPORTED if settled.whole else Status.PARTLY
        message.settled_at = now if settled.whole else None
    message.save()
    return standing


def answers_of(message: CourtMessage) -> dict[str, Answer]:
    rows = message.questions.exclude(answered_at=None)
    return {row.key: json.loads(row.answer) for row in rows}


def _who(message: CourtMessage, heard: Heard, wearers: Wearers | None) -> Question | None:
    if wearers is not None:
        found = wearers.resembling(heard.person)
        message.resembles = [one.pk for one in found]
    else:
        found = list(Person.objects.filter(pk__in=message.resembles).order_by("pk"))
    return who_question(heard, found)


def _original(heard: Heard, person: Person | None) -> Question | None:
    """Which order it changes, where that does not follow from its reference."""
    order = heard.order
    rows = OrderRecord.objects.filter(person=person).order_by("pk") if person else ()
    known = {row.reference: row for row in rows}
    if order.is_variation and order.reference in known:
        return None
    if order.is_variation:
        choices = [
            Choice(name, f"It changes order {name} ({row.kind.replace('_', ' ')})",
                   {"choice": name})
            for name, row in known.items()
        ]  # fmt: skip
        none = Choice("new", "The order that it changes is not known here: take it as a new one",
                      {"choice": "same"})  # fmt: skip
        return Question(
            "order/original", Wants.CHOICE, order.words,
            "The court varied an order that was made before, and none here is called by this case.",
            choices=(*choices, none),
        )  # fmt: skip
    if order.reference not in known:
        return None
    return Question(
        "order/original", Wants.CHOICE, order.words,
        f"An order {order.reference} is known here already.",
        choices=(
            Choice("same", "It takes the place of that order, from when it was made",
                   {"choice": "same"}),
            Choice("another", "It is another order beside it",
                   {"choice": _next(order.reference, known)}),
        ),
    )  # fmt: skip


def _next(reference: str, known: dict[str, OrderRecord]) -> str:
    number = 2
    while f"{reference}-{number}" in known:
        number += 1
    return f"{reference}-{number}"[:REFERENCE_MAX]


def _as_decided(heard: Heard, answers: dict[str, Answer]) -> Heard:
    """A new order that takes the place of one is a change of it, from the day it was made."""
    chosen = answers.get("order/original", {}).get("choice")
    if chosen != "same" or heard.order.is_variation:
        return heard
    order = replace(heard.order, is_variation=True, binds_at=heard.order.made_at)
    return replace(heard, order=order)


def _bring_in(
    message: CourtMessage, standing: Standing, order: Order, by: Posted, now: datetime
) -> None:
    """The order into the store as any import is: with versions, lint and audit."""
    heard, person = standing.heard, standing.person
    reference = PersonRef(person.reference) if person else new_reference(heard)
    if person is not None:
        for stored in person_orders([person.pk])[0].orders:
            if stored.order_id == order.order_id and heard.order.is_variation:
                order = onto(order, stored)
    details = {} if person else {"name": heard.person.name, "born": heard.person.born}
    asked = PersonOrders(reference, (order,), details=details)
    outcome = import_orders([asked], by=by if by.officer_id is not None else MACHINE, now=now)
    if outcome.problems:
        problem = outcome.problems[0]
        raise Refused(f"The order was not taken in: {problem.message}; {problem.action}.")
    made = Person.objects.get(reference=reference)
    remember(made, heard.person, now)
    hand_over_ids(made.pk, heard.person.ids, now)
    message.person = made
    message.order_reference = reference_of(heard, standing.answers)


def keep_questions(message: CourtMessage, questions: Sequence[Question]) -> None:
    """A row for each that has none. One that is not asked any more stays, if it was answered."""
    known = set(message.questions.values_list("key", flat=True))
    CourtQuestion.objects.bulk_create(
        CourtQuestion(
            message=message, key=one.key, wants=one.wants.value, blocking=one.blocking,
            path=one.words.path[:300], words=one.words.text, why=one.why,
        )
        for one in questions
        if one.key not in known
    )  # fmt: skip
    asked = {one.key for one in questions}
    message.questions.filter(answered_at=None).exclude(key__in=asked).delete()
