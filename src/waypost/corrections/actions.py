"""Relying on what was said, and being told when it falls.

    rely          with a statement that is sent: what it rests on, who has it
    acknowledge   a recipient says that they have the correction
    record_reply  an officer writes down that somebody outside has it
    put_right     whoever made a statement that rests on no alert says what of it does not hold
    correct       the machine: statements whose grounds are less than was said get a correction
    chase         the machine: asks again, then tells the officer who sent it, then the duty

`correct` looks at the records and keeps no list of what might have changed: late fixes, a backdated
variation, a wrong activation, an excuse and a review all end in a violation or a decision that is
not as it was told, so nothing that lessens one can be forgotten, and a crash costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from waypost.access import audit, may
from waypost.access.values import MACHINE, Permission, Posted
from waypost.alerts.models import Alert, Contest
from waypost.corrections.differing import (
    chase_at,
    differences,
    sentence,
    worth_telling,
)
from waypost.corrections.models import Copy, Correction, Ground, Statement
from waypost.corrections.recipients import check_recipients, is_mine
from waypost.corrections.standing import Seen, grounds_now
from waypost.corrections.telling import tell_chase, tell_correction
from waypost.corrections.values import NO_SUCH_CORRECTION, Change, Difference, Said, What
from waypost.errors import NoSuchThing, Refused
from waypost.monitoring.models import Dirty, Violation
from waypost.orders.queries import NUMBER_MAX, case_of

# While a person waits to be judged again what stands may fall and rise; then it is told as it is.
JUDGED_AGAIN_WITHIN = timedelta(minutes=3)
LOOK_BACK = timedelta(minutes=1)  # an act may commit a little after the time it says
AT_ONCE = 50  # statements in one transaction


def rely(
    *,
    what: str,
    reference: str,
    person_id: int,
    alert_ids: Collection[int],
    recipients: Collection[str],
    by: Posted,
    now: datetime,
) -> None:
    """Watch over a statement that is being sent. In the caller's transaction.

    what        of values.What
    reference   of the statement, once: "police_notification:17"
    recipients  officer:5, person:7, organisation:3, or outside:the court at Hackney
    """
    check_recipients(recipients)
    made = Statement.objects.create(
        what=What(what), reference=reference, person_id=person_id, made_at=now,
        made_by_id=by.officer_id, recipients=sorted(set(recipients)), looked_at=now,
    )  # fmt: skip
    found = grounds_now(alert_ids)
    Ground.objects.bulk_create(
        [_ground(made, seen) for seen in found.values() if seen.stands.stands]
    )
    audit.record(
        "statement:relied_on", by=by, at=now, about=person_id,
        detail={"reference": reference, "alerts": sorted(alert_ids), "copies": len(recipients)},
    )  # fmt: skip


@transaction.atomic
def acknowledge(correction_id: int, *, by: Posted, now: datetime) -> None:
    """Say that one has the correction: for oneself, or for the organisation one is posted to."""
    copies = _copies(correction_id)
    mine = [one for one in copies if is_mine(one.recipient, by)]
    if not mine:
        raise NoSuchThing(NO_SUCH_CORRECTION)
    _acknowledged(mine, "", by, now)


@transaction.atomic
def record_reply(
    correction_id: int, recipient: str, *, how: str, by: Posted, now: datetime
) -> None:
    """Write down that a recipient has it who cannot say so here; how: who was reached, and how."""
    copies = [one for one in _copies(correction_id) if one.recipient == recipient]
    if not copies:
        raise NoSuchThing(NO_SUCH_CORRECTION)
    about = copies[0].correction.statement.person_id
    case = case_of(about, now=now)
    may.check(by, Permission.ALERT_HANDLE, case, absent=NO_SUCH_CORRECTION)
    if not how.strip():
        raise Refused("Say who has it, and how you know.")
    _acknowledged(copies, how.strip(), by, now)


def put_right(
    reference: str, words: Collection[str], change: Change, *, by: Posted, now: datetime
) -> int | None:
    """A numbered correction of a statement that rests on no alert, in the caller's transaction: who
    has it is told and asked for an acknowledgement. Its number; None when nobody was sent it."""
    statement = Statement.objects.select_for_update().filter(reference=reference).first()
    if statement is None:
        return None
    made = _made(statement, list(words), [{"change": change.value}], now)
    audit.record(
        "correction:made", by=by, at=now, about=statement.person_id,
        detail={"corrections": [made.pk], "reference": reference},
    )  # fmt: skip
    return made.number


def correct(now: datetime) -> int:
    """Give their corrections to statements that are no longer so; how many were corrected."""
    found = list(_moved(now).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return _correct(found, now) if found else 0


@transaction.atomic
def _correct(statement_ids: list[int], now: datetime) -> int:
    statements = list(
        Statement.objects.select_for_update().filter(pk__in=statement_ids).order_by("pk")
    )
    grounds = list(Ground.objects.filter(statement__in=statements).order_by("pk"))
    stand = grounds_now({one.alert_id for one in grounds})
    made = [
        one
        for statement in statements
        if (one := _look_at(statement, [g for g in grounds if g.statement_id == statement.pk],
                            stand, now))
    ]  # fmt: skip
    if made:
        detail = {"corrections": [one.pk for one in made]}
        audit.record("correction:made", by=MACHINE, at=now, detail=detail)
    return len(made)


def _look_at(
    statement: Statement,
    grounds: list[Ground],
    stand: dict[tuple[int, int | None], Seen],
    now: datetime,
) -> Correction | None:
    """Compare, note what was seen, and correct what is less than was said."""
    Statement.objects.filter(pk=statement.pk).update(looked_at=now - LOOK_BACK)
    now_so = {key: seen.stands for key, seen in stand.items()}
    found = differences([_said(one) for one in grounds], now_so)
    changed = {(one.said.alert_id, one.said.violation_id): one for one in found}
    for ground in grounds:
        key = (ground.alert_id, ground.violation_id)
        seen, difference = stand.get(key), changed.get(key)
        if seen is not None:
            _keep(ground, seen, difference)
    told = worth_telling(found, now_so)
    return _make(statement, told, now) if told else None


def _make(statement: Statement, told: list[Difference], now: datetime) -> Correction:
    changes = [
        {"change": one.change.value, "alert": one.said.alert_id, "violation": one.said.violation_id}
        for one in told
    ]
    return _made(statement, [sentence(one, settings.WALL_ZONE) for one in told], changes, now)


def _made(
    statement: Statement, words: list[str], changes: list[dict[str, Any]], now: datetime
) -> Correction:
    last = Correction.objects.filter(statement=statement).count()
    made = Correction.objects.create(
        statement=statement,
        number=last + 1,
        at=now,
        words=words,
        changes=changes,
    )
    Copy.objects.bulk_create(
        [
            Copy(
                correction=made, recipient=recipient,
                chase_at=chase_at(What(statement.what), 0, now),
            )
            for recipient in statement.recipients
        ]
    )  # fmt: skip
    tell_correction(statement, made, now)
    return made


def chase(now: datetime, *, limit: int = 100) -> int:
    """Ask again those who have not said that they have it; how many."""
    due = list(Copy.objects.filter(chase_at__lte=now).order_by("chase_at", "pk")[:limit])
    if due:
        _chase([one.pk for one in due], now)
    return len(due)


@transaction.atomic
def _chase(copy_ids: list[int], now: datetime) -> None:
    found = Copy.objects.select_for_update(of=("self",)).filter(pk__in=copy_ids, chase_at__lte=now)
    chased = list(found.select_related("correction__statement").order_by("pk"))
    for one in chased:
        statement = one.correction.statement
        one.chased += 1
        one.chase_at = chase_at(What(statement.what), one.chased, now)
        one.save(update_fields=["chased", "chase_at"])
        tell_chase(statement, one, now)
    if chased:
        detail = {"copies": [one.pk for one in chased]}
        audit.record("correction:chased", by=MACHINE, at=now, detail=detail)


def _moved(now: datetime) -> QuerySet[Statement]:
    """Statements of which a violation, or an alert, is in another version than was compared, or a
    contest was reviewed. Not those of persons who wait to be judged again, for a little while."""
    violation = Violation.objects.filter(pk=OuterRef("violation_id"))
    alert = Alert.objects.filter(pk=OuterRef("alert_id"))
    reviewed = Contest.objects.filter(
        alert_id=OuterRef("alert_id"), decided_at__gte=OuterRef("statement__looked_at")
    )
    others = Ground.objects.filter(statement=OuterRef("pk")).filter(
        Q(Exists(violation.exclude(version=OuterRef("seen_version"))))
        | Q(Exists(alert.exclude(version=OuterRef("seen_version"))), violation_id=None)
        | Q(Exists(reviewed))
    )
    waits = Dirty.objects.filter(
        person_id=OuterRef("person_id"), marked_at__gt=now - JUDGED_AGAIN_WITHIN
    )
    return Statement.objects.filter(Exists(others)).exclude(Exists(waits))


def _ground(statement: Statement, seen: Seen) -> Ground:
    one = seen.stands
    return Ground(
        statement=statement, alert_id=one.alert_id, violation_id=one.violation_id,
        stands=one.stands, certainty=one.certainty, from_at=one.from_at, to_at=one.to_at,
        minutes=one.minutes, seen_version=seen.version,
    )  # fmt: skip


def _said(one: Ground) -> Said:
    return Said(
        one.alert_id, one.violation_id, one.stands, one.certainty, one.from_at, one.to_at,
        one.minutes,
    )  # fmt: skip


def _keep(ground: Ground, seen: Seen, difference: Difference | None) -> None:
    """What grew keeps what its recipients know: a later fall is measured from that."""
    if difference is not None:
        one = seen.stands
        ground.stands, ground.certainty, ground.minutes = one.stands, one.certainty, one.minutes
        ground.from_at, ground.to_at = one.from_at, one.to_at
    if difference is not None or ground.seen_version != seen.version:
        ground.seen_version = seen.version
        ground.save()


def _copies(correction_id: int) -> list[Copy]:
    found = Copy.objects.select_for_update(of=("self",)).filter(
        correction_id=min(correction_id, NUMBER_MAX)
    )
    return list(found.select_related("correction__statement").order_by("pk"))


def _acknowledged(copies: list[Copy], how: str, by: Posted, now: datetime) -> None:
    """Once: to say it again changes nothing."""
    waiting = [one for one in copies if one.acknowledged_at is None]
    for one in waiting:
        one.acknowledged_at, one.acknowledged_by_id = now, by.officer_id
        one.how, one.chase_at = how, None
        one.save(update_fields=["acknowledged_at", "acknowledged_by_id", "how", "chase_at"])
    if waiting:
        correction = waiting[0].correction
        audit.record(
            "correction:acknowledged", by=by, at=now, about=correction.statement.person_id,
            detail={"correction": correction.pk, "copies": [one.pk for one in waiting]},
        )  # fmt: skip
