"""Which tag is on whom, and when an order was live over it: the whole estate in memory, by bisect.

A tag that is re-used gets a new activation; asking by device and instant is the only way from a
message to a person, so that nobody inherits a history.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from waypost.orders.timetable import clip, merge
from waypost.orders.values import ActivationSpan, PersonOrders

NO_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Worn:
    """One activation with whose it is and when it may be monitored.

    live   half-open UTC spans in which an order was live while the tag was worn; sorted, disjoint;
           NO_END stands for no end
    """

    span: ActivationSpan
    person_id: str
    person_number: int | None
    live: tuple[tuple[datetime, datetime], ...]


class ActivationDirectory:
    """Built from persons' orders; never changed afterwards, so that threads may share one."""

    def __init__(self, persons: Iterable[PersonOrders]) -> None:
        by_device: dict[str, list[Worn]] = defaultdict(list)
        by_person: dict[str, list[Worn]] = defaultdict(list)
        by_number: dict[int, list[Worn]] = defaultdict(list)
        self._by_number: dict[int, Worn] = {}
        self._by_reference: dict[str, Worn] = {}
        for person in persons:
            for span in person.activations:
                worn = Worn(span, person.person_id, person.number, live_spans(person, span))
                by_device[span.device_id].append(worn)
                by_person[person.person_id].append(worn)
                if person.number is not None:
                    by_number[person.number].append(worn)
                self._by_reference[span.activation_id] = worn
                if span.number is not None:
                    self._by_number[span.number] = worn
        self._by_device = {device: _in_order(worn) for device, worn in by_device.items()}
        self._by_person = {person: _in_order(worn) for person, worn in by_person.items()}
        self._by_person_number = {number: _in_order(worn) for number, worn in by_number.items()}
        self._starts = {
            device: [one.span.from_at for one in worn] for device, worn in self._by_device.items()
        }

    def live_at(self, device_ref: str, instant: datetime) -> ActivationSpan | None:
        """The activation of the tag at the instant; of two that overlap, the later fitted."""
        worn = self._by_device.get(device_ref, ())
        for n in range(bisect_right(self._starts.get(device_ref, ()), instant) - 1, -1, -1):
            span = worn[n].span
            if span.to_at is None or instant < span.to_at:
                return span
        return None

    def any_of(self, device_ref: str) -> tuple[ActivationSpan, ...]:
        """Every activation of the tag, oldest first; empty for a tag nobody ever wore."""
        return tuple(one.span for one in self._by_device.get(device_ref, ()))

    def order_live(self, activation_number: int, instant: datetime) -> bool:
        """Whether an order was live over the activation at the instant."""
        return any(start <= instant < end for start, end in self.spans(activation_number))

    def spans(self, number: int) -> tuple[tuple[datetime, datetime], ...]:
        """When an order was live over the activation: half-open, sorted; NO_END: no end."""
        worn = self._by_number.get(number)
        return worn.live if worn else ()

    def worn(self, number: int) -> Worn | None:
        """The activation of this number with its person."""
        return self._by_number.get(number)

    def by_reference(self, activation_id: str) -> Worn | None:
        """The activation of this reference with its person."""
        return self._by_reference.get(activation_id)

    def of_person(self, person_id: str) -> tuple[Worn, ...]:
        """What the person wore, oldest first."""
        return self._by_person.get(person_id, ())

    def worn_at(self, person_number: int, instant: datetime) -> Worn | None:
        """What the person wore at the instant; of two that overlap, the later fitted."""
        for worn in reversed(self._by_person_number.get(person_number, ())):
            span = worn.span
            if span.from_at <= instant and (span.to_at is None or instant < span.to_at):
                return worn
        return None

    def all(self) -> list[Worn]:
        """Every activation."""
        return [worn for several in self._by_person.values() for worn in several]


def live_spans(person: PersonOrders, span: ActivationSpan) -> tuple[tuple[datetime, datetime], ...]:
    """When one of the person's orders is live while they wear the tag."""
    orders = ((order.from_at, order.to_at or NO_END) for order in person.orders)
    whole = merge((start, end) for start, end in orders if start < end)
    return tuple(clip(whole, span.from_at, span.to_at or NO_END))


def _in_order(worn: list[Worn]) -> tuple[Worn, ...]:
    return tuple(sorted(worn, key=lambda one: (one.span.from_at, one.span.activation_id)))
