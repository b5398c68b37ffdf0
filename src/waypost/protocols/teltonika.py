"""Teltonika: a login by IMEI, then packets of records, over TCP; or all in one datagram.

    00 0F imei                                        -> 01
    00000000 length codec count records count crc     -> count of records, 4 bytes
    length packet-id 01 id imei-length imei codec ... -> the same ids and the count (UDP, no crc)

All or nothing: a wrong checksum, length or count takes no record and is answered 0, so that the
tag keeps its records and sends them again. Records are read in teltonika_records.py; codecs 12 to
15 carry answers to commands. Facts from Teltonika's public page on its data sending protocols.
"""

from __future__ import annotations

import struct

from waypost.clock import from_us
from waypost.positions.values import Decoded, DecodedEvent, EventKind
from waypost.protocols.checksums import crc16_ibm
from waypost.protocols.cutting import FILLING, HeadFramer
from waypost.protocols.reading import TEXT_LENGTH_MAX
from waypost.protocols.teltonika_records import RECORD_CODECS, read_records
from waypost.protocols.values import Unreadable

LENGTH_MIN = 3  # codec and two counts
PACKET_LENGTH_MAX = 16_384  # 255 records of 60 bytes; their own firmware stops at 1,280
DATAGRAM_LENGTH_MIN, DATAGRAM_LENGTH_MAX = 23, 2_048  # the least: head, IMEI, an empty list
IMEI_LENGTHS = range(14, 18)
PREAMBLE = b"\0\0\0\0"
PING = 0xFF
LOGIN_TAKEN, LOGIN_REFUSED = b"\x01", b"\x00"
CODEC_12, CODEC_13, CODEC_14, CODEC_15 = range(0x0C, 0x10)
COMMAND_CODECS = {CODEC_12, CODEC_13, CODEC_14, CODEC_15}
NOT_TAKEN_BY_TAG = 0x11  # codec 14: the command named another IMEI


def framer() -> HeadFramer:
    return HeadFramer(cut)


def cut(buffer: bytes, start: int) -> tuple[int, str | None]:
    """Where the frame that begins at `start` ends, by its first bytes."""
    if buffer[start] == PING:
        return start + 1, FILLING
    if len(buffer) < start + 2:
        return start + 2, None
    length = buffer[start] << 8 | buffer[start + 1]
    if length in IMEI_LENGTHS or DATAGRAM_LENGTH_MIN <= length <= DATAGRAM_LENGTH_MAX:
        return start + 2 + length, None
    if length == 0:
        if len(buffer) < start + 8:
            return start + 8, None
        preamble, length = struct.unpack_from(">II", buffer, start)
        if preamble == 0 and LENGTH_MIN <= length <= PACKET_LENGTH_MAX:
            return start + 8 + length + 4, None
    return _next_start(buffer, start), f"no frame has a length of {length}"


def decode(frame: bytes, device_id: str | None = None) -> Decoded:
    """What one frame says; of its records all or none."""
    try:
        if frame.startswith(PREAMBLE):
            return _packet(_checked(frame), device_id)
        if len(frame) - 2 in IMEI_LENGTHS:
            login = DecodedEvent(None, EventKind.CONTACT, {"type": "login"})
            return Decoded(_imei(frame[2:]), events=(login,))
        return _datagram(frame)
    except Unreadable as trouble:
        return Decoded(device_id, error=str(trouble))


def reply(frame: bytes, decoded: Decoded) -> bytes | None:
    """01 to a login, to records the count that was taken, to an answer of the tag's nothing."""
    if frame.startswith(PREAMBLE):
        if len(frame) > 9 and frame[8] in COMMAND_CODECS:
            return None
        return _count_taken(frame, 9, decoded, frame).to_bytes(4)
    if len(frame) - 2 in IMEI_LENGTHS:
        return LOGIN_REFUSED if decoded.error else LOGIN_TAKEN
    if decoded.device_id is None or len(frame) < 8:
        return None  # a datagram that names nobody
    size = int.from_bytes(frame[6:8])
    count = _count_taken(frame, 9 + size, decoded, None)
    return b"\0\5" + frame[2:4] + b"\1" + frame[5:6] + bytes([count])


