"""What may be asked of contracts: what waits, one with its story, and what the provider reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.access import may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.contracts import lifecycle
from waypost.contracts.models import Contract, ContractStep
from waypost.contracts.values import NO_SUCH_CONTRACT, WAITING, Act, Status, What
from waypost.devices.models import Fitting, Visit
from waypost.errors import NoSuchThing
from waypost.fitting.tasks import fitting_of
from waypost.orders.fields import Desk
from waypost.orders.models import Activation
from waypost.orders.queries import case_of, person_orders, visible_person_ids
from waypost.orders.read import read_order
from waypost.orders.values import Order, PersonOrders

PAGE = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A contract in a list."""

    contract_id: int
    person: PersonOrders
    order_reference: str
    number: int
    what: What
    status: Status
    sent_at: datetime
    due_at: datetime | None

    def late(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now


@dataclass(frozen=True, slots=True)
class StepSeen:
    act: Act
    at: datetime
    by_name: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the provider reports of a fitting: a visit, or that a tag is on or off."""

    at: datetime
    words: str
    by_name: str


@dataclass(frozen=True, slots=True)
class ContractPage:
    """One contract. order: what was told, read back; before: what the one before it told.

    fit_by: by when a tag is to be on, where one is still owed
    """

    line: Line
    version: int
    known_at: datetime
    sha256: str
    content: dict[str, Any]
    order: Order | None
    before: Order | None
    steps: tuple[StepSeen, ...]
    reports: tuple[Report, ...]
    fit_by: datetime | None
    may_receive: bool
    may_answer: bool


def waiting(by: Posted, *, now: datetime) -> list[Line]:
    """What waits to be received or answered, within reach; the oldest first."""
    may.check(by, Permission.CONTRACT_READ)
    visible = visible_person_ids(by, Permission.CONTRACT_READ, now=now)
    rows = Contract.objects.filter(status__in=[one.value for one in WAITING])
    found = [
        row for row in rows.order_by("since_at", "pk")
        if visible is None or row.person_id in visible
    ]  # fmt: skip
    return _lines(found[:PAGE])


def contract_page(contract_id: int, by: Posted, *, now: datetime) -> ContractPage:
    """One contract, of a person within reach."""
    row = Contract.objects.filter(pk=contract_id).first()
    if row is None:
        raise NoSuchThing(NO_SUCH_CONTRACT)
    case = case_of(row.person_id, now=now)
    may.check(by, Permission.CONTRACT_READ, case, absent=NO_SUCH_CONTRACT)
    earlier = Contract.objects.filter(
        person_id=row.person_id, order_reference=row.order_reference, number=row.number - 1
    ).first()
    [line] = _lines([row])
    status = line.status
    reads_tags = may.decide(by, Permission.DEVICE_READ, case).allowed
    fitting = fitting_of(row.person_id, by=by, now=now) if reads_tags else None
    return ContractPage(
        line, row.version, row.known_at, row.sha256, row.content, read_back(row.content),
        read_back(earlier.content) if earlier else None, _steps(row),
        _reports(row),
        fitting.to_fit.deadline if fitting and fitting.to_fit else None,
        status in WAITING and may.decide(by, Permission.CONTRACT_RECEIVE, case).allowed,
        status is Status.ASKED and may.decide(by, Permission.ORDER_VARY, case).allowed,
    )  # fmt: skip


def read_back(content: dict[str, Any]) -> Order | None:
    """The order as it was told; None where an older form of the file cannot be read any more."""
    return read_order(Desk(), "order", content)


def _lines(rows: Sequence[Contract]) -> list[Line]:
    persons = {
        one.number or 0: one for one in person_orders(sorted({row.person_id for row in rows}))
    } if rows else {}  # fmt: skip
    return [
        Line(
            row.pk, persons[row.person_id], row.order_reference, row.number, What(row.what),
            Status(row.status), row.sent_at, lifecycle.due_at(Status(row.status), row.since_at),
        )
        for row in rows
    ]  # fmt: skip


def _steps(row: Contract) -> tuple[StepSeen, ...]:
    rows = list(ContractStep.objects.filter(contract=row).order_by("pk"))
    ids = [one.officer_id for one in rows if one.officer_id is not None]
    names = dict(Officer.objects.filter(pk__in=ids).values_list("pk", "display_name"))
    return tuple(
        StepSeen(Act(one.act), one.at, names.get(one.officer_id or 0, "Waypost"), one.words)
        for one in rows
    )


def _reports(row: Contract) -> tuple[Report, ...]:
    """Visits and tags of the person since the order was first told, oldest first."""
    first = Contract.objects.filter(
        person_id=row.person_id, order_reference=row.order_reference, number=1
    ).first()
    since = (first or row).sent_at
    visits = Visit.objects.filter(person_id=row.person_id, recorded_at__gte=since)
    found = [
        Report(one.at, _visit_words(one), one.officer_name)
        for one in visits.exclude(purpose="mend")
    ]
    worn = Activation.objects.filter(person_id=row.person_id, known_at__gte=since)
    fitted = dict(
        Fitting.objects.filter(activation__in=worn).values_list("activation_id", "fitted_by_name")
    )
    for span in worn:
        found.append(Report(span.from_at, f"Tag {span.device_reference} is on.",
                            fitted.get(span.pk, "")))  # fmt: skip
        if span.to_at is not None:
            found.append(Report(span.to_at, f"Tag {span.device_reference} is off.", ""))
    return tuple(sorted(found, key=lambda one: one.at))


def _visit_words(visit: Visit) -> str:
    what = f"Visit to {visit.purpose.replace('_', ' ')}: {visit.outcome.replace('_', ' ')}."
    return f"{what} {visit.reason}" if visit.reason else what
