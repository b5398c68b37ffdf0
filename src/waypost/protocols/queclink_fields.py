"""The fields of Queclink's text reports: where places stand in them, and what else they state.

Layouts differ by family and by firmware; what every one of them keeps is the group of a place:

    accuracy (HDOP, 0..50), speed km/h, azimuth, altitude m, longitude, latitude, GPS time (UTC)
    [, count of access points, (MAC, signal, , , ) each], MCC, MNC, LAC, cell

so a place is found by its two numbers of six decimals and the fourteen digits after them, never by
counting fields. Facts from the public @Track documents and from real messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from waypost.protocols.values import Unreadable

Fields = Sequence[str]
FIRST_PLACE_AT = 6  # head, version, device, name and a group's first four come before a longitude
NUMBER_LENGTH_MAX = 12
_TIME_DIGITS_MIN = 8
_HEX = frozenset("0123456789ABCDEFabcdef")

# First two digits of the protocol version (six, where it has ten) -> family.
FAMILIES: dict[str, str] = {
    "02": "GL200", "04": "GV200", "06": "GV300", "08": "GMT100", "09": "GV50P", "0F": "GV55",
    "10": "GV55", "11": "GL500", "1A": "GL300", "1F": "GV500", "21": "GL200", "25": "GV300",
    "27": "GV300W", "28": "GL300VC", "2C": "GL300W", "2D": "GV500VC", "2F": "GV55",
    "30": "GL300", "31": "GV65", "35": "GV200", "36": "GV500", "3F": "GMT100", "40": "GL500",
    "41": "GV75W", "42": "GT501", "44": "GL530", "45": "GB100", "4F": "GV56", "50": "GV55W",
    "52": "GL50", "55": "GL50B", "5E": "GV500MAP", "6E": "GV310LAU", "74": "GV350CEU",
    "BD": "CV200", "C2": "GV600M", "C3": "GL320M", "DC": "GV600MG", "DE": "GL500M",
    "DF": "CV100LG", "F1": "GV350M", "F5": "GL300M", "F8": "GV800W", "FC": "GV600W",
    "802004": "GV58LAU", "802005": "GV355CEU", "80201E": "GV30CEU",
}  # fmt: skip
# Running state of the two hex digits that many reports carry -> (ignition, motion).
MOTION_STATES: dict[str, tuple[bool | None, bool]] = {
    "11": (False, False),
    "12": (False, True),
    "16": (False, True),  # towed
    "1A": (False, True),  # perhaps towed
    "21": (True, False),
    "22": (True, True),
    "41": (None, False),  # by the motion sensor alone
    "42": (None, True),
}


class Place(NamedTuple):
    """One place as a report states it. `hdop` 0 is how tags say: no fix just now, the last one.

    after   index of the field after its cell
    """

    lat: float
    lon: float
    measured_at: datetime
    hdop: float | None
    speed_kmh: float | None
    course_deg: float | None
    altitude_m: float | None
    cell: str | None
    after: int


def family(version: str) -> str:
    return FAMILIES.get(version[:6] if len(version) > 6 else version[:2], "")


def is_worn(model: str) -> bool:
    """Of a family that is carried: its reports end with battery, never with an odometer."""
    return model.startswith(("GL", "GT"))


def number(text: str) -> float | None:
    """A plain decimal number; None for anything else, empty fields included."""
    bare = text[1:] if text[:1] == "-" else text
    if len(bare) <= NUMBER_LENGTH_MAX and bare.replace(".", "", 1).isdecimal():
        return float(text)
    return None


def percent(text: str) -> int | None:
    """A battery level. `00` and the like are reserved fields, never a level."""
    if text.isdecimal() and len(text) <= 3 and (text[0] != "0" or text == "0"):
        found = int(text)
        return found if found <= 100 else None
    return None


def instant(text: str) -> datetime | None:
    """Fourteen digits as a UTC time; None where they are none (zeros too: the tag has no time)."""
    if len(text) != 14 or not text.isdecimal():
        return None
    try:
        return datetime.fromisoformat(f"{text[:8]}T{text[8:]}Z")
    except ValueError:
        return None


def is_hex(text: str, length_min: int, length_max: int) -> bool:
    return length_min <= len(text) <= length_max and _HEX.issuperset(text)


def find_places(fields: Fields) -> list[int]:
    """Indexes of the longitudes of all places, in order."""
    pointed = [at for at, text in enumerate(fields) if text[-7:-6] == "."]
    found: list[int] = []
    last, behind = len(fields) - 3, FIRST_PLACE_AT
    for at in pointed:
        if behind <= at <= last and is_degrees(fields[at]) and is_degrees(fields[at + 1]):
            behind = at + 3
            if _may_be_time(fields[at + 2]):
                found.append(at)
    return found


def _may_be_time(text: str) -> bool:
    """Empty, or too many digits for anything else: the corner of a geofence in a dump of settings
    has a radius behind it."""
    return not text or (len(text) >= _TIME_DIGITS_MIN and text.isdecimal())


def is_degrees(text: str) -> bool:
    """A number of six decimals: only longitudes and latitudes have so many."""
    return text[-7:-6] == "." and number(text) is not None


def read_place(fields: Fields, at: int) -> Place | None:
    """The place whose longitude stands at `at`; None where it has no time of its own: it may be of
    any age then, and taking the send time for it would put somebody where they no longer were.

    raises   Unreadable for numbers that are no place and digits that are no time
    """
    lon, lat = float(fields[at]), float(fields[at + 1])
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Unreadable("a longitude or latitude is out of range")
    text = fields[at + 2]
    measured_at = instant(text)
    if measured_at is None:
        if text.strip("0"):
            raise Unreadable("the time of a place is no time")
        return None
    cell, after = read_cell(fields, at + 3)
    course = number(fields[at - 2])
    speed = number(fields[at - 3])
    return Place(
        lat=lat,
        lon=lon,
        measured_at=measured_at,
        hdop=number(fields[at - 4]),
        speed_kmh=speed if speed is not None and speed >= 0 else None,
        course_deg=course if course is not None and 0 <= course <= 360 else None,
        altitude_m=number(fields[at - 1]),
        cell=cell,
        after=after,
    )


def read_cell(fields: Fields, at: int) -> tuple[str | None, int]:
    """The serving cell as MCC-MNC-LAC-cell, and the index after it; access points are passed."""
    at = skip_access_points(fields, at)
    mcc, mnc, lac, cell = (*fields[at : at + 4], "", "", "", "")[:4]
    if mcc.isdecimal() and mnc.isdecimal() and is_hex(lac, 1, 8) and is_hex(cell, 1, 8):
        return (f"{mcc}-{mnc}-{lac}-{cell}" if mcc.strip("0") else None), at + 4
    return None, at + 4


def skip_access_points(fields: Fields, at: int) -> int:
    if at + 1 >= len(fields) or not is_hex(fields[at + 1], 12, 12):
        return at
    count = fields[at]
    return at + 1 + 5 * int(count) if count.isdecimal() and len(count) <= 2 else at


def odometer_km(fields: Fields, after: int, *, reach: int) -> float | None:
    """The distance driven: the first number with a decimal, `reach` fields behind a place's cell
    at most. Behind a place that is not the last, the next one's speed is not far."""
    for text in fields[after : min(after + reach, len(fields) - 2)]:
        if "." in text:
            found = number(text)
            return found if found is not None and found >= 0 else None
    return None


