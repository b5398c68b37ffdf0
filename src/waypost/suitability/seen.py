"""What queries of suitability give to pages: frozen, each with the names of who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from waypost.documents.queries import Listed
from waypost.necessity.values import CheckKind
from waypost.orders.values import Order as OrderValue
from waypost.orders.values import OrderKind, Requirement
from waypost.suitability.commitments import Commitment
from waypost.suitability.eligibility import Answered
from waypost.suitability.gating import Gate
from waypost.suitability.values import (
    Act,
    Answer,
    AssessmentKind,
    CheckAct,
    CheckStatus,
    Consent,
    GateAct,
    How,
    InPlace,
    LeaveStatus,
    Met,
    Outcome,
    Signal,
    Status,
    Suitable,
)

SHOWN_MAX = 200


class Show(StrEnum):
    """Parts of the work list."""

    MINE = "mine"
    WAITING = "waiting"
    OVERDUE = "overdue"
    ALL = "all"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Row:
    """One assessment in the work list. late: checks whose day has passed; waits: all that wait."""

    number: int
    person: str
    reference: str
    kind: AssessmentKind
    order_kind: OrderKind
    court: str
    decision_on: date
    status: Status
    made_at: datetime
    officer: str
    mine: bool
    waits: int
    late: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class WorkList:
    rows: tuple[Row, ...]
    counts: dict[Show, int]


@dataclass(frozen=True, slots=True)
class CheckSeen:
    number: int
    kind: CheckKind
    status: CheckStatus
    asked_of: str
    requested_at: datetime
    due_at: datetime
    late: bool
    chased: int
    answer: Answer | None
    words: str
    answered_by: str
    answered_at: datetime | None
    valid_until: datetime | None
    too_old: bool
    other_home: bool
    acts: tuple[CheckAct, ...]
    story: tuple[tuple[datetime, str, str, str], ...]  # when, what, who, words


@dataclass(frozen=True, slots=True)
class HouseholderSeen:
    number: int
    name: str
    relation: str
    consent: Consent
    how: How | None
    asked_at: datetime | None
    asked_by: str
    words: str
    agreed: bool  # once: so that a withdrawal can be written down


@dataclass(frozen=True, slots=True)
class HomeSeen:
    address: str
    suitable: Suitable | None
    reasons: str
    power: bool | None
    signal: Signal
    signal_on: date | None
    found_at: datetime | None
    found_by: str
    householders: tuple[HouseholderSeen, ...]


@dataclass(frozen=True, slots=True)
class AskedSeen:
    number: int
    requirement: Requirement
    whatif_id: int | None


@dataclass(frozen=True, slots=True)
class ProposalSeen:
    version: int
    sections: tuple[tuple[str, str], ...]
    made_at: datetime
    made_by: str
    sent_at: datetime | None
    papers: tuple[Listed, ...]
    left: tuple[str, ...]  # parts in which something is to be written still


@dataclass(frozen=True, slots=True)
class SentenceSeen:
    version: int
    outcome: Outcome
    order_reference: str
    order_known: bool
    decided_on: date
    court: str
    in_place: InPlace
    said_by: str
    words: str
    at: datetime
    officer: str


@dataclass(frozen=True, slots=True)
class LeaveSeen:
    number: int
    person_id: int
    who: str
    assessment_id: int | None
    act: GateAct
    status: LeaveStatus
    missing: tuple[str, ...]
    why: str
    asked_at: datetime
    asked_by: str
    own: bool
    decided_at: datetime | None
    decided_by: str
    decided_words: str
    until: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ScoreSeen:
    instrument: str
    score: str
    scored_on: date
    words: str
    officer: str


@dataclass(frozen=True, slots=True)
class Page:
    """One assessment with all that is kept of it. version: what an act compares."""

    number: int
    version: int
    person_id: int
    reference: str
    name: str
    born_on: date | None
    area: str
    kind: AssessmentKind
    order_kind: OrderKind
    programme: str
    court: str
    court_area: str
    decision_on: date
    why: str
    status: Status
    made_at: datetime
    officer: str
    in_cohort: bool | None
    cohort_source: str
    eligible: tuple[Answered, ...]
    eligible_sum: Met
    score: ScoreSeen | None
    notes: tuple[tuple[str, str, str], ...]  # part, title, words
    commitments: tuple[tuple[int, Commitment], ...]
    home: HomeSeen | None
    checks: tuple[CheckSeen, ...]
    asked: tuple[AskedSeen, ...]
    order: OrderValue
    clashes: tuple[str, ...]
    odd: tuple[str, ...]
    tries: tuple[tuple[int, str], ...]
    tried_lines: tuple[str, ...]
    may_attach: tuple[tuple[int, str], ...]
    proposal: ProposalSeen | None
    earlier: tuple[ProposalSeen, ...]
    checked_rows: tuple[tuple[str, str, str], ...]
    not_checked: tuple[str, ...]
    gate: Gate
    leaves: tuple[LeaveSeen, ...]
    sentences: tuple[SentenceSeen, ...]
    story: tuple[tuple[datetime, str, str, str], ...]
    acts: tuple[Act, ...]
    may_write: bool
    writable: bool
