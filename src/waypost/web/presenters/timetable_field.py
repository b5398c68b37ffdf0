"""The timetable editor as a field of a form: what was posted goes in, hours and problems come out.

    field = read_timetable_field(request.POST, "hours", kind=RequirementKind.CURFEW, now=now())
    if field.again or field.problems: render the form again with {"hours": field}
    else: field.timetable and field.exceptions are the values (None: at all times),
          field.timetable_data and field.exceptions_data their form in the orders file

and in the template `{% include "waypost/_timetable_editor.html" with field=hours %}`, with
`waypost/timetable-editor.js` as a module under `scripts`. Rows are plain inputs; adding or taking
out a row, and looking at another week, are buttons that submit the form (`again`). To show hours
that stand already: `timetable_field("hours", rows, kind=...)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from waypost.clock import write_instant
from waypost.errors import Problem
from waypost.orders.fields import Desk
from waypost.orders.hours import hours_by_day
from waypost.orders.lint import Finding, lint
from waypost.orders.read_hours import read_absence, read_row
from waypost.orders.timetable import required_windows
from waypost.orders.values import (
    Absence,
    BankHolidayDivision,
    BankHolidays,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.orders.walltime import localise
from waypost.orders.words import DAY_WORDS
from waypost.orders.write import row_data
from waypost.units import OrderRef, PersonRef, RequirementRef
from waypost.web.presenters.week import Week, bounds_of, monday_of, week_of

ROWS_MAX = 40
LOOK_BACK = timedelta(days=60)  # hours that began before the week shown
FORM_TIME = "%Y-%m-%dT%H:%M"
NARROWING = ("from_date", "to_date", "every_weeks", "anchor_date")
HOLIDAY_WORDS = {
    BankHolidays.AS_USUAL: "also on bank holidays",
    BankHolidays.NOT: "not on bank holidays",
    BankHolidays.ONLY: "only on bank holidays",
}
NOT_YET = "not complete yet, so not counted"
FORM_WORDS = {
    "INVALID_DAYS": "Choose at least one day",
    "INVALID_CLOCK": "Enter a time of day, like 19:00 or 7pm",
    "ROTA_WITHOUT_START": "Enter the date of a week in which it binds",
    "ENDS_BEFORE_START": "The end must come after the beginning",
}
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?\s*(am|pm)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowSent:
    """One row of hours as it stands in the form: texts, right or wrong."""

    days: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    bank_holidays: str = BankHolidays.AS_USUAL.value
    from_date: str = ""
    to_date: str = ""
    every_weeks: str = ""  # "" or "1": each week
    anchor_date: str = ""
    trouble: str = ""  # what is wrong with it, in words
    note: str = ""  # what it comes to: "12 hours, past midnight to 07:00 the next day"

    @property
    def is_whole(self) -> bool:
        return bool(self.days and self.start and self.end)

    @property
    def is_narrowed(self) -> bool:
        """Whether it does not simply bind in every week."""
        narrow = (self.from_date, self.to_date, self.anchor_date)
        weekly = self.every_weeks in {"", "1"}
        return any(narrow) or not weekly or self.bank_holidays != BankHolidays.AS_USUAL


@dataclass(frozen=True, slots=True)
class ExceptionSent:
    """One exception as it stands in the form: wall times as datetime-local has them."""

    start: str = ""
    end: str = ""
    reason: str = ""
    trouble: str = ""

    @property
    def is_whole(self) -> bool:
        return bool(self.start and self.end)


@dataclass(frozen=True, slots=True)
class TimetableField:
    """Hours as they stand in a form.

    timetable   what the rows mean; None: at all times (or not to be read, see problems)
    findings    what lint says of the hours: over the legal maximum, never required
    week        what of the chosen week will bind; None while the rows cannot be read
    again       the person asked for a row more or less, or another week: save nothing
    """

    name: str
    kind: RequirementKind
    order_kind: OrderKind
    label: str
    timezone: str
    order_from: datetime | None = None
    order_to: datetime | None = None
    division: BankHolidayDivision = BankHolidayDivision.ENGLAND_AND_WALES
    always: bool = False
    rows: tuple[RowSent, ...] = (RowSent(),)
    sent_exceptions: tuple[ExceptionSent, ...] = ()
    timetable: tuple[TimetableRow, ...] | None = None
    exceptions: tuple[Absence, ...] = ()
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    day: date | None = None  # of the week asked for
    week: Week | None = None
    usual_hours: float | None = None  # of a common week; None where weeks differ by the rows
    again: bool = False

    @property
    def holidays(self) -> list[tuple[str, str]]:
        return [(choice.value, words) for choice, words in HOLIDAY_WORDS.items()]

    @property
    def weekdays(self) -> list[tuple[str, str]]:
        return list(DAY_WORDS.items())

    @property
    def odd(self) -> list[str]:
        """What lint finds odd, which may be meant."""
        return [f"{one.message[:1].upper()}{one.message[1:]}" for one in self.findings]

    @property
    def trouble(self) -> list[tuple[str, str]]:
        """What is wrong, for the summary at the top of a form: id of the input, words."""
        return [(_input_of(one, self.name), _words(one)) for one in self.problems]

    @property
    def timetable_data(self) -> list[dict[str, Any]] | None:
        """The rows as the orders file writes them; None for always."""
        if self.timetable is None:
            return None
        return [row_data(row) for row in self.timetable]

    @property
    def exceptions_data(self) -> list[dict[str, str]]:
        return [
            {"from": write_instant(one.from_at), "to": write_instant(one.to_at),
             "reason": one.reason}
            for one in self.exceptions
        ]  # fmt: skip


def timetable_field(
    name: str,
    rows: Sequence[TimetableRow] | None = (),
    *,
    kind: RequirementKind,
    now: datetime,
    order_kind: OrderKind = OrderKind.COMMUNITY_ORDER,
    label: str = "Hours",
    timezone: str = "Europe/London",
    order_from: datetime | None = None,
    order_to: datetime | None = None,
    division: BankHolidayDivision = BankHolidayDivision.ENGLAND_AND_WALES,
    exceptions: Sequence[Absence] = (),
    monday: date | None = None,
) -> TimetableField:
    """The field with hours that stand already; no rows: one empty one, None: at all times.

    order_from, order_to   of the order, where it is known: hours bind only while it lasts
    division               whose bank holidays count
    """
    zone = ZoneInfo(timezone)
    sent = tuple(_as_sent(row) for row in rows or ()) or (RowSent(),)
    absences = tuple(
        ExceptionSent(f"{one.from_at.astimezone(zone):{FORM_TIME}}",
                      f"{one.to_at.astimezone(zone):{FORM_TIME}}", one.reason)
        for one in exceptions
    )  # fmt: skip
    field = TimetableField(
        name, kind, order_kind, label, timezone, order_from, order_to, division, rows is None,
        sent, absences,
    )  # fmt: skip
    if rows is not None and not rows:
        return field
    given = None if rows is None else dict(enumerate(rows))
    day = monday or now.astimezone(zone).date()
    return _shown(replace(field, day=day), given, tuple(exceptions))


def read_timetable_field(
    post: QueryDict,
    name: str,
    *,
    kind: RequirementKind,
    now: datetime,
    order_kind: OrderKind = OrderKind.COMMUNITY_ORDER,
    label: str = "Hours",
    timezone: str = "Europe/London",
    order_from: datetime | None = None,
    order_to: datetime | None = None,
    division: BankHolidayDivision = BankHolidayDivision.ENGLAND_AND_WALES,
) -> TimetableField:
    """The field as posted, read as an orders file would be; the week shown is the one asked for."""
    field = TimetableField(
        name, kind, order_kind, label, timezone, order_from, order_to, division,
        post.get(f"{name}-always", "") == "yes", _rows_sent(post, name),
        _exceptions_sent(post, name),
        day=_week_asked(post, name, now.astimezone(ZoneInfo(timezone)).date()),
        again=_asked_again(post, name),
    )  # fmt: skip
    desk = Desk()
    rows = None if field.always else _rows_read(desk, field)
    absences = _exceptions_read(desk, field)
    if desk.problems:
        return _with_trouble(replace(field, problems=tuple(desk.problems)))
    return _shown(field, rows, absences)


def read_clock(text: str) -> str:
    """A wall time as people type it ("7pm", "19.00", "730") as HH:MM; else as it was typed."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return text.strip()
    digits, half = match[1], (match[3] or "").lower()
    hour, minute = int(digits), int(match[2] or 0)
    if half:
        if not 1 <= hour <= 12:
            return text.strip()
        hour = hour % 12 + (12 if half == "pm" else 0)
    return f"{hour:02d}:{minute:02d}"


