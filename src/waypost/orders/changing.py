"""Changing one stored order by new versions, inside somebody else's transaction.

    put(...)        a requirement as it is to bind from an instant on, new or varied
    withdraw(...)   it asks nothing from an instant on
    restore(...)    it asks again what it asked before it was withdrawn
    end(...)        the order ends at an instant

Who may, and on whose decision, is for the caller (life/actions.py). Each raises the head, so that
gateway and worker read anew.
"""

from __future__ import annotations

from datetime import datetime

from waypost.errors import NoSuchThing, Refused
from waypost.orders.actions import bump_head
from waypost.orders.importing import asked_columns, write_parts
from waypost.orders.models import Order, Person, RequirementVersion
from waypost.orders.queries import requirement_as_written
from waypost.orders.values import Requirement
from waypost.orders.versions import digest
from waypost.orders.withheld import AT_WITHHELD_ACTION, AT_WITHHELD_MESSAGE, centred_on_withheld
from waypost.orders.withholding import withheld_from

NO_SUCH_REQUIREMENT = "There is no such requirement."


def current_order(person_id: int, reference: str) -> Order:
    """The newest version of the order's record. NoSuchThing when there is none."""
    rows = Order.objects.filter(person_id=person_id, reference=reference).order_by("-version")
    found = rows.first()
    if found is None:
        raise NoSuchThing("There is no such order.")
    return found


def newest(order: Order) -> dict[str, RequirementVersion]:
    """The newest version of each requirement of the order, in the order of their first."""
    rows = RequirementVersion.objects.filter(
        person_id=order.person_id, order_reference=order.reference
    )
    found: dict[str, RequirementVersion] = {}
    for row in rows.order_by("version", "pk"):
        found[row.reference] = row
    return found


def asked_by(version: RequirementVersion) -> Requirement:
    """What the version itself asks."""
    return requirement_as_written(version.pk)


def put(
    order: Order, requirement: Requirement, *, valid_from: datetime, now: datetime
) -> RequirementVersion:
    """A new version that asks this from `valid_from` on; the one before binds until then.

    raises  Refused where its place would give away an address that the wearer must not learn
    """
    _check_place(order.person_id, requirement, now)
    had = newest(order).get(requirement.requirement_id)
    row = _row(order, requirement, had, valid_from, now)
    row.added = True if had is None else had.added and valid_from == had.valid_from
    row.save()
    write_parts([(row, requirement)], now)
    bump_head()
    return row


def withdraw(
    order: Order, version: RequirementVersion, *, valid_from: datetime, now: datetime
) -> RequirementVersion:
    """A version by which the requirement asks nothing from `valid_from` on."""
    row = RequirementVersion(
        person_id=version.person_id, order_reference=version.order_reference,
        reference=version.reference, version=version.version + 1, kind=version.kind,
        timezone=version.timezone, from_at=version.from_at, to_at=version.to_at,
        valid_from=valid_from, known_at=now, digest=version.digest, withdrawn=True,
    )  # fmt: skip
    row.save()
    bump_head()
    return row


def restore(
    order: Order, version: RequirementVersion, *, valid_from: datetime, now: datetime
) -> RequirementVersion:
    """What `version` asked binds again from `valid_from` on."""
    return put(order, asked_by(version), valid_from=valid_from, now=now)


def end(order: Order, to_at: datetime, *, now: datetime) -> Order:
    """A new version of the order's record that ends at `to_at`."""
    order.pk, order.version = None, order.version + 1
    order._state.adding = True
    order.to_at, order.known_at = to_at, now
    order.save(force_insert=True)
    bump_head()
    return order


def _check_place(person_id: int, requirement: Requirement, now: datetime) -> None:
    hidden = withheld_from({person_id}, now=now).get(person_id, ())
    if centred_on_withheld(requirement.zones, hidden):
        raise Refused(f"{AT_WITHHELD_MESSAGE}: {AT_WITHHELD_ACTION}.")
    if requirement.around is not None:
        wearers = Person.objects.filter(reference=requirement.around, protected=False)
        if wearers.exists():
            raise Refused("A zone moves with a protected person, not with a wearer: send the "
                          "protected person’s own reference.")  # fmt: skip


def _row(
    order: Order, requirement: Requirement, had: RequirementVersion | None,
    valid_from: datetime, now: datetime,
) -> RequirementVersion:  # fmt: skip
    return RequirementVersion(
        person_id=order.person_id, order_reference=order.reference,
        reference=requirement.requirement_id, version=had.version + 1 if had else 1,
        kind=requirement.kind.value, timezone=requirement.timezone,
        from_at=requirement.from_at, to_at=requirement.to_at, valid_from=valid_from,
        known_at=now, digest=digest(requirement), **asked_columns(requirement),
    )  # fmt: skip
