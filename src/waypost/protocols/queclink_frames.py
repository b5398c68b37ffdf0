"""Cutting Queclink's frames out of a stream: text up to `$` or NUL, HEX reports by their length.

    text  +RESP:GT... +BUFF:GT... +ACK:GT...  ends with a count and "$", on some firmware with NUL
    HEX   +RSP +EVT +INF ... (binary)         states its own length, ends with CR LF
          + NUL ..., - NUL ...                the newer binary, ends with "$"

Between frames NUL bytes and line ends are filling. A frame that the next one cut into is given
back as a fault, and so is anything else that begins no frame, up to the next byte that may.
"""

from __future__ import annotations

import re

from waypost.protocols.wire import Frame

TEXT_LENGTH_MAX = 8192  # a full dump of settings (GTALC) is about half of it
BINARY_LENGTH_MAX = 2048  # the longest known (+RSP with 268 places) is 1422
BINARY_LENGTH_MIN = 11
NOISE_LENGTH_MAX = 1024  # of bytes that are no frame, given back in one piece
COUNT_LENGTH_MIN, COUNT_LENGTH_MAX = 4, 16  # four by the documents; longer ones were seen
_HEX_DIGITS = b"0123456789ABCDEFabcdef"
_FILLING = b"\0\r\n"
_TEXT_HEADS = (b"+RESP:", b"+BUFF:", b"+ACK:")
_HEAD_LENGTH = 6
# Where HEX reports state their length, and in how many bytes (public @Track HEX documents).
_LENGTH_AT: dict[bytes, tuple[int, int]] = {
    b"+RSP": (9, 2),
    b"+BSP": (9, 2),
    b"+EVT": (9, 2),
    b"+BVT": (9, 2),
    b"+INF": (7, 2),
    b"+BNF": (7, 2),
    b"+CRD": (6, 2),
    b"+BRD": (6, 2),
    b"+LGN": (6, 2),
    b"+ACK": (6, 1),
    b"+HBD": (5, 1),
}
_NEW_BINARY, _NEW_BINARY_LENGTH_AT = (b"+\0", b"-\0"), (2, 2)
_ANY_HEAD = re.compile(
    b"|".join(re.escape(head) for head in (*_TEXT_HEADS, *_LENGTH_AT, *_NEW_BINARY)), re.DOTALL
)
NO_START = "bytes that begin no Queclink frame"
CUT_INTO = "the message ends where the next one begins"
TOO_LONG = f"no end of the message within {TEXT_LENGTH_MAX} bytes"
BAD_LENGTH = "a binary message states an impossible length"
BAD_END = "a binary message does not end where its length says"


def is_binary(frame: bytes) -> bool:
    """Whether a frame is a HEX report; `+ACK:` is text, `+ACK` and a byte is not."""
    return (frame[:4] in _LENGTH_AT and frame[4:5] != b":") or frame[:2] in _NEW_BINARY


# One whole text with nothing before, within or behind it: how a tag's usual report arrives.
_ONE_TEXT = re.compile(
    rb"\+(?:RESP|BUFF|ACK):[^+$\0\r\n]*,[0-9A-Fa-f]{%d,%d}\$" % (COUNT_LENGTH_MIN, COUNT_LENGTH_MAX)
)


def is_one_text(data: bytes) -> bool:
    """Whether a read is exactly one text frame, so that nothing is to be cut."""
    return (
        data[-1:] == b"$" and len(data) <= TEXT_LENGTH_MAX and _ONE_TEXT.fullmatch(data) is not None
    )


