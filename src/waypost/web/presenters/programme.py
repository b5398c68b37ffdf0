"""The programme's counts as a page and a file show them: each as it is told, or that it is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waypost.evaluation.cells import SMALL, Cell
from waypost.evaluation.programme import ALL, Programme
from waypost.web.templatetags.waypost import words

FEW = f"Fewer than {SMALL}"


@dataclass(frozen=True, slots=True)
class CellShown:
    """column, value, beside: of the page; numbers: of the file, "" where they are not told."""

    column: str
    value: str
    beside: str
    numbers: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class RowShown:
    name: str
    cells: tuple[CellShown, ...]
    is_all: bool


@dataclass(frozen=True, slots=True)
class Table:
    """name: in its address; units: of each column's numbers in the file."""

    name: str
    title: str
    says: str
    columns: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[RowShown, ...]


def tables(found: Programme) -> tuple[Table, ...]:
    return (
        _table(
            "orders", "People under orders",
            "By kind of order: at any time of the month, and those whose order began or ended in "
            "it. Who is under two kinds counts in both, and once in all.",
            ("In the month", "Began", "Ended"),
            ((one.kind, (one.live, one.began, one.ended)) for one in found.orders),
            units=("people",),
        ),
        _table(
            "violations", "Violations",
            "What began in the month and stands by now, by what it is about. Observed: fixes show "
            "it. Cannot tell: no fix says where the tag was while something was asked.",
            ("Observed", "Cannot tell"),
            ((one.kind, (one.observed, one.cannot_tell)) for one in found.violations),
        ),
        _table(
            "alerts", "Alerts",
            "What was raised in the month, by kind, and what became of it by now. What is none of "
            "the three is open, or was closed otherwise.",
            ("Raised", "Upheld", "Explained", "Withdrawn"),
            ((one.kind, (one.raised, one.upheld, one.explained, one.withdrawn))
             for one in found.alerts),
        ),
        _table(
            "plans", "What the tag is for, in plans",
            "At the end of the month: people who wore a tag under a live order, and those whose "
            "sentence or risk plan says what the tag is for. All: in either of the two.",
            ("Wore a tag", "Plan says why"),
            ((one.kind, (one.wore, one.purpose)) for one in found.plans),
            units=("people",),
        ),
    )  # fmt: skip


def _table(
    name: str,
    title: str,
    says: str,
    columns: tuple[str, ...],
    counted: Iterable[tuple[str, Sequence[Cell]]],
    *,
    units: tuple[str, ...] = ("people", "count"),
) -> Table:
    rows = tuple(
        RowShown(
            "All" if kind == ALL else _first_upper(words(kind)),
            tuple(_shown(*one, len(units) == 2) for one in zip(columns, cells, strict=True)),
            kind == ALL,
        )
        for kind, cells in counted
    )
    return Table(name, title, says, columns, units, rows)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]  # and the rest as it is: DAPO, HDC


def _shown(column: str, one: Cell, both: bool) -> CellShown:
    if one.people is None or one.count is None:
        return CellShown(column, FEW, "", ("",) * (1 + both))
    if not both:
        return CellShown(column, f"{one.people:,}", "", (one.people,))
    beside = f"of {one.people:,} people"
    return CellShown(column, f"{one.count:,}", beside, (one.people, one.count))
