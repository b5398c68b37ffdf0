"""What may be done with courts' messages: receive, answer, set aside.

receive     a delivery, kept before it is answered for; the same again changes nothing
answer      one question; the last answer that something waited for brings it in
set_aside   with a reason: nothing more of the message goes in
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from waypost.access import audit, may
from waypost.access.values import MACHINE, Permission, Posted
from waypost.courts.advancing import advance, heard_in, keep_questions, stand
from waypost.courts.models import CourtDelivery, CourtMessage
from waypost.courts.payload import Slice, take_apart
from waypost.courts.reading import hear
from waypost.courts.scope import message_of
from waypost.courts.settling import check_answer
from waypost.courts.values import ANSWER_WITHIN, NEXT, OPEN, Heard, Status
from waypost.courts.wearers import Wearers
from waypost.errors import BadFile, Conflict, Refused

SOURCE_MAX = 80
MESSAGE_BYTES_MAX = 8 * 2**20  # a hearing of many defendants is some hundred kilobytes
REASON_MAX = 1_000
CHANGED = "Somebody answered meanwhile; look at the message again."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a delivery. is_new False: it had been received before, and nothing changed."""

    delivery_id: int
    is_new: bool
    received_at: datetime
    people: int
    message_ids: tuple[int, ...]


def receive(data: bytes, source: str, *, by: Posted, now: datetime) -> Received:
    """Keep a delivery and take each order in it as far as it goes. BadFile when it is empty or too
    large; anything else is kept, and what cannot be read is put before a person."""
    may.check(by, Permission.COURT_SEND)
    if not data.strip():
        raise BadFile("the message is empty")
    if len(data) > MESSAGE_BYTES_MAX:
        raise BadFile(f"the message is over {MESSAGE_BYTES_MAX // 2**20} MiB; send hearings singly")
    return _receive(data, source, by, now)


@transaction.atomic
def _receive(data: bytes, source: str, by: Posted, now: datetime) -> Received:
    digest = hashlib.sha256(data).hexdigest()
    slices = take_apart(data)
    delivery, is_new = CourtDelivery.objects.get_or_create(
        digest=digest,
        defaults={"source": " ".join(source.split())[:SOURCE_MAX] or "not said",
                  "received_at": now, "received_by_id": by.officer_id, "people": len(slices),
                  "monitored": 0},
    )  # fmt: skip
    if not is_new:
        numbers = delivery.messages.order_by("pk").values_list("pk", flat=True)
        return Received(delivery.pk, False, delivery.received_at, delivery.people, tuple(numbers))
    wearers = Wearers()
    kept = [one for each in slices for one in _kept(delivery, each, now)]
    for message in kept:
        _advance_quietly(message, now, wearers)
    CourtDelivery.objects.filter(pk=delivery.pk).update(monitored=len(kept))
    audit.record(
        "court:received", by=by, at=now,
        detail={"delivery": delivery.pk, "people": len(slices), "messages": len(kept),
                "imported": sum(one.status == Status.IMPORTED for one in kept)},
    )  # fmt: skip
    made = tuple(one.pk for one in kept)
    return Received(delivery.pk, True, now, len(slices), made)


@transaction.atomic
def answer(
    message_id: int,
    key: str,
    sent: Mapping[str, Any],
    *,
    expected_version: int,
    by: Posted,
    now: datetime,
) -> Status:
    """Answer one question, and bring in what nothing is open of any more; how the message stands.

    sent     as settling.check_answer takes it
    raises   Refused for an answer that is none, or a message that is closed; Conflict when somebody
             answered first
    """
    message = message_of(message_id, by, now=now)
    heard = heard_in(message)
    if heard is None:
        raise Refused("This message could not be read; there is nothing to answer.")
    standing = stand(message, heard)
    question = next((one for one in standing.questions if one.key == key), None)
    if question is None:
        raise Conflict(CHANGED)
    if question.blocking and message.status not in OPEN:
        raise Refused("The order has gone in; vary the order to change it.")
    if key in standing.answers and message.status != Status.WAITING:
        raise Refused("This is answered, and part of the order has gone in with it.")
    said = check_answer(question, sent)
    _move_version(message, expected_version)
    _keep_answer(message, standing.questions, key, said, by, now)
    if message.status in OPEN:
        advance(message, by, now)
    audit.record(
        "court:answered", by=by, at=now, about=message.person_id,
        detail={"message": message.pk, "question": key, "dropped": "not" in said,
                "status": message.status},
    )  # fmt: skip
    return Status(message.status)


