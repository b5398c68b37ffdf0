"""A look at many people at once: opened with a reason, kept, and open for half an hour.

    reason -> Look and its audit line -> pages of it, each with a line about each person shown

Who is looked at is not known before one looks, so the reason is stated for all of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, Refused
from waypost.matching.models import Look

LASTS = timedelta(minutes=30)
REASON_MIN, REASON_MAX = 10, 500
NUMBER_MAX = 2**63 - 1
ENDED = "This look has lasted half an hour and has ended. State your reason again to go on."
NO_LOOK = "State your reason first: this look is not open to you."
REASON = (
    "Say in a sentence why you need to look, such as the investigation that it is for: whoever "
    "reviews the look has only that."
)


class LookKind(StrEnum):
    COVERAGE = "coverage"  # everybody who may be searched, against one offence
    EXCLUSION = "exclusion"  # one person against one offence
    SERIES = "series"  # several offences: who was at which
    TOGETHER = "together"  # several people at one offence


OPENED = {
    LookKind.COVERAGE: "coverage:opened",
    LookKind.EXCLUSION: "exclusion:opened",
    LookKind.SERIES: "series:opened",
    LookKind.TOGETHER: "together:opened",
}


@transaction.atomic
def open_look(
    kind: LookKind, offence_id: int | None, reason: str, *, by: Posted, now: datetime
) -> Look:
    """A look, with its line (OPENED), about nobody yet.

    raises   Refused without the permission, or where no reason is given
    """
    may.check(by, Permission.MATCH_READ)
    said = " ".join(reason.split())[:REASON_MAX]
    if len(said) < REASON_MIN:
        raise Refused(REASON)
    look = Look.objects.create(
        kind=kind.value, offence_id=offence_id, officer_id=by.officer_id, at=now, reason=said
    )
    audit.record(
        OPENED[kind], by=by, at=now, purpose=Purpose.CRIME_MAPPING,
        detail={"look": look.pk, "offence": offence_id},
    )  # fmt: skip
    return look


def look_of(
    look_id: int, kinds: tuple[LookKind, ...], offence_id: int | None, *, by: Posted, now: datetime
) -> Look:
    """The look of this number, if it is the asker's, of this, and lasts.

    raises   Refused where it is not; Conflict when it has ended
    """
    may.check(by, Permission.MATCH_READ)
    look = Look.objects.filter(pk=min(look_id, NUMBER_MAX), officer_id=by.officer_id).first()
    if look is None or look.kind not in kinds or look.offence_id != offence_id:
        raise Refused(NO_LOOK)
    if not timedelta(0) <= now - look.at < LASTS:
        raise Conflict(ENDED)
    return look
