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
import pyarrow.compute as pc
from django.db import transaction

from waypost import __version__
from waypost.access import audit, may
from waypost.access.values import MACHINE, Permission, Posted, Purpose
from waypost.clock import from_us, write_instant
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.matching.chance import PLACE_SPREADS
from waypost.matching.compatible import COVERED_BY, OVERLAP_MIN, PADDING, PRIOR_WITHIN, RADIUS_M
from waypost.matching.evidence import (
    EXCLUDED_MPS,
    POSSIBLE_FROM,
    SCORE_WEIGHTS,
    STAY_S,
    Verdict,
)
from waypost.matching.evidence_scan import meet, weigh_met
from waypost.matching.models import Match, MatchingRun
from waypost.matching.scan import Scanned, lake_source, scan
from waypost.matching.scope import ORDER_KINDS_FOR_CRIME_MAPPING, Searchable, searchable
from waypost.matching.unsound_reading import read_unsound
from waypost.matching.values import LEGS, WEIGHED
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

COMPATIBLE, EVIDENCE = "compatible", "evidence"
METHODS = (EVIDENCE, COMPATIBLE)
HISTORY = timedelta(days=14)  # before the offences' day: what the habit of those met is read from
EVIDENCE_AROUND = timedelta(
    hours=1
)  # fixes so far beside the padded window say how one came and went
POSSIBLE_RATIO_MIN = 1.0  # who is there no likelier than by habit is not put on a list
COMPATIBLE_PARAMETERS: dict[str, Any] = {
    "radius_m": RADIUS_M,
    "padding_minutes": PADDING / timedelta(minutes=1),
    "overlap_min": OVERLAP_MIN,
    "covered_by_minutes": COVERED_BY / timedelta(minutes=1),
    "prior_within_minutes": PRIOR_WITHIN / timedelta(minutes=1),
    "order_kinds": sorted(kind.value for kind in ORDER_KINDS_FOR_CRIME_MAPPING),
}
EVIDENCE_PARAMETERS: dict[str, Any] = {
    "padding_minutes": PADDING / timedelta(minutes=1),
    "history_days": HISTORY / timedelta(days=1),
    "possible_presence_min": POSSIBLE_FROM,
    "possible_ratio_min": POSSIBLE_RATIO_MIN,
    "excluded_speed_mps": EXCLUDED_MPS,
    "place_spreads": [list(one) for one in PLACE_SPREADS],
    "stay_s": STAY_S,
    "score_weights": list(SCORE_WEIGHTS),
    "order_kinds": sorted(kind.value for kind in ORDER_KINDS_FOR_CRIME_MAPPING),
}
PARAMETERS = {COMPATIBLE: COMPATIBLE_PARAMETERS, EVIDENCE: EVIDENCE_PARAMETERS}
Numbered = tuple[int, Offence]  # number of the offence's version, and the offence


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
        parameters=PARAMETERS[method],
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
        found = (_weighed if run.method == EVIDENCE else _scanned)(numbered, scope, digest)
        matches += _matches(run, numbered, scope, found)
    run.data_digest = digest.hexdigest()
    return matches


def _scanned(numbered: Sequence[Numbered], scope: dict[int, Searchable], digest: Any) -> Scanned:
    """By the compatible rule."""
    fixes = _read(numbered, scope.values(), PADDING + PRIOR_WITHIN, PADDING)
    _digested(digest, fixes)
    return scan([offence for _, offence in numbered], lake_source(fixes))


def _weighed(numbered: Sequence[Numbered], scope: dict[int, Searchable], digest: Any) -> Scanned:
    """By evidence: everybody in scope about the offences' time, then the history of those met."""
    offences = [offence for _, offence in numbered]
    around = PADDING + EVIDENCE_AROUND
    fixes = _read(numbered, scope.values(), around, around)
    _digested(digest, fixes)
    met = meet(offences, lake_source(fixes))
    known = [scope[number] for number in met.persons.tolist()]
    begins = min(offence.from_at for offence in offences) - around
    before = _searched(known, begins - HISTORY, begins) if known else fixes.slice(0, 0)
    _digested(digest, before)
    theirs = fixes.filter(pc.is_in(fixes["activation"], pa.array(met.persons)))
    until = max(offence.to_at for offence in offences) + around
    unsound, events = read_unsound(met.persons.tolist(), until, theirs)
    _digested(digest, events)
    found = weigh_met(offences, lake_source(pa.concat_tables([before, theirs])), met, unsound)
    listed = pc.or_(
        pc.equal(found.matches["class"], Verdict.OBSERVED.value),
        pc.greater_equal(found.matches["likelihood_ratio"], POSSIBLE_RATIO_MIN),
    )
    return Scanned(found.matches.filter(listed), found.fixes)


def _digested(digest: Any, rows: pa.Table) -> None:
    for name in ("activation", "measured_at", "content_key"):
        digest.update(integers(rows, name).tobytes())


def _by_day(offences: Sequence[Numbered]) -> list[list[Numbered]]:
    """Offences that begin on the same UTC day together, so that the lake is read once a day."""
    days: dict[date, list[Numbered]] = defaultdict(list)
    for number, offence in offences:
        days[offence.from_at.date()].append((number, offence))
    return [days[day] for day in sorted(days)]


def _read(
    numbered: Sequence[Numbered], scope: Iterable[Searchable], before: timedelta, after: timedelta
) -> pa.Table:
    """Every fix that may be searched in the offences' windows, so long before and after them."""
    from_at = min(offence.from_at for _, offence in numbered) - before
    to_at = max(offence.to_at for _, offence in numbered) + after + timedelta(microseconds=1)
    return _searched(scope, from_at, to_at)


def _searched(scope: Iterable[Searchable], from_at: datetime, to_at: datetime) -> pa.Table:
    spans = {each.activation: each.spans for each in scope}
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
            verdict=row.get("class", Verdict.OBSERVED.value),
            sequences=row["sequences"],
            nearest_m=row["nearest_m"],
            seconds_inside=row["seconds_inside"],
            coverage=row["coverage"],
            **{name: row.get(name) for name in (*WEIGHED, *LEGS)},
            unsound=row.get("unsound") or "",
            unsound_from_at=_instant(row.get("unsound_from_us")),
            unsound_to_at=_instant(row.get("unsound_to_us")),
            fixes=fixes[row["offence"], row["person"]],
        )
        for row in found.matches.to_pylist()
    ]


def _instant(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


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
