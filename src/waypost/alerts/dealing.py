"""What has been done about an alert: its playbook as it stands, accounts, contests; reviews due.

dealing_with(alert_id, ...)   for the alert's page, which leaves the line alert:viewed
reviews_due(...)              contests that wait, the soonest first: beside the inbox
own_decisions(...)            what was decided against the wearer, for their own page
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from waypost.access import may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.alerts import contests as pure
from waypost.alerts import lifecycle, reaching
from waypost.alerts.contesting import contested, decided, deciders
from waypost.alerts.models import Account, Alert, Contest, StepDone
from waypost.alerts.notified import unnotified_alerts
from waypost.alerts.playbooks import Facts, Plan, plan
from waypost.alerts.values import NO_SUCH_ALERT, Act, AlertKind, Status
from waypost.devices.asking import home_put_up, tag_to_ask
from waypost.errors import NoSuchThing
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.protocols.values import CommandKind


@dataclass(frozen=True, slots=True)
class StepSeen:
    """One time that a step was done."""

    step: str
    at: datetime
    officer_name: str
    result: str
    note: str


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """may_make_absence: it is reasonable, of a requirement, and none was made yet."""

    account_id: int
    at: datetime
    taken_by: str
    given_by: str
    words: str
    evidence: str
    reasonable: bool | None
    decided_at: datetime | None
    decided_by: str
    why: str
    absence_id: int | None
    may_make_absence: bool


@dataclass(frozen=True, slots=True)
class ContestSeen:
    """may_review: the asker did not decide what is contested. overdue: nobody reviewed in time."""

    contest_id: int
    at: datetime
    raised_by: str
    words: str
    review_by: datetime
    overdue: bool
    counts_meanwhile: bool
    risk_why: str
    stands: bool | None
    decided_at: datetime | None
    decided_by: str
    why: str
    may_review: bool


@dataclass(frozen=True, slots=True)
class Dealing:
    """counts: whether the alert counts towards a warning now; None: it was not upheld."""

    plan: Plan
    done: tuple[StepSeen, ...]
    accounts: tuple[AccountSeen, ...]
    contests: tuple[ContestSeen, ...]
    may_handle: bool
    may_decide: bool
    may_contest: bool
    counts: bool | None


@dataclass(frozen=True, slots=True)
class ReviewDue:
    """person: the name, or the reference for who may not read names; empty for a nameless call."""

    alert_id: int
    headline: str
    person: str
    review_by: datetime
    overdue: bool


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """What was decided against the wearer. review_by: of a contest that waits; untold: it began
    before they were told what is recorded, and counts towards nothing."""

    alert_id: int
    kind: str
    from_at: datetime
    may_contest: bool
    review_by: datetime | None
    stands: bool | None
    untold: bool = False


def dealing_with(alert_id: int, by: Posted, *, now: datetime) -> Dealing:
    """Refused or NoSuchThing as the alert's page is; the page leaves the audit line."""
    alert = Alert.objects.filter(pk=min(alert_id, NUMBER_MAX)).first()
    if alert is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    named = reaching.check(by, Permission.ALERT_READ, alert, now=now)
    steps = list(alert.steps.order_by("at", "pk"))
    accounts = list(alert.accounts.order_by("at", "pk")) if named else []
    contests = list(alert.contests.order_by("at", "pk")) if named else []
    names = _names(
        [
            *(one.officer_id for one in steps),
            *(who for one in accounts for who in (one.taken_by_id, one.decided_by_id)),
            *(one.decided_by_id for one in contests),
        ]
    )
    case = case_of(alert.person_id, now=now) if named else None
    handles = may.decide(by, Permission.ALERT_HANDLE, case).allowed
    absents = handles and may.decide(by, Permission.ABSENCE_AUTHORISE, case).allowed
    facts = _facts(alert, named, now)
    state = decided(alert)
    upheld = pure.is_upheld(state.status, state.outcome)
    theirs = deciders(alert) if contests else frozenset()
    return Dealing(
        plan=plan(AlertKind(alert.kind), facts, {one.step for one in steps}),
        done=tuple(_step(one, names, by, named) for one in steps),
        accounts=tuple(_account(one, alert, names, absents) for one in accounts),
        contests=tuple(_contest(one, names, by, theirs, handles, now) for one in contests),
        may_handle=handles,
        may_decide=handles and named and lifecycle.leads_on(Status(alert.status), Act.EXPLAIN),
        may_contest=handles and named and _may_contest(state, contests),
        counts=pure.counts(state, contested(contests), now) if upheld else None,
    )


