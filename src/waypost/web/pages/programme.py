"""The programme in numbers, for who may see nobody in them."""

from __future__ import annotations

import csv
from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from waypost.clock import now
from waypost.evaluation.cells import SMALL
from waypost.evaluation.programme import Programme
from waypost.evaluation.programme import programme as counted
from waypost.oversight.reviewing import month_before
from waypost.web.presenters.programme import Table, tables
from waypost.web.who import signed_in


def programme(request: HttpRequest) -> HttpResponse:
    """A month that is over: the last one, or the one asked for."""
    found = _month(request)
    last = month_before(now(), settings.WALL_ZONE)
    words = {"month": found.month, "tables": tables(found), "last": last, "small": SMALL}
    return render(request, "waypost/programme.html", words)


def table(request: HttpRequest, table: str) -> HttpResponse:
    """One of its tables as a file: the same cells, and what they leave out said on top."""
    found = _month(request)
    shown = next((one for one in tables(found) if one.name == table), None)
    if shown is None:
        raise Http404
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"programme-{shown.name}-{found.month:%Y-%m}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    _write(answer, shown, found)
    return answer


def _month(request: HttpRequest) -> Programme:
    by, at = signed_in(request), now()
    last = month_before(at, settings.WALL_ZONE)
    try:
        asked = date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError:
        asked = last
    return counted(min(asked, last), by=by, now=at)


def _write(answer: HttpResponse, shown: Table, found: Programme) -> None:
    rows = csv.writer(answer)
    rows.writerow([f"{shown.title}, {found.month:%B %Y}; to the nearest {SMALL}; "
                   f"empty: fewer than {SMALL} people"])  # fmt: skip
    rows.writerow(["kind", *(f"{one} ({unit})" for one in shown.columns for unit in shown.units)])
    for row in shown.rows:
        rows.writerow([row.name, *(number for one in row.cells for number in one.numbers)])
