"""One fix and one event as values: what decoders give and plain twins read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from waypost.units import Mechanism


class EventKind(StrEnum):
    """What a tag can report besides a place."""

    SOS = "sos"
    STRAP_TAMPER = "strap_tamper"
    STRAP_RESTORED = "strap_restored"
    CASE_TAMPER = "case_tamper"
    BATTERY_LOW = "battery_low"
    BATTERY_CRITICAL = "battery_critical"
    BATTERY_DEAD = "battery_dead"
    BATTERY_LEVEL = "battery_level"  # attributes: percent
    CHARGING_STARTED = "charging_started"
    CHARGING_ENDED = "charging_ended"
    JAMMING = "jamming"
    JAMMING_ENDED = "jamming_ended"
    MOTION_WITHOUT_LOCATION = "motion_without_location"
    NO_CONTACT = "no_contact"
    CONTACT = "contact"  # heartbeat, login, status
    BEACON_SEEN = "beacon_seen"
    BEACON_LOST = "beacon_lost"
    HOME_UNIT_MOVED = "home_unit_moved"
    HOME_UNIT_POWER_LOST = "home_unit_power_lost"
    HOME_UNIT_POWER_RESTORED = "home_unit_power_restored"
    CLINICAL_REMOVAL = "clinical_removal"  # agreed: reason, until; never a strap tamper
    ALCOHOL_READING = "alcohol_reading"  # attributes: tac_percent, temperature_c, infrared
    ALCOHOL_EVENT = "alcohol_event"  # the maker's own judgement: from, to, peak_percent, confirmed
    ALCOHOL_TAMPER = "alcohol_tamper"  # attributes: what
    COMMAND_ANSWER = "command_answer"
    OTHER = "other"  # understood frame, no kind of ours; attributes say what it was


@dataclass(frozen=True, slots=True)
class DecodedFix:
    """A place as a tag states it. Not stated is None, never 0.

    accuracy_m   as the tag states it: what it means (R68, R95) is settled in positions/quality
    """

    measured_at: datetime | None  # None: the message has no time; receipt time stands in
    lat: float
    lon: float
    altitude_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    accuracy_m: float | None = None
    accuracy_is_r68: bool = False  # phones state a 68 % radius
    valid: bool = True
    mechanism: Mechanism = Mechanism.UNKNOWN
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DecodedEvent:
    measured_at: datetime | None
    kind: EventKind
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one message gave: all that was whole before anything bad, then `error` saying what was.

    device_id   who it says it is; None: it does not say, and its connection has not said before
    """

    device_id: str | None
    fixes: tuple[DecodedFix, ...] = ()
    events: tuple[DecodedEvent, ...] = ()
    error: str | None = None
