"""Was any tagged person at this place then? The machine looks at all who may be looked at; what
leaves is yes, no or cannot tell, and how many tags could and could not be judged. No name.

Looked at are wearers whose order lists crime mapping as a lawful use (matching/scope.py). Those
under limited access are in no count unless whoever decides is their named staff; people who are
protected wear no tag of ours and are in none.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import pyarrow as pa

from waypost.access.values import Permission, Posted
from waypost.disclosure.gathering import fastest, judged, reports_of
from waypost.disclosure.presence import Verdict
from waypost.disclosure.soundness import AROUND
from waypost.disclosure.values import Place, Window
from waypost.matching.in_scope import in_scope
from waypost.monitoring.parameter_queries import speeds
from waypost.orders.queries import hidden_person_ids, light_orders
from waypost.positions.order import Integers, integers
from waypost.positions.queries import fixes_between
from waypost.positions.schema import EVENTS
from waypost.positions.tracks import Speeds, only_live, track_of

SMALL = 5  # fewer than this are told as such


class Anybody(StrEnum):
    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """told     judged: observed or excluded; not_judged: possible, or nobody can tell
    observed  numbers of persons: never leaves the room but by a request for names"""

    verdict: Anybody
    judged: int
    not_judged: int
    speed_mps: float
    observed: tuple[int, ...]


def gather_place(window: Window, place: Place, *, by: Posted, now: datetime) -> PlaceAnswer:
    """The machine's look at everybody in scope; the caller asked "may I?" and leaves the line."""
    hidden = hidden_person_ids(by, Permission.DISCLOSURE_APPROVE, now=now)
    persons = [
        one
        for one in light_orders()
        if one.number not in hidden and not one.details.get("protected")
    ]
    spans: dict[int, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    for worn in in_scope(persons):
        for start, end in worn.spans:
            if start < window.to_at and window.from_at < end:
                spans[worn.person_number].append((worn.activation, start, end))
    return _answer(spans, window, place, speeds())


def _answer(
    spans: dict[int, list[tuple[int, datetime, datetime]]],
    window: Window,
    place: Place,
    going_by: Speeds,
) -> PlaceAnswer:
    """spans: by person, the times of each activation that may be looked at"""
    numbers = {number for several in spans.values() for number, _, _ in several}
    from_at, to_at = window.from_at - AROUND, window.to_at + AROUND
    fixes, told = fixes_between(numbers, from_at, to_at), reports_of(numbers, window)
    whose = integers(fixes, "activation")  # which come in order
    verdicts = {}
    for person_id, several in spans.items():
        allowed: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        for number, start, end in several:
            allowed[number].append((start, end))
        parts = [_of(fixes, whose, number) for number in sorted(allowed)]
        mine = only_live(pa.concat_tables(parts), allowed)
        rows = track_of(mine, EVENTS.empty_table(), from_at, to_at, going_by).rows
        reports = [one for number in allowed for one in told.get(number, ())]
        found = judged(rows, reports, several, window, place, going_by)
        verdicts[person_id] = found.verdict
    return _summed(verdicts, fastest(going_by))


def _of(fixes: pa.Table, whose: Integers, number: int) -> pa.Table:
    first, last = np.searchsorted(whose, [number, number + 1])
    return fixes.slice(first, last - first)


def _summed(verdicts: dict[int, Verdict], speed_mps: float) -> PlaceAnswer:
    observed = sorted(one for one, verdict in verdicts.items() if verdict is Verdict.OBSERVED)
    excluded = sum(one is Verdict.EXCLUDED for one in verdicts.values())
    judged_count = len(observed) + excluded
    left = len(verdicts) - judged_count
    if observed:
        verdict = Anybody.YES
    elif left or not verdicts:
        verdict = Anybody.CANNOT_TELL
    else:
        verdict = Anybody.NO
    return PlaceAnswer(verdict, judged_count, left, speed_mps, tuple(observed))


def sentences(found: PlaceAnswer) -> tuple[str, ...]:
    """What is told: small counts are told as such, so that no one person stands behind a number."""
    head = {
        Anybody.YES: "Yes: at least one tag of the programme was observed at the place in the "
        "window.",
        Anybody.NO: "No: none of the programme’s tags that were on can have been at the place in "
        "the window.",
        Anybody.CANNOT_TELL: "Cannot tell: no tag of the programme was observed at the place in "
        "the window, and not all can be ruled out.",
    }[found.verdict]
    return (
        head,
        f"{count_words(found.judged)} could be judged, {count_words(found.not_judged).lower()} "
        "could not.",
        f"Judging assumes that no tag moved faster than {found.speed_mps:.0f} m/s "
        f"({found.speed_mps * 3.6:.0f} km/h). Only tags under orders that allow this use were "
        "looked at. It is said of tags, not of persons, and rules out nobody who wears none.",
    )


def count_words(count: int) -> str:
    return "Fewer than five tags" if count < SMALL else f"{count} tags"
