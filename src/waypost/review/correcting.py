"""When a match that evidence was made of is withdrawn or lessened: its story says so, and everybody
who was sent the evidence gets a numbered correction, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from waypost.access.values import MACHINE, Posted
from waypost.corrections.actions import put_right
from waypost.corrections.values import Change
from waypost.review.models import ProximityAlert, Review, ReviewMove
from waypost.review.values import NEWER_RUN, reference_of


def correct_alerts(
    found: Review, words: Sequence[str], change: Change, *, by: Posted, now: datetime
) -> None:
    """A correction of each proximity alert of the review that somebody was sent."""
    for alert in ProximityAlert.objects.filter(review=found).exclude(sent_at=None):
        put_right(reference_of(alert.pk), words, change, by=by, now=now)


def note_newer_run(found: Review, words: Sequence[str], change: Change, now: datetime) -> None:
    """A newer run says less of what was decided."""
    ReviewMove.objects.create(
        review=found, at=now, act=NEWER_RUN, from_status=found.status, to_status=found.status,
        match_id=found.match_id, words=" ".join(words),
    )  # fmt: skip
    correct_alerts(found, words, change, by=MACHINE, now=now)
