"""What the alarm byte of GT06 says: a table of facts from the makers' protocol papers.

`STATUS_ALARMS` are the three bits of the terminal's state, which name the commonest alarms again:
the same name in both is one alarm. Codes that only say how a car is driven stay OTHER.
"""

from __future__ import annotations

from waypost.positions.values import EventKind

Alarm = tuple[EventKind, str]

SOS: Alarm = (EventKind.SOS, "sos")
POWER_CUT: Alarm = (EventKind.CHARGING_ENDED, "power cut")
VIBRATION: Alarm = (EventKind.OTHER, "vibration")
LOW_BATTERY: Alarm = (EventKind.BATTERY_LOW, "low battery")

ALARMS: dict[int, Alarm] = {
    0x01: SOS,
    0x02: POWER_CUT,
    0x03: VIBRATION,
    0x04: (EventKind.OTHER, "entered fence"),
    0x05: (EventKind.OTHER, "left fence"),
    0x06: (EventKind.OTHER, "speed"),
    0x09: (EventKind.OTHER, "towed"),
    0x0A: (EventKind.OTHER, "entered blind spot"),
    0x0B: (EventKind.OTHER, "left blind spot"),
    0x0C: (EventKind.OTHER, "switched on"),
    0x0D: (EventKind.OTHER, "first fix"),
    0x0E: (EventKind.OTHER, "external battery low"),
    0x0F: (EventKind.OTHER, "external battery protected"),
    0x10: (EventKind.OTHER, "SIM changed"),
    0x11: (EventKind.OTHER, "switched off"),
    0x12: (EventKind.OTHER, "airplane mode"),
    0x13: (EventKind.CASE_TAMPER, "tamper"),
    0x14: (EventKind.OTHER, "door"),
    0x15: (EventKind.BATTERY_DEAD, "switched off by low battery"),
    0x16: (EventKind.OTHER, "sound"),
    0x17: (EventKind.OTHER, "rogue base station"),
    0x18: (EventKind.CASE_TAMPER, "cover removed"),
    0x19: LOW_BATTERY,
    0x20: (EventKind.OTHER, "deep sleep"),
    0x23: (EventKind.OTHER, "fall"),
    0x25: (EventKind.CASE_TAMPER, "tamper"),
    0x29: (EventKind.OTHER, "harsh acceleration"),
    0x2A: (EventKind.OTHER, "sharp left"),
    0x2B: (EventKind.OTHER, "sharp right"),
    0x2C: (EventKind.OTHER, "collision"),
    0x30: (EventKind.OTHER, "harsh braking"),
    0x32: (EventKind.CHARGING_ENDED, "unplugged"),
    0xFE: (EventKind.OTHER, "ignition on"),
    0xFF: (EventKind.OTHER, "ignition off"),
}
STATUS_ALARMS: dict[int, Alarm] = {
    1: VIBRATION,
    2: POWER_CUT,
    3: LOW_BATTERY,
    4: SOS,
    7: (EventKind.STRAP_TAMPER, "removed"),
}
