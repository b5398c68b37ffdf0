"""Offence files sent by the police: sending one, and what became of it row by row."""

from __future__ import annotations

import csv
from pathlib import PurePath

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission
from waypost.clock import now
from waypost.documents.cells import safe_cell
from waypost.errors import BadFile
from waypost.offences.actions import take_delivery
from waypost.offences.queries import BatchPage, batch_page, batches
from waypost.offences.sniffing import not_text
from waypost.web.limits import FILE_BYTES_MAX
from waypost.web.who import signed_in

UPLOAD_MAX = FILE_BYTES_MAX
ROWS_MAX = 400_000  # a refused row weighs about a kilobyte: two bytes each would fill the memory
PROBLEMS_SHOWN = 500
OFFENCES_SHOWN = 50  # at first; the page offers more
PROBLEM_COLUMNS = ("line", "type", "field", "value", "message", "action")


def deliveries(request: HttpRequest) -> HttpResponse:
    by = signed_in(request)
    words = {
        "batches": batches(by),
        "bytes_max": UPLOAD_MAX,
        "may_upload": may.decide(by, Permission.OFFENCE_UPLOAD).allowed,
    }
    return render(request, "waypost/offences.html", words)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Takes one file; the answer is the page of the delivery it became."""
    file = request.FILES.get("file")
    if file is None or file.size is None:
        raise BadFile("choose a file to send")
    if file.size > UPLOAD_MAX:
        raise BadFile(f"the file is larger than {UPLOAD_MAX // 2**20} MiB; send it in parts")
    name, data = PurePath(file.name or "offences.csv").name, file.read()
    if why := not_text(data):
        raise BadFile(f"the file is {why}")
    if data.count(b"\n") + data.count(b"\r") > 2 * ROWS_MAX:
        raise BadFile(f"the file has more than {ROWS_MAX:,} rows; send it in parts")
    batch = take_delivery(data, name, by=signed_in(request), now=now())
    messages.info(request, f"The file was read: {batch.accepted_count} offences kept, "
                           f"{batch.refused_count} rows refused.")  # fmt: skip
    return redirect("offence-batch", batch_id=batch.pk)


def delivery(request: HttpRequest, batch_id: int) -> HttpResponse:
    by = signed_in(request)
    page = batch_page(batch_id, by)
    every = request.GET.get("all") == "1"
    words = {
        "page": page,
        "problems": page.problems[:PROBLEMS_SHOWN],
        "offences": page.offences if every else page.offences[:OFFENCES_SHOWN],
        "every": every,
        "may_match": may.decide(by, Permission.MATCH_RUN).allowed,
    }
    return render(request, "waypost/offence_batch.html", words)


def problems_csv(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The problems as a file; cells that a spreadsheet would run are quoted."""
    page = batch_page(batch_id, signed_in(request))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(page)}"'
    rows = csv.writer(answer)
    rows.writerow(PROBLEM_COLUMNS)
    for problem in page.problems:
        rows.writerow([safe_cell(problem.get(column)) for column in PROBLEM_COLUMNS])
    return answer


def _file_name(page: BatchPage) -> str:
    return f"problems-{page.batch.number}.csv"
