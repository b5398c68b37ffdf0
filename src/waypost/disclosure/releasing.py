"""The answer as it leaves: a signed, watermarked bundle that can be fetched until a date.

    answer.pdf          what was asked, what is claimed, the fixes and their map, limits
    fixes.csv, .geojson, .gpx    the same fixes, where there are any
    request.json        what was asked and decided, by numbers and times
    read-me.txt         what it does and does not show, how to check it

`waypost evidence verify` checks it anywhere. It is drawn before the transaction of the grant and
kept in it; each time it is fetched leaves a line.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from waypost.access.queries import organisation_of
from waypost.access.values import Posted
from waypost.clock import write_instant
from waypost.disclosure import exporting, scope
from waypost.disclosure.gathering import Gathered
from waypost.disclosure.kinds import KINDS, WHAT_WORDS
from waypost.disclosure.minimum import Released
from waypost.disclosure.models import Request
from waypost.disclosure.moving import load, record, save, wanted_of
from waypost.disclosure.places import PlaceAnswer
from waypost.disclosure.values import Doer, Kind, Place, Wanted, What
from waypost.documents import papers
from waypost.documents.actions import keep_document, sign_bundle
from waypost.documents.map_drawing import Dot, draw_map
from waypost.documents.map_drawing import Place as Drawn
from waypost.documents.queries import content_of
from waypost.documents.values import Block, Paragraph, Table, signed_by
from waypost.errors import Refused
from waypost.orders.values import Zone
from waypost.rules.saying import wall

CENTRE = "The monitoring centre"
SHOWN_MAX = 400  # fixes in the PDF's table and on its map; the files have all
READ_ME = """This bundle answers one request, and may be used for that alone. Keep it no longer than
the enquiry needs, and say what came of it in Waypost.

What it says of where something was is said of a tag, not of a person. A fix is right within the
distance beside it in 95 of 100 cases. Where there is no fix, nothing is known and nothing is
claimed. That a tag was near a place does not show that its wearer did or saw anything there; it
rules out nobody else, wearing a tag or not. Only times in which an order allowed this use are in
it.

Check that it is whole and ours:  waypost evidence verify BUNDLE  (compare the key's fingerprint
with the one that the monitoring centre gives you by telephone).
Times are UTC and local. A text that a spreadsheet would run as a formula has an apostrophe before
it.
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What would be released, or is. said: what is claimed, in sentences; digest: of all of it

    persons   of one person; of each of those observed, where names were asked for; empty for a
              question about anybody
    """

    persons: tuple[Gathered, ...]
    place: PlaceAnswer | None
    said: tuple[str, ...]
    digest: str

    @property
    def rows(self) -> list[tuple[str, Released]]:
        return [
            (one.person[0], row)
            for one in self.persons
            if one.person is not None
            for row in one.least.rows
        ]


def bundle_of(
    found: Request, answer: Answer, *, by: Posted, now: datetime, until: datetime
) -> bytes:
    """The signed bundle; writes nothing."""
    zone = settings.WALL_ZONE
    mark = exporting.watermark(found.pk, found.requester_name, found.requester_body, now, zone)
    said = _request_json(found, answer, by, now, until)
    files = {
        "answer.pdf": _paper(found, answer, mark, by, now, until),
        "request.json": json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False).encode(),
        "read-me.txt": f"{mark}\n\n{READ_ME}".encode(),
    }
    if answer.rows:
        files |= exporting.files_of(answer.rows, mark, zone)
    about = {**said, "kind": "disclosure", "asked_as": found.kind, "watermark": mark}
    return sign_bundle(files, about)


def keep(found: Request, content: bytes, *, by: Posted, now: datetime) -> int:
    """Kept whole, within the transaction of the grant; the number of the document."""
    kept = keep_document(
        "disclosure_bundle", f"disclosure:{found.pk}", file_name(found), "application/zip",
        content, by=by, now=now, person_id=found.person_id,
    )  # fmt: skip
    return int(kept.pk)


@transaction.atomic
def download(request_id: int, *, by: Posted, now: datetime) -> tuple[str, bytes]:
    """Name and bytes of the bundle, for whoever asked, until its date; leaves its line.

    raises   Refused when there is none, or its time is over
    """
    if by.is_machine:  # waypost disclosure export, by whoever holds the store
        found = scope.find(request_id, lock=True)
    else:
        found = load(request_id, Doer.REQUESTER, by, now=now, expected_version=None)
    check_can_download(found, now=now)
    assert found.document_id is not None, "what was granted was kept"
    save(found, {"downloads": found.downloads + 1})
    content = content_of(found.document_id)
    record(
        "disclosure:downloaded", found, by=by, now=now, document_id=found.document_id,
        times=found.downloads,
    )  # fmt: skip
    return file_name(found), content


def check_can_download(found: Request, *, now: datetime) -> None:
    if found.document_id is None or found.download_until is None:
        raise Refused("There is no answer to fetch.")
    if now >= found.download_until:
        raise Refused(
            "The time in which this answer could be fetched is over. Ask again if it is still "
            "needed, with the number of this request."
        )


def can_download(found: Request, by: Posted, *, now: datetime) -> bool:
    mine = Doer.REQUESTER in scope.doers(found, by)
    open_still = found.download_until is not None and now < found.download_until
    return mine and found.document_id is not None and open_still


def file_name(found: Request) -> str:
    return f"request-{found.pk}.zip"


def kept_answer(answer: Answer) -> dict[str, object]:
    """What stays in the request's record: no place, no name."""
    if answer.place is not None and not answer.persons:
        return {"verdict": answer.place.verdict.value, "said": list(answer.said)}
    verdicts = [one.presence.verdict.value for one in answer.persons if one.presence is not None]
    return {
        "fixes": len(answer.rows),
        "persons": sum(one.person is not None for one in answer.persons),
        "verdict": verdicts[0] if len(verdicts) == 1 else "",
        "said": list(answer.said),
        "digest": answer.digest,
    }


