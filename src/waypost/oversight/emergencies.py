"""Emergency access: a case that is not the officer's, opened for some hours, and always reviewed.

    open_case   by an officer whose role could carry the look, with the person's reference and why
    review      within a day, by somebody else who reviews lawful use

The officer says why before anything is shown; those who review lawful use and the responsible
officers are told at once. It never opens somebody under limited access, nor a case in which the
officer has a conflict of interest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, may
from waypost.access.queries import officers_in_role
from waypost.access.values import MACHINE, Case, Permission, Posted, Reach, Role
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs import due
from waypost.notices.outbox import enqueue
from waypost.notices.values import Weight
from waypost.orders.models import EmergencyAccess
from waypost.orders.queries import NUMBER_MAX, case_of, hidden_person_ids, person_by_reference
from waypost.oversight.values import Outcome

LASTS = timedelta(hours=4)
REVIEWED_WITHIN = timedelta(hours=24)
WORDS_MAX = 500
REVIEW_DUE = "emergency_review"
NO_SUCH_EMERGENCY = "There is no such emergency access."


@dataclass(frozen=True, slots=True)
class EmergencySeen:
    emergency_id: int
    person_id: int
    reference: str
    officer: str
    own: bool  # made by whoever reads it
    words: str
    from_at: datetime
    to_at: datetime
    review_due_at: datetime
    reviewed_at: datetime | None
    outcome: Outcome | None
    review_words: str


@transaction.atomic
def open_case(reference: str, words: str, *, by: Posted, now: datetime) -> int:
    """Open the case of the person of this reference for four hours; gives the person's number.

    raises   NoSuchThing for a person who is not there or under limited access; Refused where the
             officer's roles show no person at all, a conflict of interest stands, the case is open
             to them already, or no reason is given
    """
    may.check(by, Permission.PERSON_READ)
    if may.reach(by, Permission.PERSON_READ) is Reach.SELF:
        raise Refused("Your role shows no case but your own, and no emergency opens another.")
    said = " ".join(words.split())[:WORDS_MAX]
    if len(said) < 10:
        raise Refused("Say what the emergency is, in a sentence: whoever reviews it has only that.")
    person = person_by_reference(reference.strip())
    case = case_of(person.pk, now=now)
    answer = may.decide(by, Permission.PERSON_READ, case)
    if answer.hidden:
        raise NoSuchThing(may.NO_SUCH_PERSON)
    if answer.allowed:
        raise Refused("This case is open to you already; open it as you always do.")
    if by.officer_id is None or by.officer_id in case.conflicted_ids:
        raise Refused(may.CONFLICTED)
    made = EmergencyAccess.objects.create(
        person_id=person.pk, officer_id=by.officer_id, words=said, from_at=now, to_at=now + LASTS,
        review_due_at=now + REVIEWED_WITHIN,
    )  # fmt: skip
    due.set_due([due.DueRow(REVIEW_DUE, str(made.pk), made.review_due_at)])
    _tell(made, case, "emergency_opened", "opened", now)
    audit.record("emergency:opened", by=by, at=now, about=person.pk, detail={"emergency": made.pk})
    return person.pk


@transaction.atomic
def review(emergency_id: int, outcome: Outcome, words: str, *, by: Posted, now: datetime) -> None:
    """Say whether it was right, with why. Refused for whoever opened it."""
    found = EmergencyAccess.objects.filter(pk=min(emergency_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_EMERGENCY)
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.EMERGENCY_REVIEW, case, absent=NO_SUCH_EMERGENCY)
    if found.officer_id == by.officer_id:
        raise Refused("Somebody else reviews what you opened.")
    said = " ".join(words.split())[:WORDS_MAX]
    if not said:
        raise Refused("Say what you looked at and why you find so.")
    waiting = EmergencyAccess.objects.filter(pk=found.pk, reviewed_at=None)
    if not waiting.update(reviewed_at=now, reviewed_by_id=by.officer_id, outcome=outcome.value,
                          review_words=said, to_at=min(found.to_at, now)):  # fmt: skip
        raise Conflict("This emergency access was reviewed already.")
    due.clear(REVIEW_DUE, [str(found.pk)])
    detail = {"emergency": found.pk, "outcome": outcome.value}
    audit.record("emergency:reviewed", by=by, at=now, about=found.person_id, detail=detail)


def emergencies(by: Posted, *, now: datetime) -> list[EmergencySeen]:
    """Those that wait for a review first, then the newest: all for who reviews, else one's own."""
    rows = EmergencyAccess.objects.select_related("person", "officer").order_by("-from_at", "-pk")
    if may.decide(by, Permission.EMERGENCY_REVIEW).allowed:
        hidden = hidden_person_ids(by, Permission.EMERGENCY_REVIEW, now=now)
        rows = rows.exclude(person_id__in=hidden)
    else:
        may.check(by, Permission.SIGNED_IN)
        rows = rows.filter(officer_id=by.officer_id or 0)
    seen = [
        EmergencySeen(
            row.pk, row.person_id, row.person.reference, str(row.officer),
            row.officer_id == by.officer_id, row.words, row.from_at, row.to_at, row.review_due_at,
            row.reviewed_at, Outcome(row.outcome) if row.outcome else None, row.review_words,
        )
        for row in rows[:200]
    ]  # fmt: skip
    return sorted(seen, key=lambda one: one.reviewed_at is not None)


def fire_late_reviews(now: datetime) -> int:
    """Tell, once, that an emergency access was not reviewed within its day."""
    rows = due.past(REVIEW_DUE, now=now)
    if not rows:
        return 0
    with transaction.atomic():
        due.clear(REVIEW_DUE, [row.subject for row in rows])
        late = EmergencyAccess.objects.filter(
            pk__in=[int(row.subject) for row in rows], reviewed_at=None
        )
        for one in late:
            case = case_of(one.person_id, now=now)
            _tell(one, case, "emergency_unreviewed", "unreviewed", now)
        ids = sorted(late.values_list("pk", flat=True))
        audit.record("emergency:unreviewed", by=MACHINE, at=now, detail={"emergencies": ids})
    return len(rows)


def _tell(made: EmergencyAccess, case: Case, template: str, step: str, now: datetime) -> None:
    reviewers = set(officers_in_role(Role.DATA_PROTECTION_OFFICER, now=now))
    told = (reviewers | case.officer_ids) - {made.officer_id}
    enqueue(
        about=f"emergency:{made.pk}", step=step, officer_ids=sorted(told), template=template,
        words={"emergency_id": made.pk, "by": f"{made.review_due_at:%Y-%m-%d %H:%M} UTC"},
        now=now, weight=Weight.NOW,
    )  # fmt: skip
