"""Everybody at one offence as the page shows it: classes in words with their counts, rows."""

from __future__ import annotations

from dataclasses import dataclass

from waypost.matching.coverage import ToldRow
from waypost.matching.covering import CLASSES, Summary
from waypost.matching.evidence import Verdict

NAMES = {
    Verdict.OBSERVED: "Observed there",
    Verdict.POSSIBLE: "Possibly there",
    Verdict.CANNOT_TELL: "Cannot tell",
    Verdict.EXCLUDED: "Cannot have been there",
}


@dataclass(frozen=True, slots=True)
class Class:
    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    person: str
    tag: int
    why: str


def classes(summary: Summary) -> list[Class]:
    return [Class(one.value, NAMES[one], summary.counts[one]) for one in CLASSES]


def row(one: ToldRow) -> Row:
    return Row(one.person_reference, one.told.activation, one.told.why)
