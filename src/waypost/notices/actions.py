"""What may be done about telling: how somebody is reached, an agency's own texts."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.errors import NoSuchThing, Refused
from waypost.notices import templates, texts
from waypost.notices.models import ContactPreference, TemplateVersion
from waypost.notices.templates import Template
from waypost.notices.values import MAIL, SMS, TEST, WEBHOOK, Contact, Takes

PHONE = re.compile(r"\+?[0-9][0-9 ]{6,18}[0-9]")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
CONTACTS_MAX = 6  # of one person at a time
DIGEST_MINUTES_MAX = 24 * 60


@transaction.atomic
def add_contact(
    contact: Contact,
    *,
    by: Posted,
    now: datetime,
    officer_id: int | None = None,
    person_id: int | None = None,
) -> ContactPreference:
    """A way to reach an officer or a person, from now on.

    Officers do it for themselves, administrators for any officer; a wearer for themselves, and who
    may tell a person of things for that person (the caller has asked whether the case is theirs).
    """
    _check_whose(by, officer_id, person_id)
    _check_contact(contact)
    held = ContactPreference.objects.filter(Q(to_at=None) | Q(to_at__gt=now))
    held = held.filter(officer_id=officer_id, person_id=person_id)
    if held.count() >= CONTACTS_MAX:
        raise Refused(f"there are {CONTACTS_MAX} contacts already; end one of them first")
    made = ContactPreference.objects.create(
        officer_id=officer_id, person_id=person_id, channel=contact.channel,
        address=contact.address.strip(), takes=contact.takes, language=contact.language,
        quiet_from=contact.quiet_from, quiet_to=contact.quiet_to, timezone=contact.timezone,
        digest_minutes=int(contact.digest_every.total_seconds() // 60), from_at=now, known_at=now,
        made_by_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "contact:added", by=by, at=now, about=person_id,
        detail={"contact": made.pk, "channel": contact.channel, "officer": officer_id},
    )  # fmt: skip
    return made


@transaction.atomic
def end_contact(contact_id: int, *, by: Posted, now: datetime) -> None:
    """It is not used from now on; the record stays."""
    found = ContactPreference.objects.select_for_update().filter(pk=contact_id, to_at=None).first()
    if found is None:
        raise NoSuchThing("There is no such contact.")
    if found.officer_id is not None and found.officer_id != by.officer_id:
        may.check(by, Permission.OFFICER_WRITE)
    _check_whose(by, found.officer_id, found.person_id)
    found.to_at, found.ended_by_id = now, by.officer_id
    found.save(update_fields=["to_at", "ended_by_id"])
    audit.record(
        "contact:ended", by=by, at=now, about=found.person_id,
        detail={"contact": found.pk, "channel": found.channel, "officer": found.officer_id},
    )  # fmt: skip


@transaction.atomic
def write_text(
    name: str, said: Template | None, *, language: str = "en", by: Posted, now: datetime
) -> int:
    """An agency's own text from now on, or (None) the code's again; the number of its version."""
    may.check(by, Permission.NOTICE_WRITE)
    if name not in templates.TEMPLATES:
        raise NoSuchThing("There is no such text.")
    if not LANGUAGE.fullmatch(language):
        raise Refused("a language is written like en or cy")
    if said is not None and (wrong := templates.problems_of(name, said)):
        raise Refused(" ".join(wrong))
    last = texts.latest(name, language)
    version = (last.version if last else 0) + 1
    own = said or Template("", "", "")
    TemplateVersion.objects.create(
        name=name, language=language, version=version, subject=own.subject, text=own.text,
        short=own.short, made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    audit.record(
        "text:written", by=by, at=now,
        detail={"name": name, "language": language, "version": version, "own": said is not None},
    )  # fmt: skip
    return version


def _check_whose(by: Posted, officer_id: int | None, person_id: int | None) -> None:
    if (officer_id is None) == (person_id is None):
        raise ValueError("a contact is of one officer or of one person")
    if person_id is not None:
        own = by.own_person_id == person_id
        may.check(by, Permission.OWN_CONTACT if own else Permission.PERSON_TELL)
    elif officer_id != by.officer_id:
        may.check(by, Permission.OFFICER_WRITE)


def _check_contact(contact: Contact) -> None:
    """Refused, saying what is wrong with it."""
    address = contact.address.strip()
    if contact.channel == MAIL:
        try:
            validate_email(address)
        except ValidationError:
            raise Refused("an address of mail is written like name@example.org") from None
    elif contact.channel == SMS and not PHONE.fullmatch(address):
        raise Refused("a telephone number is written like +44 7700 900123")
    elif contact.channel not in {MAIL, SMS, WEBHOOK, TEST} or not address or len(address) > 200:
        raise Refused("choose mail, text message or webhook, and say the address")
    if (contact.quiet_from is None) != (contact.quiet_to is None):
        raise Refused("quiet hours need both a beginning and an end")
    minutes = contact.digest_every.total_seconds() / 60
    if not 0 <= minutes <= DIGEST_MINUTES_MAX:
        raise Refused("a digest comes at least once a day")
    if not LANGUAGE.fullmatch(contact.language):
        raise Refused("a language is written like en or cy")
    try:
        ZoneInfo(contact.timezone)
    except (ValueError, OSError):
        raise Refused("the time zone is not one of the list, like Europe/London") from None
    Takes(contact.takes)
