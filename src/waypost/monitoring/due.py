"""Ticks: a person is judged when time alone may have changed something, though nothing arrived."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from waypost.jobs import due
from waypost.monitoring.actions import mark_persons
from waypost.monitoring.live import attempt, judge_one, load
from waypost.monitoring.planbook import PlanBook
from waypost.monitoring.saving import JUDGE_DUE, Judged, lock_cursor, save
from waypost.rules.news import Follower

PERSONS_AT_ONCE = 500


def run_due(
    book: PlanBook, follow: Follower, *, revision_id: int, as_of: datetime, now: datetime
) -> int:
    """Judge persons whose time has come; how many. Outrun when somebody else judged one of them.

    as_of   up to then everything received has been judged: a later time would take a fix that
            waits in the log for missing
    """
    rows = due.past(JUDGE_DUE, now=as_of, limit=PERSONS_AT_ONCE)
    if not rows:
        return 0
    person_ids = [int(row.subject) for row in rows]
    loaded = load(person_ids, book)
    judged: list[Judged] = []
    failed: dict[int, datetime] = {}
    for person_id, kept in loaded.states.items():
        old = loaded.moving.get(person_id, [])
        judging = partial(judge_one, book, person_id, kept, None, old, as_of)
        one = attempt(person_id, judging)
        if one is None:
            failed[person_id] = kept.packed.folded_to or now
        else:
            judged.append(one)
    unread = set(person_ids) - set(loaded.states)  # no state, or one that cannot be gone on from
    anew = {one: start for one in unread if (start := book.starts_at(one)) is not None}
    judged_ids = {one.person_id for one in judged}
    gone = [str(person_id) for person_id in person_ids if person_id not in judged_ids]
    with transaction.atomic():
        lock_cursor(now=now)
        news = save(judged, revision_id=revision_id, now=now)
        mark_persons(failed | anew, reason="late", now=now)
        due.clear(JUDGE_DUE, gone)  # these are marked: the late lane sets it again
        if news:
            follow(news, now=now)
    return len(rows)
