"""Fixes that come late: the offences they bear on are weighed again, as a new run.

    log and imports since the last look -> fixes measured in the time of offences that were weighed
    -> whose answer they may change -> one run a delivery, which keeps how it differs (answers.py)

The rule. At most every EVERY it is looked whether a fix has come that was measured within the
padded window, or an hour around it, of an offence of the last BACK whose newest version was
weighed. The offence is weighed again if that tag may be searched, and either matched it before or,
by all of its fixes of that time, was or may have been there. So a flood of late fixes makes one run
a delivery and EVERY. What a tag says again, or what an answer had read, starts none; neither does
what a late fix does to a wearer's habit alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from waypost.access.values import MACHINE
from waypost.clock import MICROSECOND, from_us, to_us
from waypost.jobs.queue import enqueue
from waypost.matching.actions import ask_again
from waypost.matching.answers import Answer, answers, matches_of
from waypost.matching.compatible import PADDING
from waypost.matching.evidence_scan import weigh
from waypost.matching.in_scope import in_scope
from waypost.matching.models import Followed, MatchingRun, RunOffence
from waypost.matching.scan import lake_source
from waypost.matching.scope import Searchable
from waypost.matching.searching import EVIDENCE, EVIDENCE_AROUND, Numbered
from waypost.offences.queries import current_since, times_since
from waypost.orders.queries import light_orders
from waypost.positions.models import LakeImport, LogHead
from waypost.positions.order import integers
from waypost.positions.queries import fixes_between, imports_after, logged_between
from waypost.positions.schema import TAKES_BACK, SetAside
from waypost.positions.tracks import only_live

EVERY = timedelta(minutes=5)
KEPT_FOR = timedelta(days=1)
COMMITTED_WITHIN = timedelta(
    minutes=1
)  # of its receipt a fix stands in the log, or later by little
BACK = timedelta(days=14)
AROUND = PADDING + EVIDENCE_AROUND
IMPORTS_AT_ONCE = 20

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Late:
    """Fixes that came since the last look: whose, and when measured, microseconds."""

    activation: Integers
    us: Integers


@dataclass(frozen=True, slots=True)
class Held:
    """Fixes as they are held now, by time: a fix that came twice stands as it came first."""

    activation: Integers
    us: Integers
    received_us: Integers


@dataclass(frozen=True, slots=True)
class Weighed:
    """An offence that was weighed: the answer about it, what that had read, the delivery that
    brought it."""

    numbered: Numbered
    answer: Answer
    read_by_us: int  # what had been received by then is in the answer
    batch_id: int


def is_due(*, now: datetime) -> bool:
    """Whether it is time to look, and something has come since the last look."""
    last = _last(now)
    return now - last.at >= EVERY and (
        last.log_position < _head() or last.import_id < _last_import()
    )


def still_needed(*, now: datetime) -> list[int]:
    """The position above which the log keeps its entries, since it was not looked yet; none where
    nothing was looked at for a day: a worker that is gone must not fill the disk."""
    last = Followed.objects.filter(at__gt=now - KEPT_FOR)
    return list(last.values_list("log_position", flat=True))


def follow_late(*, now: datetime) -> int:
    """Ask for the runs that are due; gives how many. Safe to run twice, or at once."""
    last, head = _last(now), _head()
    imports = imports_after(last.import_id, limit=IMPORTS_AT_ONCE)
    touched = {int(number): int(us) for one in imports for number, us in one.touched.items()}
    concerned = _concerned(last.log_position, head, touched, now)
    reached = imports[-1].pk if imports else last.import_id
    with transaction.atomic():
        moved = Followed.objects.filter(pk=last.pk, log_position=last.log_position,
                                        import_id=last.import_id)  # fmt: skip
        if not moved.update(log_position=head, import_id=reached, at=now):
            return 0  # somebody else looked meanwhile
        return _ask(concerned, now)


def _ask(concerned: Sequence[Weighed], now: datetime) -> int:
    waiting = RunOffence.objects.filter(run__status="waiting", run__method=EVIDENCE)
    asked = set(waiting.values_list("offence_id", flat=True))
    whole = MatchingRun.objects.filter(
        status="waiting", method=EVIDENCE, follows_id=None, made_at__lte=now
    )
    deliveries = set(whole.values_list("batch_id", flat=True))
    of: dict[int, list[Weighed]] = defaultdict(list)
    for one in concerned:
        if one.numbered[0] not in asked and not {one.batch_id, None} & deliveries:
            of[one.batch_id].append(one)
    for batch_id, several in sorted(of.items()):
        follows = max(one.answer.run_id for one in several)
        numbers = [one.numbered[0] for one in several]
        run = ask_again(follows, batch_id, numbers, by=MACHINE, now=now)
        enqueue("match_run", {"run_id": run.pk}, by=MACHINE, now=now)
    return len(of)


def _weighed(now: datetime) -> list[Weighed]:
    """The offences of the last BACK whose newest version was weighed."""
    current = current_since(now - BACK)
    known = answers([number for number, _, _ in current])
    runs = MatchingRun.objects.filter(pk__in={one.run_id for one in known.values()})
    read_by = {run_id: at for run_id, at in runs.values_list("pk", "read_by") if at is not None}
    return [
        Weighed((number, offence), known[number], to_us(read_by[known[number].run_id]), batch_id)
        for number, offence, batch_id in current
        if number in known and known[number].run_id in read_by
    ]


def _concerned(above: int, head: int, touched: dict[int, int], now: datetime) -> list[Weighed]:
    """The offences whose answer the late fixes may change. Most of what comes is of this hour and
    of no offence's time: then nothing more is read."""
    times = times_since(now - BACK)
    if times is None:
        return []
    begin, end = times[0] - AROUND, times[1] + AROUND + MICROSECOND
    late = _in_order([*_logged(above, head, begin, end), *_imported(touched, begin, end)])
    if not late.us.size:
        return []
    scope = {one.activation: one for one in in_scope(light_orders())}
    return [
        one
        for day in _by_day(_touched(_weighed(now), late))
        for one in _concerned_of_day(day, late, scope, touched.keys())
    ]


