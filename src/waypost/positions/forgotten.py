"""What was deleted is not let in again: which tag, measured from when to when. Pure.

A tag that was in a drawer for a year may yet upload a day that has been deleted; without its
activation that day would be placed by when it came, with whoever wears the tag now. So a deletion
leaves the tag's own name and the times, and nobody's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from waypost.orders.values import ActivationSpan


@dataclass(frozen=True, slots=True)
class ForgottenSpan:
    """What this tag measured in [from_at, to_at) is deleted. `activation` is our number of it."""

    activation: int
    device: str
    from_at: datetime
    to_at: datetime


class ForgottenBook:
    """Every deleted span, by tag. Never changed afterwards, so that threads may share one."""

    def __init__(self, spans: Iterable[ForgottenSpan] = ()) -> None:
        self._by_device: dict[str, list[ForgottenSpan]] = defaultdict(list)
        for span in spans:
            self._by_device[span.device].append(span)

    def __bool__(self) -> bool:
        return bool(self._by_device)

    def of_tag(self, device: str) -> tuple[ForgottenSpan, ...]:
        return tuple(self._by_device.get(device, ()))

    def holds(self, device: str, measured_at: datetime, worn: ActivationSpan | None) -> bool:
        """Whether what the tag measured then is deleted.

        worn   the activation that would have it. One that was fitted later than what is deleted is
               somebody else's, and of two that overlap the later counts: theirs stays theirs.
        """
        return any(
            one.from_at <= measured_at < one.to_at
            and (worn is None or worn.number == one.activation or worn.from_at <= one.from_at)
            for one in self._by_device.get(device, ())
        )

    def of_activation(self, span: ActivationSpan) -> list[tuple[datetime, datetime]]:
        """When what is placed with this activation is deleted."""
        return [
            (one.from_at, one.to_at)
            for one in self._by_device.get(span.device_id, ())
            if span.number == one.activation or span.from_at <= one.from_at
        ]


NOTHING_FORGOTTEN = ForgottenBook()
