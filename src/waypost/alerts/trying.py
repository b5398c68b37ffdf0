"""Whether a row would have called somebody, had it come up live: for rules tried on the past."""

from __future__ import annotations

from datetime import datetime

from waypost.alerts.urgency import alert_kind, calls, held_until, is_worth_a_call
from waypost.rules.values import JudgedViolation


def would_call(row: JudgedViolation, now: datetime) -> bool:
    """Whether somebody would have been called on the row by `now`, had it come up live. Kinds of
    row that make no alert call nobody, nor does what fixes only allow."""
    if not is_worth_a_call(row.kind, row.certainty):
        return False
    try:
        kind = alert_kind(row.kind, row.certainty, row.how)
    except ValueError:
        return False
    told_at = min(max(row.raised_at, held_until(kind, row.from_at)), now)
    ended = row.to_at is not None and row.to_at <= told_at
    return calls(kind, row.from_at, row.to_at if ended else None, told_at)
