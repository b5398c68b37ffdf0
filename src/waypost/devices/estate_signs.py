"""The signs of worn tags, gathered from the records for judging: some statements for any number.

    worn_now(now, ...)          the activations that are live, as few columns as judging needs
    signs_of(worn, now)         activation -> (its Signs, what to expect of its model)

Everything is asked by activation, and a device's flags only as far as they were raised while this
person wore it: nothing of whoever wore the tag before comes along.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TypeVar

from django.db.models import Count, Min, Q, QuerySet

from waypost.devices import cadence
from waypost.devices.cadence import Learnt
from waypost.devices.health import REPLACED_WITHIN, Expected, Signs
from waypost.devices.lifecycle import Status
from waypost.devices.models import Cadence, ClockDoubt, Device, DeviceFlag, Pairing, TagSigns
from waypost.devices.signs import TagSays
from waypost.orders.models import Activation

Id = TypeVar("Id", int, str)
AT_ONCE = 500  # ids in one statement, within what SQLite takes
UNKNOWN: tuple[str, str, datetime | None, str] = (Status.FITTED.value, "", None, "")
SAYS = [one.name for one in fields(TagSays)]


@dataclass(frozen=True, slots=True)
class WornTag:
    activation: int
    person_id: int
    device_id: str
    fitted_at: datetime


def live(now: datetime) -> QuerySet[Activation]:
    """Activations that last now."""
    return Activation.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)


def worn_now(now: datetime, *, person_ids: Collection[int] | None = None) -> list[WornTag]:
    """The tags worn now, by activation; of these persons alone, or of everybody."""
    rows = live(now).order_by("pk")
    if person_ids is not None:
        rows = rows.filter(person_id__in=person_ids)
    return [
        WornTag(*row) for row in rows.values_list("pk", "person_id", "device_reference", "from_at")
    ]


def signs_of(worn: Sequence[WornTag], now: datetime) -> dict[int, tuple[Signs, Expected]]:
    """By activation. Of the whole estate, or of a few."""
    few = worn if len(worn) <= AT_ONCE else None
    said = tag_says([one.activation for one in worn] if few else None)
    devices = _devices([one.device_id for one in few] if few else None)
    doubts, flags, lately, learnt = _doubts(), _flags(), _lately(now), learnt_by_model()
    moved = _moved_units()
    found = {}
    for one in worn:
        says = said.get(one.activation, TagSays())
        status, model, heard_at, kind = devices.get(one.device_id, UNKNOWN)
        flagged = [at for at, last in flags.get(one.device_id, ()) if last >= one.fitted_at]
        signs = Signs(
            fitted_at=one.fitted_at,
            contact_at=_contact_at(says, heard_at, one.fitted_at),
            fix_at=says.fix_at,
            battery_percent=says.battery_percent,
            battery_at=says.battery_at,
            charging_since=says.charging_since,
            jammed_since=says.jammed_since,
            clock_wrong_since=doubts.get(one.activation),
            home_unit_moved_since=moved.get(one.person_id),
            flagged_since=max(min(flagged), one.fitted_at) if flagged else None,
            devices_lately=lately.get(one.person_id, 0),
            in_step=status == Status.FITTED,
        )
        found[one.activation] = (signs, cadence.expected_of(model, learnt, kind))
    return found


def tag_says(activations: Collection[int] | None) -> dict[int, TagSays]:
    """What is kept of what tags said, by activation; all of it: None."""
    rows = TagSigns.objects.values_list("activation_id", *SAYS)
    if activations is None:
        return {row[0]: TagSays(*row[1:]) for row in rows}
    return {
        row[0]: TagSays(*row[1:])
        for some in in_chunks(sorted(activations))
        for row in rows.filter(activation_id__in=some)
    }


def learnt_by_model() -> dict[str, Learnt]:
    """What was learnt of each model."""
    rows = Cadence.objects.values_list(
        "model", "fix_s", "contact_s", "upload_lag_s", "tags", "gaps"
    )
    return {row[0]: Learnt(*row) for row in rows}


def in_chunks(ids: Sequence[Id]) -> Iterable[Sequence[Id]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _contact_at(says: TagSays, heard_at: datetime | None, fitted_at: datetime) -> datetime | None:
    """The later of what the worker read in the log and what the gateway noted of the device, if
    that was since the fitting: a worker that is behind makes no tag silent."""
    noted = heard_at if heard_at is not None and heard_at >= fitted_at else None
    return max((at for at in (says.contact_at, noted) if at is not None), default=None)


def _devices(
    references: Collection[str] | None,
) -> dict[str, tuple[str, str, datetime | None, str]]:
    """Status, model, last contact and kind by the tag's own id."""
    rows = Device.objects.values_list("reference", "status", "model", "last_heard_at", "kind")
    if references is not None:
        rows = rows.filter(reference__in=references)
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def _doubts() -> dict[int, datetime]:
    """Activations whose clock is doubted, since when."""
    open_ones = ClockDoubt.objects.filter(settled_at=None)
    rows = open_ones.values_list("activation_id").annotate(at=Min("first_received_at"))
    return dict(rows.values_list("activation_id", "at"))


def _moved_units() -> dict[int, datetime]:
    """Persons of whom a home unit that stands was moved, since when."""
    rows = Pairing.objects.filter(to_at=None, moved_at__isnull=False).values_list("person_id")
    return dict(rows.annotate(at=Min("moved_at")))


def _flags() -> dict[str, list[tuple[datetime, datetime]]]:
    """(first, last) of the open flags, by the tag's own id."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    rows = DeviceFlag.objects.filter(settled_at=None)
    for reference, first, last in rows.values_list("device_reference", "first_at", "last_at"):
        found.setdefault(reference, []).append((first, last))
    return found


def _lately(now: datetime) -> dict[int, int]:
    """How many devices were put on each person within REPLACED_WITHIN."""
    rows = Activation.objects.filter(from_at__gt=now - REPLACED_WITHIN, from_at__lte=now)
    counted = rows.values("person_id").annotate(devices=Count("device_reference", distinct=True))
    return dict(counted.values_list("person_id", "devices"))
