"""Counts as they may leave: too few people are not told, and no count is told to the unit.

A number that rests on fewer than five people could be one person's own; and two tables of nearly
the same people give away, by what differs, who came between. So every count, totals too, is told to
the nearest five, each rounded by itself, and one behind which fewer than five people stand is not
told at all. Nothing else of a count leaves this module.

source   decision 0050, which says what else was weighed
"""

from __future__ import annotations

from dataclasses import dataclass

SMALL = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """A count and the people behind it, as told; None: fewer than five people stand behind it."""

    people: int | None
    count: int | None


def cell(people: int, count: int | None = None) -> Cell:
    """people   different people behind the count, which is theirs where none is given

    raises   ValueError for a count without people, or less than none
    """
    count = people if count is None else count
    if people < 0 or count < people:
        raise ValueError(f"{count} of {people} people cannot be counted")
    if people < SMALL:
        return Cell(None, None)
    return Cell(to_five(people), to_five(count))


def to_five(count: int) -> int:
    """To the nearest multiple of five: never less than five, of so many."""
    return SMALL * ((count + SMALL // 2) // SMALL)
