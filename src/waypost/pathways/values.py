"""The words of pathways, and the one table of a referral's moves: code, tests and diagram come from
it. What a service does for somebody's health is no business of ours: no clinical detail is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

NO_SUCH_SERVICE = "There is no such service."
NO_SUCH_REFERRAL = "There is no such referral."
WORDS_MIN, WORDS_MAX, NAME_MAX = 10, 2000, 120
OURS = "our assumption, to be set by the agency"
ANSWER_WITHIN = timedelta(days=7)  # the provider says whether it takes somebody: OURS


class Kind(StrEnum):
    """What a service is."""

    MENTORING = "mentoring"
    CBT = "cbt"
    FAMILY = "family"
    EMPLOYMENT = "employment"
    EDUCATION = "education"
    ACCOMMODATION = "accommodation"
    SUBSTANCE_MISUSE = "substance_misuse"
    MENTAL_HEALTH = "mental_health"
    NURSE = "nurse"
    WOMEN = "women"


KIND_WORDS: dict[Kind, str] = {
    Kind.MENTORING: "Mentoring",
    Kind.CBT: "Cognitive behavioural programme",
    Kind.FAMILY: "Family intervention",
    Kind.EMPLOYMENT: "Work and training",
    Kind.EDUCATION: "Education",
    Kind.ACCOMMODATION: "A place to live",
    Kind.SUBSTANCE_MISUSE: "Drugs and alcohol",
    Kind.MENTAL_HEALTH: "Mental health",
    Kind.NURSE: "Specialist nurse",
    Kind.WOMEN: "Women’s services",
}


class Status(StrEnum):
    REFERRED = "referred"
    ACCEPTED = "accepted"  # waits for a place
    STARTED = "started"  # has one
    ENDED = "ended"  # with an outcome
    DECLINED = "declined"  # by the provider
    WITHDRAWN = "withdrawn"  # before it began


class Act(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    START = "start"
    END = "end"
    WITHDRAW = "withdraw"


NEXT: dict[Status, frozenset[Status]] = {
    Status.REFERRED: frozenset({Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN}),
    Status.ACCEPTED: frozenset({Status.STARTED, Status.DECLINED, Status.WITHDRAWN}),
    Status.STARTED: frozenset({Status.ENDED}),
    Status.ENDED: frozenset(),
    Status.DECLINED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}
TARGET: dict[Act, Status] = {
    Act.ACCEPT: Status.ACCEPTED,
    Act.DECLINE: Status.DECLINED,
    Act.START: Status.STARTED,
    Act.END: Status.ENDED,
    Act.WITHDRAW: Status.WITHDRAWN,
}
OPEN = frozenset({Status.REFERRED, Status.ACCEPTED, Status.STARTED})
WAITS = frozenset({Status.REFERRED, Status.ACCEPTED})
STATUS_WORDS: dict[Status, str] = {
    Status.REFERRED: "referred, not answered",
    Status.ACCEPTED: "accepted, waits for a place",
    Status.STARTED: "started",
    Status.ENDED: "ended",
    Status.DECLINED: "declined by the provider",
    Status.WITHDRAWN: "withdrawn",
}
ACT_WORDS: dict[Act, str] = {
    Act.ACCEPT: "accepted",
    Act.DECLINE: "declined",
    Act.START: "started",
    Act.END: "ended",
    Act.WITHDRAW: "withdrawn",
}
ASKS: dict[Act, str] = {
    Act.ACCEPT: "who accepted them, and what was said",
    Act.DECLINE: "why the provider declined",
    Act.START: "how it began",
    Act.END: "how it ended",
    Act.WITHDRAW: "why the referral is withdrawn",
}


class Outcome(StrEnum):
    """How a service ended for somebody; ending asks for one."""

    COMPLETED = "completed"
    PART_COMPLETED = "part_completed"
    MOVED_ON = "moved_on"
    STOPPED_COMING = "stopped_coming"
    ASKED_TO_STOP = "asked_to_stop"
    CUSTODY = "custody"
    SERVICE_ENDED = "service_ended"


OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.COMPLETED: "Completed",
    Outcome.PART_COMPLETED: "Completed in part",
    Outcome.MOVED_ON: "Went on to another service",
    Outcome.STOPPED_COMING: "Stopped coming",
    Outcome.ASKED_TO_STOP: "Asked to stop",
    Outcome.CUSTODY: "Went into custody",
    Outcome.SERVICE_ENDED: "The service ended",
}


class Came(StrEnum):
    """Of a session, that it was kept or why not; never what was said in it."""

    ATTENDED = "attended"
    EXCUSED = "excused"
    MISSED = "missed"
    CALLED_OFF = "called_off"  # by the service


CAME_WORDS: dict[Came, str] = {
    Came.ATTENDED: "Came",
    Came.EXCUSED: "Did not come, excused",
    Came.MISSED: "Did not come",
    Came.CALLED_OFF: "Called off by the service",
}


@dataclass(frozen=True, slots=True)
class Places:
    """places   that the service has; taken: by people who have started"""

    places: int
    taken: int

    @property
    def free(self) -> int:
        return max(self.places - self.taken, 0)

    @property
    def over(self) -> int:
        return max(self.taken - self.places, 0)
