"""The facts of live orders, for the tasks that are owed: a few statements for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from waypost.necessity import needs
from waypost.necessity.marking import kept_since, told_of
from waypost.necessity.models import (
    AddressCheck,
    InductionProof,
    NecessityRecord,
    NecessityReview,
    NoticeProof,
)
from waypost.necessity.values import CheckFound, CheckKind, Given, OrderFacts
from waypost.orders.models import Order, RequirementVersion
from waypost.orders.queries import cases_of
from waypost.orders.values import OrderKind, RequirementKind

Key = tuple[int, str]  # a person's number, an order's reference
ENGLISH = "English"


def facts_of(person_ids: Collection[int] | None, *, now: datetime) -> list[OrderFacts]:
    """Of every order of these persons (None: of all) that is live now."""
    rows = _live(person_ids, now)
    people = {one.person_id for one in rows}
    cases = cases_of(people, now=now)
    told, records, curfews = told_of(people), _records(people), _curfews(people, now)
    checks, foreign = _checks(people), _foreign(people)
    duty = needs.on_duty(now)
    found = []
    for one in rows:
        key = (one.person_id, one.reference)
        known = told[key]
        found.append(
            OrderFacts(
                one.person_id, one.reference, one.from_at, one.to_at, known.notice_at,
                known.induction_at, foreign.get(key), key in records, records.get(key),
                key in curfews, frozenset(checks.get(key, ())),
                tuple(sorted(cases[one.person_id].officer_ids)), duty,
            )
        )  # fmt: skip
    return found


def since(now: datetime) -> datetime:
    """From when clocks of older orders run; a store that keeps no proof yet begins now."""
    return kept_since() or now


def _live(person_ids: Collection[int] | None, now: datetime) -> list[Order]:
    newer = Order.objects.filter(
        person_id=OuterRef("person_id"),
        reference=OuterRef("reference"),
        version__gt=OuterRef("version"),
    )
    rows = Order.objects.filter(
        Q(to_at=None) | Q(to_at__gt=now), ~Exists(newer), from_at__lte=now
    ).exclude(kind=OrderKind.PROTECTION)
    if person_ids is not None:
        rows = rows.filter(person_id__in=person_ids)
    return list(rows.order_by("person_id", "reference", "pk"))


def _records(people: Collection[int]) -> dict[Key, datetime]:
    """Orders that have a record, with when it is to be reviewed next."""
    found: dict[Key, datetime] = {}
    last: dict[int, Key] = {}
    for pk, person_id, reference, review_at in (
        NecessityRecord.objects.filter(person_id__in=people)
        .order_by("version")
        .values_list("pk", "person_id", "order_reference", "review_at")
    ):
        found[person_id, reference] = review_at
        last = {number: key for number, key in last.items() if key != (person_id, reference)}
        last[pk] = (person_id, reference)
    reviews = NecessityReview.objects.filter(record_id__in=last).order_by("at", "pk")
    for record_id, next_at in reviews.values_list("record_id", "next_at"):
        found[last[record_id]] = next_at
    return found


def _curfews(people: Collection[int], now: datetime) -> set[Key]:
    """Orders that ask somebody to stay at an address, in the newest version of what they ask."""
    later = RequirementVersion.objects.filter(
        person_id=OuterRef("person_id"),
        order_reference=OuterRef("order_reference"),
        reference=OuterRef("reference"),
        version__gt=OuterRef("version"),
    )
    rows = RequirementVersion.objects.filter(
        Q(to_at=None) | Q(to_at__gt=now),
        ~Exists(later),
        person_id__in=people,
        kind=RequirementKind.CURFEW,
        withdrawn=False,
    )
    return set(rows.values_list("person_id", "order_reference"))


def _checks(people: Collection[int]) -> dict[Key, set[CheckKind]]:
    found: dict[Key, set[CheckKind]] = defaultdict(set)
    rows = AddressCheck.objects.filter(person_id__in=people).exclude(outcome=CheckFound.NO_ANSWER)
    for person_id, reference, kind in rows.values_list("person_id", "order_reference", "kind"):
        found[person_id, reference].add(CheckKind(kind))
    for ask in needs.CHECKED:
        for key, kinds in ask(people).items():
            found[key] |= kinds
    return found


def _foreign(people: Collection[int]) -> dict[Key, datetime]:
    """Orders whose notice was delivered to somebody who follows another language than English, and
    that no interpreter has put into it: since when."""
    proofs = NoticeProof.objects.filter(notice__person_id__in=people, taken_back_at=None)
    delivered = proofs.exclude(how=Given.REFUSED).exclude(notice__language=ENGLISH)
    interpreted = set(
        proofs.filter(how=Given.INTERPRETER).values_list(
            "notice__person_id", "notice__order_reference"
        )
    ) | set(
        InductionProof.objects.filter(person_id__in=people, taken_back_at=None)
        .exclude(interpreter="")
        .values_list("person_id", "order_reference")
    )
    found: dict[Key, datetime] = {}
    for person_id, reference, at in delivered.order_by("given_at").values_list(
        "notice__person_id", "notice__order_reference", "given_at"
    ):
        if (person_id, reference) not in interpreted:
            found.setdefault((person_id, reference), at)
    return found
