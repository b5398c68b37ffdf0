"""The work of an import: persons of a file against the records, a chunk at a time.

A chunk's records are loaded together, compared as values, and what differs is written together:
a national file is some dozens of statements per 400 persons, not one per requirement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from waypost.access.values import Posted
from waypost.errors import Problem
from waypost.orders.caseloads import assign
from waypost.orders.loading import stored_requirement
from waypost.orders.models import (
    Activation,
    ActivationVersion,
    AppointmentSeries,
    AuthorisedAbsence,
    Order,
    Person,
    RequirementVersion,
    TimetableEntry,
    ZoneVersion,
)
from waypost.orders.programmes import enrol
from waypost.orders.values import ActivationSpan, PersonOrders, Requirement
from waypost.orders.values import Order as OrderValue
from waypost.orders.versions import asks_the_same, digest
from waypost.orders.withheld import (
    AT_WITHHELD,
    AT_WITHHELD_ACTION,
    AT_WITHHELD_MESSAGE,
    centred_on_withheld,
)
from waypost.orders.withholding import withheld_from

PERSON_COLUMNS = {"name": "full_name", "born": "born_on", "area": "area", "limited": "limited"}


class Import:
    """One run: `take` each chunk inside one transaction, then read the counts."""

    def __init__(self, by: Posted, now: datetime) -> None:
        self.by, self.now = by, now
        self.made = self.requirement_versions = self.withdrawn = self.activations = 0
        self.changed_ids: set[int] = set()
        self.problems: list[Problem] = []

    def take(self, persons: Sequence[PersonOrders]) -> None:
        """Bring a chunk of persons in. Each part compares first and writes only what differs."""
        persons = self._wearers(persons)
        records = self._persons(persons)
        self.changed_ids |= assign(persons, records, now=self.now, problem=self._problem)
        self.changed_ids |= enrol(persons, records, now=self.now)
        self._orders(persons, records)
        self._requirements(persons, records)
        self._activations(persons, records)

    def _wearers(self, persons: Sequence[PersonOrders]) -> list[PersonOrders]:
        """Those whose reference is no protected person's: nothing may be ordered of these."""
        references = [person.person_id for person in persons]
        protected = Person.objects.filter(protected=True, reference__in=references)
        others = set(protected.values_list("reference", flat=True))
        for reference in sorted(others):
            self._problem("PROTECTED_PERSON", "person_id", reference,
                          "a protected person has this reference, of whom nothing is ordered",
                          "give the wearer a reference of their own")  # fmt: skip
        return [person for person in persons if person.person_id not in others]

    def _persons(self, persons: Sequence[PersonOrders]) -> dict[str, Person]:
        references = [person.person_id for person in persons]
        known = {one.reference: one for one in Person.objects.filter(reference__in=references)}
        fresh, changed = [], []
        for person in persons:
            said = _said_of(person)
            record = known.get(person.person_id)
            if record is None:
                record = Person(reference=person.person_id, known_at=self.now, **said)
                known[person.person_id] = record
                fresh.append(record)
            elif any(getattr(record, name) != value for name, value in said.items()):
                for name, value in said.items():
                    setattr(record, name, value)
                changed.append(record)
        Person.objects.bulk_create(fresh)
        Person.objects.bulk_update(changed, list(PERSON_COLUMNS.values()), batch_size=200)
        self.made += len(fresh)
        self.changed_ids.update(record.pk for record in [*fresh, *changed])
        return known

    def _orders(self, persons: Sequence[PersonOrders], records: dict[str, Person]) -> None:
        current: dict[tuple[int, str], Order] = {}
        ids = [records[person.person_id].pk for person in persons]
        for row in Order.objects.filter(person_id__in=ids).order_by("version"):
            current[row.person_id, row.reference] = row
        fresh = []
        for person in persons:
            record = records[person.person_id]
            for order in self._once(person.orders, "order_id"):
                had = current.get((record.pk, order.order_id))
                row = _order_record(order, record, had, self.now)
                if had is None or _said_by(had) != _said_by(row):
                    fresh.append(row)
                    self.changed_ids.add(record.pk)
        Order.objects.bulk_create(fresh)

    def _requirements(self, persons: Sequence[PersonOrders], records: dict[str, Person]) -> None:
        ids = [records[person.person_id].pk for person in persons]
        current: dict[tuple[int, str], dict[str, RequirementVersion]] = defaultdict(dict)
        for row in RequirementVersion.objects.filter(person_id__in=ids).order_by("version"):
            current[row.person_id, row.order_reference][row.reference] = row
        fresh: list[tuple[RequirementVersion, Requirement | None]] = []
        refused = self._refused(persons, records)
        for person in persons:
            record = records[person.person_id]
            for order in {order.order_id: order for order in reversed(person.orders)}.values():
                kept = {one.requirement_id: one for one in reversed(order.requirements)}
                stored = current[record.pk, order.order_id]
                self._once(order.requirements, "requirement_id")
                for requirement in reversed(kept.values()):
                    if id(requirement) in refused:
                        continue  # what is kept of it stays
                    had = stored.get(requirement.requirement_id)
                    if had is None or had.withdrawn or had.digest != digest(requirement):
                        row = self._version(requirement, order, record, had, added=bool(stored))
                        fresh.append((row, requirement))
                fresh += [
                    (self._withdrawal(row), None)
                    for reference, row in stored.items()
                    if order.whole and reference not in kept and not row.withdrawn
                ]
        RequirementVersion.objects.bulk_create([row for row, _ in fresh])
        write_parts([(row, asked) for row, asked in fresh if asked is not None], self.now)
        self.requirement_versions += sum(asked is not None for _, asked in fresh)
        self.withdrawn += sum(asked is None for _, asked in fresh)
        self.changed_ids.update(row.person_id for row, _ in fresh)

    def _refused(self, persons: Sequence[PersonOrders], records: dict[str, Person]) -> set[int]:
        """Requirements (by id()) that would give away a withheld address, or that move around
        somebody who is no protected person; each is a problem."""
        asked = [(records[person.person_id].pk, requirement) for person in persons
                 for order in person.orders for requirement in order.requirements]  # fmt: skip
        withheld = withheld_from({person_id for person_id, _ in asked}, now=self.now)
        moving = {one.around for _, one in asked if one.around is not None}
        wearers = set(
            Person.objects.filter(reference__in=moving, protected=False).values_list(
                "reference", flat=True
            )
        ) | (moving & records.keys())
        refused: set[int] = set()
        for person_id, one in asked:
            if centred_on_withheld(one.zones, withheld.get(person_id, ())):
                self._problem(AT_WITHHELD, "zone", one.requirement_id,
                              AT_WITHHELD_MESSAGE, AT_WITHHELD_ACTION)  # fmt: skip
            elif one.around in wearers:
                self._problem("AROUND_A_WEARER", "around", one.requirement_id,
                              "a zone moves with a protected person, not with a wearer",
                              "send the protected person's own reference")  # fmt: skip
            else:
                continue
            refused.add(id(one))
        return refused

    def _version(
        self,
        requirement: Requirement,
        order: OrderValue,
        person: Person,
        had: RequirementVersion | None,
        *,
        added: bool,
    ) -> RequirementVersion:
        valid_from = self._valid_from(requirement, order, had, added=added)
        return RequirementVersion(
            person=person,
            order_reference=order.order_id,
            reference=requirement.requirement_id,
            version=had.version + 1 if had else 1,
            kind=requirement.kind.value,
            timezone=requirement.timezone,
            from_at=requirement.from_at,
            to_at=requirement.to_at,
            valid_from=valid_from,
            known_at=self.now,
            digest=digest(requirement),
            **asked_columns(requirement),
            added=added if had is None else had.added and valid_from == had.valid_from,
        )

    def _valid_from(
        self,
        requirement: Requirement,
        order: OrderValue,
        had: RequirementVersion | None,
        *,
        added: bool,
    ) -> datetime:
        """From when a version binds, where the file does not say.

        A changed zone or changed hours bind from now, and so does a requirement `added` to an order
        known before: nobody is judged for a past in which something else was ordered. Dates and
        exceptions say of themselves when they bind, so a change of those alone corrects the version
        before.
        """
        start = requirement.from_at or order.from_at
        if requirement.valid_from is not None:
            return requirement.valid_from
        if start > self.now:
            return start
        if had is None:
            return self.now if added and requirement.from_at is None else start
        before = stored_requirement(had.pk)
        same = not had.withdrawn and asks_the_same(before, requirement)
        return had.valid_from if same else self.now

    def _withdrawal(self, row: RequirementVersion) -> RequirementVersion:
        return RequirementVersion(
            person_id=row.person_id,
            order_reference=row.order_reference,
            reference=row.reference,
            version=row.version + 1,
            kind=row.kind,
            timezone=row.timezone,
            from_at=row.from_at,
            to_at=row.to_at,
            valid_from=self.now,
            known_at=self.now,
            digest=row.digest,
            withdrawn=True,
        )

    def _activations(self, persons: Sequence[PersonOrders], records: dict[str, Person]) -> None:
        references = [span.activation_id for person in persons for span in person.activations]
        known: dict[str, Activation] = {}
        for start in range(0, len(references), 500):
            rows = Activation.objects.filter(reference__in=references[start : start + 500])
            known.update({row.reference: row for row in rows})
        fresh: list[Activation] = []
        for person in persons:
            record = records[person.person_id]
            for span in self._once(person.activations, "activation_id"):
                had = known.get(span.activation_id)
                if had is None:
                    known[span.activation_id] = _activation_record(span, record, self.now)
                    fresh.append(known[span.activation_id])
                elif had.person_id != record.pk:
                    self._problem("ACTIVATION_OF_ANOTHER", "activation_id", span.activation_id,
                                  "this activation is of another person",
                                  "give each fitting of a tag its own id")  # fmt: skip
                    continue
                elif _span_of(had) != (span.device_id, span.from_at, span.to_at):
                    change_activation(had, span, self.now)
                else:
                    continue
                self.activations += 1
                self.changed_ids.add(record.pk)
        Activation.objects.bulk_create(fresh)

    def _once(self, rows: Sequence[Any], name: str) -> list[Any]:
        """The rows without those whose id came before; these are problems."""
        found: dict[str, Any] = {}
        for row in rows:
            if getattr(row, name) in found:
                self._problem("DUPLICATE_ID", name, getattr(row, name),
                              "this id stands twice; the first is taken",
                              "send each once")  # fmt: skip
            found.setdefault(getattr(row, name), row)
        return list(found.values())

    def _problem(self, kind: str, field: str, value: str, message: str, action: str) -> None:
        self.problems.append(Problem(None, kind, field, value, message, action))


