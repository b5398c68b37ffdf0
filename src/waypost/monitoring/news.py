"""What judging tells other rooms: changes of violations as saved, and states that tags reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from waypost.monitoring.reconcile import ChangeKind
from waypost.monitoring.values import JudgedViolation
from waypost.positions.values import EventKind


@dataclass(frozen=True, slots=True)
class News:
    """A change as it was saved."""

    kind: ChangeKind
    person_id: int
    violation_id: int
    row: JudgedViolation


@dataclass(frozen=True, slots=True)
class TagReport:
    """A state the tag itself reported; the same report sent again has the same `content_key`."""

    person_id: int
    activation: int
    kind: EventKind
    measured_at: datetime
    content_key: int


class Follower(Protocol):
    """Who acts on news, inside the transaction that saved it (alerts, by way of cli/worker)."""

    def __call__(
        self, changes: Sequence[News], *, now: datetime, tag_reports: Sequence[TagReport] = ()
    ) -> int: ...
