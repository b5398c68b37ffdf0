"""The moment a removal falls due: a row in the `due` table, and a notice when it fires.

follow_orders   whoever's orders or tags changed: when their tag is to come off is set, or unset
fire_removals   the last requirement has ended: the responsible officers are told, once

Both belong to the worker. An end that was moved before it came fires at the new time; one that is
told of twice (a crash, a restart) writes no second notice, since the outbox keeps one a step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from waypost.clock import write_instant
from waypost.fitting import windows
from waypost.jobs import due
from waypost.notices.outbox import enqueue
from waypost.orders.queries import cases_of, person_orders
from waypost.orders.values import PersonOrders

REMOVAL_DUE = "removal"  # kind of due row; its subject is the person's number
AT_ONCE = 500


def follow_orders(changed: Collection[int], persons: Iterable[PersonOrders], now: datetime) -> int:
    """Set when the tags of these persons are to come off; how many rows were written.

    changed   numbers of all who changed; those no longer among `persons` are gone
    """
    wanted = {row.subject: row for row in (_row(one, now) for one in persons) if row is not None}
    had = due.waiting(REMOVAL_DUE, {str(one) for one in changed})
    news = [row for row in wanted.values() if _differs(row, had.get(row.subject))]
    old = [str(one) for one in changed if str(one) in had and str(one) not in wanted]
    if news or old:
        with transaction.atomic():
            due.set_due(news)
            due.clear(REMOVAL_DUE, old)
    return len(news)


def fire_removals(as_of: datetime, now: datetime, *, limit: int = AT_ONCE) -> int:
    """Tell of tags that are to come off by now; how many rows fired.

    as_of   up to then everything is judged; a removal falls due by the clock alone
    """
    rows = due.past(REMOVAL_DUE, now=as_of, limit=limit)
    if rows:
        _fire([int(row.subject) for row in rows], now)
    return len(rows)


@transaction.atomic
def _fire(person_ids: list[int], now: datetime) -> None:
    """What the row says may be old: the orders as they stand now decide."""
    due.clear(REMOVAL_DUE, [str(one) for one in person_ids])
    cases = cases_of(person_ids, now=now)
    again: list[due.DueRow] = []
    for person in person_orders(person_ids):
        task = windows.to_remove(person, (), now=now)
        if task is None:
            row = _row(person, now)
            again += [row] if row is not None else []
            continue
        since = task.since
        enqueue(
            about=f"activation:{task.span.number}",
            step=f"removal_due {since:%Y-%m-%dT%H:%M:%SZ}",
            officer_ids=cases[person.number or 0].officer_ids,
            template="removal_due",
            words={
                "activation_id": task.span.number,
                "since": f"{since:%Y-%m-%d %H:%M} UTC",
                "deadline": f"{task.deadline:%Y-%m-%d %H:%M} UTC",
            },
            now=now,
        )
    due.set_due(again)


def _row(person: PersonOrders, now: datetime) -> due.DueRow | None:
    found = windows.removal_due_at(person, now=now)
    if found is None or person.number is None:
        return None
    span, at = found
    detail = {"activation": span.number, "from": write_instant(at)}
    return due.DueRow(REMOVAL_DUE, str(person.number), at, detail)


def _differs(row: due.DueRow, had: due.DueRow | None) -> bool:
    return had is None or had.due_at != row.due_at or dict(had.detail) != dict(row.detail)
