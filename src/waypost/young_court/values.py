"""The words of the Young Adult Court, and the one table of a listing's moves: code, tests and
diagram come from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

NO_SUCH_SITTING = "There is no such sitting."
NO_SUCH_LISTING = "There is no such review."
ABOUT = "young_court"  # of documents.needs.OPENERS: papers about a listing
REPORT = "progress_report"  # the kind of paper
WORDS_MIN, WORDS_MAX, NAME_MAX = 10, 2000, 120
OURS = "our assumption, to be set by the agency"
# The pilots that began in 2021 sentence people of 18 to 25; OURS where a court takes others.
YOUNGEST, OLDEST = 18, 25
FIRST_PERIOD = timedelta(days=90)  # a first report looks back so far at most: OURS
WRITE_UP_WITHIN = timedelta(days=2)  # after a sitting, what the court said is written down: OURS


class Purpose(StrEnum):
    SENTENCE = "sentence"
    REVIEW = "review"


PURPOSE_WORDS: dict[Purpose, str] = {
    Purpose.SENTENCE: "For sentence",
    Purpose.REVIEW: "Review after sentence",
}


class Status(StrEnum):
    LISTED = "listed"
    REPORTED = "reported"  # the court has a progress report
    HELD = "held"
    ADJOURNED = "adjourned"  # moved: listed anew for another sitting
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    REPORT = "report"
    HOLD = "hold"
    ADJOURN = "adjourn"
    WITHDRAW = "withdraw"


TARGET: dict[Act, Status] = {
    Act.REPORT: Status.REPORTED,
    Act.HOLD: Status.HELD,
    Act.ADJOURN: Status.ADJOURNED,
    Act.WITHDRAW: Status.WITHDRAWN,
}
NEXT: dict[Status, frozenset[Status]] = {
    Status.LISTED: frozenset(TARGET.values()),
    Status.REPORTED: frozenset(TARGET.values()),  # a newer report stands beside the earlier
    Status.HELD: frozenset(),
    Status.ADJOURNED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}
OPEN = frozenset({Status.LISTED, Status.REPORTED})
STATUS_WORDS: dict[Status, str] = {
    Status.LISTED: "listed",
    Status.REPORTED: "listed, with a report",
    Status.HELD: "held",
    Status.ADJOURNED: "moved to another sitting",
    Status.WITHDRAWN: "taken off the list",
}
ACT_WORDS: dict[Act, str] = {
    Act.REPORT: "reported on",
    Act.HOLD: "held",
    Act.ADJOURN: "moved to another sitting",
    Act.WITHDRAW: "taken off the list",
}
ASKS: dict[Act, str] = {
    Act.REPORT: "what the court should know beside the facts",
    Act.HOLD: "what the court said, in its own words",
    Act.ADJOURN: "why it is moved",
    Act.WITHDRAW: "why they are taken off the list",
}


class Adaptation(StrEnum):
    """What makes it possible to take part."""

    PLAIN_WORDS = "plain_words"
    BREAKS = "breaks"
    QUIET_ROOM = "quiet_room"
    ROUND_TABLE = "round_table"
    INTERMEDIARY = "intermediary"
    INTERPRETER = "interpreter"
    WRITTEN_DOWN = "written_down"
    CALM_LIGHT = "calm_light"
    SEPARATE_WAY_IN = "separate_way_in"


ADAPTATION_WORDS: dict[Adaptation, str] = {
    Adaptation.PLAIN_WORDS: "Short sentences and plain words",
    Adaptation.BREAKS: "Breaks",
    Adaptation.QUIET_ROOM: "A quiet room to wait in",
    Adaptation.ROUND_TABLE: "Everybody at one table",
    Adaptation.INTERMEDIARY: "An intermediary, who helps them to follow",
    Adaptation.INTERPRETER: "An interpreter",
    Adaptation.WRITTEN_DOWN: "What was said, written down to take home",
    Adaptation.CALM_LIGHT: "Low light and little noise",
    Adaptation.SEPARATE_WAY_IN: "A way in apart from other people",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """A period's facts as a report tells them. Counts of local days; share: of all required time,
    that in which the tag was located; None: nothing was asked, or the tag has told nothing.

    missed     what was found against them: words, and the local day
    services   service, sessions they came to, sessions that took place
    goals      in their own words: those they agreed to have told
    """

    from_on: date
    to_on: date
    days_asked: int
    days_kept: int
    days_missed: int
    days_untold: int
    share: float | None
    appointments_kept: int
    appointments_asked: int
    missed: tuple[tuple[str, date], ...]
    explained: int
    upheld: int
    undecided: int
    weeks_kept: int
    praised: int
    services: tuple[tuple[str, int, int], ...] = ()
    goals: tuple[str, ...] = ()
