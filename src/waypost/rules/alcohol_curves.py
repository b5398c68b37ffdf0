"""Readings of alcohol as curves: above a threshold in a row, and whether they are shaped as drink.

    curves_of(readings, ...)     the curves, in order; part_of: what of one lies in a window
    shape_of(curve, peak, ...)   probable or possible, with the sentence that says why

Concentrations are transdermal, g/dl; instants microseconds UTC. Decision 0032 has the sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from waypost.clock import MICROSECOND
from waypost.rules import alcohol_words as words
from waypost.rules.spells import SobrietyAsked
from waypost.rules.values import Certainty, Parameters

HOUR_US = timedelta(hours=1) // MICROSECOND
HAIR = 1e-9  # g/dl: a rate that is the limit is within it, however its digits are rounded


@dataclass(frozen=True, slots=True)
class Reading:
    """One transdermal reading, g/dl. infrared: of what it was when the tag was fitted."""

    at_us: int
    g_per_dl: float
    skin_c: float | None = None
    infrared: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """Readings above a threshold, in a row.

    before   the one before them, at most so far away that they are one curve
    after    likewise the one below it that followed
    ends     whether more readings are known, or none was for longer than readings lie apart
    since_fitted  no reading of this tag on this person came before
    """

    above: tuple[Reading, ...]
    before: Reading | None = None
    after: Reading | None = None
    ends: bool = True
    since_fitted: bool = False


def is_covered(reading: Reading, parameters: Parameters) -> bool:
    """Whether it was taken of something else than the skin it was fitted on."""
    cold = reading.skin_c is not None and reading.skin_c < parameters.alcohol_skin_min_c
    light = reading.infrared
    return cold or (light is not None and abs(light - 1) > parameters.alcohol_infrared_off)


def is_above(g_per_dl: float, asked: SobrietyAsked, parameters: Parameters) -> bool:
    """Above the order's level; without one, at what counts as alcohol or above."""
    if asked.level_g_per_dl is not None:
        return g_per_dl > asked.level_g_per_dl
    return g_per_dl >= parameters.alcohol_detected_g_per_dl


def curves_of(
    readings: Sequence[Reading], asked: SobrietyAsked, parameters: Parameters, as_of_us: int, *,
    from_fitting: bool,
) -> Iterator[Curve]:  # fmt: skip
    """The curves among readings in order of time.

    from_fitting   the first of these is the tag's first on this person
    """
    apart = parameters.alcohol_apart // MICROSECOND
    above: list[Reading] = []
    before: Reading | None = None
    fitted = False
    last: Reading | None = None
    for one in readings:
        near = last is not None and one.at_us - last.at_us <= apart
        high = is_above(one.g_per_dl, asked, parameters)
        if above and not (near and high):
            yield Curve(tuple(above), before, one if near else None, True, fitted)
            above = []
        if high and not above:
            before = last if near else None
            fitted = last is None and from_fitting
        if high:
            above.append(one)
        last = one
    if above:
        over = as_of_us - above[-1].at_us > apart
        yield Curve(tuple(above), before, None, over, fitted)


def part_of(curve: Curve, start: int, end: int) -> Curve | None:
    """Of the curve what was read in [start, end)."""
    inside = [one for one in curve.above if start <= one.at_us < end]
    if not inside:
        return None
    earlier = [one for one in curve.above if one.at_us < start]
    later = any(one.at_us >= end for one in curve.above)
    after = None if later or curve.after is None or curve.after.at_us > end else curve.after
    return Curve(
        tuple(inside), earlier[-1] if earlier else curve.before, after,
        curve.ends or later, curve.since_fitted and not earlier,
    )  # fmt: skip


