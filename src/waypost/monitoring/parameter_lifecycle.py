"""The life of a revision of the rules' numbers, and the one table of its moves. Pure.

draft       being written by its author            proposed    waits for somebody else's leave
published   approved, comes into force later       in_force    what judging goes by now
superseded  a later one is in force                withdrawn   given up before it came into force

`decide` says what an act leads to, or refuses in words. Coming into force and being superseded are
no acts: `standing` reads them off the clock, so that nothing can forget them or be late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.errors import Refused


class Status(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"  # by somebody else: back to its author, with a reason
    WITHDRAW = "withdraw"


NEXT: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.PROPOSED, Status.WITHDRAWN}),
    Status.PROPOSED: frozenset({Status.DRAFT, Status.PUBLISHED, Status.WITHDRAWN}),
    Status.PUBLISHED: frozenset({Status.IN_FORCE, Status.WITHDRAWN}),
    Status.IN_FORCE: frozenset({Status.SUPERSEDED}),
    Status.SUPERSEDED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}
BY_TIME = frozenset({Status.IN_FORCE, Status.SUPERSEDED})  # the clock's, never an officer's
TARGET: dict[Act, Status] = {
    Act.PROPOSE: Status.PROPOSED,
    Act.REFUSE: Status.DRAFT,
    Act.APPROVE: Status.PUBLISHED,
    Act.WITHDRAW: Status.WITHDRAWN,
}
STATUS_WORDS = {
    Status.DRAFT: "a draft",
    Status.PROPOSED: "proposed",
    Status.PUBLISHED: "approved and not yet in force",
    Status.IN_FORCE: "in force",
    Status.SUPERSEDED: "superseded",
    Status.WITHDRAWN: "withdrawn",
}
# A tag's clock may run 2 minutes ahead of ours, and what has been judged stays judged: the numbers
# must be known well before the first fix that they judge.
NOTICE_MIN = timedelta(minutes=15)
AHEAD_MAX = timedelta(days=90)
PREVIEW_AGE_MAX = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Previewed:
    """A finished preview as deciding sees it: of which numbers, against which, by which rules."""

    digest: str
    base_id: int
    rules_version: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Matter:
    """What a decision about a revision rests on.

    status           as of now (`standing`)
    latest_id        the newest published revision: what this one would supersede
    latest_from_at   from when that is in force; None: from the beginning
    preview          its newest finished preview, if any
    """

    revision_id: int
    status: Status
    author_id: int | None
    digest: str
    latest_id: int
    latest_digest: str
    latest_from_at: datetime | None
    effective_from: datetime | None
    preview: Previewed | None
    rules_version: str


def standing(
    stored: Status, effective_from: datetime | None, next_from: datetime | None, now: datetime
) -> Status:
    """The status as of now. A published revision is in force from its instant to the next one's.

    effective_from   None: from the beginning
    next_from        from when the published revision after it is in force; None: there is none
    """
    if stored is not Status.PUBLISHED or (effective_from is not None and now < effective_from):
        return stored
    return Status.SUPERSEDED if next_from is not None and next_from <= now else Status.IN_FORCE


def allowed_acts(status: Status) -> tuple[Act, ...]:
    """What an officer may do to one that stands so: pages and `decide` ask the same."""
    return tuple(act for act in Act if TARGET[act] in NEXT[status] - BY_TIME)


def decide(matter: Matter, act: Act, *, by_id: int | None, reason: str, now: datetime) -> Status:
    """The status that the act leads to. Refused, in words, when it may not be done."""
    if act not in allowed_acts(matter.status):
        raise Refused(
            f"This revision is {STATUS_WORDS[matter.status]}, so you cannot {act.value} it; "
            f"{_choices(matter.status)}"
        )
    if by_id is None:
        raise Refused("New numbers are an officer's to propose and another officer's to approve.")
    own = by_id == matter.author_id
    if act is Act.PROPOSE and not own:
        raise Refused("Only its author proposes a draft; copy it to a draft of your own.")
    if act in {Act.APPROVE, Act.REFUSE} and own:
        raise Refused(
            "You wrote this revision; somebody else must decide on it. You may withdraw it."
        )
    if not reason.strip():
        raise Refused(f"Say why you {act.value} it; a court may ask.")
    if act in {Act.PROPOSE, Act.APPROVE}:
        check_preview(matter, now)
    if act is Act.APPROVE:
        _check_time(matter, now)
    if act is Act.WITHDRAW and matter.status is Status.PUBLISHED:
        _check_not_near(matter, now)
    return TARGET[act]


def check_may_edit(matter: Matter, *, by_id: int | None) -> None:
    """Refused unless it is a draft and theirs: what was proposed is looked at as it is."""
    if matter.status is not Status.DRAFT:
        raise Refused(
            f"This revision is {STATUS_WORDS[matter.status]} and cannot be changed; "
            "copy it to a new draft."
        )
    if by_id != matter.author_id:
        raise Refused("Only its author changes a draft; copy it to a draft of your own.")


def check_preview(matter: Matter, now: datetime) -> None:
    """Refused unless somebody could see what exactly these numbers would have done of late."""
    seen = matter.preview
    if matter.digest == matter.latest_digest:
        raise Refused("These numbers are the ones in force already; change at least one.")
    if seen is None or seen.digest != matter.digest:
        raise Refused(
            "Nobody has seen yet what exactly these numbers would have done to the last weeks; "
            "run the preview first."
        )
    if seen.base_id != matter.latest_id:
        raise Refused(
            f"Revision {matter.latest_id} was published since the preview; run the preview again."
        )
    if seen.rules_version != matter.rules_version:
        raise Refused("The rules' code has changed since the preview; run the preview again.")
    if now - seen.ended_at > PREVIEW_AGE_MAX:
        raise Refused(
            f"The preview is older than {PREVIEW_AGE_MAX.days} days; run the preview again."
        )


def offered(now: datetime) -> datetime:
    """A time to come into force for whoever opens the page now and approves in a while: a whole
    minute, still allowed a quarter of an hour later."""
    soonest = now + NOTICE_MIN + timedelta(minutes=15)
    return soonest.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _check_time(matter: Matter, now: datetime) -> None:
    at = matter.effective_from
    if at is None or at < now + NOTICE_MIN:
        minutes = NOTICE_MIN // timedelta(minutes=1)
        raise Refused(
            f"New numbers come into force {minutes} minutes from now at the earliest: what has "
            "been judged stays judged. Choose a later time."
        )
    if at > now + AHEAD_MAX:
        raise Refused(f"Choose a time within the next {AHEAD_MAX.days} days.")
    if matter.latest_from_at is not None and at <= matter.latest_from_at:
        raise Refused(
            f"Revision {matter.latest_id} comes into force only then or later; choose a time "
            "after it."
        )


def _check_not_near(matter: Matter, now: datetime) -> None:
    if matter.revision_id != matter.latest_id:
        raise Refused(f"Revision {matter.latest_id} follows it; withdraw that one first.")
    if matter.effective_from is None or matter.effective_from < now + NOTICE_MIN:
        raise Refused(
            "It is about to come into force and can no longer be withdrawn; write a new revision."
        )


def _choices(status: Status) -> str:
    acts = [act.value for act in allowed_acts(status)]
    return f"what can be done: {', '.join(acts)}." if acts else "nothing can be done to it."