@transaction.atomic
def set_aside(
    message_id: int, why: str, *, expected_version: int, by: Posted, now: datetime
) -> None:
    """Nothing more of the message goes in. What went in already stays: end it as any order."""
    message = message_of(message_id, by, now=now)
    why = " ".join(why.split())
    if not 0 < len(why) <= REASON_MAX:
        raise Refused(f"Say why nothing more of it is to go in, in at most {REASON_MAX} letters.")
    if Status.SET_ASIDE not in NEXT[Status(message.status)]:
        raise Refused("This message is closed already.")
    _move_version(message, expected_version)
    message.status, message.set_aside_why = Status.SET_ASIDE, why
    message.settled_at = now
    message.save()
    audit.record("court:set_aside", by=by, at=now, about=message.person_id,
                 detail={"message": message.pk})  # fmt: skip


@transaction.atomic
def looked(message_id: int, *, by: Posted, now: datetime) -> None:
    """That somebody read a message: what a court said of somebody is theirs, and looks are kept."""
    message = message_of(message_id, by, now=now)
    audit.record("court:viewed", by=by, at=now, about=message.person_id,
                 detail={"message": message.pk})  # fmt: skip


def _kept(delivery: CourtDelivery, one: Slice, now: datetime) -> list[CourtMessage]:
    """The slice's messages: one an order, none where nothing is monitored, and the slice itself
    where it cannot be read. A slice that came in another delivery is known already."""
    if CourtMessage.objects.filter(digest=one.digest).exists():
        return []
    heard: tuple[Heard, ...] = ()
    trouble = one.trouble
    if one.form is not None:
        try:
            heard = hear(one)
        except Exception as error:  # a mistake of ours must not lose what a court sent
            logger.error("delivery %s: reading failed: %s", delivery.pk, type(error).__name__)
            trouble = "Reading it failed here; tell whoever runs this service."
    common = {"delivery": delivery, "digest": one.digest, "payload": one.text,
              "received_at": now, "due_at": now + ANSWER_WITHIN}  # fmt: skip
    if trouble:
        return [CourtMessage.objects.create(status=Status.UNREAD, trouble=trouble, **common)]
    assert one.form is not None
    return [
        CourtMessage.objects.create(
            nth=n, form=one.form.value, status=Status.WAITING,
            called=each.person.name[:200], order_reference="", **common,
        )
        for n, each in enumerate(heard)
    ]  # fmt: skip


def _advance_quietly(message: CourtMessage, now: datetime, wearers: Wearers) -> None:
    """As far as it goes without anybody. What the store will not have waits for a person."""
    if message.status == Status.UNREAD:
        return
    try:
        with transaction.atomic():
            advance(message, MACHINE, now, wearers)
    except Refused as refusal:
        message.refresh_from_db()
        message.trouble = str(refusal)[:300]
        message.save()


def _move_version(message: CourtMessage, expected: int) -> None:
    """The message's version one on, unless somebody moved it first."""
    same = CourtMessage.objects.filter(pk=message.pk, version=expected)
    if not same.update(version=F("version") + 1):
        raise Conflict(CHANGED)
    message.version = expected + 1


def _keep_answer(
    message: CourtMessage, questions: Any, key: str, said: Mapping[str, Any], by: Posted,
    now: datetime,
) -> None:  # fmt: skip
    keep_questions(message, questions)
    message.questions.filter(key=key).update(answered_at=now, answered_by_id=by.officer_id)
    row = message.questions.get(key=key)
    row.answer = json.dumps(said)
    row.save(update_fields=["answer"])
