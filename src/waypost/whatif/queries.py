"""What may be asked of tries: one for a page, those in reach, those attached to orders.

A try on a person is open to whoever may try something on that person; one on a cohort to who asked
for it, and to whoever may try on everybody. Reading what came of a person's leaves a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted, Purpose, Reach
from waypost.errors import NoSuchThing
from waypost.orders.models import Order, Person
from waypost.orders.queries import case_of, visible_person_ids
from waypost.orders.values import OrderKind, Requirement
from waypost.whatif.actions import NO_SUCH_TRY
from waypost.whatif.carrying import ids_of
from waypost.whatif.cohort import Cohort
from waypost.whatif.draft import read_draft
from waypost.whatif.lifecycle import OPEN, Status
from waypost.whatif.models import WhatIf, WhatIfAttachment
from waypost.whatif.values import Tried, from_json

NUMBER_MAX = 2**63 - 1
LISTED_MAX = 100


@dataclass(frozen=True, slots=True)
class TrySeen:
    """A try as a list shows it. person_id: None for a cohort's. done_share: of it, carried out."""

    number: int
    title: str
    status: Status
    person_id: int | None
    of_whom: str
    order_kind: OrderKind
    draft: Requirement
    asked_at: datetime
    officer: str
    from_at: datetime
    to_at: datetime
    done_share: float
    message: str

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class AttachmentSeen:
    number: int  # of the try
    title: str
    order_reference: str
    officer: str
    at: datetime
    reason: str
    asked_at: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class TryPage:
    """A try with what came of it: `tried` for a person, `cohort` for many, neither before its end.

    draft_data   the draft as the orders file writes it: to change and try again
    orders       references of the person's orders, to which it may be attached
    made_with    what it was judged by and from, each with its name
    """

    seen: TrySeen
    draft_data: dict[str, Any]
    tried: Tried | None
    cohort: Cohort | None
    attachments: tuple[AttachmentSeen, ...]
    orders: tuple[str, ...]
    made_with: tuple[tuple[str, str], ...]


def try_page(whatif_id: int, by: Posted, *, now: datetime) -> TryPage:
    """One try. Reading the result of a person's leaves the line `whatif:viewed`."""
    row = WhatIf.objects.filter(pk=min(whatif_id, NUMBER_MAX)).first()
    if row is None:
        raise NoSuchThing(NO_SUCH_TRY)
    _check(row, by, now)
    with transaction.atomic():
        done = row.status == Status.DONE.value
        page = TryPage(
            seen=_seen([row])[0],
            draft_data=row.draft,
            tried=from_json(row.result) if done and row.person_id is not None else None,
            cohort=Cohort.from_json(row.result) if done and row.person_id is None else None,
            attachments=tuple(_attachments(WhatIfAttachment.objects.filter(whatif=row))),
            orders=tuple(_order_references(row.person_id)),
            made_with=_made_with(row),
        )
        if page.tried is not None:
            audit.record(
                "whatif:viewed", by=by, at=now, about=row.person_id,
                purpose=Purpose.PROPORTIONALITY, detail={"what_if": row.pk},
            )  # fmt: skip
    return page


def tries(by: Posted, *, now: datetime, person_id: int | None = None) -> list[TrySeen]:
    """Those within reach, newest first; of one person, if named."""
    rows = WhatIf.objects.order_by("-pk")
    if person_id is not None:
        may.check(by, Permission.WHATIF_RUN, case_of(person_id, now=now))
        return _seen(rows.filter(person_id=person_id)[:LISTED_MAX])
    may.check(by, Permission.WHATIF_RUN)
    visible = visible_person_ids(by, Permission.WHATIF_RUN, now=now)
    everything = may.reach(by, Permission.WHATIF_RUN) is Reach.ALL
    found = [
        row
        for row in rows.defer("result", "person_ids")[: LISTED_MAX * 10]
        if (visible is None or row.person_id in visible if row.person_id is not None
            else everything or row.officer_id == by.officer_id)
    ]  # fmt: skip
    return _seen(found[:LISTED_MAX])


