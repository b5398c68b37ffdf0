"""A person's requirements through the last days, as strips. No place is in them.

Asks `access` as the person's page does; the same few statements whatever was asked and found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.monitoring.models import Cursor, Dirty, PersonState, Silence
from waypost.monitoring.parameter_queries import timeline
from waypost.monitoring.queries import Standing, is_of_tag, violations_of
from waypost.monitoring.sobriety_queries import (
    Sobriety,
    alcohol_heard,
    alcohol_rows,
    alcohol_tags_of,
    sobriety_of,
)
from waypost.orders.queries import case_of, person_orders
from waypost.orders.timetable import Window, required_windows
from waypost.orders.values import Order, PersonOrders, Requirement, RequirementKind
from waypost.rules.fold import State
from waypost.rules.strip import Day, Heard, Strip, local_days, strip_of, tag_strip_of
from waypost.rules.values import JudgedViolation, RowKind

DAYS = 14
NO_STRIP = frozenset({RequirementKind.FITTING})  # asked of who fits the tag, judged by nobody


@dataclass(frozen=True, slots=True)
class RequirementStrip:
    """sobriety   of an alcohol requirement, over all its days; None: no alcohol tag was worn yet"""

    requirement_id: str
    kind: RequirementKind
    timezone: str
    strip: Strip
    sobriety: Sobriety | None = None


@dataclass(frozen=True, slots=True)
class PersonStrips:
    """Everything of one person, for the days asked about.

    again_from   fixes that came late wait to be judged: from then on it may yet change
    tag          None where no state of a tag is judged for this person
    violations   rows that touch these days, withdrawn ones too, earliest first
    """

    person_id: int
    judged_to: datetime | None
    again_from: datetime | None
    requirements: tuple[RequirementStrip, ...]
    tag: Strip | None
    violations: tuple[Standing, ...]


def person_strips(
    person_id: int,
    *,
    by: Posted,
    now: datetime,
    last: date | None = None,
    count: int = DAYS,
    only: str | None = None,
    person: PersonOrders | None = None,
) -> PersonStrips:
    """The strips of `count` local days up to `last` (today).

    only     one requirement's reference
    person   their orders, where the caller has them already
    raises   Refused or NoSuchThing
    """
    may.check(by, Permission.PERSON_READ, case_of(person_id, now=now))
    person = person or person_orders([person_id])[0]
    asked = {
        reference: pairs
        for reference, pairs in _by_reference(person).items()
        if only in (None, reference)
    }
    zones = {reference: pairs[-1][1].timezone for reference, pairs in asked.items()}
    days = {
        zone: local_days(last or now.astimezone(ZoneInfo(zone)).date(), count, zone)
        for zone in {*zones.values(), settings.WALL_ZONE}
    }
    from_at = min(one[0].from_at for one in days.values())
    to_at = max(one[-1].to_at for one in days.values())
    violations = violations_of(person_id, from_at=from_at, to_at=to_at)
    heard = _heard(person_id, person, from_at, to_at)
    strips = (
        _sober_strip(reference, pairs, violations, heard, days[zones[reference]], person, now)
        if pairs[-1][1].kind is RequirementKind.ALCOHOL
        else _strip(reference, pairs, violations, heard, days[zones[reference]])
        for reference, pairs in asked.items()
    )
    of_tag = [one for one in violations if is_of_tag(one.row)]
    return PersonStrips(
        person_id=person_id,
        judged_to=heard.judged_to,
        again_from=Dirty.objects.filter(person_id=person_id)
        .values_list("earliest_at", flat=True)
        .first(),
        requirements=tuple(one for one in strips if one is not None),
        tag=tag_strip_of(_rows(of_tag), heard, days[settings.WALL_ZONE]) if of_tag else None,
        violations=tuple(violations),
    )


def _by_reference(person: PersonOrders) -> dict[str, list[tuple[Order, Requirement]]]:
    """Every version of each requirement, in the order they bind."""
    found: dict[str, list[tuple[Order, Requirement]]] = {}
    for order in person.orders:
        for requirement in order.requirements:
            # Whether the other's device was heard is not told here: no strip can say kept.
            if requirement.kind not in NO_STRIP and requirement.around is None:
                found.setdefault(str(requirement.requirement_id), []).append((order, requirement))
    return found


def _strip(
    reference: str,
    pairs: Sequence[tuple[Order, Requirement]],
    violations: Sequence[Standing],
    heard: Heard,
    days: Sequence[Day],
) -> RequirementStrip | None:
    """None when it asks nothing in these days."""
    windows = _windows(pairs, days)
    if not windows:
        return None
    mine = [
        one
        for one in violations
        if one.row.requirement_id == reference
        and one.row.kind is not RowKind.EXCLUSION_WARNING  # being near the zone breaks nothing
    ]
    asked = pairs[-1][1]
    strip = strip_of(windows, _rows(mine), heard, days)
    return RequirementStrip(reference, asked.kind, asked.timezone, strip)


def _sober_strip(
    reference: str,
    pairs: Sequence[tuple[Order, Requirement]],
    violations: Sequence[Standing],
    heard: Heard,
    days: Sequence[Day],
    person: PersonOrders,
    now: datetime,
) -> RequirementStrip | None:
    """Of an alcohol requirement: by what its tag read, with the sober days of all its days."""
    windows = _windows(pairs, days)
    if not windows:
        return None
    asked = pairs[-1][1]
    tags = alcohol_tags_of(person, days[-1].to_at)
    read = alcohol_heard(tags, violations, heard.numbers)
    strip = strip_of(windows, alcohol_rows(violations, reference), read, days)
    sobriety = sobriety_of(person, pairs, tags, heard.numbers, now=now)
    return RequirementStrip(reference, asked.kind, asked.timezone, strip, sobriety)


def _windows(pairs: Sequence[tuple[Order, Requirement]], days: Sequence[Day]) -> list[Window]:
    windows: list[Window] = []
    for order, requirement in pairs:
        windows += required_windows(requirement, order, days[0].from_at, days[-1].to_at)
    return windows


def _rows(violations: Iterable[Standing]) -> list[tuple[int, JudgedViolation]]:
    return [(one.violation_id, one.row) for one in violations]


def _heard(person_id: int, person: PersonOrders, from_at: datetime, to_at: datetime) -> Heard:
    """What was heard of the person's tag; nothing is judged of one who has no state yet."""
    silences = Silence.objects.filter(
        person_id=person_id, to_at__gt=from_at, from_at__lt=to_at
    ).values_list("from_at", "to_at")
    state = PersonState.objects.filter(person_id=person_id).first()
    worn = [(span.from_at, span.to_at or to_at) for span in person.activations]
    return Heard(
        judged_to=Cursor.objects.values_list("judged_to", flat=True).first() if state else None,
        seen_to=_seen_to(state) if state else None,
        silences=list(silences),
        worn=[(start, end) for start, end in worn if start < end],
        numbers=timeline(),
    )


def _seen_to(record: PersonState) -> datetime | None:
    """The last usable fix; of a state that another version wrote, the last fix of any kind."""
    try:
        return State.from_bytes(bytes(record.state)).seen_to
    except ValueError:
        return record.folded_to
