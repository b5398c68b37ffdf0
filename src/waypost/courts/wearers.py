"""Whose message it is: by the sender's id if it is known here, else who it may be.

A name and a date of birth never decide. Whoever resembles is asked about; nobody is merged.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date, datetime

from waypost.courts.models import CourtPerson
from waypost.courts.values import Choice, Heard, PersonHeard, Question, Wants
from waypost.orders.models import Person
from waypost.units import PersonRef

KNOWN_BY = ("master_defendant_id", "case_id")  # ids by which a sender calls one person, each time
NEW = Choice("new", "Nobody who is known here", {"choice": "new"})
SHOWN_MAX = 10


class Wearers:
    """Everybody who may be meant, by name and by date of birth, in memory: names are sealed, so
    that no column can be asked for one. Made once for a delivery."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Person]] = defaultdict(list)
        self._by_family: dict[tuple[str, date], list[Person]] = defaultdict(list)
        for person in Person.objects.filter(protected=False).order_by("pk"):
            words = _words(person.full_name)
            if not words:
                continue
            self._by_name[f"{words[0]} {words[-1]}"].append(person)
            if person.born_on is not None:
                self._by_family[words[-1], person.born_on].append(person)

    def resembling(self, heard: PersonHeard) -> list[Person]:
        """Same first and last name and no other date of birth; or same family and date of birth."""
        first, last = _words(heard.first_name), _words(heard.last_name)
        found: dict[int, Person] = {}
        if first and last:
            for person in self._by_name[f"{first[0]} {last[-1]}"]:
                if None in {heard.born, person.born_on} or heard.born == person.born_on:
                    found[person.pk] = person
        if last and heard.born is not None:
            found |= {one.pk: one for one in self._by_family[last[-1], heard.born]}
        return sorted(found.values(), key=lambda one: one.pk)


def known_person(heard: PersonHeard) -> Person | None:
    """The person whom this sender has called so before; or whom it calls by our own reference."""
    for name in KNOWN_BY:
        if value := heard.id_of(name):
            row = CourtPerson.objects.filter(name=name, value=_digest(value)).first()
            if row is not None:
                return row.person
    own = heard.id_of("case_id")
    return Person.objects.filter(reference=own, protected=False).first() if own else None


def remember(person: Person, heard: PersonHeard, now: datetime) -> None:
    """So that the next message of this sender is known to be about them."""
    for name in KNOWN_BY:
        if value := heard.id_of(name):
            CourtPerson.objects.get_or_create(
                name=name, value=_digest(value), defaults={"person": person, "known_at": now}
            )


def new_reference(heard: Heard) -> PersonRef:
    """How somebody new is called here: after the sender's id, the same each time."""
    master = heard.person.id_of("master_defendant_id")
    case = heard.person.id_of("case_id")
    return PersonRef(f"CP-{master[:18].upper()}" if master else (case or "CP-UNNAMED")[:80])


def who_question(heard: Heard, resembling: list[Person]) -> Question | None:
    """Which of those who resemble is meant, or nobody."""
    if not resembling:
        return None
    choices = tuple(
        Choice(one.reference, f"{one.full_name}, {one.reference}, {_born(one.born_on)}",
               {"choice": one.reference})
        for one in resembling[:SHOWN_MAX]
    )  # fmt: skip
    return Question(
        "person/who", Wants.CHOICE, heard.person.words,
        f"The message is about {heard.person.name}, {_born(heard.person.born)}. Somebody like "
        "this is known here.", choices=(*choices, NEW),
    )  # fmt: skip


def _born(born: date | None) -> str:
    return f"born {born.day} {born:%B %Y}" if born else "date of birth not known"


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split()


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
