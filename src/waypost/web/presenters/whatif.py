"""What-if as its pages show it: the form, what was tried in words, the hours of the week, two tries
side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from waypost.orders.shapes import measures_of
from waypost.orders.values import OrderKind, PersonOrders, Requirement, RequirementKind
from waypost.orders.words import DAY_WORDS, asks_words, metres_words, order_words, timetable_words
from waypost.orders.zone_text import zone_data
from waypost.web.presenters.timetable_field import (
    TimetableField,
    read_timetable_field,
    timetable_field,
)
from waypost.web.presenters.zone_field import ZoneField, read_zone_field, zone_field
from waypost.whatif.queries import TrySeen
from waypost.whatif.sentences import figures
from waypost.whatif.trying import KINDS
from waypost.whatif.values import Tried

LEVELS = 4  # shades of an hour of the week
KIND_WORDS: dict[RequirementKind, str] = {
    RequirementKind.EXCLUSION: "Exclusion zone: stay out",
    RequirementKind.INCLUSION: "Inclusion zone: be there",
    RequirementKind.RESTRICTION: "Restriction zone: stay within",
    RequirementKind.CURFEW: "Curfew: be at an address",
    RequirementKind.ATTENDANCE: "Attendance: come to a place",
}
KIND_CHOICES = [(kind.value, KIND_WORDS[kind]) for kind in KINDS]
ORDER_CHOICES = [
    (kind.value, order_words(kind)) for kind in OrderKind if kind is not OrderKind.PROTECTION
]


@dataclass(frozen=True, slots=True)
class Form:
    """What is to be tried, as it stands in the form."""

    kind: RequirementKind
    order_kind: OrderKind
    zone: ZoneField
    hours: TimetableField
    title: str = ""
    left_behind: tuple[str, ...] = ()  # of what it was filled from, what the form cannot hold

    @property
    def trouble(self) -> list[tuple[str, str]]:
        """What is wrong: id of the input, words."""
        return [*self.zone.trouble, *self.hours.trouble]

    @property
    def ready(self) -> bool:
        return not (self.zone.again or self.hours.again or self.trouble)

    @property
    def draft(self) -> dict[str, Any]:
        """The requirement as the orders file writes it; of a form that is ready."""
        assert self.zone.zone is not None
        data: dict[str, Any] = {
            "kind": self.kind.value,
            "zone": zone_data(self.zone.zone),
            "timetable": self.hours.timetable_data,
            "exceptions": self.hours.exceptions_data,
        }
        if self.zone.warning_m is not None:
            data["warning_m"] = self.zone.warning_m
        return data


@dataclass(frozen=True, slots=True)
class HourRow:
    """An hour of the day: for each weekday the minutes in words, and a shade from 0 to LEVELS."""

    hour: str
    cells: tuple[tuple[str, int], ...]


def empty_form(kind: RequirementKind, order_kind: OrderKind, *, now: datetime) -> Form:
    hours = None if kind is RequirementKind.EXCLUSION else ()
    return Form(
        kind, order_kind, zone_field("zone", kind=kind),
        timetable_field("hours", hours, kind=kind, order_kind=order_kind, now=now),
    )  # fmt: skip


def form_like(
    requirement: Requirement, order_kind: OrderKind, *, now: datetime, title: str = ""
) -> Form:
    """The form filled from a requirement of an order, or from a draft tried before."""
    kind = requirement.kind
    rows = requirement.timetable
    if kind is RequirementKind.ATTENDANCE and rows is None:
        rows = ()
    place = requirement.zones[0] if requirement.zones else None
    return Form(
        kind, order_kind,
        zone_field("zone", place, kind=kind, warning_m=requirement.warning_m),
        timetable_field("hours", rows, kind=kind, order_kind=order_kind, now=now,
                        timezone=requirement.timezone, exceptions=requirement.exceptions,
                        division=requirement.bank_holiday_division),
        title, _left_behind(requirement),
    )  # fmt: skip


def read_form(
    post: QueryDict, kind: RequirementKind, order_kind: OrderKind, *, now: datetime
) -> Form:
    return Form(
        kind, order_kind, read_zone_field(post, "zone", kind=kind),
        read_timetable_field(post, "hours", kind=kind, order_kind=order_kind, now=now),
        post.get("title", "").strip()[:120],
    )  # fmt: skip


def requirement_of(
    person: PersonOrders, order_reference: str, reference: str
) -> tuple[Requirement, OrderKind] | None:
    """The latest version of one of the person's requirements that can be tried."""
    found = [
        (one, order.kind)
        for order in person.orders
        if order.order_id == order_reference
        for one in order.requirements
        if one.requirement_id == reference and one.kind in KINDS and one.around is None
    ]
    return found[-1] if found else None


