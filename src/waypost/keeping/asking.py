"""A person asks for what is held about them: asked, identity known, prepared, read, released.

    ask / enter     the wearer on their own page; an officer, for a letter
    identify, extend, refuse, release, let_out, fetch

Each act checks where the request stood in its UPDATE; whoever comes second reads that somebody
moved first. bundling.py prepares.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.documents.queries import Opened, content_of
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs import due
from waypost.keeping import clocks, scope
from waypost.keeping.models import SubjectRequest
from waypost.keeping.values import OPEN, REQUEST_NEXT, Status
from waypost.notices.outbox import enqueue
from waypost.notices.values import Weight
from waypost.orders.queries import case_of

CLOCK_DUE = "subject_access"  # kind of due row; its subject is the request's number
SENTENCE_MIN = 10
TEXT_MAX = 2_000
BY_SIGN_IN = "by their own sign-in"


@transaction.atomic
def ask(*, by: Posted, now: datetime) -> int:
    """The wearer asks on their own page: they are known by their sign-in. Once at a time."""
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    may.check(by, Permission.OWN_DATA_READ, case_of(by.own_person_id, now=now))
    made = _asked(by.own_person_id, by, now, by_letter=False)
    SubjectRequest.objects.filter(pk=made.pk).update(
        status=Status.IDENTIFIED.value, identity_how=BY_SIGN_IN, identified_at=now
    )
    audit.record(
        "subject_access:asked", by=by, at=now, about=made.person_id,
        detail={"request": made.pk, "by": "own page"},
    )  # fmt: skip
    return int(made.pk)


@transaction.atomic
def enter(person_id: int, asked_at: datetime, *, by: Posted, now: datetime) -> int:
    """A letter, or somebody at the desk: from when it came, since the clock runs from then."""
    may.check(by, Permission.SUBJECT_ACCESS_HANDLE, case_of(person_id, now=now))
    if asked_at > now:
        raise Refused("Enter when it came: a time that has passed.")
    made = _asked(person_id, by, asked_at, by_letter=True)
    audit.record(
        "subject_access:asked", by=by, at=now, about=person_id,
        detail={"request": made.pk, "by": "letter"},
    )  # fmt: skip
    return int(made.pk)


@transaction.atomic
def identify(
    request_id: int, how: str, *, expected_version: int, by: Posted, now: datetime
) -> None:
    """How it is known that they are who they say."""
    held = scope.find(request_id, by=by, now=now, lock=True)
    said = _sentence(how, "how it was checked that it is them")
    _move(held, Status.IDENTIFIED, expected_version, identity_how=said, identified_at=now,
          identified_by_id=by.officer_id)  # fmt: skip
    audit.record("subject_access:identified", by=by, at=now, about=held.person_id,
                 detail={"request": held.pk})  # fmt: skip


@transaction.atomic
def extend(request_id: int, why: str, *, expected_version: int, by: Posted, now: datetime) -> None:
    """Two more months, told to the person with the reason, within the first. Once."""
    held = scope.find(request_id, by=by, now=now, lock=True)
    said = _sentence(why, "why it takes longer: the person reads it")
    if held.extended_at is not None:
        raise Refused("It was extended once; there is no more time than that.")
    if not clocks.may_extend(held.asked_at, now=now):
        raise Refused("The first month is over; it can be extended only before that.")
    later = clocks.due_at(held.asked_at, is_extended=True)
    _move(held, Status(held.status), expected_version, extended_at=now, extended_why=said,
          due_at=later, late_told=False)  # fmt: skip
    _wind(held.pk, later, now)
    _tell_person(held, "subject_access_extended", "extended", now)
    audit.record("subject_access:extended", by=by, at=now, about=held.person_id,
                 detail={"request": held.pk})  # fmt: skip


@transaction.atomic
def let_out(
    request_id: int, keys: Collection[str], *, expected_version: int, by: Posted, now: datetime
) -> None:
    """Which free texts an officer has read and lets out; the bundle is to be prepared anew."""
    held = scope.find(request_id, by=by, now=now, lock=True)
    if Status(held.status) not in OPEN:
        raise Conflict("It is no longer open.")
    _move(held, Status(held.status), expected_version, given_texts=sorted(set(keys))[:5_000])
    audit.record("subject_access:texts_read", by=by, at=now, about=held.person_id,
                 detail={"request": held.pk, "given": len(set(keys))})  # fmt: skip


@transaction.atomic
def release(request_id: int, *, expected_version: int, by: Posted, now: datetime) -> None:
    """The person may fetch what was prepared and read."""
    held = scope.find(request_id, by=by, now=now, lock=True)
    if held.document_id is None:
        raise Refused("Prepare the bundle first, and read it.")
    _move(held, Status.RELEASED, expected_version, released_at=now, released_by_id=by.officer_id)
    due.clear(CLOCK_DUE, [str(held.pk)])
    _tell_person(held, "subject_access_ready", "ready", now)
    audit.record("subject_access:released", by=by, at=now, about=held.person_id,
                 detail={"request": held.pk, "document": held.document_id})  # fmt: skip


@transaction.atomic
def refuse(request_id: int, why: str, *, expected_version: int, by: Posted, now: datetime) -> None:
    """Not them, or manifestly unfounded or excessive (s.53): the person reads why."""
    held = scope.find(request_id, by=by, now=now, lock=True)
    said = _sentence(why, "why it is refused: the person reads it, with how to complain")
    _move(held, Status.REFUSED, expected_version, refused_why=said)
    due.clear(CLOCK_DUE, [str(held.pk)])
    _tell_person(held, "subject_access_refused", "refused", now)
    audit.record("subject_access:refused_it", by=by, at=now, about=held.person_id,
                 detail={"request": held.pk})  # fmt: skip


@transaction.atomic
def fetch(request_id: int, *, by: Posted, now: datetime) -> Opened:
    """The bundle, for the person it is about, once it is released."""
    held = scope.find_own(request_id, by=by, now=now, lock=True)
    if Status(held.status) not in {Status.RELEASED, Status.FETCHED} or held.document_id is None:
        raise Refused("It is not ready yet.")
    SubjectRequest.objects.filter(pk=held.pk).update(
        status=Status.FETCHED.value, fetched_at=held.fetched_at or now
    )
    content = content_of(held.document_id)
    audit.record("subject_access:fetched", by=by, at=now, about=held.person_id,
                 detail={"request": held.pk, "document": held.document_id})  # fmt: skip
    return Opened(file_name(held), "application/zip", content, "")


def file_name(held: SubjectRequest) -> str:
    """No name of anybody: a shared computer's list of downloads is read by others."""
    return f"my-data-{held.pk}.zip"


