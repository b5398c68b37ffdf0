"""What a tag says of itself, as spells: battery, charging, jamming, home units, its clock.

    battery      BATTERY      low, critical, empty: one story that grows until it is charged
    uncharged    NOT_CHARGED  no proper charge within a day and some hours
    jamming      JAMMING      from its first word to its last, or to satellites heard again
    home_units   HOME_UNIT    moved, or without power, while it stands for this person
    clock        CLOCK_WRONG  from the first doubt to an officer's decision

Pure, over one journal. The words are sorted by when they were said, so that their order of arrival
and their number change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from waypost.clock import FOREVER_US, MICROSECOND, from_us, to_us
from waypost.devices import charging
from waypost.devices.charging import FULL_AFTER, Session
from waypost.positions.values import EventKind
from waypost.rules import tag_words
from waypost.rules.runs import Run
from waypost.rules.spells import Around, Spell, span_until
from waypost.rules.tag_journal import BATTERY, JAMMING, Journal, Said
from waypost.rules.values import How, Parameters, RowKind
from waypost.units import Mechanism

STAGES = (How.LOW, How.CRITICAL, How.DEAD)
STAGE_WORDS = {How.LOW: "low", How.CRITICAL: "nearly empty", How.DEAD: "empty"}
STAGE_OF = {
    EventKind.BATTERY_LOW: How.LOW,
    EventKind.BATTERY_CRITICAL: How.CRITICAL,
    EventKind.BATTERY_DEAD: How.DEAD,
}
EDGES = frozenset({EventKind.CHARGING_STARTED, EventKind.CHARGING_ENDED})


def battery(journal: Journal, about: Around, parameters: Parameters, as_of_us: int) -> list[Spell]:
    """Each time it ran down, from the first word of it until it was charged or was well again."""
    found: list[Spell] = []
    story: list[tuple[Said, How]] = []
    charging_now = False
    for word in _worn(journal, BATTERY, about, as_of_us):
        if word.kind in EDGES:
            charging_now = word.kind is EventKind.CHARGING_STARTED
        stage = stage_of(word, parameters)
        percent = word.number("percent")
        well = percent is not None and percent >= 100 * parameters.battery_well
        if charging_now or well:
            if story:
                found.append(_ran_down(story, word, charging_now, about, as_of_us))
            story = []
        elif stage is not None and word.kind not in EDGES:
            story.append((word, stage))
    return found + ([_ran_down(story, None, False, about, as_of_us)] if story else [])


def stage_of(word: Said, parameters: Parameters) -> How | None:
    """How far down it says that it is."""
    percent = word.number("percent")
    told = STAGE_OF.get(word.kind)
    if percent is None:
        return told
    if percent <= 0:
        return How.DEAD
    if percent <= 100 * parameters.battery_critical:
        return How.CRITICAL if told is not How.DEAD else told
    return told or (How.LOW if percent <= 100 * parameters.battery_low else None)


def uncharged(
    journal: Journal, about: Around, parameters: Parameters, as_of_us: int
) -> tuple[list[Spell], int | None]:
    """Times beyond a day and the margin since the last proper charge, and when the next would be.

    Only while the tag speaks of its battery, and while that holds less than need be: no word is not
    "not charged", and neither is a battery that lasts a week.
    """
    words = list(_worn(journal, BATTERY, about, as_of_us))
    if not about.daily_charge or not words:
        return [], None
    limit = (parameters.charge_within + parameters.charge_margin) // MICROSECOND
    said = [charging.Said(one.at, _battery_kind(one), one.number("percent")) for one in words]
    charges = sorted(
        (to_us(one.from_at), _end_us(one, as_of_us))
        for one in charging.sessions_of(said, now=from_us(as_of_us))
        if _is_proper(one)
    )
    found: list[Spell] = []
    look_us: int | None = None
    for since, until, known in _between_charges(words, charges, limit, as_of_us):
        low = _first_below(words, since, until, parameters)
        start = None if low is None else max(since + limit, low)
        if start is None or start >= until:
            if until == as_of_us <= since + limit:
                look_us = max(since + limit, as_of_us + 1)  # at its very end: just after
            continue
        end = None if until == as_of_us else until
        within = parameters.charge_within + parameters.charge_margin
        reasons = (tag_words.uncharged(since, end, known, within), tag_words.PROPER)
        found.append(Spell(RowKind.NOT_CHARGED, start, end, start, reasons))
    return found, look_us


def jamming(
    journal: Journal, about: Around, parameters: Parameters, as_of_us: int
) -> tuple[list[Spell], int | None]:
    """Jammed from the first word of it; and from when fixes are needed to tell that it is over."""
    after = parameters.unjammed_after // MICROSECOND
    heard = _gnss_us(about)
    found: list[Spell] = []
    wanted: int | None = None
    spoken: list[Said] = []
    for word in (*_worn(journal, JAMMING, about, as_of_us), None):
        last = spoken[-1].at_us if spoken else 0
        until = as_of_us if word is None else word.at_us
        again = next((at for at in heard if last + after < at < until), None) if spoken else None
        if spoken and again is not None:
            found.append(_jammed(spoken, again, by_word=False))
            spoken = []
        if spoken and word is not None and word.kind is EventKind.JAMMING_ENDED:
            found.append(_jammed(spoken, word.at_us, by_word=True))
            spoken = []
        elif word is not None and word.kind is EventKind.JAMMING:
            if spoken and about.fixes is None and word.at_us - last > after:
                wanted = min(wanted or last, last)
            spoken.append(word)
    if spoken:
        wanted = min(wanted or spoken[-1].at_us, spoken[-1].at_us)
        found.append(_jammed(spoken, None, by_word=False))
    return found, wanted


def home_units(journal: Journal, about: Around, as_of_us: int) -> list[Spell]:
    """A unit that was moved tells nothing until it is put up again; one without power falls silent
    within hours. Only of units that stand for this person."""
    found: list[Spell] = []
    for unit, stood in sorted(about.pairings.items()):
        said = [
            one for one in journal.said
            if one.fact("home_unit") == unit and one.at_us <= as_of_us
        ]  # fmt: skip
        for first, last in stood:
            mine = [one for one in said if first <= one.at_us < last]
            found += _moved(unit, mine, min(last, FOREVER_US), as_of_us)
            found += _dark(unit, mine, min(last, FOREVER_US), as_of_us)
    return found


def clock(about: Around, as_of_us: int) -> list[Spell]:
    """Doubts of its clock; one that an officer refused never was a wrong clock."""
    found = []
    for doubt in about.doubts:
        if doubt.accepted is False or doubt.from_us >= as_of_us:
            continue
        found.append(
            Spell(
                RowKind.CLOCK_WRONG, doubt.from_us, doubt.to_us, doubt.from_us,
                (tag_words.clock(doubt.from_us, doubt.to_us),),
            )
        )  # fmt: skip
    return _merged(found)


def _worn(
    journal: Journal, kinds: frozenset[EventKind], about: Around, as_of_us: int
) -> Iterator[Said]:
    """What it said of these, while it was worn."""
    live = [passed for span in about.live if (passed := span_until(span, as_of_us)) is not None]
    for one in journal.said:
        if one.kind in kinds and any(first <= one.at_us <= last for first, last in live):
            yield one


def _ran_down(
    story: list[tuple[Said, How]], over: Said | None, by_charging: bool, about: Around,
    as_of_us: int,
) -> Spell:  # fmt: skip
    """The story with the first word of each stage; a battery goes no way but down until charged."""
    first = story[0][0]
    told: list[tuple[Said, How]] = []
    for word, stage in story:
        if not told or STAGES.index(stage) > STAGES.index(told[-1][1]):
            told.append((word, stage))
    reasons = [
        tag_words.battery_said(word.at_us, STAGE_WORDS[stage], word.number("percent"))
        for word, stage in told
    ]
    if over is not None:
        reasons.append(tag_words.battery_over(over.at_us, by_charging, over.number("percent")))
    ends = [last for begin, last in about.live if begin <= first.at_us < last]
    off = ends[0] if ends and ends[0] <= as_of_us else None  # taken off while it was low
    return Spell(
        RowKind.BATTERY, first.at_us, off if over is None else over.at_us, first.at_us,
        tuple(reasons), how=told[-1][1], known_us=story[-1][0].at_us,
    )  # fmt: skip


def _between_charges(
    words: list[Said], charges: list[Run], limit: int, as_of_us: int
) -> Iterator[tuple[int, int, bool]]:
    """(since, until, a charge ended at `since`) of each stretch in which the battery was spoken of
    without a longer pause than the limit: over a pause nobody knows whether it was charged."""
    since, known = words[0].at_us, False
    pauses = [
        (before.at_us, after.at_us)
        for before, after in pairwise(words)
        if after.at_us - before.at_us > limit
    ]
    marks = sorted([(start, end, True) for start, end in charges]
                   + [(start, end, False) for start, end in pauses])  # fmt: skip
    for start, end, is_charge in marks:
        if start > since:
            yield since, start, known
        if end >= since:
            since, known = end, is_charge
    if since < as_of_us and as_of_us - words[-1].at_us <= limit:
        yield since, as_of_us, known
    elif since < words[-1].at_us:
        yield since, words[-1].at_us, known


def _first_below(words: list[Said], since: int, until: int, parameters: Parameters) -> int | None:
    """When it first said that it holds less than need not be charged, or said nothing of how much;
    what it says as it is put on charge is of a battery that is being charged."""
    for word in words:
        if not since <= word.at_us < until or word.kind in EDGES:
            continue
        percent = word.number("percent")
        if percent is None or percent < 100 * parameters.charge_below:
            return word.at_us
    return None


def _is_proper(session: Session) -> bool:
    """What was broken off is none; what has begun and not ended, or whose end is not known, is."""
    return not session.interrupted


def _end_us(session: Session, as_of_us: int) -> int:
    if session.to_at is not None:
        return to_us(session.to_at)
    begun = to_us(session.from_at)
    return as_of_us if session.running else min(begun + FULL_AFTER // MICROSECOND, as_of_us)


def _battery_kind(word: Said) -> EventKind:
    return word.kind if word.kind in EDGES else EventKind.BATTERY_LEVEL


def _jammed(spoken: list[Said], to_us_: int | None, *, by_word: bool) -> Spell:
    first, last = spoken[0].at_us, spoken[-1].at_us
    reasons = [tag_words.jammed(first, last, len(spoken))]
    reasons += [] if to_us_ is None else [tag_words.unjammed(to_us_, by_word)]
    return Spell(
        RowKind.JAMMING, first, to_us_, first, (*reasons, tag_words.JAMMED_BY), known_us=last
    )


def _gnss_us(about: Around) -> list[int]:
    """When satellites gave a place, in order."""
    fixes = about.fixes
    if fixes is None:
        return []
    mine = (fixes.set_aside == 0) & (fixes.mechanism == int(Mechanism.GNSS))
    return [int(at) for at in np.unique(fixes.measured_us[mine])]


def _moved(unit: str, said: Iterable[Said], stood_until: int, as_of_us: int) -> list[Spell]:
    first = next((one for one in said if one.kind is EventKind.HOME_UNIT_MOVED), None)
    if first is None:
        return []
    end = stood_until if stood_until <= as_of_us else None
    reasons = [tag_words.unit_moved(unit, first.at_us)]
    reasons += [tag_words.unit_over(end, "It was taken down, or put up anew,")] if end else []
    return [
        Spell(
            RowKind.HOME_UNIT, first.at_us, end, first.at_us, (*reasons, tag_words.UNIT_MEANS),
            how=How.MOVED,
        )
    ]  # fmt: skip


def _dark(unit: str, said: Iterable[Said], stood_until: int, as_of_us: int) -> list[Spell]:
    found: list[Spell] = []
    lost: Said | None = None
    end = stood_until if stood_until <= as_of_us else None
    for one in said:
        if one.kind is EventKind.HOME_UNIT_POWER_LOST and lost is None:
            lost = one
        elif one.kind is EventKind.HOME_UNIT_POWER_RESTORED and lost is not None:
            over = tag_words.unit_over(one.at_us, "It has power again")
            found.append(_powerless(unit, lost.at_us, one.at_us, over))
            lost = None
    if lost is not None:
        over = tag_words.unit_over(end, "It was taken down, or put up anew,") if end else ""
        found.append(_powerless(unit, lost.at_us, end, over))
    return found


def _powerless(unit: str, at_us: int, to_us_: int | None, over: str) -> Spell:
    reasons = (tag_words.unit_dark(unit, at_us), *((over,) if over else ()), tag_words.UNIT_MEANS)
    return Spell(RowKind.HOME_UNIT, at_us, to_us_, at_us, reasons, how=How.NO_POWER)


def _merged(spells: list[Spell]) -> list[Spell]:
    """Doubts that overlap are one wrong clock, from the first to the last."""
    found: list[Spell] = []
    for one in sorted(spells, key=lambda spell: spell.from_us):
        last = found[-1] if found else None
        if last is None or (last.to_us is not None and last.to_us < one.from_us):
            found.append(one)
            continue
        ends = (last.to_us, one.to_us)
        end = None if None in ends else max(at for at in ends if at is not None)
        found[-1] = Spell(
            RowKind.CLOCK_WRONG, last.from_us, end, last.raised_us,
            (tag_words.clock(last.from_us, end),),
        )  # fmt: skip
    return found
