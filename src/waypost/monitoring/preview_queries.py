"""What may be asked of previews: how far one has come, what it found, whether it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.errors import Refused
from waypost.monitoring import parameter_lifecycle as lifecycle
from waypost.monitoring.models import ParameterPreview
from waypost.monitoring.parameter_queries import find_revision, matter_of
from waypost.rules.comparing import Tally


@dataclass(frozen=True, slots=True)
class PreviewSeen:
    """One preview of a revision.

    done, persons   wearers looked at so far, and all that are to be
    sample_size     None: everybody
    stale           why it can no longer be proposed or approved on; "" while it can
    data            digest of the rows read; empty while it is under way
    """

    number: int
    status: str
    message: str
    base_number: int
    asked_at: datetime
    ended_at: datetime | None
    from_at: datetime
    to_at: datetime
    done: int
    persons: int
    sample_size: int | None
    tally: Tally
    stale: str
    rules_version: str
    code_version: str
    lake_version: int | None
    log_position: int | None
    data: str

    @property
    def under_way(self) -> bool:
        return self.status in {"waiting", "running"}

    @property
    def percent(self) -> int:
        return 100 * self.done // self.persons if self.persons else 0


def preview_of(revision_id: int, by: Posted, *, now: datetime) -> PreviewSeen | None:
    """The newest preview of a revision; of a published one, the one that its approval rests on."""
    may.check(by, Permission.PARAMETER_READ)
    row = find_revision(revision_id)
    found = row.previews.order_by("-pk")
    if row.preview_id is not None:
        found = found.filter(pk=row.preview_id)
    preview = found.first()
    if preview is None:
        return None
    stale = ""
    if preview.status == "done" and row.published_at is None:
        try:
            lifecycle.check_preview(matter_of(row, now=now), now)
        except Refused as refusal:
            stale = str(refusal)
    return _seen(preview, stale)


def _seen(row: ParameterPreview, stale: str) -> PreviewSeen:
    return PreviewSeen(
        number=row.pk,
        status=row.status,
        message=row.message,
        base_number=row.base_id,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        from_at=row.from_at,
        to_at=row.to_at,
        done=row.done_count,
        persons=row.person_count,
        sample_size=row.sample_size,
        tally=Tally.of_json(row.result) if row.status == "done" else Tally(),
        stale=stale,
        rules_version=row.rules_version,
        code_version=row.code_version,
        lake_version=row.lake_version,
        log_position=row.log_position,
        data=row.data_digest,
    )
