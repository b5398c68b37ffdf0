"""Cases of the control room and of probation: a strap, a night of cells, the clocks, an address."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse

from waypost.access.values import Role
from waypost.alerts.models import Alert
from waypost.alerts.raising import raise_alone
from waypost.alerts.values import AlertKind
from waypost.positions.values import DecodedEvent, DecodedFix, EventKind
from waypost.units import Mechanism
from waypost.worlds.practice_people import (
    at_home,
    curfew,
    fix,
    home_of,
    make_person,
    report,
    trail,
)

TEAM = "Practice team"
OPENED, CLOSED = timedelta(minutes=25), timedelta(minutes=24, seconds=20)
LONDON = ZoneInfo("Europe/London")
Made = tuple[int, tuple[tuple[str, str], ...]]


def strap(number: int, now: datetime) -> Made:
    """A strap that said it was open, then closed; the alert that it raised waits."""
    slot = number
    person = make_person(f"PR-STRAP-{number}", slot, [curfew(slot), trail()], now)
    told = (
        DecodedEvent(now - OPENED, EventKind.STRAP_TAMPER),
        DecodedEvent(now - CLOSED, EventKind.STRAP_RESTORED),
    )
    report(person, at_home(slot, now, days=1), now, told)
    with transaction.atomic():
        raise_alone(person.pk, AlertKind.STRAP_TAMPER, now - OPENED, now=now)
    alert = Alert.objects.filter(person=person, kind=AlertKind.STRAP_TAMPER).latest("pk")
    return person.pk, (
        ("The alert", reverse("alert", args=[alert.pk])),
        ("The person", reverse("person", args=[person.pk])),
    )


def drift(number: int, now: datetime) -> Made:
    """Last night by phone masts, with two satellite fixes at the home."""
    slot = 12 + number
    person = make_person(f"PR-DRIFT-{number}", slot, [curfew(slot)], now, team=TEAM)
    report(person, _night(slot, now), now)
    return person.pk, (("The person", reverse("person", args=[person.pk])),)


def clock_change(number: int, now: datetime) -> Made:
    slot = 24 + number
    person = make_person(f"PR-CLOCKS-{number}", slot, [curfew(slot)], now, team=TEAM)
    return person.pk, (("The person and the order", reverse("person", args=[person.pk])),)


def address(role: Role, number: int, now: datetime) -> Made:
    """A curfew that began today, and nobody has said anything of the address."""
    slot = 36 + number
    person = make_person(f"PR-ADDRESS-{number}", slot, [curfew(slot)], now, team=TEAM, order_days=0)
    links = [("The person", reverse("person", args=[person.pk]))]
    if role is Role.PROBATION_PRACTITIONER:
        links.append(("What is owed", reverse("person-necessity", args=[person.pk])))
    return person.pk, tuple(links)


def _night(slot: int, now: datetime) -> list[DecodedFix]:
    """From 18:00 to 08:00: a cell fix each five minutes, jumping; one of them 340 m off."""
    chance, (lat, lon) = random.Random(slot), home_of(slot)
    evening = datetime.combine(now.astimezone(LONDON).date() - timedelta(days=1), time(18), LONDON)
    found = []
    for minute in range(0, 14 * 60, 5):
        at = evening + timedelta(minutes=minute)
        if at >= now:
            break
        if minute in {120, 600}:
            found.append(fix(at, lat, lon))
            continue
        jump = 0.00305 if minute == 420 else chance.choice((0.0, 0.0015)) + chance.gauss(0, 0.0002)
        r95_m = 600.0 if minute == 420 else chance.uniform(250, 500)
        found.append(fix(at, lat + jump, lon, r95_m, Mechanism.CELL))
    return found
