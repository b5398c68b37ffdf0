"""The words of suitability, and its three tables of moves: code, tests and diagrams come from them.

An assessment is of one person for one decision: a sentence of a court or a release. A check is what
one body is asked about an address. A leave is a named person's reason to go on without a check.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from waypost.necessity.values import CheckKind

ABOUT = "suitability"  # of documents.needs.OPENERS: papers of an assessment
NO_SUCH_ASSESSMENT = "There is no such assessment."  # also of one the asker may not know of
NO_SUCH_CHECK = "There is no such check."
NO_SUCH_LEAVE = "There is no such request."
CHECK_DUE = "suitability_check"  # kind of due rows: an answer that is waited for
WORDS_MIN, WORDS_MAX, NAME_MAX = 10, 4000, 120
OURS = "our assumption, to be set by the agency"


class AssessmentKind(StrEnum):
    PRE_SENTENCE = "pre_sentence"
    PRE_RELEASE = "pre_release"
    NEW_ADDRESS = "new_address"  # an officer wants to change the address of a curfew


class Status(StrEnum):
    """Where an assessment stands."""

    REFERRED = "referred"
    ASSESSING = "assessing"
    PROPOSED = "proposed"  # the court, or who releases, has it
    DECIDED = "decided"  # the sentence or release is recorded against it
    UNSUITABLE = "unsuitable"  # nothing is proposed
    WITHDRAWN = "withdrawn"  # nobody asks any more


class Act(StrEnum):
    TAKE = "take"
    PROPOSE = "propose"
    RECALL = "recall"  # the proposal is taken back to be changed
    RECORD = "record"  # what was decided; once more where it was recorded wrongly
    FIND_UNSUITABLE = "find_unsuitable"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


NEXT: dict[Status, frozenset[Status]] = {
    Status.REFERRED: frozenset({Status.ASSESSING, Status.WITHDRAWN}),
    Status.ASSESSING: frozenset(
        {Status.PROPOSED, Status.UNSUITABLE, Status.WITHDRAWN, Status.DECIDED}
    ),
    Status.PROPOSED: frozenset({Status.ASSESSING, Status.DECIDED, Status.WITHDRAWN}),
    Status.DECIDED: frozenset({Status.DECIDED}),
    Status.UNSUITABLE: frozenset({Status.ASSESSING, Status.DECIDED}),
    Status.WITHDRAWN: frozenset({Status.ASSESSING}),
}
TARGET: dict[Act, Status] = {
    Act.TAKE: Status.ASSESSING,
    Act.PROPOSE: Status.PROPOSED,
    Act.RECALL: Status.ASSESSING,
    Act.RECORD: Status.DECIDED,
    Act.FIND_UNSUITABLE: Status.UNSUITABLE,
    Act.WITHDRAW: Status.WITHDRAWN,
    Act.REOPEN: Status.ASSESSING,
}
# From where an act is done, where its target alone would allow it from more.
FROM: dict[Act, frozenset[Status]] = {
    Act.TAKE: frozenset({Status.REFERRED}),
    Act.RECALL: frozenset({Status.PROPOSED}),
    Act.REOPEN: frozenset({Status.UNSUITABLE, Status.WITHDRAWN}),
}
OPEN = frozenset({Status.REFERRED, Status.ASSESSING, Status.PROPOSED})
WRITABLE = frozenset({Status.REFERRED, Status.ASSESSING})  # facts may be added


class CheckStatus(StrEnum):
    """Where a check stands. That an answer is no longer valid is told by its date, not here."""

    REQUESTED = "requested"
    CHASED = "chased"
    ANSWERED = "answered"
    CALLED_OFF = "called_off"  # asked by mistake, or of an address that nobody asks for any more


class CheckAct(StrEnum):
    CHASE = "chase"
    ANSWER = "answer"
    CALL_OFF = "call_off"


CHECK_NEXT: dict[CheckStatus, frozenset[CheckStatus]] = {
    CheckStatus.REQUESTED: frozenset(
        {CheckStatus.CHASED, CheckStatus.ANSWERED, CheckStatus.CALLED_OFF}
    ),
    CheckStatus.CHASED: frozenset(
        {CheckStatus.CHASED, CheckStatus.ANSWERED, CheckStatus.CALLED_OFF}
    ),
    CheckStatus.ANSWERED: frozenset({CheckStatus.ANSWERED}),  # a later answer; the first stays
    CheckStatus.CALLED_OFF: frozenset(),
}
CHECK_TARGET: dict[CheckAct, CheckStatus] = {
    CheckAct.CHASE: CheckStatus.CHASED,
    CheckAct.ANSWER: CheckStatus.ANSWERED,
    CheckAct.CALL_OFF: CheckStatus.CALLED_OFF,
}
WAITING = frozenset({CheckStatus.REQUESTED, CheckStatus.CHASED})


class LeaveStatus(StrEnum):
    """Where a request to go on without a check stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"


