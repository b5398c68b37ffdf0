"""Cases of the police's side: a request that names no enquiry, a match with somebody's own bed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from waypost.access.values import MACHINE, Posted, Role
from waypost.disclosure.actions import link, pass_on, submit
from waypost.disclosure.asking import Requester
from waypost.disclosure.values import Kind, Urgency, Wanted, What, Window
from waypost.matching.actions import run_matching
from waypost.offences.actions import take_delivery
from waypost.orders.models import Person
from waypost.review.actions import open_match, qualify
from waypost.review.models import Review
from waypost.review.taking import take_runs
from waypost.worlds.practice_people import at_home, curfew, home_of, make_person, report, trail

Made = tuple[int, tuple[tuple[str, str], ...]]
WINDOW = timedelta(minutes=40)
PICTURE = "We want to get a picture of what he is up to these days, as he is known to us."
HELPS = "It gives us background on where he goes and whom he might be seeing, just in case."


def request(role: Role, number: int, requester: Posted, checker: Posted, now: datetime) -> Made:
    """Two weeks of one person for nothing in particular; where an authoriser practises, somebody
    has passed it on already."""
    slot = 48 + number
    person = make_person(f"PR-ASKED-{number}", slot, [curfew(slot), trail()], now)
    report(person, at_home(slot, now, days=15, every_min=30), now)
    wanted = Wanted(
        kind=Kind.POLICE, what=What.TRACK, urgency=Urgency.ROUTINE,
        window=Window(now - timedelta(days=14), now), place=None, person_name=person.full_name,
        person_reference=person.reference, offence="Various", reference="", why=PICTURE,
        helps=HELPS,
    )  # fmt: skip
    asked_at = now - timedelta(hours=5)
    made = submit(wanted, Requester(), by=requester, now=asked_at)
    link(made, person.reference, by=checker, now=asked_at)
    if role is not Role.POLICE_ANALYST:
        note = "The force asked for it to go on; I have not found what it is for."
        pass_on(made, note, by=checker, now=asked_at)
    return person.pk, (("The request", reverse("request", args=[made])),)


def match(role: Role, number: int, qualifier: Posted, now: datetime) -> Made:
    """A burglary in the street in which somebody lives, asleep at home all through it."""
    slot = 60 + number
    person = make_person(f"PR-MATCH-{number}", slot, [curfew(slot), trail()], now)
    report(person, at_home(slot, now, days=14), now)
    batch_id = f"MPS{now:%Y%m%d}-{number}"
    crime = _crime(slot, number, batch_id, now)
    delivery = take_delivery(crime.encode(), f"{batch_id}.csv", by=MACHINE, now=now)
    run_matching(delivery.pk, by=MACHINE, now=now, method="evidence")
    take_runs(now=now)
    found = Review.objects.get(person=Person.objects.get(pk=person.pk))
    if role is Role.AUTHORISING_OFFICER:
        open_match(found.pk, "The best match of the night.", by=qualifier, now=now)
        qualify(
            found.pk, "In the circle all through the window; it should be acted on.",
            by=qualifier, now=now,
        )  # fmt: skip
    return person.pk, (("The match", reverse("review", args=[found.pk])),)


def _crime(slot: int, number: int, batch_id: str, now: datetime) -> str:
    """Two nights ago at 02:00 UTC, forty metres from the home."""
    lat, lon = home_of(slot)
    begins = (now - timedelta(days=2)).replace(hour=2, minute=0, second=0, microsecond=0)
    ends = begins + WINDOW
    return (
        f"Metropolitan,BIAD,,{batch_id},PRACTICE-{number},{begins:%Y%m%d%H%M%S},"
        f"{ends:%Y%m%d%H%M%S},,,{lat + 0.0003:.5f},{lon:.5f},WGS84,rear window forced\n"
    )
