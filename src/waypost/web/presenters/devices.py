"""Devices as pages show them: findings in tags, fourteen days of charging as strips with words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.devices import commanding, lifecycle
from waypost.devices.cadence import Learnt
from waypost.devices.charging import Charged, Day, Session
from waypost.devices.commanding import CommandStatus
from waypost.devices.flag_queries import KIND_WORDS as FLAG_WORDS
from waypost.devices.health import (
    BATTERY_LOW_PERCENT,
    KIND_WORDS,
    Expected,
    FindingKind,
    Signs,
    span_words,
)
from waypost.devices.lifecycle import Status
from waypost.devices.tag_queries import ChargingSeen, CommandSeen, FlagSeen
from waypost.devices.values import DeviceKind, FlagKind
from waypost.monitoring.queries import Standing
from waypost.orders.values import PersonOrders, RequirementKind
from waypost.protocols.values import CommandKind
from waypost.rules.values import How, RowKind
from waypost.web.presenters.alerting import in_local_time
from waypost.web.templatetags.waypost import local

STRIP_WIDTH = 1440  # a day, in the strip's own units
GRAVE = frozenset({FindingKind.NEVER_HEARD, FindingKind.SILENT, FindingKind.JAMMED})
AT_HOME = frozenset({RequirementKind.CURFEW, RequirementKind.FITTING})
KINDS = {
    DeviceKind.TAG: "Tag",
    DeviceKind.ALCOHOL_TAG: "Alcohol tag",
    DeviceKind.HOME_UNIT: "Home unit",
    DeviceKind.BEACON: "Beacon",
    DeviceKind.PHONE: "Phone",
    DeviceKind.PROTECTED: "For a protected person",
}
COMMANDS = {
    CommandKind.REPORT_NOW: "Report where it is now",
    CommandKind.INTERVAL: "Report at another interval",
    CommandKind.VIBRATE: "Vibrate",
}
REMOVAL_REASONS = (
    ("scan", "A scan or operation"),
    ("swelling", "Swelling, a sore or another harm to the leg"),
    ("birth", "A birth"),
    ("other", "Something else"),
)
DAY_WORDS = {
    Charged.YES: "Charged",
    Charged.NO: "Not charged",
    Charged.NOT_YET: "Not charged yet",
    Charged.CANNOT_TELL: "Nothing heard of its battery",
}


@dataclass(frozen=True, slots=True)
class FindingShown:
    name: str
    words: str
    colour: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A session's part of a day's strip, in its units."""

    x: int
    width: int
    broken: bool


@dataclass(frozen=True, slots=True)
class SessionShown:
    when: str
    levels: str
    note: str


@dataclass(frozen=True, slots=True)
class DayShown:
    day: str
    words: str
    missing: bool
    bars: tuple[Bar, ...]
    sessions: tuple[SessionShown, ...]


@dataclass(frozen=True, slots=True)
class UsualShown:
    """What is usual of a model, or that too little is known of it."""

    model: str
    enough: bool
    fix: str
    contact: str
    lag: str
    tags: int


@dataclass(frozen=True, slots=True)
class StateShown:
    """A state of the tag that lasted, or lasts."""

    words: str
    from_at: datetime
    to_at: datetime | None
    length: str
    certainty: str
    reasons: tuple[str, ...]


STATE_WORDS: dict[tuple[RowKind, How], str] = {
    (RowKind.NO_CONTACT, How.NONE): "No contact",
    (RowKind.NO_LOCATION, How.NONE): "In contact, no place",
    (RowKind.NOT_CHARGED, How.NONE): "Not charged",
    (RowKind.STATIONARY, How.NONE): "Lay still",
    (RowKind.JAMMING, How.NONE): "Jammed",
    (RowKind.BATTERY, How.LOW): "Battery low",
    (RowKind.BATTERY, How.CRITICAL): "Battery nearly empty",
    (RowKind.BATTERY, How.DEAD): "Battery empty",
    (RowKind.CLOCK_WRONG, How.NONE): "Clock wrong or in doubt",
    (RowKind.HOME_UNIT, How.MOVED): "Home unit moved",
    (RowKind.HOME_UNIT, How.NO_POWER): "Home unit without power",
    (RowKind.ALCOHOL_TAMPER, How.NONE): "Alcohol tag covered or off the skin",
}


def tag_states(found: Sequence[Standing], *, now: datetime) -> list[StateShown]:
    """The states with their reasons, times as the page's other times."""
    return [
        StateShown(
            STATE_WORDS.get((row.kind, row.how), row.kind.value.replace("_", " ")),
            row.from_at,
            row.to_at,
            span_words((row.to_at or now) - row.from_at),
            row.certainty.value,
            tuple(in_local_time(reason, row.from_at) for reason in row.reasons),
        )
        for one in found
        for row in [one.row]
    ]


def finding_tag(kind: FindingKind) -> FindingShown:
    colour = "red" if kind in GRAVE else "orange"
    return FindingShown(kind.value, KIND_WORDS[kind], colour)


def status_options() -> list[tuple[str, str]]:
    return [(one.value, lifecycle.STATUS_WORDS[one].capitalize()) for one in Status]


def status_words(status: Status | str) -> str:
    """A state in words; where a device was entered, it came from nowhere."""
    return lifecycle.STATUS_WORDS[Status(status)] if status else "new"


def kind_words(kind: str) -> str:
    return KINDS.get(DeviceKind(kind), kind) if kind in set(DeviceKind) else "Not stated"


