"""Idempotent batches: the same key and body get the stored answer, and nothing is kept twice.

A delivery is found, answered and saved inside the transaction that keeps its rows, so that a crash
leaves both or neither. Two that arrive in one group count as one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from waypost.access import audit, may
from waypost.access.queries import posted_by_token
from waypost.access.values import MACHINE, Permission, Posted
from waypost.devices.models import BatchDelivery
from waypost.gateway.values import BatchMessage
from waypost.protocols.values import BatchRow, HttpReply

STATUSES = ("accepted", "duplicate", "refused", "quarantined", "sealed")
TakeRows = Callable[[Sequence[BatchRow]], Mapping[int, str]]


@dataclass
class Deliveries:
    """The deliveries of one group: those known before, and those new in it."""

    clients: dict[str | None, Posted | None]  # by token; None: the token is nobody's
    known: dict[tuple[str, str], BatchDelivery]
    new: list[tuple[BatchDelivery, Posted]] = field(default_factory=list)
    refused: list[tuple[Posted, str]] = field(default_factory=list)

    @classmethod
    def of(cls, batches: Sequence[BatchMessage], *, now: datetime) -> Deliveries:
        """Who sent them and what of them was taken before."""
        tokens = {batch.token for batch in batches}
        clients = {t: MACHINE if t is None else posted_by_token(t, now=now) for t in tokens}
        keys = {batch.key for batch in batches}
        rows = BatchDelivery.objects.filter(key__in=keys) if keys else []
        return cls(clients, {(row.client, row.key): row for row in rows})

    def refusal(self, batch: BatchMessage) -> HttpReply | None:
        """The reply to one who may not post batches; None: they may."""
        client = self.clients[batch.token]
        if client is None:
            return HttpReply(401, "the token is not known, or has ended")
        may_post = may.decide(client, Permission.INTAKE_POST)
        if may_post.allowed:
            return None
        self.refused.append((client, may_post.rule))
        return HttpReply(403, "this token may not post batches; one of a hub may")

    def answer(self, batch: BatchMessage, take: TakeRows) -> HttpReply:
        """The reply to one batch; `take` is called only for one not seen before."""
        refused, client = self.refusal(batch), self.clients[batch.token]
        if refused is not None or client is None:
            return refused or HttpReply(401)
        name = "local" if client.is_machine else f"officer {client.officer_id}"
        before = self.known.get((name, batch.key))
        if before is not None and before.digest != batch.digest:
            return HttpReply(409, "this Idempotency-Key was used with another body; use a new key")
        if before is None:
            before = BatchDelivery(
                client=name,
                key=batch.key,
                digest=batch.digest,
                received_at=batch.received_at,
                answer=_answer(batch, take),
            )
            self.known[name, batch.key] = before
            self.new.append((before, client))
        return HttpReply(200, json.dumps(before.answer, sort_keys=True))  # JSONB has no order

    def save(self, log_position: int | None, *, now: datetime) -> None:
        """The new deliveries, then a line of the audit for each, and for those refused: the
        transaction's last words."""
        for delivery, _ in self.new:
            delivery.log_position = log_position
            delivery.save()
        for delivery, client in self.new:
            counts = {name: delivery.answer[name] for name in STATUSES}
            audit.record(
                "intake:batch", by=client, at=now, detail={"delivery": delivery.pk, **counts}
            )
        for client, rule in self.refused:
            detail = {"why": rule}
            audit.record("intake:batch", by=client, at=now, detail=detail, outcome="refused")


def _answer(batch: BatchMessage, take: TakeRows) -> dict[str, Any]:
    """What became of each row, in order: {"accepted": n, ..., "rows": [{"row", "status", ...}]}.

    A row that says the same as one before it is a duplicate and not kept twice.
    """
    first: dict[str, int] = {}
    for row in batch.read.rows:
        first.setdefault(row.sent, row.number)
    originals = [row for row in batch.read.rows if first[row.sent] == row.number]
    became = dict.fromkeys((row.number for row in batch.read.rows), "duplicate") | dict(
        take(originals)
    )
    problems = {problem.line: problem for problem in batch.read.problems}
    rows: list[dict[str, Any]] = [
        {"row": number, "status": became[number]}
        if number in became
        else {"row": number, "status": "refused", "problem": _problem(problems[number])}
        for number in range(1, len(became) + len(problems) + 1)
    ]
    counts = {name: sum(row["status"] == name for row in rows) for name in STATUSES}
    if forgotten := sum(row["status"] == "forgotten" for row in rows):  # deleted once: not let in
        counts["forgotten"] = forgotten
    return {**counts, "rows": rows}


def _problem(problem: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(problem).items() if name != "line"}
