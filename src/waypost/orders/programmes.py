"""Which programme a person belongs to: a pilot, a cohort, as an orders file says it.

A file that names programmes names all of a person's; one that is silent about them changes none.
Who is posted over a programme reaches its people, whichever team or area is theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import FilteredRelation, Q, QuerySet

from waypost.orders.directory import NO_END
from waypost.orders.models import Enrolment, Person
from waypost.orders.values import PersonOrders


def enrol(
    persons: Sequence[PersonOrders], records: dict[str, Person], *, now: datetime
) -> set[int]:
    """Bring enrolments to what the persons' details say; gives whose changed. None is deleted."""
    asked = {
        records[one.person_id].pk: frozenset(one.details["programmes"])
        for one in persons
        if "programmes" in one.details
    }
    had: dict[int, dict[str, int]] = defaultdict(dict)
    for row in Enrolment.objects.filter(person_id__in=asked, to_at=None):
        had[row.person_id][row.programme] = row.pk
    begun = [
        Enrolment(person_id=person_id, programme=name, from_at=now)
        for person_id, names in asked.items()
        for name in sorted(names - set(had[person_id]))
    ]
    left = [
        (person_id, number)
        for person_id, names in asked.items()
        for name, number in had[person_id].items()
        if name not in names
    ]
    Enrolment.objects.filter(pk__in=[number for _, number in left]).update(to_at=now)
    Enrolment.objects.bulk_create(begun)
    return {row.person_id for row in begun} | {person_id for person_id, _ in left}


def with_programmes(persons: QuerySet[Person], now: datetime) -> QuerySet[Person]:
    """The persons joined to the enrolments that hold now, as `enrolled`: a row for each, or one."""
    live = Q(enrolments__to_at=None) | Q(enrolments__to_at__gt=now)
    condition = live & Q(enrolments__from_at__lte=now)
    return persons.annotate(enrolled=FilteredRelation("enrolments", condition=condition))


def enrolled_person_ids(programmes: Collection[str], *, now: datetime) -> set[int]:
    """Who belongs to one of these programmes now."""
    rows = _live(now).filter(programme__in=programmes)
    return set(rows.values_list("person_id", flat=True))


def enrolment_spans(
    programmes: Collection[str], person_ids: Collection[int] | None
) -> dict[int, list[tuple[str, datetime, datetime]]]:
    """By person: in which of these programmes, from when to when (half-open; NO_END: still).

    person_ids   None: of all
    """
    rows = Enrolment.objects.filter(programme__in=sorted(programmes))
    if person_ids is not None:
        rows = rows.filter(person_id__in=sorted(person_ids))
    found: dict[int, list[tuple[str, datetime, datetime]]] = defaultdict(list)
    for person_id, name, from_at, to_at in rows.order_by("pk").values_list(
        "person_id", "programme", "from_at", "to_at"
    ):
        found[person_id].append((name, from_at, to_at or NO_END))
    return dict(found)


def programme_names() -> list[str]:
    """Every programme that anybody ever belonged to, by name."""
    rows = Enrolment.objects.order_by("programme").values_list("programme", flat=True)
    return list(rows.distinct())


def _live(now: datetime) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)
