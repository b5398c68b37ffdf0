"""An alert as its page shows it: forms for what may be done, violations in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.alerts.lifecycle import NEEDS_WORDS
from waypost.alerts.queries import AlertPage
from waypost.alerts.values import Act
from waypost.monitoring.queries import Standing
from waypost.monitoring.values import Certainty

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
    sentence: str
    from_at: datetime
    to_at: datetime | None
    certainty: str
    minutes: float
    reasons: tuple[str, ...]
    withdrawn: bool
    changes: tuple[tuple[datetime, str], ...]


BUTTONS: dict[Act, tuple[str, str]] = {
    Act.ACKNOWLEDGE: ("Acknowledge", "Note (may be left empty)"),
    Act.TAKE_IN_HAND: ("Take in hand", "Note (may be left empty)"),
    Act.NOTE: ("Add note", "Note"),
    Act.EXPLAIN: ("Record the excuse", "What was the reasonable excuse, and how do you know?"),
    Act.UPHOLD: ("Uphold", "Why is it a breach of the requirement?"),
    Act.CLOSE: ("Close", "Note (may be left empty)"),
    Act.REOPEN: ("Reopen", "Why does it need looking at again?"),
}
HOW_SURE: dict[Certainty, str] = {
    Certainty.CERTAIN: "Several fixes show it, each with its whole accuracy circle.",
    Certainty.PROBABLE: "One fix shows it well beyond its accuracy circle; another must confirm.",
    Certainty.POSSIBLE: "The fixes allow it and do not settle it.",
    Certainty.CANNOT_TELL: "There is no usable fix: nothing is known for this time, either way.",
}


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
    row = one.row
    changes = [
        (version.known_at, version.change.replace("_", " "))
        for version in page.versions
        if version.violation_id == one.violation_id
    ]
    return ViolationShown(
        sentence=HOW_SURE[row.certainty],
        from_at=row.from_at,
        to_at=row.to_at,
        certainty=row.certainty.value,
        minutes=row.minutes,
        reasons=row.reasons,
        withdrawn=row.withdrawn,
        changes=tuple(changes),
    )


def window(page: AlertPage, *, now: datetime) -> tuple[datetime, datetime]:
    """The stretch of track that an answer to this alert needs: an hour on either side of it."""
    ends = [one.row.to_at or now for one in page.violations] or [page.alert.from_at]
    return page.alert.from_at - AROUND, min(max(ends) + AROUND, now)
