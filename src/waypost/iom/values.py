"""The words of integrated offender management, and its tables of moves: code, tests and the
manual's diagrams come from them.

source   Neighbourhood Crime Integrated Offender Management Strategy (Home Office and Ministry of
         Justice, December 2020) for fixed, flex and free; NPCC paper of October 2020 for the offer
         that is recorded at every stage; College of Policing, Authorised Professional Practice
         (intelligence report) for 3x5x2
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ABOUT_CONFERENCE = "iom_conference"  # of documents.needs.OPENERS: papers about a conference
MINUTES = "iom_minutes"  # the kind of paper
NO_SUCH_MEMBER = "There is no such person in a cohort."
NO_SUCH_OFFER = "There is no such offer."
NO_SUCH_CONFERENCE = "There is no such case conference."
NO_SUCH_ACTION = "There is no such action."
NO_SUCH_TASK = "There is no such task."
NO_SUCH_ENTRY = "There is no such entry."
WORDS_MIN, WORDS_MAX = 10, 2000
NAME_MAX = 120
OURS = "our assumption, to be set by the agency"


class Standing(StrEnum):
    """Where a person stands: in one cohort, or in none."""

    OUT = "out"
    FIXED = "fixed"
    FLEX = "flex"
    FREE = "free"


COHORTS = (Standing.FIXED, Standing.FLEX, Standing.FREE)
NEXT_STANDING: dict[Standing, frozenset[Standing]] = {
    Standing.OUT: frozenset(COHORTS),
    Standing.FIXED: frozenset({Standing.FLEX, Standing.FREE, Standing.OUT}),
    Standing.FLEX: frozenset({Standing.FIXED, Standing.FREE, Standing.OUT}),
    Standing.FREE: frozenset({Standing.FIXED, Standing.FLEX, Standing.OUT}),
}


class Criterion(StrEnum):
    """What a decision of selection, or of de-selection, rests on."""

    NEIGHBOURHOOD_CRIME = "neighbourhood_crime"
    HIGH_RISK = "high_risk"
    PROFESSIONAL_JUDGEMENT = "professional_judgement"
    LOCAL_PRIORITY = "local_priority"
    PRIORITY_GROUP = "priority_group"
    OTHER_HARM = "other_harm"
    LEAVING = "leaving"
    LOWER_RISK = "lower_risk"
    ORDER_ENDED = "order_ended"
    MOVED_AWAY = "moved_away"
    LONG_CUSTODY = "long_custody"
    OTHER_ARRANGEMENT = "other_arrangement"
    DIED = "died"
    MISTAKE = "mistake"


CRITERION_WORDS: dict[Criterion, str] = {
    Criterion.NEIGHBOURHOOD_CRIME: "Robbery, burglary, theft from the person or vehicle crime",
    Criterion.HIGH_RISK: "A high or very high score of reoffending",
    Criterion.PROFESSIONAL_JUDGEMENT: "Professional judgement, although the score is lower",
    Criterion.LOCAL_PRIORITY: "A priority that the partnership chose locally",
    Criterion.PRIORITY_GROUP: "A young adult (18 to 25) or a woman",
    Criterion.OTHER_HARM: "Crime of another kind: domestic abuse, serious violence",
    Criterion.LEAVING: "On the way out: kept in sight for a while",
    Criterion.LOWER_RISK: "The risk of reoffending is lower now",
    Criterion.ORDER_ENDED: "The order has ended",
    Criterion.MOVED_AWAY: "Moved to another area; handed over",
    Criterion.LONG_CUSTODY: "In custody for long; looked at again before release",
    Criterion.OTHER_ARRANGEMENT: "Managed by other arrangements, such as MAPPA",
    Criterion.DIED: "Died",
    Criterion.MISTAKE: "Was selected by mistake",
}
# A decision for a standing needs every criterion of one of these sets at least.
NEEDED: dict[Standing, tuple[frozenset[Criterion], ...]] = {
    Standing.FIXED: (frozenset({Criterion.NEIGHBOURHOOD_CRIME, Criterion.HIGH_RISK}),),
    Standing.FLEX: (
        frozenset({Criterion.PROFESSIONAL_JUDGEMENT}), frozenset({Criterion.LOCAL_PRIORITY}),
        frozenset({Criterion.PRIORITY_GROUP}),
    ),
    Standing.FREE: (
        frozenset({Criterion.OTHER_HARM}), frozenset({Criterion.LEAVING}),
        frozenset({Criterion.LOCAL_PRIORITY}), frozenset({Criterion.LOWER_RISK}),
    ),
    Standing.OUT: tuple(
        frozenset({one})
        for one in (
            Criterion.LOWER_RISK, Criterion.ORDER_ENDED, Criterion.MOVED_AWAY,
            Criterion.LONG_CUSTODY, Criterion.OTHER_ARRANGEMENT, Criterion.DIED, Criterion.MISTAKE,
        )
    ),
}  # fmt: skip
STANDING_WORDS: dict[Standing, str] = {
    Standing.OUT: "In no cohort",
    Standing.FIXED: "Fixed",
    Standing.FLEX: "Flex",
    Standing.FREE: "Free",
}
STANDING_MEANS: dict[Standing, str] = {
    Standing.OUT: "not, or no longer, managed by the partnership",
    Standing.FIXED: "neighbourhood crime and a high risk of reoffending",
    Standing.FLEX: "chosen locally, by judgement or priority",
    Standing.FREE: "lower risk, leaving, or crime of another kind",
}


class DecidedBy(StrEnum):
    MEETING = "meeting"
    PERSON = "person"


class Stage(StrEnum):
    """Where on their way somebody is offered something."""

    SELECTION = "selection"
    ARREST = "arrest"
    COURT = "court"
    CUSTODY = "custody"
    RELEASE = "release"
    COMMUNITY = "community"
    DESELECTION = "deselection"


STAGE_WORDS: dict[Stage, str] = {
    Stage.SELECTION: "Selection",
    Stage.ARREST: "Arrest",
    Stage.COURT: "Court",
    Stage.CUSTODY: "Custody",
    Stage.RELEASE: "Release",
    Stage.COMMUNITY: "Community",
    Stage.DESELECTION: "De-selection",
}
# How long after the stage is reached its offer is to be made, where nobody says otherwise: OURS.
OFFER_WITHIN: dict[Stage, timedelta] = {
    Stage.SELECTION: timedelta(days=7),
    Stage.ARREST: timedelta(days=1),
    Stage.COURT: timedelta(days=7),
    Stage.CUSTODY: timedelta(days=14),
    Stage.RELEASE: timedelta(days=1),
    Stage.COMMUNITY: timedelta(days=14),
    Stage.DESELECTION: timedelta(days=14),
}


class OfferStatus(StrEnum):
    OWED = "owed"
    MADE = "made"  # the person has it, and has not answered
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_MADE = "not_made"  # with why; it is owed no longer


class OfferAct(StrEnum):
    MAKE = "make"
    ACCEPT = "accept"
    DECLINE = "decline"
    FAIL = "fail"  # it was not made
    OWE_AGAIN = "owe_again"


NEXT_OFFER: dict[OfferStatus, frozenset[OfferStatus]] = {
    OfferStatus.OWED: frozenset({OfferStatus.MADE, OfferStatus.NOT_MADE}),
    OfferStatus.MADE: frozenset({OfferStatus.ACCEPTED, OfferStatus.DECLINED}),
    OfferStatus.ACCEPTED: frozenset({OfferStatus.DECLINED}),  # they changed their mind
    OfferStatus.DECLINED: frozenset({OfferStatus.ACCEPTED, OfferStatus.OWED}),
    OfferStatus.NOT_MADE: frozenset({OfferStatus.OWED}),
}
OFFER_TARGET: dict[OfferAct, OfferStatus] = {
    OfferAct.MAKE: OfferStatus.MADE,
    OfferAct.ACCEPT: OfferStatus.ACCEPTED,
    OfferAct.DECLINE: OfferStatus.DECLINED,
    OfferAct.FAIL: OfferStatus.NOT_MADE,
    OfferAct.OWE_AGAIN: OfferStatus.OWED,
}
OFFER_WORDS: dict[OfferStatus, str] = {
    OfferStatus.OWED: "owed",
    OfferStatus.MADE: "made, not answered",
    OfferStatus.ACCEPTED: "accepted",
    OfferStatus.DECLINED: "declined",
    OfferStatus.NOT_MADE: "not made",
}
OFFER_ACT_WORDS: dict[OfferAct, str] = {
    OfferAct.MAKE: "made",
    OfferAct.ACCEPT: "accepted",
    OfferAct.DECLINE: "declined",
    OfferAct.FAIL: "not made",
    OfferAct.OWE_AGAIN: "owed again",
}
OFFER_ASKS: dict[OfferAct, str] = {
    OfferAct.MAKE: "what was offered, and how",
    OfferAct.ACCEPT: "what they said to it",
    OfferAct.DECLINE: "why they declined it",
    OfferAct.FAIL: "why it was not made",
    OfferAct.OWE_AGAIN: "why it is to be offered again",
}


class ConferenceStatus(StrEnum):
    PLANNED = "planned"
    HELD = "held"  # decisions and actions are written down, minutes may be drawn up
    CLOSED = "closed"  # nothing more is written down of it
    CALLED_OFF = "called_off"


class ConferenceAct(StrEnum):
    HOLD = "hold"
    CLOSE = "close"
    CALL_OFF = "call_off"


NEXT_CONFERENCE: dict[ConferenceStatus, frozenset[ConferenceStatus]] = {
    ConferenceStatus.PLANNED: frozenset({ConferenceStatus.HELD, ConferenceStatus.CALLED_OFF}),
    ConferenceStatus.HELD: frozenset({ConferenceStatus.CLOSED}),
    ConferenceStatus.CLOSED: frozenset(),
    ConferenceStatus.CALLED_OFF: frozenset(),
}
CONFERENCE_TARGET: dict[ConferenceAct, ConferenceStatus] = {
    ConferenceAct.HOLD: ConferenceStatus.HELD,
    ConferenceAct.CLOSE: ConferenceStatus.CLOSED,
    ConferenceAct.CALL_OFF: ConferenceStatus.CALLED_OFF,
}
CONFERENCE_WORDS: dict[ConferenceStatus, str] = {
    ConferenceStatus.PLANNED: "planned",
    ConferenceStatus.HELD: "held",
    ConferenceStatus.CLOSED: "closed",
    ConferenceStatus.CALLED_OFF: "called off",
}
CONFERENCE_ACT_WORDS: dict[ConferenceAct, str] = {
    ConferenceAct.HOLD: "held",
    ConferenceAct.CLOSE: "closed, its minutes being drawn up",
    ConferenceAct.CALL_OFF: "called off",
}


class ActionStatus(StrEnum):
    OPEN = "open"
    DONE = "done"  # with what shows it
    DROPPED = "dropped"  # with why


class ActionAct(StrEnum):
    DO = "do"
    DROP = "drop"
    REOPEN = "reopen"


NEXT_ACTION: dict[ActionStatus, frozenset[ActionStatus]] = {
    ActionStatus.OPEN: frozenset({ActionStatus.DONE, ActionStatus.DROPPED}),
    ActionStatus.DONE: frozenset({ActionStatus.OPEN}),
    ActionStatus.DROPPED: frozenset({ActionStatus.OPEN}),
}
ACTION_TARGET: dict[ActionAct, ActionStatus] = {
    ActionAct.DO: ActionStatus.DONE,
    ActionAct.DROP: ActionStatus.DROPPED,
    ActionAct.REOPEN: ActionStatus.OPEN,
}
ACTION_WORDS: dict[ActionStatus, str] = {
    ActionStatus.OPEN: "open",
    ActionStatus.DONE: "done",
    ActionStatus.DROPPED: "dropped",
}
ACTION_ACT_WORDS: dict[ActionAct, str] = {
    ActionAct.DO: "done",
    ActionAct.DROP: "dropped",
    ActionAct.REOPEN: "opened again",
}
ACTION_ASKS: dict[ActionAct, str] = {
    ActionAct.DO: "what shows that it is done",
    ActionAct.DROP: "why it is not to be done any more",
    ActionAct.REOPEN: "why it is not done after all",
}


class TaskKind(StrEnum):
    """What a police team is asked to do."""

    VISIT = "visit"
    CURFEW_CHECK = "curfew_check"
    WELFARE = "welfare"
    OFFER = "offer"
    WARRANT = "warrant"


TASK_KIND_WORDS: dict[TaskKind, str] = {
    TaskKind.VISIT: "Visit at home",
    TaskKind.CURFEW_CHECK: "Check at the door in curfew hours",
    TaskKind.WELFARE: "See that they are safe and well",
    TaskKind.OFFER: "Take the partnership’s offer to them",
    TaskKind.WARRANT: "Execute a warrant of the court",
}


class TaskStatus(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    RETURNED = "returned"  # what was found, and when
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class TaskAct(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    RETURN = "return"
    WITHDRAW = "withdraw"
    ASK_AGAIN = "ask_again"  # what came back leaves a question
    CLOSE = "close"


class Side(StrEnum):
    UNIT = "unit"  # the coordinator who asks
    TEAM = "team"  # an officer of the police team that was asked


NEXT_TASK: dict[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.SENT: frozenset(
        {TaskStatus.ACCEPTED, TaskStatus.DECLINED, TaskStatus.WITHDRAWN}
    ),
    TaskStatus.ACCEPTED: frozenset({TaskStatus.RETURNED, TaskStatus.WITHDRAWN}),
    TaskStatus.RETURNED: frozenset({TaskStatus.CLOSED, TaskStatus.ACCEPTED}),
    TaskStatus.DECLINED: frozenset({TaskStatus.CLOSED}),
    TaskStatus.WITHDRAWN: frozenset(),
    TaskStatus.CLOSED: frozenset(),
}  # fmt: skip
TASK_TARGET: dict[TaskAct, TaskStatus] = {
    TaskAct.ACCEPT: TaskStatus.ACCEPTED,
    TaskAct.DECLINE: TaskStatus.DECLINED,
    TaskAct.RETURN: TaskStatus.RETURNED,
    TaskAct.WITHDRAW: TaskStatus.WITHDRAWN,
    TaskAct.ASK_AGAIN: TaskStatus.ACCEPTED,
    TaskAct.CLOSE: TaskStatus.CLOSED,
}
# From where an act is done, where its target alone would allow it from more.
TASK_FROM: dict[TaskAct, frozenset[TaskStatus]] = {
    TaskAct.ACCEPT: frozenset({TaskStatus.SENT}),
    TaskAct.ASK_AGAIN: frozenset({TaskStatus.RETURNED}),
}
TASK_SIDE: dict[TaskAct, Side] = {
    TaskAct.ACCEPT: Side.TEAM,
    TaskAct.DECLINE: Side.TEAM,
    TaskAct.RETURN: Side.TEAM,
    TaskAct.WITHDRAW: Side.UNIT,
    TaskAct.ASK_AGAIN: Side.UNIT,
    TaskAct.CLOSE: Side.UNIT,
}
TASK_WORDS: dict[TaskStatus, str] = {
    TaskStatus.SENT: "sent, not answered",
    TaskStatus.ACCEPTED: "accepted",
    TaskStatus.RETURNED: "returned",
    TaskStatus.DECLINED: "declined",
    TaskStatus.WITHDRAWN: "withdrawn",
    TaskStatus.CLOSED: "closed",
}
TASK_ACT_WORDS: dict[TaskAct, str] = {
    TaskAct.ACCEPT: "accepted",
    TaskAct.DECLINE: "declined",
    TaskAct.RETURN: "returned",
    TaskAct.WITHDRAW: "withdrawn",
    TaskAct.ASK_AGAIN: "asked again",
    TaskAct.CLOSE: "closed",
}
TASK_ASKS: dict[TaskAct, str] = {
    TaskAct.DECLINE: "why the team declines",
    TaskAct.RETURN: "what was found",
    TaskAct.WITHDRAW: "why it is not needed any more",
    TaskAct.ASK_AGAIN: "what is still to be answered",
    TaskAct.CLOSE: "what follows from it",
}
ANSWER_WITHIN = timedelta(days=1)  # a team says whether it takes a task on: OURS


class Source(StrEnum):
    """How far whoever told it can be relied on."""

    RELIABLE = "1"
    UNTESTED = "2"
    NOT_RELIABLE = "3"


class Assessment(StrEnum):
    """How far what they told is known."""

    DIRECT = "A"
    CORROBORATED = "B"
    INDIRECT = "C"
    NOT_KNOWN = "D"
    SUSPECTED_FALSE = "E"


class Handling(StrEnum):
    """Whom it may be shared with."""

    PERMITTED = "P"
    CONDITIONS = "C"


SOURCE_WORDS: dict[Source, str] = {
    Source.RELIABLE: "Reliable",
    Source.UNTESTED: "Untested",
    Source.NOT_RELIABLE: "Not reliable",
}
ASSESSMENT_WORDS: dict[Assessment, str] = {
    Assessment.DIRECT: "Known directly to the source",
    Assessment.CORROBORATED: "Known indirectly to the source, but corroborated",
    Assessment.INDIRECT: "Known indirectly to the source",
    Assessment.NOT_KNOWN: "Not known",
    Assessment.SUSPECTED_FALSE: "Suspected to be false",
}
HANDLING_WORDS: dict[Handling, str] = {
    Handling.PERMITTED: "Lawful sharing permitted",
    Handling.CONDITIONS: "Lawful sharing permitted with conditions",
}
REVIEW_MAX = timedelta(days=366)  # the longest that an entry stands without being looked at: OURS


@dataclass(frozen=True, slots=True)
class Marks:
    """How an entry may be handled.

    unit_id           the unit that entered it
    organisation_ids, officer_ids   to whom its conditions let it be shown, beside who entered it
    """

    handling: Handling
    unit_id: int | None
    maker_id: int | None
    organisation_ids: frozenset[int] = frozenset()
    officer_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Late:
    """One thing that is over its time, on the one list of them."""

    what: str  # offer, action, task, missing_offer, review
    record_id: int | None
    person_id: int
    words: str
    who: str
    due_at: datetime
