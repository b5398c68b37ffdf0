"""Signing in without e-mail: a letter that an officer hands to a wearer, good once.

    give_letter(...)   the code and the user name, shown this once; only a digest is kept
    open_letter(...)   user name, code and a pass phrase of their own: the account opens
    own_letters(...)   the wearer's page: when letters were made and used

The code has 80 bits, ends after a week or with the next letter, and opens nothing by itself: who
shows it chooses the pass phrase, which is as long as everybody's. A second factor that the wearer
has set up is still asked for. Wrong tries are counted by user name, as at the sign-in (web/tries).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may, second_factor
from waypost.access.actions import make_officer
from waypost.access.models import Officer, Posting
from waypost.access.queries import posted
from waypost.access.values import MACHINE, Permission, Posted, Role
from waypost.errors import NoSuchThing, Refused
from waypost.orders.models import Person
from waypost.orders.queries import case_of
from waypost.voice.models import WayIn
from waypost.voice.values import LETTER_LASTS

if TYPE_CHECKING:
    from django.db.models import QuerySet

WRONG_CODE = (
    "The name and the code do not go together, or the letter is too old. Ask your officer for a "
    "new letter."
)
NAME_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Letter:
    """What is printed: shown this once."""

    username: str
    code: str
    until_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class LetterSeen:
    made_at: datetime
    until_at: datetime
    used_at: datetime | None


@transaction.atomic
def give_letter(person_id: int, *, by: Posted, now: datetime) -> Letter:
    """A new letter; one given before is worth nothing from now on."""
    may.check(by, Permission.WAY_IN_GIVE, case_of(person_id, now=now))
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.protected:
        raise Refused("Only somebody who wears a tag signs in by a letter.")
    account = _account(person_id, now)
    is_new = account is None
    if account is None:
        account = make_officer(
            _free_name(), person.full_name or person.reference, None, Role.WEARER,
            person_id=person_id, by=MACHINE, now=now,
        )  # fmt: skip
    _live(account.pk, now).update(ended_at=now)
    code = second_factor.recovery_code(secrets.token_bytes(second_factor.RECOVERY_BYTES))
    made = WayIn.objects.create(
        person_id=person_id, officer_id=account.pk, digest=_digest(account.pk, code), made_at=now,
        made_by_id=by.officer_id, until_at=now + LETTER_LASTS,
    )  # fmt: skip
    audit.record(
        "way_in:given", by=by, at=now, about=person_id,
        detail={"letter": made.pk, "officer_id": account.pk, "new": is_new},
    )  # fmt: skip
    return Letter(account.username, code, made.until_at, is_new)


@transaction.atomic
def open_letter(username: str, code: str, phrase: str, *, now: datetime) -> Officer:
    """The account, with its new pass phrase; the letter is used up. Refused for a wrong or an old
    code, and, without using it up, for a weak pass phrase."""
    account = Officer.objects.filter(username=username.strip(), is_active=True).first()
    letter = (
        _live(account.pk, now).filter(digest=_digest(account.pk, code)).first() if account else None
    )
    if account is None or letter is None:
        raise Refused(WRONG_CODE)
    try:
        validate_password(phrase, account)
    except ValidationError as weak:
        raise WeakPhrase(" ".join(weak.messages)) from None
    if not _live(account.pk, now).filter(pk=letter.pk).update(used_at=now):
        raise Refused(WRONG_CODE)
    account.set_password(phrase)
    account.save(update_fields=["password"])
    audit.record(
        "way_in:used", by=posted(account, now=now), at=now, about=letter.person_id,
        detail={"letter": letter.pk},
    )  # fmt: skip
    return account


class WeakPhrase(Refused):
    """The code was right, the pass phrase was not strong enough: no wrong try."""


def own_letters(by: Posted) -> list[LetterSeen]:
    """The last few of the wearer's own."""
    if by.own_person_id is None:
        return []
    rows = WayIn.objects.filter(person_id=by.own_person_id).order_by("-made_at", "-pk")[:5]
    return [LetterSeen(one.made_at, one.until_at, one.used_at) for one in rows]


def letters_of(person_id: int, by: Posted, *, now: datetime) -> list[LetterSeen]:
    may.check(by, Permission.WAY_IN_GIVE, case_of(person_id, now=now))
    rows = WayIn.objects.filter(person_id=person_id).order_by("-made_at", "-pk")[:5]
    return [LetterSeen(one.made_at, one.until_at, one.used_at) for one in rows]


def _account(person_id: int, now: datetime) -> Officer | None:
    """The wearer's account. Refused where it is more than a wearer's, or was closed."""
    found = Officer.objects.filter(person_id=person_id).order_by("pk").first()
    if found is None:
        return None
    held = Posting.objects.filter(Q(to_at=None) | Q(to_at__gt=now), officer=found)
    if not found.is_active or set(held.values_list("role", flat=True)) != {Role.WEARER.value}:
        raise Refused("This wearer's account cannot be opened by a letter; ask an administrator.")
    return found


def _live(officer_id: int, now: datetime) -> QuerySet[WayIn]:
    return WayIn.objects.filter(
        officer_id=officer_id, used_at=None, ended_at=None, until_at__gt=now
    )


def _free_name() -> str:
    """A user name of digits to type on a telephone: it says nothing of who it is."""
    for _ in range(50):
        name = f"w{secrets.randbelow(10**NAME_DIGITS):0{NAME_DIGITS}d}"
        if not Officer.objects.filter(username=name).exists():
            return name
    raise NoSuchThing("No user name is free.")


def _digest(officer_id: int, code: str) -> str:
    return second_factor.recovery_digest(f"{officer_id}{second_factor.plain_code(code)}")
