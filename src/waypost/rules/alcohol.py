"""What an alcohol tag shows of drinking, as spells (`alcohol_spells`); and when it shows nothing.

    ALCOHOL         above the threshold, by its readings and by what its maker reports
    ALCOHOL         cannot tell: so long without a reading that a drink could have passed
    ALCOHOL_TAMPER  the sensor covered or off the skin

Readings alone are never certain. A curve that lasts, rises and falls as drink does is probable; any
other is possible, since a spray or a gel reads alike. Certain is what the maker's review confirmed.
Pure, over one journal: words are sorted by when they were said, so that order of arrival and number
change nothing, and a review's later word on the same event replaces its earlier one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from waypost.clock import FOREVER_US, MICROSECOND
from waypost.positions.values import EventKind
from waypost.rules import alcohol_words as words
from waypost.rules.alcohol_curves import (
    Curve,
    Reading,
    curves_of,
    is_above,
    is_covered,
    part_of,
    shape_of,
)
from waypost.rules.reconcile import SURER
from waypost.rules.runs import Run, within
from waypost.rules.spells import Around, SobrietyAsked, Spell, span_until
from waypost.rules.tag_journal import ALCOHOL, Journal, Said
from waypost.rules.values import Certainty, Parameters, RowKind

HOUR_US = timedelta(hours=1) // MICROSECOND
STANDS_FOR_US = HOUR_US // 2  # how long a reading stands for that no other follows


@dataclass(frozen=True, slots=True)
class Reported:
    """The last word on one event, as its maker reports it. to_us: None while it lasts."""

    said: Said
    from_us: int
    to_us: int | None
    confirmed: bool
    peak_g_per_dl: float | None


def alcohol_spells(
    journal: Journal, about: Around, parameters: Parameters, as_of_us: int
) -> tuple[list[Spell], list[int]]:
    """All of them, and when time alone may change something."""
    if not about.sobriety and not any(one.kind in ALCOHOL for one in journal.said):
        return [], []
    readings = readings_of(journal, about, as_of_us)
    covered = _covered(journal, readings, about, parameters, as_of_us)
    drunk, over_us = _drinking(journal, readings, about, parameters, as_of_us)
    hidden = [(one.from_us, _end_us(one)) for one in covered]
    unread, due_us = _unread(journal, readings, hidden, about, parameters, as_of_us)
    looks = [at for at in (over_us, due_us) if at is not None]
    return [*drunk, *unread, *covered], looks


def _drinking(
    journal: Journal, readings: Sequence[Reading], about: Around, parameters: Parameters,
    as_of_us: int,
) -> tuple[list[Spell], int | None]:  # fmt: skip
    """Each time it was above what is asked while that was asked, and when time ends an open one."""
    reported = _reported(journal, as_of_us)
    from_fitting = bool(readings) and any(
        journal.from_us <= start <= readings[0].at_us < end for start, end in about.live
    )
    found: list[Spell] = []
    for asked in about.sobriety:
        curves = list(curves_of(readings, asked, parameters, as_of_us, from_fitting=from_fitting))
        for window in _asked_and_worn(asked, about, as_of_us):
            spells = [_drunk(curve, asked, window, parameters, as_of_us) for curve in curves]
            spells += [
                _told(one, readings, asked, window, parameters, as_of_us) for one in reported
            ]
            found += _joined([one for one in spells if one is not None])
    lasting = [one.known_us for one in found if one.to_us is None and one.known_us is not None]
    wait_us = parameters.alcohol_apart // MICROSECOND + 1
    return found, min((max(at + wait_us, as_of_us + 1) for at in lasting), default=None)


def _unread(
    journal: Journal, readings: Sequence[Reading], hidden: Sequence[Run], about: Around,
    parameters: Parameters, as_of_us: int,
) -> tuple[list[Spell], int | None]:  # fmt: skip
    """Time asked for of which no reading tells, and when the present wait would become such."""
    if not about.sobriety or not (about.reads_alcohol or readings):
        return [], None
    told = [one.at_us for one in readings
            if not any(start <= one.at_us < end for start, end in hidden)]  # fmt: skip
    longest = parameters.alcohol_gap_min // MICROSECOND
    allowed = parameters.alcohol_upload_within // MICROSECOND
    found: list[Spell] = []
    looks: list[int] = []
    for span in about.live:
        passed = span_until(span, as_of_us)
        if passed is None:
            continue
        start = _heard_from(passed[0], journal, told, about)
        known = [at for at in told if start <= at <= passed[1]]
        gaps: list[tuple[int, int, bool]] = [
            (one, other, False) for one, other in pairwise([start, *known]) if other - one > longest
        ]
        last = known[-1] if known else start
        waited = as_of_us - last > allowed
        if waited and passed[1] - last > longest:
            gaps.append((last, passed[1], span[1] > as_of_us))
        elif not waited and passed[1] > last:
            looks.append(max(last + allowed + 1, as_of_us + 1))
        found += [
            spell
            for asked in about.sobriety
            for gap in gaps
            for spell in _untold(gap, asked, hidden, longest)
        ]
    return found, min(looks, default=None)


def _covered(
    journal: Journal, readings: Sequence[Reading], about: Around, parameters: Parameters,
    as_of_us: int,
) -> list[Spell]:  # fmt: skip
    """The sensor covered or off the skin: at once where it is reported, by readings after hours."""
    spells = [
        spell
        for word in _worn_words(journal, EventKind.ALCOHOL_TAMPER, about, as_of_us)
        if (spell := _tampered(word, readings, about, parameters, as_of_us)) is not None
    ]
    return _joined([*spells, *_off_the_skin(readings, about, parameters, as_of_us)])


def readings_of(journal: Journal, about: Around, as_of_us: int) -> list[Reading]:
    """What it read while it was worn, in order of time; of two of one instant the higher."""
    found: dict[int, Reading] = {}
    for one in _worn_words(journal, EventKind.ALCOHOL_READING, about, as_of_us):
        level = one.number("tac_percent")
        had = found.get(one.at_us)
        if level is not None and (had is None or level > had.g_per_dl):
            found[one.at_us] = Reading(
                one.at_us, level, one.number("temperature_c"), one.number("infrared")
            )
    return list(found.values())


def _drunk(
    whole: Curve, asked: SobrietyAsked, window: Run, parameters: Parameters, as_of_us: int
) -> Spell | None:
    """The part of the curve that lies in the window. Alcohol that was in the body before it was
    forbidden, and only went down since, breaks nothing."""
    start, end = window
    curve = part_of(whole, start, end)
    if curve is None:
        return None
    carried = curve.before is not None and is_above(curve.before.g_per_dl, asked, parameters)
    peak = max(curve.above, key=lambda one: (one.g_per_dl, -one.at_us))
    base = curve.before if carried and curve.before is not None else curve.above[0]
    risen = peak.g_per_dl - base.g_per_dl
    if (carried or curve.since_fitted) and risen < parameters.alcohol_detected_g_per_dl:
        return None
    first, last = curve.above[0].at_us, curve.above[-1].at_us
    to_us_: int | None = None
    if curve.after is not None:
        to_us_ = curve.after.at_us
    elif curve.ends or end <= as_of_us:
        to_us_ = min(last + STANDS_FOR_US, end)
    certainty, shape = shape_of(curve, peak, parameters)
    return Spell(
        RowKind.ALCOHOL, first, to_us_, first,
        (words.read(first, last, len(curve.above), peak.g_per_dl, peak.at_us, asked.level_g_per_dl,
                    parameters.alcohol_detected_g_per_dl),
         shape, words.NOT_HOW_MUCH),
        certainty=certainty, known_us=last, requirement=asked.requirement,
        version_id=asked.version_id,
    )  # fmt: skip


def _reported(journal: Journal, as_of_us: int) -> list[Reported]:
    """The maker's events, of those that share time the last word."""
    found: list[Reported] = []
    for one in journal.said:
        if one.kind is not EventKind.ALCOHOL_EVENT or one.at_us > as_of_us:
            continue
        new = _as_reported(one)
        found = [had for had in found if not _share_time(had, new)]
        found.append(new)
    return sorted(found, key=lambda had: (had.from_us, had.said))


