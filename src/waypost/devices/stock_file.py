"""Reading a stock list: CSV with a header, a device a row, every oddity a `Problem`. Pure.

device_id   what the tag itself reports (an IMEI); the only column that must be there
serial      the label on its case         kind      values.DeviceKind; empty: tag
model       "GL300W"                      firmware, sim
status      lifecycle.Status; empty: in stock for a device that is new, else as it is
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from waypost.devices.lifecycle import Status
from waypost.devices.values import DeviceKind
from waypost.errors import BadFile, Problem, Read

LENGTH_MAX = {"device_id": 80, "serial": 80, "model": 60, "firmware": 60, "sim": 30}
COLUMNS = ("device_id", "serial", "kind", "model", "firmware", "sim", "status")
ROWS_MAX = 200_000  # ten times a national estate: more is another kind of file


@dataclass(frozen=True, slots=True)
class StockRow:
    """One device of the list; None: the list does not say."""

    line: int
    device_id: str
    serial: str | None = None
    kind: DeviceKind | None = None
    model: str | None = None
    firmware: str | None = None
    sim: str | None = None
    status: Status | None = None


def read_stock(data: bytes) -> Read[StockRow]:
    """The rows of a stock list, each device once. BadFile when it is no such list at all."""
    read: Read[StockRow] = Read()
    seen: set[str] = set()
    for line, fields in _rows(_text(data)):
        problems = _problems(line, fields)
        device_id = fields["device_id"]
        if device_id in seen:
            problems.append(
                Problem(line, "DUPLICATE_DEVICE", "device_id", device_id,
                        "this device stands twice; the first row is taken", "send each once")
            )  # fmt: skip
        read.problems.extend(problems)
        if not problems:
            seen.add(device_id)
            read.rows.append(_row(line, fields))
    return read


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if "device_id" not in names:
        raise BadFile("the first line must name the columns, device_id among them")
    reader.fieldnames = names
    try:
        for number, row in enumerate(reader, start=1):
            if number > ROWS_MAX:
                raise BadFile(f"the list has more than {ROWS_MAX:,} rows; send it in parts")
            yield reader.line_num, {name: (row.get(name) or "").strip() for name in COLUMNS}
    except csv.Error as error:
        raise BadFile(f"line {reader.line_num} is not CSV: {error}") from None


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile("the list is not UTF-8 text; save it as CSV UTF-8") from None
    if "\0" in text:
        raise BadFile("the list holds a null character, which no text has")
    return text


def _problems(line: int, fields: Mapping[str, str]) -> list[Problem]:
    found = []
    if not fields["device_id"]:
        found.append(
            Problem(line, "MISSING_DEVICE_ID", "device_id", "", "the row names no device",
                    "give the id that the device itself reports")
        )  # fmt: skip
    for name, length in LENGTH_MAX.items():
        if len(fields[name]) > length:
            found.append(
                Problem(line, "TOO_LONG", name, fields[name][:length],
                        f"longer than {length} characters", "check the column")
            )  # fmt: skip
    for name, words in (("kind", list(DeviceKind)), ("status", list(Status))):
        if fields[name] and fields[name] not in words:
            found.append(
                Problem(line, f"UNKNOWN_{name.upper()}", name, fields[name],
                        f"no {name} of ours", f"one of: {', '.join(words)}; or leave it empty")
            )  # fmt: skip
    return found


def _row(line: int, fields: Mapping[str, str]) -> StockRow:
    return StockRow(
        line=line,
        device_id=fields["device_id"],
        serial=fields["serial"] or None,
        kind=DeviceKind(fields["kind"]) if fields["kind"] else None,
        model=fields["model"] or None,
        firmware=fields["firmware"] or None,
        sim=fields["sim"] or None,
        status=Status(fields["status"]) if fields["status"] else None,
    )
