"""The induction notice: what a person is told when a tag is put on, from their own requirements.

Pure. What was given is known again by the SHA-256 of its text, so that it can be proved later which
words somebody was read; the same orders give the same text.
source   Data Protection Act 2018 s.44 (what a data subject is told); the regulator's 2024 findings
         (a plain notice of what, why, how long, shared with whom, with proof of delivery)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.orders.appointments import occurrences
from waypost.orders.own_words import own_asks, own_hours, own_notes
from waypost.orders.values import Order, PersonOrders, Requirement, RequirementKind

AHEAD = timedelta(days=90)
APPOINTMENTS_SHOWN = 4
LANGUAGES = (
    "English", "Welsh", "Albanian", "Arabic", "Bengali", "Farsi", "Kurdish", "Lithuanian", "Polish",
    "Portuguese", "Punjabi", "Romanian", "Somali", "Turkish", "Urdu", "Vietnamese",
    "British Sign Language", "Another language",
)  # fmt: skip
HOW_GIVEN: dict[str, str] = {
    "read_out": "Read out and explained",
    "interpreter": "Explained through an interpreter",
    "signed": "Read by the person, who signed a copy",
    "declined": "Offered; the person would not take it",
}
KINDS = {
    "community_order": "community order",
    "suspended_sentence": "suspended sentence order",
    "licence": "licence",
    "hdc": "home detention curfew",
    "parole": "parole licence",
    "court_bail": "bail",
    "dapo": "domestic abuse protection order",
}
CHARGING = (
    "Charge the tag for two hours every day, best at the same time. You can charge it while you "
    "wear it; stay near the socket.",
    "Do not let it run out. If the tag has no power, it may count as not keeping to your order.",
    "You can wash, bathe and shower with the tag on. Do not pull at the strap or open the tag: it "
    "notices, and we are told at once.",
)
WHO_SEES = (
    "Your probation officer and the monitoring centre see whether you keep to your order. Before "
    "anybody looks at where you have been they must say why, and that is written down.",
    "The police can ask whether a tag was near a crime, and a court can ask for what was recorded.",
    "You may ask for a copy of all that is kept about you.",
)
CONTACTS = (
    "If something is wrong with the tag, if you feel ill from it, or if you must leave home in an "
    "emergency: ring the monitoring centre. The number is on the card that came with your charger. "
    "It is open day and night.",
    "If you cannot keep to your order, or wish to have it changed: ring your probation officer "
    "before, not afterwards.",
)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice in sections. `sha256` is of `text`."""

    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        parts = [f"{one.title}\n" + "\n".join(one.lines) for one in self.sections]
        return "\n\n".join(parts) + "\n"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def notice_for(person: PersonOrders, *, device_id: str, fitted_at: datetime, zone: str) -> Notice:
    """The notice of the person, of the orders that had not ended when the tag was fitted.

    Nothing in it depends on when it is read, so that the page, the record and a later proof agree.

    zone   the zone in which the times are read out
    """
    now = fitted_at
    live = [one for one in person.orders if one.to_at is None or one.to_at > now]
    return Notice(
        (
            Section("Your tag", _tag(device_id, fitted_at, zone)),
            Section("Why you wear it and for how long", _why(live, zone)),
            Section("What you have to do", _asks(live, now, zone)),
            Section("What the tag records", _records(live)),
            Section("Who can see it", WHO_SEES),
            Section("How long it is kept", _kept()),
            Section("Looking after the tag", CHARGING),
            Section("Whom to ring", CONTACTS),
        )
    )


def _tag(device_id: str, fitted_at: datetime, zone: str) -> tuple[str, ...]:
    return (f"Tag {device_id} was fitted on {_when(fitted_at, zone)}.",)


def _why(live: list[Order], zone: str) -> tuple[str, ...]:
    if not live:
        return ("No order is in force. Nothing that the tag records is used until one is.",)
    lines = [
        f"Your {KINDS.get(one.kind.value, 'order')} ({one.order_id}) asks for it, from "
        f"{_day(one.from_at, zone)} "
        + (f"to {_day(one.to_at, zone)}." if one.to_at else "with no end set yet.")
        for one in live
    ]
    return (*lines, "When it ends, somebody comes to take the tag off. Until then keep it on.")


def _asks(live: list[Order], now: datetime, zone: str) -> tuple[str, ...]:
    asked = [
        line
        for order in live
        for one in order.requirements
        if one.kind is not RequirementKind.FITTING and (one.to_at is None or one.to_at > now)
        for line in _one(one, order, now, zone)
    ]
    return tuple(asked) or ("Nothing is asked of you now.",)


def _one(one: Requirement, order: Order, now: datetime, zone: str) -> list[str]:
    words = own_asks(one)
    place = f" (place {one.requirement_id} of your order)" if one.zones else ""
    notes = "".join(f" {note}" for note in own_notes(one, order))
    if one.kind is RequirementKind.ATTENDANCE and one.appointments:
        return [f"{words}{place}: {_appointments(one, now, zone)}.{notes}"]
    when = "; ".join(own_hours(one)).rstrip(".")
    when = when.replace("All the time", "all the time").replace("Every day", "every day")
    starts = f" From {_when(one.from_at, zone)}." if one.from_at and one.from_at > now else ""
    ends = f" Until {_when(one.to_at, zone)}." if one.to_at else ""
    free = [
        f" You need not from {_when(gone.from_at, zone)} to {_when(gone.to_at, zone)}."
        for gone in one.exceptions
        if gone.to_at > now
    ]
    return [f"{words}{place}: {when}.{notes}{starts}{ends}{''.join(free)}"]


def _appointments(one: Requirement, now: datetime, zone: str) -> str:
    """The next of them with their times; the rest is on the person's own page."""
    ahead = min(one.to_at or now + AHEAD, now + AHEAD)
    found = sorted(
        meeting.from_at
        for series in one.appointments
        for meeting in occurrences(
            series, now, ahead, timezone=one.timezone, division=one.bank_holiday_division
        )
    )
    shown = ", ".join(_when(at, zone) for at in found[:APPOINTMENTS_SHOWN])
    more = len(found) - APPOINTMENTS_SHOWN
    return (shown or "none is fixed yet") + (", and so on" if more > 0 else "")


def _records(live: list[Order]) -> tuple[str, ...]:
    kinds = {one.kind for order in live for one in order.requirements}
    lines = ["Where it is, about once a minute, day and night, and how full its battery is."]
    if RequirementKind.ALCOHOL in kinds:
        lines.append("Whether there is alcohol in your sweat.")
    lines.append("Whether the strap or the case was opened. It hears and films nothing.")
    return tuple(lines)


def _kept() -> tuple[str, ...]:
    return (
        "What the tag recorded is kept as long as the law on such records says, and is then "
        "deleted. What it records when no order is in force is locked away, seen by nobody, and "
        "deleted.",
    )


def _when(at: datetime, zone: str) -> str:
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%A} {there.day} {there:%B %Y} at {there:%H:%M}"


def _day(at: datetime, zone: str) -> str:
    there = at.astimezone(ZoneInfo(zone))
    return f"{there.day} {there:%B %Y}"
