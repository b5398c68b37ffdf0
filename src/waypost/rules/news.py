"""What judging tells other rooms: changes of violations as saved, and states that tags reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from waypost.positions.values import EventKind
from waypost.rules.reconcile import ChangeKind
from waypost.rules.values import JudgedViolation


@dataclass(frozen=True, slots=True)
class News:
    """A change as it was saved."""

    kind: ChangeKind
    person_id: int
    violation_id: int
    row: JudgedViolation


@dataclass(frozen=True, slots=True)
class TagReport:
    """A state the tag itself reported; the same report sent again has the same `content_key`.

    said         its attributes, as JSON
    protected    of a protected person's device: nothing of theirs is judged, only a call is heard
    removal_id   the agreed clinical removal that it announces or is part of
    """

    person_id: int
    activation: int
    kind: EventKind
    measured_at: datetime
    content_key: int
    said: str = "{}"
    protected: bool = False
    removal_id: int | None = None


class Follower(Protocol):
    """Who acts on news, inside the transaction that saved it (alerts, by way of cli/worker)."""

    def __call__(
        self, changes: Sequence[News], *, now: datetime, tag_reports: Sequence[TagReport] = ()
    ) -> int: ...
