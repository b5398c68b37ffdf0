"""Offence files sent by the police: sending one, what became of it row by row, the answer to the
force, and what each later delivery changed."""

from __future__ import annotations

from pathlib import PurePath

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission
from waypost.clock import now
from waypost.errors import BadFile
from waypost.matching.change_queries import delivery_changes, weighings
from waypost.offences.actions import take_delivery
from waypost.offences.lines import NotOneCsv, content_of
from waypost.offences.queries import answered, batch_page, batches
from waypost.offences.reply import (
    note_lines,
    problems_csv,
    problems_name,
    reply_mail,
    reply_text,
)
from waypost.offences.sniffing import not_text
from waypost.offences.version_queries import history, resubmitted
from waypost.web.limits import FILE_BYTES_MAX
from waypost.web.presenters.answers import said, weighing
from waypost.web.who import signed_in

UPLOAD_MAX = FILE_BYTES_MAX
ROWS_MAX = 400_000  # a refused row weighs about a kilobyte: two bytes each would fill the memory
PROBLEMS_SHOWN = 500
OFFENCES_SHOWN = 50  # at first; the page offers more


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
    check_sent(data)
    batch = take_delivery(data, name, by=signed_in(request), now=now())
    kept, refused = batch.accepted_count, batch.refused_count
    messages.info(
        request,
        f"The file was read: {kept} offence{pluralize(kept)} kept, "
        f"{refused} row{pluralize(refused)} refused.",
    )
    return redirect("offence-batch", batch_id=batch.pk)


def check_sent(data: bytes) -> None:
    """BadFile for what is not worth reading: no text, or rows without end. An e-mail's CSV is
    counted as it comes out of its base64, which hides how many rows there are."""
    if why := not_text(data):
        raise BadFile(f"the file is {why}")
    try:
        rows = content_of(data)
    except NotOneCsv:
        return  # a delivery that failed: kept, so that its sender can be told
    if rows.count(b"\n") + rows.count(b"\r") > 2 * ROWS_MAX:
        raise BadFile(f"the file has more than {ROWS_MAX:,} rows; send it in parts")


def delivery(request: HttpRequest, batch_id: int) -> HttpResponse:
    by = signed_in(request)
    page = batch_page(batch_id, by)
    about, sender = answered(batch_id, by)
    every = request.GET.get("all") == "1"
    may_look = may.decide(by, Permission.MATCH_READ).allowed
    weighed = delivery_changes(batch_id, by, now=now()) if may_look else {}
    answered_anew = {number: (one, said(one)) for number, one in weighed.items()}
    words = {
        "page": page,
        "problems": page.problems[:PROBLEMS_SHOWN],
        "offences": page.offences if every else page.offences[:OFFENCES_SHOWN],
        "every": every,
        "changed": [(one, answered_anew.get(one.number)) for one in resubmitted(batch_id, by)],
        "reply": reply_text(about),
        "reply_to": sender,
        "notes": [{**note, "where": note_lines(note)} for note in page.notes],
        "may_match": may.decide(by, Permission.MATCH_RUN).allowed,
    }
    return render(request, "waypost/offence_batch.html", words)


def problems(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The problems as a file; cells that a spreadsheet would run are quoted."""
    about, _ = answered(batch_id, signed_in(request))
    return _file(problems_name(batch_id), "text/csv", problems_csv(about.problems).encode())


def reply(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The answer to the force as an e-mail, to be opened, looked at and sent by a person."""
    about, sender = answered(batch_id, signed_in(request))
    return _file(f"reply-{batch_id}.eml", "message/rfc822", reply_mail(about, sender))


def offence(request: HttpRequest, offence_id: int) -> HttpResponse:
    """One offence: what each delivery said of it, and what that changed."""
    by = signed_in(request)
    versions = history(offence_id, by)
    may_look = may.decide(by, Permission.MATCH_READ).allowed
    weighed = weighings(offence_id, by, now=now()) if may_look else []
    of = {one.number: one.version for one in versions}
    words = {
        "versions": versions,
        "now": versions[0],
        "may_look": may_look,
        "weighings": [weighing(one, of) for one in weighed],
    }
    return render(request, "waypost/offence.html", words)


def _file(name: str, kind: str, content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
