"""Fitting as its pages show it: rows with clocks, one person's tag, the tag's first words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from waypost.clock import read_instant
from waypost.devices.after_fitting import FittingRecord
from waypost.devices.first_fix import FirstFix
from waypost.devices.fitting import Attempt, ToFit, ToRemove
from waypost.devices.tasks import PersonFitting
from waypost.devices.values import VisitOutcome, VisitPurpose
from waypost.orders.timetable import Window
from waypost.orders.values import PersonOrders, RequirementKind
from waypost.orders.words import timetable_words
from waypost.positions.tracks import GAP, TrackRow
from waypost.units import Mechanism
from waypost.web.presenters.shapes import area_of, zones_of
from waypost.web.presenters.whereabouts import MECHANISM_SIGNS
from waypost.web.templatetags.waypost import length, local, metres, when_words

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
QUICK = timedelta(minutes=2)  # outdoors, most tags have a place by then
SLOW = timedelta(minutes=10)


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
    kind = task.order.kind.value.replace("_", " ")
    return _row(
        task,
        now,
        order=f"{kind[:1].upper()}{kind[1:]} {task.order.order_id}",
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


def check_words(found: FirstFix, *, now: datetime) -> dict[str, Any]:
    """How the check stands: a headline, what to try, the tag's own state."""
    return {
        "state": _state(found),
        "headline": _headline(found),
        "tries": _tries(found, now),
        "waited": f"{length(now - found.fitted_at)} since fitting",
        "heard": f"{length(now - found.heard_at)} ago" if found.heard_at else "never",
        "battery": _battery(found),
        "first": found.first,
        "seen_at": found.seen_at,
    }


def check_data(found: FirstFix, person: PersonOrders | None, *, now: datetime) -> dict[str, Any]:
    """What the page's script reads; zones only the first time."""
    words = check_words(found, now=now)
    return {
        "state": words["state"],
        "headline": words["headline"],
        "tries": words["tries"],
        "waited": words["waited"],
        "fitted_s": found.fitted_at.timestamp(),
        "heard": words["heard"],
        "battery": words["battery"],
        "position": found.position,
        "fixes": [_fix(one) for one in reversed(found.fixes)],
        "rows": check_rows(found),
        "zones": _zones(person) if person is not None else [],
        "joined_s": GAP.total_seconds(),
    }


def check_rows(found: FirstFix) -> list[list[str]]:
    """The table beside the map, newest first."""
    return [
        [
            f"{local(one.measured_at):%H:%M:%S}",
            MECHANISM_SIGNS[one.mechanism][1],
            metres(one.accuracy_m),
            f"{one.lat:.5f}, {one.lon:.5f}",
            one.words.capitalize(),
        ]
        for one in found.fixes
    ]


def form_time(at: datetime) -> str:
    return local(at).strftime(FORM_TIME)


def read_form_time(text: str) -> datetime:
    """An instant: with its offset, or London wall time as forms send it. ValueError otherwise."""
    wall = datetime.fromisoformat(text.strip())
    if wall.tzinfo is not None:
        return read_instant(text.strip())
    return wall.replace(tzinfo=ZoneInfo(settings.WALL_ZONE)).astimezone(UTC)


def _state(found: FirstFix) -> str:
    if not found.live:
        return "sealed"
    if found.first is not None:
        return "fix"
    return "aside" if found.fixes else "contact" if _has_spoken(found) else "silent"


def _headline(found: FirstFix) -> str:
    first = found.first
    if first is not None:
        took = length(max(first.received_at - found.fitted_at, timedelta(0)))
        known = first.mechanism is not Mechanism.UNKNOWN
        how = f" by {MECHANISM_SIGNS[first.mechanism][1]}" if known else ""
        return f"The tag has a place{how}: within {metres(first.accuracy_m)}, after {took}."
    return {
        "sealed": "No order is live, so what the tag says is sealed and shown to nobody.",
        "aside": "The tag has sent a place, but none that can be used yet.",
        "contact": "The tag speaks, but has no place yet.",
        "silent": "Nothing yet.",
    }[_state(found)]


def _tries(found: FirstFix, now: datetime) -> list[str]:
    """What to do while nothing usable comes, by how long it has been."""
    state, waited = _state(found), now - found.fitted_at
    if state in {"fix", "sealed"}:
        return []
    if waited < QUICK:
        return ["Most tags have a place within two minutes outdoors."]
    tries = ["Take the person to a window or, better, outdoors, for a few minutes."]
    if state == "silent":
        tries += [
            "Check that the tag is switched on and charged: put it on the charger for a moment.",
            "Check the number on the label against the one above.",
            "Check that a mobile telephone has signal here.",
        ]
    if state == "aside":
        tries.append("The table says why each place was set aside.")
    if waited >= SLOW:
        tries.append("Change it for another tag, or ring the monitoring centre.")
    return tries


def _has_spoken(found: FirstFix) -> bool:
    heard = found.heard_at
    return bool(found.events) or (heard is not None and heard >= found.fitted_at)


def _battery(found: FirstFix) -> str:
    if found.battery_percent is None:
        return "not stated yet"
    return f"{found.battery_percent:.0f} %"


def _fix(one: TrackRow) -> dict[str, Any]:
    sign, word = MECHANISM_SIGNS[one.mechanism]
    return {
        "t": one.measured_at.timestamp(),
        "lat": round(one.lat, 6),
        "lon": round(one.lon, 6),
        "r95_m": round(one.accuracy_m, 1),
        "mechanism": sign,
        "used": one.used,
        "words": f"{local(one.measured_at):%H:%M:%S %Z}, {word}, within {metres(one.accuracy_m)}",
    }


def _zones(person: PersonOrders) -> list[dict[str, Any]]:
    """The person's zones, and where they were to be for the fitting."""
    return zones_of(person) + [
        {"meaning": "in", "label": f"Fitting {one.requirement_id}",
         "requirement": one.requirement_id, "geometry": area_of(zone)}
        for order in person.orders
        for one in order.requirements
        if one.kind is RequirementKind.FITTING
        for zone in one.zones
    ]  # fmt: skip
