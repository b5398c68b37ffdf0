"""Reminders, praise and warnings as pages show them; forms for how somebody is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings

from waypost.errors import Refused
from waypost.notices.values import Contact
from waypost.telling.queries import ReminderSeen

KINDS: dict[str, tuple[str, str]] = {  # what it is, for staff; for the wearer
    "appointment": ("Appointment", "When I have an appointment"),
    "curfew": ("Curfew begins", "Before I must be home"),
    "battery": ("Battery low", "When the battery of my tag is low"),
}
OWN: dict[str, str] = {  # what was sent, as a wearer reads it
    "appointment": "You have an appointment",
    "curfew": "Your curfew begins",
    "battery": "The battery of your tag is low",
    "praise": "Well done",
}
STEPS = {
    "evening_before": "the evening before",
    "hours_before": "2 hours before",
    "soon": "half an hour before",
    "low": "low",
    "critical": "nearly empty",
    "": "",
}
FATES: dict[str, tuple[str, str]] = {  # for staff; for the wearer
    "waiting": ("waits to be sent", "on its way"),
    "sending": ("is being sent", "on its way"),
    "sent": ("sent; whether it arrived is not known", "sent"),
    "delivered": ("arrived", "it arrived"),
    "failed": ("not sent: every contact failed", "we could not send it"),
    "called_off": ("not sent", "we did not send it"),
    "missed": ("not sent: Waypost came to it too late", "we did not send it"),
}


@dataclass(frozen=True, slots=True)
class ReminderShown:
    """what, when it was for (None: it was for no time), and what became of it."""

    what: str
    own: str
    step: str
    edge_at: datetime | None
    at: datetime
    fate: str
    own_fate: str
    channel: str
    at_last: datetime | None  # when it arrived, else when it was taken
    failure: str
    went: bool


def reminders_shown(seen: Iterable[ReminderSeen]) -> list[ReminderShown]:
    return [_reminder(one) for one in seen]


def _reminder(one: ReminderSeen) -> ReminderShown:
    fate, own_fate = FATES[one.status]
    timed = one.kind in {"appointment", "curfew"}
    return ReminderShown(
        what="Well done" if one.kind == "praise" else KINDS[one.kind][0],
        own=OWN[one.kind],
        step=STEPS[one.step],
        edge_at=one.edge_at if timed else None,
        at=one.at,
        fate=fate,
        own_fate=own_fate,
        channel=one.channel,
        at_last=one.delivered_at or one.sent_at,
        failure=one.failure if one.status == "called_off" else "",
        went=one.went,
    )


def read_contact(form: Mapping[str, str], able: Iterable[str]) -> Contact:
    """Refused, saying what is to be chosen."""
    if form.get("channel") not in set(able):
        raise Refused("Choose how the messages come.")
    return Contact(
        channel=form["channel"],
        address=form.get("address", "").strip(),
        language=form.get("language", "en"),
        quiet_from=read_time(form.get("quiet_from", "")),
        quiet_to=read_time(form.get("quiet_to", "")),
        timezone=settings.WALL_ZONE,
    )


def read_time(text: str) -> time | None:
    """Wall time of a form, 22:00; empty is none. Refused for anything else."""
    if not text.strip():
        return None
    try:
        found = time.fromisoformat(text.strip())
    except ValueError:
        raise Refused("A time of day is written like 22:00.") from None
    if found.tzinfo is not None:
        raise Refused("A time of day is written like 22:00.")
    return found
