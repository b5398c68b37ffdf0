"""How recipients may be reached: what was recorded for them, else an officer's mail address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from waypost.access.models import Officer
from waypost.notices.channels import duty_contacts
from waypost.notices.models import ContactPreference
from waypost.notices.values import DUTY, MAIL, Contact, Takes


def contacts_of(recipients: Collection[str], *, now: datetime) -> dict[str, tuple[Contact, ...]]:
    """The contacts that hold now, by recipient, oldest first."""
    found: dict[str, list[Contact]] = defaultdict(list)
    officers, persons = _numbers(recipients, "officer"), _numbers(recipients, "person")
    for one in live(now).filter(Q(officer_id__in=officers) | Q(person_id__in=persons)):
        whose = f"officer:{one.officer_id}" if one.officer_id else f"person:{one.person_id}"
        found[whose].append(as_contact(one))
    without = [one for one in officers if f"officer:{one}" not in found]
    mail = Officer.objects.filter(pk__in=without).exclude(email="")
    for officer_id, email in mail.values_list("pk", "email"):
        found[f"officer:{officer_id}"].append(Contact(MAIL, email))
    if DUTY in recipients:
        found[DUTY].extend(duty_contacts())
    return {whose: tuple(contacts) for whose, contacts in found.items()}


def officers_with_contacts(officer_ids: Collection[int], *, now: datetime) -> set[int]:
    """Which of these officers have recorded how they wish to be told."""
    held = live(now).filter(officer_id__in=officer_ids).values_list("officer_id", flat=True)
    return {one for one in held if one is not None}


def live(now: datetime) -> QuerySet[ContactPreference]:
    holds = ContactPreference.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)
    return holds.order_by("from_at", "pk")


def as_contact(record: ContactPreference) -> Contact:
    return Contact(
        record.channel, record.address, Takes(record.takes), record.language, record.quiet_from,
        record.quiet_to, record.timezone, timedelta(minutes=record.digest_minutes),
    )  # fmt: skip


def _numbers(recipients: Collection[str], kind: str) -> list[int]:
    return [int(one.partition(":")[2]) for one in recipients if one.startswith(f"{kind}:")]
