"""What is left out of somebody's own data, beyond the table: recorded, looked at again, ended."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.keeping.belonging import declared, owned
from waypost.keeping.holds import review_day, sentence
from waypost.keeping.models import Restriction
from waypost.keeping.values import GROUNDS, Withheld
from waypost.orders.queries import NUMBER_MAX, case_of

RECORDED = (Withheld.POLICE, Withheld.PROTECTED, Withheld.THIRD)


@transaction.atomic
def restrict(
    person_id: int, ground: Withheld, record: str, reason: str, review_on: date, *,
    by: Posted, now: datetime,
) -> int:  # fmt: skip
    """Leave one record of theirs out: monitoring.Violation:17. Its law is the ground's."""
    may.check(by, Permission.SUBJECT_ACCESS_HANDLE, case_of(person_id, now=now))
    if ground not in RECORDED:
        raise Refused("Choose on which ground it is left out.")
    label, _, number = record.strip().rpartition(":")
    model = next((one for one in owned() if one._meta.label == label), None)
    if model is None or not number.isdecimal() or len(number) > 18:
        raise Refused("Name the record as the list of what is held does, like alerts.Alert:17.")
    path = declared(model).belongs
    wanted = {"pk" if path == "self" else path: person_id}
    if not model._base_manager.filter(pk=int(number)).filter(**wanted).exists():
        raise Refused("There is no such record of this person.")
    made = Restriction.objects.create(
        person_id=person_id, ground=ground.value, record=f"{label}:{int(number)}",
        source=GROUNDS[ground].law, reason=sentence(reason, 10, "why, in a sentence"), made_at=now,
        made_by_id=by.officer_id, review_on=review_day(review_on, now),
    )  # fmt: skip
    audit.record("restriction:recorded", by=by, at=now, about=person_id,
                 detail={"restriction": made.pk, "ground": ground.value})  # fmt: skip
    return int(made.pk)


@transaction.atomic
def review_restriction(
    restriction_id: int, review_on: date | None, *, by: Posted, now: datetime
) -> None:
    """Still needed, and looked at again then; with no day, it ends. What the table itself leaves
    out stays left out: its restriction is recorded anew with the next bundle."""
    may.check(by, Permission.SUBJECT_ACCESS_HANDLE)
    rows = Restriction.objects.select_for_update()
    held = rows.filter(pk=min(restriction_id, NUMBER_MAX)).first()
    if held is None:
        raise NoSuchThing("There is no such restriction.")
    case = case_of(held.person_id, now=now)
    may.check(by, Permission.SUBJECT_ACCESS_HANDLE, case, absent="There is no such restriction.")
    live = Restriction.objects.filter(pk=held.pk, ended_at=None)
    said = (
        {"ended_at": now, "ended_by_id": by.officer_id}
        if review_on is None
        else {"review_on": review_day(review_on, now), "reviewed_at": now,
              "reviewed_by_id": by.officer_id}
    )  # fmt: skip
    if not live.update(**said):
        raise Conflict("It has ended already.")
    audit.record(
        "restriction:ended" if review_on is None else "restriction:reviewed", by=by, at=now,
        about=held.person_id, detail={"restriction": held.pk},
    )  # fmt: skip
