"""Recurring appointments: RFC 5545 rules expanded by local date, then put on the clock.

dateutil expands naive wall times only; the zone is applied afterwards by the house's own policy
(walltime.py), so that an appointment at 10:00 stays at 10:00 across a clock change, and so that no
second zone database is read. The filters of frequent rules are applied here, for a rule that never
occurs (daily, on 30 February) kept dateutil busy for 3 s, and a file may hold thousands.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from waypost.orders.bank_holidays import is_bank_holiday
from waypost.orders.values import WEEKDAYS, Appointments, BankHolidayDivision, BankHolidays
from waypost.orders.walltime import is_timezone, localise

DAY = timedelta(days=1)
# What each frequency takes (RFC 5545 section 3.3.10) beside COMMON.
COMMON = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYDAY", "BYMONTH", "BYHOUR", "BYMINUTE",
          "BYSECOND"}  # fmt: skip
FREQUENCIES = {
    "DAILY": {"BYMONTHDAY"},
    "WEEKLY": set[str](),
    "MONTHLY": {"BYMONTHDAY", "BYSETPOS"},
    "YEARLY": {"BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO"},
}
# Filters of days, applied here: dateutil would try a day that never comes until the year 9999.
FILTERED = {"DAILY": ("BYDAY", "BYMONTH", "BYMONTHDAY"), "WEEKLY": ("BYMONTH",)}
INTERVAL_MAX = 400
FIRST_WITHIN = timedelta(days=366 * 5)  # a rule with no date in five years is a mistake
_LINE = re.compile(r"^(DTSTART|RRULE|EXDATE|RDATE)((?:;[^:]*)?):(.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Appointment:
    """One appointment in [from_at, to_at); the person may come `grace` late and must stay so long.

    minimum_stay   None: not worked out here (timetable.appointments_of does)
    """

    from_at: datetime
    to_at: datetime
    grace: timedelta
    minimum_stay: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """One RRULE in wall time, with what dateutil is not asked: its end, count and day filters."""

    rule: rrule
    until: datetime | None
    count: int | None
    weekdays: frozenset[int]
    months: frozenset[int]
    monthdays: frozenset[int]

    def keeps(self, wall: datetime) -> bool:
        """Whether the day passes the filters; an empty one lets all pass."""
        from_end = wall.day - monthrange(wall.year, wall.month)[1] - 1
        return (
            (not self.weekdays or wall.weekday() in self.weekdays)
            and (not self.months or wall.month in self.months)
            and (not self.monthdays or wall.day in self.monthdays or from_end in self.monthdays)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed recurrence, all in wall time of `timezone`."""

    timezone: str
    start: datetime
    rules: tuple[Recurrence, ...]
    extra: frozenset[datetime]
    without: frozenset[datetime]


def occurrences(
    series: Appointments,
    from_at: datetime,
    to_at: datetime,
    *,
    timezone: str = "Europe/London",
    division: BankHolidayDivision = BankHolidayDivision.ENGLAND_AND_WALES,
) -> list[Appointment]:
    """The appointments that touch [from_at, to_at), in order. ValueError: the rule is not one.

    division   whose bank holidays a series that stops on them keeps, by its own local date
    """
    rule = read_rule(series.rrule, timezone)
    zone = ZoneInfo(rule.timezone)
    first = (from_at - series.duration).astimezone(zone).replace(tzinfo=None) - DAY
    last = to_at.astimezone(zone).replace(tzinfo=None) + DAY
    days = walls(rule, first, last)
    if series.bank_holidays is BankHolidays.NOT:
        days = [wall for wall in days if not is_bank_holiday(wall.date(), division)]
    starts = (localise(wall, rule.timezone) for wall in days)
    found = [Appointment(at, at + series.duration, series.grace) for at in starts]
    return [one for one in found if one.from_at < to_at and one.to_at > from_at]


def walls(rule: Rule, first: datetime, last: datetime) -> list[datetime]:
    """The wall times of the rule in [first, last], sorted, once each."""
    found = {wall for wall in rule.extra if first <= wall <= last}
    for recurrence in rule.rules:
        found.update(_between(recurrence, first, last))
    return sorted(found - rule.without)


@lru_cache(maxsize=10_000)
def read_rule(text: str, timezone: str) -> Rule:
    """The rule that a text of RFC 5545 lines says. ValueError, in plain words, when it is not one.

    timezone   of a DTSTART that names none and is not UTC
    """
    lines = [_parse_line(line) for line in text.replace("\r", "").split("\n") if line.strip()]
    starts = [(parameters, value) for name, parameters, value in lines if name == "DTSTART"]
    if len(starts) != 1:
        raise ValueError("an appointment rule needs exactly one DTSTART line")
    parameters, value = starts[0]
    zone = _zone_of(parameters, value, timezone)
    start = _wall(value, zone, zone)
    rule = Rule(
        zone,
        start,
        tuple(_recurrence(value, start, zone) for name, _, value in lines if name == "RRULE"),
        frozenset(_dates(lines, "RDATE", zone)),
        frozenset(_dates(lines, "EXDATE", zone)),
    )
    if not rule.rules:  # a single appointment
        rule = Rule(zone, start, (), rule.extra | {start}, rule.without)
    if not walls(rule, start, max([start + FIRST_WITHIN, *rule.extra])):
        raise ValueError("the appointment rule has no date in its first five years")
    return rule


