"""The journals of tags in the store: read, written, and moved on where nothing but time passed.

usual(tails, heard)     the tails moved on, where a tag was only heard as usual; else None
load, save              whole journals; the last run of each kind stands in columns
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from waypost.monitoring.models import TagJournal
from waypost.monitoring.saving import in_chunks
from waypost.rules.runs import Run, Runs
from waypost.rules.tag_journal import (
    CONTACT_APART_US,
    FIX_APART_US,
    MOTION_GRAIN_US,
    Heard,
    Journal,
)
from waypost.upsert import Update

TAILS = ("contact", "fix", "still", "moving")
APART_US = (CONTACT_APART_US, FIX_APART_US, MOTION_GRAIN_US, MOTION_GRAIN_US)
TAIL_COLUMNS = [f"{name}_{end}" for name in TAILS for end in ("from", "at")]


@dataclass(frozen=True, slots=True)
class Tails:
    """The last run of contacts, fixes, stillness and motion; None: there is none.

    placeless   the tag is in contact without a place: whatever it measures may change that
    """

    runs: tuple[Run | None, ...]
    placeless: bool = False

    @classmethod
    def of_row(cls, row: tuple[int | None, ...], *, placeless: bool = False) -> Tails:
        pairs = zip(row[::2], row[1::2], strict=True)
        runs = tuple(None if a is None or b is None else (a, b) for a, b in pairs)
        return cls(runs, placeless)

    def as_row(self) -> tuple[int | None, ...]:
        return tuple(end for run in self.runs for end in (run or (None, None)))


@dataclass(frozen=True, slots=True)
class Kept:
    """A journal with what else its row says."""

    journal: Journal
    redo_from_us: int | None
    redo_at: datetime | None


def runs_of(heard: Heard) -> tuple[Runs, ...]:
    return heard.contacts, heard.fixes, heard.still, heard.moving


def usual(tails: Tails, heard: Heard) -> Tails | None:
    """The tails once this is heard, if all of it lies at the end of a run: no gap, no word."""
    if heard.said or (tails.placeless and heard.fixes):
        return None
    after: list[Run | None] = []
    for tail, runs, apart_us in zip(tails.runs, runs_of(heard), APART_US, strict=True):
        if not runs:
            after.append(tail)
            continue
        first, last = runs[0]
        odd = tail is None or len(runs) > 1 or not tail[0] <= first <= tail[1] + apart_us
        if tail is None or odd:
            return None
        after.append((tail[0], max(tail[1], last)))
    return replace(tails, runs=tuple(after))


def read_tails(activations: Iterable[int]) -> dict[int, Tails]:
    found: dict[int, Tails] = {}
    for ids in in_chunks(activations):
        rows = TagJournal.objects.filter(activation_id__in=ids)
        for number, lost, *tail in rows.values_list("activation_id", "placeless", *TAIL_COLUMNS):
            found[number] = Tails.of_row(tuple(tail), placeless=lost)
    return found


def load(activations: Iterable[int]) -> dict[int, Kept]:
    """Whole journals by activation; one that has none is left out."""
    found: dict[int, Kept] = {}
    for ids in in_chunks(activations):
        rows = TagJournal.objects.filter(activation_id__in=ids)
        names = ("activation_id", "journal", "redo_from", "redo_at", *TAIL_COLUMNS)
        for number, data, redo_from_us, redo_at, *tail in rows.values_list(*names):
            journal = _whole(Journal.from_bytes(bytes(data)), Tails.of_row(tuple(tail)))
            found[number] = Kept(journal, redo_from_us, redo_at)
    return found


def new_rows(activations: Mapping[int, int], *, now: datetime, old_us: int) -> None:
    """Rows for activations that have none: number -> from when they are judged (us). What began
    before `old_us` may have a history: it is read before anything is said."""
    TagJournal.objects.bulk_create(
        [
            TagJournal(
                activation_id=number, look_at=now, journal=Journal(from_us=from_us).to_bytes(),
                redo_from=from_us if from_us < old_us else None,
                redo_at=now if from_us < old_us else None,
            )
            for number, from_us in sorted(activations.items())
        ],
        batch_size=500,
        ignore_conflicts=True,
    )  # fmt: skip


def tails_saved(moved: Mapping[int, Tails]) -> Update:
    """The tails to be written, journals as they are."""
    rows = [(number, *tails.as_row()) for number, tails in sorted(moved.items())]
    return Update(TagJournal, key="activation_id", names=TAIL_COLUMNS, rows=rows)


@dataclass(frozen=True, slots=True)
class Standing:
    """What else is written beside a journal.

    redo   what is still to be judged by history, and when
    """

    look_at: datetime | None = None
    placeless: bool = False
    redo: tuple[int | None, datetime | None] = (None, None)


def journals_saved(journals: Mapping[int, Journal], standing: Mapping[int, Standing]) -> Update:
    """Whole rows to be written."""
    names = [*TAIL_COLUMNS, "placeless", "look_at", "redo_from", "redo_at", "journal"]
    rows = []
    for number, journal in sorted(journals.items()):
        said = standing.get(number, Standing())
        tails = Tails(tuple(runs[-1] if runs else None for runs in runs_of(journal)))
        rows.append(
            (number, *tails.as_row(), said.placeless, said.look_at, *said.redo,
             _closed(journal).to_bytes())
        )  # fmt: skip
    return Update(TagJournal, key="activation_id", names=names, rows=rows)


def _closed(journal: Journal) -> Journal:
    """Without the last runs, which stand in columns."""
    return replace(
        journal, contacts=journal.contacts[:-1], fixes=journal.fixes[:-1],
        still=journal.still[:-1], moving=journal.moving[:-1],
    )  # fmt: skip


def _whole(journal: Journal, tails: Tails) -> Journal:
    contacts, fixes, still, moving = (
        (*runs, run) if run is not None else runs
        for runs, run in zip(runs_of(journal), tails.runs, strict=True)
    )
    return replace(journal, contacts=contacts, fixes=fixes, still=still, moving=moving)
