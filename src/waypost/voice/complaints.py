"""Complaints of wearers, and their answers. Whoever it is about neither answers nor reads it.

complain, ask_again, accept, withdraw   the wearer
answer                                  somebody who answers complaints; a second one: another
call_late                               the clock: the answer is late, everybody who may is told
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from waypost.access import audit, may
from waypost.access.may import RULES
from waypost.access.models import Officer, Posting
from waypost.access.values import MACHINE, Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs import due
from waypost.notices.values import Weight
from waypost.notices.writing import enqueue
from waypost.orders.queries import NUMBER_MAX, case_of, cases_of
from waypost.voice import clocks, lifecycle
from waypost.voice.models import Complaint
from waypost.voice.values import (
    ANSWER_DUE,
    NO_SUCH_COMPLAINT,
    OPEN,
    WORDS_MAX,
    About,
    Act,
    Status,
)

ABOUT_YOU = "This complaint is about you; somebody else answers it."
SAME_PERSON = "You gave the first answer; somebody else gives the second."
MOVED_FIRST = "somebody moved this complaint first; look at it again"


@dataclass(frozen=True, slots=True)
class ComplaintSeen:
    """may: the acts open to who reads it."""

    complaint_id: int
    about: About
    about_whom: str
    words: str
    status: Status
    version: int
    made_at: datetime
    answer_by: datetime
    answer: str
    answered_at: datetime | None
    again_words: str
    again_answer: str
    again_answered_at: datetime | None
    late: bool
    may: tuple[Act, ...] = ()


@transaction.atomic
def complain(
    about: About, words: str, *, officer_id: int | None = None, by: Posted, now: datetime
) -> int:
    """The complaint's number. officer_id: whom it is about, of those who work with the wearer."""
    person_id = _own(by, now)
    said = _said(words, "Tell us what is wrong, in your own words.")
    about_whom = officer_id
    if about is About.OFFICER and about_whom is None:
        mine = sorted(case_of(person_id, now=now).officer_ids)
        about_whom = mine[0] if len(mine) == 1 else None
    if officer_id is not None and officer_id not in case_of(person_id, now=now).officer_ids:
        raise Refused("Choose one of the people who work with you, or nobody.")
    made = Complaint.objects.create(
        person_id=person_id, about=about.value, about_officer_id=about_whom, words=said,
        made_at=now, made_by_id=by.officer_id, answer_by=clocks.answer_by(now, settings.WALL_ZONE),
    )  # fmt: skip
    due.set_due([due.DueRow(ANSWER_DUE, str(made.pk), made.answer_by)])
    _tell_answerers(made, "waiting", now)
    _line("made", made, by, now)
    return int(made.pk)


@transaction.atomic
def answer(
    complaint_id: int, words: str, *, by: Posted, now: datetime, expected_version: int
) -> None:
    """The first answer, or the second; the wearer is told that it is there."""
    found = _find(complaint_id)
    check_may_answer(found, by, now=now)
    said = _said(words, "Write the answer, in words that the wearer understands.")
    again = found.status == Status.AGAIN
    values: dict[str, Any] = (
        {"again_answer": said, "again_answered_at": now, "again_by_id": by.officer_id}
        if again
        else {"answer": said, "answered_at": now, "answered_by_id": by.officer_id}
    )
    if found.version != expected_version:
        raise Conflict(MOVED_FIRST)
    _move(found, Act.ANSWER_AGAIN if again else Act.ANSWER, values)
    enqueue(
        about=f"complaint:{found.pk}:{found.version}", step="answered",
        person_ids=[found.person_id], template="complaint_answered", words={}, now=now,
        weight=Weight.SOON,
    )  # fmt: skip
    _line("answered_again" if again else "answered", found, by, now)


