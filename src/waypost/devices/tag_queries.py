"""What may be asked of the tag that somebody wears: how it is, how it was charged, what was before.

Everything is asked by activation, so that a tag carries nothing over from whoever wore it before:
what it said, what it was asked, what was flagged, doubted and mended belongs to the wearer of then.
No place is shown, so no purpose is asked for; every look leaves the line device:viewed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices import charging, health
from waypost.devices.charging import Day, Said, Session
from waypost.devices.estate_signs import WornTag, signs_of
from waypost.devices.health import Expected, Finding, Signs
from waypost.devices.models import (
    ClockCorrection,
    ClockDoubt,
    Device,
    DeviceCommand,
    DeviceFlag,
    SignsCursor,
)
from waypost.devices.signs import BATTERY, percent_of
from waypost.orders.models import Activation
from waypost.orders.queries import case_of
from waypost.positions.queries import events_between
from waypost.positions.schema import SetAside
from waypost.positions.values import EventKind

CHARGING_DAYS = 14
COMMANDS_SHOWN = 20
BEHIND_AFTER = timedelta(minutes=5)  # the worker judges each minute


@dataclass(frozen=True, slots=True)
class ActivationSeen:
    """A device on a person, from-to, with who put it on and why it came off.

    device_id   of the inventory's page; None where the inventory does not know it
    """

    activation_id: int
    person_id: int
    person: str
    device: str
    device_id: int | None
    serial: str
    from_at: datetime
    to_at: datetime | None
    fitted_by: str
    fitted_where: str
    body_site: str
    removed_why: str


@dataclass(frozen=True, slots=True)
class FlagSeen:
    """since_at: the later of its first sight and the fitting of this wearer."""

    kind: str
    since_at: datetime
    last_at: datetime
    settled_at: datetime | None
    settled_how: str


@dataclass(frozen=True, slots=True)
class CommandSeen:
    command_id: int
    kind: str
    interval_s: int | None
    status: str
    queued_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    answer: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChargingSeen:
    """The last days under this activation, oldest first."""

    from_at: datetime
    to_at: datetime
    sessions: tuple[Session, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class TagSeen:
    """The tag that a person wears now."""

    activation: ActivationSeen
    model: str
    firmware: str
    protocol: str
    signs: Signs
    expected: Expected
    findings: tuple[Finding, ...]
    charging: ChargingSeen
    flags: tuple[FlagSeen, ...]
    commands: tuple[CommandSeen, ...]
    clocks_doubted: int
    clocks_mended: int


@dataclass(frozen=True, slots=True)
class PersonsTag:
    """tag: None when none is worn. history: every activation of the person, newest first.

    behind_since   when the worker last looked at the tags, where that is long ago; else None
    """

    tag: TagSeen | None
    history: tuple[ActivationSeen, ...]
    behind_since: datetime | None = None


def persons_tag(person_id: int, by: Posted, *, now: datetime) -> PersonsTag:
    """How the person's tag is, and which they wore. Leaves the line device:viewed.

    raises   Refused or NoSuchThing (the entry point writes the refusal)
    """
    may.check(by, Permission.DEVICE_READ, case_of(person_id, now=now))
    rows = list(_activations().filter(person_id=person_id).order_by("-from_at", "-pk"))
    history = activations_seen(rows)
    lasting = [one for one in history if one.from_at <= now and _before(now, one.to_at)]
    tag = _tag(lasting[0], now) if lasting else None
    with transaction.atomic():  # opened after the reading: a transaction holds SQLite's only lock
        detail = {"activation": tag.activation.activation_id if tag else None}
        audit.record("device:viewed", by=by, at=now, about=person_id, detail=detail)
    return PersonsTag(tag, history, _behind_since(now))


def findings_of(person_id: int, *, now: datetime) -> tuple[Finding, ...]:
    """What is the matter with the person's tag, for a page that has asked "may I?" and leaves its
    own line; nothing when none is worn."""
    worn = _live_tags(person_id, now)
    return tuple(
        finding
        for one, expected in signs_of(worn, now).values()
        for finding in health.judge(one, expected, now)
    )


def signs_of_person(person_id: int, *, now: datetime) -> Signs | None:
    """What the person's tag last said of itself, for a page that has asked "may I?" and leaves its
    own line; None when none is worn."""
    worn = _live_tags(person_id, now)
    return signs_of(worn, now)[worn[-1].activation][0] if worn else None


def activations_seen(rows: Sequence[Activation]) -> tuple[ActivationSeen, ...]:
    """Activations with their fittings; the caller has asked whether each may be seen."""
    references = {row.device_reference for row in rows}
    devices = {one.reference: one for one in Device.objects.filter(reference__in=references)}
    found = []
    for row in rows:
        fitting = getattr(row, "fitting", None)
        device = devices.get(row.device_reference)
        found.append(
            ActivationSeen(
                activation_id=row.pk,
                person_id=row.person_id,
                person=row.person.full_name or row.person.reference,
                device=row.device_reference,
                device_id=device.pk if device else None,
                serial=(device.serial or "") if device else "",
                from_at=row.from_at,
                to_at=row.to_at,
                fitted_by=fitting.fitted_by_name if fitting else "",
                fitted_where=fitting.fitted_where if fitting else "",
                body_site=fitting.body_site if fitting else "",
                removed_why=fitting.removed_why if fitting else "",
            )
        )
    return tuple(found)


def charging_of(activation: int, from_at: datetime, to_at: datetime) -> ChargingSeen:
    """How the tag was charged in [from_at, to_at) under this activation alone."""
    rows = events_between([activation], from_at, to_at).select(
        ["measured_at", "kind", "attributes", "set_aside"]
    )
    said = [
        Said(row["measured_at"], _battery_kind(kind), percent_of(kind, row["attributes"]))
        for row in rows.to_pylist()
        for kind in [EventKind(row["kind"])]
        if kind in BATTERY and row["set_aside"] == SetAside.USABLE
    ]
    sessions = charging.sessions_of(said, now=to_at)
    days = charging.days_of(sessions, said, from_at, to_at, zone=settings.WALL_ZONE)
    return ChargingSeen(from_at, to_at, tuple(sessions), tuple(days))


def flags_since(reference: str, fitted_at: datetime, until: datetime | None) -> list[FlagSeen]:
    """The device's flags while this wearer wore it, open ones first."""
    rows = DeviceFlag.objects.filter(device_reference=reference, last_at__gte=fitted_at)
    if until is not None:
        rows = rows.filter(first_at__lt=until)
    found = [
        FlagSeen(row.kind, max(row.first_at, fitted_at), row.last_at, row.settled_at,
                 row.settled_how)
        for row in rows.order_by("-last_at")
    ]  # fmt: skip
    return sorted(found, key=lambda flag: flag.settled_at is not None)