def shape_of(curve: Curve, peak: Reading, parameters: Parameters) -> tuple[Certainty, str]:
    """Whether it rose and fell as drink does, and the sentence that says so. A spray over drinking
    hides none of it: what jumped is left aside, and the rest is looked at by itself."""
    first, last = curve.above[0], curve.above[-1]
    lasts_us = parameters.alcohol_lasts_min // MICROSECOND
    rise_max, fall_max = _limits(peak, parameters)
    rise, fall = _rate(curve.before, peak), _fall(curve, peak, lasts_us)
    if last.at_us - first.at_us < lasts_us:
        return Certainty.POSSIBLE, words.short(parameters.alcohol_lasts_min)
    drunk = _under_a_spray(curve, parameters)
    if drunk is not None:
        return Certainty.PROBABLE, drunk
    if rise is None:
        return Certainty.POSSIBLE, words.RISE_UNKNOWN
    if rise > rise_max + HAIR:
        return Certainty.POSSIBLE, words.fast_rise(rise)
    if fall is None:
        return Certainty.POSSIBLE, words.FALL_UNKNOWN
    if fall > fall_max + HAIR:
        return Certainty.POSSIBLE, words.fast_fall(fall)
    return Certainty.PROBABLE, words.as_drunk(rise, fall)


def _under_a_spray(curve: Curve, parameters: Parameters) -> str | None:
    """The sentence, where readings rise and fall as drink does without those that jumped and what
    fell from there faster. They must rise themselves: a spray's tail only falls."""
    native = _native(curve, parameters)
    lasts_us = parameters.alcohol_lasts_min // MICROSECOND
    if len(native) == len(curve.above) or not native:
        return None
    if native[-1].at_us - native[0].at_us < lasts_us:
        return None
    peak = max(native, key=lambda one: (one.g_per_dl, -one.at_us))
    begins = [curve.before] if curve.before is not None and native[0] is curve.above[0] else []
    lower = [one for one in (*begins, *native) if one.at_us < peak.at_us]
    base = min(lower, key=lambda one: (one.g_per_dl, -one.at_us), default=None)
    rise = _rate(base, peak)
    fall = _fall(replace(curve, above=tuple(native)), peak, lasts_us)
    if base is None or rise is None or fall is None:
        return None
    risen = peak.g_per_dl - base.g_per_dl
    rise_max, fall_max = _limits(peak, parameters)
    fits = rise <= rise_max + HAIR and fall <= fall_max + HAIR
    if not fits or risen < parameters.alcohol_detected_g_per_dl / 2 - HAIR:
        return None
    return words.under_a_spray(len(curve.above) - len(native), rise, fall)


def _native(curve: Curve, parameters: Parameters) -> list[Reading]:
    """The readings but for those from a jump up to where they fall no faster than drink."""
    jump = parameters.alcohol_rise_high_g_per_dl_per_h + HAIR
    slow = parameters.alcohol_fall_max_g_per_dl_per_h + HAIR
    found: list[Reading] = []
    foreign, last = False, curve.before
    for one in curve.above:
        rate = _rate(last, one)
        if rate is not None and rate > jump:
            foreign = True
        elif rate is not None and rate >= -slow:
            foreign = False
        if not foreign:
            found.append(one)
        last = one
    return found


def _limits(peak: Reading, parameters: Parameters) -> tuple[float, float]:
    """How fast what was drunk rises and falls at the most, g/dl an hour: more of it does faster."""
    if peak.g_per_dl >= parameters.alcohol_high_g_per_dl:
        return (
            parameters.alcohol_rise_high_g_per_dl_per_h,
            parameters.alcohol_fall_high_g_per_dl_per_h,
        )
    return (
        parameters.alcohol_rise_max_g_per_dl_per_h,
        parameters.alcohol_fall_max_g_per_dl_per_h,
    )


def _fall(curve: Curve, peak: Reading, known_after_us: int) -> float | None:
    """How fast it fell from its peak, g/dl an hour; None while too little of that is known."""
    tail = curve.after or curve.above[-1]
    if tail.at_us <= peak.at_us:
        return None
    if curve.after is None and tail.at_us - peak.at_us < known_after_us:
        return None
    return -(_rate(peak, tail) or 0.0)


def _rate(one: Reading | None, other: Reading) -> float | None:
    """How fast it rose, g/dl an hour."""
    if one is None:
        return None
    return (other.g_per_dl - one.g_per_dl) * HOUR_US / (other.at_us - one.at_us)
