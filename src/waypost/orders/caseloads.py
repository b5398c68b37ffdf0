"""Who is responsible for whom, as a file says it: some holders end, others begin, none is deleted.

A file that names officers names all of them, and so with its team; what it is silent about stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import Q

from waypost.access.models import Officer, Team
from waypost.orders.models import Caseload, Person
from waypost.orders.values import PersonOrders

Holder = tuple[int | None, int | None, bool]  # officer, team, named staff
Report = Callable[[str, str, str, str, str], None]


def assign(
    persons: Sequence[PersonOrders],
    records: dict[str, Person],
    *,
    now: datetime,
    problem: Report,
) -> set[int]:
    """Bring the caseloads to what the persons' details say; gives whose changed.

    Officers of somebody under limited access become named staff. Names nobody has are problems.
    """
    asked = [one for one in persons if "officers" in one.details or "team" in one.details]
    if not asked:
        return set()
    officers, teams = _officers(asked), _teams(asked)
    live = _live([records[one.person_id].pk for one in asked], now)
    begun: list[Caseload] = []
    ended: list[int] = []
    for person in asked:
        record = records[person.person_id]
        wanted = _wanted(person, record.limited, officers, teams, problem)
        had = {
            (row.officer_id, row.team_id, row.named): row.pk
            for row in live[record.pk]
            if ("team" if row.officer_id is None else "officers") in person.details
        }
        ended += [row_id for holder, row_id in had.items() if holder not in wanted]
        begun += [
            Caseload(person=record, officer_id=officer, team_id=team, named=named, from_at=now)
            for officer, team, named in sorted(wanted - set(had), key=str)
        ]
    changed = Caseload.objects.filter(pk__in=ended)
    ids = {row.person_id for row in begun} | set(changed.values_list("person_id", flat=True))
    changed.update(to_at=now)
    Caseload.objects.bulk_create(begun)
    return ids


def _wanted(
    person: PersonOrders,
    limited: bool,
    officers: dict[str, int],
    teams: dict[str, int],
    problem: Report,
) -> set[Holder]:
    wanted: set[Holder] = set()
    for name in person.details.get("officers", ()):
        if name in officers:
            wanted.add((officers[name], None, limited))
        else:
            problem("UNKNOWN_OFFICER", "officers", name, "nobody signs in by this name",
                    "make the officer first: waypost officer")  # fmt: skip
    team = person.details.get("team")
    if team in teams:
        wanted.add((None, teams[team], False))
    elif team:
        problem("UNKNOWN_TEAM", "team", team, "there is no team of this name",
                "make the team first: waypost officer --team")  # fmt: skip
    return wanted


def _officers(asked: Sequence[PersonOrders]) -> dict[str, int]:
    names = {name for one in asked for name in one.details.get("officers", ())}
    return dict(Officer.objects.filter(username__in=names).values_list("username", "id"))


def _teams(asked: Sequence[PersonOrders]) -> dict[str, int]:
    names = {one.details["team"] for one in asked if "team" in one.details}
    return dict(Team.objects.filter(name__in=names).values_list("name", "id"))


def _live(ids: Sequence[int], now: datetime) -> dict[int, list[Caseload]]:
    rows: dict[int, list[Caseload]] = defaultdict(list)
    for row in Caseload.objects.filter(Q(to_at=None) | Q(to_at__gt=now), person_id__in=ids):
        rows[row.person_id].append(row)
    return rows


def hand_over(person_id: int, team_id: int, *, now: datetime) -> None:
    """A team takes the case from whoever holds it; inside the caller's transaction."""
    live = Caseload.objects.filter(Q(to_at=None) | Q(to_at__gt=now), person_id=person_id)
    live.exclude(officer=None, team_id=team_id).update(to_at=now)
    if not live.filter(officer=None, team_id=team_id).exists():
        Caseload.objects.create(person_id=person_id, team_id=team_id, from_at=now)
