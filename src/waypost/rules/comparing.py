"""What other numbers would have done: two judgings of the same fixes, as counts and minutes. Pure.

    compare(person, before, after)    one person's rows under the one and the other
    tally + tally                     persons taken together
    to_json, of_json                  as a record keeps it

A tally holds no time of day, no place and no row: what it names of anybody is a number of a person
and of a version of a requirement, of a few, so that who may look can look there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from waypost.rules.reconcile import overlap
from waypost.rules.values import Certainty, JudgedViolation, RowKind

EXAMPLES_KEPT = 5

Calls = Callable[[JudgedViolation], bool]


@dataclass(frozen=True, slots=True)
class Example:
    """Where one is found: numbers of records."""

    person: int
    requirement_version: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """How many, and the first few of them."""

    count: int = 0
    examples: tuple[Example, ...] = ()

    def __add__(self, other: Found) -> Found:
        return Found(self.count + other.count, (*self.examples, *other.examples)[:EXAMPLES_KEPT])


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two judgings.

    rows         as they stand in the end        taken_back   raised, and taken back by later fixes
    minutes      in violation; of time that nothing can be told of, its length
    calls        rows, taken back or not, on which somebody would have been called
    """

    rows: int = 0
    minutes: float = 0.0
    taken_back: int = 0
    calls: int = 0

    def __add__(self, other: Side) -> Side:
        return Side(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Side)))


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of row in both. changed: in both, with other times, certainty or minutes."""

    before: Side = Side()
    after: Side = Side()
    same: int = 0
    changed: int = 0
    new: Found = Found()
    vanished: Found = Found()

    def __add__(self, other: Compared) -> Compared:
        return Compared(
            self.before + other.before,
            self.after + other.after,
            self.same + other.same,
            self.changed + other.changed,
            self.new + other.new,
            self.vanished + other.vanished,
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """Both judgings of some persons.

    violations, unknown   by kind: what was violated, and time of which nothing can be told
    persons, fixes        compared, and on what
    failed                persons whom judging broke on, left out of all the rest
    unjudged              requirements that are not judged yet, so not compared
    """

    violations: dict[RowKind, Compared] = field(default_factory=dict)
    unknown: dict[RowKind, Compared] = field(default_factory=dict)
    persons: int = 0
    fixes: int = 0
    failed: int = 0
    unjudged: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            _merged(self.violations, other.violations),
            _merged(self.unknown, other.unknown),
            self.persons + other.persons,
            self.fixes + other.fixes,
            self.failed + other.failed,
            self.unjudged + other.unjudged,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "violations": {kind.value: _json(one) for kind, one in self.violations.items()},
            "unknown": {kind.value: _json(one) for kind, one in self.unknown.items()},
            "persons": self.persons,
            "fixes": self.fixes,
            "failed": self.failed,
            "unjudged": self.unjudged,
        }

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> Tally:
        if not kept:
            return cls()
        return cls(
            {RowKind(kind): _compared(one) for kind, one in kept["violations"].items()},
            {RowKind(kind): _compared(one) for kind, one in kept["unknown"].items()},
            kept["persons"],
            kept["fixes"],
            kept["failed"],
            kept["unjudged"],
        )


def compare(
    person: int,
    before: Sequence[JudgedViolation],
    after: Sequence[JudgedViolation],
    *,
    calls: Calls,
    now: datetime,
) -> Tally:
    """One person's rows under two revisions, withdrawn ones among them.

    calls   whether somebody would have been called on a row
    now     open rows last to then
    """
    sides = (before, after)
    kinds = {row.kind for rows in sides for row in rows}
    parts: dict[bool, dict[RowKind, Compared]] = {False: {}, True: {}}
    for kind in sorted(kinds):
        for unknown in (False, True):
            one, other = (
                [row for row in rows if row.kind is kind and _is_unknown(row) is unknown]
                for rows in sides
            )
            if one or other:
                parts[unknown][kind] = _compare(person, one, other, calls, now)
    return Tally(parts[False], parts[True], persons=1)


def _compare(
    person: int,
    before: list[JudgedViolation],
    after: list[JudgedViolation],
    calls: Calls,
    now: datetime,
) -> Compared:
    waiting = _standing(before)
    new: list[Example] = []
    same = changed = 0
    for row in _standing(after):
        match = next((one for one in waiting if _together(one, row)), None)
        if match is None:
            new.append(_example(person, row))
            continue
        waiting.remove(match)
        if _told(match) == _told(row):
            same += 1
        else:
            changed += 1
    vanished = [_example(person, row) for row in waiting]
    return Compared(
        _side(before, calls, now),
        _side(after, calls, now),
        same,
        changed,
        Found(len(new), tuple(new[:EXAMPLES_KEPT])),
        Found(len(vanished), tuple(vanished[:EXAMPLES_KEPT])),
    )


def _side(rows: list[JudgedViolation], calls: Calls, now: datetime) -> Side:
    standing = _standing(rows)
    return Side(
        rows=len(standing),
        minutes=sum(_minutes(row, now) for row in standing),
        taken_back=len(rows) - len(standing),
        calls=sum(1 for row in rows if calls(row)),
    )


def _minutes(row: JudgedViolation, now: datetime) -> float:
    if not _is_unknown(row):
        return row.minutes
    return max(0.0, ((row.to_at or now) - row.from_at).total_seconds() / 60)


def _standing(rows: Sequence[JudgedViolation]) -> list[JudgedViolation]:
    return [row for row in rows if not row.withdrawn]


def _is_unknown(row: JudgedViolation) -> bool:
    return row.certainty is Certainty.CANNOT_TELL


def _together(one: JudgedViolation, other: JudgedViolation) -> bool:
    return one.requirement_id == other.requirement_id and overlap(one, other)


def _told(row: JudgedViolation) -> tuple[Any, ...]:
    return row.from_at, row.to_at, row.certainty, round(row.minutes, 1)


def _example(person: int, row: JudgedViolation) -> Example:
    return Example(person, row.requirement_version_id)


def _merged(
    one: dict[RowKind, Compared], other: dict[RowKind, Compared]
) -> dict[RowKind, Compared]:
    kinds = sorted(one.keys() | other.keys())
    return {kind: one.get(kind, Compared()) + other.get(kind, Compared()) for kind in kinds}


def _json(one: Compared) -> dict[str, Any]:
    return {
        "before": {item.name: getattr(one.before, item.name) for item in fields(Side)},
        "after": {item.name: getattr(one.after, item.name) for item in fields(Side)},
        "same": one.same,
        "changed": one.changed,
        "new": _found_json(one.new),
        "vanished": _found_json(one.vanished),
    }


def _found_json(found: Found) -> dict[str, Any]:
    examples = [[one.person, one.requirement_version] for one in found.examples]
    return {"count": found.count, "examples": examples}


def _compared(kept: dict[str, Any]) -> Compared:
    def found(name: str) -> Found:
        examples = tuple(Example(*each) for each in kept[name]["examples"])
        return Found(kept[name]["count"], examples)

    return Compared(
        Side(**kept["before"]),
        Side(**kept["after"]),
        kept["same"],
        kept["changed"],
        found("new"),
        found("vanished"),
    )