class QueclinkFramer:
    """The frames of one connection.

    _seen   how far into `_held` no end of the frame was found: nothing is searched twice
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._seen = 0

    @property
    def held(self) -> bytes:
        return bytes(self._held)

    def feed(self, data: bytes) -> list[Frame]:
        if not self._held and is_one_text(data):
            return [Frame(data)]
        self._held += data
        frames: list[Frame] = []
        at = self._past_filling(0)
        while True:
            length, fault = self._next(at)
            if length == 0:
                break
            frames += _frames(bytes(self._held[at : at + length]), fault)
            self._seen = 0
            at = self._past_filling(at + length)
        del self._held[:at]
        return frames

    def _past_filling(self, at: int) -> int:
        held = self._held
        while at < len(held) and held[at] in _FILLING:
            at += 1
        return at

    def _next(self, at: int) -> tuple[int, str | None]:
        """Length of what is whole at `at`, and its fault; 0: wait for more."""
        head = bytes(self._held[at : at + _HEAD_LENGTH])
        if head.startswith(_TEXT_HEADS):
            return self._text(at)
        if is_binary(head):
            return self._binary(at, *_LENGTH_AT.get(head[:4], _NEW_BINARY_LENGTH_AT))
        if _may_begin(head):
            return 0, None
        return self._noise(at, NO_START)

    def _text(self, at: int) -> tuple[int, str | None]:
        held, limit = self._held, at + TEXT_LENGTH_MAX
        end = held.find(b"$", at + self._seen, limit)
        while end >= 0 and not _ends_text(held, at, end):
            end = held.find(b"$", end + 1, limit)
        nul = held.find(b"\0", at + self._seen, end if end >= 0 else limit)
        if nul >= 0 or end >= 0:
            return (nul if nul >= 0 else end) + 1 - at, None
        if len(held) >= limit:
            return TEXT_LENGTH_MAX, TOO_LONG
        self._seen = len(held) - at
        return 0, None

    def _binary(self, at: int, length_at: int, width: int) -> tuple[int, str | None]:
        held = self._held
        stated = bytes(held[at + length_at : at + length_at + width])
        if len(stated) < width:
            return 0, None
        length = int.from_bytes(stated, "big")
        if not BINARY_LENGTH_MIN <= length <= BINARY_LENGTH_MAX:
            return self._noise(at, BAD_LENGTH)
        if len(held) - at < length:
            return 0, None
        end = bytes(held[at + length - 2 : at + length])
        if end == b"\r\n" or (length_at, end[1:]) == (_NEW_BINARY_LENGTH_AT[0], b"$"):
            return length, None
        return self._noise(at, BAD_END)

    def _noise(self, at: int, fault: str) -> tuple[int, str | None]:
        """Up to the next head of a frame; what comes drop by drop is gathered into one piece."""
        held, limit = self._held, at + NOISE_LENGTH_MAX
        head = _ANY_HEAD.search(held, at + max(1, self._seen), limit)
        if head is not None:
            return head.start() - at, fault
        if len(held) >= limit:
            return NOISE_LENGTH_MAX, fault
        self._seen = max(1, len(held) - at - _HEAD_LENGTH)
        return 0, None


def _ends_text(held: bytearray, at: int, end: int) -> bool:
    """Whether the `$` at `end` is the end: a count of hex digits stands before it. GTDAT carries
    what a serial port said, and NMEA sentences begin with `$`."""
    comma = held.rfind(b",", max(at, end - COUNT_LENGTH_MAX - 1), end)
    count = held[comma + 1 : end]
    return comma >= 0 and len(count) >= COUNT_LENGTH_MIN and not count.strip(_HEX_DIGITS)


def _may_begin(head: bytes) -> bool:
    """Too few bytes yet to say that no frame begins here."""
    if len(head) >= _HEAD_LENGTH:
        return False
    texts = any(known.startswith(head) for known in _TEXT_HEADS)
    return texts or any(known.startswith(head) for known in _LENGTH_AT) or head in (b"+", b"-")


def _frames(data: bytes, fault: str | None) -> list[Frame]:
    """What was cut out as frames: apart where a later head cut into a text."""
    if fault is None and data.startswith(_TEXT_HEADS):
        later = max(data.rfind(head, 1) for head in _TEXT_HEADS)
        if later > 0:
            return [Frame(data[:later], CUT_INTO), Frame(data[later:])]
    return [Frame(data, fault)]
