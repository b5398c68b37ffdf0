"""What may be done with matching: ask for a run, carry it out, keep what it ran on.

    asked (audit line) -> offences and scope read -> the lake read once per day of offences
    -> scan -> matches, digest of the data and audit line saved in one transaction

A run can be repeated (repeating.py): it keeps its parameters, the version of the code, which
version of each offence it weighed, who was in scope and when, by when what it read had been
received, and digests of every fix it read and of its matches.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from waypost import __version__
from waypost.access import audit, may
from waypost.access.values import MACHINE, Permission, Posted, Purpose
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.matching.answers import answers_before, changes_between
from waypost.matching.comparing import also_told, result_digest
from waypost.matching.in_scope import in_scope
from waypost.matching.models import Match, MatchChange, MatchingRun, RunOffence
from waypost.matching.parameters import parameters_of
from waypost.matching.searching import (
    COMPATIBLE,
    EVIDENCE,
    Found,
    Numbered,
    parts_of,
    search,
)
from waypost.offences.models import OffenceBatch
from waypost.offences.queries import current_offences
from waypost.orders.queries import person_orders
from waypost.positions import lake
from waypost.positions.models import LogHead

METHODS = (EVIDENCE, COMPATIBLE)
ROWS_AT_ONCE = 500


def run_matching(
    batch_id: int | None, *, by: Posted, now: datetime, method: str = COMPATIBLE
) -> MatchingRun:
    """Match the current offences of a delivery (None: of all) with the tags in scope, at once.

    raises   Refused without the permission; NoSuchThing when there is no such delivery
    """
    return carry_out(ask_for_run(batch_id, by=by, now=now, method=method).pk, by=by, now=now)


@transaction.atomic
def ask_for_run(
    batch_id: int | None, *, by: Posted, now: datetime, method: str = COMPATIBLE
) -> MatchingRun:
    """A run that waits for `carry_out`, which may happen in another process."""
    may.check(by, Permission.MATCH_RUN)
    if method not in METHODS:
        raise Refused("Choose how to match: by evidence, or by the compatible rule.")
    if batch_id is not None and not OffenceBatch.objects.filter(pk=batch_id).exists():
        raise NoSuchThing("There is no such offence batch.")
    run = MatchingRun.objects.create(
        method=method,
        parameters=parameters_of(method),
        code_version=__version__,
        batch_id=batch_id,
        made_at=now,
        officer_id=by.officer_id,
    )
    detail = {"run": run.pk, "batch": batch_id, "method": method}
    audit.record("matching:asked", by=by, at=now, purpose=Purpose.CRIME_MAPPING, detail=detail)
    return run


def carry_out(run_id: int, *, by: Posted = MACHINE, now: datetime) -> MatchingRun:
    """Do a waiting run: nothing is written but its start until all of it is known.

    raises   Conflict when it was started before
    """
    may.check(by, Permission.MATCH_RUN)
    if not MatchingRun.objects.filter(pk=run_id, status="waiting").update(status="running"):
        raise Conflict("This matching run was started already, or there is none.")
    run = MatchingRun.objects.get(pk=run_id)
    try:
        offences = _offences_of(run)
        found = _search(run, offences, now)
    except Exception:
        message = "The run stopped on an error of ours; ask for it again."
        MatchingRun.objects.filter(pk=run_id).update(status="failed", message=message, ended_at=now)
        raise
    with transaction.atomic():
        for match in found.matches:
            match.run = run
        Match.objects.bulk_create(found.matches, batch_size=ROWS_AT_ONCE)
        _keep_answer(run, offences, found)
        run.match_count, run.status, run.ended_at = len(found.matches), "done", now
        run.save()
        detail = {
            "run": run.pk,
            "offences": run.offence_count,
            "tags": len(run.population),
            "matches": run.match_count,
            "data": run.data_digest,
        }
        audit.record("matching:ran", by=by, at=now, purpose=Purpose.CRIME_MAPPING, detail=detail)
    return run


@transaction.atomic
def ask_again(
    follows_id: int, batch_id: int, offence_ids: Collection[int], *, by: Posted, now: datetime
) -> MatchingRun:
    """A run by evidence of some of a delivery's offences, since fixes of their time came late; it
    waits for `carry_out`."""
    run = ask_for_run(batch_id, by=by, now=now, method=EVIDENCE)
    run.follows_id = follows_id
    run.save(update_fields=["follows_id"])
    asked = [RunOffence(run=run, offence_id=number) for number in sorted(offence_ids)]
    RunOffence.objects.bulk_create(asked, batch_size=ROWS_AT_ONCE)
    return run


def _offences_of(run: MatchingRun) -> list[Numbered]:
    """The current versions of what the run was asked to weigh."""
    offences = current_offences(run.batch_id)
    if run.follows_id is None:
        return offences
    asked = set(run.offences.values_list("offence_id", flat=True))
    return [numbered for numbered in offences if numbered[0] in asked]


def _keep_answer(run: MatchingRun, offences: Sequence[Numbered], found: Found) -> None:
    """What was weighed; by evidence, also whose place each answer takes and how it differs."""
    before = {}
    if run.method == EVIDENCE:
        before = answers_before([number for number, _ in offences], run.pk)
    run.offences.all().delete()  # what was asked for, where it was
    weighed = [
        RunOffence(
            run=run, offence_id=number,
            before_run_id=before[number].run_id if number in before else None,
            expected_by_chance=found.expected.get(number),
        )
        for number, _ in offences
    ]  # fmt: skip
    RunOffence.objects.bulk_create(weighed, batch_size=ROWS_AT_ONCE)
    changed = changes_between(run, before, found.matches)
    MatchChange.objects.bulk_create(changed, batch_size=ROWS_AT_ONCE)


def _search(run: MatchingRun, offences: Sequence[Numbered], now: datetime) -> Found:
    """The matches; writes on the run what they rest on."""
    scope = {each.activation: each for each in in_scope(person_orders())}
    run.offence_count, run.population = len(offences), sorted(scope)
    run.spans = parts_of(scope.values(), offences)
    run.lake_version = lake.snapshot("fixes").version
    run.log_position = LogHead.objects.values_list("position", flat=True).first()
    run.read_by = now
    found = search(run.method, offences, scope, received_by=now)
    run.data_digest = found.data_digest
    run.result_digest = result_digest(found.matches, also_told(run.parameters))
    return found
