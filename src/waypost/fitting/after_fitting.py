"""What follows a fitting: the first fix is seen, the notice is given; and the record of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from waypost.access import audit, may
from waypost.access.queries import was_recorded
from waypost.access.values import Permission, Posted, Purpose
from waypost.devices.models import Device, Fitting, QuarantinedMessage
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.fitting.first_fix import CHECK_LASTS, LINE, NO_SUCH_TAG
from waypost.fitting.first_fix import look_again as look
from waypost.fitting.fitting_records import orders_of
from waypost.fitting.induction import HOW_GIVEN, Notice, notice_for
from waypost.orders.models import Activation
from waypost.orders.queries import case_of
from waypost.orders.values import PersonOrders

LANGUAGE_MAX, HOW_MAX = 40, 200


@dataclass(frozen=True, slots=True)
class FittingRecord:
    """How an activation began and ended, as far as it was written down."""

    activation_id: int
    person: PersonOrders
    device_reference: str
    serial: str
    from_at: datetime
    to_at: datetime | None
    fitted_by_name: str
    fitted_where: str
    body_site: str
    removed_why: str
    first_fix_seen_at: datetime | None
    induction_at: datetime | None
    induction_language: str
    induction_how: str
    induction_sha256: str
    unplaced: int  # messages it sent since it was put on, kept for an officer: recorded later

    @property
    def person_id(self) -> int:
        return self.person.number or 0

    @property
    def notice(self) -> Notice:
        return notice_for(
            self.person,
            device_id=self.serial or self.device_reference,
            fitted_at=self.from_at,
            zone=settings.WALL_ZONE,
        )


def fitting_record(
    activation_id: int, *, by: Posted, now: datetime, watched: bool = False
) -> FittingRecord:
    """The record; also of a tag whose fitting was imported. Leaves the line fitting:viewed.

    watched   the caller has just left the line of a fitting check, which says more
    raises    Refused, NoSuchThing
    """
    activation = _allowed(activation_id, by, now)
    record = _record(activation)
    if watched:
        return record
    with transaction.atomic():
        audit.record(
            "fitting:viewed", by=by, at=now, about=activation.person_id,
            detail={"activation": activation_id},
        )  # fmt: skip
    return record


def confirm_first_fix(activation_id: int, *, by: Posted, now: datetime) -> datetime:
    """Write down that an officer saw the tag's place and found it right; when it was first so.

    raises   Refused when no fix has come that could be judged, or nobody looked
    """
    activation = _allowed(activation_id, by, now)
    if not was_recorded(LINE, by, activation.person_id, since=now - CHECK_LASTS):
        raise Refused("Look at the map of this fitting first.")
    if look(activation_id, after=0, by=by, now=now).first is None:
        raise Refused("No usable fix has come from this tag since it was fitted.")
    with transaction.atomic():  # opened after the reading: a transaction holds SQLite's only lock
        row, _ = Fitting.objects.get_or_create(
            activation=activation, defaults={"device": _device(activation, now)}
        )
        if row.first_fix_seen_at is not None:
            return row.first_fix_seen_at
        Fitting.objects.filter(pk=row.pk, first_fix_seen_at=None).update(first_fix_seen_at=now)
        audit.record(
            "fitting:first_fix_seen", by=by, at=now, about=activation.person_id,
            purpose=Purpose.FITTING, detail={"activation": activation_id},
        )  # fmt: skip
    return now


@transaction.atomic
def give_notice(
    activation_id: int,
    *,
    sha256: str,
    language: str,
    how: str,
    by: Posted,
    now: datetime,
) -> None:
    """Write down that the notice was given: which words, in which language, how.

    sha256   of the notice that the officer had before them
    raises   Conflict when the orders have changed since, so that the notice says something else
    """
    activation = _allowed(activation_id, by, now)
    record = _record(activation)
    if how not in HOW_GIVEN:
        raise Refused("Choose how the notice was given.")
    if not language.strip():
        raise Refused("Choose the language in which the notice was given.")
    if sha256 != record.notice.sha256:
        raise Conflict(
            "The person's orders have changed since this notice was shown; read them the new one."
        )
    Fitting.objects.update_or_create(
        activation=activation,
        defaults={
            "induction_at": now,
            "induction_language": language.strip()[:LANGUAGE_MAX],
            "induction_how": how[:HOW_MAX],
            "induction_sha256": sha256,
        },
        create_defaults={
            "device": _device(activation, now),
            "induction_at": now,
            "induction_language": language.strip()[:LANGUAGE_MAX],
            "induction_how": how[:HOW_MAX],
            "induction_sha256": sha256,
        },
    )
    audit.record(
        "fitting:notice_given", by=by, at=now, about=activation.person_id,
        detail={"activation": activation_id, "sha256": sha256, "how": how},
    )  # fmt: skip


def _allowed(activation_id: int, by: Posted, now: datetime) -> Activation:
    activation = Activation.objects.filter(pk=activation_id).first()
    if activation is None:
        raise NoSuchThing(NO_SUCH_TAG)
    case = case_of(activation.person_id, now=now)
    may.check(by, Permission.DEVICE_FIT, case, absent=NO_SUCH_TAG)
    return activation


def _record(activation: Activation) -> FittingRecord:
    row = Fitting.objects.filter(pk=activation.pk).first()
    device = Device.objects.filter(reference=activation.device_reference).first()
    said = row if row is not None else Fitting()
    return FittingRecord(
        activation_id=activation.pk,
        person=orders_of(activation.person_id),
        device_reference=activation.device_reference,
        serial=(device.serial or "") if device else "",
        from_at=activation.from_at,
        to_at=activation.to_at,
        fitted_by_name=said.fitted_by_name,
        fitted_where=said.fitted_where,
        body_site=said.body_site,
        removed_why=said.removed_why,
        first_fix_seen_at=said.first_fix_seen_at,
        induction_at=said.induction_at,
        induction_language=said.induction_language,
        induction_how=said.induction_how,
        induction_sha256=said.induction_sha256,
        unplaced=_unplaced(activation),
    )


def _unplaced(activation: Activation) -> int:
    rows = QuarantinedMessage.objects.filter(
        device_reference=activation.device_reference,
        received_at__gte=activation.from_at,
        settled_at=None,
    )
    return (rows.filter(received_at__lt=activation.to_at) if activation.to_at else rows).count()


def _device(activation: Activation, now: datetime) -> Device:
    """The device's record; made where an import alone had named it."""
    device, _ = Device.objects.get_or_create(
        reference=activation.device_reference, defaults={"known_at": now, "status": "fitted"}
    )
    return device
