"""Answers that took the place of others, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.matching.change_queries import Changed, RunChanges, Weighing
from waypost.matching.comparing import What
from waypost.web.presenters.matching import share
from waypost.web.templatetags.waypost import words

NAMES = {What.NEW: "New", What.GONE: "Gone", What.CHANGED: "Changed"}


@dataclass(frozen=True, slots=True)
class WeighingRow:
    run_number: int
    made_at: datetime
    version: str
    words: str


def changes(found: RunChanges) -> dict[str, Any] | None:
    """None where the run took no answer's place."""
    if not found.again:
        return None
    return {
        "again": found.again,
        "before": found.before,
        **{what.value: found.counts[what] for what in What},
        "rows": [_row(one) for one in found.shown],
        "more": sum(found.counts.values()) > len(found.shown),
    }


def weighing(one: Weighing, versions: Mapping[int, int]) -> WeighingRow:
    """versions: number of a version as we keep it -> which version of the offence it is."""
    return WeighingRow(
        one.run_number, one.made_at, str(versions.get(one.version_number, "kept no longer")),
        said(one),
    )  # fmt: skip


def said(one: Weighing) -> str:
    """What a run changed in the answer about one offence, in counts."""
    if one.before_run is None:
        return "The first answer."
    counts = ", ".join(f"{one.counts[what]} {what.value}" for what in What)
    return f"Since run {one.before_run}: {counts}."


def _row(one: Changed) -> dict[str, str]:
    return {
        "reference": one.offence.reference,
        "person": one.person_reference,
        "what": NAMES[one.what],
        "before": _match(one.before),
        "after": _match(one.after),
    }


def _match(said: tuple[str, float] | None) -> str:
    return "No match" if said is None else f"{words(said[0])}, score {share(said[1])}"
