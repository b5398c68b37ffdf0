"""Contact notes to copy into the case system, and the weekly review that is made of one.

draft(...)         the exact words, made from the facts (wording.py)
keep_note(...)     as the officer left them: a version, with who and when
finish_review(...) the week is gone through: praise sent or not, the note, nothing further
review_list(...)   whose week waits
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, Refused
from waypost.orders.models import Person
from waypost.orders.queries import case_of
from waypost.telling.models import WeekKept
from waypost.voice.models import ContactNote, WeeklyReview
from waypost.voice.values import NOTE_MAX, Facts
from waypost.voice.wording import contact_note

WEEK = timedelta(days=7)
REVIEWED_WITHIN = timedelta(days=6)  # a week that was gone through since waits no more
CHANGED_FIRST = "somebody changed this note meanwhile; read it before you write over it"


@dataclass(frozen=True, slots=True)
class NoteSeen:
    number: int
    version: int
    from_at: datetime
    to_at: datetime
    words: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class ReviewSeen:
    from_at: datetime
    to_at: datetime
    done_at: datetime
    done_by: str
    praised: bool
    note_number: int | None
    nothing_further: bool
    words: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What an officer says at the end of a week's review.

    note              the words of the contact note; "": none is kept
    nothing_further   nothing is to be done; else words say what
    """

    from_at: datetime
    to_at: datetime
    note: str
    words: str = ""
    nothing_further: bool = True


def draft(facts: Facts, *, now: datetime) -> str:
    return contact_note(facts, made_at=now)


@transaction.atomic
def keep_note(
    person_id: int, from_at: datetime, to_at: datetime, words: str, *, by: Posted, now: datetime,
    number: int = 0, expected_version: int = 0,
) -> int:  # fmt: skip
    """The note's number. number 0: a new one; else the version after the one that was read."""
    may.check(by, Permission.MEETING_PREPARE, case_of(person_id, now=now))
    kept = _keep(person_id, from_at, to_at, words, number, expected_version, by=by, now=now)
    audit.record(
        "contact_note:kept", by=by, at=now, about=person_id,
        detail={"note": kept.number, "version": kept.version},
    )  # fmt: skip
    return int(kept.number)


@transaction.atomic
def finish_review(person_id: int, said: Reviewed, *, by: Posted, now: datetime) -> int:
    """The week is gone through. Refused where something is to be done and nothing says what."""
    may.check(by, Permission.MEETING_PREPARE, case_of(person_id, now=now))
    if not said.nothing_further and not said.words.strip():
        raise Refused("Say what is to be done, or that there is nothing further.")
    if not said.from_at < said.to_at <= now:
        raise Refused("The week that is reviewed ends before now.")
    note = (
        _keep(person_id, said.from_at, said.to_at, said.note, 0, 0, by=by, now=now)
        if said.note.strip()
        else None
    )
    praised = WeekKept.objects.filter(
        person_id=person_id, said_at__gte=said.from_at, said_at__lte=now
    )
    made = WeeklyReview.objects.create(
        person_id=person_id, from_at=said.from_at, to_at=said.to_at, done_at=now,
        done_by_id=by.officer_id, praised=praised.exists(),
        note_number=note.number if note else None, nothing_further=said.nothing_further,
        words=said.words.strip()[:NOTE_MAX],
    )  # fmt: skip
    audit.record(
        "week:reviewed", by=by, at=now, about=person_id,
        detail={"review": made.pk, "note": made.note_number},
    )  # fmt: skip
    return int(made.pk)


def notes_of(person_id: int, by: Posted, *, now: datetime, limit: int = 10) -> list[NoteSeen]:
    """The newest first, each version of each; the page leaves its line."""
    may.check(by, Permission.MEETING_PREPARE, case_of(person_id, now=now))
    rows = list(
        ContactNote.objects.filter(person_id=person_id).order_by("-number", "-version")[:limit]
    )
    names = _names({row.made_by_id for row in rows})
    return [
        NoteSeen(
            row.number, row.version, row.from_at, row.to_at, row.words, row.made_at,
            names.get(row.made_by_id or 0, ""),
        )
        for row in rows
    ]  # fmt: skip


def reviews_of(person_id: int, by: Posted, *, now: datetime, limit: int = 6) -> list[ReviewSeen]:
    may.check(by, Permission.MEETING_PREPARE, case_of(person_id, now=now))
    rows = list(WeeklyReview.objects.filter(person_id=person_id).order_by("-done_at")[:limit])
    names = _names({row.done_by_id for row in rows})
    return [
        ReviewSeen(
            row.from_at, row.to_at, row.done_at, names.get(row.done_by_id or 0, ""), row.praised,
            row.note_number, row.nothing_further, row.words,
        )
        for row in rows
    ]  # fmt: skip


def reviewed_lately(ids: Collection[int], *, now: datetime) -> dict[int, datetime]:
    """When the week of each of these was gone through, of late; ids: meeting.own_people."""
    rows = WeeklyReview.objects.filter(person_id__in=list(ids)).values("person_id")
    last = {row["person_id"]: row["at"] for row in rows.annotate(at=Max("done_at"))}
    return {one: last[one] for one in last if now - last[one] < REVIEWED_WITHIN}


def _keep(
    person_id: int, from_at: datetime, to_at: datetime, words: str, number: int,
    expected_version: int, *, by: Posted, now: datetime,
) -> ContactNote:  # fmt: skip
    said = words.replace("\r\n", "\n").strip()
    if not said:
        raise Refused("The note is empty; write it, or leave it as it was made.")
    if len(said) > NOTE_MAX:
        raise Refused(f"A note has at most {NOTE_MAX} letters.")
    Person.objects.select_for_update().get(pk=person_id)
    mine = ContactNote.objects.filter(person_id=person_id)
    if number:
        before = mine.filter(number=number).order_by("-version").first()
        if before is None or before.version != expected_version:
            raise Conflict(CHANGED_FIRST)
        from_at, to_at = before.from_at, before.to_at
    else:
        number = (mine.aggregate(last=Max("number"))["last"] or 0) + 1
    return ContactNote.objects.create(
        person_id=person_id, number=number, version=expected_version + 1, from_at=from_at,
        to_at=to_at, words=said, made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip


def _names(ids: set[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)} if wanted else {}