def _said_of(person: PersonOrders) -> dict[str, Any]:
    return {
        column: person.details[name]
        for name, column in PERSON_COLUMNS.items()
        if name in person.details
    }


def _order_record(order: OrderValue, person: Person, had: Order | None, now: datetime) -> Order:
    """The next version. How it was made is kept where the file does not say it again."""
    return Order(
        reference=order.order_id,
        person=person,
        kind=order.kind.value,
        from_at=order.from_at,
        to_at=order.to_at,
        known_at=now,
        version=had.version + 1 if had else 1,
        convicted_on=order.convicted_on or (had.convicted_on if had else None),
        imposed_on=order.imposed_on or (had.imposed_on if had else None),
        court=order.court or (had.court if had else ""),
        programme=order.programme or (had.programme if had else ""),
    )


def _said_by(row: Order) -> tuple[Any, ...]:
    made = (row.convicted_on, row.imposed_on, row.court, row.programme)
    return (row.kind, row.from_at, row.to_at, *made)


def asked_columns(requirement: Requirement) -> dict[str, Any]:
    """What loading.ASKED reads back."""
    release, alcohol = requirement.release_day, requirement.alcohol
    return {
        "warning_m": requirement.warning_m,
        "minimum_stay": requirement.minimum_stay,
        "atv_limit": requirement.atv_limit,
        "release_on": release.on_date if release else None,
        "release_start": release.start if release else "",
        "release_end": release.end if release else "",
        "bank_holiday_division": requirement.bank_holiday_division.value,
        "alcohol_mode": alcohol.mode.value if alcohol else "",
        "alcohol_level_g_per_dl": alcohol.level_g_per_dl if alcohol else None,
        "around": requirement.around or "",
        "around_radius_m": requirement.around_radius_m,
        "excepted": requirement.excepted,
    }


