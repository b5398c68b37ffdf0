"""Accumulated time violation on the store: what has added up, and saying so once a stage.

    news of a curfew, an officer's decision, or the clock -> recount -> stage kept, alert, due row

Each stage (20 minutes left, limit reached) is told once when it is reached. Where the sum falls,
since an absence was found reasonable or taken back, the stage falls with it, and reaching it again
is told again. An absence that goes on is looked at when it would reach the next stage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.alerts.models import Alert, AlertMove, AlertViolation, AtvStage, Contest
from waypost.alerts.notified import uncounted
from waypost.alerts.raising import raise_alone
from waypost.alerts.values import AlertKind, Outcome, Status
from waypost.jobs import due
from waypost.monitoring.now import rows_now
from waypost.monitoring.queries import Standing, violations_of
from waypost.orders.defaults import atv_limit_of
from waypost.orders.queries import atv_persons, case_of, person_orders
from waypost.orders.values import Order, PersonOrders
from waypost.rules.atv import Accumulated, Finding, Stage, add_up
from waypost.rules.news import News
from waypost.rules.values import Certainty, RowKind

ATV_DUE = "atv"  # kind of due row; its subject is the person's id
LOOK_AGAIN = timedelta(minutes=1)  # while an absence goes on and no fix says how long
FAR = timedelta(days=3660)
STAGE_ALERTS = {Stage.NEAR: AlertKind.ATV_NEAR, Stage.REACHED: AlertKind.ATV_REACHED}
EXCUSES: dict[str, Finding] = {
    Outcome.REASONABLE_EXCUSE: Finding.REASONABLE,
    Outcome.EQUIPMENT: Finding.NOT_THEIRS,
    Outcome.LATE_DATA: Finding.NOT_THEIRS,
}
BLAMES = frozenset({Outcome.BREACH, Outcome.WARNING_GIVEN})


@dataclass(frozen=True, slots=True)
class Sum:
    """What has added up on one curfew. `alerts`: which alert speaks of each violation."""

    order_id: str
    requirement_id: str
    from_at: datetime
    to_at: datetime | None
    accumulated: Accumulated
    alerts: dict[int, int]


def accumulated(
    person_id: int, *, by: Posted, now: datetime, person: PersonOrders | None = None
) -> list[Sum]:
    """What has added up on each curfew of a person that has a limit; as the person's page is asked.

    person   their orders, where the caller has them already
    raises   Refused or NoSuchThing
    """
    may.check(by, Permission.PERSON_READ, case_of(person_id, now=now))
    if not atv_persons([person_id]):
        return []
    return sums_of(person or person_orders([person_id])[0], now=now)


def sums_of(person: PersonOrders, *, now: datetime) -> list[Sum]:
    """The curfews of orders live now whose absences add up to a limit. Checks no permission."""
    limits = _limits(person, now)
    if not limits or person.number is None:
        return []
    began = min(order.from_at for order, _, _ in limits)
    rows = [
        one
        for one in violations_of(person.number, from_at=began, to_at=now + FAR, kind=RowKind.CURFEW)
        if one.row.certainty is not Certainty.CANNOT_TELL
    ]
    links = _links(one.violation_id for one in rows)
    findings = _findings(links)
    minutes = _minutes_now(person.number, rows, now)
    return [
        Sum(
            order.order_id,
            reference,
            order.from_at,
            order.to_at,
            add_up(
                [(one.violation_id, one.row) for one in rows if _is_of(one, reference)],
                findings,
                limit,
                from_at=order.from_at,
                to_at=order.to_at,
                minutes_now=minutes,
            ),
            {
                one.violation_id: links[one.violation_id].alert_id
                for one in rows
                if one.violation_id in links and _is_of(one, reference)
            },
        )
        for order, reference, limit in limits
    ]


def after_news(changes: Sequence[News], *, now: datetime) -> int:
    """Recount whose curfew has news; how many alerts. In the transaction that saved the news."""
    about = {
        news.person_id
        for news in changes
        if news.row.kind is RowKind.CURFEW and news.row.certainty is not Certainty.CANNOT_TELL
    }
    return recount(atv_persons(about), now=now) if about else 0


def fire_atv(as_of: datetime, now: datetime, *, limit: int = 200) -> int:
    """Look at absences that would have reached a stage by `as_of`; how many rows fired."""
    rows = due.past(ATV_DUE, now=as_of, limit=limit)
    if rows:
        with transaction.atomic():
            recount({int(row.subject) for row in rows}, now=now, as_of=as_of)
    return len(rows)


def recount(person_ids: Collection[int], *, now: datetime, as_of: datetime | None = None) -> int:
    """Keep the stages of these persons, alert of those newly reached, and look again in time."""
    told = 0
    again: dict[int, datetime | None] = dict.fromkeys(person_ids)
    for person in person_orders(person_ids) if person_ids else ():
        assert person.number is not None
        for one in sums_of(person, now=as_of or now):
            told += _keep_stage(person.number, one, now)
            at = _look_at(one, as_of or now)
            soonest = [when for when in (at, again[person.number]) if when is not None]
            again[person.number] = min(soonest, default=None)
    due.set_due([due.DueRow(ATV_DUE, str(one), at) for one, at in again.items() if at])
    due.clear(ATV_DUE, [str(one) for one, at in again.items() if at is None])
    return told


def _keep_stage(person_id: int, one: Sum, now: datetime) -> int:
    stage = one.accumulated.stage
    key: dict[str, Any] = {
        "person_id": person_id,
        "order_reference": one.order_id,
        "requirement_reference": one.requirement_id,
    }
    kept = AtvStage.objects.select_for_update().filter(**key).first()
    before = Stage(kept.stage) if kept else Stage.BELOW
    if stage == before:
        return 0
    AtvStage.objects.update_or_create(defaults={"stage": stage, "changed_at": now}, **key)
    if stage < before:
        return 0
    raise_alone(
        person_id,
        STAGE_ALERTS[stage],
        now,
        now=now,
        requirement=one.requirement_id,
        about=f"{one.order_id}:{one.requirement_id}",
    )
    return 1


def _look_at(one: Sum, now: datetime) -> datetime | None:
    """When the absence that goes on would reach the next stage."""
    more = one.accumulated.next_stage_after()
    if one.accumulated.open is None or more is None:
        return None
    return now + max(more, LOOK_AGAIN)


def _limits(person: PersonOrders, now: datetime) -> list[tuple[Order, str, timedelta]]:
    """Curfews of live orders whose absences add up: by their newest version."""
    found: dict[tuple[str, str], tuple[Order, str, timedelta]] = {}
    for order in person.orders:
        if order.from_at > now or (order.to_at is not None and order.to_at <= now):
            continue
        for one in order.requirements:
            limit = atv_limit_of(order, one)
            if limit is not None:
                reference = str(one.requirement_id)
                found[order.order_id, reference] = (order, reference, limit)
    return list(found.values())


def _is_of(one: Standing, reference: str) -> bool:
    return str(one.row.requirement_id) == reference


def _minutes_now(person_id: int, rows: Iterable[Standing], now: datetime) -> dict[int, float]:
    """Minutes, as of now, of violations that go on."""
    going_on = [one for one in rows if one.row.to_at is None and not one.row.withdrawn]
    if not going_on:
        return {}
    exact = {
        (str(row.requirement_id), row.from_at): row.minutes
        for row in rows_now(person_id, now=now)
        if row.kind is RowKind.CURFEW and row.certainty is not Certainty.CANNOT_TELL
    }
    return {
        one.violation_id: exact[key]
        for one in going_on
        if (key := (str(one.row.requirement_id), one.row.from_at)) in exact
    }


def _links(violation_ids: Iterable[int]) -> dict[int, AlertViolation]:
    found = AlertViolation.objects.filter(violation_id__in=list(violation_ids))
    return {link.violation_id: link for link in found}


def _findings(links: dict[int, AlertViolation]) -> dict[int, Finding]:
    """What officers found of each violation since it came to its alert."""
    alert_ids = {link.alert_id for link in links.values()}
    alerts = Alert.objects.in_bulk(alert_ids)
    moves: dict[int, list[AlertMove]] = defaultdict(list)
    for move in AlertMove.objects.filter(alert_id__in=alert_ids).order_by("at", "pk"):
        moves[move.alert_id].append(move)
    fallen: dict[int, list[Contest]] = defaultdict(list)
    for contest in Contest.objects.filter(alert_id__in=alert_ids, stands=False):
        fallen[contest.alert_id].append(contest)
    early = uncounted(links.values())
    return {
        number: (Finding.NOT_NOTIFIED if number in early else None)
        or _fallen(link, fallen[link.alert_id], moves[link.alert_id])
        or _found(alerts[link.alert_id], moves[link.alert_id], link.added_at)
        for number, link in links.items()
    }


def _fallen(
    link: AlertViolation, contests: Iterable[Contest], moves: Sequence[AlertMove]
) -> Finding | None:
    """A review found that what was upheld does not stand, and nobody has upheld it anew."""
    for one in contests:
        done_at = one.decided_at
        if done_at is None or link.added_at > one.at:
            continue
        if not any(move.at > done_at and move.what in {"upheld", "reopened"} for move in moves):
            return Finding.REASONABLE
    return None


def _found(alert: Alert, moves: Sequence[AlertMove], added_at: datetime) -> Finding:
    """Explained is reasonable, until somebody upholds it, or reopens it to look again."""
    found = Finding.NONE
    for move in moves:
        if move.at < added_at:
            continue
        if move.what == "explained":
            found = Finding.REASONABLE
        elif move.what in {"upheld", "reopened"}:
            found = Finding.NONE
    if alert.status == Status.CLOSED and alert.outcome in EXCUSES:
        return EXCUSES[alert.outcome]
    if alert.status == Status.CLOSED and alert.outcome in BLAMES:
        return Finding.NONE
    return found