class LeaveAct(StrEnum):
    GRANT = "grant"
    REFUSE = "refuse"
    END = "end"


LEAVE_NEXT: dict[LeaveStatus, frozenset[LeaveStatus]] = {
    LeaveStatus.ASKED: frozenset({LeaveStatus.GRANTED, LeaveStatus.REFUSED, LeaveStatus.ENDED}),
    LeaveStatus.GRANTED: frozenset({LeaveStatus.ENDED}),
    LeaveStatus.REFUSED: frozenset(),
    LeaveStatus.ENDED: frozenset(),
}
LEAVE_TARGET: dict[LeaveAct, LeaveStatus] = {
    LeaveAct.GRANT: LeaveStatus.GRANTED,
    LeaveAct.REFUSE: LeaveStatus.REFUSED,
    LeaveAct.END: LeaveStatus.ENDED,
}


class GateAct(StrEnum):
    """What the checks gate."""

    PROPOSE = "propose"  # to the court
    RELEASE_HDC = "release_hdc"
    CHANGE_ADDRESS = "change_address"  # of a curfew, by an officer


class Missing(StrEnum):
    """What a gate may find missing, each a sentence in MISSING_WORDS."""

    ABUSE_CHECK = "abuse_check"
    CHILD_CHECK = "child_check"
    ABUSE_WAITING = "abuse_waiting"
    CHILD_WAITING = "child_waiting"
    ABUSE_OLD = "abuse_old"
    CHILD_OLD = "child_old"
    ABUSE_CONCERN = "abuse_concern"
    CHILD_CONCERN = "child_concern"
    ADDRESS = "address"
    ADDRESS_UNSUITABLE = "address_unsuitable"
    CONSENT = "consent"


class Answer(StrEnum):
    """What a check came back with."""

    NOTHING_KNOWN = "nothing_known"
    CONCERN = "concern"
    NOT_SAID = "not_said"  # answered, and would not or could not say


class Suitable(StrEnum):
    SUITABLE = "suitable"
    NOT_SUITABLE = "not_suitable"
    NOT_YET = "not_yet"


class Signal(StrEnum):
    GOOD = "good"
    WEAK = "weak"
    NONE = "none"
    NOT_TESTED = "not_tested"


class Consent(StrEnum):
    """What somebody who lives there says."""

    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"  # by a way that the wearer does not learn of
    NOT_ASKED = "not_asked"


class How(StrEnum):
    """How a householder was asked."""

    VISIT = "visit"
    OFFICE = "office"
    PHONE = "phone"
    VIDEO = "video"


class CommitmentKind(StrEnum):
    WORK = "work"
    TRAINING = "training"
    CARING = "caring"
    FAITH = "faith"
    HEALTH = "health"
    TREATMENT = "treatment"  # of an order or of one's own will
    OTHER = "other"


class Met(StrEnum):
    """An answer on eligibility."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_KNOWN = "not_known"


class Outcome(StrEnum):
    """What was decided against the proposal."""

    AS_PROPOSED = "as_proposed"
    WITH_CHANGES = "with_changes"
    NOT_IMPOSED = "not_imposed"
    OTHER = "other"


class InPlace(StrEnum):
    """Whether the tag stood in place of custody."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


IMPOSED = frozenset({Outcome.AS_PROPOSED, Outcome.WITH_CHANGES})
ASKED_OF: dict[CheckKind, str] = {
    CheckKind.DOMESTIC_ABUSE: "the police",
    CheckKind.CHILD_SAFEGUARDING: "children’s services",
}
# By when an answer is wanted, how often it is chased, how long one is good for.
ANSWER_WITHIN: dict[CheckKind, timedelta] = {
    CheckKind.DOMESTIC_ABUSE: timedelta(days=3),
    CheckKind.CHILD_SAFEGUARDING: timedelta(days=5),
}
CHASED_EVERY = timedelta(days=2)
VALID_FOR = timedelta(days=90)
VALID_MAX = timedelta(days=366)
LEAVE_LASTS = timedelta(days=14)  # the act is done within it, or somebody decides anew