def _count_taken(frame: bytes, count_at: int, decoded: Decoded, checked: bytes | None) -> int:
    """The count that lets the tag forget its records. A packet that arrived as it was sent and
    that we cannot read is kept for an officer: sent again it would be no better, for ever."""
    if len(frame) <= count_at:
        return 0
    if decoded.error is None:
        return frame[count_at]
    if decoded.device_id is None or checked is None:
        return 0  # records of nobody must not be forgotten: the tag may yet log in
    return frame[count_at] if _is_whole(checked) else 0


def _is_whole(frame: bytes) -> bool:
    try:
        return bool(_checked(frame))
    except Unreadable:
        return False


def _next_start(buffer: bytes, start: int) -> int:
    """Where the next packet may begin (zeros of a preamble and a length); else all there is."""
    at = buffer.find(b"\0\0\0\0\0\0", start + 1)
    return at if at > 0 else len(buffer)


def _imei(digits: bytes) -> str:
    if len(digits) not in IMEI_LENGTHS or not digits.isdigit():
        raise Unreadable("the tag names itself by no IMEI of digits")
    return digits.decode()


def _checked(frame: bytes) -> bytes:
    """Codec to second count of a packet whose length and checksum are right."""
    length = int.from_bytes(frame[4:8])
    if len(frame) != length + 12 or length < LENGTH_MIN:
        raise Unreadable(f"the length is wrong: {length} bytes said, {len(frame) - 12} there")
    body = frame[8:-4]
    if crc16_ibm(body) != int.from_bytes(frame[-4:]):
        raise Unreadable("the checksum is wrong")
    return body


def _datagram(frame: bytes) -> Decoded:
    size = int.from_bytes(frame[6:8])
    if len(frame) < DATAGRAM_LENGTH_MIN + 2 or frame[4] != 1 or size not in IMEI_LENGTHS:
        raise Unreadable("the frame is neither a login, a packet nor a datagram")
    if int.from_bytes(frame[:2]) != len(frame) - 2:
        raise Unreadable(f"the length is wrong: {int.from_bytes(frame[:2])} bytes said")
    return _packet(frame[8 + size :], _imei(frame[8 : 8 + size]))


def _packet(body: bytes, device_id: str | None) -> Decoded:
    if body[0] in COMMAND_CODECS:
        return Decoded(device_id, events=_answers(body))
    if body[0] not in RECORD_CODECS:
        return Decoded(device_id)  # sound, and of a kind we do not read
    try:
        fixes, events = read_records(body)
    except Unreadable as trouble:
        return Decoded(device_id, error=str(trouble))
    return Decoded(device_id, tuple(fixes), tuple(events))


def _answers(body: bytes) -> tuple[DecodedEvent, ...]:
    """The texts of codecs 12 to 15: kind, length, in 13 and 15 a time, in 14 and 15 an IMEI.

    Their clock is not always set (seconds since it started): the time is given as it stands.
    """
    found: list[DecodedEvent] = []
    at, end = 2, len(body) - 1
    while at + 5 <= end and len(found) < body[1]:
        kind, length = body[at], int.from_bytes(body[at + 1 : at + 5])
        if at + 5 + length > end:
            raise Unreadable("an answer is longer than its packet")
        text = body[at + 5 : at + 5 + length]
        at += 5 + length
        found.append(_answer(body[0], kind, text))
    return tuple(found)


def _answer(codec: int, kind: int, text: bytes) -> DecodedEvent:
    measured_at = None
    if codec in {CODEC_13, CODEC_15} and len(text) >= 4:
        measured_at = from_us(int.from_bytes(text[:4]) * 1_000_000)
        text = text[4:]
    attributes: dict[str, object] = {"codec": codec, "type": kind}
    if codec in {CODEC_14, CODEC_15} and len(text) >= 8:
        attributes["imei"] = text[:8].hex().lstrip("0")
        text = text[8:]
    if codec == CODEC_14 and kind == NOT_TAKEN_BY_TAG:
        attributes["refused"] = True
    attributes["answer"] = readable(text)[:TEXT_LENGTH_MAX]
    return DecodedEvent(measured_at, EventKind.COMMAND_ANSWER, attributes)


def readable(text: bytes) -> str:
    """Text where it is text, hex where it is not."""
    bare = text.strip(b"\0\r\n ")
    if bare.isascii() and bare.decode().replace("\r", "").replace("\n", "").isprintable():
        return bare.decode()
    return text.hex()
