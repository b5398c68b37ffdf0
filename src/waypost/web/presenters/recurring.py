"""Appointments as a field of a form: first date, time, how often; out comes RFC 5545 text.

    field = read_recurring_field(request.POST, "meet")     as posted
    field = recurring_field("meet", requirement)           what an order says already

A rule that the form cannot hold (of another shape) is shown as it stands and kept unless rows
replace it. Times are wall times of the requirement's zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from waypost.orders.values import WEEKDAYS, Appointments
from waypost.orders.words import DAY_WORDS
from waypost.web.presenters.timetable_field import read_clock

ROWS = 4  # of the form; more series come by a file
MINUTES_MAX, EVERY_MAX, TIMES_MAX = 24 * 60, 52, 520
OFTEN: dict[str, str] = {
    "once": "once",
    "daily": "every day",
    "weekly": "every week, on these days",
    "monthly": "every month, on the same date",
}
_RULE = re.compile(
    r"DTSTART;TZID=(?P<zone>[\w/+-]+):(?P<start>\d{8}T\d{4})00(?:\nRRULE:(?P<rule>[^\n]+))?"
)
_PARTS = {"FREQ", "BYDAY", "INTERVAL", "COUNT", "UNTIL"}


@dataclass(frozen=True, slots=True)
class SeriesSent:
    """One series as it stands in the form: texts, right or wrong."""

    first: str = ""
    clock: str = ""
    minutes: str = "60"
    grace: str = "10"
    often: str = "weekly"
    every: str = "1"
    days: tuple[str, ...] = ()
    times: str = ""  # how many; "": as long as the order lasts
    trouble: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.first or self.clock or self.days)


@dataclass(frozen=True, slots=True)
class RecurringField:
    name: str
    rows: tuple[SeriesSent, ...]
    series: tuple[dict[str, Any], ...] = ()  # as the orders file writes them
    kept: tuple[str, ...] = ()  # rules that the form cannot show, as they stand

    @property
    def trouble(self) -> list[tuple[str, str]]:
        return [
            (f"{self.name}-{n}-first", row.trouble)
            for n, row in enumerate(self.rows) if row.trouble
        ]  # fmt: skip

    @property
    def often(self) -> list[tuple[str, str]]:
        return list(OFTEN.items())

    @property
    def weekdays(self) -> list[tuple[str, str]]:
        return list(DAY_WORDS.items())


def recurring_field(name: str, series: Sequence[Appointments] = ()) -> RecurringField:
    """The field with what stands already; an empty row beside it for one more."""
    shown = [sent for one in series if (sent := _as_sent(one)) is not None]
    kept = tuple(one.rrule for one in series if _as_sent(one) is None)
    return RecurringField(name, (*shown[:ROWS], SeriesSent()), kept=kept)


def read_recurring_field(post: Mapping[str, Any], name: str, *, timezone: str) -> RecurringField:
    """The field as posted; rows that are empty are left out."""
    rows, series = [], []
    for n in range(ROWS + 1):
        sent = _sent(post, f"{name}-{n}")
        if sent.is_empty:
            continue
        data, trouble = _read(sent, timezone)
        rows.append(sent if not trouble else _with(sent, trouble))
        if data is not None:
            series.append(data)
    return RecurringField(name, (*rows, SeriesSent()), tuple(series))


def _sent(post: Mapping[str, Any], at: str) -> SeriesSent:
    days = post.getlist(f"{at}-days") if hasattr(post, "getlist") else post.get(f"{at}-days", [])
    return SeriesSent(
        post.get(f"{at}-first", "").strip(), read_clock(post.get(f"{at}-clock", "")),
        post.get(f"{at}-minutes", "").strip(), post.get(f"{at}-grace", "").strip(),
        post.get(f"{at}-often", "weekly"), post.get(f"{at}-every", "1").strip() or "1",
        tuple(str(day) for day in days), post.get(f"{at}-times", "").strip(),
    )  # fmt: skip


def _with(sent: SeriesSent, trouble: str) -> SeriesSent:
    return SeriesSent(sent.first, sent.clock, sent.minutes, sent.grace, sent.often, sent.every,
                      sent.days, sent.times, trouble)  # fmt: skip


def _read(sent: SeriesSent, timezone: str) -> tuple[dict[str, Any] | None, str]:
    """The series as the orders file writes it, or what is wrong with the row."""
    try:
        first = datetime.fromisoformat(f"{date.fromisoformat(sent.first)}T{sent.clock}")
    except ValueError:
        return None, "Enter the date and the time of the first appointment, like 10:00"
    minutes, grace = _number(sent.minutes, MINUTES_MAX), _number(sent.grace, MINUTES_MAX, least=0)
    every = _number(sent.every, EVERY_MAX)
    if minutes is None or grace is None or every is None or grace >= minutes:
        return None, "Enter minutes that it lasts, fewer of grace, and every how many weeks or days"
    times = _number(sent.times, TIMES_MAX) if sent.times else None
    if sent.times and times is None:
        return None, f"Enter how many times, from 1 to {TIMES_MAX}, or leave it empty"
    rule = _rule(sent, every, times)
    if rule is None:
        return None, "Choose on which days of the week it is"
    start = f"DTSTART;TZID={timezone}:{first:%Y%m%dT%H%M}00"
    return {
        "rrule": f"{start}\nRRULE:{rule}" if rule else start,
        "duration": f"PT{minutes}M", "grace": f"PT{grace}M",
    }, ""  # fmt: skip


def _rule(sent: SeriesSent, every: int, times: int | None) -> str | None:
    """The RRULE; "" for once; None where its days are missing."""
    if sent.often == "once":
        return "FREQ=DAILY;COUNT=1"
    days = [day for day in WEEKDAYS if day in sent.days]
    if sent.often == "weekly" and not days:
        return None
    parts = [f"FREQ={sent.often.upper()}" if sent.often in OFTEN else "FREQ=WEEKLY"]
    parts += [f"INTERVAL={every}"] if every != 1 else []
    parts += [f"BYDAY={','.join(days)}"] if sent.often == "weekly" else []
    parts += [f"COUNT={times}"] if times is not None else []
    return ";".join(parts)


def _as_sent(series: Appointments) -> SeriesSent | None:
    """The series as a row of the form; None where the form cannot hold it."""
    match = _RULE.fullmatch(series.rrule.replace("\r\n", "\n").strip())
    if match is None or series.minimum_stay is not None:
        return None
    parts = dict(part.split("=", 1) for part in (match["rule"] or "FREQ=DAILY;COUNT=1").split(";")
                 if "=" in part)  # fmt: skip
    if not parts.keys() <= _PARTS - {"UNTIL"}:
        return None
    start = datetime.strptime(match["start"], "%Y%m%dT%H%M")  # noqa: DTZ007  # a wall time
    often = parts.get("FREQ", "").lower()
    if often == "daily" and parts.get("COUNT") == "1":
        often = "once"
    if often not in OFTEN or not all(d in WEEKDAYS for d in _days(parts)):
        return None
    return SeriesSent(
        start.date().isoformat(), f"{start:%H:%M}", _minutes(series.duration),
        _minutes(series.grace), often, parts.get("INTERVAL", "1"), tuple(_days(parts)),
        "" if often == "once" else parts.get("COUNT", ""),
    )  # fmt: skip


def _days(parts: Mapping[str, str]) -> list[str]:
    return [day for day in parts.get("BYDAY", "").split(",") if day]


def _minutes(span: timedelta) -> str:
    return f"{span / timedelta(minutes=1):g}"


def _number(text: str, most: int, *, least: int = 1) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 6 and least <= int(text) <= most else None
