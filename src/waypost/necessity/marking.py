"""How violations, and what tags reported, are marked now: worked out anew from the records.

Nothing is stored of it, so that a proof written down late, or taken back, changes every mark and
count at once. A few statements for any number; none but two where all is older than the keeping.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from waypost.devices.models import Fitting
from waypost.monitoring.models import Violation
from waypost.necessity.deciding import mark_of, mark_of_tag
from waypost.necessity.models import InductionProof, KeptSince, NoticeProof
from waypost.necessity.values import BEFORE_ORDER, Given, Mark, Told
from waypost.orders.loading import MANY
from waypost.orders.models import Order, RequirementVersion
from waypost.orders.values import OrderKind


@dataclass(frozen=True, slots=True)
class Fitted:
    """An induction notice that was explained when a tag was put on (fitting/after_fitting.py)."""

    activation_id: int
    at: datetime
    how: str
    language: str
    by_name: str
    by_id: int | None

    def is_within(self, from_at: datetime, to_at: datetime | None) -> bool:
        """Whether it proves the induction of an order of these times."""
        return from_at - BEFORE_ORDER <= self.at and (to_at is None or self.at < to_at)


Moment = tuple[int, datetime]  # a person's number, when something of their tag was


def kept_since() -> datetime | None:
    """When this store began to keep proof of notice; None: it does not."""
    return KeptSince.objects.order_by("pk").values_list("at", flat=True).first()


def told_of(person_ids: Collection[int]) -> dict[tuple[int, str], Told]:
    """When these persons were told, by person and order."""
    notices = _first(
        NoticeProof.objects.filter(notice__person_id__in=person_ids, taken_back_at=None)
        .exclude(how=Given.REFUSED)
        .values_list("notice__person_id", "notice__order_reference")
        .annotate(first=Min("given_at"))
    )
    inductions = _first(
        InductionProof.objects.filter(person_id__in=person_ids, taken_back_at=None)
        .values_list("person_id", "order_reference")
        .annotate(first=Min("explained_at"))
    )
    fitted = fitted_inductions(person_ids)
    found = {}
    for key, (from_at, to_at, _) in _orders(person_ids).items():
        known = [one.at for one in fitted.get(key[0], ()) if one.is_within(from_at, to_at)]
        known += [inductions[key]] if key in inductions else []
        found[key] = Told(key[1], from_at, notices.get(key), min(known, default=None))
    return found


def fitted_inductions(person_ids: Collection[int]) -> dict[int, list[Fitted]]:
    """When the induction notice was explained as a tag was put on, by person, earliest first. One
    that was offered and not taken proves nothing."""
    rows = (
        Fitting.objects.filter(activation__person_id__in=person_ids, induction_at__isnull=False)
        .exclude(induction_how="declined")
        .order_by("induction_at")
    )
    found: dict[int, list[Fitted]] = {}
    for row in rows.select_related("activation"):
        assert row.induction_at is not None, "only those that were explained are asked for"
        found.setdefault(row.activation.person_id, []).append(
            Fitted(
                row.pk, row.induction_at, row.induction_how, row.induction_language,
                row.fitted_by_name, row.fitted_by_id,
            )
        )  # fmt: skip
    return found


def marks_of(violation_ids: Collection[int]) -> dict[int, Mark]:
    """How each of these violations is marked; those that are not there are left out."""
    rows = [
        row
        for some in _parts(violation_ids)
        for row in Violation.objects.filter(pk__in=some).values_list(
            "pk", "person_id", "from_at", "requirement_reference", "requirement_version_id"
        )
    ]
    since = kept_since()
    if since is None or all(from_at < since for _, _, from_at, _, _ in rows):
        return {row[0]: Mark.BEFORE_KEPT for row in rows}
    people = {row[1] for row in rows}
    told, spans = told_of(people), _spans_of(people)
    named = _order_names({row[4] for row in rows if row[4] is not None})
    found: dict[int, Mark] = {}
    for number, person_id, from_at, requirement, version_id in rows:
        key = (person_id, named.get(version_id or 0, ""))
        if not requirement.startswith("tag:") and key in told:
            found[number] = mark_of(from_at, told[key], kept_since=since)
        else:
            live = _live(person_id, from_at, told, spans)
            found[number] = mark_of_tag(from_at, live, kept_since=since)
    return found


def marks_at(moments: Collection[Moment]) -> dict[Moment, Mark]:
    """How what tags reported at these times is marked."""
    since = kept_since()
    if since is None or all(at < since for _, at in moments):
        return dict.fromkeys(moments, Mark.BEFORE_KEPT)
    people = {person_id for person_id, _ in moments}
    told, spans = told_of(people), _spans_of(people)
    return {
        (person_id, at): mark_of_tag(at, _live(person_id, at, told, spans), kept_since=since)
        for person_id, at in moments
    }


Span = tuple[datetime, datetime | None, str]  # of an order: from, to, kind


def _orders(person_ids: Collection[int]) -> dict[tuple[int, str], Span]:
    """Each order in its newest version; what a protected person agreed to is none."""
    rows = Order.objects.filter(person_id__in=person_ids).exclude(kind=OrderKind.PROTECTION)
    return {
        (person_id, reference): (from_at, to_at, kind)
        for person_id, reference, from_at, to_at, kind in rows.order_by(
            "version", "pk"
        ).values_list("person_id", "reference", "from_at", "to_at", "kind")
    }


Spans = dict[int, list[tuple[str, datetime, datetime | None]]]  # by person: each order's


def _spans_of(person_ids: Collection[int]) -> Spans:
    found: Spans = {}
    for (person_id, reference), (from_at, to_at, _) in _orders(person_ids).items():
        found.setdefault(person_id, []).append((reference, from_at, to_at))
    return found


def _live(
    person_id: int, at: datetime, told: dict[tuple[int, str], Told], spans: Spans
) -> list[Told]:
    return [
        told[person_id, reference]
        for reference, from_at, to_at in spans.get(person_id, ())
        if from_at <= at and (to_at is None or at < to_at)
    ]


def _order_names(version_ids: Collection[int]) -> dict[int, str]:
    return {
        pk: name
        for some in _parts(version_ids)
        for pk, name in RequirementVersion.objects.filter(pk__in=some).values_list(
            "pk", "order_reference"
        )
    }


def _first(rows: Iterable[tuple[int, str, datetime]]) -> dict[tuple[int, str], datetime]:
    return {(person_id, reference): at for person_id, reference, at in rows}


def _parts(ids: Collection[int]) -> Iterable[list[int]]:
    ordered = sorted(ids)
    return [ordered[start : start + MANY] for start in range(0, len(ordered), MANY)]
