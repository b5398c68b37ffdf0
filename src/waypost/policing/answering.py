"""What the force does with a notification: receive it, assess it, answer it, say what came of it.

By page and API an officer of the force does it; by file whoever holds the answer's key
(answer_file.py), and the move says who that was, as the file says.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from waypost.access import audit
from waypost.access.values import Posted
from waypost.errors import Conflict, Refused
from waypost.policing import clocks, scope
from waypost.policing.answer_file import FileAnswer
from waypost.policing.keys import fits
from waypost.policing.models import Notification
from waypost.policing.moving import clocks_of, load, move
from waypost.policing.telling import tell_provider
from waypost.policing.texts import given
from waypost.policing.values import Act, Answer, Result, Side, Status


@transaction.atomic
def receive(
    notification_id: int, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    """Say that the force has it."""
    held = load(notification_id, Side.FORCE, by, now, expected_version)
    move(held, Act.RECEIVE, by=by, now=now, clocks=clocks.received(clocks_of(held)))
    _recorded(held, "notification:received", by, now)


@transaction.atomic
def assess(
    notification_id: int, *, by: Posted, now: datetime, expected_version: int | None = None
) -> None:
    """Say that somebody of the force is looking at it."""
    held = load(notification_id, Side.FORCE, by, now, expected_version)
    move(held, Act.ASSESS, by=by, now=now)
    _recorded(held, "notification:assessing", by, now)


@transaction.atomic
def answer(
    notification_id: int, said: Answer, reason: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """Decide: accepted, arrest, no action with the reason, or what more is wanted."""
    held = load(notification_id, Side.FORCE, by, now, expected_version)
    _answered(held, said, reason, by, now)
    _recorded(held, "notification:answered", by, now)


@transaction.atomic
def answer_by_file(said: FileAnswer, *, by: Posted, now: datetime) -> int:
    """The answer of a force that has no account here; the notification's number.

    raises   Refused where the key is not that of the notification
    """
    held = scope.find(said.notification_id, lock=True)
    if not fits(said.key, held.pk, said.number) or not 0 < said.number <= held.number:
        raise Refused("The file's key does not fit the notification: it was not made from what "
                      "was sent.")  # fmt: skip
    reason = said.reason
    if said.number < held.number:
        reason = f"{reason} (Answers paper {said.number} of {held.number}.)".strip()
    _answered(held, said.answer, reason, by, now, signed_by=said.signed_by, by_file=True)
    _recorded(held, "notification:answered", by, now)
    return held.pk


@transaction.atomic
def record_result(
    notification_id: int, result: Result, words: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """What came of it: arrested, not found, spoken to."""
    held = load(notification_id, Side.FORCE, by, now, expected_version)
    if result is Result.OTHER and not words.strip():
        raise Refused("Say what came of it.")
    changed = {"result": result.value, "result_words": given(words)}
    move(held, Act.RECORD_RESULT, by=by, now=now, words=given(words), changed=changed,
         clocks=clocks.Clocks())  # fmt: skip
    tell_provider(held, "notification_result", f"result:{held.version}", now=now)
    _recorded(held, "notification:result_recorded", by, now)


@transaction.atomic
def note_withdrawal(
    notification_id: int, words: str = "", *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """Say that the force knows that it was withdrawn, and what was done about it."""
    held = load(notification_id, Side.FORCE, by, now, expected_version)
    move(held, Act.NOTE_WITHDRAWAL, by=by, now=now, words=given(words))
    tell_provider(held, "notification_result", f"withdrawal:{held.version}", now=now)
    _recorded(held, "notification:withdrawal_known", by, now)


def _answered(
    held: Notification, said: Answer, reason: str, by: Posted, now: datetime, *,
    signed_by: str = "", by_file: bool = False,
) -> None:  # fmt: skip
    """An answer proves receipt: what nobody had acknowledged is received in the same moment."""
    words = given(reason)
    if said is Answer.NO_ACTION and not words:
        raise Refused("Say why no action is taken.")
    if held.status == Status.ANSWERED:
        if said == held.answer:
            raise Conflict("This is the answer already.")
        if not words:
            raise Refused("Say why the answer is another now.")
    if held.status == Status.SENT:
        move(held, Act.RECEIVE, by=by, now=now, clocks=clocks.received(clocks_of(held)),
             signed_by=signed_by, by_file=by_file)  # fmt: skip
    if said is Answer.MORE_WANTED:
        runs = clocks.asked_more(clocks_of(held), now, grave=held.grave)
        move(held, Act.ASK_MORE, by=by, now=now, words=words, clocks=runs, answer=said.value,
             signed_by=signed_by, by_file=by_file)  # fmt: skip
        tell_provider(held, "notification_more_wanted", f"more:{held.version}", now=now, duty=True)
        return
    runs = clocks.answered(now, grave=held.grave, with_result=said is not Answer.NO_ACTION)
    changed = {"answer": said.value, "answer_reason": words}
    move(held, Act.ANSWER, by=by, now=now, words=words, changed=changed, clocks=runs,
         answer=said.value, signed_by=signed_by, by_file=by_file)  # fmt: skip
    tell_provider(held, "notification_answered", f"answered:{held.version}", now=now)


def _recorded(held: Notification, kind: str, by: Posted, now: datetime) -> None:
    detail = {"notification": held.pk, "answer": held.answer, "status": held.status}
    audit.record(kind, by=by, at=now, about=held.person_id, detail=detail)