def draft_words(draft: Requirement) -> list[tuple[str, str]]:
    """What was tried, a label and words each."""
    rows = [("Asks", asks_words(draft)), ("Zone", _zone_words(draft))]
    rows += [("Hours", line) for line in timetable_words(draft.timetable)]
    if draft.warning_m is not None:
        ring = f"{metres_words(draft.warning_m)} around it; its warnings are not counted here"
        rows.append(("Warning ring", ring))
    if draft.exceptions:
        rows.append(("Exceptions", f"{len(draft.exceptions)}, taken out of the hours"))
    return rows


def heading(seen: TrySeen) -> str:
    return seen.title or f"{KIND_WORDS[seen.draft.kind].partition(':')[0]} tried"


def hour_rows(by_hour: Sequence[float | None]) -> list[HourRow]:
    """Hours of the day in which there was anything, Monday first; None is too few people."""
    most = max((minutes for minutes in by_hour if minutes), default=0.0)
    rows = []
    for hour in range(24):
        minutes = [by_hour[day * 24 + hour] for day in range(7)]
        if any(one is None or one > 0 for one in minutes):
            rows.append(HourRow(f"{hour:02d}:00", tuple(_cell(one, most) for one in minutes)))
    return rows


def compared(left: Tried, right: Tried) -> list[tuple[str, str, str, bool]]:
    """Label, the one's figure, the other's, and whether they differ."""
    return [
        (label, one, other, one != other)
        for (label, one), (_, other) in zip(figures(left), figures(right), strict=True)
    ]


def day_rows(tried: Tried) -> list[Mapping[str, Any]]:
    """A row for each day, with a bar as long as its share of the longest."""
    most = max((one.minutes for one in tried.by_day), default=0.0) or 1.0
    return [
        {"day": f"{one.day:%a} {one.day.day} {one.day:%b}", "alerts": one.alerts,
         "minutes": f"{one.minutes:,.0f}", "bar": round(100 * one.minutes / most)}
        for one in tried.by_day
    ]  # fmt: skip


def weekday_words() -> list[str]:
    return list(DAY_WORDS.values())


def _cell(minutes: float | None, most: float) -> tuple[str, int]:
    if minutes is None:
        return "few", 0
    if not minutes:
        return "", 0
    level = min(LEVELS, 1 + int(LEVELS * minutes / most - 1e-9))
    return ("<1" if minutes < 1 else f"{minutes:,.0f}"), level


def _zone_words(draft: Requirement) -> str:
    if not draft.zones:
        return "none"
    zone = draft.zones[0]
    if zone.radius_m is not None:
        return f"a circle with a radius of {metres_words(zone.radius_m)}"
    area = measures_of(zone).area_m2
    size = f"{area / 1e6:,.2f} km²" if area >= 1e6 else f"{area / 1e4:,.1f} ha"
    if zone.width_m is not None:
        return f"a corridor {metres_words(zone.width_m)} wide, {size}"
    return f"an area of {size}"


def _left_behind(requirement: Requirement) -> tuple[str, ...]:
    said = []
    if len(requirement.zones) > 1:
        said.append(
            f"The order names {len(requirement.zones)} places. Only the first is drawn here, so "
            "time at the others would count as away."
        )
    if requirement.appointments:
        said.append("Appointments by a rule are not carried over: write their hours below.")
    if requirement.release_day is not None:
        said.append("The hours of the day of release are not carried over.")
    return tuple(said)
