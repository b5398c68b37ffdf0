"""An alert as its page shows it: forms for what may be done, violations in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from waypost.alerts.lifecycle import NEEDS_WORDS
from waypost.alerts.queries import AlertPage, Inbox
from waypost.alerts.values import Act
from waypost.monitoring.queries import Standing
from waypost.rules.saying import STORED_TIME, how_sure
from waypost.rules.values import EVENT_KINDS
from waypost.web.presenters.outcomes import shape_words
from waypost.web.templatetags.waypost import length, local, when_words

AROUND = timedelta(hours=1)  # how much track to offer on either side of an alert


@dataclass(frozen=True, slots=True)
class ActForm:
    act: str
    button: str
    label: str  # of its text box
    needs_words: bool
    asks_outcome: bool


@dataclass(frozen=True, slots=True)
class ViolationShown:
    violation_id: int
    sentence: str
    shape: str  # late home, left early ...; empty where the alert's line says it all
    from_at: datetime
    to_at: datetime | None
    certainty: str
    length: str  # how long, in words
    reasons: tuple[str, ...]
    withdrawn: bool
    changes: tuple[tuple[datetime, str], ...]
    of_tag: bool = False  # judged from what the tag says, not from fixes


BUTTONS: dict[Act, tuple[str, str]] = {
    Act.ACKNOWLEDGE: ("Acknowledge", "Note (may be left empty)"),
    Act.TAKE_IN_HAND: ("Take in hand", "Note (may be left empty)"),
    Act.NOTE: ("Add note", "Note"),
    Act.EXPLAIN: ("Record the excuse", "What was the reasonable excuse, and how do you know?"),
    Act.UPHOLD: ("Uphold", "Why is it a breach of the requirement?"),
    Act.CLOSE: ("Close", "Note (may be left empty)"),
    Act.REOPEN: ("Reopen", "Why does it need looking at again?"),
}


@dataclass(frozen=True, slots=True)
class Pager:
    """Which alerts the page shows, and where the others stand; None where there is no page.

    of   how many the filters leave
    """

    first: int
    last: int
    of: int
    after: int
    pages_after: int
    previous: int | None
    next: int | None


def waiting(inbox: Inbox) -> dict[str, Any]:
    """How many alerts nobody has touched, the one of them that has waited longest, the pages."""
    listing = inbox.listing
    last = listing.before + listing.shown
    pager = Pager(
        first=listing.before + 1,
        last=last,
        of=listing.total - listing.left_out,
        after=listing.total - listing.left_out - last,
        pages_after=listing.pages - listing.page,
        previous=listing.page - 1 if listing.page > 1 else None,
        next=listing.page + 1 if listing.page < listing.pages else None,
    )
    return {
        "untouched": listing.untouched, "over_target": listing.over_target, "oldest": inbox.oldest,
        "pager": pager,
    }  # fmt: skip


def forms(acts: Iterable[Act]) -> list[ActForm]:
    return [
        ActForm(
            act.value, *BUTTONS[act], needs_words=act in NEEDS_WORDS, asks_outcome=act is Act.CLOSE
        )
        for act in acts
    ]


def violations(page: AlertPage) -> list[ViolationShown]:
    """Each violation behind the alert, with how it came to stand so."""
    return [_violation(one, page) for one in page.violations]


def _violation(one: Standing, page: AlertPage) -> ViolationShown:
    row, of_tag = one.row, one.row.kind in EVENT_KINDS
    changes = [
        (version.known_at, version.change.replace("_", " "))
        for version in page.versions
        if version.violation_id == one.violation_id
    ]
    return ViolationShown(
        violation_id=one.violation_id,
        sentence=how_sure(row),
        shape=shape_words(row),
        from_at=row.from_at,
        to_at=row.to_at,
        certainty=row.certainty.value,
        length="It lasts" if of_tag and row.to_at is None else _length(row.minutes),
        reasons=tuple(in_local_time(reason, row.from_at) for reason in row.reasons),
        withdrawn=row.withdrawn,
        changes=tuple(changes),
        of_tag=of_tag,
    )


def _length(minutes: float) -> str:
    """`2.1 minutes`, `3 h 05 min`; a single moment has no length to state."""
    if minutes == 0:
        return "One moment so far"
    return f"for {minutes:.1f} minutes" if minutes < 60 else f"for {length(60 * minutes)}"


def in_local_time(reason: str, beside: datetime) -> str:
    """A stored reason with its UTC times as the page's other times; the day only where it differs
    from that of `beside`, which stands above it."""

    def words(found: re.Match[str]) -> str:
        at = datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        same_day = local(at).date() == local(beside).date()
        return when_words(at, "clock" if same_day else "seconds")

    return STORED_TIME.sub(words, reason)


def strip_day(page: AlertPage) -> date:
    """The local day on which the last of its violations began."""
    last = max((one.row.from_at for one in page.violations), default=page.alert.from_at)
    return local(last).date()


def window(page: AlertPage, *, now: datetime) -> tuple[datetime, datetime]:
    """The stretch of track that an answer to this alert needs: an hour on either side of it."""
    ends = [one.row.to_at or now for one in page.violations] or [page.alert.from_at]
    return page.alert.from_at - AROUND, min(max(ends) + AROUND, now)