def _touched(weighed: Sequence[Weighed], late: Late) -> list[Weighed]:
    """Those in whose time a late fix was measured."""
    begins, ends = (
        np.array([to_us(instant) for instant in instants], dtype=np.int64)
        for instants in (
            [one.numbered[1].from_at - AROUND for one in weighed],
            [one.numbered[1].to_at + AROUND for one in weighed],
        )
    )
    some = np.searchsorted(late.us, begins) < np.searchsorted(late.us, ends, side="right")
    return [one for one, is_touched in zip(weighed, some.tolist(), strict=True) if is_touched]


def _concerned_of_day(
    weighed: Sequence[Weighed], late: Late, scope: dict[int, Searchable], imported: Collection[int]
) -> list[Weighed]:
    """Offences that begin on one day together, so that history is read once for them."""
    bearing = {one: numbers for one in weighed if (numbers := _tags_in(one, late) & scope.keys())}
    if not bearing:
        return []
    tags = set().union(*bearing.values())
    offences = [one.numbered[1] for one in bearing]
    spans = {number: scope[number].spans for number in tags}
    from_at = min(one.from_at for one in offences) - AROUND
    to_at = max(one.to_at for one in offences) + AROUND + MICROSECOND
    fixes = only_live(fixes_between(tags, from_at, to_at), spans)
    pairs = weigh(offences, lake_source(fixes)).select(["offence", "person"]).to_pylist()
    there = {(row["offence"], row["person"]) for row in pairs}
    matched = matches_of(one.answer for one in bearing)
    held = _held(fixes)
    return [
        one
        for place, (one, numbers) in enumerate(bearing.items())
        for fresh in [numbers & (_fresh(one, held) | set(imported))]
        if any((place, number) in there for number in fresh)
        or fresh & matched.get(one.answer, {}).keys()
    ]


def _held(fixes: pa.Table) -> Held:
    columns = [integers(fixes, name) for name in ("activation", "measured_at", "received_at")]
    order = np.argsort(columns[1], kind="stable")
    return Held(*(column[order] for column in columns))


def _fresh(one: Weighed, held: Held) -> set[int]:
    """The tags of which something of the offence's time was first received after the answer had
    read: what a tag only says again is not."""
    offence = one.numbered[1]
    first = np.searchsorted(held.us, to_us(offence.from_at - AROUND))
    last = np.searchsorted(held.us, to_us(offence.to_at + AROUND), side="right")
    since = held.received_us[first:last] > one.read_by_us - COMMITTED_WITHIN // MICROSECOND
    return set(np.unique(held.activation[first:last][since]).tolist())


def _tags_in(one: Weighed, late: Late) -> set[int]:
    """The tags with a late fix in the offence's time."""
    offence = one.numbered[1]
    first = np.searchsorted(late.us, to_us(offence.from_at - AROUND))
    last = np.searchsorted(late.us, to_us(offence.to_at + AROUND), side="right")
    return set(np.unique(late.activation[first:last]).tolist())


def _logged(above: int, head: int, begin: datetime, end: datetime) -> Iterator[pa.Table]:
    return logged_between("fixes", above, head, begin, end)


def _imported(touched: dict[int, int], begin: datetime, end: datetime) -> Iterator[pa.Table]:
    """Of an import is known whose fixes came and since when: all of those count as late."""
    first = max(begin, from_us(min(touched.values()))) if touched else end
    if first < end:
        yield fixes_between(touched, first, end)


def _in_order(parts: Sequence[pa.Table]) -> Late:
    counts = pc.field("set_aside").isin([int(one) for one in (SetAside.USABLE, *TAKES_BACK)])
    parts = [part.filter(counts) for part in parts]
    columns = [
        np.concatenate([np.empty(0, np.int64), *(integers(part, name) for part in parts)])
        for name in ("activation", "measured_at")
    ]
    order = np.argsort(columns[1], kind="stable")
    return Late(columns[0][order], columns[1][order])


def _by_day(weighed: Sequence[Weighed]) -> list[list[Weighed]]:
    days: dict[object, list[Weighed]] = defaultdict(list)
    for one in weighed:
        days[one.numbered[1].from_at.date()].append(one)
    return list(days.values())


def _last(now: datetime) -> Followed:
    """Up to where it was looked; what came before the first look has been read by the runs."""
    found = Followed.objects.order_by("pk").first()
    return found or Followed.objects.create(log_position=_head(), import_id=_last_import(), at=now)


def _head() -> int:
    return LogHead.objects.values_list("position", flat=True).first() or 0


def _last_import() -> int:
    ended = LakeImport.objects.exclude(ended_at=None).order_by("-pk")
    return ended.values_list("pk", flat=True).first() or 0
