"""What each Queclink report is, besides a place: its event, and the fields that say more.

`ALARMS` is the table; `_DETAILS` reads the few whose meaning is in a field. A report that stands in
neither (GTFRI, GTRTL, GTERI, GTGCR ...) is a place and no event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from waypost.positions.values import EventKind
from waypost.protocols.queclink_fields import (
    Fields,
    family,
    is_cell,
    is_hex,
    is_worn,
    motion,
    number,
    running_state,
)

Event: TypeAlias = tuple[EventKind, dict[str, Any]]
_READ_FIRST = 8  # fields that are read without a look at how many there are
HEARD_MAX = 20  # access points or cells of one report
_LAST_PLACE_ONLY = "802005"  # protocol version of the GV355CEU

# Report -> our kind, and the word for it where the kind does not say it all.
ALARMS: dict[str, tuple[EventKind, str]] = {
    "SOS": (EventKind.SOS, ""),
    "BPL": (EventKind.BATTERY_LOW, ""),
    "BTC": (EventKind.CHARGING_STARTED, ""),
    "STC": (EventKind.CHARGING_ENDED, ""),
    "JDR": (EventKind.JAMMING, "cellular"),
    "HBD": (EventKind.CONTACT, ""),
    "PNA": (EventKind.CONTACT, "power_on"),
    "PNL": (EventKind.CONTACT, "power_on"),
    "PFA": (EventKind.OTHER, "power_off"),
    "MPN": (EventKind.OTHER, "external_power_connected"),
    "EPN": (EventKind.OTHER, "external_power_connected"),
    "MPF": (EventKind.OTHER, "external_power_cut"),
    "EPF": (EventKind.OTHER, "external_power_cut"),
    "EPS": (EventKind.OTHER, "external_power_level"),
    "DOG": (EventKind.OTHER, "watchdog_restart"),
    "SPD": (EventKind.OTHER, "speed"),
    "TOW": (EventKind.OTHER, "towed"),
    "IDL": (EventKind.OTHER, "idling"),
    "IDN": (EventKind.OTHER, "idling"),
    "IDF": (EventKind.OTHER, "idling_ended"),
    "GEO": (EventKind.OTHER, "geofence"),
    "GES": (EventKind.OTHER, "geofence"),
    "GIN": (EventKind.OTHER, "geofence_entered"),
    "GOT": (EventKind.OTHER, "geofence_left"),
    "SWG": (EventKind.OTHER, "geofence"),
    "TEM": (EventKind.OTHER, "temperature"),
    "TMP": (EventKind.OTHER, "temperature"),
    "CRA": (EventKind.OTHER, "crash"),
    "RMD": (EventKind.OTHER, "roaming"),
    "LSA": (EventKind.OTHER, "light"),
    "AIS": (EventKind.OTHER, "analogue_input"),
    "IDA": (EventKind.OTHER, "driver_id"),
    "DAR": (EventKind.OTHER, "driver_warning"),
    "ANT": (EventKind.OTHER, "gnss_antenna"),
    "BAA": (EventKind.OTHER, "accessory"),
}
_MAC_BIT, _MILLIVOLTS_BIT = 1, 3  # of the mask before what a beacon says
_BRAKING = ("harsh_braking", "harsh_acceleration", "harsh_cornering")


def events_of(report: str, fields: Fields, after: int) -> list[Event]:
    """The event that this report is, with the tag's running state where it is stated beside.

    after   index after the last place's cell; 0: the report has none
    """
    details = _DETAILS.get(report)
    if details is not None:
        return details([*fields, *[""] * (_READ_FIRST - len(fields))])  # a report cut short says ""
    known = ALARMS.get(report)
    if known is None:
        return []
    kind, word = known
    state = running_state(fields, after)
    return [(kind, {"alarm": word, **state} if word else state)]


def repeats_last_place(report: str, version: str, hdop: float | None) -> bool:
    """GTCAN of the GV355CEU with accuracy 0 repeats the last place, which a GTERI has given
    before: a message about the engine, in which the tag states no place of now."""
    return report == "CAN" and version.startswith(_LAST_PLACE_ONLY) and not hdop


def heard(report: str, fields: Fields) -> dict[str, Any]:
    """Access points of GTWIF, cells of GTGSM: kept as sent, though we look them up nowhere."""
    if report == "WIF":
        found = _access_points(fields)
        return {"access_points": found} if found else {}
    if report in ("GSM", "LBS"):
        cells = _cells(fields)
        return {"cells": cells} if cells else {}
    return {}


def _access_points(fields: Fields) -> list[str]:
    found = []
    for at in range(5, len(fields) - 2):
        signal = number(fields[at + 1])
        if is_hex(fields[at], 12, 12) and signal is not None and signal <= 0:
            found.append(f"{fields[at]},{fields[at + 1]}")
    return found[:HEARD_MAX]


def _cells(fields: Fields) -> list[str]:
    found, at = [], 4
    while at < len(fields) - 5:
        if is_cell(*fields[at : at + 4]) and fields[at + 4].isdecimal():
            found.append("-".join(fields[at : at + 4]) + "," + fields[at + 4])
            at += 4
        at += 1
    return found[:HEARD_MAX]


def _running(fields: Fields) -> list[Event]:
    """Families with a VIN have it before the name, so that the state stands one further."""
    state = motion(fields[4]) or motion(fields[5])
    return [(EventKind.OTHER, {"alarm": "motion_state", **state})]


def _ignition(on: bool) -> Callable[[Fields], list[Event]]:
    return lambda _: [(EventKind.OTHER, {"ignition": on})]


def _ignition_place(fields: Fields) -> list[Event]:
    digits = _report_type(fields)
    return [(EventKind.OTHER, {"ignition": digits[-1:] == "1"})] if digits else []


def _movement(fields: Fields) -> list[Event]:
    digits = _report_type(fields)
    return [(EventKind.OTHER, {"motion": digits[-1:] == "1"})] if digits else []


def _driving(fields: Fields) -> list[Event]:
    digits = _report_type(fields)
    if digits[-1:].isdecimal() and int(digits[-1]) <= 5:
        return [(EventKind.OTHER, {"alarm": _BRAKING[int(digits[-1]) % 3]})]
    return []


def _digital_input(fields: Fields) -> list[Event]:
    digits = _report_type(fields)
    if len(digits) != 2:
        return []
    return [(EventKind.OTHER, {"input": digits[0], "on": digits[1] == "1"})]


def _switch(fields: Fields) -> list[Event]:
    return [(EventKind.OTHER, {"alarm": "light_switch", "on": fields[5] == "1"})]


def _jamming_status(fields: Fields) -> list[Event]:
    """1: it left the jamming, 2: it is in it."""
    kind = EventKind.JAMMING_ENDED if fields[4] == "1" else EventKind.JAMMING
    return [(kind, {"alarm": "cellular"})]


def _gnss_jamming(fields: Fields) -> list[Event]:
    """The receiver's own estimate: 1 none, 2 heard but places still come, 3 jammed, 0 unknown."""
    kinds = {"1": EventKind.JAMMING_ENDED, "3": EventKind.JAMMING}
    kind = kinds.get(fields[5], EventKind.OTHER)
    return [(kind, {"alarm": "gnss" if kind is not EventKind.OTHER else "gnss_interference"})]


