"""The words of plans: what is planned, by whom, how it moves, and a period's facts. Pure.

`NEXT` holds every lifecycle of this room, one table each: code, tests and the manual go by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

WORDS_MIN = 10  # characters of a reason that others will read
WORDS_MAX = 2000
LINE_MAX = 300
REVIEW_MAX = timedelta(days=183)  # the longest that a plan may stand unreviewed: OURS
REVIEW_AFTER_RELEASE = timedelta(days=10)  # of a recalled person: OURS
FACTS_DAYS_MAX = 92  # of one review: a strip is drawn of each day
OURS = "our assumption, to be set by the agency"
NO_SUCH_PLAN = "There is no such plan."


class PlanKind(StrEnum):
    SENTENCE = "sentence"
    RISK = "risk"


class ObjectiveStatus(StrEnum):
    OPEN = "open"
    MET = "met"
    DROPPED = "dropped"


class ActionStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class VisitStatus(StrEnum):
    PLANNED = "planned"
    MADE = "made"
    MISSED = "missed"
    CALLED_OFF = "called_off"


class MappaStatus(StrEnum):
    """Multi-agency public protection arrangements (Criminal Justice Act 2003 s.325)."""

    NOTIFIED = "notified"
    MANAGED = "managed"
    ENDED = "ended"


class MaracStatus(StrEnum):
    """A multi-agency risk assessment conference about a victim of domestic abuse."""

    REFERRED = "referred"
    HEARD = "heard"
    NOT_TAKEN = "not_taken"
    CLOSED = "closed"


class Cycle(StrEnum):
    """What has a lifecycle here."""

    OBJECTIVE = "objective"
    ACTION = "action"
    VISIT = "visit"
    MAPPA = "mappa"
    MARAC = "marac"


NEXT: dict[Cycle, dict[str, frozenset[str]]] = {
    Cycle.OBJECTIVE: {
        ObjectiveStatus.OPEN: frozenset({ObjectiveStatus.MET, ObjectiveStatus.DROPPED}),
        ObjectiveStatus.MET: frozenset({ObjectiveStatus.OPEN}),
        ObjectiveStatus.DROPPED: frozenset({ObjectiveStatus.OPEN}),
    },
    Cycle.ACTION: {
        ActionStatus.OPEN: frozenset({ActionStatus.DONE, ActionStatus.DROPPED}),
        ActionStatus.DONE: frozenset({ActionStatus.OPEN}),
        ActionStatus.DROPPED: frozenset({ActionStatus.OPEN}),
    },
    Cycle.VISIT: {
        VisitStatus.PLANNED: frozenset(
            {VisitStatus.MADE, VisitStatus.MISSED, VisitStatus.CALLED_OFF}
        ),
        VisitStatus.MADE: frozenset(),
        VisitStatus.MISSED: frozenset(),
        VisitStatus.CALLED_OFF: frozenset(),
    },
    Cycle.MAPPA: {
        MappaStatus.NOTIFIED: frozenset({MappaStatus.MANAGED, MappaStatus.ENDED}),
        MappaStatus.MANAGED: frozenset({MappaStatus.ENDED}),
        MappaStatus.ENDED: frozenset(),
    },
    Cycle.MARAC: {
        MaracStatus.REFERRED: frozenset({MaracStatus.HEARD, MaracStatus.NOT_TAKEN}),
        MaracStatus.HEARD: frozenset({MaracStatus.REFERRED, MaracStatus.CLOSED}),
        MaracStatus.NOT_TAKEN: frozenset(),
        MaracStatus.CLOSED: frozenset(),
    },
}
STARTS: dict[Cycle, str] = {
    Cycle.OBJECTIVE: ObjectiveStatus.OPEN,
    Cycle.ACTION: ActionStatus.OPEN,
    Cycle.VISIT: VisitStatus.PLANNED,
    Cycle.MAPPA: MappaStatus.NOTIFIED,
    Cycle.MARAC: MaracStatus.REFERRED,
}
CYCLE_WORDS: dict[Cycle, str] = {
    Cycle.OBJECTIVE: "An objective",
    Cycle.ACTION: "An action",
    Cycle.VISIT: "A visit",
    Cycle.MAPPA: "A MAPPA marker",
    Cycle.MARAC: "A MARAC marker",
}
STATUS_WORDS: dict[str, str] = {
    "open": "Open", "met": "Met", "dropped": "Dropped", "done": "Done", "planned": "Planned",
    "made": "Made", "missed": "Missed", "called_off": "Called off", "notified": "Notified",
    "managed": "Managed", "ended": "Ended", "referred": "Referred", "heard": "Heard",
    "not_taken": "Not taken up", "closed": "Closed",
}  # fmt: skip


class ReviewFound(StrEnum):
    GOES_ON = "goes_on"
    CHANGE = "change"
    END = "end"


class Owner(StrEnum):
    """Who owes an action."""

    PRACTITIONER = "practitioner"
    PERSON = "person"
    SERVICE = "service"


class ContactKind(StrEnum):
    FAMILY = "family"
    PARTNER = "partner"
    PROFESSIONAL = "professional"
    OTHER = "other"


class VisitWhere(StrEnum):
    HOME = "home"
    OFFICE = "office"
    PRISON = "prison"
    CALL = "call"


class LicenceKind(StrEnum):
    """What happened to a sentence that changes what is due. No order is changed by it (life/)."""

    RECALLED = "recalled"
    RELEASED = "released"  # again, after a recall
    RESET = "reset"  # the final third: active supervision ends
    RESET_ENDED = "reset_ended"  # taken up again


KIND_WORDS: dict[PlanKind, str] = {PlanKind.SENTENCE: "Sentence plan", PlanKind.RISK: "Risk plan"}
FOUND_WORDS: dict[ReviewFound, str] = {
    ReviewFound.GOES_ON: "It goes on as it is",
    ReviewFound.CHANGE: "It is to be changed; a new version follows",
    ReviewFound.END: "Its work is done",
}
OWNER_WORDS: dict[Owner, str] = {
    Owner.PRACTITIONER: "The practitioner",
    Owner.PERSON: "The person",
    Owner.SERVICE: "A service",
}
CONTACT_WORDS: dict[ContactKind, str] = {
    ContactKind.FAMILY: "Family",
    ContactKind.PARTNER: "Partner or former partner",
    ContactKind.PROFESSIONAL: "Professional",
    ContactKind.OTHER: "Somebody else",
}
WHERE_WORDS: dict[VisitWhere, str] = {
    VisitWhere.HOME: "At home",
    VisitWhere.OFFICE: "At the office",
    VisitWhere.PRISON: "In prison",
    VisitWhere.CALL: "By telephone",
}
LICENCE_WORDS: dict[LicenceKind, str] = {
    LicenceKind.RECALLED: "Recalled to prison",
    LicenceKind.RELEASED: "Released again",
    LicenceKind.RESET: "Reset: the final third, without active supervision",
    LicenceKind.RESET_ENDED: "Active supervision taken up again",
}
MAPPA_CATEGORIES: dict[int, str] = {
    1: "Category 1: registered sexual offender",
    2: "Category 2: violent or other sexual offender",
    3: "Category 3: other dangerous offender",
    4: "Category 4: terrorist or terrorist-risk offender",
}
MAPPA_LEVELS: dict[int, str] = {
    1: "Level 1: ordinary agency management",
    2: "Level 2: active multi-agency management",
    3: "Level 3: with senior oversight",
}


@dataclass(frozen=True, slots=True)
class LicenceEvent:
    kind: LicenceKind
    on: date


@dataclass(frozen=True, slots=True)
class Effect:
    """What a recall or reset means for what is due. pauses: reviews and visits are not due."""

    pauses: bool
    words: str
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A period's facts, which a review opens with. days_*: local days on which something was asked.

    days_kept       nothing was found against them, and the tag was located in some of the time
    days_untold     nothing was found, and nothing could be told
    share           of the required time, that in which the tag was located; None: nothing judged
    missed          what was found against them, and appointments missed: words and when
    explained       alerts of the time found excused or the equipment's; upheld: found a breach
    praised         kept weeks that the person was told of
    """

    from_on: date
    to_on: date
    days_asked: int
    days_kept: int
    days_untold: int
    share: float | None
    appointments_kept: int
    appointments_asked: int
    missed: tuple[tuple[str, datetime], ...]
    explained: int
    upheld: int
    undecided: int
    weeks_kept: int
    praised: int

    @property
    def days_missed(self) -> int:
        return self.days_asked - self.days_kept - self.days_untold


class DueKind(StrEnum):
    NO_PLAN = "no_plan"
    NO_PURPOSE = "no_purpose"
    REVIEW = "review"
    ACTION = "action"
    VISIT = "visit"


DUE_WORDS: dict[DueKind, str] = {
    DueKind.NO_PLAN: "Write the sentence plan",
    DueKind.NO_PURPOSE: "Say in the plan what the tag is for",
    DueKind.REVIEW: "Review the plan",
    DueKind.ACTION: "Do the action",
    DueKind.VISIT: "Say how the visit went",
}


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What is known of one plan when what is due is worked out."""

    kind: PlanKind
    purpose: bool
    review_at: datetime
    actions_due: tuple[date, ...] = ()  # of open actions that the practitioner owes


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """since   when the newest live order began; wears: a tag, so that its purpose is asked for"""

    person_id: int
    since: datetime
    wears: bool
    plans: tuple[PlanFacts, ...]
    visits: tuple[datetime, ...] = ()  # planned, whose time is over or to come
    events: tuple[LicenceEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    person_id: int
    kind: DueKind
    due_at: datetime
    words: str

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at < now