def _shown(
    field: TimetableField,
    rows: Mapping[int, TimetableRow] | None,
    exceptions: tuple[Absence, ...],
) -> TimetableField:
    """The field with what its hours come to: notes, findings of lint, the week.

    rows   by their place in the form; None: at all times
    """
    timetable = None if rows is None else tuple(rows.values())
    requirement = Requirement(
        RequirementRef("hours"), field.kind, timetable=timetable, timezone=field.timezone,
        exceptions=exceptions, bank_holiday_division=field.division,
    )  # fmt: skip
    assert field.day is not None
    monday = monday_of(field.day)
    start, end = bounds_of(monday, field.timezone)
    begins = field.order_from or start - LOOK_BACK
    order = Order(OrderRef("hours"), field.order_kind, begins, field.order_to, (requirement,))
    found = [] if timetable == () else lint(PersonOrders(PersonRef("hours"), (order,)))
    windows = required_windows(requirement, order, start - timedelta(days=2), end + timedelta(2))
    read = rows or {}
    return replace(
        field,
        rows=tuple(
            replace(sent, note=_note(read[n]) if n in read else _not_yet(field, sent))
            for n, sent in enumerate(field.rows)
        ),
        timetable=timetable,
        exceptions=exceptions,
        findings=tuple(
            one
            for one in found
            if one.requirement_id == "hours" and one.kind != "fixed_address_missing"
        ),  # the place is another field's
        week=week_of(monday, windows, field.timezone, field.division),
        usual_hours=None
        if any(row.is_narrowed for row in field.rows)
        else sum(hours_by_day(timetable)),
    )


