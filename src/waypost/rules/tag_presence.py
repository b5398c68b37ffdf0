"""Silences of a tag, times without a place, and a tag that lies still where a worn one would not.

    silences   NO_CONTACT    nothing received for longer than tags of its model ever let one wait
    placeless  NO_LOCATION   in contact, and no usable fix
    still      STATIONARY    no motion through hours of the day: it may be off, or left behind

Pure, over one journal. A gap is judged as of what is known: a fix or contact that comes late fills
it, and the row is corrected.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from waypost.clock import MICROSECOND, from_us, to_us
from waypost.geo import plane_for
from waypost.positions.values import EventKind
from waypost.rules import tag_words
from waypost.rules.fold import FixArrays
from waypost.rules.runs import Run, Runs, gaps, holding, joined, within, without
from waypost.rules.spells import MINUTE_US, Around, Spell, lasts, span_until
from waypost.rules.tag_journal import MOTION_GRAIN_US, Journal
from waypost.rules.values import Certainty, Parameters, RowKind

WAKING = (time(7), time(23))  # of the day in which a tag that lies still is odd
ASTRAY_IN_A_ROW = 3  # fixes that agree on another place: it was moved, whatever its sensor says


def silences(journal: Journal, about: Around, as_of_us: int) -> tuple[list[Spell], int | None]:
    """The silences, and when the present one would become one (None: it is one, or none can be)."""
    longest = about.expected.silent_after // MICROSECOND
    found: list[Spell] = []
    look_us: int | None = None
    for span in about.live:
        passed = span_until(span, as_of_us)
        if passed is None:
            continue
        if lasts(span, as_of_us) and holding(journal.contacts, as_of_us) is not None:
            look_us = as_of_us + longest
        for gap in gaps(journal.contacts, _start(passed, journal.contacts, journal), passed[1]):
            ours = without(gap, about.deaf)
            open_ = _goes_on(gap, journal.contacts, span, as_of_us)
            if not ours:
                look_us = as_of_us + MINUTE_US if open_ else look_us
                continue
            if max(last - first for first, last in ours) <= longest:
                hears = ours[-1][1] == gap[1]
                if open_:
                    due_us = max(ours[-1][0] + longest, as_of_us + 1)  # at its very end: just after
                    look_us = due_us if hears else as_of_us + MINUTE_US
                continue
            found.append(_silence(journal, about, (ours[0][0], gap[1]), open_, longest))
    return found, look_us


def placeless(journal: Journal, about: Around, as_of_us: int) -> list[Spell]:
    """In contact and without a fresh place. What came late was measured meanwhile, and fills it."""
    if not about.places:
        return []
    longest = about.expected.stale_after // MICROSECOND
    wait = about.expected.silent_after // MICROSECOND
    talking = joined(journal.contacts, (), wait)
    found: list[Spell] = []
    for span in about.live:
        passed = span_until(span, as_of_us)
        if passed is None:
            continue
        start = _start(passed, journal.fixes, journal)
        for gap in gaps(journal.fixes, start, passed[1]):
            for first, last in within(gap, talking):
                if last - first <= longest:
                    continue
                on = _goes_on(gap, journal.fixes, span, as_of_us)
                now = on and as_of_us - last <= wait
                located = any(end <= first for _, end in journal.fixes)
                to_us_ = None if now else last
                found.append(
                    Spell(
                        RowKind.NO_LOCATION, first, to_us_, first + longest,
                        (tag_words.placeless(first, to_us_, located), tag_words.NOT_WHERE),
                    )
                )  # fmt: skip
    return found


def still(
    journal: Journal, about: Around, parameters: Parameters, as_of_us: int
) -> tuple[list[Spell], int | None]:
    """Stretches without motion that are too long for a worn tag, and from when fixes are needed to
    tell (None: none would change anything)."""
    needed = parameters.still_awake_min // MICROSECOND
    found: list[Spell] = []
    wanted: int | None = None
    for stretch in _motionless(journal, about, parameters, as_of_us):
        if waking_us(*stretch, about.zone) < needed:
            continue
        wanted = stretch[0] if wanted is None else min(wanted, stretch[0])
        if about.fixes is not None or not about.places:
            spell = _lying(stretch, journal, about, parameters, as_of_us)
            found += [spell] if spell else []
    return found, wanted if about.places else None


def waking_us(from_us_: int, to_us_: int, zone: str) -> int:
    """How much of the stretch lies in waking hours of its zone."""
    there = ZoneInfo(zone)
    total, day = 0, from_us(from_us_).astimezone(there).date()
    while True:
        start, end = (to_us(_at(day, clock, there)) for clock in WAKING)
        if start >= to_us_:
            return total
        total += max(min(end, to_us_) - max(start, from_us_), 0)
        day += timedelta(days=1)


def moved_us(fixes: FixArrays, stretch: Run, noise_m: float) -> tuple[int | None, int]:
    """(when fixes last contradicted that it lay in one place, how many agree after that).

    The place is the median of the stretch's fixes. One astray fix is noise, several in a row that
    agree on being elsewhere are not.
    """
    mine = (fixes.set_aside == 0) & (fixes.measured_us >= stretch[0])
    mine &= fixes.measured_us <= stretch[1]
    if not mine.any():
        return None, 0
    order = np.argsort(fixes.measured_us[mine], kind="stable")
    at = fixes.measured_us[mine][order]
    lat, lon, r95 = (x[mine][order] for x in (fixes.lat, fixes.lon, fixes.accuracy_m))
    east, north = plane_for(float(np.median(lat)), float(np.median(lon))).project(lat, lon)
    away = np.hypot(east - np.median(east), north - np.median(north)) > r95 + noise_m
    last: int | None = None
    in_a_row = 0
    for place, is_away in enumerate(away.tolist()):
        in_a_row = in_a_row + 1 if is_away else 0
        if in_a_row >= ASTRAY_IN_A_ROW:
            last = int(at[place])
    agree = ~away if last is None else ~away & (at > last)
    return last, int(agree.sum())


def _motionless(
    journal: Journal, about: Around, parameters: Parameters, as_of_us: int
) -> list[Run]:
    """Stretches, worn, from a word "no motion" to the last such before motion was felt again."""
    apart = parameters.still_apart // MICROSECOND
    moved = [(first, last + MOTION_GRAIN_US) for first, last in journal.moving]
    worn = [passed for span in about.live if (passed := span_until(span, as_of_us)) is not None]
    return [
        part
        for stretch in joined(journal.still, (), apart)
        for live in within(stretch, tuple(worn))
        for part in without(live, moved)
    ]


def _silence(journal: Journal, about: Around, gap: Run, open_: bool, longest: int) -> Spell:
    first, last = gap
    heard = any(end <= first for _, end in journal.contacts)
    reasons = [tag_words.silent(first, None if open_ else last, heard)]
    reasons.append(tag_words.silent_after(about.expected))
    ours = sum(end - start for start, end in within(gap, about.deaf))
    reasons += [tag_words.deaf(ours)] if ours and not open_ else []
    empty = _empty_before(journal, first)
    reasons += [tag_words.was_empty(empty)] if empty is not None else []
    return Spell(
        RowKind.NO_CONTACT, first, None if open_ else last, first + longest,
        (*reasons, tag_words.NOT_WHERE),
    )  # fmt: skip


def _empty_before(journal: Journal, at_us: int) -> int | None:
    """When it last said that its battery was empty, if it said nothing of it after that."""
    battery = [one for one in journal.said if one.kind.value.startswith(("battery", "charging"))]
    before = [one for one in battery if one.at_us <= at_us + 5 * MOTION_GRAIN_US]
    last = before[-1] if before else None
    return last.at_us if last is not None and last.kind is EventKind.BATTERY_DEAD else None


def _lying(
    stretch: Run, journal: Journal, about: Around, parameters: Parameters, as_of_us: int
) -> Spell | None:
    first, last = stretch
    count = 0
    if about.fixes is not None:
        moved, count = moved_us(about.fixes, stretch, parameters.still_noise_m)
        first = first if moved is None else moved
    awake = waking_us(first, last, about.zone)
    if awake < parameters.still_awake_min // MICROSECOND:
        return None
    after = [start for start, _ in journal.moving if start >= last]
    apart = parameters.still_apart // MICROSECOND
    worn = any(lasts(span, as_of_us) for span in about.live)
    ended = min(after) if after else None if worn and as_of_us - last <= apart else last
    return Spell(
        RowKind.STATIONARY, first, ended, first + parameters.still_awake_min // MICROSECOND,
        (
            tag_words.still(first, last, awake),
            tag_words.still_fixes(count),
            tag_words.STILL_OTHERWISE,
        ),
        certainty=Certainty.POSSIBLE,
        fix_count=count,
    )  # fmt: skip


def _goes_on(gap: Run, runs: Runs, span: Run, as_of_us: int) -> bool:
    """Whether nothing has ended the gap yet."""
    return gap[1] == as_of_us and holding(runs, as_of_us) is None and lasts(span, as_of_us)


def _start(passed: Run, runs: Runs, journal: Journal) -> int:
    """Where looking for gaps begins: with the journal, or with the last run kept from before it."""
    start = passed[0]
    if start >= journal.from_us or not runs:
        return start
    return max(start, min(runs[0][1], journal.from_us))


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