def satellites(fields: Fields, after: int) -> int | None:
    """Vehicle families put a mask behind the cell; its first bit says that the count follows."""
    mask, count = (*fields[after : after + 2], "", "")[:2]
    if len(mask) == 2 and mask[0] == "0" and mask[1] in "1357" and count.isdecimal():
        return int(count) if len(count) <= 2 else None
    return None


def find_cell(fields: Fields) -> str | None:
    """The serving cell of a report without a place: four fields that look like one, after a gap."""
    for at in range(4, len(fields) - 4):
        if fields[at - 1] == "" and is_cell(*fields[at : at + 4]):
            return "-".join(fields[at : at + 4])
    return None


def is_cell(mcc: str, mnc: str, lac: str, cell: str) -> bool:
    """Zeros throughout are how a tag without a network fills these fields."""
    codes = mcc.isdecimal() and len(mcc) in (3, 4) and mnc.isdecimal() and len(mnc) <= 4
    return codes and mcc.strip("0") != "" and is_hex(lac, 2, 8) and is_hex(cell, 3, 8)


def battery_percent(report: str, model: str, fields: Fields, after: int) -> int | None:
    """The battery level beside a place, from where the family puts it.

    after   index after the last place's cell; 0: the report has none
    """
    if model.startswith("GL5") and report in _HIBERNATING:
        return percent(fields[8]) if len(fields) > 10 else None
    if after and model.startswith("GL5") and len(fields) - 2 - after >= _GL500_TAIL:
        return percent(fields[after + 3])
    if after and report == "ERI" and is_worn(model):
        return percent(fields[after + 1]) if after + 1 < len(fields) - 2 else None
    if report == "BAT":
        return percent(fields[6]) if len(fields) > 8 else None
    if report == "INF":
        return _inf_battery(model, fields)
    if is_worn(model):
        return percent(fields[-3]) if report in _LEVEL_LAST else None
    status_at = _status_at(fields, after) if after else None
    return None if status_at is None else percent(fields[status_at - 1])


_GL500_TAIL = 5  # signal, errors, millivolts, level, mode ...; older firmware ends like GL200
_HIBERNATING = frozenset({"STR", "CTN"})  # of GL500: waking and staying awake
# Reports of carried families whose last field before the send time is the battery level.
_LEVEL_LAST = frozenset(
    {"FRI", "RTL", "ERI", "NMR", "DOG", "SOS", "GEO", "SPD", "PNL", "LBC", "GCR", "WIF", "TMP"}
)


def _inf_battery(model: str, fields: Fields) -> int | None:
    """Carried families state it after the time of the last fix."""
    if not is_worn(model):
        return None
    for at in range(12, min(len(fields) - 3, 26)):
        if len(fields[at]) == 14 and fields[at].isdecimal():
            return percent(fields[at + 1])
    return None


def running_state(fields: Fields, after: int) -> dict[str, Any]:
    """Ignition and motion from the device status that vehicle families put behind a place.

    after   index after the last place's cell; 0: the report has none
    """
    status_at = _status_at(fields, after) if after else None
    return {} if status_at is None else motion(fields[status_at][:2])


def motion(state: str) -> dict[str, Any]:
    known = MOTION_STATES.get(state.upper())
    if known is None:
        return {}
    ignition, moving = known
    return {"motion": moving} if ignition is None else {"ignition": ignition, "motion": moving}


def _status_at(fields: Fields, after: int) -> int | None:
    """Index of the device status: six hex digits, the first two a running state."""
    for at in range(after + 1, min(after + 9, len(fields) - 2)):
        text = fields[at]
        if len(text) == 6 and text[:2].upper() in MOTION_STATES and is_hex(text, 6, 6):
            return at
    return None
