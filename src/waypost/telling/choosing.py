"""How a wearer is reminded and of what: chosen by them, or by an officer as they wish it.

    choose_kinds(...)              which reminders they want; none: they are turned off
    add_own_way(...), end_way(...) a contact of theirs

Reminders are help and no duty: turning them off has no consequence, and is on record like turning
them on. An officer who chooses for somebody writes down what the wearer said.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import NoSuchThing, Refused
from waypost.notices.actions import add_contact, end_contact
from waypost.notices.queries import contacts_of_person
from waypost.notices.values import Contact
from waypost.orders.queries import case_of
from waypost.telling.firing import look_at
from waypost.telling.models import ReminderWish
from waypost.telling.values import Kind

LANGUAGES = {"en": "English", "cy": "Welsh"}  # in which the code itself speaks to wearers
WORDS_MAX = 200
SAY_HOW = "Say how they told you what they wish; they can read it on their page."


@transaction.atomic
def choose_kinds(
    person_id: int, kinds: Collection[str], *, words: str = "", by: Posted, now: datetime
) -> None:
    """Of these they are reminded from now on. words: what they said, where an officer chooses."""
    own = check_may_choose(person_id, by, now)
    if not own and not words.strip():
        raise Refused(SAY_HOW)
    if not set(kinds) <= set(Kind):
        raise Refused("Choose what the reminders are about.")
    chosen = [kind.value for kind in Kind if kind in kinds]
    ReminderWish.objects.create(
        person_id=person_id, kinds=chosen, own=own, words=words.strip()[:WORDS_MAX], known_at=now,
        made_by_id=by.officer_id,
    )  # fmt: skip
    look_at([person_id], now)
    audit.record(
        "reminders:chosen", by=by, at=now, about=person_id, detail={"kinds": chosen, "own": own}
    )


@transaction.atomic
def add_way(
    person_id: int, contact: Contact, *, words: str = "", by: Posted, now: datetime
) -> None:
    """A way to reach them, from now on; words as in `choose_kinds`."""
    own = check_may_choose(person_id, by, now)
    if not own and not words.strip():
        raise Refused(SAY_HOW)
    if contact.language not in LANGUAGES:
        raise Refused("Choose the language of the messages.")
    made = add_contact(contact, by=by, now=now, person_id=person_id)
    look_at([person_id], now)
    audit.record(
        "reminders:reached", by=by, at=now, about=person_id,
        detail={"contact": made.pk, "own": own, "wish": words.strip()[:WORDS_MAX] != ""},
    )  # fmt: skip


@transaction.atomic
def end_way(person_id: int, contact_id: int, *, by: Posted, now: datetime) -> None:
    """It is not used from now on."""
    check_may_choose(person_id, by, now)
    if contact_id not in {one.pk for one in contacts_of_person(person_id, now=now)}:
        raise NoSuchThing("There is no such contact.")
    look_at([person_id], now)
    end_contact(contact_id, by=by, now=now)
    audit.record(
        "reminders:unreached", by=by, at=now, about=person_id, detail={"contact": contact_id}
    )


def check_may_choose(person_id: int, by: Posted, now: datetime) -> bool:
    """Whether it is the wearer themself who chooses."""
    case = case_of(person_id, now=now)
    if by.own_person_id == person_id:
        may.check(by, Permission.OWN_CONTACT, case)
        return True
    may.check(by, Permission.PERSON_TELL, case)
    return False
