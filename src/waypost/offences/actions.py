"""What may be done with offences: take a delivery in, good rows kept as versions, the bytes too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.clock import write_instant
from waypost.offences.check import check_police_csv
from waypost.offences.models import OffenceBatch, OffenceVersion
from waypost.offences.print import problem_json
from waypost.offences.values import Offence, Outcome

CHUNK = 500  # offences whose versions are looked up together
FILE_NAME_CHARACTERS_MAX = 200


def take_delivery(data: bytes, file_name: str, *, by: Posted, now: datetime) -> OffenceBatch:
    """Keep a delivery with its outcome, and its accepted offences as versions.

    A FAILED or ERROR delivery is kept too, so that its sender can be told what was wrong. The same
    bytes again change nothing and give the batch they made the first time. An offence that was sent
    before and says something else becomes a new version; one that says the same stays as it is.

    raises   Refused without the permission to upload
    """
    may.check(by, Permission.OFFENCE_UPLOAD)
    digest = hashlib.sha256(data).hexdigest()
    outcome = check_police_csv(data, now=now)  # before the transaction: it may take seconds
    with transaction.atomic():
        batch, made = OffenceBatch.objects.get_or_create(
            digest=digest, defaults=_columns(outcome, data, file_name, by, now)
        )
        if not made:
            return batch
        written = sum(_write(batch, chunk, now) for chunk in _chunks(outcome.accepted))
        audit.record(
            "offences:taken",
            by=by,
            at=now,
            detail={
                "batch": batch.pk,
                "status": batch.status,
                "accepted": batch.accepted_count,
                "refused": batch.refused_count,
                "versions": written,
            },
        )
    return batch


def _columns(
    outcome: Outcome, data: bytes, file_name: str, by: Posted, now: datetime
) -> dict[str, object]:
    return {
        "batch_id": outcome.batch or "",
        "force": outcome.force or "",
        "status": outcome.status.value,
        "file_name": file_name.replace("\x00", "")[-FILE_NAME_CHARACTERS_MAX:],
        "content": data,
        "received_at": now,
        "officer_id": by.officer_id,
        "accepted_count": len(outcome.accepted),
        "refused_count": outcome.refused_count,
        "outcome": [
            # PostgreSQL keeps no NUL in JSON: what was sent stands in `content`.
            {**problem_json(each), "value": each.value and each.value.replace("\x00", "\ufffd")}
            for each in outcome.problems
        ],
    }


def _write(batch: OffenceBatch, offences: Sequence[Offence], now: datetime) -> int:
    """New versions of those that are new or say something new; how many."""
    references = {offence.reference for offence in offences}
    rows = OffenceVersion.objects.filter(
        force=offences[0].force, reference__in=references, current=True
    )
    known = {row.reference: row for row in rows}
    fresh: dict[str, OffenceVersion] = {}
    for offence in offences:
        before, digest = known.get(offence.reference), offence_digest(offence)
        if offence.reference not in fresh and (before is None or before.digest != digest):
            version = before.version + 1 if before else 1
            fresh[offence.reference] = _version(offence, version, digest, batch, now)
    stale = [known[reference].pk for reference in fresh if reference in known]
    OffenceVersion.objects.filter(pk__in=stale).update(current=False)
    OffenceVersion.objects.bulk_create(fresh.values())
    return len(fresh)


def _version(
    offence: Offence, version: int, digest: str, batch: OffenceBatch, now: datetime
) -> OffenceVersion:
    return OffenceVersion(
        force=offence.force,
        reference=offence.reference,
        version=version,
        crime_type=offence.crime_type,
        batch=batch,
        line=offence.line,
        from_at=offence.from_at,
        to_at=offence.to_at,
        lat=offence.lat,
        lon=offence.lon,
        easting_m=offence.easting_m,
        northing_m=offence.northing_m,
        radius_m=offence.radius_m,
        text=offence.text,
        digest=digest,
        known_at=now,
    )


def offence_digest(offence: Offence) -> str:
    """What the offence says, whatever file, batch and line it came in: 64 hex digits."""
    says = [
        offence.crime_type,
        write_instant(offence.from_at),
        write_instant(offence.to_at),
        repr(offence.lat),
        repr(offence.lon),
        repr(offence.easting_m),
        repr(offence.northing_m),
        repr(offence.radius_m),
        offence.text,
    ]
    return hashlib.sha256(json.dumps(says).encode()).hexdigest()


def _chunks(offences: Sequence[Offence]) -> Iterator[Sequence[Offence]]:
    for start in range(0, len(offences), CHUNK):
        yield offences[start : start + CHUNK]
