"""The words of external requests, and the one table of moves: code, tests, diagram follow it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

NO_SUCH_REQUEST = "There is no such request."  # also of one the asker may not know of


class Kind(StrEnum):
    """Who asks, and by which right (kinds.py says what follows from it)."""

    POLICE = "police"  # an enquiry into a recorded offence
    COURT = "court"
    OWN = "own"  # the wearer, of themself
    SOLICITOR = "solicitor"  # for the wearer, with their signed authority
    LIFE = "threat_to_life"  # by telephone
    WANTED = "wanted_person"  # by telephone


URGENT_KINDS = frozenset({Kind.LIFE, Kind.WANTED})
OWN_KINDS = frozenset({Kind.OWN, Kind.SOLICITOR})


class What(StrEnum):
    TRACK = "track"  # where one person's tag was in a window
    PRESENCE = "presence"  # whether one person's tag was at a place in a window
    ANYBODY = "anybody"  # whether any tagged person was at a place in a window: no names
    NAMES = "names"  # who they were: asked after ANYBODY was answered, decided apart
    CURRENT = "current"  # where one person's tag is now: of urgent calls alone


OF_ONE_PERSON = frozenset({What.TRACK, What.PRESENCE, What.CURRENT})
OF_A_PLACE = frozenset({What.PRESENCE, What.ANYBODY, What.NAMES})


class Urgency(StrEnum):
    ROUTINE = "routine"
    URGENT = "urgent"
    IMMEDIATE = "immediate"  # minutes: urgent calls


class Rank(IntEnum):
    """Of an authorising officer, recorded with from and to: higher may decide what lower may."""

    OFFICER = 1
    SENIOR = 2
    HEAD = 3


class Status(StrEnum):
    SUBMITTED = "submitted"  # waits for a checker
    RETURNED = "returned"  # the requester is asked for more; the clock stands
    CHECKED = "checked"  # waits for leave
    GRANTED = "granted"  # the answer can be fetched; its outcome is asked for later
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CALLED = "called"  # by telephone: nobody has called back yet
    CALLED_BACK = "called_back"  # to a known number
    TOLD = "told"  # the current place was told; the paper form is due
    PAPERED = "papered"  # the paper form is in
    CALL_REFUSED = "call_refused"  # reviewed like every call
    CLOSED = "closed"


NEXT: dict[Status, frozenset[Status]] = {
    Status.SUBMITTED: frozenset(
        {Status.RETURNED, Status.CHECKED, Status.REFUSED, Status.WITHDRAWN}
    ),
    Status.RETURNED: frozenset({Status.SUBMITTED, Status.REFUSED, Status.WITHDRAWN}),
    Status.CHECKED: frozenset({Status.SUBMITTED, Status.GRANTED, Status.REFUSED, Status.WITHDRAWN}),
    Status.GRANTED: frozenset({Status.CLOSED}),
    Status.REFUSED: frozenset(),
    Status.WITHDRAWN: frozenset(),
    Status.CALLED: frozenset({Status.CALLED_BACK, Status.CALL_REFUSED}),
    Status.CALLED_BACK: frozenset({Status.TOLD, Status.CALL_REFUSED}),
    Status.TOLD: frozenset({Status.PAPERED, Status.CLOSED}),
    Status.PAPERED: frozenset({Status.CLOSED}),
    Status.CALL_REFUSED: frozenset({Status.CLOSED}),
    Status.CLOSED: frozenset(),
}
STARTS = (Status.SUBMITTED, Status.CALLED)
ENDED = frozenset({Status.GRANTED, Status.REFUSED, Status.WITHDRAWN, Status.CLOSED})


class Act(StrEnum):
    RETURN = "return"  # to the requester: more is wanted
    RESUBMIT = "resubmit"
    CHECK = "check"  # it may go to whoever decides
    SEND_BACK = "send_back"  # from whoever decides to the checkers
    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    OUTCOME = "outcome"  # what came of it
    CALL_BACK = "call_back"
    TELL = "tell"  # the current place
    PAPER = "paper"  # the form that follows a call
    REFUSE_CALL = "refuse_call"
    REVIEW = "review"  # of a call, by somebody else


TARGET: dict[Act, Status] = {
    Act.RETURN: Status.RETURNED,
    Act.RESUBMIT: Status.SUBMITTED,
    Act.CHECK: Status.CHECKED,
    Act.SEND_BACK: Status.SUBMITTED,
    Act.GRANT: Status.GRANTED,
    Act.REFUSE: Status.REFUSED,
    Act.WITHDRAW: Status.WITHDRAWN,
    Act.OUTCOME: Status.CLOSED,
    Act.CALL_BACK: Status.CALLED_BACK,
    Act.TELL: Status.TOLD,
    Act.PAPER: Status.PAPERED,
    Act.REFUSE_CALL: Status.CALL_REFUSED,
    Act.REVIEW: Status.CLOSED,
}
# From where an act is done, where its target alone would allow it from more.
FROM: dict[Act, frozenset[Status]] = {
    Act.RESUBMIT: frozenset({Status.RETURNED}),
    Act.SEND_BACK: frozenset({Status.CHECKED}),
    Act.OUTCOME: frozenset({Status.GRANTED}),
    Act.REVIEW: frozenset({Status.TOLD, Status.PAPERED, Status.CALL_REFUSED}),
}


class Doer(StrEnum):
    REQUESTER = "requester"  # or whoever entered it for them
    CHECKER = "checker"
    AUTHORISER = "authoriser"
    CONTROL_ROOM = "control_room"
    REVIEWER = "reviewer"


DOERS: dict[Act, frozenset[Doer]] = {
    Act.RETURN: frozenset({Doer.CHECKER}),
    Act.RESUBMIT: frozenset({Doer.REQUESTER}),
    Act.CHECK: frozenset({Doer.CHECKER}),
    Act.SEND_BACK: frozenset({Doer.AUTHORISER}),
    Act.GRANT: frozenset({Doer.AUTHORISER}),
    Act.REFUSE: frozenset({Doer.CHECKER, Doer.AUTHORISER}),
    Act.WITHDRAW: frozenset({Doer.REQUESTER}),
    Act.OUTCOME: frozenset({Doer.REQUESTER}),
    Act.CALL_BACK: frozenset({Doer.CONTROL_ROOM}),
    Act.TELL: frozenset({Doer.AUTHORISER}),
    Act.PAPER: frozenset({Doer.CONTROL_ROOM}),
    Act.REFUSE_CALL: frozenset({Doer.CONTROL_ROOM, Doer.AUTHORISER}),
    Act.REVIEW: frozenset({Doer.REVIEWER}),
}


# Whose act it is in a status, where DOERS would allow it to more.
IN_STATUS: dict[tuple[Status, Act], frozenset[Doer]] = {
    (Status.SUBMITTED, Act.REFUSE): frozenset({Doer.CHECKER}),
    (Status.RETURNED, Act.REFUSE): frozenset({Doer.CHECKER}),
    (Status.CHECKED, Act.REFUSE): frozenset({Doer.AUTHORISER}),
}


class Ground(StrEnum):
    """Why a request is refused or returned. What a requester reads of it comes from checking.py."""

    TOO_BROAD = "too_broad"
    UNCLEAR = "unclear"
    TENUOUS = "tenuous"
    NOT_RETROSPECTIVE = "not_retrospective"
    NOT_AUTHENTICATED = "not_authenticated"
    NOT_NECESSARY = "not_necessary"  # another way is less intrusive, or the harm outweighs it


class Outcome(StrEnum):
    """What came of an answer, said by the requester."""

    USED_IN_EVIDENCE = "used_in_evidence"
    ARREST = "arrest"
    ELIMINATED = "eliminated"  # somebody was ruled out of the enquiry
    INTELLIGENCE = "intelligence"  # led to other enquiries
    NOT_USED = "not_used"
    OTHER = "other"


class Found(StrEnum):
    """What a review, or a dip test, found."""

    LAWFUL = "lawful"
    LESSONS = "lawful_with_lessons"
    NOT_LAWFUL = "not_lawful"


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open, UTC."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A circle on WGS84, metres; `words` as the requester names it."""

    lat: float
    lon: float
    radius_m: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks for, as typed: nothing in it comes from our records.

    person_*        whom it is about, in the requester's words
    offence         what is enquired into; reference: its crime or case number
    why, helps      why this data is needed, and how it helps
    special_reason  why more than is usual is asked for
    """

    kind: Kind
    what: What
    urgency: Urgency
    window: Window | None
    place: Place | None = None
    person_name: str = ""
    person_born_on: str = ""
    person_reference: str = ""
    offence: str = ""
    reference: str = ""
    why: str = ""
    helps: str = ""
    special_reason: str = ""
