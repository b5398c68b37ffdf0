"""What a newer run takes back of a match that somebody decided on. Pure.

Only what says less is news: a match that is surer, nearer or longer than it was misleads nobody who
acted on the earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass

INSIDE_LESS_S = 60.0  # one fix more or less corrects nobody
FARTHER_M = 50.0
SURER = ("cannot_tell", "possible", "observed")


@dataclass(frozen=True, slots=True)
class Shown:
    """A match as whoever decided on it saw it. offence: what was said of place and window then."""

    verdict: str
    seconds_inside: float
    nearest_m: float | None
    fix_count: int
    offence: tuple[object, ...]


def less(before: Shown, after: Shown | None) -> tuple[str, ...]:
    """What is less now, in sentences of the tag; empty: nothing. None: no longer listed at all."""
    if after is None:
        return (
            "The newest run does not list this match any more: with all that has arrived since, "
            "the tag is not shown at the place.",
        )
    found = []
    if after.offence != before.offence:
        found.append("The police have sent the offence again with another place or time.")
    if _surety(after.verdict) < _surety(before.verdict):
        found.append(
            "No single fix shows the tag at the place any more; it may have been there between "
            "fixes, or within a wide one."
        )
    if after.seconds_inside <= before.seconds_inside - INSIDE_LESS_S:
        found.append(
            f"The time observed inside is {after.seconds_inside / 60:.0f} minutes, not "
            f"{before.seconds_inside / 60:.0f}."
        )
    if (
        before.nearest_m is not None
        and (after.nearest_m is None or after.nearest_m >= before.nearest_m + FARTHER_M)
    ):  # fmt: skip
        nearest = "not known" if after.nearest_m is None else f"{after.nearest_m:.0f} m"
        found.append(f"The nearest fix is {nearest} from the place, not {before.nearest_m:.0f} m.")
    if after.fix_count < before.fix_count and not found:
        found.append(f"{after.fix_count} fixes count, not {before.fix_count}.")
    return tuple(found)


def _surety(verdict: str) -> int:
    return SURER.index(verdict) if verdict in SURER else 0
