"""The words of enforcement: steps of a case, who decides each, by which clock, what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NO_SUCH_CASE = "There is no such breach case."


class Step(StrEnum):
    """What may happen in a case, whichever its route."""

    PROPOSED = "proposed"  # by the machine: something upheld waits for a decision
    NO_ACTION = "no_action"
    WARNING_GIVEN = "warning_given"
    REFERRED = "referred"  # to an enforcement officer
    NOT_TAKEN_ON = "not_taken_on"  # by the enforcement officer, who considered it
    INFORMATION_LAID = "information_laid"
    HEARING = "hearing"
    RECALL_REQUESTED = "recall_requested"
    RECALL_ENDORSED = "recall_endorsed"
    RECALL_DECIDED = "recall_decided"
    RETURNED_TO_CUSTODY = "returned_to_custody"
    POLICE_NOTIFIED = "police_notified"
    POLICE_ANSWERED = "police_answered"
    ARRESTED = "arrested"
    BEFORE_COURT = "before_court"
    DECIDED = "decided"  # by the person whom the order, or the agency, names
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Decider(StrEnum):
    """Whose a step is. Those who decide elsewhere are written down by an officer of the case."""

    MACHINE = "machine"
    RESPONSIBLE_OFFICER = "responsible_officer"
    MONITORING_CENTRE = "monitoring_centre"
    ENFORCEMENT_OFFICER = "enforcement_officer"
    SECOND_PERSON = "second_person"  # an authorising officer, and not whoever took the last step
    COURT = "court"
    SECRETARY_OF_STATE = "secretary_of_state"  # PPCS decides recalls
    POLICE = "police"
    NAMED_PERSON = "named_person"


ELSEWHERE = frozenset(
    {Decider.COURT, Decider.SECRETARY_OF_STATE, Decider.POLICE, Decider.NAMED_PERSON}
)


class Clock(StrEnum):
    """How a time to the next step is counted."""

    HOURS = "hours"
    WORKING_DAYS = "working_days"  # to 17:00 on the last of them
    BAIL = "bail"  # 24 hours without Sundays, Christmas Day and Good Friday


class Weighs(StrEnum):
    """What a ground weighs now."""

    COUNTS = "counts"
    WAITS = "waits"  # contested: for nothing, until it is reviewed
    UNTOLD = "untold"  # it began before the person was told: for nothing, unless decided
    FELL = "fell"


@dataclass(frozen=True, slots=True)
class Within:
    """By when the next step is due once a step was taken, and who says so."""

    clock: Clock
    number: int
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One step of a route.

    then      what may follow, the usual first; nothing: the case ends with it
    within    by when one of these; None: no clock
    document  the kind of paper drawn up with it; "": none
    outcomes  one of these is said with it; none: nothing is
    asks      what must be written: words, reference, hearing
    """

    step: Step
    decider: tuple[Decider, ...]
    law: str
    then: tuple[Step, ...] = ()
    within: Within | None = None
    document: str = ""
    outcomes: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """How breaches of one kind of order are enforced.

    warns   a warning given before, and a failure within twelve months of it, force a referral
    """

    words: str
    law: str
    rules: tuple[Rule, ...]
    warns: bool = False

    def rule(self, step: Step) -> Rule | None:
        return next((one for one in self.rules if one.step is step), None)


@dataclass(frozen=True, slots=True)
class Ground:
    """An upheld alert that a case, or a warning, rests on. failed_at: when the failure began."""

    alert_id: int
    failed_at: datetime
    weighs: Weighs
    requirement: str = ""
    why: str = ""  # it does not count


@dataclass(frozen=True, slots=True)
class Warning:
    """A warning given under one order, for any requirement of it."""

    given_at: datetime
    grounds: tuple[Ground, ...]
    step_id: int = 0

    @property
    def stands(self) -> bool:
        """It falls when all it was given for has fallen. While that is contested it stands."""
        return any(one.weighs is not Weighs.FELL for one in self.grounds)

    @property
    def counts(self) -> bool:
        """Towards a referral: what is contested counts for nothing meanwhile."""
        return any(one.weighs is Weighs.COUNTS for one in self.grounds)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the machine proposes. step None: nothing, and the reasons say why.

    must      the law leaves the officer no other choice
    counted   alerts that it rests on; warned: the warning before, where there is one
    """

    step: Step | None
    must: bool
    reasons: tuple[str, ...]
    counted: tuple[int, ...] = ()
    warned: Warning | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form gives for a step. at: when it took effect; a warning counts from then.

    outcome, decided_by, reference, hearing_at   where the rule asks for them
    tell   who has it that has no account here: "the court at Hackney"
    """

    step: Step
    at: datetime
    words: str = ""
    outcome: str = ""
    decided_by: str = ""
    reference: str = ""
    hearing_at: datetime | None = None
    tell: tuple[str, ...] = ()
