"""What stands on the wire of protocols that speak HTTP, and who may have sent it. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from waypost.errors import Read
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix

KEPT_HEADERS = ("content-type", "x-limit-u", "x-limit-d")  # those that decoders read


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """A request as a tag sent it.

    uri      path and query, as sent
    headers  names in lower case
    """

    method: str = "GET"
    uri: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def query(self) -> str:
        return self.uri.partition("?")[2].partition("#")[0]

    def to_bytes(self) -> bytes:
        """The request as it is kept: it reads like one, with the headers that decoders read."""
        lines = [f"{self.method} {self.uri}"]
        lines += [f"{name}: {self.headers[name]}" for name in KEPT_HEADERS if name in self.headers]
        return "\n".join([*lines, "", ""]).encode(errors="replace") + self.body

    @classmethod
    def from_bytes(cls, kept: bytes) -> HttpMessage:
        """What `to_bytes` kept."""
        head, _, body = kept.partition(b"\n\n")
        first, *rest = head.decode(errors="replace").split("\n")
        method, _, uri = first.partition(" ")
        headers = dict(line.split(": ", 1) for line in rest if ": " in line)
        return cls(method, uri, headers, body)


@dataclass(frozen=True, slots=True)
class HttpReply:
    status: int
    body: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a message says it is from: a tag, or (vendor hubs) an activation by its reference."""

    device_id: str | None = None
    activation_id: str | None = None

    @property
    def name(self) -> str:
        return self.device_id or self.activation_id or ""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A row of the JSON batch that could be read: one fix or one event.

    number   1-based place in the batch
    sent     the row as it was sent, as JSON
    """

    number: int
    sender: Sender
    sent: str
    fix: DecodedFix | None = None
    event: DecodedEvent | None = None


@dataclass(frozen=True, slots=True)
class TagMessage:
    """One message of one tag, decoded and waiting for its commit.

    payload    as it came: a frame, or a request as `HttpMessage.to_bytes` keeps it
    network    keyed hash of the network it came from; None: not told apart
    reachable  its connection stays open and can carry a command to the tag
    """

    protocol: str
    payload: bytes
    decoded: Decoded
    received_at: datetime
    network: str | None = None
    reachable: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A tag's message is committed; its protocol knows what to answer.

    commands   to be sent to the tag after the answer, on the connection that it came by
    """

    commands: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchMessage:
    """A JSON batch, read and waiting for its commit.

    token    bearer token of the client; None: the machine itself
    digest   SHA-256 of the body, hex: the same key with another body is a conflict
    """

    token: str | None
    key: str
    digest: str
    read: Read[BatchRow]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class UnreadableMessage:
    """Bytes that are no message at all: kept whole for an officer, refused to the sender.

    status   of the reply; 200 where the fault is ours and the bytes are kept
    flag     what an officer should look at, if that is more than bytes
    """

    protocol: str
    payload: bytes
    reason: str
    received_at: datetime
    device: str = ""
    status: int = 400
    flag: FlagKind | None = None


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks whether a commit would go through just now."""


Item = TagMessage | BatchMessage | UnreadableMessage | Ping
Outcome = Taken | HttpReply  # Taken for a tag's message


class Unreadable(ValueError):
    """A message that says something we cannot take; the text is the plain sentence for it."""


class CommandKind(StrEnum):
    """What an officer may ask a tag to do."""

    REPORT_NOW = "report_now"
    INTERVAL = "interval"  # how often it reports, in seconds
    VIBRATE = "vibrate"


class DeviceKind(StrEnum):
    """What a device is for."""

    TAG = "tag"  # worn; GNSS
    ALCOHOL_TAG = "alcohol_tag"
    HOME_UNIT = "home_unit"  # mains-powered, hears the tag by radio
    BEACON = "beacon"  # small radio transmitter that the tag hears
    PHONE = "phone"  # an app in place of a tag
    PROTECTED = "protected"  # carried by a protected person


class FlagKind(StrEnum):
    """What an officer should look at."""

    NEW_PLACE = "new_place"  # claims this identity from a network never seen, beside the known one
    TWO_AT_ONCE = "two_at_once"  # two live connections from different networks
    OTHER_PROTOCOL = "other_protocol"  # speaks otherwise than it did
    OTHER_CERTIFICATE = "other_certificate"  # claimed under a certificate of another device


class VisitPurpose(StrEnum):
    FIT = "fit"
    REMOVE = "remove"
    REPAIR = "repair"


class VisitOutcome(StrEnum):
    DONE = "done"
    NO_ACCESS = "no_access"
    REFUSED = "refused"
    POSTPONED = "postponed"
    WRONG_ADDRESS = "wrong_address"
