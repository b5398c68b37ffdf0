"""What waits at the gateway for its commit, and what came of it. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.devices.values import FlagKind
from waypost.errors import Read
from waypost.positions.values import Decoded
from waypost.protocols.values import BatchRow, HttpReply


@dataclass(frozen=True, slots=True)
class TagMessage:
    """One message of one tag, decoded and waiting for its commit.

    payload    as it came: a frame, or a request as `HttpMessage.to_bytes` keeps it
    network    keyed hash of the network it came from; None: not told apart
    reachable  its connection stays open and can carry a command to the tag
    vouched    a broker that knows its users passed it on
    """

    protocol: str
    payload: bytes
    decoded: Decoded
    received_at: datetime
    network: str | None = None
    reachable: bool = False
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A tag's message is committed; its protocol knows what to answer.

    commands   to be sent to the tag after the answer, on the connection that it came by
    """

    commands: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchMessage:
    """A JSON batch, read and waiting for its commit; or the bytes of one that could not be read,
    which are kept if their sender may post batches.

    token    bearer token of the client; None: the machine itself
    digest   SHA-256 of the body, hex: the same key with another body is a conflict
    fault    why it could not be read; `body` is its bytes then
    """

    token: str | None
    key: str
    digest: str
    read: Read[BatchRow]
    received_at: datetime
    fault: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class UnreadableMessage:
    """Bytes that are no message at all: kept whole for an officer, refused to the sender.

    status   of the reply; 200 where the fault is ours and the bytes are kept
    flag     what an officer should look at, if that is more than bytes
    vouched  a broker that knows its users passed it on
    """

    protocol: str
    payload: bytes
    reason: str
    received_at: datetime
    device: str = ""
    status: int = 400
    flag: FlagKind | None = None
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks whether a commit would go through just now."""


Item = TagMessage | BatchMessage | UnreadableMessage | Ping


Outcome = Taken | HttpReply  # Taken for a tag's message
# Of what belongs to nobody, beyond what is kept of it a day: not kept, so never acknowledged.
NO_ROOM = HttpReply(503, "nobody is known to wear this tag, and no more of it can be kept today")
