"""What may be asked of identity: ids of a person, who has an id, likely duplicates, merges.

Every answer is within the asker's reach; a person they may not know of is in none, and a pair is
told only to who may read both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from waypost.access import may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.identity.checking import kinds_of
from waypost.identity.digests import digest_of
from waypost.identity.likeness import likely_pairs, likeness
from waypost.identity.models import Merge, MergeMove, PersonIdentifier
from waypost.identity.values import IdKind, IdSeen, Likeness, MergeStatus, Sketch
from waypost.orders.models import Order, Person
from waypost.orders.queries import case_of, cases_of, visible_person_ids

PAIRS_MAX = 100  # on a page
MERGES_MAX = 100


@dataclass(frozen=True, slots=True)
class Side:
    """One record of a pair. name: "" where none is recorded."""

    person_id: int
    reference: str
    name: str
    born: date | None
    area: str
    ids: tuple[IdSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class PairSeen:
    one: Side
    other: Side
    alike: Likeness


@dataclass(frozen=True, slots=True)
class MergeSeen:
    merge_id: int
    kept: Side
    other: Side
    status: MergeStatus
    proposed_by: str
    proposed_at: datetime
    mine: bool  # whoever reads it proposed what waits


@dataclass(frozen=True, slots=True)
class MoveSeen:
    act: str
    at: datetime
    by: str
    words: str
    status: MergeStatus


@dataclass(frozen=True, slots=True)
class Duplicates:
    """waiting: merges that wait for somebody; standing: in force; pairs: likely, likest first."""

    waiting: tuple[MergeSeen, ...]
    standing: tuple[MergeSeen, ...]
    pairs: tuple[PairSeen, ...]
    pair_count: int


def ids_of_person(
    person_id: int, by: Posted, *, now: datetime, ended_too: bool = False
) -> list[IdSeen]:
    """The person's ids, those that stand first."""
    may.check(by, Permission.PERSON_READ, case_of(person_id, now=now))
    return ids_about([person_id], ended_too=ended_too).get(person_id, [])


def ids_about(person_ids: Collection[int], *, ended_too: bool = False) -> dict[int, list[IdSeen]]:
    """Ids by person. The caller asked "may I?"."""
    rows = PersonIdentifier.objects.filter(person_id__in=list(person_ids))
    if not ended_too:
        rows = rows.filter(ended_at=None)
    rows = rows.order_by("kind", "known_at", "pk")
    found: dict[int, list[IdSeen]] = defaultdict(list)
    kept = list(rows)
    names = _officers(number for one in kept for number in (one.entered_by_id, one.ended_by_id))
    for one in sorted(kept, key=lambda row: row.ended_at is not None):
        found[one.person_id].append(
            IdSeen(
                one.pk, IdKind(one.kind), one.value, one.source, names.get(one.entered_by_id, ""),
                one.known_at, one.ended_at, names.get(one.ended_by_id, ""), one.ended_why,
            )
        )  # fmt: skip
    return dict(found)


def people_with_id(text: str, by: Posted, *, now: datetime) -> frozenset[int]:
    """Who has exactly this id, of any kind, among those whom the officer may see."""
    digests = [digest_of(one) for one in kinds_of(text, today=now.date())]
    rows = PersonIdentifier.objects.filter(digest__in=digests, ended_at=None)
    ids = frozenset(rows.values_list("person_id", flat=True)) if digests else frozenset()
    return frozenset(
        person_id
        for person_id, case in cases_of(ids, now=now).items()
        if may.decide(by, Permission.PERSON_READ, case).allowed
    )


def standing_ids(person_ids: Collection[int], kind: IdKind) -> dict[int, str]:
    """The newest id of this kind, by person, for a file that has a column for it. The caller asked
    "may I?"."""
    rows = PersonIdentifier.objects.filter(
        person_id__in=list(person_ids), kind=kind, ended_at=None
    ).order_by("known_at", "pk")
    return {one.person_id: one.value for one in rows}


def likeness_of(first_id: int, second_id: int) -> Likeness:
    """How alike the two are; the caller asked "may I?"."""
    sketches = {one.person_id: one for one in _sketches([first_id, second_id])}
    return likeness(sketches[first_id], sketches[second_id]) or Likeness(0, ())


def duplicates(by: Posted, *, now: datetime) -> Duplicates:
    """Merges and likely pairs of which the officer may read both."""
    may.check(by, Permission.IDENTITY_MERGE)
    reach = visible_person_ids(by, Permission.IDENTITY_MERGE, now=now)
    merges = _merges(by, reach)
    settled = _settled()
    pairs = [row for row in likely_pairs(_sketches(reach)) if _key(row[0], row[1]) not in settled]
    shown = pairs[:PAIRS_MAX]
    sides = sides_of({one.person_id for row in shown for one in row[:2]})
    return Duplicates(
        tuple(one for one in merges if one.status is not MergeStatus.IN_FORCE),
        tuple(one for one in merges if one.status is MergeStatus.IN_FORCE),
        tuple(
            PairSeen(sides[one.person_id], sides[other.person_id], alike)
            for one, other, alike in shown
        ),
        len(pairs),
    )


