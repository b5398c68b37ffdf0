"""What decides when a person's data goes, read for many persons in a few statements.

Other rooms' records are known by Django's registry alone: this room stands above them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Q

from waypost.columns import Retention
from waypost.keeping.models import Hold, PeriodRevision, SubjectRequest, Switch
from waypost.keeping.schedules import NO_ORDER
from waypost.keeping.values import OPEN, PeriodVersion, PersonFacts
from waypost.orders.loading import orders_by_person
from waypost.orders.values import OrderKind
from waypost.suitability.values import OPEN as ASSESSED_OPEN

IN_ASSESSMENT = frozenset(one.value for one in ASSESSED_OPEN)


def persons_facts(ids: Collection[int] | None = None) -> list[PersonFacts]:
    """Of these persons, or of all, by number."""
    persons: Any = apps.get_model("orders.Person").objects.order_by("pk")
    if ids is not None:
        persons = persons.filter(pk__in=list(ids))
    rows = list(persons.values_list("pk", "known_at", "reference", "protected"))
    wanted = None if ids is None else frozenset(ids)
    orders = orders_by_person(wanted, None, with_requirements=False)
    kept_safe = _kept_safe(rows)
    asking = _asking()
    unordered = _assessed([number for number, *_ in rows if not orders.get(number)])
    return [
        PersonFacts(
            number, known_at,
            tuple((str(one.kind), one.to_at) for one in orders.get(number, ()))
            + tuple(kept_safe.get(number, ()))
            + unordered.get(number, ()),
            number in asking,
        )
        for number, known_at, _, _ in rows
    ]  # fmt: skip


def period_versions() -> list[PeriodVersion]:
    """Every period of the agency's that was approved."""
    rows = PeriodRevision.objects.filter(approved_at__isnull=False).order_by("pk")
    return [
        PeriodVersion(Retention(one.retention), one.kind, one.months, one.days, one.from_on, one.pk)
        for one in rows
    ]


def held_person_ids() -> frozenset[int]:
    """Persons of whom nothing is deleted now."""
    live = Hold.objects.filter(ended_at=None, person__isnull=False)
    return frozenset(live.values_list("person_id", flat=True))


def held_records() -> frozenset[str]:
    """Records of nobody's that are held, as label:number."""
    live = Hold.objects.filter(ended_at=None, person__isnull=True)
    return frozenset(live.values_list("record", flat=True))


def is_switched_on() -> bool | None:
    """What was last decided; None: nothing ever was."""
    return Switch.objects.order_by("-pk").values_list("is_on", flat=True).first()


def _asking() -> frozenset[int]:
    """Who waits for their own data, or contests something: it must be there to be answered with."""
    mine = SubjectRequest.objects.filter(status__in=[one.value for one in OPEN])
    contest: Any = apps.get_model("alerts.Contest").objects.filter(decided_at=None)
    return frozenset(mine.values_list("person_id", flat=True)) | frozenset(
        contest.values_list("alert__person_id", flat=True)
    )


def _assessed(ids: list[int]) -> dict[int, tuple[tuple[str, datetime | None], ...]]:
    """Of those without an order who were assessed before one: when that came to its end; None: it
    is open still."""
    found: dict[int, datetime | None] = {}
    moves: Any = apps.get_model("suitability.AssessmentMove").objects.filter(
        assessment__person_id__in=ids
    )
    for number, status, at in moves.order_by("at", "pk").values_list(
        "assessment__person_id", "assessment__status", "at"
    ):
        ended = None if status in IN_ASSESSMENT else at
        found[number] = None if number in found and found[number] is None else ended
    return {number: ((NO_ORDER, ended),) for number, ended in found.items()}


def _kept_safe(rows: list[Any]) -> dict[int, list[tuple[str, datetime | None]]]:
    """Until when protected people are kept safe: by protections that name them, and by orders that
    keep a wearer away from them."""
    protected = {reference: number for number, _, reference, is_one in rows if is_one}
    found: dict[int, list[tuple[str, datetime | None]]] = defaultdict(list)
    if not protected:
        return found
    protections: Any = apps.get_model("devices.Protection").objects
    named = protections.filter(protected_id__in=list(protected.values()))
    for number, to_at in named.values_list("protected_id", "to_at"):
        found[number].append((OrderKind.PROTECTION.value, to_at))
    around: Any = apps.get_model("orders.RequirementVersion").objects.filter(~Q(around=""))
    asked = list(around.values_list("around", "person_id"))
    theirs = orders_by_person(
        frozenset(number for _, number in asked), None, with_requirements=False
    )
    for reference, wearer in asked:
        if reference in protected:
            found[protected[reference]] += [
                (OrderKind.PROTECTION.value, one.to_at) for one in theirs.get(wearer, ())
            ]
    return found
