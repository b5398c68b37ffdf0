"""The words of the person's own voice: goals, complaints, answers, and what is said of a meeting.

MOVES is the one table of a complaint's moves: code, tests and the manual's diagram come from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

NO_SUCH_COMPLAINT = "There is no such complaint."
WORDS_MAX = 4_000
GOAL_MAX = 500
GOALS_MAX = 12
NOTE_MAX = 12_000
ANSWER_DUE = "complaint_answer"  # kind of due row: a complaint's answer is late
LETTER_LASTS = timedelta(days=7)


class Status(StrEnum):
    WAITING = "waiting"
    ANSWERED = "answered"
    AGAIN = "again"  # the wearer is not content: somebody else answers
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    ANSWER = "answer"
    ASK_AGAIN = "ask_again"
    ANSWER_AGAIN = "answer_again"  # the last word here; the Ombudsman comes after
    ACCEPT = "accept"
    WITHDRAW = "withdraw"


class Doer(StrEnum):
    WEARER = "wearer"
    ANSWERER = "answerer"  # never whom it is about
    SECOND = "second"  # an answerer who did not give the first answer


# Act -> (from which, to which, by whom)
MOVES: dict[Act, tuple[frozenset[Status], Status, Doer]] = {
    Act.ANSWER: (frozenset({Status.WAITING}), Status.ANSWERED, Doer.ANSWERER),
    Act.ASK_AGAIN: (frozenset({Status.ANSWERED}), Status.AGAIN, Doer.WEARER),
    Act.ANSWER_AGAIN: (frozenset({Status.AGAIN}), Status.CLOSED, Doer.SECOND),
    Act.ACCEPT: (frozenset({Status.ANSWERED}), Status.CLOSED, Doer.WEARER),
    Act.WITHDRAW: (frozenset({Status.WAITING, Status.AGAIN}), Status.WITHDRAWN, Doer.WEARER),
}
NEXT: dict[Status, frozenset[Status]] = {
    status: frozenset(after for before, after, _ in MOVES.values() if status in before)
    for status in Status
}
OPEN = frozenset({Status.WAITING, Status.AGAIN})


class About(StrEnum):
    """What a complaint is about. The first two name whoever does not answer it."""

    OFFICER = "officer"
    VISIT = "visit"
    TAG = "tag"
    DATA = "data"
    OTHER = "other"


ABOUT_WORDS: dict[About, str] = {
    About.OFFICER: "How my officer treats me",
    About.VISIT: "Somebody who came to my home",
    About.TAG: "My tag or how it feels",
    About.DATA: "Who looks at my data, or how it is used",
    About.OTHER: "Something else",
}


class GoalState(StrEnum):
    OPEN = "open"
    REACHED = "reached"
    LEFT = "left"


GOAL_WORDS: dict[GoalState, str] = {
    GoalState.OPEN: "I am working on it",
    GoalState.REACHED: "Done",
    GoalState.LEFT: "I have left it",
}


class Side(StrEnum):
    """Who is asked."""

    WEARER = "wearer"
    PRACTITIONER = "practitioner"


class Stage(StrEnum):
    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Question:
    """choices: (value, words); none of them: own words alone."""

    name: str
    asks: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    side: Side
    stage: Stage
    version: int
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Strand:
    """How one thing that is asked went in the period. share: monitorable; None: not enough known.

    required, kept    hours asked, and hours seen to be kept
    """

    asks: str
    required_h: float
    kept_h: float
    violated_h: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Missed:
    """One thing that was judged against them. explained: what was found, "" while it is open."""

    at: datetime
    until: datetime | None
    what: str
    certain: bool
    explained: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a meeting is prepared from: facts alone, each with how much could be told.

    streak_days    days in a row up to the last judged one on which nothing was found
    """

    who: str
    reference: str
    zone: str
    from_at: datetime
    to_at: datetime
    strands: tuple[Strand, ...] = ()
    weeks_kept: tuple[date, ...] = ()
    streak_days: int = 0
    missed: tuple[Missed, ...] = ()
    appointments: tuple[tuple[datetime, str], ...] = ()
    requests: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    owed: tuple[str, ...] = ()
    goals: tuple[str, ...] = field(default_factory=tuple)