def sides_of(person_ids: Collection[int]) -> dict[int, Side]:
    """Records as a comparison shows them. The caller asked "may I?"."""
    ids = ids_about(person_ids)
    return {
        one.pk: Side(
            one.pk, one.reference, one.full_name, one.born_on, one.area, tuple(ids.get(one.pk, ()))
        )
        for one in Person.objects.filter(pk__in=list(person_ids))
    }


def moves_of(merge_id: int) -> list[MoveSeen]:
    """Its story, oldest first. The caller asked "may I?"."""
    rows = list(MergeMove.objects.filter(merge_id=merge_id).order_by("pk"))
    names = _officers(one.officer_id for one in rows)
    return [
        MoveSeen(one.act, one.at, names.get(one.officer_id, ""), one.words,
                 MergeStatus(one.to_status))
        for one in rows
    ]  # fmt: skip


def merge_seen(row: Merge, by: Posted) -> MergeSeen:
    """A merge as pages show it. The caller asked "may I?"."""
    return _seen([row], by)[0]


def _merges(by: Posted, reach: frozenset[int] | None) -> list[MergeSeen]:
    rows = Merge.objects.filter(
        status__in=[MergeStatus.PROPOSED, MergeStatus.IN_FORCE, MergeStatus.DOUBTED]
    )
    kept = [
        one
        for one in rows.order_by("proposed_at", "pk")
        if reach is None or {one.kept_id, one.other_id} <= reach
    ]
    return _seen(kept[:MERGES_MAX], by)


def _seen(rows: list[Merge], by: Posted) -> list[MergeSeen]:
    sides = sides_of({number for one in rows for number in (one.kept_id, one.other_id)})
    names = _officers(one.proposed_by_id for one in rows)
    return [
        MergeSeen(
            one.pk, sides[one.kept_id], sides[one.other_id], MergeStatus(one.status),
            names.get(one.proposed_by_id, ""), one.proposed_at,
            one.proposed_by_id == by.officer_id,
        )
        for one in rows
    ]  # fmt: skip


def _settled() -> set[tuple[int, int]]:
    """Pairs that somebody has decided about, or is deciding; not those that were only withdrawn."""
    rows = Merge.objects.exclude(status=MergeStatus.TAKEN_BACK).values_list("kept_id", "other_id")
    return {(min(pair), max(pair)) for pair in rows}


def _key(one: Sketch, other: Sketch) -> tuple[int, int]:
    return min(one.person_id, other.person_id), max(one.person_id, other.person_id)


def _sketches(person_ids: Collection[int] | None) -> list[Sketch]:
    """Wearers as likeness is told of them; None: all."""
    people = Person.objects.filter(protected=False)
    rows = PersonIdentifier.objects.filter(ended_at=None)
    if person_ids is not None:
        people = people.filter(pk__in=list(person_ids))
        rows = rows.filter(person_id__in=list(person_ids))
    ids: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for person_id, kind, digest in rows.values_list("person_id", "kind", "digest"):
        ids[person_id].add((kind, digest))
    return [
        Sketch(pk, name, born, area, frozenset(ids[pk]))
        for pk, name, born, area in people.order_by("pk").values_list(
            "pk", "full_name", "born_on", "area"
        )
    ]


def _officers(ids: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {one for one in ids if one is not None}
    return {one.pk: str(one) for one in Officer.objects.filter(pk__in=wanted)}


def standing_merges(person_ids: Collection[int]) -> list[Merge]:
    """Merges that make one of these records one with another. The caller asked "may I?"."""
    rows = Merge.objects.filter(status__in=[MergeStatus.IN_FORCE, MergeStatus.DOUBTED])
    return list(
        rows.filter(Q(kept_id__in=list(person_ids)) | Q(other_id__in=list(person_ids)))
        .select_related("kept", "other")
        .order_by("pk")
    )


def new_of_the_second(
    orders: Mapping[str, Collection[str]],
) -> list[tuple[str, frozenset[str], str]]:
    """Orders that the store has not yet, of records that stand second in a merge: whose, which, and
    the reference of the kept record, where new orders go.

    orders   reference of a person -> references of their orders, as a file has them
    """
    instead = _kept_instead_of(orders)
    rows = Order.objects.filter(person__reference__in=list(instead))
    known = set(rows.values_list("person__reference", "reference"))
    found = [
        (whose, frozenset(one for one in orders[whose] if (whose, one) not in known), kept)
        for whose, kept in sorted(instead.items())
    ]
    return [row for row in found if row[1]]


def _kept_instead_of(references: Collection[str]) -> dict[str, str]:
    rows = Merge.objects.filter(status__in=[MergeStatus.IN_FORCE, MergeStatus.DOUBTED])
    return {
        other: kept
        for other, kept in rows.values_list("other__reference", "kept__reference")
        if other in references
    }
