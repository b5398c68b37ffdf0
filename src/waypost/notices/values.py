"""The words of telling: who is told, how, how soon; what a channel is given and answers.

A notice is one message to one recipient about one step. A parcel is what leaves at once: one
notice, or several grouped for the same recipient; its key is the same however often it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Protocol

from waypost.errors import WaypostError

MAIL, SMS, WEBHOOK, TEST = "mail", "sms", "webhook", "test"
CHANNELS = (MAIL, SMS, WEBHOOK, TEST)
DUTY = "duty"  # the recipient whose contacts the operator's settings name


class Weight(IntEnum):
    """How soon a notice must be told; the smaller goes first."""

    NOW = 0  # a call for help, what is over its target: never held, never grouped
    SOON = 1  # as it happens; waits for the end of quiet hours
    LATER = 2  # may wait for the next digest of those who asked for one


class Status(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # claimed by a worker
    SENT = "sent"  # the channel took it
    DELIVERED = "delivered"  # the channel says that it arrived
    FAILED = "failed"  # given up on every channel: counted, listed, never deleted
    CALLED_OFF = "called_off"  # what it was for had passed, or nobody wished it any more


class Takes(StrEnum):
    """Which notices a contact is for."""

    ALL = "all"
    URGENT = "urgent"  # of weight NOW
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach a recipient. Quiet hours are wall times in `timezone`; None: there are none.

    digest_every   how long what is less urgent may be gathered; zero: told as it happens
    """

    channel: str
    address: str
    takes: Takes = Takes.ALL
    language: str = "en"
    quiet_from: time | None = None
    quiet_to: time | None = None
    timezone: str = "Europe/London"
    digest_every: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that is due, as deciding sees it.

    passed   channels that were tried for it until they were given up
    parcel   the parcel it was put in when it was first sent; "": none yet
    until_at when what it speaks of has passed and nobody is told of it any more; None: never
    alone    to somebody outside the staff: never gathered with others, whose words are for staff
    """

    notice_id: int
    recipient: str
    weight: Weight
    made_at: datetime
    parcel: str = ""
    passed: frozenset[str] = frozenset()
    until_at: datetime | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """Notices that leave as one message to one recipient by one contact.

    has_other   whether another channel is left for them, should this one take nothing
    """

    notice_ids: tuple[int, ...]
    contact: Contact
    key: str
    has_other: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One notice's template and the ids, kinds and times that fill it."""

    template: str
    words: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel sends.

    again   a worker may have sent it before and died: a channel that can, asks first
    """

    key: str
    address: str
    subject: str
    text: str
    short: str  # for a text message
    made_at: datetime
    again: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel answers: its own number for the message, and whether it has arrived."""

    reference: str = ""
    delivered: bool = False


class Fate(StrEnum):
    """What became of a message that a channel had taken."""

    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    FAILED = "failed"


class Undeliverable(WaypostError):
    """The channel will never take this message to this address; another must."""


class Channel(Protocol):
    """Something that takes messages out of the house.

    send   Unavailable or OSError: try again later; Undeliverable: never
    ask    what became of a message, by its receipt's reference; ON_ITS_WAY where nobody can say
    """

    def send(self, message: Message) -> Receipt: ...

    def ask(self, reference: str) -> Fate: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """The most messages that a channel is given in a minute; None: as many as there are."""

    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Pulse:
    """Everything the watchdog reads in one look. None: never, or not applicable.

    canary_alerts   protocol -> when its canary's last alert was raised
    canary_told     protocol -> when the last notice of one reached the test channel
    """

    judged_to: datetime | None = None
    heard_at: datetime | None = None
    canary_alerts: Mapping[str, datetime | None] = field(default_factory=dict)
    canary_told: Mapping[str, datetime | None] = field(default_factory=dict)