def moved(held: SubjectRequest, status: Status, expected_version: int, **more: Any) -> None:
    """For bundling, which is an act of its own."""
    _move(held, status, expected_version, **more)


def _asked(person_id: int, by: Posted, asked_at: datetime, *, by_letter: bool) -> SubjectRequest:
    waiting = SubjectRequest.objects.filter(
        person_id=person_id, status__in=[one.value for one in OPEN]
    )
    if waiting.exists():
        raise Refused("A request is open already; its page says where it stands.")
    at = clocks.due_at(asked_at)
    made = SubjectRequest.objects.create(
        person_id=person_id, asked_at=asked_at, asked_by_id=by.officer_id, by_letter=by_letter,
        due_at=at,
    )  # fmt: skip
    _wind(made.pk, at, asked_at)
    enqueue(
        about=f"subject_access:{made.pk}", step="asked",
        officer_ids=scope.officers_for(person_id, now=asked_at),
        template="subject_access_asked", words=words_of_notice(made), now=asked_at,
        weight=Weight.SOON,
    )  # fmt: skip
    return made


def words_of_notice(held: SubjectRequest) -> dict[str, Any]:
    return {"request_id": held.pk, "due_by": f"{clocks.last_day(held.due_at):%Y-%m-%d}"}


def _wind(request_id: int, at: datetime, now: datetime) -> None:
    look = clocks.next_look(at, now=now)
    if look is not None:
        due.set_due([due.DueRow(CLOCK_DUE, str(request_id), look)])


def _tell_person(held: SubjectRequest, template: str, step: str, now: datetime) -> None:
    enqueue(
        about=f"subject_access:{held.pk}", step=step, person_ids=[held.person_id],
        template=template, words=words_of_notice(held), now=now, weight=Weight.LATER,
    )  # fmt: skip


def _move(held: SubjectRequest, status: Status, expected_version: int, **more: Any) -> None:
    before = Status(held.status)
    if status is not before and status not in REQUEST_NEXT[before]:
        raise Conflict("It does not stand there any more; look again.")
    if status is before and before not in OPEN:
        raise Conflict("It is no longer open.")
    done = SubjectRequest.objects.filter(
        pk=held.pk, version=expected_version, status=before.value
    ).update(status=status.value, version=expected_version + 1, **more)
    if not done:
        raise Conflict("Somebody moved first; look at it again.")
    held.refresh_from_db()


def _sentence(text: str, what: str) -> str:
    said = text.replace("\x00", "\ufffd").strip()
    if len(said) < SENTENCE_MIN:
        raise Refused(f"Say {what}, in a sentence.")
    if len(said) > TEXT_MAX:
        raise Refused(f"That is {len(said)} characters; {TEXT_MAX} at most are kept.")
    return said
