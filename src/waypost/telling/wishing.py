"""A protected person's wish to be told when a wearer comes near: recorded by named staff, by
consent, and ended at once when they wish it no more.

    record_wish(...), end_wish(...)    the acts
    wishes_of(...), wearers_of(...)    what named staff are shown, with a line about the person
    holding(now)                       for the machine

A person is told by one contact whoever it is about, so that no message goes where they do not
expect it. The wearer learns nothing of any of this: no line, no page and no notice of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time

from django.db import transaction
from django.db.models import Q, QuerySet

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.alerts.models import Alert
from waypost.alerts.values import NEAR_DUE, NEAR_KINDS
from waypost.alerts.values import Status as AlertStatus
from waypost.devices.models import Protection
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs import due
from waypost.notices.actions import add_contact, end_contact
from waypost.notices.queries import contacts_of_person
from waypost.notices.values import Contact
from waypost.notices.writing import call_off
from waypost.orders.models import Person
from waypost.orders.queries import case_of, cases_of, person_orders
from waypost.orders.values import RequirementKind
from waypost.orders.words import asks_words
from waypost.telling.models import NearTold, NearWish

NO_SUCH_WISH = "There is no such wish."
NOT_WISHED = "they do not wish to be told any more"
TEXT_MAX, CODE_MAX = 200, 40
CODE = re.compile(r"[^{}\x00-\x1f\x7f]+")
RING = re.compile(r"\+?[0-9][0-9 ]{1,38}")


@dataclass(frozen=True, slots=True)
class Wished:
    """What they wish, as an officer writes it down.

    contact        by which channel, where, in which language
    requirements   the wearer's fixed zones that are for them
    code           begins a message that says nothing to others; "": plain words
    ring           the number that they are to ring
    never_from     no message from then to never_to, on the wall; None: at any time
    """

    contact: Contact
    ring: str
    consent_at: datetime
    consent_how: str
    requirements: Collection[str] = ()
    code: str = ""
    never_from: time | None = None
    never_to: time | None = None
    never_when: str = ""


@dataclass(frozen=True, slots=True)
class ZoneFor:
    """A wearer's requirement that keeps them out of a fixed zone."""

    reference: str
    asks: str


@dataclass(frozen=True, slots=True)
class WearerSeen:
    """A wearer from whom the person is protected now; moving: a zone goes with the person."""

    wearer_id: int
    name: str
    reference: str
    zones: tuple[ZoneFor, ...] = ()
    moving: bool = False


@dataclass(frozen=True, slots=True)
class WishSeen:
    wish_id: int
    wearer_id: int
    wearer: str
    channel: str
    address: str
    language: str
    requirements: tuple[str, ...]
    code: str
    ring: str
    never_from: time | None
    never_to: time | None
    never_when: str
    from_at: datetime
    to_at: datetime | None
    consent_at: datetime
    consent_how: str
    ended_why: str
    told: tuple[datetime, ...] = field(default_factory=tuple)


@transaction.atomic
def record_wish(
    protected_id: int, wearer_id: int, said: Wished, *, by: Posted, now: datetime
) -> int:
    """They wish to be told from now on; the wish's number. Refused without consent."""
    may.check(by, Permission.PERSON_TELL, case_of(protected_id, now=now))
    may.check(by, Permission.PERSON_READ, case_of(wearer_id, now=now))
    if not Person.objects.select_for_update().filter(pk=protected_id, protected=True).first():
        raise Refused("Only a protected person is told when somebody comes near.")
    if not _standing(protected_id, now).filter(wearer_id=wearer_id).exists():
        raise Refused("They are not protected from this wearer now; record the protection first.")
    check_wished(said, now=now)
    if holding(now).filter(person_id=protected_id, wearer_id=wearer_id).exists():
        raise Conflict("Their wish is recorded already; end it to record another.")
    made = NearWish.objects.create(
        person_id=protected_id, wearer_id=wearer_id,
        contact_id=_contact(protected_id, said.contact, by=by, now=now),
        requirements=sorted({one.strip() for one in said.requirements if one.strip()}),
        code=said.code.strip(), ring=said.ring.strip(), never_from=said.never_from,
        never_to=said.never_to, never_when=said.never_when.strip()[:TEXT_MAX], from_at=now,
        known_at=now, made_by_id=by.officer_id, consent_at=said.consent_at,
        consent_how=said.consent_how.strip()[:TEXT_MAX],
    )  # fmt: skip
    _look_at_open(wearer_id, now)
    audit.record("near_wish:recorded", by=by, at=now, about=protected_id, detail={"wish": made.pk})
    return int(made.pk)


@transaction.atomic
def end_wish(wish_id: int, why: str, *, by: Posted, now: datetime) -> None:
    """Nothing more is told, of what waits in the outbox neither. Their contact ends with the last
    wish."""
    found = NearWish.objects.select_for_update().filter(pk=wish_id).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_WISH)
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.PERSON_TELL, case, absent=NO_SUCH_WISH)
    if not why.strip():
        raise Refused("Say why it ends: whether they asked for it, and when.")
    if found.to_at is not None:
        raise Conflict("It has ended already; reload the page.")
    found.to_at, found.ended_by_id, found.ended_why = now, by.officer_id, why.strip()[:TEXT_MAX]
    found.save(update_fields=["to_at", "ended_by_id", "ended_why"])
    told = NearTold.objects.filter(wish=found).values_list("pk", flat=True)
    call_off([f"near:{one}" for one in told], NOT_WISHED)
    if not holding(now).filter(contact_id=found.contact_id).exists():
        end_contact(found.contact_id, by=by, now=now)
    audit.record("near_wish:ended", by=by, at=now, about=found.person_id, detail={"wish": wish_id})


