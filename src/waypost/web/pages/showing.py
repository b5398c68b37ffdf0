"""Pages that show how things look and what they are made of."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.access.values import Purpose
from waypost.alerts.values import Status
from waypost.clock import now
from waypost.monitoring.values import Certainty
from waypost.web.presenters import whereabouts as present

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
    ("htmx", "Big Sky Software", "0BSD"),
)


def attributions(request: HttpRequest) -> HttpResponse:
    return render(request, "waypost/attributions.html", {"attributions": ATTRIBUTIONS})


def gallery(request: HttpRequest) -> HttpResponse:
    """Every small component with made-up data."""
    here = now()
    words = {
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
