"""A practice's world: made-up people whose records show a real failure, a fresh one an attempt.

    prepare(role, username, ...)          once for a home: who practises, and the colleagues
    set_up(exercise, role, number, ...)   the case of one attempt, by real actions, in one go

Nothing here is ever written into a real store: `waypost practise` gives it a home of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.access.actions import make_officer, make_team
from waypost.access.models import Officer, Team
from waypost.access.queries import posted
from waypost.access.values import Posted, Role
from waypost.disclosure.actions import confirm_rank, record_rank
from waypost.disclosure.scope import rank_of
from waypost.disclosure.values import Rank
from waypost.policing.values import POLICE_FORCE
from waypost.training.practising import find_practice
from waypost.worlds import practice_police, practice_probation

TEAM, REGION = "Practice team", "Practice region"
FORCE = "Practice Police"
# Colleagues of whoever practises, who have done their part before the exercise begins.
REQUESTER, CHECKER, QUALIFIER = "practice-requester", "practice-checker", "practice-qualifier"
SWITCHERS = ("practice-administrator-1", "practice-administrator-2")
BEFORE = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Case:
    """What was made for one attempt: the person, and the pages on which it is shown."""

    person_id: int
    links: tuple[tuple[str, str], ...]  # words, path


def prepare(role: Role, username: str, name: str, pass_phrase: str, *, now: datetime) -> Officer:
    """Who practises, in a team or force as the role has one, and the colleagues. Idempotent."""
    since = now - BEFORE
    team = make_team(REGION, "probation_region", TEAM, area=TEAM, now=since)
    force = make_team(FORCE, POLICE_FORCE, "Desk", now=since)
    for other, as_role in (
        (REQUESTER, Role.POLICE_REQUESTER), (CHECKER, Role.POLICE_ANALYST),
        (QUALIFIER, Role.POLICE_ANALYST), *((one, Role.ADMINISTRATOR) for one in SWITCHERS),
    ):  # fmt: skip
        own = force if as_role is Role.POLICE_REQUESTER else None
        make_officer(other, _shown(other), None, as_role, team=own, now=since)
    made = make_officer(username, name, pass_phrase, role, team=_team_of(role, team), now=since)
    if role is Role.AUTHORISING_OFFICER and rank_of(made.pk, now=now) is None:
        first, second = (colleague(one, now=now) for one in SWITCHERS)
        held = record_rank(made.pk, Rank.SENIOR, since, None, by=first, now=now)
        confirm_rank(held, by=second, now=now)
    return made


def set_up(exercise: str, role: Role, number: int, *, now: datetime) -> Case:
    """Make the case of one attempt. It writes a week of fixes and takes a second or two."""
    assert find_practice() is not None, "a case is made up: never in a real store"
    made = CASES[exercise](role, number, now)
    return Case(*made)


def colleague(username: str, *, now: datetime) -> Posted:
    return posted(Officer.objects.get(username=username), now=now)


def _team_of(role: Role, team: Team) -> Team | None:
    return team if role in {Role.PROBATION_PRACTITIONER, Role.COURT_REPORT_OFFICER} else None


def _shown(username: str) -> str:
    return username.replace("-", " ").title()


CASES: dict[str, Callable[[Role, int, datetime], tuple[int, tuple[tuple[str, str], ...]]]] = {
    "self-clearing-strap": lambda _, number, now: practice_probation.strap(number, now),
    "drift-night": lambda _, number, now: practice_probation.drift(number, now),
    "clock-change-curfew": lambda _, number, now: practice_probation.clock_change(number, now),
    "unsafe-address": lambda role, number, now: practice_probation.address(role, number, now),
    "tenuous-request": lambda role, number, now: practice_police.request(
        role, number, colleague(REQUESTER, now=now), colleague(CHECKER, now=now), now
    ),
    "match-next-door": lambda role, number, now: practice_police.match(
        role, number, colleague(QUALIFIER, now=now), now
    ),
}
