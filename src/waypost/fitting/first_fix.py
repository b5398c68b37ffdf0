"""The fitting check: does the tag that was just put on speak, and from where?

open_check   the look at whereabouts that it is, for the purpose FITTING: one audit line a check
look_again   what came since then; only for the officer who opened the check, while it lasts

A page asks again every two seconds: the log is read from where the last answer ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from waypost.access import audit, may
from waypost.access.purposes import windows
from waypost.access.queries import was_recorded
from waypost.access.values import Permission, Posted, Purpose
from waypost.devices.models import Device, Fitting
from waypost.errors import NoSuchThing, Refused
from waypost.orders.directory import ActivationDirectory
from waypost.orders.models import Activation
from waypost.orders.queries import case_of, person_orders
from waypost.positions import log, tracks
from waypost.positions.queries import events_between, fixes_between
from waypost.positions.schema import EVENTS, FIXES
from waypost.positions.tracks import Track, TrackRow

CHECK_LASTS = timedelta(minutes=30)  # one audit line covers so long a watch
CLOCK_AHEAD = timedelta(minutes=5)  # a tag's clock may run so far before ours
SHOWN_MAX = 40
ENTRIES_AT_ONCE = 2_000
LINE = "fitting:watched"
NO_SUCH_TAG = "There is no such fitting."


@dataclass(frozen=True, slots=True)
class FirstFix:
    """What the tag has said since it was fitted, newest first.

    position       of the log, up to which this was read
    heard_at       last contact of the device; None: never
    battery_percent, battery_at   None: not stated yet
    live           an order is live: else what the tag says is sealed, and nothing is shown
    """

    activation_id: int
    person_id: int
    device_reference: str
    fitted_at: datetime
    fixes: tuple[TrackRow, ...]
    events: tuple[str, ...]
    heard_at: datetime | None
    battery_percent: float | None
    battery_at: datetime | None
    position: int
    live: bool
    seen_at: datetime | None  # when an officer confirmed it

    @property
    def first(self) -> TrackRow | None:
        """The earliest fix that is judged."""
        return next((one for one in reversed(self.fixes) if one.used), None)


def open_check(activation_id: int, *, by: Posted, now: datetime) -> FirstFix:
    """What the tag has said since it was fitted; leaves the line fitting:watched.

    raises   Refused or NoSuchThing: no permission, no such fitting, not in reach
    """
    activation = _checked(activation_id, by, now)
    found = _look(activation, now, 0)
    with transaction.atomic():
        audit.record(
            LINE, by=by, at=now, about=activation.person_id, purpose=Purpose.FITTING,
            detail={"activation": activation_id, "fixes": len(found.fixes),
                    "until": (now + CHECK_LASTS).isoformat()},
        )  # fmt: skip
    return found


def look_again(activation_id: int, *, after: int, by: Posted, now: datetime) -> FirstFix:
    """What came after that position of the log. Refused without a check of one's own open."""
    activation = _checked(activation_id, by, now)
    if not was_recorded(LINE, by, activation.person_id, since=now - CHECK_LASTS):
        raise Refused("This check has run for half an hour. Open the page again to go on.")
    return _look(activation, now, after)


def _checked(activation_id: int, by: Posted, now: datetime) -> Activation:
    activation = Activation.objects.filter(pk=activation_id).first()
    if activation is None:
        raise NoSuchThing(NO_SUCH_TAG)
    case = case_of(activation.person_id, now=now)
    may.check(by, Permission.DEVICE_FIT, case, absent=NO_SUCH_TAG)
    start, _ = _window(activation, now)
    may.check_whereabouts(by, case, Purpose.FITTING, start, now, now=now)
    return activation


def _window(activation: Activation, now: datetime) -> tuple[datetime, datetime]:
    """From the fitting, at most the gateway's window back, to now and what clocks may differ."""
    start = max(activation.from_at, now - windows()[Purpose.FITTING])
    return min(start, now - timedelta(seconds=1)), now + CLOCK_AHEAD


def _look(activation: Activation, now: datetime, after: int) -> FirstFix:
    """From the log above `after`, or, at 0, from all there is."""
    start, end = _window(activation, now)
    position = log.head_position()
    number = activation.pk
    fixes, events = _news(number, after, position, start, end)
    spans = {number: ActivationDirectory(person_orders([activation.person_id])).spans(number)}
    fixes, events = (
        _since(tracks.only_live(table, spans), activation.from_at) for table in (fixes, events)
    )
    track = tracks.track_of(fixes, events, start, end)
    device = Device.objects.filter(reference=activation.device_reference).first()
    seen = Fitting.objects.filter(pk=number).values_list("first_fix_seen_at", flat=True).first()
    battery = _battery(track)
    return FirstFix(
        activation_id=number,
        person_id=activation.person_id,
        device_reference=activation.device_reference,
        fitted_at=activation.from_at,
        fixes=track.rows[::-1][:SHOWN_MAX],
        events=tuple(one.kind for one in track.events[::-1][:SHOWN_MAX]),
        heard_at=device.last_heard_at if device else None,
        battery_percent=battery[1] if battery else None,
        battery_at=battery[0] if battery else None,
        position=position,
        live=any(begin <= now < finish for begin, finish in spans[number]),
        seen_at=seen,
    )


def _news(
    number: int, after: int, head: int, start: datetime, end: datetime
) -> tuple[pa.Table, pa.Table]:
    if not after or head - after > ENTRIES_AT_ONCE:
        return fixes_between([number], start, end), events_between([number], start, end)
    entries = log.entries_after(after, limit=ENTRIES_AT_ONCE)
    return (
        _mine([one.fixes for one in entries], number, start, end, FIXES),
        _mine([one.events for one in entries], number, start, end, EVENTS),
    )


def _mine(
    tables: Sequence[pa.Table], number: int, start: datetime, end: datetime, schema: pa.Schema
) -> pa.Table:
    rows = pa.concat_tables([schema.empty_table(), *tables])
    mine = pc.field("activation") == number
    within = (pc.field("measured_at") >= _time(start)) & (pc.field("measured_at") < _time(end))
    return rows.filter(mine & within)


def _since(table: pa.Table, fitted_at: datetime) -> pa.Table:
    """What was received after the tag was put on."""
    return table.filter(pc.field("received_at") >= _time(fitted_at))


def _time(instant: datetime) -> Any:
    return pa.scalar(instant, pa.timestamp("us", tz="UTC"))


def _battery(track: Track) -> tuple[datetime, float] | None:
    """The last level that the tag stated."""
    for event in reversed(track.events):
        percent = event.attributes.get("percent")
        if isinstance(percent, int | float):
            return event.measured_at, float(percent)
    return None
