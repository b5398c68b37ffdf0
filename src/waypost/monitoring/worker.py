"""The judging worker: live first, then what fell due, then holds, then a slice of late persons.

A busy log leaves no quiet moment, so the latter three follow every live batch too: what fell due
by the time to which the batch has judged, and late persons unless the log is far ahead.

    while not stopped:  round() until there is nothing to do, then wait for the log or the next due

Every lane saves in its own transaction and can be killed at any instant: what was not committed is
judged again from what was. Two workers may run at once; the cursor lets only one of them save.
What other rooms do with the outcome comes in as `Followers`, built in cli/worker.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.clock import Instant
from waypost.monitoring.actions import first_revision
from waypost.monitoring.due import run_due
from waypost.monitoring.late import drop_old_checkpoints, mark_changed_orders, run_late
from waypost.monitoring.live import run_live
from waypost.monitoring.parameter_queries import timeline, timeline_mark
from waypost.monitoring.planbook import PlanBook
from waypost.monitoring.saving import At, Outrun, beat, read_cursor
from waypost.orders.values import PersonOrders
from waypost.positions.log import head_position
from waypost.positions.values import EventKind
from waypost.rules.news import Follower

BEAT_EVERY = timedelta(seconds=1)  # how fine `judged_to` is while nothing happens
LATE_AT_ONCE = 10  # late persons judged, in one transaction, before the log is looked at again
LIVE_ALONE = timedelta(seconds=5)  # so far behind, the live lane leaves late persons waiting
TIDY_EVERY = timedelta(hours=1)
LEFT_EVERY = timedelta(minutes=1)  # how often imports that died are looked for

log = logging.getLogger(__name__)


def _nothing(*_: object) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class Followers:
    """What other rooms do: each is called inside, or opens, its own transaction.

    judge            news and tag reports, in the transaction that saved them
    tag_kinds        states of a tag that are worth reporting
    fire_holds       alerts whose hold has passed (by when, now); in its own transaction; how many
                     rows fired
    finish_imports   marks persons of imports that a crash left open; how many imports
    follow_orders    whose orders or tags changed, those of them that are still there, now
    fire_removals    as fire_holds, for tags that are to come off
    fire_overdue     as fire_holds, for agreed removals whose time is over
    fire_atv         as fire_holds, for absences that may have added up to a limit
    """

    judge: Follower
    tag_kinds: frozenset[EventKind]
    fire_holds: Callable[[datetime, datetime], int]
    finish_imports: Callable[[datetime], int]
    follow_orders: Callable[[Collection[int], Iterable[PersonOrders], datetime], int] = _nothing
    fire_removals: Callable[[datetime, datetime], int] = _nothing
    fire_overdue: Callable[[datetime, datetime], int] = _nothing
    fire_atv: Callable[[datetime, datetime], int] = _nothing


class Worker:
    def __init__(self, followers: Followers, clock: Callable[[], Instant]) -> None:
        self.followers = followers
        self.clock = clock
        first_revision(now=clock())
        self._numbers_mark = timeline_mark()
        self.book = PlanBook(timeline())
        self._beat_at: datetime | None = None
        self._tidied_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._judged_to: datetime | None = None  # the latest time this worker has judged by
        read_cursor()

    def round(self) -> bool:
        """One round; whether there may be more to do at once."""
        now = self.clock()
        try:
            self._follow_orders(now)
            cursor = self._cursor()
            at = self._live(cursor, now)
            if at is None:
                self._beat(cursor, now)
                return self._by_time(now, now)
            self._by_time(at.judged_to or now, now)
            return True
        except Outrun:
            log.info("another worker was quicker; reading the cursor again")
            return True

    def run_until_idle(self, *, rounds_max: int = 100_000) -> int:
        """Rounds until there is nothing left to do now; how many."""
        for number in range(rounds_max):
            if not self.round():
                return number
        raise ValueError(f"still not idle after {rounds_max} rounds")

    def is_caught_up(self) -> bool:
        """Whether nothing received waits to be judged: then a rest makes the next batch larger."""
        return head_position() <= read_cursor().position

    def _live(self, cursor: At, now: datetime) -> At | None:
        return run_live(
            cursor,
            self.book,
            self.followers.judge,
            tag_kinds=self.followers.tag_kinds,
            follow_orders=lambda: self._follow_orders(now),
            revision_id=self._revision_id(now),
            now=now,
        )

    def _cursor(self) -> At:
        """The cursor; time stands no earlier than where this worker has judged by already."""
        at = read_cursor()
        times = [time for time in (at.judged_to, self._judged_to) if time is not None]
        return At(at.position, max(times, default=None))

    def _by_time(self, as_of: datetime, now: datetime) -> bool:
        """Everything received up to `as_of` is judged: let time pass to then, then look back."""
        self._judged_to = as_of
        judge, revision_id = self.followers.judge, self._revision_id(now)
        fired = run_due(self.book, judge, revision_id=revision_id, as_of=as_of, now=now)
        fired += self.followers.fire_holds(as_of, now)
        fired += self.followers.fire_removals(as_of, now)
        fired += self.followers.fire_overdue(as_of, now)
        fired += self.followers.fire_atv(as_of, now)
        if now - as_of > LIVE_ALONE:
            return bool(fired)
        late = run_late(
            self.book, judge, revision_id=revision_id, as_of=as_of, now=now, limit=LATE_AT_ONCE
        )
        self._tidy(now)
        return bool(fired or late)

    def _revision_id(self, now: datetime) -> int:
        """The revision in force now, for a judgement that names none of its own."""
        revision_id = self.book.timeline.at(now).revision_id
        assert revision_id is not None, "a worker judges by revisions of the store"
        return revision_id

    def _follow_numbers(self) -> None:
        """Go by what was published since, or withdrawn before it came into force."""
        mark = timeline_mark()
        if mark != self._numbers_mark:
            self.book.take_numbers(timeline())
            self._numbers_mark = mark
            log.info("judging goes by %d revisions of the numbers", len(self.book.timeline.entries))

    def _follow_orders(self, now: datetime) -> None:
        self._follow_numbers()
        if changed := self.book.refresh():
            marked = mark_changed_orders(self.book, changed, now=now)
            there = [self.book.persons[one] for one in changed if one in self.book.persons]
            self.followers.follow_orders(changed, there, now)
            log.info("orders changed: %d persons to be judged again", marked)

    def _beat(self, cursor: At, now: datetime) -> None:
        if self._beat_at is None or now - self._beat_at >= BEAT_EVERY:
            if head_position() <= cursor.position:
                beat(cursor.position, judged_to=now, now=now)
            self._beat_at = now

    def _tidy(self, now: datetime) -> None:
        if self._tidied_at is None or now - self._tidied_at >= TIDY_EVERY:
            drop_old_checkpoints(now=now)
            self._tidied_at = now
        if self._looked_at is None or now - self._looked_at >= LEFT_EVERY:
            self.followers.finish_imports(now)
            self._looked_at = now
