"""A violation as its page states it: how sure, how it lies in required time, by which numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.monitoring.violation_queries import RevisionSeen, ViolationPage
from waypost.rules.parameter_form import shown
from waypost.rules.parameter_words import WORDS as NUMBERS
from waypost.rules.reconcile import ChangeKind
from waypost.rules.saying import how_sure
from waypost.rules.values import EVENT_KINDS, Certainty, How, JudgedViolation, RowKind
from waypost.web.presenters.alerting import in_local_time
from waypost.web.templatetags.waypost import length, metres, words

ODDS = (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2)
HOW_WORDS: dict[How, str] = {
    How.LATE: "From the start of required time: late",
    How.LEFT_EARLY: "To the end of required time: left early",
    How.OUT_DURING: "Within required time",
    How.OUT_ALL: "All of the required time",
    How.MISSED: "Missed",
    How.NOT_MONITORED: "Could not be monitored",
    How.PASSAGE: "Between two fixes: possible, not observed",
    How.NO_FIX: "No usable fix came",
    How.AGED: "Fixes came; for so long none of them could tell",
    How.LOW: "Battery low",
    How.CRITICAL: "Battery critical",
    How.DEAD: "Battery empty",
    How.MOVED: "The home unit was moved",
    How.NO_POWER: "The home unit is without power",
}
CHANGE_WORDS: dict[str, str] = {
    ChangeKind.RAISED: "Raised",
    ChangeKind.GROWN: "Went on",
    ChangeKind.CONFIRMED: "Confirmed: surer than before",
    ChangeKind.CLOSED: "Ended",
    ChangeKind.FOUND_LATE: "Found late, by what came later",
    ChangeKind.TIME_CORRECTED: "Corrected",
    ChangeKind.WITHDRAWN: "Withdrawn: what came later took it back",
    ChangeKind.JOINED: "Joined with another: what came later showed that it is part of it",
}
MUST_BE_INSIDE = (
    "The person must be at this place in required time. A fix counts against them only when its "
    "whole 95 % circle lies outside; one whose circle crosses the edge counts neither way. "
    "Required time without a usable fix is told apart: nothing is known of it."
)
STATE_OF_TAG = "This is a state of the tag, told from what it reported and from its silence."
APPLIES: dict[RowKind, str] = {
    RowKind.EXCLUSION: (
        "The person must not be inside this zone in required time. A fix counts against them only "
        "when its whole 95 % circle lies inside; one whose circle crosses the edge counts neither "
        "way. Time without fixes is not counted against them."
    ),
    RowKind.EXCLUSION_WARNING: (
        "The person was in the ring around an exclusion zone. That is a warning, not a violation."
    ),
    RowKind.MOVING_EXCLUSION: (
        "The person must keep away from a protected person, wherever they are. Neither place is "
        "shown to the other side."
    ),
    RowKind.CURFEW: MUST_BE_INSIDE,
    RowKind.INCLUSION: MUST_BE_INSIDE,
    RowKind.RESTRICTION: MUST_BE_INSIDE,
    RowKind.ATTENDANCE: (
        "The person must come to an appointment, within the minutes of grace, and stay. An "
        "appointment of which nothing can be told is not counted as missed."
    ),
    RowKind.TRAIL: "Whereabouts are recorded. This is time of which nothing was recorded.",
    RowKind.ALCOHOL: (
        "The person must not drink, or must stay under a level. A tag on the skin reads every half "
        "hour what passes it. Readings alone are never certain: what the maker's review confirmed "
        "is. Drinking a little is often not read at all."
    ),
    RowKind.ALCOHOL_TAMPER: (
        "The sensor of an alcohol tag was covered or off the skin, by its report or its readings. "
        "What was drunk meanwhile may not have been read."
    ),
}


@dataclass(frozen=True, slots=True)
class VersionShown:
    at: datetime
    what: str
    said: str  # from, to, how sure, how long


def title(page: ViolationPage) -> str:
    row = page.standing.row
    if row.kind in EVENT_KINDS and row.requirement_id.startswith("tag:"):
        return f"{words(row.kind)}: the tag"
    return f"{words(row.kind)} {row.requirement_id}"


def sentences(row: JudgedViolation) -> list[str]:
    """How sure it is, then why it stands, times as the page's others."""
    return [how_sure(row), *(in_local_time(one, row.from_at) for one in row.reasons)]


def applies(row: JudgedViolation) -> str:
    return APPLIES.get(row.kind, STATE_OF_TAG)


def how_words(how: How) -> str:
    return HOW_WORDS.get(how, "")


def chance_words(chance: float | None) -> str:
    """A modelled chance as people weigh one; "" where none is modelled. Never rounded down."""
    if chance is None:
        return ""
    if chance <= 1 / ODDS[0]:
        return f"below 1 in {ODDS[0]:,}"
    odds = next((one for one in ODDS if chance <= 1 / one), 1)
    return f"at most 1 in {odds:,}" if odds > 1 else "more than 1 in 2"


def length_words(row: JudgedViolation) -> str:
    """Its minutes, without what could not be told."""
    if row.certainty is Certainty.CANNOT_TELL:
        return "None: nothing can be told of this time"
    return "One moment so far" if not row.minutes else length(60 * row.minutes)


def depth_words(row: JudgedViolation) -> str:
    """How far beyond the edge, the circle taken off."""
    return metres(row.depth_m) if row.depth_m > 0 else ""


def fix_words(row: JudgedViolation) -> str:
    """How many fixes show it; "" of a state of the tag that no fix shows."""
    if row.kind in EVENT_KINDS and not row.fix_count:
        return ""
    if not row.fix_count:
        return "none"
    return str(row.fix_count)


def _fixes(count: int) -> str:
    if not count:
        return ""
    return "1 fix" if count == 1 else f"{count} fixes"


def versions_shown(page: ViolationPage) -> list[VersionShown]:
    """Each version with what it said then, in the order in which we knew them."""
    return [
        VersionShown(
            one.known_at,
            CHANGE_WORDS.get(one.change, words(one.change)),
            ", ".join(
                part
                for part in (
                    words(one.certainty).lower(),
                    f"{one.minutes:.1f} minutes" if one.minutes else "",
                    _fixes(one.fix_count),
                    f"numbers {one.parameter_revision_id}" if one.parameter_revision_id else "",
                )
                if part
            ),
        )
        for one in page.versions
    ]


def numbers_shown(revision: RevisionSeen | None) -> list[tuple[str, str]]:
    """The revision's numbers, each with its name and unit."""
    if revision is None:
        return []
    return [(words.name, shown(name, revision.parameters)) for name, words in NUMBERS.items()]
