"""What may be asked of protected persons: who is protected from whom, by named staff alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.devices.models import Device, Protection
from waypost.orders.models import Activation
from waypost.orders.queries import case_of, cases_of


@dataclass(frozen=True, slots=True)
class ProtectionSeen:
    """device: what the protected person carries now, "" for nothing; heard_at: its last contact."""

    protection_id: int
    protected_id: int
    protected: str
    reference: str
    from_at: datetime
    to_at: datetime | None
    consent_at: datetime
    consent_how: str
    ended_why: str
    device: str
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptAway:
    """A wearer from whom somebody is protected now."""

    wearer_id: int
    wearer: str
    reference: str


@transaction.atomic
def protections_of(wearer_id: int, by: Posted, *, now: datetime) -> tuple[ProtectionSeen, ...]:
    """Whom the wearer must stay away from, as far as the asker is named staff of them; those that
    stand first. Leaves a line about each person named."""
    may.check(by, Permission.DEVICE_FIT, case_of(wearer_id, now=now))
    rows = list(
        Protection.objects.filter(wearer_id=wearer_id)
        .select_related("protected")
        .order_by("-from_at", "-pk")
    )
    cases = cases_of({row.protected_id for row in rows}, now=now)
    known = {
        person_id
        for person_id, case in cases.items()
        if may.decide(by, Permission.DEVICE_FIT, case).allowed
    }
    shown = [_seen(row, now) for row in rows if row.protected_id in known]
    for person_id in sorted(known):
        audit.record(
            "protection:viewed", by=by, at=now, about=person_id, detail={"wearer": wearer_id}
        )
    return tuple(sorted(shown, key=lambda one: one.to_at is not None))


@transaction.atomic
def kept_away_from(protected_id: int, by: Posted, *, now: datetime) -> tuple[KeptAway, ...]:
    """The wearers from whom the person is protected now, as far as the asker may see them.

    Leaves a line about the protected person, none about the wearers, who read theirs.
    """
    may.check(by, Permission.DEVICE_FIT, case_of(protected_id, now=now))
    standing = Protection.objects.filter(
        Q(to_at=None) | Q(to_at__gt=now), protected_id=protected_id
    ).select_related("wearer")
    wearers = {row.wearer_id: row.wearer for row in standing.order_by("from_at", "pk")}
    cases = cases_of(wearers, now=now)
    found = tuple(
        KeptAway(number, wearer.full_name or wearer.reference, wearer.reference)
        for number, wearer in wearers.items()
        if may.decide(by, Permission.DEVICE_FIT, cases[number]).allowed
    )
    audit.record(
        "protection:viewed", by=by, at=now, about=protected_id,
        detail={"wearers": [one.wearer_id for one in found]},
    )  # fmt: skip
    return found


def protecting_wearers(ids: Collection[int], *, now: datetime) -> frozenset[int]:
    """Which of these must keep away from a protected person now: that somebody is protected, never
    who. For the machine, which ranks alerts by it; it leaves no line."""
    standing = Protection.objects.filter(
        Q(to_at=None) | Q(to_at__gt=now), wearer_id__in=ids, from_at__lte=now
    )
    return frozenset(standing.values_list("wearer_id", flat=True))


def _seen(row: Protection, now: datetime) -> ProtectionSeen:
    person = row.protected
    carried = Activation.objects.filter(Q(to_at=None) | Q(to_at__gt=now), person=person).first()
    reference = carried.device_reference if carried else ""
    device = Device.objects.filter(reference=reference).first()
    return ProtectionSeen(
        protection_id=row.pk,
        protected_id=person.pk,
        protected=person.full_name or person.reference,
        reference=person.reference,
        from_at=row.from_at,
        to_at=row.to_at,
        consent_at=row.consent_at,
        consent_how=row.consent_how,
        ended_why=row.ended_why,
        device=reference,
        heard_at=device.last_heard_at if device else None,
    )
