"""Reads an offences file for matching or for keeping: the police CSV, or a CSV with a header.

With a header windows may have any length and any place on Earth; the police CSV keeps its rules.
"""

from __future__ import annotations

import csv
from datetime import datetime
from math import isfinite

from waypost.clock import read_instant, write_instant
from waypost.errors import BadFile, Problem, Read
from waypost.offences.check import (
    ROWS_BETWEEN_PROGRESS,
    Progress,
    check_police_text,
    no_progress,
    without_contradictions,
)
from waypost.offences.lines import NotOneCsv, rows_of, text_of
from waypost.offences.messages import problem
from waypost.offences.row import CONTROL, CONTROL_OR_LINE, NUMBER
from waypost.offences.shapes import CORNERS_MAX, Shape, middle_of, read_shape, spots_of
from waypost.offences.values import (
    CIRCLE_RADIUS_M,
    CRIME_TYPE_CHARACTERS_MAX,
    FORCE_CHARACTERS_MAX,
    REFERENCE_CHARACTERS_MAX,
    BatchStatus,
    Offence,
    Outcome,
)

NEEDED = ("crime_reference", "from_time", "to_time", "lat", "lon")
OPTIONAL = ("force", "crime_type", "radius_m", "text", "place")
YEARS = (1900, 2200)  # others are slips, and the ends of the calendar leave no room for padding
_LIMITS = {"lat": 90.0, "lon": 180.0}
# Longest text of each column that a record keeps.
_LENGTHS = {
    "crime_reference": REFERENCE_CHARACTERS_MAX,
    "force": FORCE_CHARACTERS_MAX,
    "crime_type": CRIME_TYPE_CHARACTERS_MAX,
}


def read_offences(data: bytes, *, now: datetime) -> Read[Offence]:
    """The offences of a file of either kind; each one once.

    raises   BadFile when the file as a whole is refused: the sentence says why
    """
    try:
        text = text_of(data)
    except NotOneCsv as error:
        raise BadFile(str(error)) from None
    header = header_of(text)
    if header is not None:
        return _once(_read_table(text, header))
    outcome = check_police_text(text, now=now)
    if outcome.status == "FAILED":
        raise BadFile(f"{outcome.problems[0].message}: {outcome.problems[0].action}")
    problems = [each for each in outcome.problems if each.line]
    if not outcome.accepted and not problems:
        raise BadFile("the offences file is empty")
    return _once(Read(outcome.accepted, problems))


def check_table(
    text: str, names: list[str], *, now: datetime, progress: Progress = no_progress
) -> Outcome:
    """A delivery with a header: as the police CSV's check, but windows of any length, any number of
    forces or none, and no batch id.

    now   offences that end later are refused: nobody can have been anywhere yet
    """
    read = _read_table(text, names, progress)
    accepted, twice = without_contradictions(read.rows, "crime_reference")
    accepted, early = _past(accepted, now)
    problems = sorted(read.problems + twice + early, key=lambda each: each.line or 0)
    received = len(read.rows) + len({each.line for each in read.problems})
    forces = {offence.force for offence in accepted}
    if not accepted:
        status = BatchStatus.ERROR
        problems.insert(0, problem("NO_VALID_ROW"))
    else:
        status = BatchStatus.PARTIAL if problems else BatchStatus.SUCCESSFUL
    force = next(iter(forces)) if len(forces) == 1 else None
    return Outcome(status, force or None, None, accepted, problems, received, headed=True)


def _past(offences: list[Offence], now: datetime) -> tuple[list[Offence], list[Problem]]:
    kept: list[Offence] = []
    problems: list[Problem] = []
    for offence in offences:
        if offence.to_at <= now:
            kept.append(offence)
            continue
        for name, at in (("from_time", offence.from_at), ("to_time", offence.to_at)):
            if at > now:
                value = write_instant(at)
                problems.append(problem("CRIME_DATE_TIME_IN_FUTURE", offence.line, name, value))
    return kept, problems


def header_of(text: str) -> list[str] | None:
    """The names of the first line, when it is a header; BadFile when columns are missing in it."""
    first = next(csv.reader(text.lstrip()[:4096].splitlines()[:1]), [])
    names = [name.strip() for name in first]
    # Two of the names are no accident: such a file is better told which others it lacks.
    if len(set(NEEDED) & set(names)) < 2:
        return None
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise BadFile(f"columns missing in the offences file: {', '.join(missing)}")
    twice = [name for name in (*NEEDED, *OPTIONAL) if names.count(name) > 1]
    if twice:
        raise BadFile(f"the column {twice[0]!r} stands twice in the header of the offences file")
    return names


def _read_table(text: str, names: list[str], progress: Progress = no_progress) -> Read[Offence]:
    rows: list[Offence] = []
    problems: list[Problem] = []
    lines = rows_of(text)
    next(lines)
    for number, (line, cells) in enumerate(lines, start=1):
        if number % ROWS_BETWEEN_PROGRESS == 0:
            progress("checked", number)
        if cells is None or len(cells) != len(names):
            problems.append(
                Problem(
                    line,
                    "INVALID_COLUMN_COUNT",
                    None,
                    None,
                    "Incorrect number of columns",
                    f"give {len(names)} columns, as in the first line",
                )
            )
            continue
        offence, wrong = _read_row(line, dict(zip(names, cells, strict=True)))
        problems += wrong
        if offence is not None:
            rows.append(offence)
    return Read(rows, problems)


