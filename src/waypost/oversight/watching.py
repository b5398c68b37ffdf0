"""What is odd about a look: pure answers from the look and what else is known about it.

Each sign is a question for a person, never a finding: neighbours are alerted about, namesakes are
strangers, and nights are when alerts come. The numbers are our assumptions, said in the sentences.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import time
from zoneinfo import ZoneInfo

from waypost.access.values import Purpose
from waypost.oversight.values import Facts, Look, Sign, Signal

NEAR_M = 400.0  # a street
WORKING = (time(7), time(19))  # Monday to Friday, local, for who is on no rota
MANY = 20  # persons a day that nobody asks about
TIMES_USUAL = 3
NO_TASK_WORDS: dict[Purpose, str] = {
    Purpose.ALERT_RESPONSE: "no alert of this person was open or had been within a week",
    Purpose.SUPERVISION: "the officer was not responsible for this person, nor was their team",
    Purpose.ENFORCEMENT: "no alert was raised about this person in the year before",
    Purpose.CRIME_MAPPING: "no match of this person waited or had been made within a month",
}


def signs(look: Look, facts: Facts, timezone: str) -> tuple[Sign, ...]:
    """All signs of one look, in the order of Signal."""
    return tuple(Sign(look.line, signal, words) for signal, words in _found(look, facts, timezone))


def _found(look: Look, facts: Facts, timezone: str) -> Iterator[tuple[Signal, str]]:
    if facts.home_m is not None and facts.home_m <= NEAR_M:
        yield Signal.OWN_STREET, f"An address of curfew lies within {NEAR_M:.0f} m of their home."
    if same_family_name(facts.officer_name, facts.person_name):
        yield Signal.SAME_NAME, "Officer and person have the same family name."
    if facts.known_case:
        yield Signal.KNOWN_CASE, "The person is on the list of cases that the public knows."
    if facts.has_task is False and look.purpose in NO_TASK_WORDS:
        yield Signal.NO_OPEN_TASK, f"For this purpose, {NO_TASK_WORDS[look.purpose]}."
    if too_many(facts.people_that_day, facts.people_usually):
        usually = f"{facts.people_usually:.0f}" if facts.people_usually is not None else "not known"
        yield (
            Signal.MANY_PEOPLE,
            (f"The officer looked at {facts.people_that_day} people that day; usual: {usually}."),
        )
    if out_of_hours(look, facts, timezone):
        local = look.at.astimezone(ZoneInfo(timezone))
        yield Signal.OUT_OF_HOURS, f"At {local:%H:%M} on a {local:%A}, while not on duty."


def same_family_name(one: str, other: str) -> bool:
    """Whether the last words of two names are the same, whatever their marks and case."""
    first, second = _family(one), _family(other)
    return bool(first) and first == second


def too_many(people: int, usually: float | None) -> bool:
    """More people a day than nobody asks about, and several times what is usual for the officer."""
    return people > max(MANY, TIMES_USUAL * (usually or 0.0))


def out_of_hours(look: Look, facts: Facts, timezone: str) -> bool:
    """Not on duty: by the rota for who is on one, else by the working hours of the week."""
    if facts.on_duty is not None:
        return not facts.on_duty
    local = look.at.astimezone(ZoneInfo(timezone))
    return local.weekday() >= 5 or not WORKING[0] <= local.time() < WORKING[1]


def _family(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(one for one in bare if not unicodedata.combining(one))
    return letters.split()[-1] if len(letters.split()) > 1 else ""
