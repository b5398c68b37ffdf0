"""An alert as it was known at an earlier instant: for a review of what went wrong, and who knew.

    alert_known(...)   its story, violations, order, numbers, who had been told: all as of then
    fixes_known(...)   the fixes received by then around what was judged, behind a purpose

Everything comes from records that are only added to: nothing is remembered for this page. What an
alert's own row says now (its line, its urgency) is left out, since it was another then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted, Purpose
from waypost.alerts import reaching
from waypost.alerts.contesting import RISK_RECORDED
from waypost.alerts.models import Account, Alert, AlertMove, AlertViolation, Contest
from waypost.alerts.values import NO_SUCH_ALERT, Status
from waypost.clock import write_instant
from waypost.errors import NoSuchThing, Refused
from waypost.monitoring.known_queries import (
    NumbersKnown,
    ViolationKnown,
    numbers_in_force,
    violations_known,
)
from waypost.notices.models import Notice
from waypost.orders.queries import NUMBER_MAX, case_of, person_orders
from waypost.orders.values import PersonOrders
from waypost.positions.queries import monitored_track
from waypost.positions.showing import shown_of
from waypost.positions.tracks import Speeds, TrackRow
from waypost.rules.bearing import AROUND as BESIDE

AROUND = timedelta(hours=1)  # how much track on either side of what was judged
MACHINE_NAME = "Waypost"


@dataclass(frozen=True, slots=True)
class MoveKnown:
    at: datetime
    what: str
    to_status: str
    officer_name: str
    note: str


@dataclass(frozen=True, slots=True)
class StepKnown:
    at: datetime
    step: str
    result: str
    officer_name: str
    note: str


@dataclass(frozen=True, slots=True)
class AccountKnown:
    """reasonable: None while it was not decided."""

    at: datetime
    given_by: str
    words: str
    evidence: str
    reasonable: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class ContestKnown:
    at: datetime
    raised_by: str
    words: str
    review_by: datetime
    counts_meanwhile: bool
    stands: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class NoticeKnown:
    """Who had been told what. sent_at: None while it waited."""

    made_at: datetime
    step: str
    channel: str
    officer_name: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportKnown:
    """What the tag itself had said, and when we knew."""

    kind: str
    measured_at: datetime
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """One alert as known at `at`. person: the order as then recorded; None: not known yet."""

    alert_id: int
    at: datetime
    person_id: int
    person_reference: str
    person_name: str
    requirement: str
    raised_at: datetime
    status: Status
    with_name: str
    moves: tuple[MoveKnown, ...]
    steps: tuple[StepKnown, ...]
    accounts: tuple[AccountKnown, ...]
    contests: tuple[ContestKnown, ...]
    violations: tuple[ViolationKnown, ...]
    reports: tuple[ReportKnown, ...]
    person: PersonOrders | None
    numbers: NumbersKnown | None
    notices: tuple[NoticeKnown, ...]


def alert_known(
    alert_id: int, at: datetime, *, by: Posted, now: datetime, kind: str = "alert:viewed_as_known"
) -> Known:
    """The alert as known at `at`; leaves a line.

    kind     of that line
    raises   Refused for an instant to come, one before it was raised, or a nameless call
    """
    with transaction.atomic():
        alert = _alert(alert_id, at, by, now)
        known = _known(alert, at, by)
        detail = {"alert": alert.pk, "as_known_at": write_instant(at)}
        audit.record(kind, by=by, at=now, about=alert.person_id, detail=detail)
    return known


def fixes_known(
    known: Known, *, by: Posted, purpose: Purpose, now: datetime, speeds: Speeds
) -> tuple[TrackRow, ...]:
    """The fixes received by then, from an hour before to an hour after what was judged by then.

    Leaves the line track:viewed. Refused as whereabouts are for this purpose.
    """
    from_at, to_at = window(known)
    person_id = known.person_id
    case = case_of(person_id, now=now)
    may.check_whereabouts(by, case, purpose, from_at, to_at, now=now)
    every = monitored_track(person_id, from_at, to_at, received_by=known.at, speeds=speeds)
    table = shown_of(every, case, by=by, purpose=purpose, opened_from=_judged(known))
    with transaction.atomic():
        audit.record(
            "track:viewed", by=by, at=now, about=person_id, purpose=purpose,
            detail={
                "from": from_at.isoformat(), "to": to_at.isoformat(), "fixes": len(table),
                "alert": known.alert_id, "as_known_at": write_instant(known.at),
            },
        )  # fmt: skip
    return tuple(table.rows())


def _judged(known: Known) -> list[tuple[datetime, datetime]]:
    """The times of what was judged by then, withdrawn since or not, with half an hour beside."""
    told = [(one.measured_at, one.measured_at) for one in known.reports]
    stood = [(one.stood.from_at, one.stood.to_at or known.at) for one in known.violations]
    return [(start - BESIDE, end + BESIDE) for start, end in told + stood]


def window(known: Known) -> tuple[datetime, datetime]:
    """[from, to): an hour on either side of what was judged by then, no later than then."""
    starts = [one.stood.from_at for one in known.violations]
    starts += [one.measured_at for one in known.reports]
    ends = [one.stood.to_at or known.at for one in known.violations]
    ends += [one.measured_at for one in known.reports]
    from_at = min(starts, default=known.raised_at) - AROUND
    to_at = min(max(ends, default=known.raised_at) + AROUND, known.at)
    return from_at, max(to_at, from_at + timedelta(seconds=1))


def _alert(alert_id: int, at: datetime, by: Posted, now: datetime) -> Alert:
    alert = Alert.objects.select_related("person").filter(pk=min(alert_id, NUMBER_MAX)).first()
    if alert is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    if not reaching.check(by, Permission.ALERT_READ, alert, now=now):
        raise Refused("Named staff alone know whose alert this is.")
    if at > now:
        raise Refused("That instant has not come yet; choose an earlier one.")
    if at < alert.raised_at:
        raise Refused("Nothing was known of this alert then: it was raised later.")
    return alert


def _known(alert: Alert, at: datetime, by: Posted) -> Known:
    moves = list(AlertMove.objects.filter(alert=alert, at__lte=at).order_by("at", "pk"))
    steps = list(alert.steps.filter(at__lte=at).order_by("at", "pk"))
    told = list(
        Notice.objects.filter(about=f"alert:{alert.pk}", made_at__lte=at).order_by("made_at", "pk")
    )
    names = _names(
        [
            *(one.officer_id for one in moves),
            *(one.officer_id for one in steps),
            *(one.officer_id for one in told),
        ]
    )
    links = AlertViolation.objects.filter(alert=alert, added_at__lte=at)
    persons = person_orders([alert.person_id], known_at=at)
    reports = alert.reports.filter(added_at__lte=at).order_by("measured_at", "pk")
    named = may.decide(by, Permission.PERSON_READ).allowed
    return Known(
        alert_id=alert.pk,
        at=at,
        person_id=alert.person_id,
        person_reference=alert.person.reference,
        person_name=alert.person.full_name if named else "",
        requirement=alert.requirement_reference,
        raised_at=alert.raised_at,
        status=Status(moves[-1].to_status) if moves else Status.RAISED,
        with_name=_with(moves, names),
        moves=tuple(
            MoveKnown(one.at, one.what, one.to_status, _who(one.officer_id, names), one.note)
            for one in moves
        ),
        steps=tuple(
            StepKnown(one.at, one.step, one.result, _who(one.officer_id, names), one.note)
            for one in steps
        ),
        accounts=tuple(
            _account(one, at) for one in alert.accounts.filter(at__lte=at).order_by("at", "pk")
        ),
        contests=tuple(
            _contest(one, at, moves)
            for one in alert.contests.filter(at__lte=at).order_by("at", "pk")
        ),
        violations=tuple(
            violations_known(list(links.values_list("violation_id", flat=True)), at=at)
        ),
        reports=tuple(ReportKnown(one.kind, one.measured_at, one.added_at) for one in reports),
        person=persons[0] if persons else None,
        numbers=numbers_in_force(at),
        notices=tuple(
            NoticeKnown(
                one.made_at,
                one.step,
                one.channel,
                _who(one.officer_id, names),
                one.sent_at if one.sent_at is not None and one.sent_at <= at else None,
            )
            for one in told
        ),
    )


def _with(moves: Iterable[AlertMove], names: dict[int, str]) -> str:
    """Whose it was: the last who took it in hand, else the first who acknowledged it."""
    owner: int | None = None
    for move in moves:
        if move.what == "taken_in_hand" or (move.what == "acknowledged" and owner is None):
            owner = move.officer_id
    return names.get(owner or 0, "")


def _account(one: Account, at: datetime) -> AccountKnown:
    decided = one.decided_at is not None and one.decided_at <= at
    return AccountKnown(
        one.at,
        one.given_by,
        one.words,
        one.evidence,
        one.reasonable if decided else None,
        one.why if decided else "",
    )


def _contest(one: Contest, at: datetime, moves: Iterable[AlertMove]) -> ContestKnown:
    decided = one.decided_at is not None and one.decided_at <= at
    risky = any(move.what == RISK_RECORDED and move.at >= one.at for move in moves)
    return ContestKnown(
        one.at,
        one.raised_by,
        one.words,
        one.review_by,
        one.counts_meanwhile and risky,
        one.stands if decided else None,
        one.why if decided else "",
    )


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {officer.pk: str(officer) for officer in Officer.objects.filter(pk__in=wanted)}


def _who(officer_id: int | None, names: dict[int, str]) -> str:
    return MACHINE_NAME if officer_id is None else names.get(officer_id, "")