def _read_row(line: int, row: dict[str, str]) -> tuple[Offence | None, list[Problem]]:
    problems: list[Problem] = []
    reference = row["crime_reference"].strip()
    if not reference:
        problems.append(
            Problem(
                line,
                "MISSING_CRIME_REFERENCE",
                "crime_reference",
                None,
                "Crime reference must be present",
                "Provide the missing crime reference",
            )
        )
    problems += _text_problems(line, row)
    from_at = _instant(row, "from_time", line, problems)
    to_at = _instant(row, "to_time", line, problems)
    radius = CIRCLE_RADIUS_M
    if row.get("radius_m", "").strip():
        radius = _number(row, "radius_m", line, problems) or radius
    shape = _shape(row, radius, line, problems)
    lat: float | None
    lon: float | None
    if row.get("place", "").strip() and not (row["lat"] + row["lon"]).strip():
        lat, lon = (None, None) if shape is None else middle_of(shape)
    else:
        lat, lon = (_number(row, name, line, problems) for name in ("lat", "lon"))
    if from_at is not None and to_at is not None and from_at > to_at:
        problems.append(
            Problem(
                line,
                "CRIME_DATE_TIME_TO_AFTER_FROM",
                "to_time",
                row["to_time"],
                "Crime date time to must be after crime date time from",
                "Ensure from date/time precedes to date/time",
            )
        )
    if problems or from_at is None or to_at is None or lat is None or lon is None:
        return None, problems
    force, crime_type, text = (row.get(name, "") for name in ("force", "crime_type", "text"))
    return Offence(
        force=force.strip(),
        reference=reference,
        crime_type=crime_type.strip(),
        from_at=from_at,
        to_at=to_at,
        lat=lat,
        lon=lon,
        radius_m=radius,
        shape=shape,
        text=text,
        line=line,
    ), []


def _shape(
    row: dict[str, str], radius_m: float, line: int, problems: list[Problem]
) -> Shape | None:
    """The line or area of the column `place`; None where it is empty or wrong."""
    text = row.get("place", "").strip()
    if not text:
        return None
    try:
        shape = read_shape(text)
        spots_of(shape, radius_m)
    except ValueError as error:
        message = f"Field must be a line or an area: {error}"
        action = (
            "give a GeoJSON LineString or Polygon of at most "
            f"{CORNERS_MAX} corners, or leave it empty"
        )
        problems.append(Problem(line, "INVALID_PLACE", "place", text, message, action))
        return None
    return shape


def _text_problems(line: int, row: dict[str, str]) -> list[Problem]:
    """Texts that no record keeps: too long, or with characters that are no text."""
    bad = [
        name
        for name, longest in _LENGTHS.items()
        if len(row.get(name, "").strip()) > longest or CONTROL_OR_LINE.search(row.get(name, ""))
    ]
    if CONTROL.search(row.get("text", "")):
        bad.append("text")
    return [problem("INVALID_TEXT", line, name, row[name]) for name in bad]


def _instant(row: dict[str, str], name: str, line: int, problems: list[Problem]) -> datetime | None:
    try:
        instant = read_instant(row[name])
        if not YEARS[0] <= instant.year < YEARS[1]:
            raise OverflowError
    except (ValueError, OverflowError):
        kind = "INVALID_FROM_DATE_FORMAT" if name == "from_time" else "INVALID_TO_DATE_FORMAT"
        message = "Field must be an ISO 8601 time with offset, of 1900 to 2199"
        action = "write 2026-03-01T09:00:00Z"
        problems.append(Problem(line, kind, name, row[name], message, action))
        return None
    return instant


def _number(row: dict[str, str], name: str, line: int, problems: list[Problem]) -> float | None:
    text = row[name].strip()
    number = float(text) if NUMBER.fullmatch(text) else float("nan")
    limit = _LIMITS.get(name)
    if isfinite(number) and (abs(number) <= limit if limit else number > 0):
        return number
    if isfinite(number):
        kind, message = "INVALID_LOCATION_DATA_RANGE", "Location data range exceeds valid range"
    else:
        kind, message = "INVALID_NUMBER", "Field must be number"
    action = f"{name} is -{limit:g} to {limit:g} degrees" if limit else "give metres above 0"
    problems.append(Problem(line, kind, name, row[name], message, action))
    return None


def _once(read: Read[Offence]) -> Read[Offence]:
    """A row that says the same as an earlier one is the same offence."""
    once: dict[tuple[object, ...], Offence] = {}
    for each in read.rows:
        place = (each.lat, each.lon, each.from_at, each.to_at, each.radius_m, each.shape)
        once.setdefault((each.force, each.reference, *place), each)
    return Read(list(once.values()), read.problems)
