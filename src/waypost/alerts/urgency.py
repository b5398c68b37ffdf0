"""How urgent an alert is, how long a violation must last to make one, and what its line says.

Urgency is 0-100, higher first. The numbers rank harm: a call for help, then a tag coming off, then
the places a victim is protected in; required time that nobody could see comes last. Domain page,
section 3: people died of strap tampers that cleared themselves, so a tag state has no hold.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from waypost.alerts.values import AlertKind
from waypost.monitoring.values import Certainty
from waypost.orders.values import RequirementKind
from waypost.positions.values import EventKind

URGENCY: dict[AlertKind, int] = {
    AlertKind.SOS: 100,
    AlertKind.STRAP_TAMPER: 90,
    AlertKind.EXCLUSION: 85,
    AlertKind.CASE_TAMPER: 70,
    AlertKind.JAMMING: 60,
    AlertKind.RESTRICTION: 55,
    AlertKind.CURFEW: 50,
    AlertKind.INCLUSION: 45,
    AlertKind.BATTERY_DEAD: 40,
    AlertKind.NO_CONTACT: 35,
    AlertKind.BATTERY_CRITICAL: 30,
    AlertKind.UNMONITORED: 20,
}
LESS_WHEN: dict[str, int] = {
    Certainty.CERTAIN: 0,
    Certainty.PROBABLE: 5,
    Certainty.POSSIBLE: 10,
    Certainty.CANNOT_TELL: 0,  # its kind, unmonitored, already says so
}

# How long a violation must have lasted before anybody is called. Missing: at once, since judging
# has already asked for a deep or a second fix.
HOLD: dict[AlertKind, timedelta] = {AlertKind.UNMONITORED: timedelta(minutes=60)}

# How long after its end it still calls somebody. Missing: however late it was found. Last month's
# silence (an order recorded late, history brought in) is on the person's page, not in the inbox.
CALLS_UNTIL: dict[AlertKind, timedelta] = {AlertKind.UNMONITORED: timedelta(hours=24)}

TAG_STATES: dict[EventKind, AlertKind] = {
    EventKind.SOS: AlertKind.SOS,
    EventKind.STRAP_TAMPER: AlertKind.STRAP_TAMPER,
    EventKind.CASE_TAMPER: AlertKind.CASE_TAMPER,
    EventKind.JAMMING: AlertKind.JAMMING,
    EventKind.BATTERY_CRITICAL: AlertKind.BATTERY_CRITICAL,
    EventKind.BATTERY_DEAD: AlertKind.BATTERY_DEAD,
}

HEADLINES: dict[AlertKind, str] = {
    AlertKind.SOS: "SOS pressed on the tag",
    AlertKind.STRAP_TAMPER: "Strap of the tag tampered with",
    AlertKind.CASE_TAMPER: "Case of the tag tampered with",
    AlertKind.EXCLUSION: "In an exclusion zone",
    AlertKind.CURFEW: "Away during curfew",
    AlertKind.INCLUSION: "Not in the inclusion zone",
    AlertKind.RESTRICTION: "Outside the permitted area",
    AlertKind.JAMMING: "Signal of the tag jammed",
    AlertKind.BATTERY_CRITICAL: "Battery of the tag nearly empty",
    AlertKind.BATTERY_DEAD: "Battery of the tag empty",
    AlertKind.NO_CONTACT: "No contact with the tag",
    AlertKind.UNMONITORED: "Required time that could not be monitored",
}


def alert_kind(kind: RequirementKind, certainty: str) -> AlertKind:
    """The kind of alert a violation makes. ValueError for kinds that are not judged yet."""
    return AlertKind.UNMONITORED if certainty == Certainty.CANNOT_TELL else AlertKind(kind.value)


def urgency(kind: AlertKind, certainty: str) -> int:
    return URGENCY[kind] - LESS_WHEN.get(certainty, 0)


def held_until(kind: AlertKind, from_at: datetime) -> datetime:
    """When a violation that began at `from_at` has lasted long enough to call somebody."""
    return from_at + HOLD.get(kind, timedelta(0))


def calls(kind: AlertKind, from_at: datetime, to_at: datetime | None, now: datetime) -> bool:
    """Whether it makes an alert: not one that ended before its hold, nor one that is long past."""
    if (to_at or now) < held_until(kind, from_at):
        return False
    return to_at is None or kind not in CALLS_UNTIL or now - to_at <= CALLS_UNTIL[kind]


def headline(kind: AlertKind, certainty: str) -> str:
    """One line without name or place: what seems to have happened, and how sure we are."""
    words = HEADLINES[kind]
    if certainty in {Certainty.PROBABLE, Certainty.POSSIBLE}:
        return f"{words} ({Certainty(certainty).value})"
    return words