def _not_yet(field: TimetableField, sent: RowSent) -> str:
    return "" if field.always or sent == RowSent() else NOT_YET


def _note(row: TimetableRow) -> str:
    """How long a row lasts on a common day, and that it runs past midnight where it does."""
    hours = hours_by_day([replace(row, days=("MO",))])
    total = f"{sum(hours):g} hours"
    if row.end > row.start or row.end == "00:00":
        return total
    return f"{total}, past midnight to {row.end} the next day"


def _rows_sent(post: QueryDict, name: str) -> tuple[RowSent, ...]:
    """The rows of the form, less the one to take out, with one more where asked for."""
    gone = post.get(f"{name}-remove", "")
    rows = [
        RowSent(
            tuple(str(day) for day in post.getlist(f"{name}-{n}-days")),
            read_clock(post.get(f"{name}-{n}-start", "")),
            read_clock(post.get(f"{name}-{n}-end", "")),
            post.get(f"{name}-{n}-bank_holidays", "") or BankHolidays.AS_USUAL.value,
            *(post.get(f"{name}-{n}-{part}", "").strip() for part in NARROWING),
        )
        for n in range(_count(post, f"{name}-rows"))
        if str(n) != gone
    ]
    if f"{name}-add" in post and len(rows) < ROWS_MAX:
        rows.append(RowSent())
    return tuple(rows) or (RowSent(),)


def _exceptions_sent(post: QueryDict, name: str) -> tuple[ExceptionSent, ...]:
    gone = post.get(f"{name}-exception-remove", "")
    sent = [
        ExceptionSent(
            *(post.get(f"{name}-exception-{n}-{part}", "").strip()
              for part in ("from", "to", "reason"))
        )
        for n in range(_count(post, f"{name}-exceptions"))
        if str(n) != gone
    ]  # fmt: skip
    if f"{name}-exception-add" in post and len(sent) < ROWS_MAX:
        sent.append(ExceptionSent())
    return tuple(sent)


def _count(post: QueryDict, name: str) -> int:
    text = post.get(name, "")
    return min(int(text), ROWS_MAX) if text.isdecimal() and len(text) < 5 else 0


def _asked_again(post: QueryDict, name: str) -> bool:
    asks = ("add", "remove", "exception-add", "exception-remove", "show", "week-to")
    return any(f"{name}-{one}" in post for one in asks)


def _rows_read(desk: Desk, field: TimetableField) -> dict[int, TimetableRow]:
    """The rows by place. An empty one is passed over; while the form is only looked at again, so
    is one that is not complete."""
    rows = {}
    for n, sent in enumerate(field.rows):
        if not sent.is_whole and (field.again or (sent == RowSent() and len(field.rows) > 1)):
            continue
        path = f"{field.name}[{n}]"
        row = read_row(desk, path, _as_data(sent))
        if row is not None and row.every_weeks > 1 and not _rota_begins(field, row):
            desk.report(f"{path}.anchor_date", "ROTA_WITHOUT_START", None, "", "")
        elif row is not None:
            rows[n] = row
    if not rows and not desk.problems and not field.again:
        desk.report(field.name, "EMPTY_TIMETABLE", None, "there are no hours yet",
                    "fill in a row, or choose at all times")  # fmt: skip
    return rows


