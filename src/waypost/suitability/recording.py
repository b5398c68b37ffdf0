"""Facts of an assessment, each added with who wrote it when; the newest counts.

take, find_unsuitable, withdraw, reopen   the assessment itself (values.NEXT)
record_cohort, record_score, record_note  whom it is about
add_commitment, end_commitment            hours that a timetable must leave free
record_home, record_finding               the address, power and signal there
attach_try                                a what-if as evidence
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.orders.values import WEEKDAYS
from waypost.suitability import lifecycle, scope
from waypost.suitability.models import (
    Assessment,
    AssessmentMove,
    Commitment,
    Home,
    HomeFinding,
    Note,
    RiskScore,
    TriedBeside,
)
from waypost.suitability.scope import check_version, named, said, to_write
from waypost.suitability.values import Act, CommitmentKind, Signal, Status, Suitable
from waypost.whatif.actions import NO_SUCH_TRY
from waypost.whatif.lifecycle import Status as TryStatus
from waypost.whatif.models import WhatIf

PARTS: dict[str, str] = {
    "health": "Health",
    "work": "Work, education and training",
    "caring": "Caring for others",
    "faith": "Faith",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a form gives of an address. power None: not looked at."""

    suitable: Suitable
    reasons: str
    power: bool | None
    signal: Signal
    signal_on: date | None


def move(found: Assessment, act: Act, words: str, *, by: Posted, now: datetime) -> None:
    """One step of the table, with its move; the caller writes the audit line."""
    before = Status(found.status)
    after = lifecycle.decide(before, act, words=words)
    scope.save(found, {"status": after.value})
    AssessmentMove.objects.create(
        assessment=found, at=now, act=act.value, from_status=before.value, to_status=after.value,
        officer_id=by.officer_id, words=words.strip(),
    )  # fmt: skip


@transaction.atomic
def do(
    assessment_id: int, act: Act, words: str, *, by: Posted, now: datetime,
    expected_version: int | None = None,
) -> None:  # fmt: skip
    """Take it up, find it unsuitable, withdraw it, or open it again. Who takes it up assesses."""
    if act not in {Act.TAKE, Act.FIND_UNSUITABLE, Act.WITHDRAW, Act.REOPEN}:
        raise Refused("Choose what to do.")
    found = scope.find(assessment_id, Permission.SUITABILITY_WRITE, by=by, now=now)
    check_version(found, expected_version)
    move(found, act, words, by=by, now=now)
    if act is Act.TAKE:
        scope.save(found, {"officer_id": by.officer_id})
    audit.record(f"assessment:{act.value}", by=by, at=now, about=found.person_id,
                 detail={"assessment": found.pk})  # fmt: skip


@transaction.atomic
def record_cohort(
    assessment_id: int, in_cohort: bool | None, source: str, *, by: Posted, now: datetime
) -> None:
    """Whether they are one of those the programme is for, and who said so. None: not known."""
    found = to_write(assessment_id, by=by, now=now)
    if in_cohort is not None:
        source = named(source, "Say who said so, and when.", limit=200)
    scope.save(found, {"in_cohort": in_cohort, "cohort_source": source if in_cohort is not None
                       else ""})  # fmt: skip
    _line(found, "cohort", by, now)


@transaction.atomic
def record_score(
    assessment_id: int, instrument: str, score: str, scored_on: date, words: str, *, by: Posted,
    now: datetime,
) -> None:  # fmt: skip
    """What a known instrument gave. It is written down as it stands there, and weighed by nobody
    here."""
    found = to_write(assessment_id, by=by, now=now)
    if scored_on > now.date():
        raise Refused("Give the day on which it was scored; that day has not come yet.")
    if not score.strip():
        raise Refused("Give the score as the instrument states it.")
    RiskScore.objects.create(
        assessment=found, score=" ".join(score.split())[:40], scored_on=scored_on,
        instrument=named(instrument, "Name the instrument, such as OASys or OGRS.", limit=80),
        words=" ".join(words.split())[:500], at=now, officer_id=by.officer_id,
    )  # fmt: skip
    _line(found, "score", by, now)


@transaction.atomic
def record_note(assessment_id: int, part: str, words: str, *, by: Posted, now: datetime) -> None:
    found = to_write(assessment_id, by=by, now=now)
    if part not in PARTS:
        raise Refused("Choose what it is about.")
    Note.objects.create(
        assessment=found, part=part, at=now, officer_id=by.officer_id,
        words=said(words, "Say what is known, or that nothing is and who was asked."),
    )  # fmt: skip
    _line(found, part, by, now)


