"""The operator's own map file: one PMTiles file, of which browsers read ranges of bytes.

It stands behind the sign-in, and no other machine is asked for a tile. What a browser asks for is a
stretch of bytes in a header, which no log keeps.
"""

from __future__ import annotations

import os
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from waypost.errors import NoSuchThing

LENGTH_MAX = 8 * 2**20  # bytes of one answer; a tile has some 100 kB
MAGIC = b"PMTiles\x03"
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{1,15})?")


def map_file() -> str:
    """The file that the setting names, if it is one; empty where the offline ground is drawn."""
    path = settings.MAP_TILES
    if not path:
        return ""
    try:
        with open(path, "rb") as file:
            return path if file.read(len(MAGIC)) == MAGIC else ""
    except OSError:
        return ""


@require_safe
def tiles(request: HttpRequest) -> HttpResponse:
    """206 with the bytes asked for; 416 for a range that the file does not have, or none at all."""
    path = map_file()
    if not path:
        raise NoSuchThing("There is no map file; the ground is drawn from our own data.")
    with open(path, "rb") as file:
        state = os.fstat(file.fileno())
        first, last = _range(request.headers.get("Range", ""), state.st_size)
        etag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
        if first is None or last is None:
            answer = HttpResponse(status=416)
            answer["Content-Range"] = f"bytes */{state.st_size}"
            return answer
        file.seek(first)
        answer = HttpResponse(file.read(last - first + 1), status=206)
    answer["Content-Type"] = "application/octet-stream"
    answer["Content-Range"] = f"bytes {first}-{last}/{state.st_size}"
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag  # a file put in its place is noticed by those who read the old one
    return answer


def _range(text: str, size: int) -> tuple[int | None, int | None]:
    """First and last byte of one range that lies in the file; Nones for anything else."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        return None, None
    first = int(match[1])
    last = min(int(match[2]) if match[2] else size - 1, size - 1)
    if not first <= last or last - first >= LENGTH_MAX:
        return None, None
    return first, last
