"""The papers of a proximity alert, drawn and not yet kept: exhibits, statement, schedule, approval,
an expert's report, and the signed bundle of them.

What a match weighs stands in the expert's report alone.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from waypost.access.models import Officer
from waypost.access.queries import organisation_of
from waypost.access.values import Posted
from waypost.clock import write_instant
from waypost.documents import papers
from waypost.documents.actions import sign_bundle
from waypost.documents.cells import safe_cell
from waypost.documents.models import Document
from waypost.documents.papers import Prepared
from waypost.documents.queries import content_of
from waypost.documents.values import Facts, Paragraph, Signature
from waypost.matching.queries import MatchRow
from waypost.offences.values import CRIME_TYPES
from waypost.review import exhibits, gathering, known_rates
from waypost.review.exhibits import Observed, both_times
from waypost.review.models import ProximityAlert, Review
from waypost.review.values import AGREED

CENTRE = "The monitoring centre"
ANALYST, SECOND, EXPERT = "police analyst", "authorising officer", "expert"
PAPERS = ("proximity_alert", "witness_statement", "undermining")
READ_ME = """This bundle is evidence of a match between a recorded offence and a tag.

It does not show that the wearer committed or witnessed a crime, and rules out nobody else, wearing
a tag or not. It is limited to the programme's wearers and to times at which the tag could be
monitored. Before it is relied on, ask whether it was corrected: whoever was sent it is told, by
number.

proximity-alert       the exhibits
witness-statement     of the analyst who qualified the match
undermining           what might undermine it, or assist the wearer
alert-approval        the second person's signature
fixes.csv, .geojson   the fixes, as observed
alert.json            what it rests on

Check that it is whole and ours:  waypost evidence verify BUNDLE
Times are UTC and local. A text that a spreadsheet would run as a formula has an apostrophe before
it.
"""


def drawn(
    found: Review, match: MatchRow, seen: Observed, others: Sequence[Review], reference: str,
    statement: str, by: Posted, now: datetime,
) -> list[Prepared]:  # fmt: skip
    """others: the reviews of every other wearer of the offence, in the order of their letters."""
    zone = settings.WALL_ZONE
    every, maker = _every(match, reference, by, now), _maker(by, ANALYST)
    alert = papers.prepare(
        "proximity_alert", words=every | maker | _offence(match) | _about(found, match),
        slots={
            "tracks": exhibits.tracks(seen, reference, zone),
            "detail": exhibits.detail(seen, reference),
            "key": exhibits.key(reference),
            "table": exhibits.table(seen, reference, zone),
            "coverage": exhibits.coverage(seen, zone),
        },
        now=now,
    )  # fmt: skip
    named = {"person_name": _name(found), "person_reference": found.person.reference}
    said = papers.prepare(
        "witness_statement",
        words=every | maker | named | {"alert_sha256": hashlib.sha256(alert.pdf).hexdigest()},
        slots={
            "statement": [Paragraph(statement.strip())],
            "signature": [_signed(by, ANALYST, now)],
        },
        now=now,
    )  # fmt: skip
    schedule = papers.prepare(
        "undermining", words=every,
        slots={
            "rivals": gathering.rivals(found, others),
            "decisions": gathering.decisions(found),
            "earlier": gathering.earlier(found),
            "gaps": exhibits.gaps(seen, zone),
            "tampers": exhibits.tampers(seen, zone),
            "rates": known_rates.blocks(),
        },
        now=now,
    )  # fmt: skip
    return [alert, said, schedule]


def approval_of(
    made: ProximityAlert, match: MatchRow, checked: str, by: Posted, now: datetime
) -> Prepared:
    maker = str(Officer.objects.get(pk=made.made_by_id))
    words = _every(match, str(made.facts["reference"]), by, now) | _maker(by, SECOND)
    return papers.prepare(
        "alert_approval", words=words | {"alert_sha256": made.sha256, "maker": maker},
        slots={
            "checked": [Paragraph(checked.strip())],
            "signature": [_signed(by, SECOND, now)],
        },
        now=now,
    )  # fmt: skip


def opinion_of(
    made: ProximityAlert, match: MatchRow, qualifications: str, opinion: str, by: Posted,
    now: datetime,
) -> Prepared:  # fmt: skip
    """A named expert's report on what the match weighs."""
    reference = str(made.facts["reference"])
    words = _every(match, reference, by, now) | _maker(by, EXPERT) | _offence(match)
    return papers.prepare(
        "match_opinion", words=words | {"qualifications": qualifications.strip()},
        slots={
            "figures": [Facts(_figures(match))],
            "method": [Paragraph(
                "The method, its formulae and their sources stand in docs/matching.md of the "
                f"software, version {made.facts['code']}; the run is number {made.facts['run']}, "
                f"the data read have the fingerprint {made.facts['data']}."
            )],
            "rates": known_rates.blocks(),
            "opinion": [Paragraph(opinion.strip())],
            "signature": [_signed(by, EXPERT, now)],
        },
        now=now,
    )  # fmt: skip


def _every(match: MatchRow, reference: str, by: Posted, now: datetime) -> dict[str, str]:
    return {
        "reference": reference,
        "agency": organisation_of(by) or CENTRE,
        "made_on": both_times(now, settings.WALL_ZONE)[0],
        "crime_reference": match.offence.reference,
        "force": match.offence.force or "force not stated",
    }


