"""Cutting Queclink's frames out of a stream: text up to `$` or NUL, HEX reports by their length.

    text  +RESP:GT... +BUFF:GT... +ACK:GT...  ends with "$", on some firmware with a NUL byte
    HEX   +RSP +EVT +INF ... (binary)         states its own length, ends with CR LF
          + NUL ...                           the newer binary, ends with "$"

Between frames NUL bytes and line ends are filling. A frame that the next one cut into is given
back as a fault, and so is anything else that begins no frame, up to the next byte that may.
"""

from __future__ import annotations

from waypost.devices.wire import Frame

TEXT_LENGTH_MAX = 8192  # a full dump of settings (GTALC) is about half of it
BINARY_LENGTH_MAX = 2048  # the longest known (+RSP with 268 places) is 1422
BINARY_LENGTH_MIN = 11
NOISE_LENGTH_MAX = 1024  # of bytes that are no frame, given back in one piece
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
_NEW_BINARY_LENGTH_AT = (2, 2)
NO_START = "bytes that begin no Queclink frame"
CUT_INTO = "the message ends where the next one begins"
TOO_LONG = f"no end of the message within {TEXT_LENGTH_MAX} bytes"
BAD_LENGTH = "a binary message states an impossible length"
BAD_END = "a binary message does not end where its length says"


def is_binary(frame: bytes) -> bool:
    """Whether a frame is a HEX report; `+ACK:` is text, `+ACK` and a byte is not."""
    return (frame[:4] in _LENGTH_AT and frame[4:5] != b":") or frame[:2] == b"+\0"


class QueclinkFramer:
    """The frames of one connection.

    _seen   how far into `_held` no end of a text frame was found: nothing is searched twice
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._seen = 0

    @property
    def held(self) -> bytes:
        return bytes(self._held)

    def feed(self, data: bytes) -> list[Frame]:
        self._held += data
        frames: list[Frame] = []
        at = 0
        while True:
            length, fault = self._next(at)
            if length == 0:
                break
            frames += _frames(bytes(self._held[at : at + length]), fault)
            at += length
            self._seen = 0
        if at:
            del self._held[:at]
        if not self._held.lstrip(_FILLING):
            self._held.clear()
            self._seen = 0
        return frames

    def _next(self, at: int) -> tuple[int, str | None]:
        """Length of what is whole at `at` (filling before it included), and its fault; 0: wait."""
        held = self._held
        start = at
        while start < len(held) and held[start] in _FILLING:
            start += 1
        head = bytes(held[start : start + _HEAD_LENGTH])
        if head.startswith(_TEXT_HEADS):
            length, fault = self._text(at, start)
        elif is_binary(head):
            length, fault = self._binary(start, *_LENGTH_AT.get(head[:4], _NEW_BINARY_LENGTH_AT))
        elif _may_begin(head):
            return 0, None
        else:
            length, fault = self._noise(at, start)
        return (start - at + length if length else 0), fault

    def _text(self, at: int, start: int) -> tuple[int, str | None]:
        held = self._held
        search_from = max(start, at + self._seen)
        end = held.find(b"$", search_from, start + TEXT_LENGTH_MAX)
        nul = held.find(b"\0", search_from, end if end >= 0 else start + TEXT_LENGTH_MAX)
        if nul >= 0:
            end = nul
        if end >= 0:
            return end + 1 - start, None
        if len(held) - start >= TEXT_LENGTH_MAX:
            return TEXT_LENGTH_MAX, TOO_LONG
        self._seen = len(held) - at
        return 0, None

    def _binary(self, start: int, length_at: int, width: int) -> tuple[int, str | None]:
        held = self._held
        stated = bytes(held[start + length_at : start + length_at + width])
        if len(stated) < width:
            return 0, None
        length = int.from_bytes(stated, "big")
        if not BINARY_LENGTH_MIN <= length <= BINARY_LENGTH_MAX:
            return 1, BAD_LENGTH
        if len(held) - start < length:
            return 0, None
        end = bytes(held[start + length - 2 : start + length])
        if end == b"\r\n" or (length_at, end[1:]) == (_NEW_BINARY_LENGTH_AT[0], b"$"):
            return length, None
        return 1, BAD_END

    def _noise(self, at: int, start: int) -> tuple[int, str | None]:
        """Up to the next byte that may begin a frame; what comes drop by drop is gathered."""
        held = self._held
        begin = held.find(b"+", max(start + 1, at + self._seen), start + NOISE_LENGTH_MAX)
        if begin >= 0:
            return begin - start, NO_START
        if len(held) - start >= NOISE_LENGTH_MAX:
            return NOISE_LENGTH_MAX, NO_START
        self._seen = len(held) - at
        return 0, None


def _may_begin(head: bytes) -> bool:
    """Too few bytes yet to say that no frame begins here."""
    if len(head) >= _HEAD_LENGTH:
        return False
    texts = any(known.startswith(head) for known in _TEXT_HEADS)
    return texts or any(known.startswith(head) for known in _LENGTH_AT) or head == b"+"


def _frames(data: bytes, fault: str | None) -> list[Frame]:
    """What was cut out as frames: its filling gone, and apart where a later head cut into it."""
    bare = data.strip(_FILLING) if data[-1:] != b"\n" else data.lstrip(_FILLING)
    if fault is None and bare.startswith(_TEXT_HEADS):
        later = max(bare.rfind(head, 1) for head in _TEXT_HEADS)
        if later > 0:
            return [Frame(bare[:later], CUT_INTO), Frame(bare[later:])]
    return [Frame(bare, fault)] if bare else []
