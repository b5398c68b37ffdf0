"""The person's own bundle: everything that is given, who looked and why, on paper and as files.

    about-you.pdf        read it first; drawn up from the agency's template (documents/papers.py)
    records.json         every table that is given       records/<table>.csv   the same, a file each
    track.csv, .geojson  where the tag was while an order was live
    not-monitored.csv    what it said while none was: nobody has seen it
    who-looked.csv       by day: role and agency, what they did, why; a crime's inquiry is not in it
    left-out.txt         what is not in here, on which ground, and how to complain

Signed, and the same for the same records: `waypost evidence verify` checks it. Making it is a look
at whereabouts for subject access, with its line.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction

from waypost.access import audit
from waypost.access.models import Officer
from waypost.access.queries import looks_to_tell, organisation_of, posted
from waypost.access.values import MACHINE, Posted, Purpose
from waypost.clock import write_instant
from waypost.documents import papers
from waypost.documents.actions import keep_document, sign_bundle
from waypost.documents.values import Block, Paragraph, Table
from waypost.errors import Refused
from waypost.jobs import queue
from waypost.keeping import asking, clocks, scope
from waypost.keeping.gathering import Gathered, gather, spoken_of
from waypost.keeping.models import Restriction, SubjectRequest
from waypost.keeping.values import GROUNDS, Status, Withheld
from waypost.orders.models import Activation
from waypost.positions import seal
from waypost.positions.models import SealedRows
from waypost.positions.queries import whereabouts_table
from waypost.units import Mechanism

LOOKS_MAX = 100_000
JOB = "subject_access"  # kind of job
WINDOW = timedelta(days=3660)  # the longest one look covers (access/purposes.py)
REVIEW_EVERY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Made:
    name: str
    content: bytes
    document_id: int


@transaction.atomic
def ask_bundle(request_id: int, *, expected_version: int, by: Posted, now: datetime) -> int:
    """Have the worker prepare it: a year of fixes takes longer than a page may. The job."""
    held = scope.find(request_id, by=by, now=now, lock=True)
    _check_ready(held)
    asking.moved(held, Status(held.status), expected_version)
    job = queue.enqueue(JOB, {"request_id": held.pk}, by=by, now=now)
    audit.record("subject_access:bundle_asked", by=by, at=now, about=held.person_id,
                 detail={"request": held.pk, "job": job})  # fmt: skip
    return job


def carry_out(request_id: int, officer_id: int | None, *, now: datetime) -> None:
    """The worker's part, as the officer who asked for it. Done again it is prepared anew."""
    officer = Officer.objects.get(pk=officer_id) if officer_id is not None else None
    by = posted(officer, now=now) if officer is not None else MACHINE
    held = scope.find(request_id, by=by, now=now)
    prepare(request_id, expected_version=held.version, by=by, now=now)


def prepare(request_id: int, *, expected_version: int, by: Posted, now: datetime) -> Made:
    """Gather and sign; kept as a document that the officer reads before it is released."""
    held = scope.find(request_id, by=by, now=now)
    _check_ready(held)
    files, gathered = _files(held, by, now)
    content = sign_bundle(files, {"kind": "subject access", "request": held.pk})
    with transaction.atomic():
        held = scope.find(request_id, by=by, now=now, lock=True)
        name = asking.file_name(held)
        document = keep_document(
            "subject_access_bundle", f"subject_access:{held.pk}", name, "application/zip", content,
            by=by, now=now, person_id=held.person_id,
        )  # fmt: skip
        asking.moved(held, Status.PREPARED, expected_version, prepared_at=now,
                     document_id=document.pk)  # fmt: skip
        _note_restrictions(held.person_id, gathered, by, now)
        audit.record(
            "subject_access:prepared", by=by, at=now, about=held.person_id,
            purpose=Purpose.SUBJECT_ACCESS,
            detail={"request": held.pk, "document": document.pk, "files": len(files),
                    "rows": sum(len(one.rows) for one in gathered.tables)},
        )  # fmt: skip
    return Made(name, content, int(document.pk))


def _check_ready(held: SubjectRequest) -> None:
    if Status(held.status) not in {Status.IDENTIFIED, Status.PREPARED}:
        raise Refused("It is prepared once it is known that they are who they say.")


def _files(held: SubjectRequest, by: Posted, now: datetime) -> tuple[dict[str, bytes], Gathered]:
    person_id = held.person_id
    left = live_restrictions(person_id)
    gathered = gather(
        person_id, read=held.given_texts,
        left_records=[one.record for one in left if one.record], now=now,
    )  # fmt: skip
    looks = _looks(person_id)
    files = {
        "records.json": _json({one.label: list(one.rows) for one in gathered.tables}),
        "who-looked.csv": _csv(("day", "who", "what", "why", "times"), looks),
        "left-out.txt": "\n\n".join(said_of_left()).encode(),
        **{f"records/{one.label.lower()}.csv": _csv_of(one.rows) for one in gathered.tables},
        **_track(person_id, by, now),
        "about-you.pdf": _paper(held, gathered, looks, by, now),
    }
    if gathered.days_near:
        days = [(day.isoformat(), name) for day, name in gathered.days_near]
        files["days-too-near.csv"] = _csv(("day", "zone"), days)
    return files, gathered


def said_of_left() -> list[str]:
    """What every bundle says is left out, whether or not there was any: so that its saying tells
    nothing."""
    rights = (
        "If you think that something is missing or wrong, write to the data protection officer. "
        "You can also complain to the Information Commissioner (ico.org.uk), who can look at what "
        "we left out, or go to a court (Data Protection Act 2018 s.51, s.165 and s.167)."
    )
    return [*(ground.words for ground in GROUNDS.values()), rights]


