"""What may be asked of matching: runs, and one run's matches with the fixes that made them.

Opening matches shows where people were: it needs a purpose and leaves one audit line a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.clock import to_us
from waypost.errors import NoSuchThing, Refused
from waypost.matching.evidence_words import sentence
from waypost.matching.models import Match, MatchingRun
from waypost.matching.values import LEGS, WEIGHED
from waypost.offences.queries import offences_by_number
from waypost.offences.values import Offence
from waypost.orders.models import Activation
from waypost.orders.queries import visible_person_ids

RUNS_LISTED = 200
MATCHES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as lists show it: who asked, on what, with what result."""

    number: int
    method: str
    status: str
    message: str
    batch_number: int | None
    made_at: datetime
    ended_at: datetime | None
    offence_count: int
    tag_count: int
    match_count: int
    code_version: str
    data_digest: str
    follows: int | None
    result_digest: str
    read_by: datetime | None
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One match. `fixes` hold label, at, lat, lon, r95_m, mechanism, distance_m, overlap.

    nearest_spread_m   how far nearest_m may be off, in 95 of 100 cases; None: not known
    weighed   by evidence: presence, likelihood_ratio, base_rate, expected_by_chance, needed_mps;
              None in a run of the compatible rule
    says      the same in a sentence; "" there
    """

    number: int
    offence: Offence
    person_id: int
    person_reference: str
    activation_id: int
    score: float
    verdict: str
    sequences: str
    nearest_m: float | None
    nearest_spread_m: float | None
    seconds_inside: float
    coverage: float | None
    fixes: list[dict[str, Any]]
    weighed: dict[str, float | None] | None = None
    says: str = ""


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of a run, best matches first; of people whom the asker may know of."""

    run: RunRow
    matches: list[MatchRow]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class MatchPage:
    """One match of a run."""

    run_number: int
    match: MatchRow


def runs(by: Posted, *, now: datetime) -> list[RunRow]:
    """The latest runs, newest first; matches are counted as far as the asker may know of them."""
    may.check(by, Permission.MATCH_READ)
    rows = list(MatchingRun.objects.order_by("-made_at", "-pk")[:RUNS_LISTED])
    visible = _visible(Match.objects.filter(run__in=[row.pk for row in rows]), by, now)
    counts = Counter(visible.values_list("run_id", flat=True))
    hidden = _hidden_activations(by, now)
    return [_run_row(row, counts[row.pk], hidden) for row in rows]


