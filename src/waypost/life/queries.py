"""What may be asked of an order's life: its stage, its story, what held when, its programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from waypost.access import may
from waypost.access.models import Officer, Team
from waypost.access.values import Case, Permission, Posted
from waypost.errors import NoSuchThing
from waypost.life import lifecycle
from waypost.life.models import OrderStep, ProgrammeVersion
from waypost.life.programmes import outside
from waypost.life.values import (
    NO_SUCH_ORDER,
    NO_SUCH_PROGRAMME,
    Act,
    Facts,
    Programme,
    Stage,
)
from waypost.orders.finding import Finding
from waypost.orders.law import Authority, Change
from waypost.orders.lint import lint
from waypost.orders.models import Activation, Order, RequirementVersion
from waypost.orders.queries import case_of, person_orders, visible_person_ids
from waypost.orders.values import Order as OrderValue
from waypost.orders.values import OrderKind, PersonOrders
from waypost.units import OrderRef

ENDINGS = (Act.REVOKE.value, Act.WITHDRAW_CONSENT.value)


@dataclass(frozen=True, slots=True)
class StepSeen:
    """One step of the story, with its officer's and its team's name."""

    act: Act
    at: datetime
    until: datetime | None
    resumed_at: datetime | None
    known_at: datetime
    by_name: str
    authority: Authority | None
    reference: str
    law: str
    consent: bool
    changes: tuple[tuple[str, tuple[Change, ...]], ...]
    words: str
    team: str


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order for the page about it.

    number     of its first record: what its address holds
    order      with what binds; person: everything of the wearer
    questions  why it lies outside its programme; accepted: somebody said it is right all the same
    versions   when it was recorded anew: (known_at, how many requirements were written then)
    """

    number: int
    person_id: int
    person: PersonOrders
    order: OrderValue
    stage: Stage
    steps: tuple[StepSeen, ...]
    questions: tuple[str, ...]
    accepted: bool
    findings: tuple[Finding, ...]
    known: tuple[datetime, ...]


def order_value(order: Order) -> OrderValue:
    """The record as a value, without what it asks."""
    return OrderValue(
        OrderRef(order.reference), OrderKind(order.kind), order.from_at, order.to_at, (), True,
        order.convicted_on, order.imposed_on, order.court, order.programme,
    )  # fmt: skip


def facts_of(order: Order) -> Facts:
    """What the stage is decided from."""
    steps = list(_steps(order.person_id, order.reference))
    ended = [Act(row.act) for row in steps if row.act in ENDINGS]
    end = order.to_at or datetime.max.replace(tzinfo=order.from_at.tzinfo)
    worn = Activation.objects.filter(
        Q(to_at=None) | Q(to_at__gt=order.from_at), person_id=order.person_id, from_at__lt=end
    )
    first = worn.order_by("from_at").values_list("from_at", flat=True).first()
    suspended = tuple(
        (row.at, row.resumed_at or row.until) for row in steps
        if row.act == Act.SUSPEND and row.until is not None
    )  # fmt: skip
    return Facts(order.from_at, order.to_at, ended[-1] if ended else None, suspended, first)


def stage_now(order: Order, *, now: datetime) -> Stage:
    return lifecycle.stage_of(facts_of(order), now=now)


def number_of_order(person_id: int, reference: str) -> int | None:
    """The number in the address of an order's page."""
    rows = Order.objects.filter(person_id=person_id, reference=reference).order_by("version", "pk")
    return rows.values_list("pk", flat=True).first()


def numbers_of(person_id: int) -> dict[str, int]:
    """Of each order of a person the number in the address of its page; a protection has none."""
    rows = Order.objects.filter(person_id=person_id).exclude(kind=OrderKind.PROTECTION.value)
    rows = rows.order_by("-version", "-pk")
    return dict(rows.values_list("reference", "pk"))


def order_named(number: int, by: Posted, *, now: datetime) -> tuple[Order, Case]:
    """The newest record of the order at this address, of a person within reach."""
    first = Order.objects.filter(pk=number).first()
    if first is None:
        raise NoSuchThing(NO_SUCH_ORDER)
    case = case_of(first.person_id, now=now)
    may.check(by, Permission.ORDER_READ, case, absent=NO_SUCH_ORDER)
    rows = Order.objects.filter(person_id=first.person_id, reference=first.reference)
    newest = rows.order_by("-version", "-pk").first()
    assert newest is not None, "the first is one of them"
    return newest, case


def order_page(
    number: int, by: Posted, *, now: datetime, known_at: datetime | None = None
) -> OrderPage:
    """Everything the page of an order shows.

    known_at   as it was known then: what monitoring judged by at that instant
    """
    row, _ = order_named(number, by, now=now)
    [now_known] = person_orders([row.person_id])
    known = person_orders([row.person_id], known_at=known_at) if known_at else [now_known]
    person = known[0] if known else replace(now_known, orders=())  # nobody was known then
    found = next((one for one in person.orders if one.order_id == row.reference), None)
    order = found or order_value(row)
    steps = _seen(row.person_id, row.reference)
    return OrderPage(
        number, row.person_id, person, order, stage_now(row, now=now), steps,
        tuple(questions_of(row, person, now=now)),
        any(step.act is Act.ACCEPT for step in steps),
        tuple(_findings(person, order)),
        _known(row),
    )  # fmt: skip


