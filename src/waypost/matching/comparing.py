"""Matches of two runs against each other: one text that says them all, and what differs. Pure.

A match is known by its offence and its tag. Where a run is repeated, or weighs again what another
weighed, the two sets are the same, or some are new, gone or changed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from waypost.matching.values import ALSO_TOLD, WEIGHED

COLUMNS = ("offence_id", "activation_id", "verdict", "sequences", "score", "nearest_m",
           "seconds_inside", "coverage", *WEIGHED)  # fmt: skip
DIGITS = 9  # beyond, two machines may round otherwise
SCORE_STEP = 0.01  # less is not worth reading again


class Matched(Protocol):
    """What of a match is compared: a record, saved or not."""

    offence_id: int
    activation_id: int
    verdict: str
    score: float


class What(StrEnum):
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Said:
    """Class and score as one run has them."""

    verdict: str
    score: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One match in which the later run differs. before, after: None where there is none."""

    what: What
    activation: int
    before: Said | None
    after: Said | None


def canonical(matches: Iterable[Any], also: Collection[str] = ()) -> bytes:
    """The matches as CSV with their fixes: the same matches always give the same bytes.

    matches   with the attributes of models.Match; in any order
    also      what of values.ALSO_TOLD the run told (`also_told`): nothing, of a run that was made
              before, so that its bytes stay what they were
    """
    columns = (*COLUMNS, *(name for name in ALSO_TOLD if name in also))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*columns, "fixes"])
    for one in sorted(matches, key=lambda one: (one.offence_id, one.activation_id)):
        fixes = json.dumps(_rounded(one.fixes), sort_keys=True, separators=(",", ":"))
        writer.writerow([*(_cell(getattr(one, name)) for name in columns), fixes])
    return out.getvalue().encode()


def also_told(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """What a run told beyond COLUMNS, by its parameters."""
    return tuple(parameters.get("also_told", ()))


def result_digest(matches: Iterable[Any], also: Collection[str] = ()) -> str:
    """64 hex digits of the canonical bytes."""
    return hashlib.sha256(canonical(matches, also)).hexdigest()


def differing(before: Mapping[int, Matched], after: Mapping[int, Matched]) -> list[Difference]:
    """What differs in the matches of one offence, by activation: new ones, gone ones, and those
    whose class, or score by SCORE_STEP or more, changed."""
    found = []
    for number in sorted(before.keys() | after.keys()):
        was, now = _said(before.get(number)), _said(after.get(number))
        if what := _what(was, now):
            found.append(Difference(what, number, was, now))
    return found


def _what(was: Said | None, now: Said | None) -> What | None:
    if was is None:
        return What.NEW
    if now is None:
        return What.GONE
    moved = abs(now.score - was.score) >= SCORE_STEP
    return What.CHANGED if moved or now.verdict != was.verdict else None


def _said(one: Matched | None) -> Said | None:
    return None if one is None else Said(one.verdict, one.score)


def _cell(value: object) -> object:
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else "" if value is None else value


def _rounded(fixes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: _cell(value) for name, value in fix.items()} for fix in fixes]
