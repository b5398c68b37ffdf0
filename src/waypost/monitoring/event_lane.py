"""The event lane: states of tags that last, judged from what they say and from their silence.

    while not stopped:  round() until there is nothing to do, then wait a few seconds

    entries of the log  -> journals moved on; those with a gap or a word are judged
    imports of fixes    -> their tags are judged again by history
    due looks           -> a silence begins though nothing arrives
    redo                -> what came for a time before a journal, or was mended: by history

A lane of its own, with its own cursor, in a thread of its own: the live lane alerts at once and
waits for nobody; what lasts is judged here within seconds. Each save is one transaction with what
follows it, and raises the cursor's version, so that of two workers only one saves; a crash anywhere
repeats nothing. Journals are sets: the same entries again, in any order, change nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyarrow as pa
from django.db import transaction
from django.db.models import Q

from waypost.clock import MICROSECOND, Instant, from_us, to_us
from waypost.monitoring import journals
from waypost.monitoring.actions import first_revision
from waypost.monitoring.event_judging import Case, Judgement, judge_tags
from waypost.monitoring.hearing_tags import heard_of, receipts
from waypost.monitoring.journals import Kept, Standing, Tails
from waypost.monitoring.models import EventCursor, TagJournal
from waypost.monitoring.parameter_queries import timeline, timeline_mark
from waypost.monitoring.saving import Outrun, in_chunks, save_changes, take_lock
from waypost.monitoring.tag_book import TagBook, WornTag
from waypost.positions.log import CLOCK_CORRECTION, Entry, entries_after, head_position
from waypost.positions.queries import events_between, fixes_between, imports_after
from waypost.rules.news import Follower
from waypost.rules.runs import NONE, Runs, gaps, joined, since
from waypost.rules.tag_journal import Heard, Journal, hear, trimmed

ENTRIES_AT_ONCE = 400
ROWS_AT_ONCE = 60_000
LOOKS_AT_ONCE = 500
REDONE_AT_ONCE = 8
IMPORTS_AT_ONCE = 20
KEPT = timedelta(days=10)  # of a journal; what is older is settled, or judged again by history
TRIM_AFTER = timedelta(days=11)
JUDGED_BACK = timedelta(days=45)  # states of tags before are history: nobody acts on them
BEFORE = timedelta(days=2)  # history is read from so long before the news: what led up to it
REDO_AFTER = timedelta(minutes=1)  # a backlog comes in many entries: once, when it is in
# Nothing from any tag for so long, of an estate of so many: it is we who do not hear.
DEAF_AFTER = timedelta(minutes=10)
DEAF_TAGS = 20
COUNTED_EVERY = timedelta(minutes=1)
NEWLY_WORN = timedelta(hours=1)  # a tag fitted since has no history that the lane did not see

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class At:
    """The cursor as it was read."""

    version: int
    position: int
    import_id: int
    orders_version: int
    judged_to: datetime | None
    heard: Runs


@dataclass
class Step:
    """What one save writes. looks, redo: by activation, of those whose journal is written."""

    moved: dict[int, Tails] = field(default_factory=dict)
    judged: list[Judgement] = field(default_factory=list)
    kept: dict[int, Journal] = field(default_factory=dict)
    redo: dict[int, tuple[int | None, datetime | None]] = field(default_factory=dict)


class EventLane:
    """For one thread."""

    def __init__(
        self,
        follow: Follower,
        clock: Callable[[], Instant],
        fire_holds: Callable[[datetime, datetime], int] | None = None,
    ) -> None:
        self.follow, self.clock = follow, clock
        first_revision(now=clock())
        self._numbers_mark = timeline_mark()
        self.numbers = timeline()
        self.book = TagBook()
        self._changed: set[int] = set()  # persons whose orders or tags changed
        self._estate: tuple[datetime, int] | None = None  # how many tags are worn, as of when
        self._fire_holds = fire_holds or (lambda as_of, now: 0)

    def round(self) -> bool:
        """One round; whether there may be more to do at once."""
        now = self.clock()
        try:
            self._follow_numbers()
            self._follow_orders(now)
            at = read_cursor()
            entries = _next_entries(at.position)
            if entries:
                self._follow_orders(now)  # a tag that appears in an entry is known by then
                self._take_in(_same_place(at), entries, now)
                if _is_full(entries):
                    return True
                at = read_cursor()
            return self._follow_imports(at, now) or self._by_time(at, _received(entries, now), now)
        except Outrun:
            log.info("another worker was quicker; reading the event cursor again")
            return True

    def run_until_idle(self, *, rounds_max: int = 100_000) -> int:
        """Rounds until there is nothing left to do now; how many."""
        for number in range(rounds_max):
            if not self.round():
                return number
        raise ValueError(f"still not idle after {rounds_max} rounds")

    def _take_in(self, at: At, entries: Sequence[Entry], now: datetime) -> None:
        end = int(entries[-1].position)
        as_of = _later(now if head_position() <= end else entries[-1].committed_at, at.judged_to)
        said = [entry for entry in entries if entry.source != CLOCK_CORRECTION]
        mended = [entry for entry in entries if entry.source == CLOCK_CORRECTION]
        step, ears = Step(), at.heard
        if said:
            fixes, events = _tables(said)
            ears = joined(ears, receipts(fixes, events, _us(DEAF_AFTER)), _us(DEAF_AFTER))
            heard = {one: what for one, what in heard_of(fixes, events).items()
                     if one in self.book.worn}  # fmt: skip
            self._hear(step, heard, self._deaf(ears, as_of), as_of)
        self._mark_mended(step, mended, now)
        with transaction.atomic():
            self._advance(at, position=end, judged_to=as_of, heard=_recent(ears, now))
            self._save(step, now)

    def _hear(self, step: Step, heard: Mapping[int, Heard], deaf: Runs, as_of: datetime) -> None:
        """Move on those that were heard as usual; judge the others."""
        tails = journals.read_tails(heard)
        odd = {}
        for number, what in heard.items():
            moved = journals.usual(tails[number], what) if number in tails else None
            if moved is None:
                odd[number] = what
            elif moved != tails[number]:
                step.moved[number] = moved
        self._judge(step, odd, deaf, as_of)

    def _judge(self, step: Step, heard: Mapping[int, Heard], deaf: Runs, as_of: datetime) -> None:
        """Judge tags by their journals, with what is new (an empty `Heard`: only time)."""
        cases = []
        for number, kept in journals.load(heard).items():
            tag, news = self.book.worn.get(number), heard[number]
            if tag is None:
                continue
            journal = _trimmed(hear(kept.journal, news), as_of)
            step.kept[number] = journal
            step.redo[number] = _redo_of(kept, news, tag, as_of)
            if not _waits_for_history(kept, as_of):
                since_us = news.earliest_us if news.earliest_us is not None else to_us(as_of)
                cases.append(Case(tag, journal, since_us))
        step.judged += judge_tags(
            cases, self.numbers, deaf=deaf, as_of=as_of, sober=self.book.sober
        )

    def _by_time(self, at: At, received: datetime, now: datetime) -> bool:
        """All that was received by then is judged: let time pass to then, then look back."""
        as_of = _later(received, at.judged_to)
        ready = Q(redo_at=None) | Q(redo_at__gt=now)
        due = TagJournal.objects.filter(ready, look_at__lte=as_of).order_by("look_at", "pk")
        numbers = list(due.values_list("pk", flat=True)[:LOOKS_AT_ONCE])
        if numbers:
            step = Step()
            self._judge(step, dict.fromkeys(numbers, Heard()), self._deaf(at.heard, as_of), as_of)
            gone = [one for one in numbers if one not in step.kept]
            with transaction.atomic():
                self._advance(at, judged_to=as_of)
                self._save(step, now)
                TagJournal.objects.filter(pk__in=gone).update(look_at=None)
            return True
        redone = self._redo(at, as_of, now)
        return bool(self._fire_holds(as_of, now)) or redone

    def _redo(self, at: At, as_of: datetime, now: datetime) -> bool:
        """Judge some tags by history: from what came late, was mended, or was brought in."""
        due = TagJournal.objects.filter(redo_at__lte=now).order_by("redo_at", "pk")
        rows = list(due.values_list("pk", "redo_from")[:REDONE_AT_ONCE])
        if not rows:
            return False
        starts = {
            number: max(from_us_ or 0, to_us(now - JUDGED_BACK), self.book.worn[number].from_us)
            for number, from_us_ in rows
            if number in self.book.worn
        }
        step = Step()
        cases = self._from_history(step, starts, as_of)
        step.judged = judge_tags(
            cases, self.numbers, deaf=self._deaf(at.heard, as_of), as_of=as_of,
            sober=self.book.sober,
        )  # fmt: skip
        gone = [number for number, _ in rows if number not in starts]
        with transaction.atomic():
            self._advance(at)
            self._save(step, now)
            TagJournal.objects.filter(pk__in=gone).update(redo_from=None, redo_at=None)
        return True

    def _from_history(self, step: Step, starts: Mapping[int, int], as_of: datetime) -> list[Case]:
        """Journals made anew from log and lake: number -> from when on it is judged again.

        Contacts that the journal knows stay: history knows of a correction only when it was made.
        """
        if not starts:
            return []
        known = journals.load(starts)
        begins = {
            number: max(
                min(starts[number] - _us(BEFORE), kept.journal.from_us),
                self.book.worn[number].from_us,
            )
            for number, kept in known.items()
        }
        from_at, until = from_us(min(begins.values())), as_of + timedelta(days=1)
        heard = heard_of(
            fixes_between(begins, from_at, until), events_between(begins, from_at, until)
        )
        cases = []
        for number, begin in begins.items():
            journal = Journal(from_us=begin, contacts=known[number].journal.contacts)
            journal = hear(journal, heard.get(number, Heard()))
            step.kept[number] = _trimmed(journal, as_of)
            step.redo[number] = (None, None)
            cases.append(Case(self.book.worn[number], journal, starts[number], late=True))
        return cases

    def _follow_imports(self, at: At, now: datetime) -> bool:
        """Tags that an import of fixes touched are judged again by history."""
        imports = imports_after(at.import_id, limit=IMPORTS_AT_ONCE)
        if not imports:
            return False
        redo: dict[int, int] = {}
        ears = at.heard
        for one in imports:
            touched = {int(number): int(from_us_) for number, from_us_ in one.touched.items()}
            for number, from_us_ in touched.items():
                redo[number] = min(from_us_, redo.get(number, from_us_))
            ends = [int(received) for _, received in one.newest.values()]
            if touched and ends:  # while it was collected, somebody heard
                span = (min(touched.values()), max(ends))
                ears = joined(ears, (span,) if span[0] <= span[1] else NONE, _us(DEAF_AFTER))
        with transaction.atomic():
            self._advance(at, import_id=imports[-1].pk, heard=_recent(ears, now))
            _mark(redo, redo_at=now)
        return True

    def _mark_mended(self, step: Step, mended: Sequence[Entry], now: datetime) -> None:
        """Tags whose clock was mended are judged again by history from the earliest row on."""
        if not mended:
            return
        for table in _tables(mended):
            for number, measured_at in zip(
                table["activation"].to_pylist(), table["measured_at"].to_pylist(), strict=True
            ):
                earlier = step.redo.get(number, (None, None))[0]
                at_us = to_us(measured_at)
                step.redo[number] = (min(at_us, earlier or at_us), now)

    def _follow_numbers(self) -> None:
        """Go by what was published since."""
        mark = timeline_mark()
        if mark != self._numbers_mark:
            self.numbers, self._numbers_mark = timeline(), mark

    def _follow_orders(self, now: datetime) -> None:
        """Tags newly worn get a journal; where orders or tags changed, everything is looked at."""
        self._changed |= self.book.refresh()  # kept until saved: another worker may be quicker
        if not self._changed:
            return
        at = read_cursor()
        if at.orders_version == self.book.version:  # nothing has changed since somebody looked
            self._changed = set()
            return
        earliest_us = to_us(now - JUDGED_BACK)
        tags = [tag for tag in self.book.tags_of(self._changed) if not tag.ends_before(earliest_us)]
        known = _known([tag.activation for tag in tags])
        fresh = {
            tag.activation: max(tag.from_us, earliest_us)
            for tag in tags
            if tag.activation not in known
        }
        with transaction.atomic():
            self._advance(at, orders_version=self.book.version)
            journals.new_rows(fresh, now=now, old_us=to_us(now - NEWLY_WORN))
            for some in in_chunks(sorted(known)):
                TagJournal.objects.filter(pk__in=some).update(look_at=now)
        self._changed = set()

    def _deaf(self, ears: Runs, as_of: datetime) -> Runs:
        """When no tag at all was heard, of an estate in which somebody always is."""
        if self._estate is None or abs(as_of - self._estate[0]) > COUNTED_EVERY:
            self._estate = as_of, self.book.worn_now(to_us(as_of))
        if not ears or self._estate[1] < DEAF_TAGS:
            return NONE
        silent = gaps(ears, ears[0][0], to_us(as_of))
        return tuple(gap for gap in silent if gap[1] - gap[0] > _us(DEAF_AFTER))

    def _advance(self, at: At, **changes: object) -> None:
        """Take the judges' lock and move the cursor on; Outrun when another worker has."""
        take_lock()
        mine = EventCursor.objects.filter(pk=1, version=at.version)
        if not mine.update(version=at.version + 1, **changes):
            raise Outrun

    def _save(self, step: Step, now: datetime) -> None:
        """Journals, rows, then what follows from them."""
        judged = {one.case.tag.activation: one for one in step.judged}
        standing = {
            number: Standing(
                one.look_at if (one := judged.get(number)) else None,
                one is not None and one.placeless,
                step.redo.get(number, (None, None)),
            )
            for number in step.kept
        }
        journals.tails_saved(step.moved).save()
        journals.journals_saved(step.kept, standing).save()
        marked = {
            number: from_us_
            for number, (from_us_, _) in step.redo.items()
            if number not in step.kept and from_us_ is not None
        }
        _mark(marked, redo_at=now)
        rows = [one.changed for one in step.judged if one.changed.changes]
        revision_id = self.numbers.at(now).revision_id
        assert revision_id is not None, "the lane judges by revisions of the store"
        news = save_changes(rows, revision_id, now)
        if news:
            self.follow(news, now=now)


