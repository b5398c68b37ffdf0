"""What may be done in training: give a ticket, take a result in; and, while practising, attempts.

give_ticket     of the real store, for one officer and course
record_result   of the real store: the seal, then the score reckoned anew, then the record
begin, finish   in a practice's store; worlds/practice.py makes the case between them
hand_in         the sealed result of a practice, as a file
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import AuditLine, Officer
from waypost.access.queries import find_officer
from waypost.access.values import MACHINE, Permission, Posted, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.home import secret
from waypost.training import sealing
from waypost.training.exercises import COURSES, EXERCISES, of_role
from waypost.training.gathering import done_in
from waypost.training.models import Attempt, TicketGiven, TrainingResult
from waypost.training.passing import valid_until
from waypost.training.queries import officer_of
from waypost.training.scoring import score, set_version
from waypost.training.values import ATTEMPTS_MAX, TICKET_FOR, Score

SECRET = "training"  # noqa: S105 the name of the file that holds it
NOT_GOOD = "This result was not sealed for a ticket of this store; nothing is recorded."


@transaction.atomic
def give_ticket(
    username: str, role: Role, *, by: Posted = MACHINE, now: datetime
) -> tuple[sealing.Ticket, bytes]:
    """A ticket and its key, for whoever runs the practice. Nobody gives one to themself."""
    may.check(by, Permission.OFFICER_WRITE)
    officer = _officer(username)
    if role not in COURSES:
        raise Refused(f"There is no practice for a {role.value.replace('_', ' ')}.")
    if by.officer_id == officer.pk:
        raise Refused("Somebody else gives you leave to practise: ask another administrator.")
    until = (now + TICKET_FOR).replace(microsecond=0)
    ticket = sealing.Ticket(secrets.token_urlsafe(18), username, role, until)
    TicketGiven.objects.create(
        number=ticket.number, officer_id=officer.pk, role=role.value, given_at=now,
        given_by_id=by.officer_id, expires_at=until,
    )  # fmt: skip
    detail = {"officer_id": officer.pk, "role": role.value}
    audit.record("training:ticket_given", by=by, at=now, detail=detail)
    return ticket, sealing.key_of(secret(SECRET), ticket)


@transaction.atomic
def record_result(data: bytes, *, by: Posted = MACHINE, now: datetime) -> TrainingResult:
    """Take a sealed result in; the same file again changes nothing and gives the same record.

    raises   Refused for a seal that is not ours, an old ticket, another set of exercises, and a
             course that is not whole; Conflict where the ticket brought another result before
    """
    may.check(by, Permission.OFFICER_WRITE)
    result, seal = sealing.read_result(data)
    given = TicketGiven.objects.select_for_update().filter(number=result.number).first()
    if given is None or not _is_ours(result, seal, given):
        raise Refused(NOT_GOOD)
    if by.officer_id is not None and by.officer_id == given.officer_id:
        raise Refused("Somebody else takes your result in.")
    digest = sealing.digest_of(data)
    if given.used_at is not None:
        if given.result_digest == digest:
            return given.result
        raise Conflict("This ticket brought a result before; ask for a new ticket.")
    if not given.given_at <= result.ended_at <= min(given.expires_at, now):
        raise Refused("The practice was not finished while its ticket was good; ask for a new one.")
    return _recorded(given, result, digest, by, now)


def _is_ours(result: sealing.Result, seal: str, given: TicketGiven) -> bool:
    username = Officer.objects.filter(pk=given.officer_id).values_list("username", flat=True)
    ticket = sealing.Ticket(given.number, username.get(), Role(given.role), given.expires_at)
    same = (result.username, result.role) == (ticket.username, ticket.role)
    return same and sealing.is_sealed(result, seal, sealing.key_of(secret(SECRET), ticket))


def _recorded(
    given: TicketGiven, result: sealing.Result, digest: str, by: Posted, now: datetime
) -> TrainingResult:
    wanted = of_role(result.role)
    if result.set_version != set_version(EXERCISES, result.role):
        raise Refused(
            "These are other exercises than this store has: practise with the same version."
        )
    if sorted(one.exercise for one in result.taken) != sorted(one.key for one in wanted):
        raise Refused("Not every exercise of the course was finished; finish them, then hand in.")
    taken = {one.exercise: one for one in result.taken}
    scores = [
        (one.key, score(one, result.role, taken[one.key].answers, taken[one.key].done))
        for one in wanted
    ]
    fair = all(1 <= one.attempts <= ATTEMPTS_MAX for one in result.taken)
    passed = fair and all(one.passed for _, one in scores)
    if not TicketGiven.objects.filter(pk=given.pk, used_at=None).update(
        used_at=now, result_digest=digest
    ):
        raise Conflict("This ticket brought a result just now; look at the record.")
    made = TrainingResult.objects.create(
        ticket=given, officer_id=given.officer_id, role=given.role,
        set_version=result.set_version, points=sum(one.points for _, one in scores),
        of=sum(one.of for _, one in scores), passed=passed, ended_at=result.ended_at,
        valid_until=valid_until(result.ended_at, passed=passed),
        attempts=sum(one.attempts for one in result.taken),
        exercises=[[key, one.points, one.of, one.passed] for key, one in scores],
        recorded_at=now, recorded_by_id=by.officer_id,
    )  # fmt: skip
    detail = {
        "officer_id": made.officer_id, "role": made.role, "result": made.pk, "passed": passed,
    }  # fmt: skip
    audit.record("training:recorded", by=by, at=now, detail=detail)
    return made


@transaction.atomic
def begin(
    exercise: str, role: Role, number: int, person_id: int, links: Sequence[tuple[str, str]], *,
    by: Posted, now: datetime,
) -> Attempt:  # fmt: skip
    """The case stands: from the next line of the audit on, what is done with it counts."""
    last = AuditLine.objects.order_by("-number").values_list("number", flat=True).first() or 0
    made = Attempt.objects.create(
        officer_id=officer_of(by), role=role.value, exercise=exercise, number=number,
        made_up_id=person_id, links=[list(one) for one in links], from_line=last, began_at=now,
    )  # fmt: skip
    audit.record(
        "practice:begun", by=by, at=now, about=person_id,
        detail={"attempt": made.pk, "exercise": exercise},
    )  # fmt: skip
    return made


@transaction.atomic
def finish(
    exercise: str, role: Role, answers: Mapping[str, str], *, by: Posted, now: datetime
) -> Score:
    """Score the attempt that is open, by what its officer did and now answers."""
    found = Attempt.objects.filter(
        officer_id=officer_of(by), role=role.value, exercise=exercise, ended_at=None
    ).first()
    if found is None:
        raise Conflict("This attempt is finished; begin another one.")
    asked = next(one for one in EXERCISES if one.key == exercise)
    missing = [one for one in asked.questions if not answers.get(one.key)]
    if missing:
        raise Refused("Answer every question: what is left open counts as wrong.")
    kept = {one.key: answers[one.key] for one in asked.questions}
    done = done_in(found)
    scored = score(asked, role, kept, done)
    saved = Attempt.objects.filter(pk=found.pk, ended_at=None).update(
        ended_at=now, answers=kept, points=scored.points, of=scored.of, passed=scored.passed,
        done=[{"kind": one.kind, "detail": dict(one.detail)} for one in done],
    )  # fmt: skip
    if not saved:
        raise Conflict("This attempt is finished; begin another one.")
    audit.record(
        "practice:finished", by=by, at=now, about=found.made_up_id,
        detail={"attempt": found.pk, "exercise": exercise, "points": scored.points,
                "passed": scored.passed},
    )  # fmt: skip
    return scored


@transaction.atomic
def hand_in(
    ticket: sealing.Ticket, key: bytes, *, by: Posted, now: datetime
) -> bytes:  # fmt: skip
    """The sealed result: of each exercise the best attempt. Refused before all are finished."""
    attempts = list(
        Attempt.objects.filter(officer_id=officer_of(by), role=ticket.role.value)
        .exclude(ended_at=None)
        .order_by("number")
    )
    best = {one.exercise: one for one in sorted(attempts, key=lambda one: (one.passed, one.points))}
    missing = [one.title for one in of_role(ticket.role) if one.key not in best]
    if missing:
        raise Refused(f"Finish these first: {', '.join(missing)}.")
    counts = {key: sum(one.exercise == key for one in attempts) for key in best}
    result = sealing.Result(
        ticket.number, ticket.username, ticket.role, set_version(EXERCISES, ticket.role),
        now,
        tuple(
            sealing.Taken(one.exercise, counts[one.exercise], one.answers, done_in(one))
            for one in sorted(best.values(), key=lambda one: one.exercise)
        ),
    )  # fmt: skip
    audit.record("practice:handed_in", by=by, at=now, detail={"exercises": len(best)})
    return sealing.write_result(result, key)


def _officer(username: str) -> Officer:
    found = find_officer(username)
    if found is None or found.person_id is not None or not found.is_active:
        raise NoSuchThing("There is no such officer.")
    return found