def _request_json(
    found: Request, answer: Answer, by: Posted, now: datetime, until: datetime
) -> dict[str, object]:
    wanted = wanted_of(found)
    place = wanted.place
    return {
        "request": found.pk,
        "kind": found.kind,
        "what": found.what,
        "reference": found.reference,
        "from": write_instant(wanted.window.from_at) if wanted.window else None,
        "to": write_instant(wanted.window.to_at) if wanted.window else None,
        "place": (
            {"lat": place.lat, "lon": place.lon, "radius_m": place.radius_m} if place else None
        ),
        "law": KINDS[wanted.kind].law,
        "released_at": write_instant(now),
        "can_be_fetched_until": write_instant(until),
        "decided_by_officer": by.officer_id,
        "fixes": len(answer.rows),
        "digest": answer.digest,
    }


def _paper(
    found: Request, answer: Answer, mark: str, by: Posted, now: datetime, until: datetime
) -> bytes:
    zone, wanted = settings.WALL_ZONE, wanted_of(found)
    window = wanted.window
    assert window is not None, "what is granted has a window"
    words = {
        "reference": f"R-{found.pk}",
        "agency": organisation_of(by) or CENTRE,
        "made_on": wall(now, zone, seconds=False),
        "author": by.name,
        "author_role": "authorising officer",
        "requester": _who(found),
        "asked_reference": found.reference or "none",
        "asked_for": WHAT_WORDS[wanted.what],
        "about": _about(wanted),
        "window": f"{wall(window.from_at, zone)} to {wall(window.to_at, zone)}",
        "law": KINDS[wanted.kind].law,
        "until": wall(until, zone, seconds=False),
    }
    slots: dict[str, Sequence[Block]] = {
        "answer": [Paragraph(one) for one in answer.said],
        "persons": _persons(answer, wanted),
        "fixes": _fixes(answer, zone),
        "map": _map(answer, wanted.place),
        "signature": [signed_by(by.name, "authorising officer")],
    }
    return papers.prepare("disclosure", words=words, slots=slots, now=now, watermark=mark).pdf


def _who(found: Request) -> str:
    return ", ".join(part for part in (found.requester_name, found.requester_body) if part)


def _about(wanted: Wanted) -> str:
    said = []
    if wanted.kind is Kind.OWN:
        said.append("the wearer who asks")
    elif wanted.person_name:
        parts = (wanted.person_name, wanted.person_born_on, wanted.person_reference)
        said.append(", ".join(part for part in parts if part))
    if wanted.place is not None:
        place = wanted.place
        said.append(
            f"{place.words or 'a place'} ({place.lat:.5f}, {place.lon:.5f}), "
            f"{place.radius_m:.0f} m around it"
        )
    return "; ".join(said) or "anybody"


def _persons(answer: Answer, wanted: Wanted) -> list[Block]:
    if wanted.what is not What.NAMES:
        return [
            Paragraph(f"It is about the tag of {', '.join(part for part in one.person if part)}.")
            for one in answer.persons
            if one.person is not None
        ]
    return [
        Table(
            "Whose tags were observed", ("Reference", "Name", "What is claimed of the tag"),
            tuple(
                (one.person[0], one.person[1] or "not recorded", " ".join(one.said))
                for one in answer.persons
                if one.person is not None
            ),
        )
    ]  # fmt: skip


def _fixes(answer: Answer, zone: str) -> list[Block]:
    rows = answer.rows
    if not rows:
        return []
    shown = tuple(
        (
            str(number), reference, exporting.local_time(row.at, zone), write_instant(row.at),
            f"{row.lat:.5f}, {row.lon:.5f}", f"{row.accuracy_m:.0f} m", row.mechanism,
        )
        for number, (reference, row) in enumerate(rows[:SHOWN_MAX], 1)
    )  # fmt: skip
    heads = ("Fix", "Person", "Local time", "UTC", "Latitude, longitude", "Within", "By")
    blocks: list[Block] = [Table("Fixes, each with the circle it is right within", heads, shown)]
    if len(rows) > SHOWN_MAX:
        blocks.append(
            Paragraph(f"The first {SHOWN_MAX} of {len(rows)} are shown; the files have all.")
        )
    return blocks


def _map(answer: Answer, place: Place | None) -> list[Block]:
    rows = [row for _, row in answer.rows][:SHOWN_MAX]
    if not rows:
        return []
    dots = [Dot(n, row.lat, row.lon, row.accuracy_m) for n, row in enumerate(rows, 1)]
    around = [Drawn(zone_of(place), keep_out=False)] if place is not None else []
    drawn = draw_map(dots, around, caption="The fixes that are released")
    return [drawn] if drawn is not None else []


def zone_of(place: Place) -> Zone:
    """The circle asked about, as maps take it."""
    return Zone({"type": "Point", "coordinates": [place.lon, place.lat]}, radius_m=place.radius_m)