def questions_of(row: Order, person: PersonOrders, *, now: datetime) -> list[str]:
    """Why the order lies outside the programme that it names; of none it names nothing is asked."""
    if not row.programme:
        return []
    area = str(person.details.get("area") or "")
    return outside(
        find_programme(row.programme), order_value(row), area=area,
        place_taken=places_taken(row.programme, now=now),
    )  # fmt: skip


def programmes() -> list[Programme]:
    """Every programme as it stands, by name."""
    found: dict[str, ProgrammeVersion] = {}
    for row in ProgrammeVersion.objects.order_by("name", "version"):
        found[row.name] = row
    return [_programme(row) for row in found.values()]


def find_programme(name: str) -> Programme | None:
    row = ProgrammeVersion.objects.filter(name=name).order_by("-version").first()
    return None if row is None else _programme(row)


def programme_named(name: str) -> tuple[Programme, list[ProgrammeVersion]]:
    """A programme with its versions, newest first. NoSuchThing when there is none."""
    rows = list(ProgrammeVersion.objects.filter(name=name).order_by("-version"))
    if not rows:
        raise NoSuchThing(NO_SUCH_PROGRAMME)
    return _programme(rows[0]), rows


def places_taken(name: str, *, now: datetime) -> int:
    """How many persons have an order of the programme that has not ended."""
    rows = Order.objects.filter(programme=name).order_by("version", "pk")
    last: dict[tuple[int, str], datetime | None] = {}
    for person_id, reference, to_at in rows.values_list("person_id", "reference", "to_at"):
        last[person_id, reference] = to_at
    return len({key[0] for key, to_at in last.items() if to_at is None or to_at > now})


def orders_outside(
    name: str, by: Posted, *, now: datetime
) -> list[tuple[int, PersonOrders, OrderValue, list[str]]]:
    """Orders of the programme that do not fit it and that nobody has accepted, of persons within
    the officer's reach: number of the page, person, order, why."""
    programme = find_programme(name)
    references = list(
        Order.objects.filter(programme=name).values_list("person_id", "reference").distinct()
    )
    visible = visible_person_ids(by, Permission.ORDER_READ, now=now)
    ids = {one for one, _ in references if visible is None or one in visible}
    accepted = set(
        OrderStep.objects.filter(act=Act.ACCEPT.value, person_id__in=ids)
        .values_list("person_id", "order_reference")
    )  # fmt: skip
    taken = places_taken(name, now=now)
    found = []
    for person in person_orders(sorted(ids)) if ids else []:
        assert person.number is not None
        numbers = numbers_of(person.number)
        for order in person.orders:
            if order.programme != name or (person.number, order.order_id) in accepted:
                continue
            if order.to_at is not None and order.to_at <= now:
                continue
            area = str(person.details.get("area") or "")
            if why := outside(programme, order, area=area, place_taken=taken):
                found.append((numbers[order.order_id], person, order, why))
    return found


def teams_to_take() -> list[tuple[int, str]]:
    """Teams to which a case can go: their number and their name with their organisation's."""
    rows = Team.objects.select_related("organisation").filter(organisation__kind="probation_region")
    return [
        (row.pk, f"{row.name} ({row.organisation.name})")
        for row in rows.order_by("organisation__name", "name")
    ]


def _findings(person: PersonOrders, order: OrderValue) -> Sequence[Finding]:
    """What lint says of this order; what it says of the person's other orders is not repeated."""
    mine = replace(person, orders=(order,), activations=())
    return [one for one in lint(mine) if one.kind != "order_without_activation"]


def _known(order: Order) -> tuple[datetime, ...]:
    """Every instant at which something of the order became known, newest first."""
    orders = Order.objects.filter(person_id=order.person_id, reference=order.reference)
    asked = RequirementVersion.objects.filter(
        person_id=order.person_id, order_reference=order.reference
    )
    found = set(orders.values_list("known_at", flat=True))
    return tuple(sorted(found | set(asked.values_list("known_at", flat=True)), reverse=True))


def _steps(person_id: int, reference: str) -> Sequence[OrderStep]:
    rows = OrderStep.objects.filter(person_id=person_id, order_reference=reference)
    return list(rows.order_by("known_at", "pk"))


def _seen(person_id: int, reference: str) -> tuple[StepSeen, ...]:
    rows = _steps(person_id, reference)
    officers = _names(Officer, "display_name", {row.made_by_id for row in rows})
    teams = _names(Team, "name", {row.team_id for row in rows})
    return tuple(
        StepSeen(
            Act(row.act), row.at, row.until, row.resumed_at, row.known_at,
            officers.get(row.made_by_id or 0, "Waypost"),
            Authority(row.authority) if row.authority else None, row.reference, row.law,
            row.consent,
            tuple((said[0], tuple(Change(one) for one in said[1:])) for said in row.changes),
            row.words, teams.get(row.team_id or 0, ""),
        )
        for row in rows
    )  # fmt: skip


def _names(table: type[Officer] | type[Team], name: str, ids: set[int | None]) -> dict[int, str]:
    rows = table._default_manager.filter(pk__in=[one for one in ids if one is not None])
    return dict(rows.values_list("pk", name))


def _programme(row: ProgrammeVersion) -> Programme:
    return Programme(
        row.name, row.instrument, row.impose_from, row.impose_to, row.monitor_to, row.places,
        tuple(row.courts), tuple(row.boroughs), frozenset(OrderKind(one) for one in row.kinds),
        row.version,
    )  # fmt: skip
