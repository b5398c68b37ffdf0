"""Rows of a cohort sheet as orders and ids, with a Problem per oddity; a bad row spoils itself.

    read_cohort(table, today)   Cohort(people, problems, lines)

Each row becomes the JSON of an orders file and is read by the reader of such files, so that both
hold to the same rules. What a sheet cannot carry stays: an order of it is never taken as whole, so
that no requirement which came from a court's own file is withdrawn by a sheet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from waypost.errors import Problem
from waypost.identity.checking import check_id
from waypost.identity.cohort_cells import (
    Trouble,
    circle_of,
    day_of,
    edge_of,
    flag_of,
    hours_of,
    radius_of,
)
from waypost.identity.cohort_table import Table, TableRow
from waypost.identity.values import GoodId, IdKind, WrongId
from waypost.orders.fields import Desk
from waypost.orders.read import ORDER_KIND_WORDS, read_person
from waypost.orders.values import Order, OrderKind, PersonOrders

AGE_MIN = 10  # Children and Young Persons Act 1933 s.50: nobody younger is under an order
EVERYBODY = ("name", "born", "area", "programme", "practitioner", "team")
# Of a path in the JSON, the column that it came from.
COLUMN_OF = {
    "name": "name", "born": "born", "area": "area", "team": "team", "officers[0]": "practitioner",
    "programmes[0]": "programme", "person_id": "person_id", "order_id": "order_reference",
    "kind": "order_kind", "from": "from", "to": "to",
}  # fmt: skip


@dataclass
class Person:
    """One person of the sheet. lines: the rows that were taken; ids: all that they gave."""

    orders: PersonOrders
    lines: list[int]
    ids: set[GoodId] = field(default_factory=set)


@dataclass
class Cohort:
    """What a sheet gave: every row is among the lines of a person or has a problem."""

    people: dict[str, Person] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def taken(self) -> int:
        return sum(len(one.lines) for one in self.people.values())


@dataclass
class _Row:
    """One row while it is read."""

    row: TableRow
    problems: list[Problem] = field(default_factory=list)

    def said(self, name: str) -> str:
        return self.row.cells.get(name, "")

    def bad(self, name: str, kind: str, trouble: Trouble) -> None:
        value = self.said(name) or None
        self.problems.append(Problem(self.row.line, kind, name, value, *trouble))

    def read(self, name: str, act: Callable[[str], tuple[Any, Trouble]]) -> Any:
        """What the cell means; None where it is empty or wrong, and then there is a problem."""
        text = self.said(name)
        if not text:
            return None
        value, trouble = act(text)
        if trouble[0]:
            self.bad(name, f"INVALID_{name.upper()}", trouble)
        return value


def read_cohort(
    table: Table,
    *,
    today: date,
    known_crns: dict[str, str],
    progress: Callable[[int], None] = lambda count: None,
) -> Cohort:
    """known_crns   a CRN that the store has already -> the reference of whose it is"""
    cohort = Cohort()
    for count, raw in enumerate(table.rows, start=1):
        row = _Row(raw)
        ids = _ids(row, today)
        reference = _reference(row, ids, known_crns)
        person = _person(row, reference or "nobody", today)  # all that is wrong is told at once
        if person is not None and not row.problems:
            _join(cohort, row, person, ids)
        cohort.problems.extend(row.problems)
        progress(count)
    return cohort


def _ids(row: _Row, today: date) -> dict[IdKind, GoodId]:
    found = {}
    for kind in IdKind:
        if text := row.said(kind.value):
            checked = check_id(kind, text, today=today)
            if isinstance(checked, WrongId):
                trouble = checked.message, checked.action
                row.bad(kind.value, f"INVALID_{kind.name}", trouble)
            else:
                found[kind] = checked
    return found


def _reference(row: _Row, ids: dict[IdKind, GoodId], known_crns: dict[str, str]) -> str:
    """Whom the row is about: by our reference, else by the CRN, which is theirs if they are new."""
    said, crn = row.said("person_id"), ids.get(IdKind.CRN)
    whose = known_crns.get(crn.value, "") if crn else ""
    if said and whose and said != whose:
        row.bad(
            "person_id",
            "CRN_OF_ANOTHER",
            (
                "this CRN is recorded of somebody else",
                "compare both with the document; if the two are one person, see People, Duplicates",
            ),
        )
        return ""  # fmt: skip
    if not said and not crn and not row.said("crn"):
        row.bad("person_id", "MISSING_PERSON", (
            "the row says of nobody whom it is about", "give a person_id, or a CRN"))  # fmt: skip
    return said or whose or (crn.value if crn else "")


def _person(row: _Row, reference: str, today: date) -> PersonOrders | None:
    """The row as a person with one order, read as an orders file is."""
    data: dict[str, Any] = {"person_id": reference}
    for name in ("name", "area", "team"):
        if row.said(name):
            data[name] = row.said(name)
    if not row.said("name"):
        row.bad("name", "MISSING_NAME", ("the row names nobody", "give the whole name"))
    born = row.read("born", day_of)
    if born is not None:
        data["born"] = born.isoformat()
        if not today.year - 120 <= born.year <= today.year - AGE_MIN:
            row.bad("born", "INVALID_BORN", (
                "nobody born then is under an order", "look at the date again"))  # fmt: skip
    for name, many in (("practitioner", "officers"), ("programme", "programmes")):
        if row.said(name):
            data[many] = [row.said(name)]
    data["orders"] = [_order(row)]
    if row.problems:
        return None
    desk = Desk()
    person = read_person(desk, "row", data)
    for one in desk.problems:
        column = _column_of(one.field or "")
        row.bad(column, one.type, (one.message, one.action))
    return person


def _order(row: _Row) -> dict[str, Any]:
    kind = row.said("order_kind").casefold().replace(" ", "_")
    if not kind:
        row.bad("order_kind", "MISSING_KIND", ("the row names no kind of order", KINDS_ACTION))
    elif kind not in {*OrderKind, *ORDER_KIND_WORDS} or kind == OrderKind.PROTECTION:
        row.bad("order_kind", "UNKNOWN_KIND", ("this is no kind of order", KINDS_ACTION))
    order = row.said("order_reference")
    if not order:
        row.bad("order_reference", "MISSING_ID", (
            "the order has no reference", "give the court’s or the prison’s own"))  # fmt: skip
    start = row.read("from", lambda text: edge_of(text, is_end=False))
    end = row.read("to", lambda text: edge_of(text, is_end=True))
    if not row.said("from"):
        row.bad("from", "MISSING_TIME", ("the order has no first day", "give it, as 2026-03-01"))
    if start and end and end <= start:
        row.bad("to", "ENDS_BEFORE_START", (
            "the order ends before it begins", "compare both days with the order"))  # fmt: skip
    asked = [
        one for one in (_curfew(row, order), _exclusion(row, order), _trail(row, order)) if one
    ]
    return {"order_id": order, "kind": kind, "from": start, "to": end, "requirements": asked}


def _curfew(row: _Row, order: str) -> dict[str, Any] | None:
    names = ("curfew_address", "curfew_radius_m", "curfew_hours")
    if not any(row.said(name) for name in names):
        return None
    zone = _circle(row, "curfew_address", "curfew_radius_m")
    hours = row.read("curfew_hours", hours_of)
    if not row.said("curfew_hours"):
        row.bad("curfew_hours", "MISSING_HOURS", (
            "the curfew has no hours", "write 19:00-07:00 daily"))  # fmt: skip
    return {"requirement_id": f"{order}-C"[-80:], "kind": "curfew", "zone": zone,
            "timetable": hours}  # fmt: skip


def _exclusion(row: _Row, order: str) -> dict[str, Any] | None:
    """Each place of an order is a requirement of its own; its id tells it by the place, so that
    the same sheet in another order of rows says the same."""
    if not row.said("exclusion") and not row.said("exclusion_radius_m"):
        return None
    zone = _circle(row, "exclusion", "exclusion_radius_m")
    place = "".join(filter(str.isalnum, row.said("exclusion"))).upper()[:20]
    return {"requirement_id": f"{order}-X-{place}"[-80:], "kind": "exclusion", "zone": zone,
            "timetable": None}  # fmt: skip


def _trail(row: _Row, order: str) -> dict[str, Any] | None:
    if not row.read("trail", flag_of):
        return None
    if row.said("order_kind").casefold().replace(" ", "_") in {"court_bail", "bail"}:
        row.bad(
            "trail",
            "TRAIL_ON_BAIL",
            ("whereabouts alone are not monitored on court bail", "leave it empty, or write no"),
        )
        return None  # fmt: skip
    return {"requirement_id": f"{order}-T"[-80:], "kind": "trail"}


def _circle(row: _Row, place: str, radius: str) -> dict[str, Any] | None:
    for name in (place, radius):
        if not row.said(name):
            row.bad(
                name,
                f"MISSING_{name.upper()}",
                ("one of place and radius is missing", "give both, or leave both empty"),
            )
    metres = row.read(radius, radius_of)  # fmt: skip
    return row.read(place, lambda text: circle_of(text, metres)) if metres else None


def _join(cohort: Cohort, row: _Row, person: PersonOrders, ids: dict[IdKind, GoodId]) -> None:
    """Put the row beside the person's earlier ones; what they contradict refuses the row."""
    order = replace(person.orders[0], whole=False)
    had = cohort.people.get(person.person_id)
    if had is None:
        kept = replace(person, orders=(order,))
        cohort.people[person.person_id] = Person(kept, [row.row.line], set(ids.values()))
        return
    for name in EVERYBODY:
        mine, theirs = _detail(person, name), _detail(had.orders, name)
        if mine and theirs and mine != theirs:
            row.bad(name, "CONTRADICTS_ROW", (
                f"row {had.lines[0]} says otherwise of the same person",
                "make both rows say the same"))  # fmt: skip
    orders = _orders_with(row, had, order)
    if row.problems or orders is None:
        return
    details = {**person.details, **had.orders.details}
    had.orders = replace(had.orders, orders=orders, details=details)
    had.lines.append(row.row.line)
    had.ids |= set(ids.values())


