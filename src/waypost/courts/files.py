"""Files of courts' messages: one, a folder of them, or standard input. A device wearer and an order
that lie in two files of one folder are put together where the one names the other."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waypost.courts.payload import text_of
from waypost.errors import BadFile

WEARER_HAS, ORDER_HAS = {"first_name", "last_name", "date_of_birth"}, {"order_id", "device_wearer"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: its name for people, and its bytes."""

    name: str
    data: bytes


def read_messages(names: Sequence[str]) -> Iterator[Sent]:
    """Every message of the files and folders named. BadFile when one cannot be read."""
    for name in names:
        yield from _paired(list(_files(name)))


def _files(name: str) -> Iterator[Sent]:
    if name == "-":
        yield from _lines("standard input", sys.stdin.buffer.read())
        return
    path = Path(name)
    try:
        if path.is_dir():
            for each in sorted(path.rglob("*.json")):
                yield Sent(str(each), each.read_bytes())
            return
        yield from _lines(name, path.read_bytes())
    except OSError as error:
        raise BadFile(f"cannot read {name}: {error.strerror}") from None


def _lines(name: str, data: bytes) -> Iterator[Sent]:
    """A file of one JSON document, or of one in each line."""
    lines = [line for line in data.splitlines() if line.strip()]
    if len(lines) > 1 and all(_parsed(line) is not None for line in lines):
        for n, line in enumerate(lines, start=1):
            yield Sent(f"{name}, line {n}", line)
        return
    yield Sent(name, data)


def _paired(sent: Sequence[Sent]) -> Iterator[Sent]:
    """Lone orders with the one lone wearer of their folder whom they name; the rest as it is."""
    parsed = [(one, _parsed(one.data)) for one in sent]
    wearers = [(one, data) for one, data in parsed if data and data.keys() >= WEARER_HAS]
    used: set[str] = set()
    for one, data in parsed:
        if not data or not data.keys() >= ORDER_HAS or not isinstance(data["device_wearer"], str):
            continue
        near = [pair for pair in wearers if _folder(pair[0]) == _folder(one)]
        fitting = [(each, who) for each, who in near if _name(who) == data["device_wearer"]]
        if len(fitting) == 1:
            used |= {one.name, fitting[0][0].name}
            both = {"device_wearer": fitting[0][1], "monitoring_order": data}
            yield Sent(f"{one.name} with {fitting[0][0].name}", json.dumps(both).encode())
    yield from (one for one in sent if one.name not in used)


def _name(wearer: dict[str, Any]) -> str:
    parts = (text_of(wearer, name) for name in ("first_name", "middle_name", "last_name"))
    return " ".join(part for part in parts if part)


def _folder(one: Sent) -> str:
    return str(Path(one.name).parent)


def _parsed(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
