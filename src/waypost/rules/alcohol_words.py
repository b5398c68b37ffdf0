"""Sentences about what an alcohol tag read: what stands in the readings, and what they do not show.

Concentrations are transdermal, g/dl. Times are stored as UTC text; pages show them as wall time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from waypost.devices.health import span_words
from waypost.rules.tag_words import at_words, length_words

NOT_HOW_MUCH = (
    "Alcohol passes the skin an hour or more after the drink; a reading says neither how much was "
    "drunk nor of what."
)
LAST = frozenset({NOT_HOW_MUCH})
RISE_UNKNOWN = "How it rose is not known: there is no reading shortly before."
FALL_UNKNOWN = "How it falls is not known yet."
BEGAN_BEFORE = "It began before this was asked."
SO_LONG = "In that time somebody can drink and be under the threshold again."
LOOKS_SO_TOO = (
    "Something between the tag and the skin looks so, and so does a tag that slipped, or a wearer "
    "in the cold."
)
PLAIN = re.compile(r"[A-Za-z][A-Za-z _-]{0,39}")


def level(g_per_dl: float) -> str:
    return f"{g_per_dl:.3f} g/dl"


def read(
    first_us: int,
    last_us: int,
    count: int,
    peak_g_per_dl: float,
    peak_us: int,
    limit_g_per_dl: float | None,
    detected_g_per_dl: float,
) -> str:
    above = (
        f"above {level(limit_g_per_dl)}"
        if limit_g_per_dl is not None
        else f"of {level(detected_g_per_dl)} or more"
    )
    if count == 1:
        return f"One reading {above}, at {at_words(first_us)}: {level(peak_g_per_dl)}."
    return (
        f"{count} readings in a row {above}, from {at_words(first_us)} to {at_words(last_us)}; the "
        f"highest {level(peak_g_per_dl)}, at {at_words(peak_us)}."
    )


def as_drunk(rise: float, fall: float) -> str:
    return (
        f"They rose by {rise:.3f} g/dl an hour and fell by {max(fall, 0.0):.3f}: so does alcohol "
        "that was drunk; hours beside much of it may read so too."
    )


def under_a_spray(aside: int, rise: float, fall: float) -> str:
    jumped = "1 reading" if aside == 1 else f"{aside} readings"
    return (
        f"Without {jumped} that jumped up, and fell from there faster than a body burns alcohol, "
        f"they rose by {rise:.3f} g/dl an hour and fell by {max(fall, 0.0):.3f}: so does alcohol "
        "that was drunk; a spray reads like what was left aside."
    )


def short(lasts: timedelta) -> str:
    return f"They lasted less than {span_words(lasts)}: a spray, a gel or a splash reads so too."


def fast_rise(rise: float) -> str:
    return (
        f"They rose by {rise:.3f} g/dl an hour: faster than most drinking; something on the skin "
        "or in the air reads so too."
    )


def fast_fall(fall: float) -> str:
    return (
        f"They fell by {fall:.3f} g/dl an hour: faster than a body burns alcohol; something that "
        "dried on the skin reads so."
    )


def reported(
    from_us_: int, to_us_: int | None, peak_g_per_dl: float | None, confirmed: bool
) -> str:
    when = f"from {at_words(from_us_)}" + ("" if to_us_ is None else f" to {at_words(to_us_)}")
    peak = "" if peak_g_per_dl is None else f", the highest {level(peak_g_per_dl)}"
    if confirmed:
        return f"The maker's review confirmed an alcohol event {when}{peak}."
    return (
        f"The tag's maker reports an alcohol event {when}{peak}; its review has not confirmed it."
    )


def no_peak(limit_g_per_dl: float) -> str:
    return f"Whether it was above {level(limit_g_per_dl)} it does not say."


def tampered(at_us: int, what: object) -> str:
    plain = isinstance(what, str) and PLAIN.fullmatch(what)
    named = f": {str(what).replace('_', ' ')}" if plain else ""
    return f"At {at_words(at_us)} it was reported that the sensor was interfered with{named}."


def off_the_skin(
    first_us: int, last_us: int, infrared: Sequence[float], skin_c: Sequence[float]
) -> str:
    """Readings of something else than skin, and what they were."""
    parts = []
    if infrared:
        parts.append(f"infrared {_range(infrared, '.2f')} of what it was when fitted")
    if skin_c:
        parts.append(f"{_range(skin_c, '.0f')} °C")
    return (
        f"For {length_words(last_us - first_us)}, from {at_words(first_us)} to "
        f"{at_words(last_us)}, the sensor read something else than skin: {', '.join(parts)}."
    )


def unread(from_us_: int, to_us_: int | None, covered: bool) -> str:
    of_skin = " of the skin" if covered else ""
    if to_us_ is None:
        return f"No reading{of_skin} has come since {at_words(from_us_)}."
    return (
        f"No reading{of_skin} for {length_words(to_us_ - from_us_)}, from {at_words(from_us_)} to "
        f"{at_words(to_us_)}."
    )


def _range(values: Sequence[float], form: str) -> str:
    low, high = f"{min(values):{form}}", f"{max(values):{form}}"
    return low if low == high else f"{low} to {high}"
