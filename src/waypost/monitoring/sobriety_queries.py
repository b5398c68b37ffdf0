"""What an alcohol tag was heard to read, for strips; and a requirement's sober days. No reading.

These answer `strip_queries`, which has asked `access`; they check nothing themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from waypost.clock import from_us
from waypost.devices.models import Device
from waypost.devices.values import DeviceKind
from waypost.monitoring import journals
from waypost.monitoring.models import EventCursor
from waypost.monitoring.parameter_queries import timeline
from waypost.monitoring.queries import Standing, violations_of
from waypost.orders.timetable import Window, required_windows
from waypost.orders.values import Order, PersonOrders, Requirement, RequirementKind
from waypost.positions.values import EventKind
from waypost.rules.sober_days import SoberDays, sober_days
from waypost.rules.strip import Heard, local_days, strip_of
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Certainty, JudgedViolation, RowKind

DAYS_MAX = 400  # longer than any such requirement; nobody reads further back
KINDS = frozenset({RowKind.ALCOHOL, RowKind.ALCOHOL_TAMPER})


@dataclass(frozen=True, slots=True)
class Sobriety:
    """Sober days of monitored days, since the first day of which it was asked with a tag on."""

    since: date
    days: SoberDays


@dataclass(frozen=True, slots=True)
class AlcoholTags:
    """worn: when the person wore one; last_at: its last reading; None: it gave none."""

    worn: tuple[Window, ...]
    last_at: datetime | None


def alcohol_tags_of(person: PersonOrders, to_at: datetime) -> AlcoholTags:
    """Of the kind, or having read alcohol, whatever the inventory says."""
    tags = {one.device_id for one in person.activations}
    alcohol = set(
        Device.objects.filter(reference__in=tags, kind=DeviceKind.ALCOHOL_TAG.value)
        .values_list("reference", flat=True)
    )  # fmt: skip
    last = _last_readings([one.number for one in person.activations if one.number is not None])
    spans = [
        (one.from_at, one.to_at or to_at)
        for one in person.activations
        if one.device_id in alcohol or one.number in last
    ]
    worn = tuple((start, end) for start, end in spans if start < end)
    return AlcoholTags(worn, max(last.values(), default=None))


def alcohol_heard(tags: AlcoholTags, rows: Iterable[Standing], numbers: ParameterTimeline) -> Heard:
    """What strips read. Up to the last reading it is known what was read; later only what a row
    tells."""
    known = [one.row for one in rows if one.row.kind in KINDS and not one.row.withdrawn]
    judged_to = EventCursor.objects.values_list("judged_to", flat=True).first()
    told = [tags.last_at, *(row.to_at or judged_to for row in known)]
    seen_to = max((at for at in told if at is not None), default=None)
    ends = [at for at in (seen_to, judged_to) if at is not None]
    return Heard(min(ends) if seen_to else None, seen_to, (), tags.worn, numbers)


def alcohol_rows(rows: Iterable[Standing], reference: str) -> list[tuple[int, JudgedViolation]]:
    """A requirement's own rows, and those of a sensor off the skin as time that cannot be told."""
    found = []
    for one in rows:
        if one.row.kind is RowKind.ALCOHOL_TAMPER:
            found.append((one.violation_id, replace(one.row, certainty=Certainty.CANNOT_TELL)))
        elif one.row.requirement_id == reference:
            found.append((one.violation_id, one.row))
    return found


def own_sobriety(person: PersonOrders, *, now: datetime) -> list[Sobriety]:
    """Of each alcohol requirement, as the wearer may read it."""
    asked: dict[str, list[tuple[Order, Requirement]]] = {}
    for order in person.orders:
        for one in order.requirements:
            if one.kind is RequirementKind.ALCOHOL:
                asked.setdefault(str(one.requirement_id), []).append((order, one))
    if not asked:
        return []
    tags, numbers = alcohol_tags_of(person, now), timeline()
    found = (sobriety_of(person, pairs, tags, numbers, now=now) for pairs in asked.values())
    return [one for one in found if one is not None]


def sobriety_of(
    person: PersonOrders,
    pairs: Sequence[tuple[Order, Requirement]],
    tags: AlcoholTags,
    numbers: ParameterTimeline,
    *,
    now: datetime,
) -> Sobriety | None:
    """Over all days of the requirement up to today. None: no alcohol tag was worn while it was
    asked."""
    assert person.number is not None, "a person of the store"
    asked = pairs[-1][1]
    zone = ZoneInfo(asked.timezone)
    days = local_days(now.astimezone(zone).date(), DAYS_MAX, zone.key)
    windows: list[Window] = []
    for order, requirement in pairs:
        windows += required_windows(requirement, order, days[0].from_at, days[-1].to_at)
    begins = [
        max(start, worn_from)
        for start, end in windows
        for worn_from, worn_to in tags.worn
        if max(start, worn_from) < min(end, worn_to)
    ]
    if not begins:
        return None
    first = min(begins).astimezone(zone).date()
    days = [one for one in days if one.day >= first]
    rows = [
        one
        for kind in KINDS
        for one in violations_of(
            person.number, from_at=days[0].from_at, to_at=days[-1].to_at, kind=kind,
            with_withdrawn=False,
        )
    ]  # fmt: skip
    mine = alcohol_rows(rows, str(asked.requirement_id))
    strip = strip_of(windows, mine, alcohol_heard(tags, rows, numbers), days)
    untold_max = numbers.at(now).parameters.alcohol_gap_min
    return Sobriety(first, sober_days(strip.days, untold_max=untold_max))


def _last_readings(activations: Sequence[int]) -> dict[int, datetime]:
    """The last reading of each activation that gave one."""
    found = {}
    for number, kept in journals.load(activations).items():
        at = [one.at_us for one in kept.journal.said if one.kind is EventKind.ALCOHOL_READING]
        if at:
            found[number] = from_us(max(at))
    return found
