"""What weighing a wearer's fixes against an offence says, in plain sentences. Pure.

The tag is spoken of, never the person: a tag may be taken off, and a person may not be alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waypost.clock import from_us
from waypost.matching.evidence import EXCLUDED_MPS, TOLERANCE_M_MIN, Verdict
from waypost.matching.unsound import Why
from waypost.offences.values import Offence

MPS_TO_KMH = 3.6
ALIKE = 1.5
SIDES = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
UNSOUND_WORDS = {
    Why.CASE: "the case was reported opened",
    Why.CLOCK: "the clock was wrong or in doubt",
    Why.RADIO: "the radio was reported jammed",
    Why.REMOVED: "the tag was off by agreement",
    Why.STRAP: "the strap was reported open",
    Why.UNCHECKED: "the strap was reported closed again and no officer had looked at it",
}
FILES_ALONE = "Strap, case and clock are not known from files of fixes: check them first."
SOUND = "Nothing is known against strap, case, radio and clock in that time."


def sentence(offence: Offence, row: Mapping[str, Any], *, events_known: bool) -> str:
    """One row of values.EVIDENCE in words.

    events_known   strap, case, radio and clock were looked at; not so in a file of fixes
    """
    verdict, radius = Verdict(row["class"]), f"{offence.radius_m:.0f} m"
    said = {
        Verdict.OBSERVED: _observed(offence, row, radius),
        Verdict.POSSIBLE: _possible(offence, row, radius),
        Verdict.CANNOT_TELL: _cannot_tell(offence, row),
        Verdict.EXCLUDED: _excluded(row, radius, SOUND if events_known else FILES_ALONE),
    }[verdict]
    if verdict not in SHOWN:
        return said
    unsound = f" About that time {unsound_words(row)}." if row.get("unsound") else ""
    return f"{said} {_ratio(row['likelihood_ratio'])}{unsound}"


SHOWN = (Verdict.OBSERVED, Verdict.POSSIBLE)


def uncovered_minutes(offence: Offence, coverage: float) -> tuple[int, int]:
    """(minutes without a usable fix, minutes of the window), an instant being one minute."""
    minutes = max(1, round((offence.to_at - offence.from_at).total_seconds() / 60))
    return round(minutes * (1 - coverage)), minutes


def _observed(offence: Offence, row: Mapping[str, Any], radius: str) -> str:
    for_s = row["seconds_inside"]
    stay = f" for about {_span(for_s)}" if for_s >= 30 else ""
    nearest = _nearest(offence, row)
    return f"The tag was observed within {radius} of the place{stay}, {nearest}.{_legs(row)}"


def _legs(row: Mapping[str, Any]) -> str:
    """How it came and went, as far as that was observed."""
    came, went = row.get("entry_mps"), row.get("exit_mps")
    said = []
    if came is not None:
        course = row["entry_course_deg"]
        whence = "" if course is None else f" from {_side(course + 180)}"
        said.append(f"came{whence} {_speed(came)}")
    if went is not None:
        course = row["exit_course_deg"]
        whither = "" if course is None else f" towards {_side(course)}"
        said.append(f"left{whither} {_speed(went)}")
    return f" It {' and '.join(said)}." if said else ""


def _side(degrees: float) -> str:
    return f"the {SIDES[round(degrees / 45) % 8]}"


def _speed(mps: float) -> str:
    kmh = round(mps * MPS_TO_KMH)
    return f"at about {kmh} km/h" if kmh else "at less than 1 km/h"


def _possible(offence: Offence, row: Mapping[str, Any], radius: str) -> str:
    return (
        f"The tag was not observed within {radius} of the place, but may have been there: at most "
        f"{_percent(row['presence'])} at any instant, {_nearest(offence, row)}."
    )


def unsound_words(row: Mapping[str, Any]) -> str:
    """What of the tag was not sound, from when to when, UTC to the second."""
    said = f"{UNSOUND_WORDS[Why(row['unsound'])]} from {_instant(row['unsound_from_us'])}"
    if row["unsound_to_us"] is None:
        return f"{said}, with no end known"
    return f"{said} to {_instant(row['unsound_to_us'])}"


def _instant(us: int) -> str:
    return f"{from_us(us):%Y-%m-%d %H:%M:%S} UTC"


def _cannot_tell(offence: Offence, row: Mapping[str, Any]) -> str:
    if row.get("unsound") and row["needed_mps"] and row["needed_mps"] > EXCLUDED_MPS:
        return (
            f"Cannot tell: its fixes would rule the tag out, but {unsound_words(row)}; "
            f"{_nearest(offence, row)}."
        )
    missing, minutes = uncovered_minutes(offence, row["coverage"])
    if missing:
        return f"Cannot tell: no data for {missing} of {minutes} minutes, {_nearest(offence, row)}."
    needed = row["needed_mps"]
    if not needed:
        nearest = _nearest(offence, row)
        return f"Cannot tell: too few fixes around the window to rule it out, {nearest}."
    return (
        f"Not observed near the place and not ruled out: a way there and back between two fixes "
        f"would have taken {needed * MPS_TO_KMH:.0f} km/h, {_nearest(offence, row)}."
    )


def _excluded(row: Mapping[str, Any], radius: str, soundness: str) -> str:
    return (
        f"The tag cannot have been within {radius} of the place, unless it moved faster than "
        f"{EXCLUDED_MPS * MPS_TO_KMH:.0f} km/h from door to door: it would have taken at least "
        f"{row['needed_mps'] * MPS_TO_KMH:.0f} km/h, with each fix off by twice its stated error "
        f"(at least {TOLERANCE_M_MIN:.0f} m) and any one of them wrong altogether. {soundness}"
    )


def _nearest(offence: Offence, row: Mapping[str, Any]) -> str:
    if row["nearest_m"] is None:
        return "with no fix in the time in question"
    of = "its middle" if offence.shape is None else "the nearest spot of it"
    return f"nearest fix {row['nearest_m']:.0f} m from {of}{give_or_take(row)}"


def give_or_take(row: Mapping[str, Any]) -> str:
    """How far the nearest distance may be off; "" where that was not kept."""
    spread_m = row.get("nearest_spread_m")
    return "" if spread_m is None else f", give or take {spread_m:.0f} m (95 %)"


def _ratio(ratio: float) -> str:
    if 1 / ALIKE < ratio < ALIKE:
        return "Being at the spot then is about as likely as by this wearer's habit."
    word, times = ("more", ratio) if ratio > 1 else ("less", 1 / ratio)
    return f"Being at the spot then is {_times(times)} {word} likely than by this wearer's habit."


def _times(ratio: float) -> str:
    digits = 0 if ratio >= 10 else 1
    return f"{round(ratio, -(len(str(int(ratio))) - 2)):,.{digits}f} times"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.1f} %"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
