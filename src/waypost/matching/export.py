"""What of a matching run may leave the house: a signed bundle that says what it rests on.

run.json      parameters, code version, population, digest of the data read
matches.csv   the columns of `waypost match`        fixes.csv   the fixes that made them
read-me.txt   what a match does and does not show
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.clock import write_instant
from waypost.documents.actions import keep_document, sign_bundle
from waypost.documents.cells import safe_cell
from waypost.documents.models import Document
from waypost.errors import Refused
from waypost.matching.models import MatchingRun
from waypost.matching.queries import MatchRow, all_matches, find_run, known_population
from waypost.matching.values import MATCH_COLUMNS

# What every document about a match must say (Ministry of Justice, proximity alert).
READ_ME = """A match says that positions reported by a tag lay near a recorded offence while it
could have happened. It does not show that the wearer committed or witnessed a crime. It does not
rule out anybody else, wearing a tag or not. It is limited to the programme's wearers, to orders
that allow this use, and to the times at which the tag could be monitored (see coverage).
nearest_spread_m is how far nearest_m may be off, in 95 of 100 cases; empty: not known.
All times are UTC. An accuracy of 0 means that the tag stated none. A text that a spreadsheet would
run as a formula has an apostrophe before it.
"""

MATCHES_HEADER = (*MATCH_COLUMNS, "nearest_spread_m")
FIX_COLUMNS = ("label", "at", "lat", "lon", "r95_m", "mechanism", "distance_m", "overlap")


def export_run(run_id: int, *, by: Posted, now: datetime) -> Document:
    """The run as a signed bundle, kept as a document; leaves a line about each person in it.

    raises   Refused while the run is not done; NoSuchThing when there is none
    """
    may.check(by, Permission.MATCH_READ)
    run = find_run(run_id)
    if run.status != "done":
        raise Refused("This matching run is not done; export it when it is.")
    matches = all_matches(run, by, now=now)
    population = known_population(run, by, now=now)
    content = sign_bundle(_files(run, matches, population), {"kind": "matching run", "run": run.pk})
    name = f"matching-run-{run.pk}.zip"
    with transaction.atomic():
        document = keep_document(
            "match_bundle", f"run {run.pk}", name, "application/zip", content, by=by, now=now
        )
        for person_id in sorted({match.person_id for match in matches}):
            audit.record(
                "match:exported",
                by=by,
                at=now,
                about=person_id,
                purpose=Purpose.CRIME_MAPPING,
                detail={"run": run.pk, "document_id": document.pk},
            )
    return document


def _files(
    run: MatchingRun, matches: Sequence[MatchRow], population: Sequence[int]
) -> dict[str, bytes]:
    about = {
        "run": run.pk,
        "method": run.method,
        "parameters": run.parameters,
        "code_version": run.code_version,
        "data_digest": run.data_digest,
        "result_digest": run.result_digest,
        "received_by": None if run.read_by is None else write_instant(run.read_by),
        "lake_version": run.lake_version,
        "log_position": run.log_position,
        "activations_in_scope": population,
        "offences": run.offence_count,
        "matches": len(matches),
        "made_at": write_instant(run.made_at),
    }
    return {
        "run.json": json.dumps(about, indent=1, sort_keys=True).encode(),
        "matches.csv": _csv(
            (*MATCH_COLUMNS, "nearest_spread_m"), [_match_cells(match) for match in matches]
        ),
        "fixes.csv": _csv((*MATCH_COLUMNS[:3], *FIX_COLUMNS), _fix_cells(matches)),
        "read-me.txt": READ_ME.encode(),
    }


def _match_cells(match: MatchRow) -> list[object]:
    return [
        *_pair(match),
        f"{match.score:.6f}",
        match.verdict,
        match.sequences,
        "" if match.nearest_m is None else f"{match.nearest_m:.1f}",
        f"{match.seconds_inside:.0f}",
        "" if match.coverage is None else f"{match.coverage:.4f}",
        "" if match.nearest_spread_m is None else f"{match.nearest_spread_m:.1f}",
    ]


def _fix_cells(matches: Sequence[MatchRow]) -> list[list[object]]:
    return [
        [*_pair(match), *(fix[name] for name in FIX_COLUMNS)]
        for match in matches
        for fix in match.fixes
    ]


def _pair(match: MatchRow) -> list[object]:
    """Texts that others sent: a spreadsheet must not run them."""
    texts = (match.offence.force, match.offence.reference, match.person_reference)
    return [safe_cell(text) for text in texts]


def _csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()
