"""What an assessment is made of, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Part(StrEnum):
    """The papers that `waypost assess` prints; each has an owner, a signature and a review date."""

    IMPACT = "impact"
    PROCESSING = "processing"
    SHARING = "sharing"
    EQUALITY = "equality"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Table:
    """A table that runs: column -> privacy label."""

    name: str
    retention: str
    belongs: bool  # its rows are some person's
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PurposeRow:
    name: str
    words: str
    law: str
    roles: tuple[str, ...]
    window: str  # of one look; "": no place is shown
    whole: bool


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody outside the team to whom the software can give something of a person.

    way      how the code knows them: "request:police", "channel:sms"
    in_use   whether the running configuration gives them anything
    """

    way: str
    who: str
    what: str
    law: str
    safeguard: str
    in_use: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """One retention class as it holds today."""

    name: str
    what: str
    counted: str
    period: str
    source: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Running:
    """The configuration that runs."""

    tables: tuple[Table, ...]
    purposes: tuple[PurposeRow, ...]
    recipients: tuple[Recipient, ...]
    kept: tuple[Kept, ...]
    numbers: tuple[tuple[str, str], ...]  # the rules' numbers in force, in words
    sealed_identity: bool
    anchored_audit: bool
    stamped_audit: bool


@dataclass(frozen=True, slots=True)
class Signature:
    owner: str
    signed_by: str  # "": nobody yet
    signed_on: date | None
    review_by: date | None


@dataclass(frozen=True, slots=True)
class Signed:
    """What somebody has signed for.

    tables   name -> "column:label" of each column
    """

    parts: Mapping[Part, Signature]
    tables: Mapping[str, frozenset[str]]
    purposes: frozenset[str]
    recipients: frozenset[str]