@transaction.atomic
def ask_again(complaint_id: int, words: str, *, by: Posted, now: datetime) -> None:
    """The wearer is not content: somebody else answers, within another clock."""
    found = _own_one(complaint_id, by, now)
    said = _said(words, "Tell us what the answer missed.")
    until = clocks.answer_by(now, settings.WALL_ZONE, again=True)
    values = {"again_words": said, "again_at": now, "answer_by": until, "late_at": None}
    _move(found, Act.ASK_AGAIN, values)
    due.set_due([due.DueRow(ANSWER_DUE, str(found.pk), until)])
    _tell_answerers(found, "again", now)
    _line("asked_again", found, by, now)


@transaction.atomic
def accept(complaint_id: int, *, by: Posted, now: datetime) -> None:
    found = _own_one(complaint_id, by, now)
    _move(found, Act.ACCEPT, {})
    _line("accepted", found, by, now)


@transaction.atomic
def withdraw(complaint_id: int, *, by: Posted, now: datetime) -> None:
    found = _own_one(complaint_id, by, now)
    _move(found, Act.WITHDRAW, {})
    _line("withdrawn", found, by, now)


@transaction.atomic
def call_late(complaint_id: int, *, now: datetime) -> bool:
    """Tell everybody who may answer it, once; whether there was anything to do."""
    due.clear(ANSWER_DUE, [str(complaint_id)])
    waiting = Complaint.objects.filter(pk=complaint_id, status__in=OPEN, late_at=None)
    if not waiting.update(late_at=now):
        return False
    found = Complaint.objects.get(pk=complaint_id)
    _tell_answerers(found, "late", now)
    _line("late", found, MACHINE, now)
    return True


def check_may_answer(found: Complaint, by: Posted, *, now: datetime) -> None:
    """Refused for whom it is about, and of a second answer for who gave the first."""
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.COMPLAINT_ANSWER, case, absent=NO_SUCH_COMPLAINT)
    if by.officer_id is not None and by.officer_id == found.about_officer_id:
        raise Refused(ABOUT_YOU)
    if found.status == Status.AGAIN and by.officer_id == found.answered_by_id:
        raise Refused(SAME_PERSON)


def complaints_for(by: Posted, *, now: datetime) -> tuple[ComplaintSeen, ...]:
    """Those that wait for anybody who answers, the oldest first, but of whom it is about."""
    may.check(by, Permission.COMPLAINT_ANSWER)
    rows = list(
        Complaint.objects.exclude(status=Status.WITHDRAWN)
        .exclude(about_officer_id=by.officer_id or 0)
        .order_by("answer_by", "pk")
    )
    cases = cases_of({row.person_id for row in rows}, now=now) if rows else {}
    mine = [
        row
        for row in rows
        if may.decide(by, Permission.COMPLAINT_ANSWER, cases[row.person_id]).allowed
    ]
    found = _seen(mine, lambda row: _answers(row, by))
    return tuple(sorted(found, key=lambda one: one.status not in OPEN))


def waiting_count(by: Posted, *, now: datetime) -> int:
    return sum(bool(one.may) for one in complaints_for(by, now=now))


@transaction.atomic
def complaint_page(complaint_id: int, by: Posted, *, now: datetime) -> ComplaintSeen:
    """One, for who may answer it; leaves a line about the person. Nobody is named."""
    found = _find(complaint_id)
    may.check(
        by, Permission.COMPLAINT_ANSWER, case_of(found.person_id, now=now),
        absent=NO_SUCH_COMPLAINT,
    )  # fmt: skip
    if by.officer_id is not None and by.officer_id == found.about_officer_id:
        raise Refused(ABOUT_YOU)
    audit.record(
        "complaint:viewed", by=by, at=now, about=found.person_id, detail={"complaint": found.pk}
    )
    [seen] = _seen([found], lambda row: _answers(row, by))
    return seen


def own_complaints(by: Posted, *, now: datetime) -> tuple[ComplaintSeen, ...]:
    """The wearer's, the newest first."""
    rows = Complaint.objects.filter(person_id=_own(by, now)).order_by("-made_at", "-pk")
    return _seen(rows, lambda row: _own_acts(Status(row.status)))


