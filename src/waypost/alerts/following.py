"""What alerts make of news from judging, in the transaction that saved it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from waypost.alerts.atv import after_news
from waypost.alerts.raising import judge_changes
from waypost.rules.news import News, TagReport


def follow(changes: Sequence[News], *, now: datetime, tag_reports: Sequence[TagReport] = ()) -> int:
    """Add up absences, then let alerts follow, which ends in the audit line; how many moved."""
    added_up = after_news(changes, now=now)
    return added_up + judge_changes(changes, now=now, tag_reports=tag_reports)