def _as_reported(said: Said) -> Reported:
    from_us_ = min(said.instant_us("from") or said.at_us, said.at_us)
    to_us_ = said.instant_us("to")
    if to_us_ is not None and to_us_ <= from_us_:
        to_us_ = max(said.at_us, from_us_ + STANDS_FOR_US)
    return Reported(
        said, from_us_, to_us_, said.fact("confirmed") is True, said.number("peak_percent")
    )


def _share_time(one: Reported, other: Reported) -> bool:
    return one.from_us < (other.to_us or FOREVER_US) and other.from_us < (one.to_us or FOREVER_US)


def _told(
    one: Reported, readings: Sequence[Reading], asked: SobrietyAsked, window: Run,
    parameters: Parameters, as_of_us: int,
) -> Spell | None:  # fmt: skip
    """The maker's event, as far as it lies in the window and above what is asked."""
    start, end = window
    to_us_ = one.to_us if one.to_us is not None else _over_us(one, readings, asked, parameters)
    apart = parameters.alcohol_apart // MICROSECOND
    if to_us_ is None and as_of_us - one.said.at_us > apart:
        to_us_ = max(one.said.at_us, one.from_us + STANDS_FOR_US)
    if one.from_us >= end or (to_us_ is not None and to_us_ <= start):
        return None
    level, peak = asked.level_g_per_dl, one.peak_g_per_dl
    if level is not None and peak is not None and peak <= level:
        return None
    reasons = [words.reported(one.from_us, one.to_us, peak, one.confirmed)]
    sure = one.confirmed
    if one.from_us < start:
        reasons, sure = [*reasons, words.BEGAN_BEFORE], False
    if level is not None and peak is None:
        reasons, sure = [*reasons, words.no_peak(level)], False
    if to_us_ is None and end <= as_of_us:
        to_us_ = end
    first = max(one.from_us, start)
    return Spell(
        RowKind.ALCOHOL, first, None if to_us_ is None else min(to_us_, end), first,
        (*reasons, words.NOT_HOW_MUCH),
        certainty=Certainty.CERTAIN if sure else Certainty.POSSIBLE,
        known_us=max(one.said.at_us, first), requirement=asked.requirement,
        version_id=asked.version_id,
    )  # fmt: skip


