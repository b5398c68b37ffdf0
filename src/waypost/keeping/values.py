"""The words of keeping: what is deleted, in which steps; what a person asks for, and what is left
out of it. Pure values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from waypost.columns import Retention


class Scope(StrEnum):
    """What a deletion takes."""

    PERSON = "person"  # all of a person
    WHEREABOUTS = "whereabouts"  # where they were; the case stays
    QUARANTINE = "quarantine"  # messages of nobody's, by their date
    OFFENCE = "offence"  # offence files and runs of matching, by their date


class Step(StrEnum):
    """The steps of a deletion, in order. Each may be done again."""

    DOORS = "doors"  # nothing of it is let in any more; the list beside the database says so
    LOG = "log"
    RAW = "raw"  # the keys first: from then on no raw message opens
    LAKE = "lake"
    RECORDS = "records"
    VERSIONS = "versions"  # older versions of the lake, and free pages of the database
    PROOF = "proof"  # looked again for anything left
    DONE = "done"


NEXT: dict[Step, Step] = dict(zip(list(Step), list(Step)[1:], strict=False))
STEP_WORDS: dict[Step, str] = {
    Step.DOORS: "Closing the doors: late uploads are not let in",
    Step.LOG: "The log",
    Step.RAW: "Raw messages: their keys, then the messages",
    Step.LAKE: "The lake, day by day",
    Step.RECORDS: "Records, letters and notices",
    Step.VERSIONS: "Older versions of the lake, once no reader can be in them",
    Step.PROOF: "Looking again for anything left",
    Step.DONE: "Done and proved",
}


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What decides when a person's data goes.

    ends      (kind of order, its end) of each order as it stands; end None: it has none yet
    known_at  when we learnt of them: counts where no order was ever recorded
    asked_at  when they last asked for their data or contested something that is still open: nothing
              goes before that is answered; None: nothing is open
    """

    number: int
    known_at: datetime
    ends: tuple[tuple[str, datetime | None], ...] = ()
    is_asking: bool = False


class Status(StrEnum):
    """Where a request for one's own data stands."""

    ASKED = "asked"
    IDENTIFIED = "identified"  # it is known that they are who they say
    PREPARED = "prepared"  # a bundle waits for the officer's eyes
    RELEASED = "released"  # the person may fetch it
    FETCHED = "fetched"
    REFUSED = "refused"


REQUEST_NEXT: dict[Status, set[Status]] = {
    Status.ASKED: {Status.IDENTIFIED, Status.REFUSED},
    Status.IDENTIFIED: {Status.PREPARED, Status.REFUSED},
    Status.PREPARED: {Status.PREPARED, Status.RELEASED, Status.REFUSED},
    Status.RELEASED: {Status.FETCHED},
    Status.FETCHED: {Status.FETCHED},
    Status.REFUSED: set(),
}
OPEN = frozenset({Status.ASKED, Status.IDENTIFIED, Status.PREPARED})
STATUS_WORDS: dict[Status, str] = {
    Status.ASKED: "Asked; identity is to be checked",
    Status.IDENTIFIED: "Identity checked; to be prepared",
    Status.PREPARED: "Prepared; to be read and released",
    Status.RELEASED: "Released; waits to be fetched",
    Status.FETCHED: "Fetched",
    Status.REFUSED: "Refused",
}
OWN_STATUS_WORDS: dict[Status, str] = {
    Status.ASKED: "You have asked. Somebody will check that it is you.",
    Status.IDENTIFIED: "We know that it is you. We are putting your data together.",
    Status.PREPARED: "It is put together. Somebody is reading it through.",
    Status.RELEASED: "It is ready. You can fetch it.",
    Status.FETCHED: "You have fetched it. You can fetch it again.",
    Status.REFUSED: "We cannot give you this. The reason is below.",
}


class Withheld(StrEnum):
    """What is left out of a person's own data, each with the law that lets us."""

    POLICE = "police"  # interest of the police: matches, referrals, what is open
    PROTECTED = "protected"  # who is kept safe from them, and where that person is or was
    THIRD = "third"  # other people: householders, victims, whoever said something
    STAFF = "staff"  # names of officers: given as role and agency
    WORKING = "working"  # what the machine keeps to do its work, made from what is given
    DEVICE = "device"  # secrets of devices and sign-ins


@dataclass(frozen=True, slots=True)
class Ground:
    """words   what the bundle says of it, whether or not there is any
    law     what the officer goes by
    telling False: even whether there is any would tell: neither confirmed nor denied
    """

    words: str
    law: str
    telling: bool = True


GROUNDS: dict[Withheld, Ground] = {
    Withheld.POLICE: Ground(
        "Whether the police have looked into a crime with your data, or hold anything about that, "
        "we neither confirm nor deny. We say this to everybody who asks.",
        "Data Protection Act 2018 s.45(4)(a) and (b), s.45(5), s.48(3) (neither confirm nor deny)",
        telling=False,
    ),
    Withheld.PROTECTED: Ground(
        "Who may be kept safe from you, where they are and when you were near them is not in here. "
        "We say this to everybody who asks.",
        "Data Protection Act 2018 s.45(4)(e): rights and freedoms of others",
        telling=False,
    ),
    Withheld.THIRD: Ground(
        "What is about other people, or was said by them, is left out, unless it could be given "
        "without harming them.",
        "Data Protection Act 2018 s.45(4)(e); Sch. 2 para. 16 where the UK GDPR applies",
    ),
    Withheld.STAFF: Ground(
        "Officers are named by their role and agency.",
        "Data Protection Act 2018 s.45(4)(e): rights and freedoms of others",
    ),
    Withheld.WORKING: Ground(
        "What the machine keeps to do its work, and makes anew from what is given here, is left "
        "out.",
        "it holds nothing about you that is not given here",
    ),
    Withheld.DEVICE: Ground(
        "Passwords, keys and the like are left out.",
        "Data Protection Act 2018 s.40: security of processing",
    ),
}


@dataclass(frozen=True, slots=True)
class PeriodVersion:
    """An agency's own period, as it was approved. kind "": for every kind of order."""

    retention: Retention
    kind: str
    months: int
    days: int
    from_on: date
    version: int
