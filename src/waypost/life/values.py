"""The words of an order's life. Pure values; times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from waypost.orders.law import Authority, Change
from waypost.orders.values import OrderKind

NO_SUCH_ORDER = "There is no such order."  # also of one the asker may not know of
NO_SUCH_PROGRAMME = "There is no such programme."
WORDS_MAX = 1_000
REFERENCE_MAX = 80


class Stage(StrEnum):
    PROPOSED = "proposed"  # before a court or an issuer; nothing binds
    IMPOSED = "imposed"  # made; not begun, or no tag is on yet
    LIVE = "live"
    SUSPENDED = "suspended"  # nothing is asked meanwhile
    COMPLETED = "completed"  # its end came
    REVOKED = "revoked"  # ended early by whoever may
    CONSENT_WITHDRAWN = "consent_withdrawn"  # of what is worn by consent
    NOT_IMPOSED = "not_imposed"


class Act(StrEnum):
    PROPOSE = "propose"
    IMPOSE = "impose"
    DROP = "drop"  # it was proposed, and was not made
    VARY = "vary"
    SUSPEND = "suspend"
    RESUME = "resume"
    TRANSFER = "transfer"  # another team is responsible
    REVOKE = "revoke"
    WITHDRAW_CONSENT = "withdraw_consent"
    ACCEPT = "accept"  # outside its programme, and right all the same
    PARTICULARS = "particulars"  # how it was made is put right: conviction, court, programme


NEXT: dict[Stage, frozenset[Stage]] = {
    Stage.PROPOSED: frozenset({Stage.IMPOSED, Stage.NOT_IMPOSED}),
    Stage.IMPOSED: frozenset(
        {Stage.LIVE, Stage.SUSPENDED, Stage.COMPLETED, Stage.REVOKED, Stage.CONSENT_WITHDRAWN}
    ),
    Stage.LIVE: frozenset(
        {Stage.SUSPENDED, Stage.COMPLETED, Stage.REVOKED, Stage.CONSENT_WITHDRAWN}
    ),
    Stage.SUSPENDED: frozenset(
        {Stage.IMPOSED, Stage.LIVE, Stage.COMPLETED, Stage.REVOKED, Stage.CONSENT_WITHDRAWN}
    ),
    Stage.COMPLETED: frozenset(),
    Stage.REVOKED: frozenset(),
    Stage.CONSENT_WITHDRAWN: frozenset(),
    Stage.NOT_IMPOSED: frozenset(),
}
# The acts of people that lead to a stage; the others come by themselves (a tag goes on, an end
# comes), and acts that are not here leave the stage as it is.
TARGET: dict[Act, Stage] = {
    Act.PROPOSE: Stage.PROPOSED,
    Act.IMPOSE: Stage.IMPOSED,
    Act.DROP: Stage.NOT_IMPOSED,
    Act.SUSPEND: Stage.SUSPENDED,
    Act.RESUME: Stage.LIVE,
    Act.REVOKE: Stage.REVOKED,
    Act.WITHDRAW_CONSENT: Stage.CONSENT_WITHDRAWN,
}
ONGOING = frozenset({Stage.IMPOSED, Stage.LIVE, Stage.SUSPENDED})
STAGE_WORDS: dict[Stage, str] = {
    Stage.PROPOSED: "proposed",
    Stage.IMPOSED: "made, not yet monitored",
    Stage.LIVE: "live",
    Stage.SUSPENDED: "suspended",
    Stage.COMPLETED: "completed",
    Stage.REVOKED: "revoked",
    Stage.CONSENT_WITHDRAWN: "ended: consent withdrawn",
    Stage.NOT_IMPOSED: "not imposed",
}
ACT_WORDS: dict[Act, str] = {
    Act.PROPOSE: "proposed",
    Act.IMPOSE: "recorded as made",
    Act.DROP: "recorded as not made",
    Act.VARY: "varied",
    Act.SUSPEND: "suspended",
    Act.RESUME: "taken up again",
    Act.TRANSFER: "transferred",
    Act.REVOKE: "revoked",
    Act.WITHDRAW_CONSENT: "ended, since consent was withdrawn",
    Act.ACCEPT: "accepted outside its programme",
    Act.PARTICULARS: "given how it was made",
}
AUTHORITY_WORDS: dict[Authority, str] = {
    Authority.COURT: "the court",
    Authority.RESPONSIBLE_OFFICER: "the responsible officer, by notice and with consent",
    Authority.LICENCE_ISSUER: "the licence’s issuer",
    Authority.HOME_OFFICE: "the Home Office or the tribunal",
    Authority.WEARER: "the wearer",
}
CHANGE_WORDS: dict[Change, str] = {
    Change.START_TIMES: "when its hours begin",
    Change.ADDRESS: "the address",
    Change.HOURS: "its hours",
    Change.ZONE: "the zone",
    Change.ADDED: "a requirement is added",
    Change.REMOVED: "a requirement is taken out",
    Change.DATES: "when it begins or ends",
    Change.OTHER: "what else it asks",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the stage of an order is decided from.

    ended        how it was ended early, if it was
    suspended    [from, until) of suspensions that stand
    tag_from_at  when the first tag of its time went on; None: none has
    """

    from_at: datetime
    to_at: datetime | None
    ended: Act | None = None
    suspended: tuple[tuple[datetime, datetime], ...] = ()
    tag_from_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Programme:
    """A record of who may be monitored under which instrument, where, when, and how many.

    Empty courts, boroughs or kinds: any. monitor_to: the last day on which somebody is monitored.
    """

    name: str
    instrument: str
    impose_from: date
    impose_to: date | None = None
    monitor_to: date | None = None
    places: int | None = None
    courts: tuple[str, ...] = ()
    boroughs: tuple[str, ...] = ()
    kinds: frozenset[OrderKind] = frozenset()
    version: int = 1
