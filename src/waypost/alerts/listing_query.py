"""The inbox's list as the store orders and counts it: one short row an alert, no instant read.

    listed(alerts, filters, ...)    the page asked for, and the counts of everything

The plain twin is listing.listing over lines (tests hold one against the other). Making five
thousand instants in Python took most of the time that the inbox had, so the store compares them.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from waypost.alerts.filters import Filters, Whose
from waypost.alerts.listing import (
    BANDS,
    PAGE,
    UNTOUCHED,
    Band,
    Counts,
    Listing,
    Ordered,
    band_edges,
    paged,
)
from waypost.alerts.models import Alert
from waypost.alerts.values import CALLS_FOR_HELP
from waypost.orders.queries import live_caseloads


def listed(
    alerts: QuerySet[Alert],
    filters: Filters,
    page: int,
    *,
    officer_id: int | None,
    now: datetime,
    size: int = PAGE,
) -> Listing:
    """The page asked for, or the nearest there is. alerts: all uncleared ones within reach."""
    names = ["pk", "incident_id", "urgency", "status"]
    ordered = alerts.annotate(band=_band(now), over=_is_over(now))
    names += ["asked", "band", "over"] if filters.any else ["band", "over"]
    if filters.any:
        asked = ExpressionWrapper(asked_for(filters, officer_id, now), output_field=BooleanField())
        ordered = ordered.annotate(asked=asked)
    rows = list(ordered.order_by("-urgency", "raised_at", "pk").values_list(*names))
    lines = [Ordered(*row[:-2]) for row in rows]
    oldest = alerts.filter(status__in=sorted(UNTOUCHED)).order_by("raised_at", "pk")
    counted = Counter((row[-2], row[3] in UNTOUCHED) for row in rows)
    found = Counts(
        total=len(rows),
        untouched=sum(count for (_, fresh), count in counted.items() if fresh),
        over_target=sum(row[-1] for row in rows),
        oldest_untouched=oldest.values_list("pk", flat=True).first(),
        bands=tuple(
            Band(words, counted[n, True] + counted[n, False], counted[n, True])
            for n, (_, words) in enumerate(BANDS)
        ),
    )
    return paged(lines, page, found, size=size)


def asked_for(filters: Filters, officer_id: int | None, now: datetime) -> Q:
    """What the filters leave; the plain twin is Filters.asks."""
    wanted = Q(pk__isnull=False)
    if filters.areas:
        wanted &= Q(person__area__in=sorted(filters.areas))
    if filters.team_ids:
        held = live_caseloads(now).filter(
            person_id=OuterRef("person_id"), team_id__in=sorted(filters.team_ids)
        )
        wanted &= Q(Exists(held))
    if filters.kinds:
        wanted &= Q(kind__in=sorted(filters.kinds))
    if filters.whose is Whose.MINE:
        wanted &= Q(owner_id__isnull=False, owner_id=officer_id)
    if filters.whose is Whose.NOBODY:
        wanted &= Q(owner_id__isnull=True)
    return wanted | Q(kind__in=sorted(CALLS_FOR_HELP))


def _band(now: datetime) -> Case:
    """The number of its band of age."""
    edges = [When(raised_at__gt=edge, then=Value(n)) for n, edge in enumerate(band_edges(now))]
    return Case(*edges, default=Value(len(BANDS) - 1), output_field=IntegerField())


def _is_over(now: datetime) -> Case:
    return Case(
        When(attend_by__lt=now, then=Value(1)), default=Value(0), output_field=IntegerField()
    )
