"""Pages that show how things look and what they are made of."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.access.values import Purpose
from waypost.alerts.values import Status
from waypost.clock import now
from waypost.orders.values import RequirementKind, TimetableRow, Zone
from waypost.rules.values import Certainty
from waypost.web.presenters import whereabouts as present
from waypost.web.presenters.timetable_field import read_timetable_field, timetable_field
from waypost.web.presenters.zone_field import Near, read_zone_field, zone_field

# What is used, whose it is, on what terms: docs/attributions.md says more.
ATTRIBUTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "Postcode directory (ground map: boroughs, places, the river's course)",
        "Office for National Statistics; contains OS data © Crown copyright and database right, "
        "Royal Mail data © Royal Mail copyright and database right",
        "Open Government Licence v3.0",
    ),
    ("OSTN15 transformation", "© Crown copyright Ordnance Survey", "BSD licence"),
    ("GOV.UK Frontend", "Government Digital Service (without its fonts and crown)", "MIT"),
    ("MoJ Frontend", "Ministry of Justice", "MIT"),
    ("MapLibre GL JS", "MapLibre contributors", "BSD 3-Clause"),
    ("PMTiles", "Protomaps LLC", "BSD 3-Clause"),
    ("fflate", "Arjun Barrett", "MIT"),
    ("htmx", "Big Sky Software", "0BSD"),
    ("typst (PDF files)", "The Typst Project Developers; binding by Myriad-Dreamin", "Apache-2.0"),
    (
        "Libertinus and DejaVu fonts (in PDF files)",
        "The Libertinus Project; DejaVu authors",
        "SIL Open Font License 1.1; DejaVu licence",
    ),
    ("python-docx (DOCX files)", "Steve Canny", "MIT"),
)

SAMPLE_ZONE = Zone(
    {
        "type": "Polygon",
        "coordinates": [
            [[-0.0640, 51.5405], [-0.0555, 51.5400], [-0.0545, 51.5445], [-0.0625, 51.5450],
             [-0.0640, 51.5405]],
            [[-0.0600, 51.5420], [-0.0580, 51.5420], [-0.0580, 51.5432], [-0.0600, 51.5432],
             [-0.0600, 51.5420]],
        ],
    }
)  # fmt: skip
SAMPLE_NEAR = (Near("A home", 51.5470, -0.0560),)
SAMPLE_HOURS = (
    TimetableRow(("MO", "TU", "WE", "TH", "FR"), "19:00", "07:00"),
    TimetableRow(("SA", "SU"), "22:00", "06:00"),
)
SAMPLE_WEEK = date(2026, 3, 23)  # the clocks go forward on its Sunday


def attributions(request: HttpRequest) -> HttpResponse:
    return render(request, "waypost/attributions.html", {"attributions": ATTRIBUTIONS})


def gallery(request: HttpRequest) -> HttpResponse:
    """Every small component with made-up data; of the editors, a POST is checked and not kept."""
    here = now()
    words = _editors(request, here) | {
        "statuses": list(Status),
        "certainties": list(Certainty),
        "purposes": list(Purpose),
        "moments": [here - one for one in (timedelta(seconds=20), timedelta(hours=3))],
        "lengths": [timedelta(seconds=42), timedelta(minutes=75), timedelta(days=2, hours=5)],
        "judged_to": here - timedelta(minutes=14),
        "behind": True,
        "everything": present.EVERYTHING,
        "sample_problem": {
            "line": 7, "type": "INVALID_FROM_DATE_FORMAT", "field": "dateFrom",
            "value": "31022026", "message": "The date is not yyyyMMddHHmmss.",
            "action": "Write it as 20260228120000, in UTC.",
        },
    }  # fmt: skip
    return render(request, "waypost/gallery.html", words)


def _editors(request: HttpRequest, here: datetime) -> dict[str, Any]:
    """The zone and timetable editors: with samples, or with what was sent to be checked."""
    sent = request.POST
    if request.method == "POST":
        return {
            "zone": read_zone_field(sent, "zone", kind=RequirementKind.EXCLUSION, near=SAMPLE_NEAR),
            "hours": read_timetable_field(sent, "hours", kind=RequirementKind.CURFEW, now=here),
        }
    return {
        "zone": zone_field("zone", SAMPLE_ZONE, kind=RequirementKind.EXCLUSION, warning_m=100,
                           near=SAMPLE_NEAR),
        "hours": timetable_field("hours", SAMPLE_HOURS, kind=RequirementKind.CURFEW, now=here,
                                 monday=SAMPLE_WEEK),
    }  # fmt: skip
