"""What weighing a wearer's fixes against an offence says, in plain sentences. Pure.

The tag is spoken of, never the person: a tag may be taken off, and a person may not be alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waypost.matching.evidence import EXCLUDED_MPS, TOLERANCE_M_MIN, Verdict
from waypost.offences.values import Offence

MPS_TO_KMH = 3.6
ALIKE = 1.5


def sentence(offence: Offence, row: Mapping[str, Any]) -> str:
    """One row of values.EVIDENCE in words."""
    verdict, radius = Verdict(row["class"]), f"{offence.radius_m:.0f} m"
    said = {
        Verdict.OBSERVED: _observed(row, radius),
        Verdict.POSSIBLE: _possible(row, radius),
        Verdict.CANNOT_TELL: _cannot_tell(offence, row),
        Verdict.EXCLUDED: _excluded(row, radius),
    }[verdict]
    return f"{said} {_ratio(row['likelihood_ratio'])}" if verdict in SHOWN else said


SHOWN = (Verdict.OBSERVED, Verdict.POSSIBLE)


def uncovered_minutes(offence: Offence, coverage: float) -> tuple[int, int]:
    """(minutes without a usable fix, minutes of the window), an instant being one minute."""
    minutes = max(1, round((offence.to_at - offence.from_at).total_seconds() / 60))
    return round(minutes * (1 - coverage)), minutes


def _observed(row: Mapping[str, Any], radius: str) -> str:
    for_s = row["seconds_inside"]
    stay = f" for about {_span(for_s)}" if for_s >= 30 else ""
    return f"The tag was observed within {radius} of the place{stay}, {_nearest(row)}."


def _possible(row: Mapping[str, Any], radius: str) -> str:
    return (
        f"The tag was not observed within {radius} of the place, but may have been there: at most "
        f"{_percent(row['presence'])} at any instant, {_nearest(row)}."
    )


def _cannot_tell(offence: Offence, row: Mapping[str, Any]) -> str:
    missing, minutes = uncovered_minutes(offence, row["coverage"])
    if missing:
        return f"Cannot tell: no data for {missing} of {minutes} minutes, {_nearest(row)}."
    needed = row["needed_mps"]
    if not needed:
        return f"Cannot tell: too few fixes around the window to rule it out, {_nearest(row)}."
    return (
        f"Not observed near the place and not ruled out: a way there and back between two fixes "
        f"would have taken {needed * MPS_TO_KMH:.0f} km/h, {_nearest(row)}."
    )


def _excluded(row: Mapping[str, Any], radius: str) -> str:
    """Only while strap, case and clock were sound: whoever asks with events at hand checks that."""
    return (
        f"The tag cannot have been within {radius} of the place, unless it moved faster than "
        f"{EXCLUDED_MPS * MPS_TO_KMH:.0f} km/h from door to door: it would have taken at least "
        f"{row['needed_mps'] * MPS_TO_KMH:.0f} km/h, with each fix off by twice its stated error "
        f"(at least {TOLERANCE_M_MIN:.0f} m) and any one of them wrong altogether."
    )


def _nearest(row: Mapping[str, Any]) -> str:
    if row["nearest_m"] is None:
        return "with no fix in the time in question"
    return f"nearest fix {row['nearest_m']:.0f} m from its middle"


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
