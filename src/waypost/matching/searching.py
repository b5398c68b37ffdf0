"""What a run reads and finds: everybody in scope about the offences, then those met.

    offences, a day at a time -> fixes of the tags in scope, of what had been received by then
    -> compatible rule, or evidence with the history of those met -> matches, digest of every fix

Called by those who have asked "may I?" and leave the line (actions.py, repeating.py).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from waypost.clock import from_us, to_us, write_instant
from waypost.matching.compatible import PADDING, PRIOR_WITHIN
from waypost.matching.evidence import Verdict
from waypost.matching.evidence_places import place_m2
from waypost.matching.evidence_scan import Met, Scenes, meet, weigh_met
from waypost.matching.models import Match
from waypost.matching.scan import Scanned, lake_source, scan
from waypost.matching.scope import Searchable
from waypost.matching.unsound_reading import read_unsound
from waypost.matching.values import LEGS, WEIGHED
from waypost.offences.values import Offence
from waypost.positions.order import integers
from waypost.positions.queries import fixes_between
from waypost.positions.tracks import only_live
from waypost.units import Mechanism

COMPATIBLE, EVIDENCE = "compatible", "evidence"
HISTORY = timedelta(days=14)  # before the offences' day: what the habit of those met is read from
EVIDENCE_AROUND = timedelta(
    hours=1
)  # fixes so far beside the padded window say how one came and went
POSSIBLE_RATIO_MIN = 1.0  # who is there no likelier than by habit is not put on a list
Numbered = tuple[int, Offence]  # number of the offence's version, and the offence


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave: matches, unsaved and without a run, and a digest of every fix read.

    expected   by evidence: number of an offence's version -> how many wearers are within its place
               at a random instant, whether anybody matched or not
    """

    matches: list[Match]
    data_digest: str
    expected: dict[int, float]


def search(
    method: str, offences: Sequence[Numbered], scope: dict[int, Searchable], *,
    received_by: datetime,
) -> Found:  # fmt: skip
    """What the method finds among these tags, of what had been received by then: whoever asks may
    search them and leaves the line."""
    digest = hashlib.sha256()
    matches: list[Match] = []
    expected: dict[int, float] = {}
    for numbered in by_day(offences):
        if method == EVIDENCE:
            found, met = _weighed(numbered, scope, digest, received_by)
            expected |= _expected(numbered, met)
        else:
            found = _scanned(numbered, scope, digest, received_by)
        matches += _matches(numbered, scope, found)
    return Found(matches, digest.hexdigest(), expected)


def reach_of(offences: Sequence[Numbered]) -> tuple[datetime, datetime] | None:
    """The widest time of which a run on these offences may read anything; None: on no offence."""
    if not offences:
        return None
    around = PADDING + max(EVIDENCE_AROUND, PRIOR_WITHIN)
    return (
        min(offence.from_at for _, offence in offences) - around - HISTORY,
        max(offence.to_at for _, offence in offences) + around + timedelta(seconds=1),
    )


def _scanned(
    numbered: Sequence[Numbered], scope: dict[int, Searchable], digest: Any, received_by: datetime
) -> Scanned:
    """By the compatible rule."""
    fixes = _read(numbered, scope.values(), PADDING + PRIOR_WITHIN, PADDING, received_by)
    _digested(digest, fixes)
    return scan([offence for _, offence in numbered], lake_source(fixes))


def _weighed(
    numbered: Sequence[Numbered], scope: dict[int, Searchable], digest: Any, received_by: datetime
) -> tuple[Scanned, Met]:
    """By evidence: everybody in scope about the offences' time, then the history of those met."""
    offences = [offence for _, offence in numbered]
    around = PADDING + EVIDENCE_AROUND
    fixes = _read(numbered, scope.values(), around, around, received_by)
    _digested(digest, fixes)
    met = meet(offences, lake_source(fixes))
    known = [scope[number] for number in met.persons.tolist()]
    begins = min(offence.from_at for offence in offences) - around
    before = fixes.slice(0, 0)
    if known:
        before = _searched(known, begins - HISTORY, begins, received_by)
    _digested(digest, before)
    theirs = fixes.filter(pc.is_in(fixes["activation"], pa.array(met.persons)))
    until = max(offence.to_at for offence in offences) + around
    unsound, events = read_unsound(met.persons.tolist(), until, theirs, received_by=received_by)
    _digested(digest, events)
    found = weigh_met(offences, lake_source(pa.concat_tables([before, theirs])), met, unsound)
    listed = pc.or_(
        pc.equal(found.matches["class"], Verdict.OBSERVED.value),
        pc.greater_equal(found.matches["likelihood_ratio"], POSSIBLE_RATIO_MIN),
    )
    return Scanned(found.matches.filter(listed), found.fixes), met


def _expected(numbered: Sequence[Numbered], met: Met) -> dict[int, float]:
    offences = [offence for _, offence in numbered]
    density = Scenes.of(offences).mean(met.by_chance) if offences else ()
    return {
        number: float(each) * place_m2(offence) * met.population
        for (number, offence), each in zip(numbered, density, strict=True)
    }


def _digested(digest: Any, rows: pa.Table) -> None:
    for name in ("activation", "measured_at", "content_key"):
        digest.update(integers(rows, name).tobytes())


def by_day(offences: Sequence[Numbered]) -> list[list[Numbered]]:
    """Offences that begin on the same UTC day together, so that the lake is read once a day."""
    days: dict[date, list[Numbered]] = defaultdict(list)
    for number, offence in offences:
        days[offence.from_at.date()].append((number, offence))
    return [days[day] for day in sorted(days)]


def _read(
    numbered: Sequence[Numbered], scope: Iterable[Searchable], before: timedelta, after: timedelta,
    received_by: datetime,
) -> pa.Table:  # fmt: skip
    """Every fix that may be searched in the offences' windows, so long before and after them."""
    from_at = min(offence.from_at for _, offence in numbered) - before
    to_at = max(offence.to_at for _, offence in numbered) + after + timedelta(microseconds=1)
    return _searched(scope, from_at, to_at, received_by)


def _searched(
    scope: Iterable[Searchable], from_at: datetime, to_at: datetime, received_by: datetime
) -> pa.Table:
    spans = {each.activation: each.spans for each in scope}
    fixes = fixes_between(list(spans), from_at, to_at, received_by=received_by)
    present = set(fixes["activation"].unique().to_pylist())
    return only_live(fixes, {number: spans[number] for number in spans if number in present})


def parts_of(
    scope: Iterable[Searchable], offences: Sequence[Numbered]
) -> dict[str, list[list[int]]]:
    """Activation -> when it may be searched, microseconds UTC, of those that may be searched for a
    part only of the time that the run may read."""
    reach = reach_of(offences)
    if reach is None:
        return {}
    first, last = reach
    return {
        str(one.activation): [
            [to_us(max(start, first)), to_us(min(end, last))]
            for start, end in one.spans
            if start < last and end > first
        ]
        for one in scope
        if not any(start <= first and end >= last for start, end in one.spans)
    }


def _matches(
    numbered: Sequence[Numbered], scope: dict[int, Searchable], found: Scanned
) -> list[Match]:
    fixes: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for row in found.fixes.to_pylist():
        fixes[row["offence"], row["person"]].append(_fix_json(row))
    return [
        Match(
            offence_id=numbered[row["offence"]][0],
            person_id=scope[row["person"]].person_number,
            activation_id=row["person"],
            score=row["score"],
            verdict=row.get("class", Verdict.OBSERVED.value),
            sequences=row["sequences"],
            nearest_m=row["nearest_m"],
            nearest_spread_m=row["nearest_spread_m"],
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