def check_wished(said: Wished, *, now: datetime) -> None:
    """Refused, in words, for what cannot be told by."""
    if not said.consent_how.strip():
        raise Refused("Say how they consented; without consent nobody is told anything.")
    if said.consent_at > now:
        raise Refused("The consent lies ahead; enter when it was given.")
    if not RING.fullmatch(said.ring.strip()):
        raise Refused("Enter the number that they are to ring, like 020 7946 0000.")
    code = said.code.strip()
    if code and (len(code) > CODE_MAX or not CODE.fullmatch(code)):
        raise Refused(f"A code word has at most {CODE_MAX} characters and no braces.")
    if (said.never_from is None) != (said.never_to is None):
        raise Refused("The hours without a message need both a beginning and an end.")


def holding(now: datetime) -> QuerySet[NearWish]:
    return NearWish.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)


@transaction.atomic
def wishes_of(protected_id: int, by: Posted, *, now: datetime) -> tuple[WishSeen, ...]:
    """Those of a protected person, what stands first; leaves a line about them."""
    may.check(by, Permission.PERSON_TELL, case_of(protected_id, now=now))
    rows = list(
        NearWish.objects.filter(person_id=protected_id)
        .select_related("wearer")
        .order_by("-from_at", "-pk")
    )
    known = _known({row.wearer_id for row in rows}, by, now)
    contacts = {one.pk: one for one in contacts_of_person(protected_id, now=now)}
    seen = [_seen(row, contacts.get(row.contact_id)) for row in rows if row.wearer_id in known]
    audit.record("near_wish:viewed", by=by, at=now, about=protected_id, detail={"shown": len(seen)})
    return tuple(sorted(seen, key=lambda one: one.to_at is not None))


def wearers_of(protected_id: int, by: Posted, *, now: datetime) -> tuple[WearerSeen, ...]:
    """From whom the person is protected now, as far as the asker may know of them; the page that
    shows it asks for their wishes too, which leaves the line."""
    may.check(by, Permission.PERSON_TELL, case_of(protected_id, now=now))
    person = Person.objects.filter(pk=protected_id, protected=True).first()
    if person is None:
        raise Refused("Only a protected person is told when somebody comes near.")
    ids = set(_standing(protected_id, now).values_list("wearer_id", flat=True))
    found = []
    for one in person_orders(_known(ids, by, now)):
        asked = [
            requirement
            for order in one.orders
            if order.from_at <= now and (order.to_at is None or order.to_at > now)
            for requirement in order.requirements
            if requirement.kind is RequirementKind.EXCLUSION
            and (requirement.to_at is None or requirement.to_at > now)
        ]
        zones = {
            str(asks.requirement_id): asks_words(asks) for asks in asked if asks.around is None
        }
        found.append(
            WearerSeen(
                one.number or 0, str(one.details.get("name") or one.person_id), one.person_id,
                tuple(ZoneFor(*zone) for zone in zones.items()),
                any(asks.around == person.reference for asks in asked),
            )
        )  # fmt: skip
    return tuple(found)


def _contact(protected_id: int, contact: Contact, *, by: Posted, now: datetime) -> int:
    """That which they have, or a new one."""
    for one in contacts_of_person(protected_id, now=now):
        if (one.channel, one.address, one.language) == (
            contact.channel, contact.address.strip(), contact.language,
        ):  # fmt: skip
            return int(one.pk)
        raise Refused("They are told of another wearer by another contact; use that, or end it.")
    return int(add_contact(contact, by=by, now=now, person_id=protected_id).pk)


def _look_at_open(wearer_id: int, now: datetime) -> None:
    """What is going on already is told too."""
    opened = Alert.objects.filter(person_id=wearer_id, kind__in=NEAR_KINDS)
    ids = opened.exclude(status=AlertStatus.CLOSED).values_list("pk", flat=True)
    due.set_due([due.DueRow(NEAR_DUE, str(one), now) for one in sorted(ids)])


def _standing(protected_id: int, now: datetime) -> QuerySet[Protection]:
    lasting = Protection.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)
    return lasting.filter(protected_id=protected_id)


def _known(wearer_ids: Collection[int], by: Posted, now: datetime) -> set[int]:
    cases = cases_of(wearer_ids, now=now) if wearer_ids else {}
    return {
        number for number, case in cases.items()
        if may.decide(by, Permission.PERSON_READ, case).allowed
    }  # fmt: skip


def _seen(row: NearWish, contact: object) -> WishSeen:
    told = NearTold.objects.filter(wish=row).order_by("-at").values_list("at", flat=True)[:10]
    return WishSeen(
        row.pk, row.wearer_id, row.wearer.full_name or row.wearer.reference,
        getattr(contact, "channel", ""), getattr(contact, "address", ""),
        getattr(contact, "language", "en"), tuple(row.requirements), row.code, row.ring,
        row.never_from, row.never_to, row.never_when, row.from_at, row.to_at, row.consent_at,
        row.consent_how, row.ended_why, tuple(told),
    )  # fmt: skip