def attached_to(person_id: int, by: Posted, *, now: datetime) -> Mapping[str, list[AttachmentSeen]]:
    """By order: the tries that stand beside it as evidence, newest first."""
    may.check(by, Permission.ORDER_READ, case_of(person_id, now=now))
    found: dict[str, list[AttachmentSeen]] = {}
    for one in _attachments(WhatIfAttachment.objects.filter(whatif__person_id=person_id)):
        found.setdefault(one.order_reference, []).append(one)
    return found


def areas(by: Posted, *, now: datetime) -> list[str]:
    """Areas in which somebody within reach lives, to choose a cohort by."""
    may.check(by, Permission.WHATIF_RUN)
    visible = visible_person_ids(by, Permission.WHATIF_RUN, now=now)
    rows = Person.objects.filter(limited=False, protected=False).exclude(area="")
    return sorted({area for pk, area in rows.values_list("pk", "area")
                   if visible is None or pk in visible})  # fmt: skip


def _check(row: WhatIf, by: Posted, now: datetime) -> None:
    if row.person_id is not None:
        may.check(by, Permission.WHATIF_RUN, case_of(row.person_id, now=now), absent=NO_SUCH_TRY)
        return
    may.check(by, Permission.WHATIF_RUN)
    own = by.officer_id is not None and by.officer_id == row.officer_id
    if not own and may.reach(by, Permission.WHATIF_RUN) is not Reach.ALL:
        raise NoSuchThing(NO_SUCH_TRY)


def _order_references(person_id: int | None) -> list[str]:
    if person_id is None:
        return []
    rows = Order.objects.filter(person_id=person_id).order_by("-from_at")
    return list(dict.fromkeys(rows.values_list("reference", flat=True)))


def _made_with(row: WhatIf) -> tuple[tuple[str, str], ...]:
    return (
        ("Rules", row.rules_version),
        ("Revision of the numbers", str(row.revision_id or "those of the code")),
        ("Code", row.code_version),
        ("Data", f"history version {row.lake_version or 0}, log to {row.log_position or 0}"),
        ("Digest of the draft", row.digest),
    )


def _seen(rows: Iterable[WhatIf]) -> list[TrySeen]:
    listed = list(rows)
    names = _names(row.officer_id for row in listed)
    references = dict(
        Person.objects.filter(
            pk__in={row.person_id for row in listed if row.person_id is not None}
        ).values_list("pk", "reference")
    )
    return [
        TrySeen(
            row.pk, row.title, Status(row.status), row.person_id, _of_whom(row, references),
            OrderKind(row.order_kind), read_draft(row.draft), row.asked_at,
            names.get(row.officer_id, "somebody who left"), row.from_at, row.to_at,
            row.done_count / max(1, len(ids_of(row))), row.message,
        )
        for row in listed
    ]  # fmt: skip


def _of_whom(row: WhatIf, references: Mapping[int, str]) -> str:
    if row.person_id is not None:
        return references[row.person_id]
    kind = row.cohort.get("order_kind", "").replace("_", " ")
    whom = f"People with a tag under {kind}" if kind else "People with a tag"
    return f"{whom}, {row.cohort['area']}" if row.cohort.get("area") else whom


def _attachments(rows: Any) -> list[AttachmentSeen]:
    listed = list(rows.select_related("whatif").order_by("-pk"))
    names = _names(one.officer_id for one in listed)
    return [
        AttachmentSeen(
            one.whatif_id, one.whatif.title, one.order_reference,
            names.get(one.officer_id, "somebody who left"), one.at, one.reason,
            one.whatif.asked_at, str(one.whatif.draft.get("kind", "")),
        )
        for one in listed
    ]  # fmt: skip


def _names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Officer.objects.filter(pk__in=set(ids)).values_list("pk", "display_name"))