@transaction.atomic
def add_commitment(
    assessment_id: int, kind: CommitmentKind, words: str, days: Sequence[str], start: str, end: str,
    *, by: Posted, now: datetime,
) -> None:  # fmt: skip
    """What they do each week. days (), start and end "": it has no fixed hours."""
    found = to_write(assessment_id, by=by, now=now)
    chosen = [one for one in WEEKDAYS if one in days]
    if bool(chosen) != bool(start) or bool(start) != bool(end):
        raise Refused("Give days, a start and an end; or none of the three.")
    Commitment.objects.create(
        assessment=found, kind=kind.value, days=" ".join(chosen), start=start, end=end, at=now,
        officer_id=by.officer_id,
        words=named(words, "Say what it is, such as shift at a bakery.", limit=300),
    )  # fmt: skip
    _line(found, "commitment", by, now)


@transaction.atomic
def end_commitment(assessment_id: int, commitment_id: int, *, by: Posted, now: datetime) -> None:
    found = to_write(assessment_id, by=by, now=now)
    rows = found.commitments.filter(pk=min(commitment_id, NUMBER_MAX), ended_at=None)
    if not rows.update(ended_at=now, ended_by_id=by.officer_id):
        raise Refused("That was taken out already.")
    _line(found, "commitment", by, now)


@transaction.atomic
def record_home(assessment_id: int, address: str, *, by: Posted, now: datetime) -> None:
    """The address that is asked about from now on. Checks of another one do not count for it."""
    found = to_write(assessment_id, by=by, now=now)
    text = said(" ".join(address.split()), "Give the address, with its postcode.", limit=300)
    last = scope.home_of(found)
    if last is not None and last.address == text:
        raise Refused("That is the address already.")
    Home.objects.create(assessment=found, address=text, at=now, officer_id=by.officer_id)
    _line(found, "home", by, now, kind="householder:written")


@transaction.atomic
def record_finding(assessment_id: int, given: Found, *, by: Posted, now: datetime) -> None:
    """Whether the address is suitable, and why; power and signal there, with the day of the look.

    raises   Refused for a signal without its day, a suitable address without power
    """
    found = to_write(assessment_id, by=by, now=now)
    home = scope.home_of(found)
    if home is None:
        raise Refused("Give the address first.")
    tested = given.signal is not Signal.NOT_TESTED
    if tested and given.signal_on is None:
        raise Refused("Give the day on which the signal was tested.")
    if given.signal_on is not None and given.signal_on > now.date():
        raise Refused("The day on which the signal was tested has not come yet.")
    if given.suitable is Suitable.SUITABLE and given.power is False:
        raise Refused("Without power there a tag cannot be charged: the address is not suitable.")
    HomeFinding.objects.create(
        home=home, suitable=given.suitable.value, power=given.power, signal=given.signal.value,
        signal_on=given.signal_on if tested else None, at=now, officer_id=by.officer_id,
        reasons=said(given.reasons, "Say why: who looked, and what they saw."),
    )  # fmt: skip
    _line(found, "home", by, now, kind="householder:written")


@transaction.atomic
def attach_try(
    assessment_id: int, whatif_id: int, reason: str, *, by: Posted, now: datetime
) -> None:
    """Put a finished try of this person beside the assessment, as evidence. Twice it is one."""
    found = to_write(assessment_id, by=by, now=now)
    may.check(by, Permission.WHATIF_RUN, case_of(found.person_id, now=now), absent=NO_SUCH_TRY)
    rows = WhatIf.objects.filter(pk=min(whatif_id, NUMBER_MAX), person_id=found.person_id)
    tried = rows.first()
    if tried is None:
        raise NoSuchThing(NO_SUCH_TRY)
    if tried.status != TryStatus.DONE.value:
        raise Refused("It is not finished; attach it when its result is here.")
    TriedBeside.objects.get_or_create(
        assessment=found, whatif=tried,
        defaults={"at": now, "officer_id": by.officer_id,
                  "reason": said(reason, "Say what it shows: a court reads the reason.")},
    )  # fmt: skip
    audit.record("assessment:tried", by=by, at=now, about=found.person_id,
                 purpose=Purpose.PROPORTIONALITY,
                 detail={"assessment": found.pk, "what_if": tried.pk})  # fmt: skip


def _line(
    found: Assessment, part: str, by: Posted, now: datetime, *, kind: str = "assessment:written"
) -> None:
    audit.record(kind, by=by, at=now, about=found.person_id,
                 detail={"assessment": found.pk, "part": part})  # fmt: skip