def _over_us(
    one: Reported, readings: Sequence[Reading], asked: SobrietyAsked, parameters: Parameters
) -> int | None:
    """When a reading after the word on it was first below what is asked."""
    return next(
        (
            reading.at_us
            for reading in readings
            if reading.at_us >= max(one.said.at_us, one.from_us + 1)
            and not is_above(reading.g_per_dl, asked, parameters)
        ),
        None,
    )


def _tampered(
    word: Said, readings: Sequence[Reading], about: Around, parameters: Parameters, as_of_us: int
) -> Spell | None:
    """From the word to its stated end, or to the first reading that was not told to be covered."""
    off = _span_end(about, word.at_us)
    to_us_ = word.instant_us("to")
    if to_us_ is None or to_us_ <= word.at_us:
        to_us_ = next(
            (one.at_us for one in readings
             if one.at_us > word.at_us and not is_covered(one, parameters)),
            None,
        )  # fmt: skip
    ends = [at for at in (to_us_, off) if at is not None and at <= as_of_us]
    return Spell(
        RowKind.ALCOHOL_TAMPER, word.at_us, min(ends, default=None), word.at_us,
        (words.tampered(word.at_us, word.fact("what")),), known_us=word.at_us,
    )  # fmt: skip


def _off_the_skin(
    readings: Sequence[Reading], about: Around, parameters: Parameters, as_of_us: int
) -> Iterator[Spell]:
    apart = parameters.alcohol_apart // MICROSECOND
    needed = parameters.alcohol_covered_after // MICROSECOND
    run: list[Reading] = []
    for one in (*readings, None):
        if run and (
            one is None or one.at_us - run[-1].at_us > apart or not is_covered(one, parameters)
        ):
            first, last = run[0].at_us, run[-1].at_us
            near = one is not None and one.at_us - last <= apart
            off = _span_end(about, first)
            to_us_: int | None = one.at_us if one is not None and near else last + STANDS_FOR_US
            if one is None and as_of_us - last <= apart:
                to_us_ = None
            if off is not None and off <= as_of_us:
                to_us_ = min(to_us_ or off, off)
            if last - first >= needed:
                yield Spell(
                    RowKind.ALCOHOL_TAMPER, first, to_us_, first + needed,
                    (words.off_the_skin(
                        first, last,
                        [r.infrared for r in run if r.infrared is not None],
                        [r.skin_c for r in run if r.skin_c is not None],
                    ), words.LOOKS_SO_TOO),
                    certainty=Certainty.PROBABLE, known_us=last,
                )  # fmt: skip
            run = []
        if one is not None and is_covered(one, parameters):
            run.append(one)


