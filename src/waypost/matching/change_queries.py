"""What may be asked of answers that took the place of others: what a run changed, how often an
offence was weighed.

A changed match says where a tag was or was not: who is shown gets a line match:viewed, as on the
run's own page. Counts hold nobody whom the asker may not know of.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.matching.comparing import What
from waypost.matching.models import MatchChange, RunOffence
from waypost.matching.queries import find_run
from waypost.matching.searching import EVIDENCE
from waypost.offences.queries import offences_by_number
from waypost.offences.values import Offence
from waypost.offences.version_queries import versions_of
from waypost.orders.queries import visible_person_ids

CHANGES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """One match that a run changed; before and after: (class, score), None where there is none."""

    before_run: int
    offence: Offence
    person_id: int
    person_reference: str
    what: What
    before: tuple[str, float] | None
    after: tuple[str, float] | None


@dataclass(frozen=True, slots=True)
class RunChanges:
    """What a run changed.

    again     how many offences had been weighed before     before   by which runs
    counts    of all changed matches                        shown    the first of them
    """

    again: int
    before: list[int]
    counts: dict[What, int]
    shown: list[Changed]


@dataclass(frozen=True, slots=True)
class Weighing:
    """One time an offence was weighed by evidence, and how many matches that changed.

    before_run   whose answer it took the place of; None: the first
    """

    run_number: int
    made_at: datetime
    version_number: int
    before_run: int | None
    counts: dict[What, int]


def run_changes(run_id: int, by: Posted, *, now: datetime) -> RunChanges:
    """What the run changed in the answers before it; leaves a line match:viewed about each person
    shown. NoSuchThing when there is no such run."""
    may.check(by, Permission.MATCH_READ)
    run = find_run(run_id)
    weighed = run.offences.values_list("before_run_id", flat=True)
    again = Counter(number for number in weighed if number is not None)
    visible = _visible(run.changes.all(), by, now)
    counts = Counter(visible.values_list("what", flat=True))
    rows = list(
        visible.select_related("person").order_by("offence_id", "-score_after", "pk")[
            :CHANGES_SHOWN
        ]
    )
    offences = offences_by_number([row.offence_id for row in rows])
    with transaction.atomic():
        for person_id in sorted({row.person_id for row in rows}):
            detail = {"run": run.pk, "changes": sum(row.person_id == person_id for row in rows)}
            audit.record(
                "match:viewed", by=by, at=now, about=person_id, purpose=Purpose.CRIME_MAPPING,
                detail=detail,
            )  # fmt: skip
    return RunChanges(
        sum(again.values()), sorted(again), {what: counts[what.value] for what in What},
        [_changed(row, offences[row.offence_id]) for row in rows if row.offence_id in offences],
    )  # fmt: skip


def weighings(offence_id: int, by: Posted, *, now: datetime) -> list[Weighing]:
    """Each time an offence was weighed by evidence, in whichever version, newest first; in counts
    alone, so that no line is left about anybody."""
    may.check(by, Permission.MATCH_READ)
    numbers = versions_of([offence_id]).get(offence_id, [])
    rows = list(
        RunOffence.objects.filter(
            offence_id__in=numbers, run__status="done", run__method=EVIDENCE
        ).select_related("run").order_by("-run_id")
    )  # fmt: skip
    counts = _counts(numbers, [row.run_id for row in rows], by, now)
    return [
        Weighing(
            row.run_id, row.run.made_at, row.offence_id, row.before_run_id,
            {what: counts[row.run_id][what.value] for what in What},
        )
        for row in rows
    ]  # fmt: skip


def delivery_changes(batch_id: int, by: Posted, *, now: datetime) -> dict[int, Weighing]:
    """Number of a version -> what the first run by evidence that weighed it as part of its delivery
    changed in the answer about the offence, where there was one before; in counts alone."""
    may.check(by, Permission.MATCH_READ)
    rows = RunOffence.objects.filter(
        run__batch_id=batch_id, run__status="done", run__method=EVIDENCE,
        before_run_id__isnull=False,
    ).select_related("run").order_by("-run_id")  # fmt: skip
    first = {row.offence_id: row for row in rows}
    counts: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    changes = MatchChange.objects.filter(run_id__in={row.run_id for row in first.values()})
    seen = _visible(changes, by, now).values_list("run_id", "offence_id", "what")
    for run_id, offence_id, what in seen:
        counts[run_id, offence_id][what] += 1
    return {
        number: Weighing(
            row.run_id, row.run.made_at, number, row.before_run_id,
            {what: counts[row.run_id, number][what.value] for what in What},
        )
        for number, row in first.items()
    }  # fmt: skip


def _counts(
    numbers: Collection[int], runs: Collection[int], by: Posted, now: datetime
) -> dict[int, Counter[str]]:
    changes = MatchChange.objects.filter(run_id__in=runs, offence_id__in=numbers)
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for run_id, what in _visible(changes, by, now).values_list("run_id", "what"):
        found[run_id][what] += 1
    return found


def _visible(changes: QuerySet[MatchChange], by: Posted, now: datetime) -> QuerySet[MatchChange]:
    persons = visible_person_ids(by, Permission.MATCH_READ, now=now)
    if persons is None:
        return changes
    return changes.filter(person_id__in=set(changes.values_list("person_id", flat=True)) & persons)


def _changed(row: MatchChange, offence: Offence) -> Changed:
    return Changed(
        before_run=row.before_run_id, offence=offence, person_id=row.person_id,
        person_reference=row.person.reference, what=What(row.what),
        before=None if row.score_before is None else (row.verdict_before, row.score_before),
        after=None if row.score_after is None else (row.verdict_after, row.score_after),
    )  # fmt: skip
