"""A tiny PMTiles file, written by hand from its specification (version 3): one vector tile, the
world, with land and one named place in London."""

from __future__ import annotations

import json
import math
import struct

NONE, MVT = 1, 1  # compression, type of tile
EXTENT = 4096


def pmtiles(*, place: str = "Testford", directory: bytes | None = None) -> bytes:
    """The whole file; `directory` in place of the right one spoils it."""
    tile = world_tile(place)
    root = directory if directory is not None else b"".join(map(varint, (1, 0, 1, len(tile), 1)))
    layers = [{"id": name, "fields": {}} for name in ("earth", "places")]
    metadata = json.dumps({"attribution": "© Nobody", "vector_layers": layers}).encode()
    parts, at = [], 127
    for part in (root, metadata, b"", tile):
        parts.append((at, len(part)))
        at += len(part)
    header = b"PMTiles\x03"
    header += b"".join(struct.pack("<QQ", *part) for part in parts)
    header += struct.pack("<QQQ", 1, 1, 1) + bytes([1, NONE, NONE, MVT, 0, 0])
    header += struct.pack("<iiii", -1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000)
    header += struct.pack("<Bii", 0, 0, 0)
    assert len(header) == 127
    return header + root + metadata + tile


def world_tile(place: str) -> bytes:
    everywhere = [(0, 0), (EXTENT, 0), (EXTENT, EXTENT), (0, EXTENT)]
    x = (-0.06 / 360 + 0.5) * EXTENT
    y = (0.5 - math.asinh(math.tan(math.radians(51.545))) / (2 * math.pi)) * EXTENT
    town = [("kind", "locality"), ("name", place)]
    return b"".join(
        field(3, one)
        for one in (
            layer("earth", feature(3, polygon(everywhere), []), []),
            layer("places", feature(1, point(round(x), round(y)), town), town),
        )
    )


def layer(name: str, one_feature: bytes, tags: list[tuple[str, str]]) -> bytes:
    said = varint(15 << 3) + varint(2) + field(1, name.encode()) + field(2, one_feature)
    said += b"".join(field(3, key.encode()) for key, _ in tags)
    said += b"".join(field(4, field(1, value.encode())) for _, value in tags)
    return said + varint(5 << 3) + varint(EXTENT)


def feature(kind: int, geometry: bytes, tags: list[tuple[str, str]]) -> bytes:
    pairs = b"".join(varint(n) + varint(n) for n in range(len(tags)))
    return (field(2, pairs) if tags else b"") + varint(3 << 3) + varint(kind) + field(4, geometry)


def point(x: int, y: int) -> bytes:
    return varint(1 | 1 << 3) + zigzag(x) + zigzag(y)


def polygon(corners: list[tuple[int, int]]) -> bytes:
    (x, y), *others = corners
    said = varint(1 | 1 << 3) + zigzag(x) + zigzag(y) + varint(2 | len(others) << 3)
    for next_x, next_y in others:
        said += zigzag(next_x - x) + zigzag(next_y - y)
        x, y = next_x, next_y
    return said + varint(7 | 1 << 3)


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def zigzag(number: int) -> bytes:
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def varint(number: int) -> bytes:
    said = b""
    while number > 127:
        said += bytes([number & 127 | 128])
        number >>= 7
    return said + bytes([number])
