"""Reads one row of the police CSV: an offence, or everything that is wrong with it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from math import isfinite

from waypost.errors import Problem
from waypost.offences.messages import problem
from waypost.offences.values import (
    BOUNDS,
    COLUMNS,
    CRIME_TYPES,
    FORCES,
    REFERENCE_CHARACTERS_MAX,
    WINDOW_MAX,
    Offence,
)

_BATCH = re.compile(rf"({'|'.join(FORCES.values())})([0-9]{{8}})(-[0-9]{{1,6}})?(-[RA])?", re.ASCII)
_DATE = re.compile(r"[0-9]{14}")
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
CONTROL_OR_LINE = re.compile(r"[\x00-\x1f\x7f]")


def check_row(
    line: int, cells: list[str] | None, now: datetime
) -> tuple[Offence | None, list[Problem]]:
    """The offence, or why not; degrees are NaN where metres were sent: projected later, at once.

    cells   None when the row's quotation marks do not close
    """
    if cells is None:
        message = "Incorrect number of columns: a quotation mark is not closed"
        return None, [problem("INVALID_COLUMN_COUNT", line, message=message)]
    if len(cells) != len(COLUMNS):
        return None, [problem("INVALID_COLUMN_COUNT", line)]
    row = dict(zip(COLUMNS, cells, strict=True))
    problems: list[Problem] = []
    _check_words(row, line, problems)
    from_at, to_at = _check_times(row, line, now, problems)
    places = _check_place(row, line, problems)
    if problems or from_at is None or to_at is None:
        return None, problems
    return _offence(row, line, from_at, to_at, places), problems


def _check_words(row: dict[str, str], line: int, problems: list[Problem]) -> None:
    force, batch = row["policeForce"], row["batchId"]
    if force not in FORCES:
        problems.append(problem("INVALID_POLICE_FORCE", line, "policeForce", force))
    if row["crimeTypeId"] not in CRIME_TYPES:
        # The ministry calls the field of this one problem crimeType.
        problems.append(problem("INVALID_CRIME_TYPE", line, "crimeType", row["crimeTypeId"]))
    if not batch.strip():
        problems.append(problem("MISSING_BATCH_ID", line, "batchId"))
    elif (fault := batch_fault(batch, FORCES.get(force))) is not None:
        problems.append(problem(fault, line, "batchId", batch))
    reference = row["crimeReference"].strip()
    if not reference:
        problems.append(problem("MISSING_CRIME_REFERENCE", line, "crimeReference"))
    elif len(reference) > REFERENCE_CHARACTERS_MAX or CONTROL_OR_LINE.search(reference):
        problems.append(problem("INVALID_TEXT", line, "crimeReference", row["crimeReference"]))
    for name in ("crimeTypeDescription", "datum", "crimeText"):
        if CONTROL.search(row[name]):
            problems.append(problem("INVALID_TEXT", line, name, row[name]))


def batch_fault(batch: str, code: str | None) -> str | None:
    """What is wrong with a batch id; `code` is the one its force must use, None when unknown."""
    match = _BATCH.fullmatch(batch)
    if match is None or (code is not None and match[1] != code):
        return "INVALID_BATCH_ID_FORMAT"
    return None if read_date(match[2] + "000000") else "INVALID_BATCH_ID_DATE"


def _check_times(
    row: dict[str, str], line: int, now: datetime, problems: list[Problem]
) -> tuple[datetime | None, datetime | None]:
    from_at, to_at = read_date(row["dateFrom"]), read_date(row["dateTo"])
    if from_at is None:
        problems.append(problem("INVALID_FROM_DATE_FORMAT", line, "dateFrom", row["dateFrom"]))
    if to_at is None:
        problems.append(problem("INVALID_TO_DATE_FORMAT", line, "dateTo", row["dateTo"]))
    if from_at is not None and to_at is not None:
        if from_at > to_at:
            problems.append(problem("CRIME_DATE_TIME_TO_AFTER_FROM", line, "dateTo", row["dateTo"]))
        elif to_at - from_at > WINDOW_MAX:
            problems.append(
                problem("CRIME_DATE_TIME_EXCEEDS_WINDOW", line, "dateTo", row["dateTo"])
            )
    for name, at in (("dateFrom", from_at), ("dateTo", to_at)):
        if at is not None and at > now:
            problems.append(problem("CRIME_DATE_TIME_IN_FUTURE", line, name, row[name]))
    return from_at, to_at


def read_date(text: str) -> datetime | None:
    """yyyyMMddHHmmss in UTC, a day and second that exist, since 1900; None otherwise."""
    if not _DATE.fullmatch(text) or text < "1900":
        return None
    try:
        return datetime(
            int(text[:4]),
            int(text[4:6]),
            int(text[6:8]),
            int(text[8:10]),
            int(text[10:12]),
            int(text[12:]),
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _check_place(
    row: dict[str, str], line: int, problems: list[Problem]
) -> dict[str, float | None]:
    """The four numbers as sent (None where the cell is empty or no number)."""
    numbers = {name: _check_number(name, row[name], line, problems) for name in BOUNDS}
    sent = {name: bool(row[name].strip()) for name in BOUNDS}
    grid = sent["easting"] or sent["northing"]
    degrees = sent["latitude"] or sent["longitude"]
    if not grid and not degrees:
        problems.append(problem("MISSING_LOCATION_DATA", line))
    elif grid and degrees:
        problems.append(problem("MULTIPLE_LOCATION_DATA_TYPES", line))
    else:
        pair = ("easting", "northing") if grid else ("latitude", "longitude")
        problems += [
            problem("DEPENDENT_LOCATION_DATA", line, name) for name in pair if not sent[name]
        ]
    # Degrees on OSGB36 lie about 100 m from the same degrees on WGS84: as much as the whole crime
    # circle. Metres have one meaning only, so a datum of WGS84 beside them does no harm; the
    # ministry's own examples send it.
    if degrees and row["datum"].strip().upper() in {"OSGB36", "OSGB"}:
        problems.append(problem("DATUM_CONTRADICTS_LOCATION", line, "datum", row["datum"]))
    return numbers


def _check_number(name: str, text: str, line: int, problems: list[Problem]) -> float | None:
    text = text.strip()
    if not text:
        return None
    number = float(text) if NUMBER.fullmatch(text) else float("nan")
    if not isfinite(number):
        problems.append(problem("INVALID_NUMBER", line, name, text))
        return None
    low, high = BOUNDS[name]
    if not low <= number <= high:
        problems.append(problem("INVALID_LOCATION_DATA_RANGE", line, name, text))
    return number


def _offence(
    row: dict[str, str],
    line: int,
    from_at: datetime,
    to_at: datetime,
    place: dict[str, float | None],
) -> Offence:
    """The row as an offence; latitude and longitude are NaN until `_placed` fills them."""
    lat, lon = place["latitude"], place["longitude"]
    return Offence(
        force=row["policeForce"],
        reference=row["crimeReference"].strip(),
        crime_type=row["crimeTypeId"],
        from_at=from_at,
        to_at=to_at,
        lat=float("nan") if lat is None else lat,
        lon=float("nan") if lon is None else lon,
        easting_m=place["easting"],
        northing_m=place["northing"],
        text=row["crimeText"],
        line=line,
        batch_id=row["batchId"],
        type_description=row["crimeTypeDescription"],
        datum=row["datum"],
    )