def read_cursor() -> At:
    """Where the lane stands. The row is made when there is none."""
    row = EventCursor.objects.filter(pk=1).first()
    if row is None:
        EventCursor.objects.bulk_create([EventCursor(pk=1)], ignore_conflicts=True)
        row = EventCursor.objects.get(pk=1)
    return At(
        row.version, row.position, row.import_id, row.orders_version, row.judged_to,
        tuple((int(first), int(last)) for first, last in row.heard),
    )  # fmt: skip


def _same_place(at: At) -> At:
    """The cursor anew: following orders moved it on. Outrun when somebody else read entries."""
    again = read_cursor()
    if again.position != at.position:
        raise Outrun
    return again


def _next_entries(position: int) -> list[Entry]:
    """Whole entries up to about ROWS_AT_ONCE rows."""
    entries = entries_after(position, limit=ENTRIES_AT_ONCE)
    total = 0
    for number, entry in enumerate(entries):
        total += entry.fixes.num_rows + entry.events.num_rows
        if total >= ROWS_AT_ONCE:
            return entries[: number + 1]
    return entries


def _is_full(entries: Sequence[Entry]) -> bool:
    """Whether more waited than a round takes. A few that came meanwhile are no reason to come back
    at once: a busy gateway makes new ones without end, and no silence would ever be told."""
    rows = sum(entry.fixes.num_rows + entry.events.num_rows for entry in entries)
    return len(entries) >= ENTRIES_AT_ONCE or rows >= ROWS_AT_ONCE


