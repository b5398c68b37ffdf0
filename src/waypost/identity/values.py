"""The words of identity: kinds of ids, what was wrong with one, how two records become one person.

Pure. `NEXT` is the table of a merge: what may follow what; `TARGET` says which act leads where.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

ID_MAX = 80
SOURCE_MAX = 120
WHY_MIN = 10  # characters of a reason that others decide by
WHY_MAX = 500
NO_SUCH_ID = "There is no such id."
NO_SUCH_MERGE = "There is no such merge."


class IdKind(StrEnum):
    """Whose number it is."""

    CRN = "crn"
    NOMIS = "nomis"
    PNC = "pnc"
    CRO = "cro"
    EM = "em"


KIND_WORDS: dict[IdKind, str] = {
    IdKind.CRN: "CRN (probation)",
    IdKind.NOMIS: "NOMIS (prison number)",
    IdKind.PNC: "PNC (police)",
    IdKind.CRO: "CRO (fingerprints)",
    IdKind.EM: "EM (monitoring provider)",
}


@dataclass(frozen=True, slots=True)
class GoodId:
    """An id as it is kept: the same however it was typed."""

    kind: IdKind
    value: str


@dataclass(frozen=True, slots=True)
class WrongId:
    """Why a text is no id of its kind: what was seen, what is wrong, what to do."""

    kind: IdKind
    seen: str
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """What likeness is told of one record. ids: (kind, value); "" and None: not recorded."""

    person_id: int
    name: str = ""
    born: date | None = None
    area: str = ""
    ids: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two records are, 0 to 100, with each reason in words; a reason against says so."""

    score: int
    reasons: tuple[str, ...]
    against: tuple[str, ...] = ()


class MergeStatus(StrEnum):
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    DOUBTED = "doubted"  # its reversal is proposed; it stands until another confirms
    REVERSED = "reversed"


class MergeAct(StrEnum):
    CONFIRM = "confirm"
    REFUSE = "refuse"
    TAKE_BACK = "take_back"
    DOUBT = "doubt"
    CONFIRM_REVERSAL = "confirm_reversal"
    KEEP = "keep"


S, A = MergeStatus, MergeAct
NEXT: dict[MergeStatus, frozenset[MergeStatus]] = {
    S.PROPOSED: frozenset({S.IN_FORCE, S.REFUSED, S.TAKEN_BACK}),
    S.IN_FORCE: frozenset({S.DOUBTED}),
    S.DOUBTED: frozenset({S.REVERSED, S.IN_FORCE}),
    S.REFUSED: frozenset(),
    S.TAKEN_BACK: frozenset(),
    S.REVERSED: frozenset(),
}
TARGET: dict[MergeAct, MergeStatus] = {
    A.CONFIRM: S.IN_FORCE,
    A.REFUSE: S.REFUSED,
    A.TAKE_BACK: S.TAKEN_BACK,
    A.DOUBT: S.DOUBTED,
    A.CONFIRM_REVERSAL: S.REVERSED,
    A.KEEP: S.IN_FORCE,
}
FROM: dict[MergeAct, frozenset[MergeStatus]] = {
    A.CONFIRM: frozenset({S.PROPOSED}),
    A.KEEP: frozenset({S.DOUBTED}),
}
# Acts of somebody else than who last proposed; a taking back is that officer's own.
OF_ANOTHER = frozenset({A.CONFIRM, A.REFUSE, A.CONFIRM_REVERSAL})
OF_THE_PROPOSER = frozenset({A.TAKE_BACK})
STANDING = frozenset({S.IN_FORCE, S.DOUBTED})  # the two are read as one person
LIVE = STANDING | {S.PROPOSED}
STATUS_WORDS: dict[MergeStatus, str] = {
    S.PROPOSED: "proposed, waiting for a second person",
    S.IN_FORCE: "one person",
    S.REFUSED: "found to be two people",
    S.TAKEN_BACK: "taken back",
    S.DOUBTED: "one person, in doubt: its reversal waits for a second person",
    S.REVERSED: "reversed: two people again",
}
ACT_WORDS: dict[MergeAct, str] = {
    A.CONFIRM: "confirmed",
    A.REFUSE: "refused",
    A.TAKE_BACK: "taken back",
    A.DOUBT: "put in doubt",
    A.CONFIRM_REVERSAL: "reversed",
    A.KEEP: "kept",
}


@dataclass(frozen=True, slots=True)
class IdSeen:
    """An id of a person as a page shows it. ended_at None: it stands."""

    id_number: int
    kind: IdKind
    value: str
    source: str
    entered_by: str
    known_at: datetime
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_why: str = ""