def commands_of(activation: int, *, limit: int = COMMANDS_SHOWN) -> tuple[CommandSeen, ...]:
    """What was asked of the tag while this person wore it, newest first."""
    rows = DeviceCommand.objects.filter(activation_id=activation).order_by("-queued_at", "-pk")
    return tuple(
        CommandSeen(row.pk, row.kind, row.interval_s, row.status, row.queued_at, row.sent_at,
                    row.answered_at, row.answer, row.reason)
        for row in rows[:limit]
    )  # fmt: skip


def _tag(worn: ActivationSeen, now: datetime) -> TagSeen:
    number = worn.activation_id
    tags = [WornTag(number, worn.person_id, worn.device, worn.from_at)]
    signs, expected = signs_of(tags, now)[number]
    device = Device.objects.filter(reference=worn.device).first()
    since = max(now - timedelta(days=CHARGING_DAYS - 1), worn.from_at)
    return TagSeen(
        activation=worn,
        model=device.model if device else "",
        firmware=device.firmware if device else "",
        protocol=device.protocol if device else "",
        signs=signs,
        expected=expected,
        findings=tuple(health.judge(signs, expected, now)),
        charging=charging_of(number, since, now),
        flags=tuple(flags_since(worn.device, worn.from_at, worn.to_at)),
        commands=commands_of(number),
        clocks_doubted=ClockDoubt.objects.filter(activation_id=number, settled_at=None).count(),
        clocks_mended=ClockCorrection.objects.filter(activation_id=number).count(),
    )


def _behind_since(now: datetime) -> datetime | None:
    judged_at = SignsCursor.objects.values_list("judged_at", flat=True).first()
    return judged_at if judged_at is not None and now - judged_at > BEHIND_AFTER else None


def _live_tags(person_id: int, now: datetime) -> list[WornTag]:
    rows = Activation.objects.filter(person_id=person_id, from_at__lte=now).order_by("from_at")
    return [
        WornTag(row.pk, person_id, row.device_reference, row.from_at)
        for row in rows
        if _before(now, row.to_at)
    ]


def _activations() -> QuerySet[Activation]:
    return Activation.objects.select_related("person", "fitting")


def _battery_kind(kind: EventKind) -> EventKind:
    """A warning of low battery is a level, as far as charging goes."""
    edges = {EventKind.CHARGING_STARTED, EventKind.CHARGING_ENDED}
    return kind if kind in edges else EventKind.BATTERY_LEVEL


def _before(now: datetime, to_at: datetime | None) -> bool:
    return to_at is None or now < to_at
