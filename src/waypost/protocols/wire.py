"""How protocols of byte streams are read: framers cut frames, decoders read one, replies answer it.

    bytes as TCP brings them -> framer.feed -> whole frames -> decode(frame, device) -> Decoded
                                                            -> reply(frame, decoded) -> bytes

A protocol is a module with `framer`, `decode` and `reply`; nothing in it raises, whatever the bytes
are. A framer is bounded: what cannot become a frame is given back as one that says why. `device` is
who the connection said it was: some tags log in once and name themselves never again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from waypost.positions.values import Decoded


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole frame with its envelope as it came, or the bytes that cannot be one.

    fault   why they cannot (impossible length, no start, no end within bounds); None: a frame
    """

    data: bytes
    fault: str | None = None


class Framer(Protocol):
    """Cuts the frames of one connection; what is not whole yet waits in it."""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now, in order. Each byte fed comes back in exactly one frame,
        waits, or was filling between frames (pings, line ends)."""
        ...

    @property
    def held(self) -> bytes:
        """What waits for the rest of its frame: never more than the protocol's longest frame."""
        ...


@runtime_checkable
class StreamProtocol(Protocol):
    """A protocol whose messages are frames of a byte stream."""

    def framer(self) -> Framer: ...

    def decode(self, frame: bytes, device_id: str | None = None) -> Decoded:
        """What one whole frame says; `device_id` is whom the connection has named before, used
        where the frame names nobody. Never an exception: what is bad is in `error`."""
        ...

    def reply(self, frame: bytes, decoded: Decoded) -> bytes | None:
        """What the tag waits for, to be sent only once the frame is committed; None: nothing.
        A frame with an `error` gets what makes a tag send it again, or nothing."""
        ...


@runtime_checkable
class EndsWithItsText(Protocol):
    """A stream protocol that can tell a frame whose end mark alone is missing: where the text ends
    (a datagram, a line of a file), nothing is cut. In a connection the mark is waited for."""

    def is_whole(self, frame: bytes) -> bool: ...


@runtime_checkable
class TellsTheTime(Protocol):
    """A stream protocol some of whose frames ask for the time of day. It is told where a frame is
    answered live; in a file of frames they are answered by the pure `reply`, which is silent."""

    def reply_at(self, frame: bytes, decoded: Decoded, now: datetime) -> bytes | None:
        """What a frame that `reply` does not answer is answered by one who has a clock."""
        ...


def live_reply(
    protocol: StreamProtocol, frame: bytes, decoded: Decoded, now: Callable[[], datetime]
) -> bytes | None:
    """What the tag that has just sent the frame is answered; `now` is asked if it is wanted."""
    answer = protocol.reply(frame, decoded)
    if answer is None and isinstance(protocol, TellsTheTime):
        return protocol.reply_at(frame, decoded, now())
    return answer


def frames_of(protocol: StreamProtocol, data: bytes) -> list[Frame]:
    """All frames of a whole text of bytes (a datagram, a line of a file); what is left at the end
    is a frame cut short."""
    framer = protocol.framer()
    frames = framer.feed(data)
    left = framer.held
    if left and isinstance(protocol, EndsWithItsText) and protocol.is_whole(left):
        frames.append(Frame(left))
    elif left:
        frames.append(Frame(left, f"the message is cut short: {len(left)} bytes of a frame"))
    return frames
