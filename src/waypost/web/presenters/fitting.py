"""Fitting as its pages show it: rows with clocks, one person's tag and visits, forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from waypost.clock import read_instant
from waypost.devices.values import VisitOutcome, VisitPurpose
from waypost.fitting.after_fitting import FittingRecord
from waypost.fitting.tasks import PersonFitting
from waypost.fitting.windows import Attempt, ToFit, ToRemove
from waypost.orders.timetable import Window
from waypost.orders.values import PersonOrders
from waypost.orders.words import order_words, timetable_words
from waypost.web.templatetags.waypost import length, local, when_words

FORM_TIME = "%Y-%m-%dT%H:%M"
BODY_SITES = ("Left ankle", "Right ankle", "Left wrist", "Right wrist", "Carried, not worn")
WHERE = ("At home", "At the probation office", "At court", "On leaving prison", "Elsewhere")
WHYS = (
    "The order has ended", "The order was varied", "Changed for another tag", "Faulty tag",
    "Health of the person", "Taken into custody", "Other reason",
)  # fmt: skip
PURPOSES = {
    VisitPurpose.FIT: "Fit a tag",
    VisitPurpose.REMOVE: "Remove the tag",
    VisitPurpose.REPAIR: "Mend or check the tag",
}
OUTCOMES = {
    VisitOutcome.NO_ACCESS: "No access",
    VisitOutcome.REFUSED: "The person refused",
    VisitOutcome.POSTPONED: "Postponed",
    VisitOutcome.WRONG_ADDRESS: "Wrong address",
    VisitOutcome.DONE: "Done",
}


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One line of either list."""

    person_id: int
    name: str
    reference: str
    area: str
    order: str
    device: str
    activation_id: int | None
    since: datetime
    clock: str
    deadline: datetime
    left: str  # "3 h 05 min left" or "overdue by 2 days"
    overdue: bool
    window: str
    open_now: bool
    attempts: int
    last: str  # of the last attempt


@dataclass(frozen=True, slots=True)
class VisitRow:
    at: datetime
    purpose: str
    outcome: str
    within: str
    reason: str
    officer_name: str


def is_sought(person: PersonOrders, sought: str, serials: Mapping[str, str]) -> bool:
    """Whether the person's name, reference, order or tag (number or label) holds these words."""
    names = [person.person_id, person.details.get("name", "")]
    names += [order.order_id for order in person.orders]
    worn = [span.device_id for span in person.activations if span.to_at is None]
    names += [*worn, *(serials.get(one, "") for one in worn)]
    return sought.casefold() in " ".join(names).casefold()


def fit_row(task: ToFit, *, now: datetime) -> TaskRow:
    return _row(
        task,
        now,
        order=f"{order_words(task.order.kind)} {task.order.order_id}",
        device="",
        activation_id=None,
        window=window_words(task.window, now=now, window_set=task.window_set),
        open_now=task.open_now(now),
    )


def remove_row(task: ToRemove, *, serial: str, now: datetime) -> TaskRow:
    coming = f"Another order begins {when_words(task.next_order)}" if task.next_order else ""
    return _row(
        task,
        now,
        order=coming,
        device=serial or task.span.device_id,
        activation_id=task.span.number,
        window="",
        open_now=False,
    )


def _row(task: ToFit | ToRemove, now: datetime, **more: Any) -> TaskRow:
    attempts = [one for one in task.attempts if one.outcome is not VisitOutcome.DONE]
    person = task.person
    return TaskRow(
        person_id=person.number or 0,
        name=person.details.get("name") or person.person_id,
        reference=person.person_id,
        area=person.details.get("area", ""),
        since=task.since,
        clock=length(now - task.since),
        deadline=task.deadline,
        left=left_words(task.deadline, now),
        overdue=task.overdue(now),
        attempts=len(attempts),
        last=_last(attempts),
        **more,
    )


def left_words(deadline: datetime, now: datetime) -> str:
    if deadline <= now:
        return f"overdue by {length(now - deadline)}"
    return f"{length(deadline - now)} left"


def window_words(window: Window | None, *, now: datetime, window_set: bool) -> str:
    """`until midnight` (it is open), `Opens Tue 3 Mar 2026, 17:00 GMT`, or that there is none."""
    if window is None:
        return "No hours are left" if window_set else "The court set no hours"
    start, end = window
    if start <= now:
        return f"until {end_words(now, end)}"
    return f"Opens {when_words(start)}"


def end_words(start: datetime, end: datetime) -> str:
    """The end of a stretch: its time alone within the day, midnight as such, else with its day."""
    there, days = local(end), (local(end).date() - local(start).date()).days
    if days == 1 and (there.hour, there.minute) == (0, 0):
        return "midnight"
    return f"{there:%H:%M}" if days == 0 else when_words(end)


def _last(attempts: Sequence[Attempt]) -> str:
    if not attempts:
        return ""
    last = attempts[-1]
    return f"{OUTCOMES[last.outcome]}: {last.reason}"


def person_words(found: PersonFitting, *, now: datetime) -> dict[str, Any]:
    """One person's page."""
    person = found.person
    asked = found.asked[1] if found.asked else None
    return {
        "person_id": person.number,
        "person": person,
        "who": person.details.get("name") or person.person_id,
        "worn": found.worn,
        "tag": found.serial or (found.worn.device_id if found.worn else ""),
        "fit": fit_row(found.to_fit, now=now) if found.to_fit else None,
        "off": remove_row(found.to_remove, serial=found.serial, now=now)
        if found.to_remove
        else None,
        "order_live": found.order_live,
        "asked": asked,
        "asked_words": timetable_words(asked.timetable) if asked else (),
        "windows": [window_line(one, now) for one in found.windows[:4]],
        "visits": [visit_row(one) for one in reversed(found.attempts)],
        "sites": BODY_SITES,
        "where": WHERE,
        "purposes": [
            (key.value, words)
            for key, words in PURPOSES.items()
            if (key is VisitPurpose.FIT) == (found.worn is None)
        ],
        "outcomes": [(key.value, words) for key, words in OUTCOMES.items()],
    }


def window_line(window: Window, now: datetime) -> str:
    start, end = window
    said = f"{when_words(start)} to {end_words(start, end)}"
    return f"{said} (open now)" if start <= now else said


def visit_row(one: Attempt) -> VisitRow:
    within = {True: "within the hours set", False: "outside the hours set", None: ""}
    return VisitRow(
        one.at, PURPOSES[one.purpose], OUTCOMES[one.outcome], within[one.in_window],
        one.reason, one.officer_name,
    )  # fmt: skip


def record_words(record: FittingRecord) -> dict[str, Any]:
    """The heading of the pages after a fitting."""
    return {
        "record": record,
        "activation_id": record.activation_id,
        "person_id": record.person_id,
        "who": record.person.details.get("name") or record.person.person_id,
        "reference": record.person.person_id,
    }


def form_time(at: datetime) -> str:
    return local(at).strftime(FORM_TIME)


def read_form_time(text: str) -> datetime:
    """An instant: with its offset, or London wall time as forms send it. ValueError otherwise."""
    wall = datetime.fromisoformat(text.strip())
    if wall.tzinfo is not None:
        return read_instant(text.strip())
    return wall.replace(tzinfo=ZoneInfo(settings.WALL_ZONE)).astimezone(UTC)