def run_page(
    run_id: int, by: Posted, *, now: datetime, purpose: Purpose = Purpose.CRIME_MAPPING,
    page: int = 1,
) -> RunPage:  # fmt: skip
    """The matches of a run with their fixes; leaves a line match:viewed about each person shown.

    raises   Refused for another purpose than crime mapping; NoSuchThing when there is no such run
    """
    _check_may_open(by, purpose)
    run = find_run(run_id)
    visible = _visible(Match.objects.filter(run=run), by, now)
    count = visible.count()
    pages = max(1, -(-count // MATCHES_A_PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * MATCHES_A_PAGE
    rows = match_rows(_best_first(visible)[first : first + MATCHES_A_PAGE])
    with transaction.atomic():
        _leave_line(rows, run, by, now, purpose)
    return RunPage(_run_row(run, count, _hidden_activations(by, now)), rows, page, pages)


def match_page(
    run_id: int, match_id: int, by: Posted, *, now: datetime,
    purpose: Purpose = Purpose.CRIME_MAPPING,
) -> MatchPage:  # fmt: skip
    """One match with its fixes; leaves one line match:viewed, about its person and nobody else.

    raises   Refused for another purpose than crime mapping; NoSuchThing when the run has no such
             match, or none that the asker may know of
    """
    _check_may_open(by, purpose)
    run = find_run(run_id)
    rows = match_rows(_visible(Match.objects.filter(run=run, pk=match_id), by, now))
    if not rows:
        raise NoSuchThing("There is no such match in this run.")
    with transaction.atomic():
        _leave_line(rows, run, by, now, purpose)
    return MatchPage(run.pk, rows[0])


def find_run(run_id: int) -> MatchingRun:
    """The record. NoSuchThing when there is none; the caller asks "may I?" and leaves the line."""
    run = MatchingRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NoSuchThing("There is no such matching run.")
    return run


def all_matches(run: MatchingRun, by: Posted, *, now: datetime) -> list[MatchRow]:
    """Every match of the run that the asker may know of; the caller leaves the lines."""
    return match_rows(_best_first(_visible(Match.objects.filter(run=run), by, now)))


def _check_may_open(by: Posted, purpose: Purpose) -> None:
    may.check(by, Permission.MATCH_READ)
    if purpose is not Purpose.CRIME_MAPPING:
        raise Refused("Matches are looked at for the purpose of crime mapping only.")


def _leave_line(
    rows: list[MatchRow], run: MatchingRun, by: Posted, now: datetime, purpose: Purpose
) -> None:
    """One audit line a person shown."""
    for person_id in sorted({row.person_id for row in rows}):
        shown = [row.number for row in rows if row.person_id == person_id]
        detail = {"run": run.pk, "matches": shown}
        audit.record("match:viewed", by=by, at=now, about=person_id, purpose=purpose, detail=detail)


def _visible(matches: QuerySet[Match], by: Posted, now: datetime) -> QuerySet[Match]:
    persons = visible_person_ids(by, Permission.MATCH_READ, now=now)
    if persons is None:
        return matches
    wanted = set(matches.values_list("person_id", flat=True)) & persons
    return matches.filter(person_id__in=wanted)


def _best_first(matches: QuerySet[Match]) -> QuerySet[Match]:
    return matches.select_related("person").order_by("-score", "offence_id", "person_id", "pk")


def match_rows(rows: Iterable[Match]) -> list[MatchRow]:
    """Records as values; the caller asks "may I?" and leaves the lines."""
    rows = list(rows)
    offences = offences_by_number([row.offence_id for row in rows])
    return [
        MatchRow(
            number=row.pk,
            offence=offences[row.offence_id],
            person_id=row.person_id,
            person_reference=row.person.reference,
            activation_id=row.activation_id,
            score=row.score,
            verdict=row.verdict,
            sequences=row.sequences,
            nearest_m=row.nearest_m,
            nearest_spread_m=row.nearest_spread_m,
            seconds_inside=row.seconds_inside,
            coverage=row.coverage,
            fixes=row.fixes,
            weighed=_weighed(row),
            says=_said(offences[row.offence_id], row),
        )
        for row in rows
    ]


def _weighed(row: Match) -> dict[str, float | None] | None:
    return None if row.presence is None else {name: getattr(row, name) for name in WEIGHED}


def _said(offence: Offence, row: Match) -> str:
    if row.presence is None:
        return ""
    facts: dict[str, Any] = {
        name: getattr(row, name)
        for name in (*WEIGHED, *LEGS, "nearest_m", "nearest_spread_m", "seconds_inside")
    }
    facts |= {"class": row.verdict, "coverage": row.coverage or 0.0, "unsound": row.unsound}
    for name in ("unsound_from", "unsound_to"):
        at = getattr(row, f"{name}_at")
        facts[f"{name}_us"] = None if at is None else to_us(at)
    return sentence(offence, facts, events_known=True)


def _hidden_activations(by: Posted, now: datetime) -> frozenset[int]:
    """Tags of people whom the asker may not know of: not even counted."""
    persons = visible_person_ids(by, Permission.MATCH_READ, now=now)
    if persons is None:
        return frozenset()
    worn = Activation.objects.values_list("pk", "person_id")
    return frozenset(number for number, person_id in worn if person_id not in persons)


def known_population(run: MatchingRun, by: Posted, *, now: datetime) -> list[int]:
    """The activations a run searched, as far as the asker may know of their wearers."""
    hidden = _hidden_activations(by, now)
    return [number for number in run.population if number not in hidden]


def _run_row(run: MatchingRun, match_count: int, hidden: frozenset[int]) -> RunRow:
    return RunRow(
        number=run.pk,
        method=run.method,
        status=run.status,
        message=run.message,
        batch_number=run.batch_id,
        made_at=run.made_at,
        ended_at=run.ended_at,
        offence_count=run.offence_count,
        tag_count=len(set(run.population) - hidden),
        match_count=match_count,
        code_version=run.code_version,
        data_digest=run.data_digest,
        follows=run.follows_id,
        result_digest=run.result_digest,
        read_by=run.read_by,
        parameters=run.parameters,
    )
