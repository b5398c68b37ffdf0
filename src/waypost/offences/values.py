"""The words of offence intake: forces, crime types, one offence, the outcome of one file. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.errors import Problem
from waypost.offences.shapes import Shape

# Police force as the file names it -> code that opens its batch ids (Ministry of Justice list).
FORCES: dict[str, str] = {
    "AvonSomerset": "AVS",
    "Bedfordshire": "BFD",
    "Cheshire": "CHS",
    "CoLP": "CoLP",
    "Cumbria": "CMB",
    "Derbyshire": "DBY",
    "Durham": "DUR",
    "Essex": "ESX",
    "Gloucestershire": "GLC",
    "Gwent": "GWP",
    "Hampshire": "HAM",
    "Hertfordshire": "HRT",
    "Humberside": "HMB",
    "Kent": "KNT",
    "Metropolitan": "MPS",
    "NorthWales": "NWL",
    "Nottinghamshire": "NOT",
    "Sussex": "SXP",
    "WestMidlands": "WMP",
}

CRIME_TYPES: dict[str, str] = {
    "RB": "Robbery",
    "BIAD": "Burglary in a dwelling",
    "AB": "Aggravated burglary",
    "BOTD": "Burglary other than dwelling",
    "TOMV": "Theft of motor vehicle",
    "TFP": "Theft from the person",
    "TFMV": "Theft from motor vehicle",
}

COLUMNS = (
    "policeForce",
    "crimeTypeId",
    "crimeTypeDescription",
    "batchId",
    "crimeReference",
    "dateFrom",
    "dateTo",
    "easting",
    "northing",
    "latitude",
    "longitude",
    "datum",
    "crimeText",
)

WINDOW_MAX = timedelta(hours=12)  # exactly 12 h passes (ministry's rule)
REFERENCE_CHARACTERS_MAX = 120
CIRCLE_RADIUS_M = 100.0  # the ministry's crime circle
FORCE_CHARACTERS_MAX = 40
CRIME_TYPE_CHARACTERS_MAX = 80
NOTE_LINES_MAX = 50

# Inclusive bounds of the ministry's file.
BOUNDS: dict[str, tuple[float, float]] = {
    "easting": (0.0, 600_000.0),
    "northing": (0.0, 1_300_000.0),
    "latitude": (49.5, 61.5),
    "longitude": (-8.5, 2.6),
}


class BatchStatus(StrEnum):
    SUCCESSFUL = "SUCCESSFUL"  # every row accepted
    PARTIAL = "PARTIAL"  # some rows refused, the others kept
    FAILED = "FAILED"  # the file as a whole is wrong; nothing kept
    ERROR = "ERROR"  # no row was valid; nothing kept


@dataclass(frozen=True, slots=True)
class Offence:
    """One police-recorded offence: where, and between which instants (both included).

    line                 physical line where its row starts; None when it did not come from a file
    easting, northing    metres as sent (OSGB36), None when degrees were sent
    lat, lon             WGS84 degrees, always there
    shape                a line or an area, of which lat, lon is the middle unless sent otherwise
    """

    force: str
    reference: str
    crime_type: str
    from_at: datetime
    to_at: datetime
    lat: float
    lon: float
    easting_m: float | None = None
    northing_m: float | None = None
    radius_m: float = CIRCLE_RADIUS_M
    shape: Shape | None = None
    text: str = ""
    line: int | None = None
    batch_id: str = ""
    type_description: str = ""
    datum: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd about rows that are not refused for it: said, for a person to look at.

    type      closed vocabulary, upper snake case
    lines     physical lines of the rows, at most NOTE_LINES_MAX of them; `count` is all
    """

    type: str
    count: int
    lines: list[int]
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What checking one delivery gave. FAILED and ERROR accept nothing.

    headed   the file was a CSV with a header, not the ministry's 13 columns
    notes    what looks odd and refuses nothing
    """

    status: BatchStatus
    force: str | None
    batch: str | None
    accepted: list[Offence] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    received_count: int = 0  # rows in the file, blank lines and the header apart
    headed: bool = False
    notes: list[Note] = field(default_factory=list)

    @property
    def refused_count(self) -> int:
        return self.received_count - len(self.accepted)
