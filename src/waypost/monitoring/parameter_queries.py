"""What may be asked of the rules' numbers: which were in force when, who wrote and approved them.

`timeline` and `timeline_mark` are the worker's; the rest is for pages and asks "may I?" itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import Count, F, Max, Sum

from waypost.access import may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.errors import NoSuchThing
from waypost.monitoring import parameter_lifecycle as lifecycle
from waypost.monitoring.models import ParameterMove, ParameterPreview, ParameterRevision
from waypost.monitoring.parameter_lifecycle import Act, Matter, Previewed, Status
from waypost.rules.parameter_form import Difference, differences, parameters_of, unstated
from waypost.rules.timeline import InForce, ParameterTimeline
from waypost.rules.values import RULES_VERSION, Parameters

MACHINE_NAME = "Waypost"
NONE_SUCH = "There is no such revision."
NUMBER_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class RevisionSeen:
    """A revision as of now. until_at: from when the next one is, or will be, in force."""

    number: int
    status: Status
    author: str
    made_at: datetime
    reason: str
    effective_from: datetime | None
    until_at: datetime | None
    approver: str
    published_at: datetime | None
    parameters: Parameters
    unstated: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class ParameterMoveSeen:
    at: datetime
    by: str
    from_status: str
    to_status: str
    note: str


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """One revision: what it has differently from the one it follows, and what may be done.

    base        the revision it follows, or would; None for the first
    acts        open to the asker, in this status
    may_edit    it is the asker's own draft
    is_own      the asker wrote it
    """

    revision: RevisionSeen
    base: RevisionSeen | None
    differences: list[Difference]
    moves: list[ParameterMoveSeen]
    acts: tuple[Act, ...]
    may_edit: bool
    may_write: bool
    is_own: bool


def timeline() -> ParameterTimeline:
    """The published revisions by when each comes into force; the code's numbers where no worker
    has written the first yet."""
    entries = tuple(
        InForce(row.effective_from, parameters_of(row.values), row.pk) for row in published()
    )
    return ParameterTimeline(entries or (InForce(None, Parameters()),))


def speeds() -> list[tuple[int, float]]:
    """The fastest possible that judging goes by, from when: so that a track says of a fix what
    judging made of it."""
    return [(one.from_us, one.parameters.speed_max_mps) for one in timeline().entries]


def timeline_mark() -> tuple[int, ...]:
    """Another whenever the time line is another; one small statement, asked on every round."""
    rows = ParameterRevision.objects.filter(status=Status.PUBLISHED.value)
    found = rows.aggregate(count=Count("pk"), last=Max("pk"), versions=Sum("version"))
    return tuple(value or 0 for value in found.values())


def published() -> list[ParameterRevision]:
    """Published revisions, the first from the beginning, then by when they come into force."""
    rows = ParameterRevision.objects.filter(status=Status.PUBLISHED.value)
    return list(rows.order_by(F("effective_from").asc(nulls_first=True)))


def revisions(by: Posted, *, now: datetime) -> list[RevisionSeen]:
    """All of them, newest first."""
    may.check(by, Permission.PARAMETER_READ)
    return _seen(ParameterRevision.objects.order_by("-pk"), now)


def newest_revision(by: Posted, *, now: datetime) -> RevisionSeen:
    """The newest published, which a draft would follow."""
    may.check(by, Permission.PARAMETER_READ)
    return _seen([latest()], now)[0]


def revision_page(revision_id: int, by: Posted, *, now: datetime) -> RevisionPage:
    may.check(by, Permission.PARAMETER_READ)
    row = find_revision(revision_id)
    (seen,) = _seen([row], now)
    base = _base(row)
    matter = matter_of(row, now=now)
    names = _names(move.officer_id for move in row.moves.all())
    return RevisionPage(
        revision=seen,
        base=_seen([base], now)[0] if base else None,
        differences=differences(parameters_of(base.values), seen.parameters) if base else [],
        moves=[_move(move, names) for move in row.moves.order_by("pk")],
        acts=tuple(act for act in lifecycle.allowed_acts(seen.status) if _may(by, matter, act)),
        may_edit=seen.status is Status.DRAFT and _is_own(by, row),
        may_write=may.decide(by, Permission.PARAMETER_WRITE).allowed,
        is_own=_is_own(by, row),
    )


def find_revision(revision_id: int) -> ParameterRevision:
    """The record. NoSuchThing when there is none."""
    rows = ParameterRevision.objects.filter(pk=min(revision_id, NUMBER_MAX))
    if (found := rows.first()) is None:
        raise NoSuchThing(NONE_SUCH)
    return found


def latest() -> ParameterRevision:
    """The newest published: what a draft would supersede. NoSuchThing before the first."""
    rows = published()
    if not rows:
        raise NoSuchThing("No worker has run yet; the first writes the numbers it starts with.")
    return rows[-1]


def matter_of(
    row: ParameterRevision, *, effective_from: datetime | None = None, now: datetime
) -> Matter:
    """What deciding about the revision rests on.

    effective_from   the time proposed for it; its own where none is
    """
    newest = latest()
    return Matter(
        revision_id=row.pk,
        status=_standing(row, _next_from(), now),
        author_id=row.author_id,
        digest=row.digest,
        latest_id=newest.pk,
        latest_digest=newest.digest,
        latest_from_at=newest.effective_from,
        effective_from=effective_from or row.effective_from,
        preview=_previewed(row),
        rules_version=RULES_VERSION,
    )


def latest_preview(row: ParameterRevision) -> ParameterPreview | None:
    """The newest finished preview of the revision."""
    return row.previews.filter(status="done").order_by("-pk").first()


def permission_of(act: Act) -> Permission:
    return Permission.PARAMETER_WRITE if act is Act.PROPOSE else Permission.PARAMETER_APPROVE


def _previewed(row: ParameterRevision) -> Previewed | None:
    found = latest_preview(row)
    if found is None or found.ended_at is None:
        return None
    return Previewed(found.digest, found.base_id, found.rules_version, found.ended_at)


def _may(by: Posted, matter: Matter, act: Act) -> bool:
    """Whether they are one who could: a button that would always refuse them is none."""
    own = by.officer_id == matter.author_id
    if (act is Act.PROPOSE and not own) or (act in {Act.APPROVE, Act.REFUSE} and own):
        return False
    return may.decide(by, permission_of(act)).allowed


def _is_own(by: Posted, row: ParameterRevision) -> bool:
    return by.officer_id is not None and by.officer_id == row.author_id


def _base(row: ParameterRevision) -> ParameterRevision | None:
    """The published revision before this one; for one not published, the newest."""
    rows = published()
    before = [one.pk for one in rows].index(row.pk) if row in rows else len(rows)
    return rows[before - 1] if before else None


def _next_from() -> dict[int, datetime | None]:
    """By published revision, from when the one after it is in force."""
    rows = published()
    return {row.pk: after.effective_from for row, after in pairwise(rows)}


def _standing(
    row: ParameterRevision, next_from: dict[int, datetime | None], now: datetime
) -> Status:
    return lifecycle.standing(Status(row.status), row.effective_from, next_from.get(row.pk), now)


def _seen(rows: Iterable[ParameterRevision], now: datetime) -> list[RevisionSeen]:
    listed = list(rows)
    next_from = _next_from()
    names = _names(one for row in listed for one in (row.author_id, row.approver_id))
    return [
        RevisionSeen(
            number=row.pk,
            status=_standing(row, next_from, now),
            author=_name(row.author_id, names),
            made_at=row.made_at,
            reason=row.reason,
            effective_from=row.effective_from,
            until_at=next_from.get(row.pk),
            approver="" if row.published_at is None else _name(row.approver_id, names),
            published_at=row.published_at,
            parameters=parameters_of(row.values),
            unstated=unstated(row.values),
            version=row.version,
        )
        for row in listed
    ]


def _move(move: ParameterMove, names: dict[int, str]) -> ParameterMoveSeen:
    who = _name(move.officer_id, names)
    return ParameterMoveSeen(move.at, who, move.from_status, move.to_status, move.note)


def _name(officer_id: int | None, names: dict[int, str]) -> str:
    return MACHINE_NAME if officer_id is None else names.get(officer_id, "somebody who left")


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return dict(Officer.objects.filter(pk__in=wanted).values_list("pk", "display_name"))