def _orders_with(row: _Row, had: Person, order: Order) -> tuple[Order, ...] | None:
    """The person's orders with this one: another, or the same with something more."""
    others = [one for one in had.orders.orders if one.order_id != order.order_id]
    same = next((one for one in had.orders.orders if one.order_id == order.order_id), None)
    if same is None:
        return (*others, order)
    if (same.kind, same.from_at, same.to_at) != (order.kind, order.from_at, order.to_at):
        row.bad(
            "order_reference",
            "CONTRADICTS_ROW",
            (
                "an earlier row gives this order another kind or other days",
                "make both rows say the same, or give each order its own reference",
            ),
        )
        return None  # fmt: skip
    asked = {one.requirement_id: one for one in same.requirements}
    for one in order.requirements:
        if asked.setdefault(one.requirement_id, one) != one:
            row.bad(
                "order_reference",
                "CONTRADICTS_ROW",
                (
                    "an earlier row of this order asks the same thing otherwise",
                    "leave one of the two",
                ),
            )
            return None  # fmt: skip
    return (*others, replace(same, requirements=tuple(asked.values())))


def _detail(person: PersonOrders, name: str) -> Any:
    many = {"practitioner": "officers", "programme": "programmes"}.get(name, name)
    return person.details.get(many)


def _column_of(path: str) -> str:
    parts = path.split(".")[1:]
    if parts[:1] == ["orders[0]"]:
        parts = parts[1:]
    if parts and parts[0].startswith("requirements"):
        return "requirements"
    return COLUMN_OF.get(parts[0], parts[0]) if parts else "row"


KINDS_ACTION = "write one of " + ", ".join(one for one in OrderKind if one != OrderKind.PROTECTION)
