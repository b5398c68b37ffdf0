"""What may be asked of the estate of devices: the inventory, what is the matter with whom, counts.

The inventory is open to those who keep stock; what is the matter with a worn tag says something of
its wearer, and is shown to those who may read devices of that person. Lists and counts come from
the findings that the worker keeps (estate_watch.py); `judged_at` says as of when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Reach
from waypost.devices.cadence import Learnt
from waypost.devices.estate_signs import learnt_by_model, live
from waypost.devices.health import FindingKind
from waypost.devices.lifecycle import Status
from waypost.devices.models import Device, SignsCursor, TagFinding
from waypost.orders.models import Activation
from waypost.orders.queries import named_person_ids, visible_person_ids

ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is asked for; "" is all. text: part of a serial or of the id it reports."""

    text: str = ""
    status: Status | None = None
    finding: FindingKind | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device on the list. findings: of its wearer's tag, where the asker may know; no person."""

    device_id: int
    reference: str
    serial: str
    kind: str
    model: str
    status: Status
    heard_at: datetime | None
    findings: tuple[FindingKind, ...]


@dataclass(frozen=True, slots=True)
class Estate:
    """One page of the list, and the figures above it.

    worn, by_finding   of tags worn now by persons whom the asker may know of; None without leave
    """

    lines: tuple[DeviceLine, ...]
    found: int
    page: int
    pages: int
    by_status: tuple[tuple[Status, int], ...]
    worn: int | None
    by_finding: tuple[tuple[FindingKind, int], ...]
    judged_at: datetime | None
    learnt: tuple[Learnt, ...]


@transaction.atomic
def estate(by: Posted, sought: Sought, *, now: datetime) -> Estate:
    """A page of the inventory with the estate's health. Leaves a line. Refused without leave."""
    may.check(by, Permission.DEVICE_STOCK)
    healthy = may.decide(by, Permission.DEVICE_READ).allowed
    known = known_activations(by, now=now) if healthy else Activation.objects.none()
    chosen = _chosen(sought, known)
    found = chosen.count()
    pages = max(1, -(-found // ROWS_A_PAGE))
    page = min(max(sought.page, 1), pages)
    start = (page - 1) * ROWS_A_PAGE
    rows = list(chosen.order_by("reference")[start : start + ROWS_A_PAGE])
    shown = Estate(
        lines=_lines(rows, known),
        found=found,
        page=page,
        pages=pages,
        by_status=_by_status(),
        worn=known.count() if healthy else None,
        by_finding=_by_finding(known) if healthy else (),
        judged_at=SignsCursor.objects.values_list("judged_at", flat=True).first(),
        learnt=tuple(learnt_by_model().values()),
    )
    audit.record("device:listed", by=by, at=now, detail={"rows": len(rows), "found": found})
    return shown


def known_activations(by: Posted, *, now: datetime) -> QuerySet[Activation]:
    """Activations that last, of persons whose devices the asker may read about.

    Says the same as `visible_person_ids`, which would name 20,000 persons one by one where some
    of them are known to named staff alone.
    """
    if by.is_machine:
        return live(now)
    if may.reach(by, Permission.DEVICE_READ) is Reach.ALL:
        return live(now).filter(
            Q(person__limited=False) | Q(person_id__in=named_person_ids(by, now=now))
        )
    ids = visible_person_ids(by, Permission.DEVICE_READ, now=now)
    return live(now) if ids is None else live(now).filter(person_id__in=ids)


def _chosen(sought: Sought, known: QuerySet[Activation]) -> QuerySet[Device]:
    rows = Device.objects.all()
    if sought.text:
        rows = rows.filter(Q(reference__icontains=sought.text) | Q(serial__icontains=sought.text))
    if sought.status is not None:
        rows = rows.filter(status=sought.status)
    if sought.finding is not None:
        marked = known.filter(findings__kind=sought.finding)
        rows = rows.filter(reference__in=marked.values("device_reference"))
    return rows


def _lines(rows: Sequence[Device], known: QuerySet[Activation]) -> tuple[DeviceLine, ...]:
    names = [row.reference for row in rows]
    found: dict[str, list[FindingKind]] = defaultdict(list)
    marks = TagFinding.objects.filter(activation__in=known.filter(device_reference__in=names))
    for name, kind in marks.values_list("activation__device_reference", "kind"):
        found[name].append(FindingKind(kind))
    order = list(FindingKind)
    return tuple(
        DeviceLine(
            row.pk, row.reference, row.serial or "", row.kind, row.model, Status(row.status),
            row.last_heard_at, tuple(sorted(found[row.reference], key=order.index)),
        )
        for row in rows
    )  # fmt: skip


def _by_status() -> tuple[tuple[Status, int], ...]:
    counted = dict(
        Device.objects.values("status").annotate(n=Count("pk")).values_list("status", "n")
    )
    return tuple((one, counted.get(one, 0)) for one in Status)


def _by_finding(known: QuerySet[Activation]) -> tuple[tuple[FindingKind, int], ...]:
    """How many worn tags each is the matter with, the gravest first."""
    marks = TagFinding.objects.filter(activation__in=known)
    counted = dict(marks.values("kind").annotate(n=Count("pk")).values_list("kind", "n"))
    return tuple((kind, counted.get(kind, 0)) for kind in FindingKind)
