"""Contesting an upheld alert, and reviewing it: what happens to the record (contests.py decides).

contest       entered by an officer for the wearer or their solicitor
contest_own   by the wearer on their own page
record_risk   it counts meanwhile, and why
review        somebody who did not decide it: stands or does not, with the lifecycle acts that
              follow, in one transaction
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.alerts import actions
from waypost.alerts.atv import recount
from waypost.alerts.contests import (
    BLAMES,
    Contested,
    Decided,
    acts_after,
    check_can_contest,
    check_can_review,
    review_by,
)
from waypost.alerts.models import Account, Alert, AlertMove, Contest
from waypost.alerts.noting import alert_to_handle, tell
from waypost.alerts.values import NO_SUCH_ALERT, Act, AlertKind, Status
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.models import RequirementVersion
from waypost.orders.queries import NUMBER_MAX, atv_persons, case_of
from waypost.orders.values import BankHolidayDivision

NO_SUCH_CONTEST = "There is no such contest."
THE_WEARER = "the wearer"
RISK_RECORDED = "contest_risk_recorded"  # the move that says since when it counts meanwhile
ACTIONS: dict[Act, Callable[..., Alert]] = {
    Act.NOTE: actions.note,
    Act.TAKE_IN_HAND: actions.take_in_hand,
    Act.EXPLAIN: actions.explain,
    Act.REOPEN: actions.reopen,
    Act.ACKNOWLEDGE: actions.acknowledge,
}


@transaction.atomic
def contest(
    alert_id: int, *, raised_by: str, words: str, by: Posted, now: datetime, risk_why: str = ""
) -> Contest:
    """Dispute an upheld alert for the wearer; it counts towards no warning until it is reviewed.

    risk_why   why it counts meanwhile all the same; empty: it does not
    """
    alert = alert_to_handle(alert_id, by, now=now)
    if not raised_by.strip():
        raise Refused("Say who contests it: the wearer, or who for them.")
    return _raise(alert, raised_by.strip(), words, by, now, risk_why)


@transaction.atomic
def contest_own(alert_id: int, *, words: str, by: Posted, now: datetime) -> Contest:
    """The same by the wearer, of an alert about themselves."""
    alert = Alert.objects.select_for_update().filter(pk=min(alert_id, NUMBER_MAX)).first()
    if alert is None or by.own_person_id is None or alert.person_id != by.own_person_id:
        raise NoSuchThing(NO_SUCH_ALERT)
    may.check(by, Permission.OWN_CONTEST, case_of(alert.person_id, now=now), absent=NO_SUCH_ALERT)
    return _raise(alert, THE_WEARER, words, by, now, "")


@transaction.atomic
def record_risk(contest_id: int, *, why: str, by: Posted, now: datetime) -> Contest:
    """Say that it counts meanwhile since waiting would be a risk, and why."""
    found, alert = _to_review(contest_id, by, now)
    if not why.strip():
        raise Refused("Say what the risk is.")
    if found.counts_meanwhile:
        raise Refused("A risk is recorded already.")
    found.counts_meanwhile, found.risk_why = True, why.strip()
    found.save(update_fields=["counts_meanwhile", "risk_why"])
    tell(alert, RISK_RECORDED, by=by, now=now)
    _record("contest:risk_recorded", found, alert, by, now)
    return found


@transaction.atomic
def review(
    contest_id: int,
    *,
    stands: bool,
    why: str,
    by: Posted,
    now: datetime,
    expected_version: int | None = None,
) -> Contest:
    """Decide whether the alert stands; the alert moves as its table allows.

    raises   Refused for whoever decided what is contested, without why, or where the alert cannot
             move so; Conflict when the alert moved since the page was read
    """
    found, alert = _to_review(contest_id, by, now)
    if expected_version is not None and expected_version != alert.version:
        raise Conflict(actions.MOVED_FIRST)
    check_can_review(by.officer_id, deciders(alert))
    if not why.strip():
        raise Refused("Say why it stands, or why not.")
    found.decided_at, found.decided_by_id = now, by.officer_id
    found.stands, found.why = stands, why.strip()
    found.save(update_fields=["decided_at", "decided_by_id", "stands", "why"])
    tell(alert, "contest_stands" if stands else "contest_does_not_stand", by=by, now=now)
    taken = Alert.objects.filter(open_subject=f"{alert.person_id}:{alert.subject}")
    way = acts_after(
        Status(alert.status), stands=stands, subject_taken=taken.exclude(pk=alert.pk).exists()
    )
    for act in way:
        ACTIONS[act](alert.pk, by=by, now=now, note=why.strip())
    if alert.kind == AlertKind.CURFEW:
        recount(atv_persons([alert.person_id]), now=now)
    _record("contest:decided", found, alert, by, now, stands=stands)
    return found


def deciders(alert: Alert) -> frozenset[int | None]:
    """Who decided against the wearer: upheld it, closed it as a breach, or found their account not
    reasonable."""
    upheld = AlertMove.objects.filter(alert=alert, what="upheld")
    closed = AlertMove.objects.filter(alert=alert, what="closed").order_by("-pk")[:1]
    unreasonable = Account.objects.filter(alert=alert, reasonable=False)
    found = {*upheld.values_list("officer_id", flat=True)}
    found |= {*unreasonable.values_list("decided_by_id", flat=True)}
    if alert.status == Status.CLOSED and alert.outcome in BLAMES:
        found |= {*closed.values_list("officer_id", flat=True)}
    return frozenset(found - {None})


def decided(alert: Alert) -> Decided:
    """The alert as far as it counts (contests.counts)."""
    upheld = AlertMove.objects.filter(alert=alert, what="upheld").order_by("-at", "-pk")
    at = upheld.values_list("at", flat=True).first()
    return Decided(Status(alert.status), alert.outcome, at)


def contested(rows: Iterable[Contest]) -> list[Contested]:
    return [Contested(row.at, row.decided_at, row.stands, row.counts_meanwhile) for row in rows]


def _raise(
    alert: Alert, raised_by: str, words: str, by: Posted, now: datetime, risk_why: str
) -> Contest:
    if not words.strip():
        raise Refused("Say what is wrong with the decision.")
    check_can_contest(decided(alert), contested(alert.contests.all()))
    made = Contest.objects.create(
        alert=alert,
        at=now,
        raised_by=raised_by,
        words=words.strip(),
        review_by=review_by(now, zone=settings.WALL_ZONE, division=_division(alert)),
        counts_meanwhile=bool(risk_why.strip()),
        risk_why=risk_why.strip(),
    )
    tell(alert, "contested", by=by, now=now)
    if made.counts_meanwhile:
        tell(alert, RISK_RECORDED, by=by, now=now)
    _record("alert:contested", made, alert, by, now)
    return made


def _to_review(contest_id: int, by: Posted, now: datetime) -> tuple[Contest, Alert]:
    found = Contest.objects.select_for_update().filter(pk=min(contest_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_CONTEST)
    alert = alert_to_handle(found.alert_id, by, now=now)
    if found.decided_at is not None:
        raise Refused("This contest was decided already.")
    return found, alert


def _division(alert: Alert) -> BankHolidayDivision:
    """Whose bank holidays: those by which the requirement goes."""
    rows = RequirementVersion.objects.filter(
        person_id=alert.person_id, reference=alert.requirement_reference
    )
    said = rows.order_by("-pk").values_list("bank_holiday_division", flat=True).first()
    return BankHolidayDivision(said) if said else BankHolidayDivision.ENGLAND_AND_WALES


def _record(kind: str, row: Contest, alert: Alert, by: Posted, now: datetime, **more: Any) -> None:
    detail = {"alert": alert.pk, "contest": row.pk, **more}
    audit.record(kind, by=by, at=now, about=alert.person_id, detail=detail)
