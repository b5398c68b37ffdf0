"""The event lane's orders in memory: who wears which tag, when an order was live, who must not
drink. Orders without what they ask, and the few that ask for sobriety whole; protected persons, of
whom nothing is judged, are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from waypost.clock import FOREVER_US, to_us
from waypost.orders.directory import NO_END, live_spans
from waypost.orders.estate import Estate
from waypost.orders.models import RequirementVersion
from waypost.orders.queries import person_orders
from waypost.orders.values import PersonOrders, RequirementKind
from waypost.rules.runs import Runs


@dataclass(frozen=True, slots=True)
class WornTag:
    """An activation with whose it is. live: when an order was live over it, microseconds."""

    activation: int
    person_id: int
    device_id: str
    from_us: int
    live: Runs

    def ends_before(self, at_us: int) -> bool:
        return not self.live or self.live[-1][1] <= at_us


class TagBook:
    """For one thread."""

    def __init__(self) -> None:
        self._estate = Estate(with_requirements=False, wearers_only=True)
        self._of_person: dict[int, tuple[int, ...]] = {}
        self.worn: dict[int, WornTag] = {}
        self.sober: dict[int, PersonOrders] = {}  # persons of whom sobriety is asked

    @property
    def version(self) -> int:
        return self._estate.version

    def refresh(self) -> frozenset[int]:
        """Load anew whose orders or tags changed; their ids."""
        changed = self._estate.refresh()
        for person_id in changed:
            for activation in self._of_person.pop(person_id, ()):
                del self.worn[activation]
            person = self._estate.persons.get(person_id)
            if person is not None:
                tags = list(tags_worn(person_id, person))
                self.worn |= {tag.activation: tag for tag in tags}
                self._of_person[person_id] = tuple(tag.activation for tag in tags)
        if changed:
            self._load_sober(changed)
        return changed

    def tags_of(self, person_ids: Iterable[int]) -> list[WornTag]:
        """The tags of these persons, ended ones too."""
        return [
            self.worn[activation]
            for person_id in person_ids
            for activation in self._of_person.get(person_id, ())
        ]

    def worn_now(self, at_us: int) -> int:
        """How many tags are worn under an order at the instant."""
        return sum(
            any(first <= at_us < last for first, last in tag.live) for tag in self.worn.values()
        )

    def _load_sober(self, changed: Collection[int]) -> None:
        asked = RequirementVersion.objects.filter(kind=RequirementKind.ALCOHOL)
        ids = set(asked.values_list("person_id", flat=True).distinct())
        for person_id in changed:
            self.sober.pop(person_id, None)
        wanted = sorted(ids & set(changed) & self._of_person.keys())
        for person in person_orders(wanted) if wanted else ():
            if person.number is not None:
                self.sober[person.number] = person


def tags_worn(person_id: int, person: PersonOrders) -> Iterator[WornTag]:
    """Each activation of the person with when an order was live over it, ended ones too."""
    for span in person.activations:
        if span.number is not None:
            live = tuple((to_us(start), _end_us(end)) for start, end in live_spans(person, span))
            yield WornTag(int(span.number), person_id, span.device_id, to_us(span.from_at), live)


def _end_us(end: datetime) -> int:
    return FOREVER_US if end == NO_END else to_us(end)
