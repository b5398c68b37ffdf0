"""The 18-column matches file that forces read today: approved matches, and whom they are about.

It names people, so that it is asked for with a reason, and each person in it has a line. What this
house does not hold (addresses; an id that nobody entered) is left empty, never guessed. Of several
ids of a kind the newest that stands is given.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted, Purpose
from waypost.clock import write_instant
from waypost.devices.models import Device
from waypost.documents.cells import safe_cell
from waypost.errors import Refused
from waypost.identity.queries import standing_ids
from waypost.identity.values import IdKind
from waypost.offences.queries import offences_by_number
from waypost.offences.values import Offence
from waypost.orders.models import Activation
from waypost.orders.queries import cases_of, hidden_person_ids
from waypost.review.models import Review
from waypost.review.values import AGREED, REASON_MIN

# As the ministry's file has them (domain page).
COLUMNS = (
    "POLICE FORCE", "BATCH ID", "CRIME REF", "CRIME TYPE", "FROM DATE/TIME", "TO DATE/TIME",
    "CRIME LATITUDE", "CRIME LONGITUDE", "OTHER INFO", "DEVICE ID", "DEVICE NAME",
    "SUBJECT IDENTIFIER", "OFFENDER NAME", "NOMIS ID", "PNC REF", "OFFENDER ADDRESS",
    "OFFENDER DATE OF BIRTH", "OFFENDER MANAGER",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One approved match with whom it is about."""

    offence: Offence
    device_reference: str
    device_name: str
    person_reference: str
    name: str
    born_on: str
    manager: str
    nomis: str = ""
    pnc: str = ""


def cells(one: Line) -> list[str]:
    """The 18 cells; times are UTC, as the offence file has them."""
    offence = one.offence
    texts = (
        offence.force, offence.batch_id, offence.reference, offence.crime_type,
        write_instant(offence.from_at), write_instant(offence.to_at), f"{offence.lat:.6f}",
        f"{offence.lon:.6f}", offence.text, one.device_reference, one.device_name,
        one.person_reference, one.name, one.nomis, one.pnc, "", one.born_on, one.manager,
    )  # fmt: skip
    return [safe_cell(text) for text in texts]


def csv_of(lines: Sequence[Line]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(cells(one) for one in lines)
    return out.getvalue().encode()


def approved_matches(reason: str, *, by: Posted, now: datetime) -> tuple[bytes, str]:
    """Every match that a second person approved and that stands, and the file's name; leaves a line
    about each person in it.

    raises   Refused without a reason that says something
    """
    may.check(by, Permission.MATCH_REVIEW)
    if len(reason.strip()) < REASON_MIN:
        raise Refused("Say why you need the names: a sentence, not a word.")
    hidden = hidden_person_ids(by, Permission.MATCH_READ, now=now)
    found = list(
        Review.objects.filter(status__in=AGREED)
        .exclude(person_id__in=hidden)
        .select_related("person", "match")
        .order_by("force", "reference", "person_id")
    )
    offences = offences_by_number([one.match.offence_id for one in found])
    tags = _tags([one.match.activation_id for one in found])
    people = [one.person_id for one in found]
    managers = _managers(people, now)
    prison, police = (standing_ids(people, kind) for kind in (IdKind.NOMIS, IdKind.PNC))
    content = csv_of(
        [
            Line(
                offences[one.match.offence_id], *tags.get(one.match.activation_id, ("", "")),
                one.person.reference, one.person.full_name,
                one.person.born_on.isoformat() if one.person.born_on else "",
                managers.get(one.person_id, ""), prison.get(one.person_id, ""),
                police.get(one.person_id, ""),
            )
            for one in found
        ]
    )  # fmt: skip
    with transaction.atomic():
        for person_id in sorted({one.person_id for one in found}):
            mine = [one.pk for one in found if one.person_id == person_id]
            audit.record(
                "review:exported", by=by, at=now, about=person_id, purpose=Purpose.CRIME_MAPPING,
                detail={"reviews": mine},
            )  # fmt: skip
        audit.record(
            "review:file_made", by=by, at=now, purpose=Purpose.CRIME_MAPPING,
            detail={"matches": len(found), "reason_characters": len(reason.strip())},
        )  # fmt: skip
    return content, f"matches-{now:%Y%m%d-%H%M%S}.csv"


def _tags(activations: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Activation -> the device's own id and what is written on it."""
    worn = Activation.objects.filter(pk__in=activations).values_list("pk", "device_reference")
    by_activation = dict(worn)
    serials = Device.objects.filter(reference__in=set(by_activation.values()))
    names = {one.reference: one.serial or one.model for one in serials}
    return {pk: (reference, names.get(reference, "")) for pk, reference in by_activation.items()}


def _managers(persons: Sequence[int], now: datetime) -> Mapping[int, str]:
    """The responsible officers now."""
    cases = cases_of(persons, now=now)
    ids = {one for case in cases.values() for one in case.officer_ids}
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=ids)}
    return {
        person_id: ", ".join(sorted(names[one] for one in case.officer_ids if one in names))
        for person_id, case in cases.items()
    }
