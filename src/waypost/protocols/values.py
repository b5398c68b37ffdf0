"""What stands on the wire: requests, who sent them, rows of a batch, what may be asked of a tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from waypost.positions.values import DecodedEvent, DecodedFix

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


class Unreadable(ValueError):
    """A message that says something we cannot take; the text is the plain sentence for it."""


class CommandKind(StrEnum):
    """What an officer may ask a tag to do."""

    REPORT_NOW = "report_now"
    INTERVAL = "interval"  # how often it reports, in seconds
    VIBRATE = "vibrate"
