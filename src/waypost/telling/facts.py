"""What reminding depends on, from the records: some statements for any number of persons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow.compute as pc
from django.db.models import Q

from waypost.alerts.suspended import suspension_windows
from waypost.devices.clinical import windows_of
from waypost.devices.signs import percent_of
from waypost.monitoring.queries import battery_stages
from waypost.notices.queries import reachable_since
from waypost.orders.models import Person
from waypost.orders.queries import person_orders
from waypost.orders.timetable import Window
from waypost.orders.values import PersonOrders
from waypost.positions.queries import events_between
from waypost.positions.schema import SetAside
from waypost.positions.values import EventKind
from waypost.rules.values import How
from waypost.telling.deciding import BACK
from waypost.telling.lasting import lasts
from waypost.telling.models import Reminder, ReminderWish
from waypost.telling.values import Battery, Facts, Key, Kind, Step

STAGES = {How.LOW: Step.LOW, How.CRITICAL: Step.CRITICAL}
LEVELS_BACK = timedelta(hours=24)
HANDLED_BACK = BACK + timedelta(hours=1)


def reachable(person_ids: Collection[int] | None = None, *, now: datetime) -> dict[int, datetime]:
    """Wearers with a contact, and since when; of everybody: None. Protected people have theirs for
    other things."""
    since = reachable_since(person_ids, now=now)
    protected = set(Person.objects.filter(protected=True).values_list("pk", flat=True))
    return {number: at for number, at in since.items() if number not in protected}


def facts_of(person_ids: Collection[int], *, now: datetime) -> list[tuple[PersonOrders, Facts]]:
    """Of each of these who can be reached."""
    since = reachable(person_ids, now=now)
    wishes, handled = wishes_of(since), _handled(since, now)
    off, low = _off(since, now), battery_stages(since)
    found = []
    for person in person_orders(list(since)) if since else []:
        assert person.number is not None, "from the store"
        number = person.number
        wish = wishes.get(number)
        worn = [one for one in person.activations if _lasts_at(one.from_at, one.to_at, now)]
        found.append(
            (
                person,
                Facts(
                    person_id=number,
                    orders=person.orders,
                    since=max([since[number], *([wish.known_at] if wish else [])]),
                    wears_tag=bool(worn),
                    wanted=frozenset(Kind(one) for one in wish.kinds) if wish else frozenset(Kind),
                    off=tuple(off.get(number, ())),
                    battery=_battery(low.get(number), [one.number for one in worn], now),
                    handled=frozenset(handled.get(number, ())),
                ),
            )
        )
    return found


def wishes_of(person_ids: Collection[int]) -> dict[int, ReminderWish]:
    """Each one's newest."""
    rows = ReminderWish.objects.filter(person_id__in=list(person_ids)).order_by("pk")
    return {row.person_id: row for row in rows}


def _handled(person_ids: Iterable[int], now: datetime) -> dict[int, set[Key]]:
    """What was decided; of batteries, however long they are low."""
    mine = Reminder.objects.filter(person_id__in=list(person_ids))
    rows = mine.filter(Q(edge_at__gt=now - HANDLED_BACK) | Q(kind=Kind.BATTERY))
    found: dict[int, set[Key]] = defaultdict(set)
    for person_id, kind, edge_at, step in rows.values_list("person_id", "kind", "edge_at", "step"):
        found[person_id].add((Kind(kind), edge_at, Step(step)))
    return found


def _off(person_ids: Collection[int], now: datetime) -> dict[int, list[Window]]:
    found: dict[int, list[Window]] = defaultdict(list)
    for person_id, windows in suspension_windows(list(person_ids), since=now - BACK).items():
        found[person_id] += windows
    for one in windows_of(list(person_ids)):
        found[one.person_id].append((one.from_at, one.to_at))
    return found


def _battery(
    low: tuple[datetime, How] | None, worn: Sequence[int | None], now: datetime
) -> Battery | None:
    """A battery that is low; one that is empty is beyond reminding, and calls an officer."""
    if low is None or low[1] not in STAGES:
        return None
    tags = [int(one) for one in worn if one is not None]
    return Battery(low[0], STAGES[low[1]], lasts(_levels(tags, now), now))


def _levels(tags: Sequence[int], now: datetime) -> list[tuple[datetime, float]]:
    rows = events_between(tags, now - LEVELS_BACK, now)
    rows = rows.filter(pc.equal(rows["kind"], EventKind.BATTERY_LEVEL.value))
    said: list[dict[str, Any]] = rows.select(
        ["measured_at", "kind", "attributes", "set_aside"]
    ).to_pylist()
    found = [
        (row["measured_at"], percent)
        for row in said
        if row["set_aside"] == SetAside.USABLE
        and (percent := percent_of(EventKind(row["kind"]), row["attributes"])) is not None
    ]
    return sorted(found)


def _lasts_at(from_at: datetime, to_at: datetime | None, at: datetime) -> bool:
    return from_at <= at and (to_at is None or at < to_at)
