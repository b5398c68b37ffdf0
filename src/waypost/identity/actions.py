"""What may be done with ids: enter one as a document has it, end one that was wrong.

The same id entered twice is one. Two people with the same id are no error here, for that is how
duplicates are found (queries.likely).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.second_person import said_why
from waypost.access.values import Permission, Posted
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.identity.checking import check_id
from waypost.identity.digests import digest_of
from waypost.identity.models import PersonIdentifier
from waypost.identity.values import NO_SUCH_ID, SOURCE_MAX, GoodId, IdKind, WrongId
from waypost.orders.models import Person
from waypost.orders.queries import NUMBER_MAX, case_of

AT_ONCE = 400  # persons whose ids are loaded together


@dataclass(frozen=True, slots=True)
class Entered:
    """Ids of one person as a file has them, checked."""

    person_id: int
    ids: tuple[GoodId, ...]
    source: str


@transaction.atomic
def enter_id(
    person_id: int, kind: IdKind, text: str, source: str, *, by: Posted, now: datetime
) -> int:
    """Write down an id of the person; the number of its record.

    raises   Refused for what is no such id, for a protected person, or without a source
    """
    may.check(by, Permission.IDENTITY_WRITE, case_of(person_id, now=now))
    if Person.objects.filter(pk=person_id, protected=True).exists():
        raise Refused("Ids of courts and prisons are kept of wearers, not of protected persons.")
    checked = check_id(kind, text, today=now.date())
    if isinstance(checked, WrongId):
        raise Refused(f"“{checked.seen}”: {checked.message}; {checked.action}.")
    whence = " ".join(source.split())[:SOURCE_MAX]
    if not whence:
        raise Refused("Say which document or file has it.")
    digest = digest_of(checked)
    standing = PersonIdentifier.objects.filter(person_id=person_id, digest=digest, ended_at=None)
    had = standing.values_list("pk", flat=True).first()
    if had is not None:
        return had
    made = PersonIdentifier.objects.create(
        person_id=person_id, kind=checked.kind.value, value=checked.value, digest=digest,
        source=whence, known_at=now, entered_by_id=by.officer_id,
    )  # fmt: skip
    detail = {"identifier": made.pk, "kind": made.kind}
    audit.record("identity:entered", by=by, at=now, about=person_id, detail=detail)
    return made.pk


@transaction.atomic
def end_id(identifier_id: int, person_id: int, why: str, *, by: Posted, now: datetime) -> None:
    """Say that an id is not the person's, with why; the record stays to be seen."""
    may.check(by, Permission.IDENTITY_WRITE, case_of(person_id, now=now))
    rows = PersonIdentifier.objects.filter(pk=min(identifier_id, NUMBER_MAX), person_id=person_id)
    if not rows.exists():
        raise NoSuchThing(NO_SUCH_ID)
    words = said_why(why)
    if not rows.filter(ended_at=None).update(
        ended_at=now, ended_by_id=by.officer_id, ended_why=words
    ):
        raise Conflict("This id has ended already.")
    detail = {"identifier": identifier_id}
    audit.record("identity:ended", by=by, at=now, about=person_id, detail=detail)


@transaction.atomic
def enter_many(people: Sequence[Entered], *, by: Posted, now: datetime) -> int:
    """Write down what a file says of many; how many ids are new. Leaves one line."""
    may.check(by, Permission.IDENTITY_WRITE)
    fresh: list[PersonIdentifier] = []
    for start in range(0, len(people), AT_ONCE):
        fresh += _fresh(people[start : start + AT_ONCE], by, now)
    PersonIdentifier.objects.bulk_create(fresh, batch_size=500)
    audit.record(
        "identity:imported", by=by, at=now, detail={"people": len(people), "ids": len(fresh)}
    )
    return len(fresh)


def _fresh(people: Iterable[Entered], by: Posted, now: datetime) -> list[PersonIdentifier]:
    known = set(
        PersonIdentifier.objects.filter(
            person_id__in=[one.person_id for one in people], ended_at=None
        ).values_list("person_id", "digest")
    )
    fresh = []
    for one in people:
        for given in one.ids:
            key = one.person_id, digest_of(given)
            if key not in known:
                known.add(key)
                fresh.append(
                    PersonIdentifier(
                        person_id=one.person_id, kind=given.kind.value, value=given.value,
                        digest=key[1], source=one.source[:SOURCE_MAX], known_at=now,
                        entered_by_id=by.officer_id,
                    )
                )  # fmt: skip
    return fresh