def _activation_record(span: ActivationSpan, person: Person, now: datetime) -> Activation:
    return Activation(
        reference=span.activation_id,
        person=person,
        device_reference=span.device_id,
        from_at=span.from_at,
        to_at=span.to_at,
        known_at=now,
    )


def _span_of(row: Activation) -> tuple[str, datetime, datetime | None]:
    return row.device_reference, row.from_at, row.to_at


def change_activation(row: Activation, span: ActivationSpan, now: datetime) -> None:
    """Keep what the activation said, then say the new."""
    ActivationVersion.objects.create(
        activation=row,
        version=row.version,
        device_reference=row.device_reference,
        from_at=row.from_at,
        to_at=row.to_at,
        known_at=row.known_at,
    )
    row.device_reference, row.from_at, row.to_at = span.device_id, span.from_at, span.to_at
    row.version, row.known_at = row.version + 1, now
    row.save()


def write_parts(versions: Iterable[tuple[RequirementVersion, Requirement]], now: datetime) -> None:
    """The zones, hours, appointments and exceptions of new versions, one statement a table."""
    pairs = list(versions)
    ZoneVersion.objects.bulk_create(
        ZoneVersion(requirement=row, place=place, geometry=dict(zone.geometry),
                    radius_m=zone.radius_m, width_m=zone.width_m,
                    valid_from=row.valid_from, known_at=now)
        for row, asked in pairs for place, zone in enumerate(asked.zones)
    )  # fmt: skip
    TimetableEntry.objects.bulk_create(
        TimetableEntry(requirement=row, days=" ".join(one.days), start=one.start, end=one.end,
                       bank_holidays=one.bank_holidays.value, from_date=one.from_date,
                       to_date=one.to_date, every_weeks=one.every_weeks,
                       anchor_date=one.anchor_date)
        for row, asked in pairs for one in asked.timetable or ()
    )  # fmt: skip
    AppointmentSeries.objects.bulk_create(
        AppointmentSeries(requirement=row, rrule=one.rrule, duration=one.duration, grace=one.grace,
                          minimum_stay=one.minimum_stay, bank_holidays=one.bank_holidays.value)
        for row, asked in pairs for one in asked.appointments
    )  # fmt: skip
    AuthorisedAbsence.objects.bulk_create(
        AuthorisedAbsence(requirement=row, from_at=one.from_at, to_at=one.to_at, reason=one.reason)
        for row, asked in pairs for one in asked.exceptions
    )  # fmt: skip
