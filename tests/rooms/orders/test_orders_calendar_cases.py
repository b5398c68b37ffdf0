"""Calendars of other software, as orders say them: every check of the public cases passes.

How an iCalendar event maps: it becomes a series of appointments, DTSTART with its zone and RRULE as
they stand, and DTEND as the length. An event of several days is an appointment of that length (a
series takes at most 31 days); an event of whole dates starts at local midnight; a floating one is
in the requirement's own zone. A nightly event is also a row of a timetable, which is the better
way to say it where the clocks change: a row ends at its wall time, an appointment after its length.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from waypost.orders.read import read_orders
from waypost.orders.timetable import required_windows
from waypost.orders.values import WEEKDAYS, Order

BEFORE = datetime(2016, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Event:
    """What a VEVENT says, as far as the cases go."""

    starts: str  # its DTSTART line
    rule: str  # its RRULE line, or ""
    length: timedelta
    zone: str  # "" where it floats


def read_event(ics: str) -> Event:
    """The one event of a calendar (unfolded lines, RFC 5545 section 3.1)."""
    text = re.sub(r"\r?\n[ \t]", "", ics).replace("\r", "")
    event = text.split("BEGIN:VEVENT")[1].split("END:VEVENT")[0]
    lines = {re.split(r"[;:]", line, maxsplit=1)[0]: line for line in event.split("\n") if line}
    start, end = wall(lines["DTSTART"]), wall(lines["DTEND"])
    zone = re.search(r"TZID=([^;:]+)", lines["DTSTART"])
    utc = lines["DTSTART"].endswith("Z")
    return Event(
        lines["DTSTART"], lines.get("RRULE", ""), end - start, zone[1] if zone else "UTC" * utc
    )


def wall(line: str) -> datetime:
    value = line.rpartition(":")[2].removesuffix("Z")
    return datetime.strptime(value, "%Y%m%dT%H%M%S" if "T" in value else "%Y%m%d")


def cases() -> list[str]:
    return [
        "testCalendar", "testUtcDateTime", "testZoneIdDateTime", "testTokyoDailyOccurrence",
        "testFloatingDateTime", "testDateOnly", "testWeekly", "testMonthly",
    ]  # fmt: skip


@pytest.fixture
def calendars(shared) -> dict[str, dict]:
    path = shared / "cases" / "calendar-cases.json"
    return {case["name"]: case for case in json.loads(path.read_text())["traccar"]}


def test_no_case_is_left_out(calendars):
    assert sorted(calendars) == sorted(cases())


def order_of(requirement: dict) -> Order:
    """The requirement through the orders file, as a court's clerk would send it."""
    zone = {"type": "Point", "coordinates": [-0.06, 51.55], "radius_m": 60}
    whole = {"requirement_id": "R1", "zone": zone} | requirement
    order = {
        "order_id": "O1",
        "kind": "licence",
        "from": BEFORE.isoformat(),
        "requirements": [whole],
    }
    read = read_orders(json.dumps({"persons": [{"person_id": "P1", "orders": [order]}]}).encode())
    assert not read.problems
    return read.rows[0].orders[0]


def as_appointments(event: Event, timezone: str) -> Order:
    minutes = event.length // timedelta(minutes=1)
    series = {"rrule": f"{event.starts}\n{event.rule}".strip(), "duration": f"PT{minutes}M"}
    return order_of({"kind": "attendance", "timezone": timezone, "appointments": [series]})


def windows_near(order: Order, at: datetime) -> list[tuple[datetime, datetime]]:
    return required_windows(order.requirements[0], order, at - 9 * DAY, at + 9 * DAY)


def check_all(order: Order, case: dict) -> None:
    assert case["checks"]
    for check in case["checks"]:
        at = datetime.fromisoformat(check["at"])
        active = any(start <= at < end for start, end in windows_near(order, at))
        assert active is check["active"], check
    if case["period"]:
        start, end = (datetime.fromisoformat(case["period"][key]) for key in ("start", "end"))
        assert (start, end) in windows_near(order, start)


@pytest.mark.parametrize("name", cases())
def test_an_event_as_appointments_is_active_when_the_case_says_so(calendars, name):
    """Floating times and whole dates hold in any of these zones: the cases ask far enough from
    their edges."""
    event = read_event(calendars[name]["ics"])
    zones = [event.zone] if event.zone else ["Europe/London", "UTC", "America/Los_Angeles"]
    for timezone in zones:
        check_all(as_appointments(event, timezone), calendars[name])


@pytest.mark.parametrize("name", ["testCalendar", "testTokyoDailyOccurrence"])
def test_a_daily_event_is_also_a_row_of_hours(calendars, name):
    event = read_event(calendars[name]["ics"])
    start, end = wall(event.starts), wall(event.starts) + event.length
    hours = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    row = hours | {"days": list(WEEKDAYS), "from_date": f"{start:%Y-%m-%d}"}
    check_all(
        order_of({"kind": "curfew", "timezone": event.zone, "timetable": [row]}), calendars[name]
    )


def test_whole_dates_and_floating_times_begin_at_the_wall_time_of_the_requirements_zone(calendars):
    for name, local in [("testDateOnly", (9, 0, 48)), ("testFloatingDateTime", (9, 15, 48))]:
        event = read_event(calendars[name]["ics"])
        for timezone in ("Europe/London", "Asia/Tokyo"):
            order = as_appointments(event, timezone)
            [(start, end)] = windows_near(order, datetime(2025, 8, 10, tzinfo=UTC))
            here = start.astimezone(ZoneInfo(timezone))
            assert (here.day, here.hour, (end - start) / timedelta(hours=1)) == local


def test_over_a_clock_change_a_row_ends_at_its_wall_time_and_an_appointment_after_its_length():
    """Why a night is said as a row: this event ends at 07:00 in October, its series at 06:00."""
    event = Event("DTSTART;TZID=Europe/London:20261024T190000", "", timedelta(hours=12), "")
    series = as_appointments(event, "Europe/London")
    row = {"days": ["SA"], "start": "19:00", "end": "07:00"}
    night = order_of({"kind": "curfew", "timetable": [row]})
    middle = datetime(2026, 10, 25, tzinfo=UTC)
    [(_, ends)] = [one for one in windows_near(series, middle) if one[0] < middle < one[1]]
    assert ends.astimezone(ZoneInfo("Europe/London")).hour == 6
    [(_, ends)] = [one for one in windows_near(night, middle) if one[0] < middle < one[1]]
    assert ends.astimezone(ZoneInfo("Europe/London")).hour == 7
