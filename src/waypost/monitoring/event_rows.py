"""Rows judged from events, set against those stored: what is new, what ended, what is taken back.

Only what touches the time of the news is judged anew. What ended before stands as it was judged
then, though what is usual of a model, by which silences are judged, has been learnt anew since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from waypost.clock import from_us
from waypost.rules.reconcile import Change, StoredViolation, overlap, reconcile
from waypost.rules.values import Certainty, JudgedViolation, RowKind


@dataclass
class Changed:
    """Changes of one person's rows, as saving writes them. activations: by a row's start."""

    person_id: int
    changes: list[Change] = field(default_factory=list)
    activations: dict[datetime, int | None] = field(default_factory=dict)

    @classmethod
    def of(cls, person_id: int, changes: list[Change], activation: int | None) -> Changed:
        return cls(person_id, changes, {one.row.from_at: activation for one in changes})


def changed_rows(
    old: Sequence[StoredViolation],
    new: Sequence[JudgedViolation],
    *,
    since_us: int,
    journal_from_us: int,
    late: bool,
) -> list[Change]:
    """The changes, by kind, and by what they are about (`_key`).

    old               rows that last, or ended at `since_us` or later
    since_us          the earliest that is new
    journal_from_us   where the journal begins: what began before keeps its start
    """
    changes: list[Change] = []
    keys = {_key(one.row) for one in old} | {_key(row) for row in new}
    for key in sorted(keys):
        had = [one for one in old if _key(one.row) == key]
        rows = [_with_its_start(row, had, journal_from_us) for row in new if _key(row) == key]
        rows = [row for row in rows if _is_touched(row, had, since_us)]
        lasting = [row for row in rows if row.to_at is None]
        ended = [row for row in rows if row.to_at is not None]
        changes += reconcile(had, ended, lasting, late=late)
    return changes


def _key(row: JudgedViolation) -> tuple[str, str, str, bool]:
    """A battery's story is one whatever its stage; a unit moved is not a unit without power; and
    what an order asks of a tag's readings is another matter than that there were none."""
    how = row.how.value if row.kind is RowKind.HOME_UNIT else ""
    untold = row.certainty is Certainty.CANNOT_TELL
    return row.kind.value, str(row.requirement_id), how, untold


def _is_touched(row: JudgedViolation, had: Sequence[StoredViolation], since_us: int) -> bool:
    if row.to_at is None or row.to_at >= from_us(since_us):
        return True
    return any(overlap(one.row, row) for one in had)


def _with_its_start(
    row: JudgedViolation, had: Sequence[StoredViolation], journal_from_us: int
) -> JudgedViolation:
    if row.from_at > from_us(journal_from_us):
        return row
    earlier = [one.row.from_at for one in had if overlap(one.row, row)]
    return replace(row, from_at=min([row.from_at, *earlier]))
