"""What stands in the way of a proposal, a release or a change of address. Pure.

    gate(act, facts, now)   what is missing, and whether a named person's reason lets it go on

Nothing here stops monitoring: a court's order is monitored whatever is missing, and what is missing
is then a task with a clock (owed.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from waypost.necessity.values import CheckKind
from waypost.suitability.values import (
    MISSING_WORDS,
    WAITING,
    Answer,
    CheckStatus,
    Consent,
    GateAct,
    Missing,
    Suitable,
)


@dataclass(frozen=True, slots=True)
class CheckFact:
    """One check of the address that the act is about. UTC; None: not answered yet."""

    kind: CheckKind
    status: CheckStatus
    requested_at: datetime
    answer: Answer | None = None
    answered_at: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeaveFact:
    """A named person's reason to go on, as it was granted for what was missing then."""

    number: int
    act: GateAct
    officer: str
    granted_at: datetime
    until: datetime
    covers: frozenset[Missing]
    words: str


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What is known of the address and of the checks about it.

    has_home   somebody would have to stay at an address: it and who lives there matter, too
    address    None: nobody has said
    consents   of each who lives there, as it stands now
    """

    checks: tuple[CheckFact, ...] = ()
    has_home: bool = True
    address: Suitable | None = None
    consents: tuple[Consent, ...] = ()
    leaves: tuple[LeaveFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """missing   what is; leave: a reason that covers all of it"""

    act: GateAct
    missing: tuple[Missing, ...]
    leave: LeaveFact | None = None

    @property
    def open(self) -> bool:
        return not self.missing or self.leave is not None

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(MISSING_WORDS[one] for one in self.missing)


# By kind of check: not asked for, waited for, no longer valid, a concern.
CHECKED: dict[CheckKind, tuple[Missing, Missing, Missing, Missing]] = {
    CheckKind.DOMESTIC_ABUSE: (
        Missing.ABUSE_CHECK,
        Missing.ABUSE_WAITING,
        Missing.ABUSE_OLD,
        Missing.ABUSE_CONCERN,
    ),
    CheckKind.CHILD_SAFEGUARDING: (
        Missing.CHILD_CHECK,
        Missing.CHILD_WAITING,
        Missing.CHILD_OLD,
        Missing.CHILD_CONCERN,
    ),
}


def gate(act: GateAct, facts: GateFacts, now: datetime) -> Gate:
    """What is missing for the act. A leave opens it only where it covers everything missing now:
    what comes up after it was granted is decided anew."""
    missing = tuple(_missing(act, facts, now))
    leave = next(
        (
            one
            for one in sorted(facts.leaves, key=lambda one: one.granted_at, reverse=True)
            if one.act is act and one.granted_at <= now < one.until and set(missing) <= one.covers
        ),
        None,
    )
    return Gate(act, missing, leave if missing else None)


def _missing(act: GateAct, facts: GateFacts, now: datetime) -> Iterator[Missing]:
    for kind in CheckKind:
        found = missing_of(kind, facts.checks, now)
        if found is not None:
            yield found
    if not facts.has_home and act is GateAct.PROPOSE:
        return
    if facts.address is None or facts.address is Suitable.NOT_YET:
        yield Missing.ADDRESS
    elif facts.address is Suitable.NOT_SUITABLE:
        yield Missing.ADDRESS_UNSUITABLE
    if any(one is not Consent.YES for one in facts.consents):
        yield Missing.CONSENT


def missing_of(
    kind: CheckKind, checks: tuple[CheckFact, ...], now: datetime
) -> Missing | None:  # fmt: skip
    """What is missing of one kind of check; None: the newest answer is good, and valid now."""
    absent, waiting, old, concern = CHECKED[kind]
    mine = [one for one in checks if one.kind is kind and one.status is not CheckStatus.CALLED_OFF]
    answered = [one for one in mine if one.answered_at is not None and one.answered_at <= now]
    if not answered:
        return waiting if any(one.status in WAITING for one in mine) else absent
    last = max(answered, key=lambda one: (one.answered_at or now, one.requested_at))
    if last.answer is not Answer.NOTHING_KNOWN:
        return concern
    return old if last.valid_until is not None and last.valid_until <= now else None