def own_people(by: Posted, *, now: datetime) -> list[tuple[int, str]]:
    """Who works with the wearer, for the form: number and name."""
    ids = case_of(_own(by, now), now=now).officer_ids
    return [(one.pk, str(one)) for one in Officer.objects.filter(pk__in=ids).order_by("pk")]


def _own_acts(status: Status) -> tuple[Act, ...]:
    own = (Act.ASK_AGAIN, Act.ACCEPT, Act.WITHDRAW)
    return tuple(act for act in own if lifecycle.leads_on(status, act))


def _answers(row: Complaint, by: Posted) -> tuple[Act, ...]:
    acts = (Act.ANSWER, Act.ANSWER_AGAIN)
    if row.status == Status.AGAIN and by.officer_id == row.answered_by_id:
        return ()
    return tuple(act for act in acts if lifecycle.leads_on(Status(row.status), act))


def _own(by: Posted, now: datetime) -> int:
    if by.own_person_id is None:
        raise NoSuchThing("this sign-in is not joined to a person; ask the administrator")
    may.check(by, Permission.OWN_VOICE, case_of(by.own_person_id, now=now))
    return by.own_person_id


def _own_one(complaint_id: int, by: Posted, now: datetime) -> Complaint:
    found = _find(complaint_id)
    if found.person_id != _own(by, now):
        raise NoSuchThing(NO_SUCH_COMPLAINT)
    return found


def _find(complaint_id: int) -> Complaint:
    found = Complaint.objects.filter(pk=min(complaint_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_COMPLAINT)
    return found


def _said(words: str, missing: str) -> str:
    if not words.strip():
        raise Refused(missing)
    if len(words) > WORDS_MAX:
        raise Refused(f"Write at most {WORDS_MAX} letters.")
    return words.strip()


def _move(found: Complaint, act: Act, values: dict[str, Any]) -> None:
    after = lifecycle.decide(Status(found.status), act)
    saved = Complaint.objects.filter(pk=found.pk, version=found.version).update(
        **values, status=after.value, version=F("version") + 1
    )
    if not saved:
        raise Conflict(MOVED_FIRST)
    found.status, found.version = after.value, found.version + 1
    if after not in OPEN:
        due.clear(ANSWER_DUE, [str(found.pk)])


def _tell_answerers(found: Complaint, step: str, now: datetime) -> None:
    """Everybody who may answer it: not whom it is about, nor who gave the first answer."""
    roles = [role.value for role, held in RULES.items() if Permission.COMPLAINT_ANSWER in held]
    held = Posting.objects.filter(Q(to_at=None) | Q(to_at__gt=now), role__in=roles)
    case = case_of(found.person_id, now=now)
    not_these = {found.about_officer_id, found.answered_by_id, *case.conflicted_ids}
    told = set(held.values_list("officer_id", flat=True)) - not_these
    enqueue(
        about=f"complaint:{found.pk}", step=step,
        officer_ids=told & case.named_officer_ids if case.limited else told,
        template="complaint_waiting",
        words={"case_id": found.pk, "due_by": f"{found.answer_by:%Y-%m-%d %H:%M} UTC"}, now=now,
        weight=Weight.SOON,
    )  # fmt: skip


def _line(what: str, found: Complaint, by: Posted, now: datetime) -> None:
    audit.record(
        f"complaint:{what}", by=by, at=now, about=found.person_id,
        detail={"complaint": found.pk, "status": found.status},
    )  # fmt: skip


def _seen(rows: Iterable[Complaint], acts: Any) -> tuple[ComplaintSeen, ...]:
    found = list(rows)
    ids = {row.about_officer_id for row in found if row.about_officer_id is not None}
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=ids)} if ids else {}
    return tuple(
        ComplaintSeen(
            row.pk, About(row.about), names.get(row.about_officer_id or 0, ""), row.words,
            Status(row.status), row.version, row.made_at, row.answer_by, row.answer,
            row.answered_at, row.again_words, row.again_answer, row.again_answered_at,
            row.late_at is not None, acts(row),
        )
        for row in found
    )  # fmt: skip
