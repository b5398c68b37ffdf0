"""What a court's message says of one person, as decisions see it: frozen, nothing guessed.

Everything read carries its `Words`: the original text and where in the message it stood. Whatever
is unclear is a `Question` beside them; answers are small JSON objects (`settling.py` reads them):

    {"zone": {...}}   a zone as the orders file writes it; "warning_m" beside it: its warning ring
    {"hours": [...]}  rows of a timetable; null: at all times
    {"at": "..."}     an instant; null: none is set
    {"choice": "..."} one of the question's choices
    {"words": "..."}  what was found out, in words
    {"not": "..."}    it does not apply, and why
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from waypost.orders.values import OrderKind, RequirementKind, TimetableRow, Zone

Answer = Mapping[str, Any]
NO_ANSWERS: Mapping[str, Answer] = {}


class Status(StrEnum):
    """How far a message about one person has come."""

    WAITING = "waiting"  # something of it must be answered first
    PARTLY = "partly"  # what was clear is in force; a question is still open
    IMPORTED = "imported"
    SET_ASIDE = "set_aside"  # an officer decided, with a reason, that nothing is imported
    UNREAD = "unread"  # it could not be read at all, and is kept to be looked at


NEXT: dict[Status, set[Status]] = {
    Status.WAITING: {Status.PARTLY, Status.IMPORTED, Status.SET_ASIDE},
    Status.PARTLY: {Status.IMPORTED, Status.SET_ASIDE},
    Status.IMPORTED: set(),
    Status.SET_ASIDE: set(),
    Status.UNREAD: {Status.SET_ASIDE},
}
OPEN = frozenset({Status.WAITING, Status.PARTLY, Status.UNREAD})
STATUS_WORDS = {
    Status.WAITING: "Waits for answers",
    Status.PARTLY: "Partly in force",
    Status.IMPORTED: "In force",
    Status.SET_ASIDE: "Set aside",
    Status.UNREAD: "Could not be read",
}
# Design of ours: a court's order binds when it is made, so a question about one is a matter of
# hours, as a new order's fitting is (domain page, the first 24 hours).
ANSWER_WITHIN = timedelta(hours=4)


class Wants(StrEnum):
    """What kind of answer a question takes."""

    ZONE = "zone"
    HOURS = "hours"
    INSTANT = "instant"
    CHOICE = "choice"
    WORDS = "words"  # seen, and what came of asking


class Form(StrEnum):
    """Whose shape a message has."""

    HEARING = "hearing"  # results of a hearing, from the courts' common platform
    CONTRACTOR = "contractor"  # a device wearer and a monitoring order


@dataclass(frozen=True, slots=True)
class Words:
    """Original words: the text, its label, and the path at which it stood in the message."""

    path: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer, with the answer it stands for."""

    value: str
    words: str
    sets: Answer


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only a person can say.

    key        the same each time the message is read: "curfew-1/hours", "order/end"
    why        what was seen and why it is asked, in whole sentences
    blocking   nothing of what it is about is imported before it is answered
    may_drop   "it does not apply" is an answer: the condition is left out
    """

    key: str
    wants: Wants
    words: Words
    why: str
    blocking: bool = True
    choices: tuple[Choice, ...] = ()
    may_drop: bool = False

    @property
    def about(self) -> str:
        """The condition's reference, "order", or "note"."""
        return self.key.partition("/")[0]

    @property
    def field(self) -> str:
        return self.key.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Period:
    """How long something lasts, as the court put it: 6 months."""

    count: int
    unit: str  # day, week, month, year


@dataclass(frozen=True, slots=True)
class Address:
    lines: tuple[str, ...] = ()
    postcode: str = ""

    @property
    def text(self) -> str:
        return ", ".join(part for part in (*self.lines, self.postcode) if part)


@dataclass(frozen=True, slots=True)
class PersonHeard:
    """Who it is about, as the message says.

    ids   every id of the person by its name in the message: master_defendant_id, pnc_id, ...
    """

    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    born: date | None = None
    sex: str = ""
    is_child: bool | None = None
    address: Address = Address()
    no_fixed_abode: bool = False
    phone: str = ""
    interpreter: bool | None = None
    language: str = ""
    needs: str = ""
    ids: tuple[tuple[str, str], ...] = ()
    words: Words = Words("", "", "")

    @property
    def name(self) -> str:
        parts = (self.first_name, self.middle_name, self.last_name)
        return " ".join(part for part in parts if part)

    def id_of(self, name: str) -> str:
        return dict(self.ids).get(name, "")


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is to be monitored.

    said      the court's words as the contractor's system is told them
    zone      read for certain; None: asked
    hours     read for certain; None with `hours_clear`: at all times
    from_at, to_at   None: the order's
    exception what the court excepts, in its words; nobody but an officer can see that it is kept
    """

    reference: str
    kind: RequirementKind
    words: Words
    said: str
    place: str = ""
    zone: Zone | None = None
    zone_how: str = ""
    hours: tuple[TimetableRow, ...] | None = None
    hours_clear: bool = True
    from_at: datetime | None = None
    to_at: datetime | None = None
    period: str = ""  # how long, as the court put it
    duration: str = ""  # the same, where the contractor's shape has it
    exception: str = ""
    rank: int = 0  # among its kind, in the contractor's list
    shown: bool = True  # whether the contractor's shape has it


@dataclass(frozen=True, slots=True)
class Agency:
    """Who supervises, as the message says."""

    kind: str = ""  # Probation, YJS
    team: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class OrderHeard:
    """The order itself.

    code        the result's short code: RCBV; "" of a contractor's order
    reference   how the order is called here; of one case and kind the same each time
    from_at, to_at   the order's own; monitored_to is when the last monitored condition ends
    binds_at    of a variation: from when it binds
    """

    reference: str
    code: str = ""
    label: str = ""
    kind: OrderKind | None = None
    is_variation: bool = False
    from_at: datetime | None = None
    to_at: datetime | None = None
    binds_at: datetime | None = None
    intensive: bool = False  # with intensive supervision and surveillance
    court: str = ""
    crown: bool = False
    case_reference: str = ""
    made_at: datetime | None = None  # when this was ordered: of a variation, the variation
    shared_at: datetime | None = None
    agency: Agency = Agency()
    words: Words = Words("", "", "")


@dataclass(frozen=True, slots=True)
class Heard:
    """What one message says of one person.

    kept        conditions that no tag can show, in the court's words
    tag_words   said of how it is monitored, which the contractor's shape lists as a zone
    monitored   False: nothing in it speaks of electronic monitoring
    """

    form: Form
    person: PersonHeard
    order: OrderHeard
    conditions: tuple[Condition, ...] = ()
    kept: tuple[Words, ...] = ()
    tag_words: tuple[Words, ...] = ()
    questions: tuple[Question, ...] = ()
    monitored: bool = True
    device_wearer: Mapping[str, Any] | None = None  # of a contractor's message, as it came
    monitoring_order: Mapping[str, Any] | None = None

    @property
    def open_blocking(self) -> tuple[Question, ...]:
        return tuple(one for one in self.questions if one.blocking)
