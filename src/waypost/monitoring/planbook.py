"""The worker's orders in memory: who wears which tag, and each person's compiled plan.

Who changed is loaded anew whenever `orders_version` has moved. Plans are compiled when first needed
and again when their horizon does not cover what is asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from waypost.monitoring.plan import Plan, compile_plan, digest_of, first_order_at
from waypost.monitoring.values import Parameters
from waypost.orders.estate import Estate
from waypost.orders.values import PersonOrders

AHEAD = timedelta(days=10)  # how far beyond what is asked a plan's windows are expanded
BEHIND = timedelta(days=3)


class PlanBook:
    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._estate = Estate(wearers_only=True)
        self.person_of: dict[int, int] = {}  # activation number -> person id
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
        return changed

    def digest(self, person_id: int) -> str:
        """What the person's judging depends on, as `Plan.digest` says it."""
        if person_id not in self._digests:
            self._digests[person_id] = digest_of(self.persons[person_id], self.parameters)
        return self._digests[person_id]

    def plan(self, person_id: int, *, from_at: datetime, to_at: datetime) -> Plan:
        """A plan whose horizon holds [from_at, to_at] with room on both sides."""
        plan = self._plans.get(person_id)
        if plan is None or not (plan.horizon_from <= from_at and to_at < plan.must_watch):
            plan = compile_plan(
                self.persons[person_id],
                self.parameters,
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