def _maker(by: Posted, role: str) -> dict[str, str]:
    return {"author": by.name, "author_role": role}


def _offence(match: MatchRow) -> dict[str, str]:
    offence = match.offence
    return {
        "crime": CRIME_TYPES.get(offence.crime_type, offence.crime_type or "not stated"),
        "window": exhibits.window_words(offence, settings.WALL_ZONE),
    }


def _about(found: Review, match: MatchRow) -> dict[str, str]:
    offence = match.offence
    qualified = Review.objects.filter(
        force=found.force, reference=found.reference, status__in=AGREED
    ).count()
    live = gathering.orders_then(found.person_id, offence.from_at)
    zone = settings.WALL_ZONE
    orders = "; ".join(
        f"{kind}, from {both_times(from_at, zone)[0][:10]} to "
        f"{both_times(to_at, zone)[0][:10] if to_at else 'no end set'}"
        for kind, from_at, to_at in live
    )
    born = found.person.born_on
    batch = f"batch {offence.batch_id}" if offence.batch_id else ""
    return {
        "place": exhibits.place_words(offence),
        "person_name": _name(found),
        "person_reference": found.person.reference,
        "born_on": f"{born.day} {born:%B %Y}" if born else "on a date not recorded",
        "order": orders or "none live at the time",
        "match_count": str(qualified),
        "asked_by": ", ".join(part for part in (offence.force, batch) if part) or "The police",
    }  # fmt: skip


def _name(found: Review) -> str:
    return found.person.full_name or "name not recorded"


def _signed(by: Posted, role: str, now: datetime) -> Signature:
    """Whoever signs has just proved again that it is they; nothing else stands for a signature."""
    local, utc = both_times(now, settings.WALL_ZONE)
    return Signature(
        (
            ("Signed electronically by", by.name),
            ("Role", role),
            ("On", f"{local} ({utc} UTC)"),
            ("How", "after proving again, to the system, that it is they"),
        )
    )


def _figures(match: MatchRow) -> tuple[tuple[str, str], ...]:
    weighed: Mapping[str, float | None] = match.weighed or {}

    def said(name: str, form: str) -> str:
        value = weighed.get(name)
        return "not known" if value is None else format(value, form)

    return (
        ("Class", match.verdict.replace("_", " ")),
        ("Likelihood ratio", f"{said('likelihood_ratio', ',.2g')}: so many times likelier are "
         "these fixes if the tag was at the place in the window than by its own habit"),
        ("Base rate", f"{said('base_rate', '.2g')}: the share of the time that the tag is within "
         "the place, by its own fixes and everybody’s"),
        ("Expected by chance", f"{said('expected_by_chance', '.2g')} tags in scope would be "
         "within the place at a random instant"),
        ("Presence", f"{said('presence', '.3f')}: the highest chance, over the window, that the "
         "tag was within the place"),
        ("Score", f"{match.score:.3f}: orders reading; of made-up matches with this score such a "
         "share was of whoever did it"),
    )  # fmt: skip


def files_of(seen: Observed, made: ProximityAlert, zone: str) -> list[tuple[str, str, bytes]]:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [safe_cell(cell) for cell in row] for row in exhibits.csv_rows(seen, zone)
    )
    told = json.dumps(exhibits.geojson(seen, zone), ensure_ascii=False, indent=1, sort_keys=True)
    stem = f"proximity-alert-{made.review_id}-{made.number}"
    return [
        (f"{stem}-fixes.csv", "text/csv", out.getvalue().encode()),
        (f"{stem}-fixes.geojson", "application/geo+json", told.encode()),
    ]


def bundle_of(made: ProximityAlert, approval: Prepared, now: datetime) -> bytes:
    """The papers as their maker signed them, byte for byte, the approval and the files."""
    rows = Document.objects.filter(pk__in=made.document_ids)
    files: dict[str, bytes] = {}
    for row in rows.order_by("pk"):
        ending = row.file_name.rsplit(".", 1)[-1]
        stem = "fixes" if row.kind == "alert_file" else row.kind.replace("_", "-")
        if row.kind == "alert_file" or row.kind in PAPERS:
            files[f"{stem}.{ending}"] = content_of(row.pk)
    files["alert-approval.pdf"], files["alert-approval.docx"] = approval.pdf, approval.docx
    about: dict[str, Any] = {
        "kind": "proximity alert", "reference": made.facts["reference"], "run": made.facts["run"],
        "data_digest": made.facts["data"], "code_version": made.facts["code"],
        "signed_at": write_instant(made.signed_at), "signed_by_officer": made.made_by_id,
        "signed_sha256": made.sha256, "approved_at": write_instant(now),
    }  # fmt: skip
    files["alert.json"] = json.dumps(about, indent=1, sort_keys=True, ensure_ascii=False).encode()
    files["read-me.txt"] = READ_ME.encode()
    return sign_bundle(files, about)


def fingerprint(drawn: Sequence[Prepared]) -> str:
    """Of the papers together: the hash of their hashes, in their order."""
    parts = [hashlib.sha256(one.pdf).hexdigest() for one in drawn]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
