"""Ids of the demo's wearers, one of them twice in the store, and what most say of themselves.

The second record comes as such records come: a sheet of a prison, the name turned round, day and
month of birth too, with one id that both have.
"""

from __future__ import annotations

import random
from datetime import datetime

from waypost.access.values import MACHINE

SEED = 8
ASKED_OF_TEN = 7
SOURCE = "the court’s file"
AGAIN = "AGAIN-1"


def know_everybody(now: datetime) -> int:
    """Enter ids, the second record and answers; how many people got ids. Done again it adds
    nothing."""
    from waypost.equality.models import SelfDescription
    from waypost.identity.actions import Entered, enter_many
    from waypost.identity.checking import check_letter
    from waypost.identity.values import GoodId, IdKind
    from waypost.orders.models import Person

    people = list(Person.objects.filter(protected=False).exclude(reference=AGAIN).order_by("pk"))
    entered = []
    for number, person in enumerate(people, 1):
        serial = f"{number * 37:07d}"
        pnc = f"2019/{serial}{check_letter('19', serial)}"
        ids = (GoodId(IdKind.CRN, f"X{number:06d}"), GoodId(IdKind.PNC, pnc))
        entered.append(Entered(person.pk, ids, SOURCE))
    enter_many(entered, by=MACHINE, now=now)
    if people:
        _again(people[-1].pk, now)
    if not SelfDescription.objects.exists():
        _ask([one.pk for one in people], now)
    return len(people)


def _again(person_id: int, now: datetime) -> None:
    """A second record of somebody, who is not under limited access."""
    from waypost.identity.actions import enter_id
    from waypost.identity.queries import ids_about
    from waypost.identity.values import IdKind
    from waypost.orders.actions import import_orders
    from waypost.orders.models import Person
    from waypost.orders.values import PersonOrders
    from waypost.units import PersonRef

    person = Person.objects.get(pk=person_id)
    if person.limited or Person.objects.filter(reference=AGAIN).exists():
        return
    name = " ".join(reversed(person.full_name.split()))
    details: dict[str, object] = {"name": name, "area": person.area}
    if person.born_on is not None and person.born_on.day <= 12:
        turned = person.born_on.replace(month=person.born_on.day, day=person.born_on.month)
        details["born"] = turned
    import_orders([PersonOrders(PersonRef(AGAIN), details=details)], by=MACHINE, now=now)
    again = Person.objects.get(reference=AGAIN)
    for one in ids_about([person_id])[person_id]:
        if one.kind is IdKind.PNC:
            enter_id(again.pk, one.kind, one.value, "the prison’s sheet", by=MACHINE, now=now)


def _ask(person_ids: list[int], now: datetime) -> None:
    from waypost.equality.actions import answer
    from waypost.equality.values import NOT_SAID, QUESTIONS

    chance = random.Random(SEED)
    for person_id in person_ids:
        if chance.randrange(10) >= ASKED_OF_TEN:
            continue
        said = {
            one.code: [NOT_SAID if chance.random() < 0.1 else chance.choice(list(one.words()))]
            for one in QUESTIONS
            if not one.typed
        }
        answer(person_id, said, by=MACHINE, now=now)
