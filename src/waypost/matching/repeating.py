"""A run done again as it was: the same answer, or what differs and why.

    run -> its offences' versions, its tags and times as far as orders still allow
    -> what had been received by then, as it is held now -> the same method
    -> digests compared -> reasons -> audit line

What was lawfully deleted since is never read, not even where an old version of the lake would
still hold it: then the answer differs, and the deletion is named. The run's own digests stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost import __version__
from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.clock import from_us
from waypost.errors import Refused
from waypost.matching.answers import by_offence
from waypost.matching.comparing import (
    Difference,
    What,
    also_told,
    differing,
    result_digest,
)
from waypost.matching.in_scope import in_scope
from waypost.matching.models import Match, MatchingRun
from waypost.matching.parameters import parameters_of
from waypost.matching.queries import find_run
from waypost.matching.scope import Searchable, Spans, within
from waypost.matching.searching import Found, Numbered, reach_of, search
from waypost.offences.queries import offences_by_number
from waypost.orders.queries import light_orders
from waypost.positions.forgotten_queries import forgotten_in
from waypost.positions.queries import imported_since

NO_REASON = (
    "Nothing that is recorded explains it: rows may have been stored after the run that had been "
    "received before it, or been taken back since because their tag's clock was wrong."
)


@dataclass(frozen=True, slots=True)
class Repeated:
    """What came of repeating a run.

    data_digest, result_digest   of this time; the run keeps its own
    new, gone, changed           matches against those the run found and that are still kept
    reasons                      in sentences; empty where all is the same
    """

    run_number: int
    same_data: bool
    same_matches: bool
    data_digest: str
    result_digest: str
    new: int
    gone: int
    changed: int
    reasons: tuple[str, ...]

    @property
    def same(self) -> bool:
        return self.same_data and self.same_matches


def repeat(run_id: int, *, by: Posted, now: datetime) -> Repeated:
    """Repeat a run; nothing is kept but the line matching:repeated.

    raises   Refused without the permission, or where the run is not done or is older than what is
             kept for repeating; NoSuchThing when there is none
    """
    may.check(by, Permission.MATCH_RUN)
    run = find_run(run_id)
    if run.status != "done":
        raise Refused("This matching run is not done; repeat it when it is.")
    if run.read_by is None:
        raise Refused(
            "This run was made by a version of Waypost that did not keep what it takes to repeat "
            "one; ask for a new run."
        )
    numbers = list(run.offences.order_by("offence_id").values_list("offence_id", flat=True))
    kept = offences_by_number(numbers)
    offences = [(number, kept[number]) for number in numbers if number in kept]
    scope, narrowed = _scope(run, offences)
    found = search(run.method, offences, scope, received_by=run.read_by)
    repeated = _compared(run, found, _reasons(run, offences, len(numbers), narrowed))
    with transaction.atomic():
        detail = {
            "run": run.pk, "same_data": repeated.same_data, "same_matches": repeated.same_matches,
            "data": repeated.data_digest, "matches": repeated.result_digest,
        }  # fmt: skip
        audit.record(
            "matching:repeated", by=by, at=now, purpose=Purpose.CRIME_MAPPING, detail=detail
        )
    return repeated


def _scope(
    run: MatchingRun, offences: Sequence[Numbered]
) -> tuple[dict[int, Searchable], set[int]]:
    """The run's tags and times, as far as the orders as now recorded still allow; and those that
    may no longer be searched for all of it."""
    reach = reach_of(offences)
    present = {one.activation: one for one in in_scope(light_orders())}
    scope: dict[int, Searchable] = {}
    narrowed: set[int] = set()
    for number in run.population if reach else ():
        then = _then(run.spans.get(str(number)), reach)
        one = present.get(number)
        now = () if one is None else within(then, one.spans)
        if now != then:
            narrowed.add(number)
        if one is not None and now:
            scope[number] = Searchable(number, one.person_number, now)
    return scope, narrowed


def _then(spans: Sequence[Sequence[int]] | None, reach: tuple[datetime, datetime] | None) -> Spans:
    assert reach is not None
    if spans is None:
        return (reach,)
    return tuple((from_us(start), from_us(end)) for start, end in spans)


def _reasons(
    run: MatchingRun, offences: Sequence[Numbered], offence_count: int, narrowed: set[int]
) -> list[str]:
    """What has changed since that may make the answer another one."""
    assert run.read_by is not None
    found = []
    if run.code_version != __version__:
        found.append(f"The run was made by Waypost {run.code_version}; this is {__version__}.")
    present = parameters_of(run.method)
    if run.parameters != present:
        names = sorted(
            name for name in run.parameters.keys() | present.keys()
            if name != "also_told" and run.parameters.get(name) != present.get(name)
        )  # fmt: skip
        if names:  # that more is told now than then changes no answer
            found.append(f"This version reckons with other numbers: {', '.join(names)}.")
    if missing := offence_count - len(offences):
        found.append(f"{missing} of its {offence_count} offences are kept no longer.")
    reach = reach_of(offences)
    if reach is None:
        return found
    gone = forgotten_in(run.population, *reach)
    if gone:
        deletions = ", ".join(str(one) for one in sorted(set(gone.values())))
        found.append(
            f"Data of {len(gone)} of its tags were lawfully deleted since (deletion {deletions})."
        )
    if others := narrowed - gone.keys():
        found.append(
            f"{len(others)} of its tags may no longer be searched for all of that time, by the "
            "orders as they are now recorded."
        )
    if imports := imported_since(run.read_by, run.population, reach[1]):
        numbers = ", ".join(str(one) for one in imports)
        found.append(f"Fixes that had been received before were imported since (import {numbers}).")
    return found


def _compared(run: MatchingRun, found: Found, reasons: Sequence[str]) -> Repeated:
    digest = result_digest(found.matches, also_told(run.parameters))
    same_data = found.data_digest == run.data_digest
    same_matches = digest == run.result_digest
    counts = dict.fromkeys(What, 0)
    for one in _differences(run, found.matches):
        counts[one.what] += 1
    why = [] if same_data and same_matches else [*reasons] or [NO_REASON]
    return Repeated(
        run.pk, same_data, same_matches, found.data_digest, digest,
        counts[What.NEW], counts[What.GONE], counts[What.CHANGED], tuple(why),
    )  # fmt: skip


def _differences(run: MatchingRun, after: Sequence[Match]) -> list[Difference]:
    was, now = by_offence(run.matches.all()), by_offence(after)
    return [
        difference
        for number in sorted(was.keys() | now.keys())
        for difference in differing(was.get(number, {}), now.get(number, {}))
    ]
