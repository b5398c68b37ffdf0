"""Try a draft on a person or a cohort, and attach what came of it to an order.

    ask_person, ask_cohort     may I?, the record, a job, the audit line
    carry_on   (the worker)    carrying.py
    attach                     evidence beside an order, once and for good

A zone small enough, tried often enough, would find where somebody lives. So an officer has so many
tries of one person a day and no more, and each leaves a line that its person can read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from waypost import __version__
from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import NoSuchThing, Refused
from waypost.jobs.queue import enqueue
from waypost.monitoring.parameter_queries import timeline
from waypost.orders.models import Order, Person
from waypost.orders.queries import case_of, visible_person_ids
from waypost.orders.values import OrderKind
from waypost.positions import lake
from waypost.positions.log import head_position
from waypost.rules.values import RULES_VERSION
from waypost.whatif.carrying import JOB, carry_on, fail
from waypost.whatif.draft import read_draft
from waypost.whatif.lifecycle import Status
from waypost.whatif.models import WhatIf, WhatIfAttachment
from waypost.whatif.values import SMALL, WINDOW

__all__ = ["ask_cohort", "ask_person", "attach", "carry_on", "fail"]

COHORT_MAX = 20_000
TRIES_A_DAY_MAX = 20  # of one person by one officer; a proposal takes a handful
NO_SUCH_TRY = "There is no such what-if."


@transaction.atomic
def ask_person(
    person_id: int,
    draft: Mapping[str, Any],
    order_kind: OrderKind,
    *,
    by: Posted,
    now: datetime,
    title: str = "",
) -> int:
    """Have a draft tried on one person's last weeks; the try's number.

    draft    a requirement as the orders file writes it
    raises   Refused where the draft cannot be read or may not be tried on this person
    """
    may.check(by, Permission.WHATIF_RUN, case_of(person_id, now=now))
    if Person.objects.filter(pk=person_id, protected=True).exists():
        raise Refused("This is a protected person, no wearer: nothing is tried on them.")
    row = _asked(draft, order_kind, title, by, now)
    row.person_id = person_id
    today = WhatIf.objects.filter(
        person_id=person_id, officer_id=row.officer_id, asked_at__gt=now - timedelta(days=1)
    )
    if today.count() >= TRIES_A_DAY_MAX:
        raise Refused(
            f"You have tried {TRIES_A_DAY_MAX} drafts on this person within a day. More would tell "
            "where the person was; go on with those tried, or come back tomorrow."
        )
    row.save()
    _enqueue(row, by, now, about=person_id)
    return int(row.pk)


@transaction.atomic
def ask_cohort(
    draft: Mapping[str, Any],
    order_kind: OrderKind,
    *,
    by: Posted,
    now: datetime,
    area: str = "",
    of_order_kind: OrderKind | None = None,
    title: str = "",
) -> int:
    """Have it tried on everybody within reach who wore a tag in these weeks, of an area and order
    kind if named; the try's number. Those under limited access and protected are in no count."""
    may.check(by, Permission.WHATIF_RUN)
    row = _asked(draft, order_kind, title, by, now)
    row.cohort = {"area": area, "order_kind": of_order_kind.value if of_order_kind else ""}
    row.person_ids = _cohort(by, area, of_order_kind, now)
    if len(row.person_ids) < SMALL:
        raise Refused(
            f"Fewer than {SMALL} people with a tag are within your reach there: a count of so few "
            "would tell of each. Choose a wider area, or try it on one person."
        )
    row.save()
    _enqueue(row, by, now, about=None)
    return int(row.pk)


@transaction.atomic
def attach(
    whatif_id: int, order_reference: str, reason: str, *, by: Posted, now: datetime
) -> WhatIfAttachment:
    """Put a finished try of a person beside one of the person's orders, as evidence."""
    row = WhatIf.objects.filter(pk=whatif_id).first()
    if row is None or row.person_id is None:
        raise NoSuchThing(NO_SUCH_TRY)
    may.check(by, Permission.WHATIF_RUN, case_of(row.person_id, now=now), absent=NO_SUCH_TRY)
    if row.status != Status.DONE.value:
        raise Refused("It is not finished; attach it when its result is here.")
    if not reason.strip():
        raise Refused("Say why it is attached: a court reads the reason.")
    known = Order.objects.filter(person_id=row.person_id, reference=order_reference)
    if not known.exists():
        raise Refused("This person has no such order; choose one of the orders shown.")
    made, new = WhatIfAttachment.objects.get_or_create(
        whatif=row, order_reference=order_reference,
        defaults={"officer_id": by.officer_id or 0, "at": now, "reason": reason.strip()},
    )  # fmt: skip
    if not new:
        raise Refused("It stands beside this order already.")
    audit.record(
        "whatif:attached", by=by, at=now, about=row.person_id, purpose=Purpose.PROPORTIONALITY,
        detail={"what_if": row.pk, "order": order_reference},
    )  # fmt: skip
    return made


def _asked(
    draft: Mapping[str, Any], order_kind: OrderKind, title: str, by: Posted, now: datetime
) -> WhatIf:
    read_draft(draft)
    if by.officer_id is None:
        raise Refused("A what-if is asked by a person.")
    canonical = json.dumps({"draft": draft, "order_kind": order_kind.value}, sort_keys=True)
    return WhatIf(
        title=title.strip()[:120], order_kind=order_kind.value, draft=dict(draft),
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
        status=Status.WAITING.value, asked_at=now, officer_id=by.officer_id,
        from_at=now - WINDOW, to_at=now,
        revision_id=timeline().at(now).revision_id,
        rules_version=RULES_VERSION, code_version=__version__,
        lake_version=lake.snapshot("fixes").version, log_position=head_position(),
    )  # fmt: skip


def _enqueue(row: WhatIf, by: Posted, now: datetime, *, about: int | None) -> None:
    enqueue(JOB, {"whatif_id": row.pk}, by=by, now=now)
    audit.record(
        "whatif:asked", by=by, at=now, about=about, purpose=Purpose.PROPORTIONALITY,
        detail={
            "what_if": row.pk, "persons": len(row.person_ids) or 1, "digest": row.digest,
        },
    )  # fmt: skip


def _cohort(by: Posted, area: str, kind: OrderKind | None, now: datetime) -> list[int]:
    begun = now - WINDOW
    lasting = Q(orders__to_at=None) | Q(orders__to_at__gt=begun)
    of_kind = Q(orders__kind=kind.value) if kind is not None else Q()
    rows = Person.objects.filter(
        Q(activations__to_at=None) | Q(activations__to_at__gt=begun),
        limited=False, protected=False, activations__from_at__lt=now,
    ).filter(lasting, of_kind, orders__from_at__lte=now)  # fmt: skip
    if area:
        rows = rows.filter(area=area)
    visible = visible_person_ids(by, Permission.WHATIF_RUN, now=now)
    found = rows.distinct().order_by("pk").values_list("pk", flat=True)
    return [one for one in found if visible is None or one in visible][:COHORT_MAX]