def reviews_due(by: Posted, *, now: datetime) -> tuple[ReviewDue, ...]:
    """Contests within reach that nobody has decided, the soonest first, overdue ones marked."""
    may.check(by, Permission.ALERT_READ)
    reach = reaching.within(by, now=now)
    within = Alert.objects.filter(reaching.as_filter(reach)).values("pk")
    rows = Contest.objects.filter(decided_at=None, alert__in=within)
    named = may.decide(by, Permission.PERSON_READ).allowed
    found = []
    for row in rows.select_related("alert__person").order_by("review_by", "pk"):
        person = row.alert.person
        who = (person.full_name if named else "") or person.reference
        shown = who if reach.names(row.alert) else ""
        found.append(
            ReviewDue(row.alert_id, row.alert.headline, shown, row.review_by, row.review_by < now)
        )
    return tuple(found)


def own_decisions(by: Posted, *, now: datetime) -> tuple[OwnDecision, ...]:
    """Alerts about the wearer that were upheld or contested, the newest first."""
    if by.own_person_id is None:
        raise NoSuchThing(may.NO_SUCH_PERSON)
    may.check(by, Permission.OWN_DATA_READ, case_of(by.own_person_id, now=now))
    closed = Alert.objects.filter(status=Status.CLOSED, outcome__in=pure.BLAMES)
    found = Alert.objects.filter(person_id=by.own_person_id).order_by("-from_at", "-pk")
    about = closed | Alert.objects.filter(status=Status.UPHELD)
    contested_ids = Contest.objects.filter(alert__person_id=by.own_person_id).values("alert_id")
    wanted = found.filter(pk__in=about.values("pk")) | found.filter(pk__in=contested_ids)
    alerts = list(wanted.distinct())
    untold = unnotified_alerts([one.pk for one in alerts])
    return tuple(_own(one, one.pk in untold) for one in alerts)


def _own(alert: Alert, untold: bool) -> OwnDecision:
    rows = list(alert.contests.order_by("at", "pk"))
    last = rows[-1] if rows else None
    return OwnDecision(
        alert.pk,
        alert.kind,
        alert.from_at,
        _may_contest(decided(alert), rows),
        last.review_by if last and last.decided_at is None else None,
        last.stands if last else None,
        untold,
    )


def _may_contest(state: pure.Decided, rows: Iterable[Contest]) -> bool:
    return pure.can_contest(state, contested(rows))


def _facts(alert: Alert, named: bool, now: datetime) -> Facts:
    if not named:
        return Facts(known_person=False)
    vibrates = tag_to_ask(alert.person_id, CommandKind.VIBRATE, now=now) is not None
    return Facts(vibrates, home_unit=home_put_up(alert.person_id, now=now))


def _step(one: StepDone, names: dict[int, str], by: Posted, named: bool) -> StepSeen:
    """What named staff wrote of a nameless call may say who calls: the others read their own."""
    note = one.note if named or one.officer_id == by.officer_id else ""
    return StepSeen(one.step, one.at, names.get(one.officer_id or 0, ""), one.result, note)


def _account(one: Account, alert: Alert, names: dict[int, str], absents: bool) -> AccountSeen:
    free = one.reasonable is True and one.absence_id is None
    return AccountSeen(
        one.pk,
        one.at,
        names.get(one.taken_by_id or 0, ""),
        one.given_by,
        one.words,
        one.evidence,
        one.reasonable,
        one.decided_at,
        names.get(one.decided_by_id or 0, ""),
        one.why,
        one.absence_id,
        absents and free and bool(alert.requirement_reference),
    )


def _contest(
    one: Contest,
    names: dict[int, str],
    by: Posted,
    theirs: frozenset[int | None],
    handles: bool,
    now: datetime,
) -> ContestSeen:
    waits = one.decided_at is None
    return ContestSeen(
        one.pk,
        one.at,
        one.raised_by,
        one.words,
        one.review_by,
        waits and one.review_by < now,
        one.counts_meanwhile,
        one.risk_why,
        one.stands,
        one.decided_at,
        names.get(one.decided_by_id or 0, ""),
        one.why,
        waits and handles and by.officer_id not in theirs,
    )


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return {officer.pk: str(officer) for officer in Officer.objects.filter(pk__in=wanted)}
