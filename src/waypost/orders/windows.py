"""Authorisations to look further than a purpose does: asked by one, decided by another. Further is
over more days at once, or at fixes that bear on nothing the order asks (rules/bearing.py).

    ask_wider      by the officer who needs it: whom, for what, how far, until when, why
    decide_wider   by an authorising officer who did not ask
    end_wider      by either, before its time

A granted one holds for that officer, person and purpose alone (`access/may.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, may
from waypost.access.purposes import GATEWAYS, window_words, windows
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.models import WiderWindow
from waypost.orders.queries import NUMBER_MAX, case_of, hidden_person_ids

WORDS_MAX = 500
LONGEST = timedelta(days=366)  # of one look; nobody needs more than a year at a time
LASTS = timedelta(days=7)  # how long an authorisation holds
NO_SUCH_REQUEST = "There is no such request."


@dataclass(frozen=True, slots=True)
class WiderSeen:
    """A request as pages show it."""

    wider_id: int
    person_id: int
    reference: str
    officer: str
    own: bool  # of whoever reads it
    purpose: Purpose
    window: str  # what one look may cover, in words
    whole: bool  # all fixes, not only those that bear on an order
    words: str
    status: str
    asked_at: datetime
    to_at: datetime | None
    decided_words: str


@transaction.atomic
def ask_wider(
    person_id: int,
    purpose: Purpose,
    days: int,
    words: str,
    *,
    by: Posted,
    now: datetime,
    whole: bool = False,
) -> int:
    """Ask to look over so many days at once. Refused where the purpose is not theirs, shows as much
    already, or no reason is given; Conflict where such a request waits.

    whole   at all fixes of them, not only at those that bear on an order
    """
    case = case_of(person_id, now=now)
    may.check(by, Permission.WHEREABOUTS_READ, case)
    said = " ".join(words.split())[:WORDS_MAX]
    wanted = timedelta(days=days)
    gateway = GATEWAYS.get(purpose)
    officer_id = by.officer_id
    if officer_id is None or gateway is None or not by.roles & gateway.roles:
        raise Refused(f"The purpose {purpose.value} is not one that your role may look for.")
    covered = windows()[purpose]
    if whole and gateway.whole:
        raise Refused("This purpose shows every fix already.")
    if not (timedelta(0) if whole else covered) < wanted <= LONGEST:
        raise Refused(
            f"Ask for at least one day, and at most {LONGEST.days}." if whole else
            f"Ask for more than the {window_words(covered)} that this purpose covers already, and "
            f"at most {LONGEST.days} days."
        )  # fmt: skip
    if not said:
        raise Refused("Say why less does not do: whoever decides has only these words.")
    mine = WiderWindow.objects.filter(person_id=person_id, officer_id=officer_id,
                                      purpose=purpose.value, status="waiting")  # fmt: skip
    if mine.exists():
        raise Conflict("You have asked for this already, and it waits.")
    made = WiderWindow.objects.create(
        person_id=person_id, officer_id=officer_id, purpose=purpose.value,
        hours=days * 24, whole=whole, words=said, status="waiting", asked_at=now,
    )  # fmt: skip
    detail = {"wider": made.pk, "days": days, "whole": whole}
    audit.record("wider:asked", by=by, at=now, about=person_id, purpose=purpose, detail=detail)
    return made.pk


@transaction.atomic
def decide_wider(wider_id: int, *, grant: bool, words: str, by: Posted, now: datetime) -> None:
    """Grant it for a week, or refuse it, with a reason. Nobody decides what they asked for."""
    found = _found(wider_id)
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.WINDOW_AUTHORISE, case, absent=NO_SUCH_REQUEST)
    if found.officer_id == by.officer_id:
        raise Refused("Somebody else decides what you asked for.")
    said = " ".join(words.split())[:WORDS_MAX]
    if not said:
        raise Refused("Say why: the officer who asked reads it, and so does a review.")
    waiting = WiderWindow.objects.filter(pk=found.pk, status="waiting")
    status = "granted" if grant else "refused"
    if not waiting.update(status=status, decided_at=now, decided_by_id=by.officer_id,
                          decided_words=said, to_at=now + LASTS if grant else None):  # fmt: skip
        raise Conflict("This request was decided already.")
    audit.record(
        "wider:granted" if grant else "wider:refused", by=by, at=now, about=found.person_id,
        purpose=Purpose(found.purpose), detail={"wider": found.pk, "officer_id": found.officer_id},
    )  # fmt: skip


@transaction.atomic
def end_wider(wider_id: int, *, by: Posted, now: datetime) -> None:
    """End it before its time, or take a request back: the officer's own, or whoever authorises."""
    found = _found(wider_id)
    if found.officer_id != by.officer_id:
        case = case_of(found.person_id, now=now)
        may.check(by, Permission.WINDOW_AUTHORISE, case, absent=NO_SUCH_REQUEST)
    live = WiderWindow.objects.filter(pk=found.pk, status__in=["waiting", "granted"])
    if not live.update(status="ended", to_at=now):
        raise Conflict("This request has ended already.")
    audit.record("wider:ended", by=by, at=now, about=found.person_id,
                 purpose=Purpose(found.purpose), detail={"wider": found.pk})  # fmt: skip


def wider_requests(by: Posted, *, now: datetime) -> list[WiderSeen]:
    """What waits and what was decided, newest first: all for whoever authorises, else one's own."""
    rows = WiderWindow.objects.select_related("person", "officer").order_by("-asked_at", "-pk")
    if may.decide(by, Permission.WINDOW_AUTHORISE).allowed:
        rows = rows.exclude(
            person_id__in=hidden_person_ids(by, Permission.WINDOW_AUTHORISE, now=now)
        )
    else:
        may.check(by, Permission.SIGNED_IN)
        rows = rows.filter(officer_id=by.officer_id or 0)
    return [
        WiderSeen(
            row.pk, row.person_id, row.person.reference, str(row.officer),
            row.officer_id == by.officer_id, Purpose(row.purpose),
            window_words(timedelta(hours=row.hours)), row.whole, row.words,
            "over" if row.status == "granted" and row.to_at and row.to_at <= now else row.status,
            row.asked_at, row.to_at, row.decided_words,
        )
        for row in rows[:200]
    ]  # fmt: skip


def _found(wider_id: int) -> WiderWindow:
    found = WiderWindow.objects.filter(pk=min(wider_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_REQUEST)
    return found