def _received(entries: Sequence[Entry], now: datetime) -> datetime:
    """Up to when everything received has been taken in, these the last of it."""
    if entries and head_position() > entries[-1].position:
        return entries[-1].committed_at
    return now


def _tables(entries: Sequence[Entry]) -> tuple[pa.Table, pa.Table]:
    fixes = pa.concat_tables([entry.fixes for entry in entries])
    return fixes, pa.concat_tables([entry.events for entry in entries])


def _known(activations: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for ids in in_chunks(activations):
        found |= set(TagJournal.objects.filter(pk__in=ids).values_list("pk", flat=True))
    return found


def _mark(starts: Mapping[int, int], *, redo_at: datetime) -> None:
    """Have tags judged again by history; marks add up to the earliest."""
    for some in in_chunks(sorted(starts)):
        for row in TagJournal.objects.filter(pk__in=some).only("pk", "redo_from"):
            earlier = min(
                starts[row.pk], starts[row.pk] if row.redo_from is None else row.redo_from
            )
            TagJournal.objects.filter(pk=row.pk).update(redo_from=earlier, redo_at=redo_at)


def _redo_of(
    kept: Kept, news: Heard, tag: WornTag, as_of: datetime
) -> tuple[int | None, datetime | None]:
    """What is still to be judged by history: news of a time before the journal, while it counts."""
    oldest = max(to_us(as_of - JUDGED_BACK), tag.from_us)
    earliest = news.earliest_us
    is_old = earliest is not None and earliest < kept.journal.from_us and earliest >= oldest
    starts = [one for one in (kept.redo_from_us, earliest if is_old else None) if one is not None]
    return (min(starts), kept.redo_at or as_of + REDO_AFTER) if starts else (None, None)


def _waits_for_history(kept: Kept, as_of: datetime) -> bool:
    """Nothing is said of a tag whose history is about to be read: it may have been heard all the
    while. A backlog that still comes in hinders nothing."""
    is_new = kept.redo_from_us is not None and kept.redo_from_us <= kept.journal.from_us
    return is_new or (kept.redo_at is not None and kept.redo_at <= as_of)


def _trimmed(journal: Journal, as_of: datetime) -> Journal:
    if journal.from_us > to_us(as_of - TRIM_AFTER):
        return journal
    return trimmed(journal, to_us(as_of - KEPT))


def _recent(ears: Runs, now: datetime) -> list[list[int]]:
    return [list(run) for run in since(ears, to_us(now - JUDGED_BACK))]


def _later(one: datetime, other: datetime | None) -> datetime:
    """Time never runs back, whatever clocks did."""
    return one if other is None else max(one, other)


def _us(span: timedelta) -> int:
    return span // MICROSECOND
