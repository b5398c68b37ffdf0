"""The worker's orders and numbers in memory: who wears which tag, each person's compiled plan.

Who changed is loaded anew whenever `orders_version` has moved. Plans are compiled when first needed
and again when their horizon does not cover what is asked, or when another revision of the numbers
was published: that changes plans and no state, so nobody is judged again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from waypost.orders.estate import Estate
from waypost.orders.values import PersonOrders
from waypost.positions.tail import LogTail
from waypost.rules.plan import Plan, compile_plan, digest_of, first_order_at
from waypost.rules.reconcile import StoredViolation
from waypost.rules.timeline import ParameterTimeline, always
from waypost.rules.values import Parameters

AHEAD = timedelta(days=10)  # how far beyond what is asked a plan's windows are expanded
BEHIND = timedelta(days=3)


class PlanBook:
    def __init__(self, numbers: Parameters | ParameterTimeline) -> None:
        self.timeline = always(numbers)
        self._estate = Estate(wearers_only=True)
        self.person_of: dict[int, int] = {}  # activation number -> person id
        self.fixes_tail = LogTail("fixes")  # what the late lane has decoded of the log
        self.standing: dict[int, StoredViolation] = {}  # what the live lane has read of violations
        self.protected_of: dict[int, int] = {}  # the same of protected persons: never judged
        self._plans: dict[int, Plan] = {}
        self._digests: dict[int, str] = {}

    @property
    def persons(self) -> dict[int, PersonOrders]:
        """Everybody's orders, by person id."""
        return self._estate.persons

    def refresh(self) -> frozenset[int]:
        """Load anew whose orders changed; their ids."""
        changed = self._estate.refresh()
        for person_id in changed:
            self._plans.pop(person_id, None)
            self._digests.pop(person_id, None)
        if changed:
            self.person_of = {
                activation: person_id
                for person_id in self.persons
                for activation in self.activations(person_id)
            }
            self.protected_of = {
                int(span.number): person_id
                for person_id, person in self._estate.protected.items()
                for span in person.activations
                if span.number is not None
            }
        return changed

    def take_numbers(self, timeline: ParameterTimeline) -> None:
        """Go by this time line from here on."""
        if timeline.entries[0] != self.timeline.entries[0]:
            self._digests.clear()
        if timeline != self.timeline:
            self.timeline = timeline
            self._plans.clear()

    def digest(self, person_id: int) -> str:
        """What the person's judging depends on, as `Plan.digest` says it."""
        if person_id not in self._digests:
            self._digests[person_id] = digest_of(self.persons[person_id], self.timeline)
        return self._digests[person_id]

    def plan(self, person_id: int, *, from_at: datetime, to_at: datetime) -> Plan:
        """A plan whose horizon holds [from_at, to_at] with room on both sides."""
        plan = self._plans.get(person_id)
        if plan is None or not (plan.horizon_from <= from_at and to_at < plan.must_watch):
            plan = compile_plan(
                self.persons[person_id],
                self.timeline,
                from_at=from_at - BEHIND,
                to_at=to_at + AHEAD,
            )
            self._plans[person_id] = plan
        return plan

    def starts_at(self, person_id: int) -> datetime | None:
        """When the person's first order begins: where judging from scratch begins."""
        person = self.persons.get(person_id)
        return first_order_at(person) if person else None

    def activations(self, person_id: int) -> list[int]:
        spans = self.persons[person_id].activations
        return [int(span.number) for span in spans if span.number is not None]

    def activation_at(self, person_id: int, instant: datetime) -> int | None:
        """The tag the person wore at the instant; a judgement names it."""
        for span in reversed(self.persons[person_id].activations):
            if span.from_at <= instant and (span.to_at is None or instant < span.to_at):
                return span.number
        return None