def _gnss_signal(fields: Fields) -> list[Event]:
    return [(EventKind.OTHER, {"alarm": "gnss_signal", "on": fields[4] == "1"})]


def _beacons(fields: Fields) -> list[Event]:
    """Every beacon heard: its model, a mask of what follows, and that."""
    found: list[Event] = []
    at = 5
    while at + 1 < len(fields) - 2 and is_hex(fields[at + 1], 4, 4) and len(found) < HEARD_MAX:
        mask = int(fields[at + 1], 16)
        parts = dict(zip(_bits(mask), fields[at + 2 :], strict=False))
        if not is_hex(parts.get(_MAC_BIT, ""), 12, 12):
            break
        millivolts = number(parts.get(_MILLIVOLTS_BIT, ""))
        volts = {} if millivolts is None else {"volts": millivolts / 1000}
        found.append((EventKind.BEACON_SEEN, {"beacon": parts[_MAC_BIT], **volts}))
        at += 2 + len(_bits(mask))
    return found


def _bits(mask: int) -> list[int]:
    return [bit for bit in range(16) if mask >> bit & 1]


def _battery(fields: Fields) -> list[Event]:
    """GTBAT answers a question of ours; the level in it goes its own way."""
    volts = number(fields[7]) if len(fields) > 7 else None
    return [(EventKind.CONTACT, {} if volts is None else {"volts": volts})]


def _battery_low(fields: Fields) -> list[Event]:
    volts = number(fields[4])
    return [(EventKind.BATTERY_LOW, {} if volts is None else {"volts": volts})]


def _version(fields: Fields) -> list[Event]:
    words = ("device_type", "firmware", "hardware")
    stated = {word: text[:20] for word, text in zip(words, fields[4:7], strict=False) if text}
    return [(EventKind.CONTACT, stated)]


def _information(fields: Fields) -> list[Event]:
    stated: dict[str, Any] = motion(fields[4])
    if is_hex(fields[5], 19, 20):
        stated["iccid"] = fields[5]
    if is_worn(family(fields[1])) and len(fields) > 12 and fields[12] in ("0", "1"):
        stated["charging"] = fields[12] == "1"
    return [(EventKind.CONTACT, stated)]


def _report_type(fields: Fields) -> str:
    """The one or two digits before the count of places, which say which way it went."""
    return fields[5] if len(fields) > 5 and is_hex(fields[5], 1, 2) else ""


_DETAILS: dict[str, Callable[[Fields], list[Event]]] = {
    "STT": _running,
    "IGN": _ignition(True),
    "IGF": _ignition(False),
    "VGN": _ignition(True),
    "VGF": _ignition(False),
    "IGL": _ignition_place,
    "NMR": _movement,
    "HBM": _driving,
    "DIS": _digital_input,
    "LSW": _switch,
    "TSW": _switch,
    "JDS": _jamming_status,
    "GPJ": _gnss_jamming,
    "GSS": _gnss_signal,
    "BID": _beacons,
    "BPL": _battery_low,
    "BAT": _battery,
    "VER": _version,
    "INF": _information,
}