def _heard_from(worn_us: int, journal: Journal, told: Sequence[int], about: Around) -> int:
    """From when on readings are expected: since it was worn, but for what the journal has let go;
    of a tag that need not read any, since its first."""
    first = told[0] if told else journal.from_us
    if journal.from_us > worn_us:
        return max(worn_us, min(first, journal.from_us))
    return worn_us if about.reads_alcohol else max(worn_us, first)


def _untold(
    gap: tuple[int, int, bool], asked: SobrietyAsked, hidden: Sequence[Run], longest_us: int
) -> Iterator[Spell]:
    """The parts of a gap in which it was asked."""
    first, last, lasts = gap
    was_covered = any(start < last and first < end for start, end in hidden)
    for start, end in within((first, last), asked.windows):
        open_ = lasts and end == last
        yield Spell(
            RowKind.ALCOHOL, start, None if open_ else end, min(first + longest_us, end),
            (words.unread(first, None if open_ else last, was_covered), words.SO_LONG),
            certainty=Certainty.CANNOT_TELL, known_us=end, requirement=asked.requirement,
            version_id=asked.version_id,
        )  # fmt: skip


def _joined(spells: Sequence[Spell]) -> list[Spell]:
    """Spells that share time are one: the surest of them, with the reasons of all."""
    found: list[Spell] = []
    for one in sorted(spells, key=lambda spell: (spell.from_us, -SURER[spell.certainty])):
        last = found[-1] if found else None
        if last is None or _end_us(last) <= one.from_us:
            found.append(one)
            continue
        sure, other = (last, one) if SURER[last.certainty] >= SURER[one.certainty] else (one, last)
        ends = (last.to_us, one.to_us)
        found[-1] = replace(
            sure,
            from_us=last.from_us,
            raised_us=min(last.raised_us, one.raised_us),
            to_us=None if None in ends else max(at for at in ends if at is not None),
            known_us=max(last.known_us or 0, one.known_us or 0),
            reasons=_reasons(sure.reasons, other.reasons),
        )
    return found


def _reasons(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    """Both in order, each sentence once, the one that every reading has at the end."""
    said = list(dict.fromkeys((*first, *second)))
    last = [one for one in said if one in words.LAST]
    return (*(one for one in said if one not in words.LAST), *last)


def _asked_and_worn(asked: SobrietyAsked, about: Around, as_of_us: int) -> Iterator[Run]:
    for span in about.live:
        for start, end in within(span, asked.windows):
            if start < as_of_us:
                yield start, end


def _worn_words(journal: Journal, kind: EventKind, about: Around, as_of_us: int) -> Iterator[Said]:
    live = [passed for span in about.live if (passed := span_until(span, as_of_us)) is not None]
    for one in journal.said:
        if one.kind is kind and any(first <= one.at_us <= last for first, last in live):
            yield one


def _span_end(about: Around, at_us: int) -> int | None:
    """When the span in which it was worn at the instant ends; None: no end is known."""
    end = next((end for start, end in about.live if start <= at_us < end), FOREVER_US)
    return None if end >= FOREVER_US else end


def _end_us(spell: Spell) -> int:
    return FOREVER_US if spell.to_us is None else spell.to_us
