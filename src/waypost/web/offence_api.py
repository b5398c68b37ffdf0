"""The API of offence files, for a force's own system: bearer tokens of the police analyst's role.

    POST /api/offences?name=FILE               the file itself as the body: CSV or e-mail
    GET  /api/offences/N                       what became of a delivery: problems, notes, changes
    GET  /api/offences/N/problems.csv          its problems as CSV
    GET  /api/offences/history?reference=&force=   every version of one offence, newest first

A delivery answers 201 when it was kept, 200 when the same CSV had been sent before and nothing
changed, 422 when nothing of it could be kept; all three with the outcome and its number.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Schema, Status

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import now, write_instant
from waypost.errors import BadFile
from waypost.offences import queries
from waypost.offences.actions import take_delivery
from waypost.offences.changes import Change
from waypost.offences.print import headed_json
from waypost.offences.reply import Answered, problems_csv, problems_name, reply_text, subject_of
from waypost.offences.values import BatchStatus
from waypost.offences.version_queries import VersionSeen, history_of, resubmitted
from waypost.web.limits import FILE_BYTES_MAX
from waypost.web.pages.offences import check_sent

P = Permission
NOTHING_KEPT = frozenset({BatchStatus.FAILED, BatchStatus.ERROR})
Number = Annotated[int, Path(ge=0, le=2**63 - 1)]  # in an address


class Outcome(Schema):
    """What became of a delivery. `problems` and `notes` are as `waypost offences check` has them.

    error     why nothing was kept, in one sentence; null where something was
    changes   offences sent before of which it says something else; at most 200; null where the
              token may not read offences
    """

    number: int
    status: str
    error: str | None
    batch: str | None
    force: str | None
    received_at: str
    accepted: int
    refused: int
    new: int | None
    changed: int | None
    problems: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    changes: list[dict[str, Any]] | None
    reply: dict[str, str]


class Versions(Schema):
    items: list[dict[str, Any]]


def offence_router(bearer: Callable[[Permission], Any]) -> Router:
    """The operations, each behind the bearer of its permission."""
    router = Router()

    @router.post(
        "offences",
        auth=bearer(P.OFFENCE_UPLOAD),
        response={200: Outcome, 201: Outcome, 422: Outcome},
    )
    def send(request: HttpRequest, name: str = "") -> Status[dict[str, Any]]:
        # Django's `body` keeps at most DATA_UPLOAD_MAX_MEMORY_SIZE; a month of offences is more.
        data = request.read(FILE_BYTES_MAX + 1)
        if not data:
            raise BadFile("send the file itself as the body of the request")
        if len(data) > FILE_BYTES_MAX:
            raise BadFile(f"the file is over {FILE_BYTES_MAX // 2**20} MiB; send it in parts")
        check_sent(data)
        at, by = now(), _by(request)
        batch = take_delivery(data, PurePath(name).name or "by API", by=by, now=at)
        status = 201 if batch.received_at == at else 200
        if batch.status in NOTHING_KEPT:
            status = 422
        return Status(status, _outcome(queries.answer_to(batch), by))

    @router.get("offences/history", auth=bearer(P.OFFENCE_READ), response=Versions)
    def history(request: HttpRequest, reference: str = "", force: str = "") -> dict[str, Any]:
        found = history_of(force, reference, _by(request))
        return {"items": [_version(one) for one in found]}

    @router.get("offences/{int:number}", auth=bearer(P.OFFENCE_READ), response=Outcome)
    def one(request: HttpRequest, number: Number) -> dict[str, Any]:
        return _outcome(queries.answered(number, _by(request))[0], _by(request))

    @router.get("offences/{int:number}/problems.csv", auth=bearer(P.OFFENCE_READ))
    def problems(request: HttpRequest, number: Number) -> HttpResponse:
        about, _ = queries.answered(number, _by(request))
        answer = HttpResponse(problems_csv(about.problems), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{problems_name(number)}"'
        return answer

    return router


def _outcome(about: Answered, by: Posted) -> dict[str, Any]:
    may_read = may.decide(by, P.OFFENCE_READ).allowed
    changed = resubmitted(about.number, by) if may_read else []
    return {
        "number": about.number,
        "status": about.status,
        "error": _error(about),
        "batch": about.batch_id or None,
        "force": about.force or None,
        "received_at": write_instant(about.received_at),
        "accepted": about.accepted,
        "refused": about.refused,
        "new": about.new,
        "changed": about.changed,
        "problems": about.problems,
        "notes": about.notes,
        "changes": [
            {
                "crime_reference": one.offence.reference,
                "force": one.offence.force,
                "version": one.version,
                "line": one.offence.line,
                "fields": _fields(one.changes),
            }
            for one in changed
        ]
        if may_read
        else None,
        "reply": {"subject": subject_of(about), "text": reply_text(about)},
    }


def _error(about: Answered) -> str | None:
    if about.status not in NOTHING_KEPT:
        return None
    whole = next(each for each in about.problems if each["line"] is None)
    return f"{whole['message'].rstrip('.')}: {whole['action'].rstrip('.')}."


def _version(seen: VersionSeen) -> dict[str, Any]:
    return {
        "version": seen.version,
        "current": seen.current,
        "known_at": write_instant(seen.known_at),
        "delivery": seen.batch_number,
        "batch": seen.batch_id or None,
        "offence": headed_json(seen.offence),
        "changes": _fields(seen.changes),
    }


def _fields(changes: list[Change] | None) -> list[dict[str, str]] | None:
    """Null where the version before is kept no longer."""
    if changes is None:
        return None
    return [
        {
            "field": one.field,
            "before": one.before,
            "after": one.after,
            "difference": one.difference,
        }
        for one in changes
    ]


def _by(request: HttpRequest) -> Posted:
    by: Posted = request.auth  # type: ignore[attr-defined]
    return by