def _as_sent(row: TimetableRow) -> RowSent:
    """A row as the form shows it."""
    dates = (row.from_date, row.to_date, row.anchor_date)
    first, last, anchor = ("" if day is None else day.isoformat() for day in dates)
    weeks = "" if row.every_weeks == 1 else str(row.every_weeks)
    return RowSent(
        row.days, row.start, row.end, row.bank_holidays.value, first, last, weeks, anchor
    )


def _as_data(sent: RowSent) -> dict[str, Any]:
    """What was sent as the orders file's reader takes it; a number is one, or stays the text."""
    weeks: Any = sent.every_weeks
    return {
        "days": list(sent.days), "start": sent.start, "end": sent.end,
        "bank_holidays": sent.bank_holidays,
        "every_weeks": int(weeks) if weeks.isdecimal() and len(weeks) < 5 else weeks or None,
        "from_date": sent.from_date or None,
        "to_date": sent.to_date or None,
        "anchor_date": sent.anchor_date or None,
    }  # fmt: skip


def _rota_begins(field: TimetableField, row: TimetableRow) -> bool:
    """Whether it is known which weeks of a rota bind: else the preview could show the others."""
    return bool(row.anchor_date or row.from_date or field.order_from)


def _exceptions_read(desk: Desk, field: TimetableField) -> tuple[Absence, ...]:
    found = []
    for n, sent in enumerate(field.sent_exceptions):
        if sent == ExceptionSent() or (field.again and not sent.is_whole):
            continue
        path = f"{field.name}-exception[{n}]"
        start, end = _instant(sent.start, field.timezone), _instant(sent.end, field.timezone)
        if not start or not end:
            name = "to" if start else "from"
            desk.report(f"{path}.{name}", "MISSING_TIME", sent.end if start else sent.start,
                        "an exception needs a beginning and an end",
                        "choose both dates and times")  # fmt: skip
        elif absence := read_absence(desk, path, {"from": start, "to": end, "reason": sent.reason}):
            found.append(absence)
    return tuple(found)


def _instant(text: str, timezone: str) -> str:
    """A wall time of the form as an instant of the orders file; empty where it is none."""
    try:
        wall = datetime.fromisoformat(text)
        return write_instant(wall.astimezone(UTC) if wall.tzinfo else localise(wall, timezone))
    except (ValueError, OverflowError):
        return ""


def _week_asked(post: QueryDict, name: str, today: date) -> date:
    """The day whose week is shown: of the buttons before and after, else of the box, else today."""
    for asked in (post.get(f"{name}-week-to", ""), post.get(f"{name}-week", "")):
        try:
            day = date.fromisoformat(asked)
        except ValueError:
            continue
        if 1990 <= day.year <= 2100:
            return day
    return today


def _with_trouble(field: TimetableField) -> TimetableField:
    """The rows with what is wrong with each beside it."""
    return replace(
        field,
        rows=tuple(
            replace(row, trouble=_trouble(field.problems, f"{field.name}[{n}]"))
            for n, row in enumerate(field.rows)
        ),
        sent_exceptions=tuple(
            replace(one, trouble=_trouble(field.problems, f"{field.name}-exception[{n}]"))
            for n, one in enumerate(field.sent_exceptions)
        ),
    )


def _trouble(problems: Sequence[Problem], path: str) -> str:
    """What is wrong with one row, in words."""
    mine = [_words(one) for one in problems if (one.field or "").startswith(f"{path}.")]
    return ". ".join(dict.fromkeys(mine))


def _words(problem: Problem) -> str:
    """A problem as the form says it: of what is only chosen or typed here, in its own words."""
    if problem.type in FORM_WORDS:
        return FORM_WORDS[problem.type]
    return f"{problem.message[:1].upper()}{problem.message[1:]}: {problem.action}"


def _input_of(problem: Problem, name: str) -> str:
    """The id of the input that a problem is about: "hours[0].start" -> "hours-0-start"."""
    place = re.sub(r"[\[\].]+", "-", problem.field or name).strip("-")
    if place == name:
        return f"{name}-0-start"
    return f"{place}-MO" if place.endswith("-days") else place
