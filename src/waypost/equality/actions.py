"""What may be done with answers about oneself: give them, change them, take them back.

    answer     by the wearer, or by an officer who asks them; a new version
    withdraw   the answers of every version go; that somebody was asked stays

An officer's form shows no earlier answer, so what it leaves empty is left as it was: only the
wearer's own form, which shows them, can empty one. Audit lines say that it was done, never what.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.equality.models import SelfDescription
from waypost.equality.values import BY_CODE, How, checked
from waypost.errors import Conflict, Refused
from waypost.orders.models import Person
from waypost.orders.queries import case_of

MOVED_ON = "Other answers were saved meanwhile; look at them again."


@transaction.atomic
def answer(
    person_id: int,
    said: Mapping[str, list[str]],
    *,
    by: Posted,
    now: datetime,
    expected_version: int | None = None,
) -> int:
    """Save what the person says of themself; the version.

    expected_version   of the wearer's own form: what it showed
    raises             Refused with the first thing that is wrong, or where nothing is answered
    """
    may.check(by, Permission.EQUALITY_WRITE, case_of(person_id, now=now))
    kept, wrong = checked(said)
    if wrong:
        code, why = next(iter(wrong.items()))
        raise Refused(f"{BY_CODE[code].title}: {why}")
    how = How.SELF if by.own_person_id == person_id else How.WITH
    if not kept:
        raise Refused("Answer at least one question; “prefer not to say” is an answer.")
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.protected:
        raise Refused("These questions are asked of wearers.")
    last = SelfDescription.objects.filter(person=person).order_by("-version").first()
    version = last.version if last else 0
    if expected_version is not None and expected_version != version:
        raise Conflict(MOVED_ON)
    if how is How.WITH and last is not None and last.answers:
        kept = json.loads(last.answers) | kept
    SelfDescription.objects.create(
        person=person, version=version + 1, answers=json.dumps(kept, sort_keys=True), how=how,
        made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    detail = {"version": version + 1, "how": how.value}
    audit.record("equality:answered", by=by, at=now, about=person_id, detail=detail)
    return version + 1


@transaction.atomic
def withdraw(person_id: int, *, by: Posted, now: datetime) -> None:
    """Take all answers back: the wearer's own to do. Conflict where there are none."""
    may.check(by, Permission.EQUALITY_WRITE, case_of(person_id, now=now))
    if by.own_person_id != person_id:
        raise Refused("Only the person takes their own answers back.")
    rows = SelfDescription.objects.filter(person_id=person_id)
    standing = rows.filter(withdrawn_at=None)
    if not standing.update(answers="", withdrawn_at=now):
        raise Conflict("There are no answers to take back.")
    audit.record("equality:withdrawn", by=by, at=now, about=person_id)
