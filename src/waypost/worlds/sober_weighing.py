"""What the drinking world says of the rules: occasions, calls for nothing, covers, days. Pure.

weigh(judged) -> Weighed          of ours
meetings, counted_calls           the same questions to the plain rule's calls
true_day, seen                    what a perfect observer would say of a day, of an occasion
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

import numpy as np

from waypost.rules.sober_days import SoberDays, sober_days
from waypost.rules.strip import DayStrip, Heard, local_days, strip_of
from waypost.rules.timeline import always
from waypost.rules.values import Certainty, JudgedViolation, Parameters, RowKind
from waypost.worlds.ankle import READ_EVERY_S, Ankle
from waypost.worlds.drinking import HOUR_S, Occasion
from waypost.worlds.hours import ZONE, Seconds, Window, local_date, wall_s
from waypost.worlds.scoring import Share, merged, shared, total_s
from waypost.worlds.sobriety import Call, Judged

BLOOD_G_PER_DL = (0.0, 0.02, 0.05, 0.08, 0.15, 9.0)
SETTLED = timedelta(days=4)  # before the end of the world: uploads and reviews have come by then
SURE = frozenset({Certainty.CERTAIN, Certainty.PROBABLE})
HEAVY_G_PER_DL = 0.08  # in the blood: the limit for driving in England and Wales
UNREAD_S = 4 * HOUR_S  # so long without a reading of the skin a drink may pass: our assumption
NEAR_S = READ_EVERY_S  # a call and its cause may miss each other by a reading


class Cause(StrEnum):
    """What a call was truly about."""

    DRINK = "drink"
    SPRAY = "spray"
    AIR = "air"
    NOTHING = "nothing"


class TrueDay(StrEnum):
    """A local day, and whether the tag could have told."""

    NONE = "no alcohol"
    NONE_UNREAD = "no alcohol, 4 h and more unread or covered"
    DRANK = "drank"
    DRANK_UNREAD = "drank, 4 h and more unread or covered"
    LEFT = "only what was left from the day before"


class SaidDay(StrEnum):
    SOBER = "sober"
    READ = "read"
    POSSIBLE = "possible"
    NOT_MONITORED = "not_monitored"


@dataclass(frozen=True, slots=True)
class Met:
    """One occasion: could it be seen, does a sure row share its time, was somebody called."""

    occasion: Occasion
    seen: bool
    surely: bool
    called: bool


Counts = Counter[tuple[Cause, bool]]


@dataclass(frozen=True)
class Weighed:
    """calls: by what was truly there, and whether the call was ever probable or certain.

    days       how each day truly was, and what was said
    next_day   drank days called sober of which the next was said to show alcohol
    drunk      days on which somebody drank to HEAVY_G_PER_DL and more, those called sober
    covers     of times meant to cover, of 8 hours and more, those that a row tells of
    covered_s  truly, said, and both
    """

    wearer_days: float
    met: list[Met]
    calls: Counts
    days: Counter[tuple[TrueDay, SaidDay]]
    next_day: int
    drunk: Share
    covers: Share
    false_covers: int
    covered_s: tuple[Seconds, Seconds, Seconds]

    def of_days(self, said: SaidDay, true: Iterable[TrueDay]) -> Share:
        counted = {one: count for one, count in self.days.items() if one[0] in set(true)}
        hits = sum(count for (_, one), count in counted.items() if one is said)
        return Share(hits, sum(counted.values()))


def weigh(found: Sequence[Judged], until: datetime, parameters: Parameters) -> Weighed:
    days: Counter[tuple[TrueDay, SaidDay]] = Counter()
    next_day = 0
    drunk: list[SaidDay] = []
    for one in found:
        told = list(_days(one, until, parameters))
        days.update((true, said) for _, true, said in told)
        drunk += [said for day, _, said in told if drank_heavily(one.ankle, day)]
        for (_, true, said), (_, _, after) in pairwise(told):
            drank = true in (TrueDay.DRANK, TrueDay.DRANK_UNREAD)
            next_day += drank and said is SaidDay.SOBER and after in (SaidDay.READ,
                                                                      SaidDay.POSSIBLE)  # fmt: skip
    long = [(one, (cover.from_s, cover.to_s)) for one in found for cover in one.ankle.covers
            if cover.meant and cover.to_s < _settled_s(until)]  # fmt: skip
    return Weighed(
        wearer_days=sum(_span_s(one, until) for one in found) / 86_400,
        met=[met for one in found
             for met in meetings(one.ankle, one.drink, until, _surely(one, until))],
        calls=counted_calls([(one.ankle, one.drink) for one in found], until),
        days=days,
        next_day=next_day,
        drunk=Share(drunk.count(SaidDay.SOBER), len(drunk)),
        covers=Share(sum(any(_meet(_window(row, until), span) for row in one.of_covers)
                         for one, span in long), len(long)),
        false_covers=sum(
            not any(_meet((call.from_s, call.to_s), (cover.from_s, cover.to_s))
                    for cover in one.ankle.covers if cover.meant)
            for one in found for call in one.tamper
        ),
        covered_s=_covered_s(found, until),
    )  # fmt: skip


def meetings(
    ankle: Ankle, calls: Sequence[Call], until: datetime, surely: Callable[[Window], bool]
) -> list[Met]:
    """Each occasion of which everything had come by the end."""
    found = []
    for one in ankle.occasions:
        span = (one.from_s, one.gone_s)
        if one.gone_s < _settled_s(until):
            called = any(call.stands and _meet((call.from_s, call.to_s), span) for call in calls)
            found.append(Met(one, seen(ankle, one), surely(span), called))
    return found


def counted_calls(called: Iterable[tuple[Ankle, Sequence[Call]]], until: datetime) -> Counts:
    """Calls by what was truly there and by whether they were ever sure, those that were taken back
    later among them."""
    return Counter(
        (cause_of(ankle, call), call.surest in SURE) for ankle, calls in called for call in calls
        if call.to_s < _settled_s(until)
    )  # fmt: skip


def cause_of(ankle: Ankle, call: Call) -> Cause:
    span = (call.from_s - NEAR_S, call.to_s + NEAR_S)
    if any(_meet(span, (one.from_s, one.gone_s)) for one in ankle.occasions):
        return Cause.DRINK
    if any(_meet(span, one) for one in ankle.sprays):
        return Cause.SPRAY
    return Cause.AIR if any(_meet(span, one) for one in ankle.air) else Cause.NOTHING


def seen(ankle: Ankle, occasion: Occasion) -> bool:
    """Whether half of the readings due until it was gone were taken, of the bare skin."""
    at_s = ankle.at_s[(occasion.from_s <= ankle.at_s) & (ankle.at_s < occasion.gone_s)]
    for cover in ankle.covers:
        if cover.meant:
            at_s = at_s[(at_s < cover.from_s) | (cover.to_s <= at_s)]
    return len(at_s) >= (occasion.gone_s - occasion.from_s) / READ_EVERY_S / 2


def blood_class(occasion: Occasion) -> int:
    """Which of the classes of BLOOD_G_PER_DL, the lower bound inclusive."""
    return int(np.searchsorted(BLOOD_G_PER_DL[1:-1], occasion.blood, side="right"))


def _surely(one: Judged, until: datetime) -> Callable[[Window], bool]:
    sure = [_window(row, until) for row in one.of_drink if row.certainty in SURE]
    return lambda span: any(_meet(row, span) for row in sure)


def _days(
    one: Judged, until: datetime, parameters: Parameters
) -> Iterable[tuple[date, TrueDay, SaidDay]]:
    """Whole local days between the first and the last of which everything has come."""
    first = local_date(one.ankle.span[0]) + timedelta(days=1)
    last = local_date(_settled_s(until)) - timedelta(days=1)
    start = datetime.fromtimestamp(one.ankle.span[0], ZONE)
    worn = [(start, until)]
    heard = Heard(until, until, (), worn, always(parameters))
    rows = [(n, row) for n, row in enumerate(one.rows) if row.kind is RowKind.ALCOHOL]
    days = local_days(last, (last - first).days + 1, str(ZONE))
    for strip in strip_of(worn, rows, heard, days).days:
        day = strip.day.day
        yield day, true_day(one.ankle, day), _said(strip, parameters)


def _said(strip: DayStrip, parameters: Parameters) -> SaidDay:
    counted: SoberDays = sober_days([strip], untold_max=parameters.alcohol_gap_min)
    return next(one for one in SaidDay if getattr(counted, one.value))


def true_day(ankle: Ankle, day: date) -> TrueDay:
    span = wall_s(day, 0), wall_s(day, 1440)
    dark = [window for window in _unread(ankle) if window[1] - window[0] >= UNREAD_S]
    unread = total_s(shared(dark, [span])) >= UNREAD_S
    if any(_meet((one.from_s, one.to_s), span) for one in ankle.occasions):
        return TrueDay.DRANK_UNREAD if unread else TrueDay.DRANK
    if any(_meet((one.from_s, one.gone_s), span) for one in ankle.occasions):
        return TrueDay.LEFT
    return TrueDay.NONE_UNREAD if unread else TrueDay.NONE


def drank_heavily(ankle: Ankle, day: date) -> bool:
    span = wall_s(day, 0), wall_s(day, 1440)
    return any(
        _meet((one.from_s, one.to_s), span)
        for one in ankle.occasions
        if one.blood >= HEAVY_G_PER_DL
    )


def _unread(ankle: Ankle) -> list[Window]:
    covers = [(one.from_s, one.to_s) for one in ankle.covers if one.meant]
    return merged([*covers, *ankle.gaps])


def _covered_s(found: Sequence[Judged], until: datetime) -> tuple[Seconds, Seconds, Seconds]:
    true_s = said_s = both_s = 0.0
    for one in found:
        true = merged((cover.from_s, cover.to_s) for cover in one.ankle.covers if cover.meant)
        said = merged(_window(row, until) for row in one.of_covers)
        true_s, said_s = true_s + total_s(true), said_s + total_s(said)
        both_s += total_s(shared(true, said))
    return true_s, said_s, both_s


def _settled_s(until: datetime) -> Seconds:
    return (until - SETTLED).timestamp()


def _span_s(one: Judged, until: datetime) -> Seconds:
    return _settled_s(until) - one.ankle.span[0]


def _window(row: JudgedViolation, until: datetime) -> Window:
    return row.from_at.timestamp(), (row.to_at or until).timestamp()


def _meet(one: Window, other: Window) -> bool:
    return one[0] < other[1] and other[0] < one[1]
