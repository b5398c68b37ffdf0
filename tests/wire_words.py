"""Messages of our own making for the stream protocols, spelt out as the papers draw them."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

from waypost.protocols.checksums import crc16_ibm, crc16_x25

IMEI = "356000000000017"
AT = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)
CODEC_8, CODEC_16, CODEC_8E = 0x08, 0x10, 0x8E


def login(imei: str = IMEI) -> bytes:
    return struct.pack(">H", len(imei)) + imei.encode()


def record(
    codec: int = CODEC_8,
    *,
    at: datetime = AT,
    lat: float = 51.5007,
    lon: float = -0.1246,
    priority: int = 0,
    satellites: int = 9,
    speed_kmh: int = 36,
    angle: int = 270,
    altitude_m: int = 35,
    event: int = 0,
    elements: dict[int, tuple[int, int]] | None = None,
    long: dict[int, bytes] | None = None,
) -> bytes:
    """One record; `elements` are id -> (bytes, value)."""
    milliseconds = round(at.timestamp() * 1000)
    place = struct.pack(
        ">QBiihHBH", milliseconds, priority, round(lon * 1e7), round(lat * 1e7),
        altitude_m, angle, satellites, speed_kmh,
    )  # fmt: skip
    count = "H" if codec == CODEC_8E else "B"
    name = "B" if codec == CODEC_8 else "H"
    elements, long = elements or {}, long or {}
    total = len(elements) + len(long)
    why = b"\x05" if codec == CODEC_16 else b""
    text = struct.pack(f">{name}", event) + why + struct.pack(f">{count}", total)
    for size, letter in ((1, "B"), (2, "H"), (4, "I"), (8, "Q")):
        these = [(number, value) for number, (wide, value) in elements.items() if wide == size]
        text += struct.pack(f">{count}", len(these))
        text += b"".join(struct.pack(f">{name}{letter}", *pair) for pair in these)
    if codec == CODEC_8E:
        text += struct.pack(">H", len(long))
        text += b"".join(struct.pack(">HH", k, len(v)) + v for k, v in long.items())
    return place + text


def body(codec: int, *records: bytes) -> bytes:
    return bytes([codec, len(records)]) + b"".join(records) + bytes([len(records)])


def packet(codec: int = CODEC_8, *records: bytes) -> bytes:
    """A packet of records; with none, of one."""
    return wrapped(body(codec, *(records or (record(codec),))))


def wrapped(text: bytes) -> bytes:
    return struct.pack(">II", 0, len(text)) + text + struct.pack(">I", crc16_ibm(text))


def datagram(codec: int = CODEC_8, *records: bytes, imei: str = IMEI) -> bytes:
    text = b"\xca\xfe\x01\x07" + login(imei) + body(codec, *(records or (record(codec),)))
    return struct.pack(">H", len(text)) + text


def answer(codec: int, text: bytes, kind: int = 6) -> bytes:
    return wrapped(bytes([codec, 1, kind]) + struct.pack(">I", len(text)) + text + b"\x01")


def gt06(kind: int, content: bytes = b"", serial: int = 7) -> bytes:
    """A short frame; 7979 frames come from `gt06_long`."""
    text = bytes([len(content) + 5, kind]) + content + struct.pack(">H", serial)
    return b"xx" + text + struct.pack(">H", crc16_x25(text)) + b"\r\n"


def gt06_long(kind: int, content: bytes = b"", serial: int = 7) -> bytes:
    text = struct.pack(">HB", len(content) + 5, kind) + content + struct.pack(">H", serial)
    return b"yy" + text + struct.pack(">H", crc16_x25(text)) + b"\r\n"


def gt06_login(imei: str = IMEI) -> bytes:
    return gt06(0x01, bytes.fromhex(imei.zfill(16)))


def gt06_place(
    *,
    at: datetime = AT,
    lat: float = 51.5007,
    lon: float = -0.1246,
    speed_kmh: int = 36,
    course_deg: int = 270,
    satellites: int = 9,
    seen: bool = True,
) -> bytes:
    flags = course_deg | (0x1000 if seen else 0)
    flags |= (0x0400 if lat >= 0 else 0) | (0x0800 if lon < 0 else 0)
    when = bytes([at.year - 2000, at.month, at.day, at.hour, at.minute, at.second])
    return when + struct.pack(
        ">BIIBH", 0xC0 | satellites, round(abs(lat) * 1_800_000), round(abs(lon) * 1_800_000),
        speed_kmh, flags,
    )  # fmt: skip


CELL = struct.pack(">HBHBH", 234, 15, 0x1A2B, 0x01, 0x2345)
