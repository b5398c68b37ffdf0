"""What may be asked of telling: what wearers were reminded of and what became of it; on an alert's
page, whether the protected person was told.

These answer pages that have already asked whose page it is; what is for named staff alone is asked
here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import Permission, Posted
from waypost.alerts.values import AlertKind
from waypost.notices.models import ContactPreference
from waypost.notices.queries import Told, contacts_of_person, fates_of, told_of
from waypost.notices.values import Status
from waypost.orders.queries import case_of, cases_of
from waypost.telling.facts import wishes_of
from waypost.telling.firing import about
from waypost.telling.models import NearTold, Reminder, WeekKept
from waypost.telling.nearing import WHY_WORDS, Do, Why
from waypost.telling.values import Fate, Kind
from waypost.telling.warning import about as about_near

SHOWN_BACK = timedelta(days=28)
MOST = 20
REMINDED = {AlertKind.ATTENDANCE: Kind.APPOINTMENT, AlertKind.CURFEW: Kind.CURFEW}
BEFORE, AFTER = timedelta(hours=14), timedelta(hours=1)  # of an alert's start: which edge it was
WENT = frozenset({Status.SENT, Status.DELIVERED})


@dataclass(frozen=True, slots=True)
class ReminderSeen:
    """kind "praise": their officer had them told of a week. edge_at: what it was for.

    status   of its notice; "missed": nobody came to it in time
    """

    kind: str
    step: str
    edge_at: datetime
    at: datetime
    status: str
    channel: str = ""
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    failure: str = ""

    @property
    def went(self) -> bool:
        return self.status in WENT


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a wearer wishes to be reminded: contacts, kinds; who said so last, None: nobody yet."""

    contacts: tuple[ContactPreference, ...]
    kinds: frozenset[str]
    said_at: datetime | None = None
    said_by: str = ""  # "": the wearer themself
    words: str = ""


@dataclass(frozen=True, slots=True)
class NearSeen:
    """That the protected person was told of one rise of an alert; named staff alone see it."""

    at: datetime
    rung_why: str  # in words; "": a message went
    asked_at: datetime | None
    told: tuple[Told, ...]
    closed_at: datetime | None
    closed_how: str


@transaction.atomic
def chosen_by(person_id: int, by: Posted, *, now: datetime) -> Chosen:
    """The same for an officer, who sees how to reach them: it leaves a line. Refused or
    NoSuchThing."""
    may.check(by, Permission.PERSON_TELL, case_of(person_id, now=now))
    found = chosen(person_id, now=now)
    audit.record(
        "reminders:viewed", by=by, at=now, about=person_id, detail={"contacts": len(found.contacts)}
    )
    return found


def chosen(person_id: int, *, now: datetime) -> Chosen:
    """How a wearer wishes to be reminded, for their own page."""
    contacts = tuple(contacts_of_person(person_id, now=now))
    wish = wishes_of([person_id]).get(person_id)
    if wish is None:
        return Chosen(contacts, frozenset(kind.value for kind in Kind))
    officer = None if wish.own else Officer.objects.filter(pk=wish.made_by_id or 0).first()
    return Chosen(contacts, frozenset(wish.kinds), wish.known_at, str(officer or ""), wish.words)


def reminders_of(person_id: int, *, now: datetime) -> list[ReminderSeen]:
    """Of the last weeks, newest first, with praise."""
    rows = Reminder.objects.filter(person_id=person_id, at__gt=now - SHOWN_BACK)
    found = _seen(rows.exclude(fate=Fate.NOT_NEEDED).order_by("-at", "-pk")[:MOST])
    praised = list(WeekKept.objects.filter(person_id=person_id, said_at__gt=now - SHOWN_BACK))
    fates = fates_of([f"praise:{week.pk}" for week in praised])
    for week in praised:
        assert week.said_at is not None, "filtered by it"
        fate = fates.get(f"praise:{week.pk}")
        found.append(_told("praise", "", week.known_at, week.said_at, fate))
    return sorted(found, key=lambda one: one.at, reverse=True)


def reminders_before(
    person_id: int, kind: str, requirement: str, from_at: datetime
) -> list[ReminderSeen] | None:
    """Those of the occasion that an alert is about, oldest first: whether somebody was reminded
    matters for whether they had a reasonable excuse. None: of such alerts nobody is reminded."""
    if kind not in REMINDED or not requirement:
        return None
    edges = Reminder.objects.filter(
        person_id=person_id, kind=REMINDED[AlertKind(kind)], requirement_reference=requirement,
        edge_at__gt=from_at - BEFORE, edge_at__lte=from_at + AFTER,
    )  # fmt: skip
    last = edges.order_by("edge_at").values_list("edge_at", flat=True).last()
    if last is None:
        return []
    rows = edges.filter(edge_at=last).exclude(fate=Fate.NOT_NEEDED).order_by("at", "pk")
    return _seen(rows)


@transaction.atomic
def near_of(alert_id: int, by: Posted, *, now: datetime) -> tuple[NearSeen, ...]:
    """Whom among the protected the asker is named staff of: that they were told. Empty for all
    others, who do not learn that there is anything to be told. Leaves a line about each."""
    rows = list(
        NearTold.objects.filter(alert_id=alert_id).select_related("wish").order_by("at", "pk")
    )
    if not rows:
        return ()
    cases = cases_of({row.wish.person_id for row in rows}, now=now)
    known = {
        number for number, case in cases.items()
        if by.officer_id in case.named_officer_ids
        and may.decide(by, Permission.ALERT_READ, case).allowed
    }  # fmt: skip
    found = tuple(_near(row) for row in rows if row.wish.person_id in known)
    for person_id in sorted(known):
        audit.record("near:viewed", by=by, at=now, about=person_id, detail={"alert": alert_id})
    return found


def _near(row: NearTold) -> NearSeen:
    return NearSeen(
        row.at, WHY_WORDS[Why(row.rung_why)] if row.rung_why else "", row.asked_at,
        tuple(told_of(about_near(row.pk))), row.closed_at,
        {Do.CLEAR.value: "over", Do.CORRECT.value: "not so"}.get(row.closed_how, ""),
    )  # fmt: skip


def _seen(rows: Iterable[Reminder]) -> list[ReminderSeen]:
    found = list(rows)
    fates = fates_of([about(row.pk) for row in found])
    return [
        ReminderSeen(row.kind, row.step, row.edge_at, row.at, Fate.MISSED.value)
        if row.fate == Fate.MISSED
        else _told(row.kind, row.step, row.edge_at, row.at, fates.get(about(row.pk)))
        for row in found
    ]


def _told(kind: str, step: str, edge_at: datetime, at: datetime, fate: Told | None) -> ReminderSeen:
    if fate is None:
        return ReminderSeen(kind, step, edge_at, at, Status.FAILED.value)
    return ReminderSeen(
        kind, step, edge_at, at, fate.status, fate.channel, fate.sent_at, fate.delivered_at,
        fate.failure,
    )  # fmt: skip
