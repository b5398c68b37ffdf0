"""The words of corrections: what was said, how it stands, what became of the difference.

A statement (a warning, a breach report, a notification to the police) rests on alerts and on the
violations they speak of. `Said` is one of these as its recipients know it, `Stands` as it is now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

NO_SUCH_CORRECTION = "There is no such correction."


class Change(StrEnum):
    """What became of something that was said."""

    WITHDRAWN = "withdrawn"  # the violation was taken back
    LESSENED = "lessened"  # shorter, or less sure
    TIMES_CORRECTED = "times_corrected"  # neither, but not when it was said
    DECISION_FELL = "decision_fell"  # explained, excused, or fallen in a review
    STANDS_AGAIN = "stands_again"  # what was taken back is back


class What(StrEnum):
    """Kinds of statements that people act on."""

    WARNING = "warning"
    BREACH_REPORT = "breach_report"
    RECALL_REQUEST = "recall_request"
    POLICE_NOTIFICATION = "police_notification"
    PROXIMITY_ALERT = "proximity_alert"  # evidence of a match between an offence and a tag
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Said:
    """One ground of a statement, as last told. violation_id None: the decision on the alert.

    certainty, from_at, to_at, minutes   of the violation; of a decision they say nothing
    stands   of a violation: it was not withdrawn; of a decision: it was not found otherwise
    """

    alert_id: int
    violation_id: int | None
    stands: bool = True
    certainty: str = ""
    from_at: datetime | None = None
    to_at: datetime | None = None
    minutes: float = 0.0


Stands = Said  # the same words of how it is now


@dataclass(frozen=True, slots=True)
class Difference:
    """A ground that is no longer as its recipients know it."""

    change: Change
    said: Said
    stands: Stands


# Within what time a recipient is to say that they have it. The police may be on their way to an
# arrest; the others are our assumption: soon enough that nothing further is built on it.
ACKNOWLEDGE_WITHIN: dict[What, timedelta] = {
    What.POLICE_NOTIFICATION: timedelta(minutes=15),
    What.RECALL_REQUEST: timedelta(hours=1),
    What.PROXIMITY_ALERT: timedelta(hours=1),
    What.BREACH_REPORT: timedelta(hours=4),
    What.WARNING: timedelta(hours=24),
    What.OTHER: timedelta(hours=4),
}
