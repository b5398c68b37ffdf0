"""What may be done with matching: ask for a run, carry it out, keep what it ran on.

    asked (audit line) -> offences and scope read -> the lake read once per day of offences
    -> scan -> matches, digest of the data and audit line saved in one transaction

A run can be repeated: it keeps its parameters, the version of the code, who was in scope, the state
of lake and log, and a digest of every fix it read.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
from django.db import transaction

from waypost import __version__
from waypost.access import audit, may
from waypost.access.values import MACHINE, Permission, Posted, Purpose
from waypost.clock import from_us, write_instant
from waypost.errors import Conflict, NoSuchThing
from waypost.matching.compatible import COVERED_BY, OVERLAP_MIN, PADDING, PRIOR_WITHIN, RADIUS_M
from waypost.matching.models import Match, MatchingRun
from waypost.matching.scan import Scanned, lake_source, scan
from waypost.matching.scope import ORDER_KINDS_FOR_CRIME_MAPPING, Searchable, searchable
from waypost.offences.models import OffenceBatch
from waypost.offences.queries import current_offences
from waypost.offences.values import Offence
from waypost.orders.queries import person_orders
from waypost.positions import lake
from waypost.positions.models import LogHead
from waypost.positions.order import integers
from waypost.positions.queries import fixes_between
from waypost.positions.tracks import only_live
from waypost.units import Mechanism

METHOD = "compatible"
PARAMETERS: dict[str, Any] = {
    "radius_m": RADIUS_M,
    "padding_minutes": PADDING / timedelta(minutes=1),
    "overlap_min": OVERLAP_MIN,
    "covered_by_minutes": COVERED_BY / timedelta(minutes=1),
    "prior_within_minutes": PRIOR_WITHIN / timedelta(minutes=1),
    "order_kinds": sorted(kind.value for kind in ORDER_KINDS_FOR_CRIME_MAPPING),
}
Numbered = tuple[int, Offence]  # number of the offence's version, and the offence


def run_matching(batch_id: int | None, *, by: Posted, now: datetime) -> MatchingRun:
    """Match the current offences of a delivery (None: of all) with the tags in scope, at once.

    raises   Refused without the permission; NoSuchThing when there is no such delivery
    """
    return carry_out(ask_for_run(batch_id, by=by, now=now).pk, by=by, now=now)


@transaction.atomic
def ask_for_run(batch_id: int | None, *, by: Posted, now: datetime) -> MatchingRun:
    """A run that waits for `carry_out`, which may happen in another process."""
    may.check(by, Permission.MATCH_RUN)
    if batch_id is not None and not OffenceBatch.objects.filter(pk=batch_id).exists():
        raise NoSuchThing("There is no such offence batch.")
    run = MatchingRun.objects.create(
        method=METHOD,
        parameters=PARAMETERS,
        code_version=__version__,
        batch_id=batch_id,
        made_at=now,
        officer_id=by.officer_id,
    )
    detail = {"run": run.pk, "batch": batch_id, "method": METHOD}
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
        matches = _search(run)
    except Exception:
        message = "The run stopped on an error of ours; ask for it again."
        MatchingRun.objects.filter(pk=run_id).update(status="failed", message=message, ended_at=now)
        raise
    with transaction.atomic():
        Match.objects.bulk_create(matches, batch_size=500)
        run.match_count, run.status, run.ended_at = len(matches), "done", now
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


def _search(run: MatchingRun) -> list[Match]:
    """The matches, unsaved; writes on the run what they rest on."""
    offences = current_offences(run.batch_id)
    scope = {each.activation: each for each in searchable(person_orders())}
    run.offence_count, run.population = len(offences), sorted(scope)
    run.lake_version = lake.snapshot("fixes").version
    run.log_position = LogHead.objects.values_list("position", flat=True).first()
    digest = hashlib.sha256()
    matches: list[Match] = []
    for numbered in _by_day(offences):
        fixes = _read(numbered, scope.values())
        for name in ("activation", "measured_at", "content_key"):
            digest.update(integers(fixes, name).tobytes())
        found = scan([offence for _, offence in numbered], lake_source(fixes))
        matches += _matches(run, numbered, scope, found)
    run.data_digest = digest.hexdigest()
    return matches


def _by_day(offences: Sequence[Numbered]) -> list[list[Numbered]]:
    """Offences that begin on the same UTC day together, so that the lake is read once a day."""
    days: dict[date, list[Numbered]] = defaultdict(list)
    for number, offence in offences:
        days[offence.from_at.date()].append((number, offence))
    return [days[day] for day in sorted(days)]


def _read(numbered: Sequence[Numbered], scope: Iterable[Searchable]) -> pa.Table:
    """Every fix that may be searched in the offences' windows and the hour before them."""
    spans = {each.activation: each.spans for each in scope}
    from_at = min(offence.from_at for _, offence in numbered) - PADDING - PRIOR_WITHIN
    to_at = max(offence.to_at for _, offence in numbered) + PADDING + timedelta(microseconds=1)
    fixes = fixes_between(list(spans), from_at, to_at)
    present = set(fixes["activation"].unique().to_pylist())
    return only_live(fixes, {number: spans[number] for number in spans if number in present})


def _matches(
    run: MatchingRun, numbered: Sequence[Numbered], scope: dict[int, Searchable], found: Scanned
) -> list[Match]:
    fixes: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in found.fixes.to_pylist():
        fixes[row["offence"], row["person"]].append(_fix_json(row))
    return [
        Match(
            run=run,
            offence_id=numbered[row["offence"]][0],
            person_id=scope[row["person"]].person_number,
            activation_id=row["person"],
            score=row["score"],
            verdict="observed",
            sequences=row["sequences"],
            nearest_m=row["nearest_m"],
            seconds_inside=row["seconds_inside"],
            coverage=row["coverage"],
            fixes=fixes[row["offence"], row["person"]],
        )
        for row in found.matches.to_pylist()
    ]


def _fix_json(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": row["label"],
        "at": write_instant(from_us(row["us"])),
        "lat": row["lat"],
        "lon": row["lon"],
        "r95_m": round(row["r95_m"], 1),  # 0: the tag stated no accuracy
        "mechanism": Mechanism(row["mechanism"]).name.lower(),
        "distance_m": round(row["distance_m"], 1),
        "overlap": round(row["overlap"], 4),
    }