def _between(recurrence: Recurrence, first: datetime, last: datetime) -> Iterator[datetime]:
    until = last if recurrence.until is None else min(last, recurrence.until)
    kept = (wall for wall in recurrence.rule.replace(until=until) if recurrence.keeps(wall))
    for wall in islice(kept, recurrence.count):  # COUNT counts from DTSTART
        if wall >= first:
            yield wall


def _recurrence(value: str, start: datetime, zone: str) -> Recurrence:
    parts = dict(part.split("=", 1) for part in value.upper().split(";") if "=" in part)
    allowed = FREQUENCIES.get(parts.get("FREQ", ""))
    if allowed is None:
        raise ValueError("an appointment recurs by day, week, month or year")
    if unknown := set(parts) - allowed - COMMON:
        raise ValueError(f"a rule by {parts['FREQ']} does not take {' '.join(sorted(unknown))}")
    if any("," in parts.get(name, "") for name in ("BYHOUR", "BYMINUTE", "BYSECOND")):
        raise ValueError("an appointment recurs once a day; send another rule for the other time")
    if "UNTIL" in parts and "COUNT" in parts:
        raise ValueError("an appointment rule has COUNT or UNTIL, not both")
    if not 1 <= int(parts.get("INTERVAL", 1)) <= INTERVAL_MAX:
        raise ValueError(f"INTERVAL is between 1 and {INTERVAL_MAX}")
    end = _end(parts.pop("UNTIL"), zone) if "UNTIL" in parts else None
    count = int(parts.pop("COUNT")) if "COUNT" in parts else None
    filters = {name: parts.pop(name) for name in FILTERED.get(parts["FREQ"], ()) if name in parts}
    rule = rrulestr(";".join(f"{key}={part}" for key, part in parts.items()), dtstart=start)
    if not isinstance(rule, rrule):
        raise ValueError("one RRULE line holds one rule")
    return Recurrence(rule, end, count, **_read_filters(filters))


def _read_filters(filters: dict[str, str]) -> dict[str, frozenset[int]]:
    days = [day for day in filters.get("BYDAY", "").split(",") if day]
    if not set(days) <= set(WEEKDAYS):
        raise ValueError(f"BYDAY of a daily rule is of {' '.join(WEEKDAYS)}")
    return {
        "weekdays": frozenset(WEEKDAYS.index(day) for day in days),
        "months": frozenset(map(int, filter(None, filters.get("BYMONTH", "").split(",")))),
        "monthdays": frozenset(map(int, filter(None, filters.get("BYMONTHDAY", "").split(",")))),
    }


def _end(until: str, zone: str) -> datetime:
    """UNTIL as wall time: RFC 5545 wants UTC here, senders also give wall time or a whole date."""
    wall = _wall(until, zone, zone)
    return wall if "T" in until else wall + DAY - timedelta(seconds=1)


def _parse_line(line: str) -> tuple[str, str, str]:
    match = _LINE.match(line.strip())
    if not match:
        raise ValueError(f"not a line of an appointment rule: {line.strip()[:60]!r}")
    return match[1].upper(), match[2], match[3].strip()


def _dates(lines: list[tuple[str, str, str]], name: str, zone: str) -> Iterator[datetime]:
    for line_name, parameters, value in lines:
        if line_name == name:
            for part in value.split(","):
                yield _wall(part, _zone_of(parameters, part, zone), zone)


def _zone_of(parameters: str, value: str, timezone: str) -> str:
    named = re.search(r"TZID=\"?([^;\"]+)", parameters, re.IGNORECASE)
    if value.upper().endswith("Z") and not named:
        return "UTC"
    zone = named[1] if named else timezone
    if not is_timezone(zone):
        raise ValueError(f"the zone database knows no {zone!r}")
    return zone


def _wall(value: str, from_zone: str, zone: str) -> datetime:
    """A date or date-time value, which stands in `from_zone`, as wall time of `zone`."""
    text = value.strip().upper()
    form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
    try:
        wall = datetime.strptime(text.removesuffix("Z"), form)  # noqa: DTZ007 (wall time)
    except ValueError:
        raise ValueError(f"not a date and time of RFC 5545: {value!r}") from None
    if text.endswith("Z"):
        return wall.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if from_zone != zone:
        return localise(wall, from_zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return wall
