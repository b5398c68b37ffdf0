"""One frame as it goes in line: a tag's message, or bytes for an officer; alike for all doors."""

from __future__ import annotations

import logging
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from waypost.devices.values import FlagKind
from waypost.gateway.values import TagMessage, UnreadableMessage
from waypost.positions.values import Decoded
from waypost.protocols.wire import Frame, StreamProtocol

logger = logging.getLogger(__name__)
WEIGHT, WEIGHT_LEAST = 16, 512  # a frame in line holds so many times its bytes: see the test
SPEAKS_FOR = "waypost.speaks_for"  # in the scope of a request: as `Speaker.speaks_for`
OF_NOBODY = "it names no device and its connection has named none"
OF_ANOTHER = "the certificate is of another device"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who a frame comes from, as far as its connection can tell.

    device      whom it has named before
    network     keyed hash of where it is
    speaks_for  the devices its certificate names; None: it showed none, and none was asked for
    reachable   commands can go back the same way
    """

    device: str | None = None
    network: str | None = None
    speaks_for: AbstractSet[str] | None = None
    reachable: bool = False


def hear(
    name: str, protocol: StreamProtocol, frame: Frame, speaker: Speaker, received_at: datetime
) -> TagMessage | UnreadableMessage:
    """What goes in line for a frame. Never an exception."""
    if frame.fault is not None:
        return unreadable(name, frame.data, frame.fault, speaker, received_at)
    decoded = _decoded(name, protocol, frame.data, speaker.device)
    if speaker.speaks_for is not None and decoded.device_id not in speaker.speaks_for:
        return UnreadableMessage(
            name,
            frame.data,
            OF_ANOTHER,
            received_at,
            decoded.device_id or "",
            status=403,
            flag=FlagKind.OTHER_CERTIFICATE,
        )
    if decoded.device_id is None and decoded.error is None:
        decoded = replace(decoded, error=OF_NOBODY)  # answered "taken", it would be gone
    return TagMessage(name, frame.data, decoded, received_at, speaker.network, speaker.reachable)


def unreadable(
    name: str, data: bytes, reason: str, speaker: Speaker, received_at: datetime
) -> UnreadableMessage:
    """Bytes that are no frame, for an officer."""
    return UnreadableMessage(name, data, reason, received_at, speaker.device or "")


def fault_of(message: TagMessage | UnreadableMessage) -> str | None:
    """What is wrong with a frame; None: nothing."""
    return message.decoded.error if isinstance(message, TagMessage) else message.reason


def weight_of(message: TagMessage | UnreadableMessage) -> int:
    """About how many bytes of memory it takes while it waits."""
    return WEIGHT_LEAST + WEIGHT * len(message.payload)


def _decoded(spoken: str, protocol: StreamProtocol, data: bytes, device: str | None) -> Decoded:
    try:
        return protocol.decode(data, device)
    except Exception as error:  # a decoder must not; if one does, an officer gets the bytes
        logger.error("a %s frame broke its decoder: %s", spoken, type(error).__name__)
        return Decoded(device, error="our reader broke on it: a mistake of Waypost's")
