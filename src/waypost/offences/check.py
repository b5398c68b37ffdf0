"""Checks the police CSV: 13 columns without header, as forces send it to the ministry.

cut into rows -> read each row, with all of its problems -> look at the file as a whole. Any problem
refuses its row; good rows are kept. What the ministry's own reader lets through and this one does
not: 31 February, 24:00:00, hexadecimal numbers, junk behind a batch id, times to come, degrees on
the wrong datum, a second force in refused rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from math import isnan

import numpy as np
from pyproj import Transformer

from waypost.errors import Problem
from waypost.geo import BRITISH
from waypost.offences.lines import NotOneCsv, rows_of, text_of
from waypost.offences.messages import problem
from waypost.offences.row import batch_fault, check_row
from waypost.offences.values import COLUMNS, FORCES, BatchStatus, Offence, Outcome

Progress = Callable[[str, int], None]  # (what is done to the rows, how many so far)
ROWS_BETWEEN_PROGRESS = 5000


def no_progress(step: str, rows: int) -> None:
    """Nobody is looking."""


def check_police_csv(data: bytes, *, now: datetime, progress: Progress = no_progress) -> Outcome:
    """What a delivery holds: accepted offences in the order sent, and every problem found.

    data   the CSV, UTF-8 with or without BOM, or an e-mail with exactly one CSV attached
    now    offences that end later are refused
    """
    try:
        text = text_of(data)
    except NotOneCsv as error:
        found = problem("NOT_ONE_CSV", message=str(error))
        return Outcome(BatchStatus.FAILED, None, None, [], [found])
    return check_police_text(text, now=now, progress=progress)


def check_police_text(text: str, *, now: datetime, progress: Progress = no_progress) -> Outcome:
    """As `check_police_csv`, of the text of the one CSV."""
    accepted: list[Offence] = []
    problems: list[Problem] = []
    forces: set[str] = set()
    batches: set[str] = set()
    received = 0
    for line, cells in rows_of(text):
        received += 1
        if received % ROWS_BETWEEN_PROGRESS == 0:
            progress("checked", received)
        _note_force_and_batch(cells or [], forces, batches)
        offence, wrong = check_row(line, cells, now)
        problems += wrong
        if offence is not None:
            accepted.append(offence)
    accepted, twice = without_contradictions(accepted)
    problems = sorted(problems + twice, key=lambda each: each.line or 0)
    return _judge_file(_placed(accepted), problems, forces, batches, received)


def _placed(offences: list[Offence]) -> list[Offence]:
    """The offences with degrees for those sent in metres, projected all at once."""
    at = [place for place, each in enumerate(offences) if isnan(each.lat)]
    lats, lons = _degrees(
        [offences[place].easting_m or 0.0 for place in at],
        [offences[place].northing_m or 0.0 for place in at],
    )
    placed = list(offences)
    for place, lat, lon in zip(at, lats, lons, strict=True):
        placed[place] = replace(offences[place], lat=lat, lon=lon)
    return placed


def _degrees(east: list[float], north: list[float]) -> tuple[list[float], list[float]]:
    """WGS84 degrees. The ministry's bounds reach into open sea where OSTN15 has no shifts: there
    the seven-parameter transformation stands in, true to about 5 m."""
    lats, lons = BRITISH.unproject(east, north)
    missing = np.isnan(lats)
    if missing.any():
        sea = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
        lons[missing], lats[missing] = sea.transform(
            np.asarray(east)[missing], np.asarray(north)[missing]
        )
    return lats.tolist(), lons.tolist()


def _note_force_and_batch(cells: Iterable[str], forces: set[str], batches: set[str]) -> None:
    """Every row counts here, refused ones too: a foreign row shows that the file is a mixture.

    Only real forces and well-formed batch ids count: a misspelt one is its own row's problem.
    """
    row = list(cells)
    if row and row[0] in FORCES:
        forces.add(row[0])
    if len(row) == len(COLUMNS) and batch_fault(row[3], None) is None:
        batches.add(row[3])


def without_contradictions(
    offences: list[Offence], field: str = "crimeReference"
) -> tuple[list[Offence], list[Problem]]:
    """Refuses a later row that says something else of the same crime; a mere repeat is accepted."""
    first: dict[tuple[str, str], Offence] = {}
    kept: list[Offence] = []
    problems: list[Problem] = []
    for offence in offences:
        known = first.setdefault((offence.force, offence.reference), offence)
        if known is offence or _same(known, offence):
            kept.append(offence)
        else:
            wrong = problem("DUPLICATE_CRIME_REFERENCE", offence.line, field, offence.reference)
            problems.append(wrong)
    return kept, problems


def _same(one: Offence, other: Offence) -> bool:
    # repr, because a place still to be filled in is NaN, which never equals itself
    return repr(replace(one, line=None)) == repr(replace(other, line=None))


def _judge_file(
    accepted: list[Offence],
    problems: list[Problem],
    forces: set[str],
    batches: set[str],
    received: int,
) -> Outcome:
    force = next(iter(forces)) if len(forces) == 1 else None
    batch = next(iter(batches)) if len(batches) == 1 else None
    whole: list[Problem] = []
    if len(forces) > 1:
        whole.append(
            problem("MULTIPLE_POLICE_FORCES", None, "policeForce", ", ".join(sorted(forces)))
        )
    if len(batches) > 1:
        names = ", ".join(sorted(batches))
        whole.append(problem("MULTIPLE_BATCH_IDS", None, "batchId", names))
    if whole:
        status, accepted = BatchStatus.FAILED, []
    elif not accepted:
        status = BatchStatus.ERROR
        whole.append(problem("NO_VALID_ROW"))
    else:
        status = BatchStatus.PARTIAL if problems else BatchStatus.SUCCESSFUL
    return Outcome(status, force, batch, accepted, whole + problems, received)