def charging_days(seen: ChargingSeen) -> list[DayShown]:
    """The days, newest first; each session stands on the day on which it began."""
    return [_day(day, seen.sessions, seen.to_at) for day in reversed(seen.days)]


def charging_words(seen: ChargingSeen) -> str:
    """The days in one sentence: what a supervisor would ask first."""
    counts = Counter(day.charged for day in seen.days)
    days = len(seen.days)
    parts = [f"Charged on {counts[Charged.YES]} of {days} day{'' if days == 1 else 's'}"]
    parts += [f"not charged on {counts[Charged.NO]}"] if counts[Charged.NO] else []
    parts += ["today not yet"] if counts[Charged.NOT_YET] else []
    unknown = counts[Charged.CANNOT_TELL]
    parts += [f"on {unknown} nothing was heard of its battery"] if unknown else []
    return ", ".join(parts) + "."


def battery_words(signs: Signs) -> str:
    """What it last said of its battery."""
    if signs.battery_percent is None:
        return "It has not said."
    charging = ", charging" if signs.charging_since else ""
    return f"{signs.battery_percent:.0f} %{charging}"


def own_battery_words(signs: Signs | None) -> str:
    """How full the wearer's own tag is, for the wearer; "" when it has not said."""
    if signs is None or signs.battery_percent is None:
        return ""
    full = f"Your tag is {signs.battery_percent:.0f} % full"
    if signs.charging_since is not None:
        return f"{full} and it is charging."
    low = signs.battery_percent <= BATTERY_LOW_PERCENT
    return f"{full}. Put it on charge now." if low else f"{full}."


def flag_words(flags: Sequence[FlagSeen]) -> list[tuple[FlagSeen, str]]:
    """Flags with what each says of the tag."""
    return [(one, FLAG_WORDS.get(FlagKind(one.kind), one.kind)) for one in flags]


def command_words(
    commands: Sequence[CommandSeen],
) -> list[tuple[CommandSeen, str, str, bool]]:
    """Commands with what was asked, how each stands, and whether it may be taken back."""
    return [
        (
            one,
            commanding.KIND_WORDS[CommandKind(one.kind)],
            commanding.STATUS_WORDS[CommandStatus(one.status)],
            CommandStatus(one.status) in commanding.WAITING,
        )
        for one in commands
    ]


def home_place(person: PersonOrders, *, now: datetime) -> tuple[float, float] | None:
    """(lat, lon) of the middle of the place where the person must be at home, if an order that is
    not over says one: to be offered for a home unit, which nobody places by heart."""
    for order in person.orders:
        for one in order.requirements:
            over = (one.to_at or order.to_at or now) < now
            circle = one.zones[0].geometry if one.zones else {}
            if one.kind in AT_HOME and not over and circle.get("type") == "Point":
                lon, lat = circle["coordinates"][:2]
                return float(lat), float(lon)
    return None


def usual_words(expected: Expected) -> str:
    """What it is judged by."""
    after = span_words(expected.silent_after)
    if not expected.tags:
        return (
            f"Counted as silent after {after}: too few tags of its model have been heard to know "
            "what is usual, so the house's numbers count."
        )
    contact = span_words(timedelta(seconds=expected.contact_s))
    return (
        f"Counted as silent after {after}: of {expected.tags} tags of its model 95 % of the waits "
        f"are under {contact}."
    )


def usual(learnt: Sequence[Learnt]) -> list[UsualShown]:
    """Each model's cadence; "not enough data" where too few tags or waits were seen."""
    return [
        UsualShown(
            one.model or "Model not known",
            one.is_enough,
            span_words(timedelta(seconds=one.fix_s)),
            span_words(timedelta(seconds=one.contact_s)),
            span_words(timedelta(seconds=one.upload_lag_s)),
            one.tags,
        )
        for one in learnt
    ]


def _day(day: Day, sessions: Sequence[Session], now: datetime) -> DayShown:
    mine = [one for one in sessions if day.from_at <= _until(one, now) and one.from_at < day.to_at]
    begun = [one for one in mine if one.from_at >= day.from_at]
    return DayShown(
        day=f"{day.day:%a} {day.day.day} {day.day:%b}",
        words=DAY_WORDS[day.charged],
        missing=day.charged is Charged.NO,
        bars=tuple(_bar(day, one, now) for one in mine),
        sessions=tuple(_session(one) for one in begun),
    )


def _bar(day: Day, session: Session, now: datetime) -> Bar:
    whole = (day.to_at - day.from_at).total_seconds()
    start = max((session.from_at - day.from_at).total_seconds(), 0.0)
    end = min((_until(session, now) - day.from_at).total_seconds(), whole)
    x = round(start / whole * STRIP_WIDTH)
    return Bar(x, max(round((end - start) / whole * STRIP_WIDTH), 8), session.interrupted)


def _session(session: Session) -> SessionShown:
    start = f"{local(session.from_at):%H:%M}"
    if session.running:
        when = f"{start}, and still"
    elif session.to_at is None:
        when = f"{start}, end not reported"
    else:
        when = f"{start} to {local(session.to_at):%H:%M}"
    levels = [session.from_percent, session.to_percent]
    stated = " to ".join("?" if one is None else f"{one:.0f} %" for one in levels)
    notes = ["broken off"] if session.interrupted else []
    notes += ["told from its level alone"] if session.rising else []
    return SessionShown(when, "" if levels == [None, None] else stated, ", ".join(notes))


def _until(session: Session, now: datetime) -> datetime:
    return session.to_at or (now if session.running else session.from_at)
