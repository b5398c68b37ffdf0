"""What may be done with offences: take a delivery in, good rows kept as versions, the bytes too."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict
from waypost.offences.check import Progress, no_progress
from waypost.offences.delivery import check_delivery
from waypost.offences.lines import NotOneCsv, content_of
from waypost.offences.models import OffenceBatch
from waypost.offences.print import note_json, problem_json
from waypost.offences.slips import resent_an_hour_apart
from waypost.offences.values import Outcome
from waypost.offences.writing import once, write_versions

FILE_NAME_CHARACTERS_MAX = 200
AT_ONCE = (
    "Another delivery with the same crimes was being kept in this moment, and nothing of this one "
    "was: send it again."
)


def take_delivery(
    data: bytes, file_name: str, *, by: Posted, now: datetime, progress: Progress = no_progress
) -> OffenceBatch:
    """Keep a delivery with its outcome, and its accepted offences as versions.

    A FAILED or ERROR delivery is kept too, so that its sender can be told what was wrong. The same
    CSV again, in another e-mail or under another name, changes nothing and gives the batch it made
    the first time. An offence that was sent before and says something else becomes a new version;
    one that says the same stays as it is.

    data       a CSV of either kind, or an e-mail with exactly one
    progress   told now and then what is done to the rows, and to how many so far
    raises     Refused without the permission to upload; Conflict where another delivery was kept
               in the same moment
    """
    may.check(by, Permission.OFFENCE_UPLOAD)
    digest = delivery_digest(data)
    known = OffenceBatch.objects.filter(digest=digest).first()
    if known is not None:  # before the rows are read again; asked once more below
        return known
    outcome = check_delivery(data, now=now, progress=progress)  # may take seconds: no transaction
    offences = once(outcome.accepted)
    with transaction.atomic():
        batch, made = OffenceBatch.objects.get_or_create(
            digest=digest, defaults=_columns(outcome, data, file_name, by, now)
        )
        if not made:
            return batch
        try:
            written = write_versions(batch, offences, now, progress)
        except IntegrityError:
            raise Conflict(AT_ONCE) from None
        resent = resent_an_hour_apart(written.resent)
        notes = [*outcome.notes, resent] if resent else outcome.notes
        batch.new_count, batch.changed_count = written.new, written.changed
        batch.notes = [note_json(note) for note in notes]
        batch.save(update_fields=["new_count", "changed_count", "notes"])
        audit.record(
            "offences:taken",
            by=by,
            at=now,
            detail={
                "batch": batch.pk,
                "status": batch.status,
                "accepted": batch.accepted_count,
                "refused": batch.refused_count,
                "versions": written.new + written.changed,
                "notes": [note.type for note in notes],
            },
        )
    return batch


def delivery_digest(data: bytes) -> str:
    """What makes two deliveries the same: the CSV in them, 64 hex digits. E-mails differ each time
    they are sent; of what holds no one CSV it is all of it."""
    try:
        content = content_of(data)
    except NotOneCsv:
        content = data
    return hashlib.sha256(content).hexdigest()


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
