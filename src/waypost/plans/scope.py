"""What each act of this room begins with: the person, checked, and sound words."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from waypost.access import may
from waypost.access.values import Case, Permission, Posted
from waypost.errors import NoSuchThing, Refused
from waypost.orders.models import Person
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.plans.models import Plan
from waypost.plans.values import LINE_MAX, NO_SUCH_PLAN, REVIEW_MAX, WORDS_MAX


def checked(person_id: int, permission: Permission, *, by: Posted, now: datetime) -> Case:
    """The case, if the officer may. A protected person wears nothing and has no plan here."""
    case = case_of(person_id, now=now)
    may.check(by, permission, case)
    if Person.objects.filter(pk=person_id, protected=True).exists():
        raise NoSuchThing(may.NO_SUCH_PERSON)
    return case


def plan_of(plan_id: int, permission: Permission, *, by: Posted, now: datetime) -> Plan:
    """The plan, if the officer may know of it."""
    found = Plan.objects.filter(pk=min(plan_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_PLAN)
    may.check(by, permission, case_of(found.person_id, now=now), absent=NO_SUCH_PLAN)
    return found


def lock(person_id: int) -> None:
    """Have one person's plans written one after another: the first has no row to lock."""
    Person.objects.select_for_update().get(pk=person_id)


def said(text: str, asks: str, *, least: int = 10, limit: int = WORDS_MAX) -> str:
    """The words in one line. Refused with what is asked where they are too few or too many."""
    words = " ".join(text.split())
    if len(words) < least:
        raise Refused(asks)
    if len(words) > limit:
        raise Refused(f"{asks} At most {limit} characters.")
    return words


def line(text: str, asks: str, *, least: int = 3) -> str:
    return said(text, asks, least=least, limit=LINE_MAX)


def check_review(at: datetime, now: datetime) -> None:
    if not now < at <= now + REVIEW_MAX:
        raise Refused("Name the day of the next review: after today, and within half a year.")


def today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.WALL_ZONE)).date()
