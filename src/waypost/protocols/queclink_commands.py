"""Commands to Queclink tags as the bytes they read, and which command an answer belongs to.

    AT+GTRTO={password},1,,,,,,{serial}$                       report now, all families
    AT+GTFRI={password},1,,,,,,{s},{s},,,,,,,,,,,,{serial}$    interval: GL200, GL300, GL320
    AT+GTGBC={password},,,,,,,,,,,,,{min},,,,,,,,,{serial}$    interval: GL500, GL505, in minutes
    AT+{as the operator's document says}={password},...$       vibrate: see `read_vibrations`

A parameter left empty keeps its value in the tag. The tag answers `+ACK:` with the serial number,
which is how the answer finds the queued command. From the public @Track documents (GL300 1.02,
section 3.2) and public encoders of these families; a family we know no command for is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from waypost.errors import Refused
from waypost.positions.values import DecodedEvent, EventKind
from waypost.protocols.values import CommandKind

SERIAL_MAX = 0xFFFF
NONE_KNOWN: Mapping[str, str] = {}
_COMMAND = re.compile(r"GT[A-Z]{3}(,[0-9A-Za-z.]*){0,30}")
INTERVAL_S_MIN, INTERVAL_S_MAX = 5, 86_400  # of AT+GTFRI's check and send interval
PASSWORD_LENGTHS = range(4, 21)
_BY_SECONDS = ("GL200", "GL300", "GL320")  # and their variants: GL300W, GL300M, GL320MG ...
_EMPTY_BEHIND_MINUTES = {"GL500": 8, "GL505": 9}  # AT+GTGBC grew by one parameter


class NotSpoken(Refused):
    """The tag's family has no such command that we know of."""


def encode(
    kind: CommandKind,
    *,
    password: str,
    serial: int,
    model: str,
    interval_s: int | None = None,
    vibrations: Mapping[str, str] = NONE_KNOWN,
) -> bytes:
    """The bytes that make a tag do it.

    serial      0..65535, the caller's: it comes back in the answer
    model       as the inventory has it ("GL300W"); the family decides the layout
    interval_s  of an INTERVAL, whole seconds between two reports
    vibrations  as `read_vibrations` gives them
    raises      NotSpoken where the family has no such command; Refused for an interval or a
                password that the tag would not take; ValueError for a serial out of range
    """
    if not 0 <= serial <= SERIAL_MAX:
        raise ValueError(f"serial {serial} is not 16 bits")
    if len(password) not in PASSWORD_LENGTHS or not (password.isascii() and password.isalnum()):
        raise Refused("The tag's password is not 4 to 20 letters and digits.")
    family = model.strip().upper()
    if kind is CommandKind.REPORT_NOW:
        word, parameters = "GTRTO", ["1", "", "", "", "", ""]
    elif kind is CommandKind.INTERVAL:
        word, parameters = _interval(family, interval_s)
    else:
        word, parameters = _vibration(family, vibrations)
    return f"AT+{word}={','.join([password, *parameters, f'{serial:04X}'])}$".encode()


def answers(event: DecodedEvent) -> int | None:
    """The serial of the command that this event answers; None where it answers none."""
    serial = event.attributes.get("serial")
    if event.kind is not EventKind.COMMAND_ANSWER or not isinstance(serial, str):
        return None
    try:
        return int(serial, 16)
    except ValueError:
        return None


def _interval(family: str, interval_s: int | None) -> tuple[str, list[str]]:
    if interval_s is None:
        raise ValueError("an INTERVAL without interval_s")
    if not INTERVAL_S_MIN <= interval_s <= INTERVAL_S_MAX:
        raise Refused(f"The interval is not {INTERVAL_S_MIN} to {INTERVAL_S_MAX} seconds.")
    if family.startswith(_BY_SECONDS):
        seconds = str(interval_s)
        return "GTFRI", ["1", *[""] * 5, seconds, seconds, *[""] * 11]
    if family in _EMPTY_BEHIND_MINUTES:
        if interval_s % 60:
            raise Refused(f"The {family} takes its interval in whole minutes.")
        behind = [""] * _EMPTY_BEHIND_MINUTES[family]
        return "GTGBC", [*[""] * 12, str(interval_s // 60), *behind]
    raise NotSpoken(_cannot(family, "change its interval"))


def read_vibrations(text: str) -> dict[str, str]:
    """ "GL601=GTRTO,G,,,,,;GL602=..." as model -> word and parameters between password and serial.

    What drives the motor of a tag from afar stands in no public document: the operator of such tags
    has theirs. ValueError naming what cannot be read.
    """
    found: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        model, _, command = part.partition("=")
        if not model.strip() or not _COMMAND.fullmatch(command.strip()):
            raise ValueError(f"{part!r} is not like MODEL=GTRTO,G,,,,,")
        found[model.strip().upper()] = command.strip()
    return found


def _vibration(family: str, vibrations: Mapping[str, str]) -> tuple[str, list[str]]:
    known = max((m for m in vibrations if family.startswith(m)), key=len, default=None)
    if known is None:
        raise NotSpoken(
            f"{_cannot(family, 'vibrate')} If its maker's document has one, the operator can name "
            "it in WAYPOST_QUECLINK_VIBRATE."
        )
    word, *parameters = vibrations[known].split(",")
    return word, parameters


def _cannot(family: str, what: str) -> str:
    """Vibration: the motor of GL300 obeys its own keys only (AT+GTFKS); none of the operations of
    AT+GTRTO in the documents that we have read drives it from afar."""
    return f"We know no command that makes a {family or 'tag of unknown model'} {what}."
