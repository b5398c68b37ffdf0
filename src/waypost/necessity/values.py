"""The words of necessity: what is owed for each order, how it is proved, how a violation is marked.

Pure. `DUE` is the table of clocks: each kind of task with the time it is given and whose word that
is. No Act names hours for these; each is for the agency to set, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ABOUT = "plain_notice"  # of documents.needs.OPENERS, and the kind of paper
NO_SUCH_ORDER = "There is no such order."
NO_SUCH_NOTICE = "There is no such notice."
WORDS_MIN = 10  # characters of a reason that others will read: a few words at least
WORDS_MAX = 2000
NAME_MAX = 120
BEFORE_ORDER = timedelta(days=31)  # how long before an order begins a court may hand its notice out
LATE_AFTER = timedelta(hours=24)  # a proof written down later than this says why
OURS = "our assumption, to be set by the agency"


class TaskKind(StrEnum):
    """What is owed for an order that is live. The order is monitored meanwhile."""

    ABUSE_CHECK = "abuse_check"
    CHILD_CHECK = "child_check"
    NOTICE = "notice"
    INDUCTION = "induction"
    INTERPRETER = "interpreter"
    RECORD = "record"
    REVIEW = "review"
    CHECK_ANSWER = "check_answer"  # of an assessment, before there is an order
    DECISION = "decision"  # what a court, or who releases, made of a proposal


class CheckKind(StrEnum):
    """What is asked about an address before somebody must stay there."""

    DOMESTIC_ABUSE = "domestic_abuse"
    CHILD_SAFEGUARDING = "child_safeguarding"


class CheckFound(StrEnum):
    SUITABLE = "suitable"
    CONCERN = "concern"  # said to the court; the order stands until the court varies it
    NO_ANSWER = "no_answer"  # asked, and not answered: the check is still owed


class Given(StrEnum):
    """How a plain notice was delivered."""

    READ_OUT = "read_out"
    INTERPRETER = "interpreter"
    HANDED = "handed"
    SIGNED = "signed"
    POST = "post"
    REFUSED = "refused"  # written down; it proves no delivery


class ReviewFound(StrEnum):
    STILL_NEEDED = "still_needed"
    LESS = "less"  # less would do: a change is being asked for
    END = "end"  # no longer needed: the end is being asked for


class Mark(StrEnum):
    """Whether a violation began after the person had been told."""

    TOLD = "told"
    NOT_YET = "not_yet"  # began before notice and induction were both proved
    BEFORE_KEPT = "before_kept"  # of an order begun before this store kept such proof


class Held(StrEnum):
    """On whom a task lies."""

    RESPONSIBLE = "responsible"
    ON_DUTY = "on_duty"
    NOBODY = "nobody"


GIVEN_WORDS: dict[Given, str] = {
    Given.READ_OUT: "Read out and explained",
    Given.INTERPRETER: "Read out through an interpreter",
    Given.HANDED: "Handed over",
    Given.SIGNED: "Handed over and signed for",
    Given.POST: "By post, with proof of delivery",
    Given.REFUSED: "Offered; the person would not take it (proves no delivery)",
}
CHECK_WORDS: dict[CheckKind, str] = {
    CheckKind.DOMESTIC_ABUSE: "Domestic abuse, asked of the police",
    CheckKind.CHILD_SAFEGUARDING: "Safety of children, asked of children’s services",
}
CHECK_FOUND_WORDS: dict[CheckFound, str] = {
    CheckFound.SUITABLE: "Nothing against the address",
    CheckFound.CONCERN: "A concern; the court is told",
    CheckFound.NO_ANSWER: "Asked, no answer yet",
}
REVIEW_WORDS: dict[ReviewFound, str] = {
    ReviewFound.STILL_NEEDED: "Still needed as it is",
    ReviewFound.LESS: "Less would do: a change is being asked for",
    ReviewFound.END: "No longer needed: its end is being asked for",
}
TASK_WORDS: dict[TaskKind, str] = {
    TaskKind.ABUSE_CHECK: "Check the address: domestic abuse",
    TaskKind.CHILD_CHECK: "Check the address: children",
    TaskKind.NOTICE: "Give the plain notice and prove it",
    TaskKind.INDUCTION: "Explain how it works and prove it",
    TaskKind.INTERPRETER: "Have the notice put into their language",
    TaskKind.RECORD: "Write why monitoring is necessary",
    TaskKind.REVIEW: "Review whether it is still necessary",
    TaskKind.CHECK_ANSWER: "Chase the answer to a check of the address",
    TaskKind.DECISION: "Record what was decided on the proposal",
}
MARK_WORDS: dict[Mark, str] = {
    Mark.TOLD: "The person had been told",
    Mark.NOT_YET: "Not yet notified",
    Mark.BEFORE_KEPT: "The order began before proof of notice was kept here",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """How long after the order begins a task is due, and whose word that is."""

    within: timedelta
    source: str


DUE: dict[TaskKind, Clock] = {
    TaskKind.ABUSE_CHECK: Clock(timedelta(0), f"before the curfew begins: {OURS}"),
    TaskKind.CHILD_CHECK: Clock(timedelta(0), f"before the curfew begins: {OURS}"),
    TaskKind.NOTICE: Clock(
        timedelta(hours=24), f"what is owed by Data Protection Act 2018 s.44; the hours: {OURS}"
    ),
    TaskKind.INDUCTION: Clock(timedelta(hours=24), f"with the fitting: {OURS}"),
    TaskKind.INTERPRETER: Clock(timedelta(days=3), OURS),
    TaskKind.RECORD: Clock(
        timedelta(days=5),
        f"what is to be shown by Data Protection Act 2018 s.35 and s.37; the days: {OURS}",
    ),
    TaskKind.REVIEW: Clock(timedelta(0), "the day that the record itself names"),
    TaskKind.CHECK_ANSWER: Clock(timedelta(days=3), f"3 days for the police, 5 for others: {OURS}"),
    TaskKind.DECISION: Clock(timedelta(days=2), OURS),
}
REVIEW_MAX = timedelta(days=366)  # the longest that a record may stand unreviewed: OURS


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What is known of one live order when tasks are worked out. Instants are UTC, None: not yet.

    notice_at      when a plain notice was first delivered; induction_at: when it was explained
    record         whether a necessity record stands; review_at: when it is to be reviewed
    foreign        a notice was delivered in English to whom another language is right, and no
                   interpreter has explained it
    has_curfew     somebody must stay at an address; checks: those that are answered
    officer_ids    who is responsible; duty_ids: who is on the rota now
    """

    person_id: int
    order_id: str
    from_at: datetime
    to_at: datetime | None
    notice_at: datetime | None = None
    induction_at: datetime | None = None
    foreign_at: datetime | None = None
    record: bool = False
    review_at: datetime | None = None
    has_curfew: bool = False
    checks: frozenset[CheckKind] = frozenset()
    officer_ids: tuple[int, ...] = ()
    duty_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One thing owed, by when, and on whom it lies (nobody: said aloud).

    assessment_id   of what is owed before an order: order_id is then the assessment's own
    """

    kind: TaskKind
    person_id: int
    order_id: str
    due_at: datetime
    source: str
    held: Held
    officer_ids: tuple[int, ...]
    assessment_id: int | None = None

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at < now


@dataclass(frozen=True, slots=True)
class Told:
    """When somebody was told, under one order. UTC; None: it is not proved."""

    order_id: str
    from_at: datetime
    notice_at: datetime | None
    induction_at: datetime | None
