"""A contract for every change of an order, soon after it is known: whoever changed it need not
think of the provider.

Looked at by when things became known, with an overlap: a change whose transaction ended late is
met again, and what was told already is told once.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.contracts import lifecycle
from waypost.contracts.models import Contract, ContractStep, ToldSince
from waypost.contracts.values import WAITING, Act, Status
from waypost.notices.values import Weight
from waypost.notices.writing import enqueue
from waypost.orders.models import Order, RequirementVersion
from waypost.orders.queries import order_as_written
from waypost.orders.values import Order as OrderValue
from waypost.orders.values import OrderKind
from waypost.orders.write import order_data

OVERLAP = timedelta(minutes=10)  # longer than any transaction that changes orders
AT_ONCE = 200  # orders of one transaction

Key = tuple[int, str]  # person, reference of the order


def take_changes(now: datetime) -> int:
    """Tell the provider of what changed since the last look; how many contracts were written."""
    since = ToldSince.objects.order_by("pk").first()
    if since is None:
        return 0
    changed = _changed_since(max(since.at, since.taken_to - OVERLAP), now)
    fresh = sorted(changed.items(), key=lambda one: (one[1], one[0]))
    told = _told([key for key, _ in fresh])
    owed = [(key, at) for key, at in fresh if at > told.get(key, since.at)]
    for start in range(0, len(owed), AT_ONCE):
        _write(owed[start : start + AT_ONCE], now)
    ToldSince.objects.filter(pk=since.pk).update(taken_to=now)
    return len(owed)


@transaction.atomic
def warn_late(now: datetime) -> int:
    """Tell the duty officer, once a step, of contracts that nobody received or answered in time."""
    waiting = Contract.objects.filter(status__in=[one.value for one in WAITING])
    late = [
        row for row in waiting.exclude(late_told=F("version")).order_by("since_at")[:AT_ONCE]
        if (due := lifecycle.due_at(Status(row.status), row.since_at)) is not None and due <= now
    ]  # fmt: skip
    for row in late:
        enqueue(
            about=f"contract:{row.pk}", step=f"late:{row.version}", to_duty=True,
            template="contract_late", words={"contract_id": row.pk}, now=now, weight=Weight.SOON,
        )  # fmt: skip
        Contract.objects.filter(pk=row.pk).update(late_told=row.version)
    return len(late)


def _changed_since(since: datetime, now: datetime) -> dict[Key, datetime]:
    """Of each order of which something became known after `since`, when it last did."""
    found: dict[Key, datetime] = {}
    orders = Order.objects.filter(known_at__gt=since, known_at__lte=now)
    asked = RequirementVersion.objects.filter(known_at__gt=since, known_at__lte=now)
    for rows, name in (
        (orders.exclude(kind=OrderKind.PROTECTION.value), "reference"),
        (asked, "order_reference"),
    ):
        newest = rows.order_by().values_list("person_id", name).annotate(Max("known_at"))
        for person_id, reference, at in newest:
            key = (person_id, reference)
            found[key] = max(at, found.get(key, at))
    return found


def _told(keys: Collection[Key]) -> dict[Key, datetime]:
    ids = {person_id for person_id, _ in keys}
    rows = Contract.objects.filter(person_id__in=ids).order_by()
    newest = rows.values_list("person_id", "order_reference").annotate(Max("known_at"))
    return {(person_id, reference): at for person_id, reference, at in newest}


def _write(owed: list[tuple[Key, datetime]], now: datetime) -> None:
    """What is told is read before the transaction opens: SQLite has one writer."""
    values = {key: order_as_written(*key) for key, _ in owed}
    with transaction.atomic():
        earlier: dict[Key, list[Contract]] = defaultdict(list)
        ids = [person_id for (person_id, _), _ in owed]
        for row in Contract.objects.filter(person_id__in=ids).order_by("number"):
            earlier[row.person_id, row.order_reference].append(row)
        fresh = []
        for key, known_at in owed:
            if (order := values[key]) is not None:
                _overtake(earlier[key], now)
                fresh.append(_contract(key, order, known_at, earlier[key], now))
        Contract.objects.bulk_create(fresh)
        audit.record("contract:sent", by=MACHINE, at=now, detail={"contracts": len(fresh)})


def _overtake(before: list[Contract], now: datetime) -> None:
    """What was told before and is not received yet holds no more."""
    for row in before:
        if Status(row.status) in WAITING:
            ContractStep.objects.create(contract=row, act=Act.OVERTAKE.value, at=now)
            Contract.objects.filter(pk=row.pk).update(
                status=Status.OVERTAKEN.value, since_at=now, version=row.version + 1
            )


def _contract(
    key: Key, order: OrderValue, known_at: datetime, before: list[Contract], now: datetime
) -> Contract:
    content = order_data(order)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    what = lifecycle.what_changed(told_before=bool(before), to_at=order.to_at, known_at=known_at)
    return Contract(
        person_id=key[0], order_reference=key[1], number=len(before) + 1, what=what.value,
        known_at=known_at, sent_at=now, status=Status.SENT.value, since_at=now, content=content,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip


class ContractLane:
    """The worker's: what changed, then what is late."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def round(self) -> bool:
        at = self.now()
        written = take_changes(at)
        return bool(written + warn_late(at))
