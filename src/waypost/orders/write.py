"""An order as the orders file writes it: what `read.py` reads back as the same value."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from waypost.clock import write_instant
from waypost.orders.values import (
    Appointments,
    BankHolidayDivision,
    BankHolidays,
    Order,
    Requirement,
    TimetableRow,
    Zone,
)
from waypost.orders.zone_text import zone_data


def order_data(order: Order) -> dict[str, Any]:
    """The order with everything it asks; keys without anything to say are left out."""
    made = {
        "convicted_on": order.convicted_on and order.convicted_on.isoformat(),
        "imposed_on": order.imposed_on and order.imposed_on.isoformat(),
        "court": order.court, "programme": order.programme,
    }  # fmt: skip
    return {
        "order_id": order.order_id,
        "kind": order.kind.value,
        "from": write_instant(order.from_at),
        "to": order.to_at and write_instant(order.to_at),
        **{name: said for name, said in made.items() if said},
        "requirements": [requirement_data(one) for one in order.requirements],
    }


def requirement_data(asked: Requirement) -> dict[str, Any]:
    """One requirement; the number of its version is the store's own and is left out."""
    data: dict[str, Any] = {"requirement_id": asked.requirement_id, "kind": asked.kind.value}
    if asked.around is not None:
        data |= {"around": asked.around, "around_radius_m": asked.around_radius_m}
    else:
        data |= _places(asked.zones)
    if asked.timetable is not None:
        data["timetable"] = [row_data(row) for row in asked.timetable]
    if asked.timezone != "Europe/London":
        data["timezone"] = asked.timezone
    if asked.exceptions:
        data["exceptions"] = [
            {"from": write_instant(one.from_at), "to": write_instant(one.to_at),
             "reason": one.reason}
            for one in asked.exceptions
        ]  # fmt: skip
    if asked.appointments:
        data["appointments"] = [appointments_data(one) for one in asked.appointments]
    if asked.excepted:
        data["excepted"] = asked.excepted
    return data | _more(asked)


def row_data(row: TimetableRow) -> dict[str, Any]:
    """One row of hours; what is as usual is left out."""
    data: dict[str, Any] = {"days": list(row.days), "start": row.start, "end": row.end}
    if row.bank_holidays is not BankHolidays.AS_USUAL:
        data["bank_holidays"] = row.bank_holidays.value
    if row.every_weeks != 1:
        data["every_weeks"] = row.every_weeks
    dates = {"from_date": row.from_date, "to_date": row.to_date, "anchor_date": row.anchor_date}
    return data | {name: day.isoformat() for name, day in dates.items() if day is not None}


def appointments_data(series: Appointments) -> dict[str, Any]:
    data: dict[str, Any] = {
        "rrule": series.rrule, "duration": duration_text(series.duration),
        "grace": duration_text(series.grace),
    }  # fmt: skip
    if series.minimum_stay is not None:
        data["minimum_stay"] = duration_text(series.minimum_stay)
    if series.bank_holidays is not BankHolidays.AS_USUAL:
        data["bank_holidays"] = series.bank_holidays.value
    return data


def duration_text(span: timedelta) -> str:
    """ISO 8601: PT90M; whole seconds."""
    seconds = int(span.total_seconds())
    return f"PT{seconds // 60}M" if seconds % 60 == 0 else f"PT{seconds}S"


def _places(zones: tuple[Zone, ...]) -> dict[str, Any]:
    if not zones:
        return {}
    first, *others = (zone_data(zone) for zone in zones)
    return {"zone": first, "addresses": others} if others else {"zone": first}


def _more(asked: Requirement) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if asked.valid_from is not None:
        data["valid_from"] = write_instant(asked.valid_from)
    if asked.from_at is not None:
        data["from"] = write_instant(asked.from_at)
    if asked.to_at is not None:
        data["to"] = write_instant(asked.to_at)
    if asked.warning_m is not None:
        data["warning_m"] = asked.warning_m
    for name in ("minimum_stay", "atv_limit"):
        if (span := getattr(asked, name)) is not None:
            data[name] = duration_text(span)
    if asked.release_day is not None:
        data["release_day"] = {"date": asked.release_day.on_date.isoformat(),
                               "start": asked.release_day.start,
                               "end": asked.release_day.end}  # fmt: skip
    if asked.bank_holiday_division is not BankHolidayDivision.ENGLAND_AND_WALES:
        data["bank_holiday_division"] = asked.bank_holiday_division.value
    if asked.alcohol is not None:
        data["alcohol"] = {"mode": asked.alcohol.mode.value}
        if asked.alcohol.level_g_per_dl is not None:
            data["alcohol"]["level_g_per_dl"] = asked.alcohol.level_g_per_dl
    return data