KIND_WORDS: dict[AssessmentKind, str] = {
    AssessmentKind.PRE_SENTENCE: "Before sentence",
    AssessmentKind.PRE_RELEASE: "Before release",
    AssessmentKind.NEW_ADDRESS: "Before a change of the curfew address",
}
SUITABLE_WORDS: dict[Suitable, str] = {
    Suitable.SUITABLE: "Suitable",
    Suitable.NOT_SUITABLE: "Not suitable",
    Suitable.NOT_YET: "Not yet known",
}
SIGNAL_WORDS: dict[Signal, str] = {
    Signal.GOOD: "Good",
    Signal.WEAK: "Weak in places",
    Signal.NONE: "None",
    Signal.NOT_TESTED: "Not tested",
}
CONSENT_WORDS: dict[Consent, str] = {
    Consent.YES: "Agrees",
    Consent.NO: "Does not agree",
    Consent.WITHDRAWN: "Agreed, and has withdrawn that in confidence",
    Consent.NOT_ASKED: "Not asked yet",
}
HOW_WORDS: dict[How, str] = {
    How.VISIT: "At home, alone",
    How.OFFICE: "At an office, alone",
    How.PHONE: "By telephone, alone",
    How.VIDEO: "By video, alone",
}
COMMITMENT_WORDS: dict[CommitmentKind, str] = {
    CommitmentKind.WORK: "Work",
    CommitmentKind.TRAINING: "Education or training",
    CommitmentKind.CARING: "Caring for somebody",
    CommitmentKind.FAITH: "Faith",
    CommitmentKind.HEALTH: "Health",
    CommitmentKind.TREATMENT: "Treatment or a programme",
    CommitmentKind.OTHER: "Something else",
}
ANSWER_WORDS: dict[Answer, str] = {
    Answer.NOTHING_KNOWN: "Nothing against the address",
    Answer.CONCERN: "A concern",
    Answer.NOT_SAID: "Answered, without saying",
}
CHECK_NAMES: dict[CheckKind, str] = {
    CheckKind.DOMESTIC_ABUSE: "Domestic abuse",
    CheckKind.CHILD_SAFEGUARDING: "Safety of children",
}
MET_WORDS: dict[Met, str] = {
    Met.MET: "Met",
    Met.NOT_MET: "Not met",
    Met.NOT_KNOWN: "Not known",
}
OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.AS_PROPOSED: "Imposed as proposed",
    Outcome.WITH_CHANGES: "Imposed with changes",
    Outcome.NOT_IMPOSED: "Not imposed",
    Outcome.OTHER: "Something else was decided",
}
IN_PLACE_WORDS: dict[InPlace, str] = {
    InPlace.YES: "Yes",
    InPlace.NO: "No",
    InPlace.NOT_KNOWN: "Not known",
}
GATE_WORDS: dict[GateAct, str] = {
    GateAct.PROPOSE: "a proposal to the court",
    GateAct.RELEASE_HDC: "a release on home detention curfew",
    GateAct.CHANGE_ADDRESS: "a change of the curfew address",
}
MISSING_WORDS: dict[Missing, str] = {
    Missing.ABUSE_CHECK: "The domestic-abuse check has not been asked for.",
    Missing.CHILD_CHECK: "The check on the safety of children has not been asked for.",
    Missing.ABUSE_WAITING: "The police have not answered the domestic-abuse check.",
    Missing.CHILD_WAITING: "Children’s services have not answered about the safety of children.",
    Missing.ABUSE_OLD: "The answer to the domestic-abuse check is no longer valid.",
    Missing.CHILD_OLD: "The answer about the safety of children is no longer valid.",
    Missing.ABUSE_CONCERN: "The domestic-abuse check came back with a concern, or without saying.",
    Missing.CHILD_CONCERN: "The check on the safety of children came back with a concern, or "
    "without saying.",
    Missing.ADDRESS: "Nobody has recorded whether the address is suitable.",
    Missing.ADDRESS_UNSUITABLE: "The address is recorded as not suitable.",
    Missing.CONSENT: "Not everybody who lives there agrees.",
}