def live_restrictions(person_id: int) -> list[Restriction]:
    return list(Restriction.objects.filter(person_id=person_id, ended_at=None).order_by("pk"))


def _note_restrictions(person_id: int, gathered: Gathered, by: Posted, now: datetime) -> None:
    """What was left out stands on record with its law, and is looked at again: an officer reads how
    much there was, the person does not."""
    known = {one.ground for one in live_restrictions(person_id) if not one.record}
    for ground in sorted(gathered.left):
        if ground in (Withheld.WORKING, Withheld.DEVICE) or ground.value in known:
            continue
        Restriction.objects.create(
            person_id=person_id, ground=ground.value, source=GROUNDS[ground].law,
            reason="By the table of what is given to a person (keeping/restricting.py).",
            made_at=now, made_by_id=by.officer_id,
            review_on=(now + REVIEW_EVERY).date(),
        )  # fmt: skip


def _looks(person_id: int) -> list[tuple[str, str, str, str, str]]:
    """By local day, as on their own page: a clock's time would tell when an alert came."""
    counted: dict[tuple[str, str, str, str], int] = {}
    officers = _officers(person_id)
    for line in looks_to_tell(person_id, limit=LOOKS_MAX):
        day = line.at.astimezone(clocks.HOME).date().isoformat()
        who = spoken_of(officers.get(line.number), line.role)
        said = (day, who, line.kind, line.purpose)
        counted[said] = counted.get(said, 0) + 1
    return [(*said, str(times)) for said, times in counted.items()]


def _officers(person_id: int) -> dict[int, int | None]:
    lines: Any = apps.get_model("access.AuditLine").objects.filter(person_id=person_id)
    return dict(lines.values_list("number", "officer_id"))


def _track(person_id: int, by: Posted, now: datetime) -> dict[str, bytes]:
    numbers = Activation.objects.filter(person_id=person_id)
    first = numbers.order_by("from_at").values_list("from_at", flat=True).first()
    heads = ("time", "received", "lat", "lon", "accuracy_m", "mechanism", "used")
    rows: list[tuple[str, ...]] = []
    start = max(first, now - WINDOW) if first is not None else now
    if start < now:
        table = whereabouts_table(
            person_id, start, now, by=by, purpose=Purpose.SUBJECT_ACCESS, now=now
        )
        rows = [_fix_row(one) for one in table.rows()]
    sealed = [
        (write_instant(fix["measured_at"]), str(fix["lat"]), str(fix["lon"]))
        for row in SealedRows.objects.filter(activation__person_id=person_id).order_by("pk")
        for fix in seal.opened(row)[0].select(["measured_at", "lat", "lon"]).to_pylist()
    ]
    return {
        "track.csv": _csv(heads, rows),
        "track.geojson": _geojson(rows),
        "not-monitored.csv": _csv(("time", "lat", "lon"), sealed),
    }


def _fix_row(fix: Any) -> tuple[str, ...]:
    return (
        write_instant(fix.measured_at), write_instant(fix.received_at), f"{fix.lat:.6f}",
        f"{fix.lon:.6f}", f"{fix.accuracy_m:.1f}", Mechanism(fix.mechanism).name.lower(),
        "yes" if not fix.set_aside else "no",
    )  # fmt: skip


def _geojson(rows: Sequence[tuple[str, ...]]) -> bytes:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [float(lon), float(lat)]},
            "properties": {"time": at, "accuracy_m": float(accuracy), "mechanism": mechanism},
        }
        for at, _, lat, lon, accuracy, mechanism, _ in rows
    ]
    whole = {"type": "FeatureCollection", "features": features}
    return json.dumps(whole, separators=(",", ":")).encode()  # a year of fixes: no spaces


def _paper(
    held: SubjectRequest, gathered: Gathered, looks: Sequence[tuple[str, ...]], by: Posted,
    now: datetime,
) -> bytes:  # fmt: skip
    person = held.person
    held_rows = tuple((one.title, str(len(one.rows))) for one in gathered.tables)
    words = {
        "reference": f"W-{held.pk}",
        "agency": organisation_of(by) or "The monitoring service",
        "made_on": f"{now.astimezone(clocks.HOME):%-d %B %Y}",
        "person_name": person.full_name or person.reference,
        "person_reference": person.reference,
        "asked_on": f"{held.asked_at.astimezone(clocks.HOME):%-d %B %Y}",
    }
    slots: dict[str, Sequence[Block]] = {
        "held": [Table("What we hold, and how many of each", ("What", "How many"), held_rows)]
        if held_rows else [],
        "looks": [Table("Who looked, and why", ("Day", "Who", "What", "Why", "Times"),
                        tuple(looks[:500]))] if looks else [],
        "near": [Paragraph(f"{day:%-d %B %Y}: {name}") for day, name in gathered.days_near],
        "left_out": [Paragraph(one) for one in said_of_left()],
    }  # fmt: skip
    return papers.prepare("subject_access", words=words, slots=slots, now=now).pdf


def _csv_of(rows: Sequence[dict[str, Any]]) -> bytes:
    return _csv(tuple(rows[0]), [tuple(_cell(one) for one in row.values()) for row in rows])


def _csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(heads)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return sink.getvalue().encode()


def _harmless(cell: str) -> str:
    """No cell that a spreadsheet would take for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "@", "\t", "\r"} else cell


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, default=_plain, ensure_ascii=False, sort_keys=True).strip('"')


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, default=_plain, ensure_ascii=False, sort_keys=True).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return write_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
