"""What would make *excluded* unsafe: strap, case, radio, clock, a tag not on all the time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.clock import MICROSECOND
from waypost.disclosure.presence import Spot, reaches
from waypost.disclosure.values import Window
from waypost.matching.unsound import UNCHECKED_US
from waypost.positions.schema import CLOCK_WRONG
from waypost.positions.tracks import TrackRow
from waypost.positions.values import EventKind

AROUND = timedelta(hours=1)
LOOK_BACK = timedelta(days=14)  # a strap cut before that was dealt with, or stands in the alerts
STRAP = (
    "The strap was reported cut or open, and not restored before the window, or so shortly before "
    "that nobody can be taken to have looked at it."
)
# As matching has it (unsound.py): that it is closed again is the tag's own word for so long.
UNCHECKED = UNCHECKED_US * MICROSECOND
CASE = "The case was reported opened."
RADIO = "The radio was reported jammed."
REMOVED = "The tag was taken off by agreement in that time."
CLOCK = "The tag’s clock was wrong in that time."
NOT_WORN = "The tag was not on, or no order was live, for the whole of the window."
CONTRADICTED = "A fix that was set aside lies at the place."
# What ends a state; what has no end here holds on.
ENDED_BY = {
    EventKind.STRAP_TAMPER: EventKind.STRAP_RESTORED,
    EventKind.JAMMING: EventKind.JAMMING_ENDED,
}
WORDS = {
    EventKind.STRAP_TAMPER: STRAP,
    EventKind.CASE_TAMPER: CASE,
    EventKind.JAMMING: RADIO,
    EventKind.CLINICAL_REMOVAL: REMOVED,
}


@dataclass(frozen=True, slots=True)
class Report:
    """Something that a tag reported: which kind of EventKind, when."""

    at: datetime
    kind: str


def troubles(
    reports: Iterable[Report],
    rows: Sequence[TrackRow],
    spots: Sequence[Spot],
    worn: Iterable[tuple[datetime, datetime]],
    window: Window,
    radius_m: float,
) -> tuple[str, ...]:
    """Why nothing may be excluded, in words; empty: all was sound.

    reports    of the tag from LOOK_BACK before the window to AROUND after it
    rows       every fix of the window and AROUND, set aside or not; spots: the same as distances
    worn       when the tag was on under a live order
    """
    found = [*_states(reports, window)]
    if any(row.set_aside in CLOCK_WRONG for row in rows):
        found.append(CLOCK)
    aside = (
        spot for row, spot in zip(rows, spots, strict=True)
        if not row.used and window.from_at <= row.measured_at < window.to_at
    )  # fmt: skip
    if any(reaches(spot, radius_m) for spot in aside):
        found.append(CONTRADICTED)
    if not _covers(sorted(worn), window):
        found.append(NOT_WORN)
    return tuple(dict.fromkeys(found))


def _states(reports: Iterable[Report], window: Window) -> list[str]:
    """States that held at any time of the window or an hour around it."""
    begins, ends = window.from_at - AROUND, window.to_at + AROUND
    known = sorted((one for one in reports if one.at <= ends), key=lambda one: one.at)
    found = []
    for kind, words in WORDS.items():
        over = ENDED_BY.get(kind)
        for one in known:
            if one.kind != kind:
                continue
            waits = UNCHECKED if kind == EventKind.STRAP_TAMPER else timedelta()
            restored = (later.at for later in known if later.kind == over and later.at >= one.at)
            if one.at >= begins or not any(at < begins - waits for at in restored):
                found.append(words)
                break
    return found


def _covers(spans: Iterable[tuple[datetime, datetime]], window: Window) -> bool:
    at = window.from_at
    for start, end in spans:
        if start > at:
            return False
        at = max(at, end)
        if at >= window.to_at:
            return True
    return at >= window.to_at
