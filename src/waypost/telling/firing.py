"""Reminders on the store: looked for when the due table says so, each decided once.

    fire_reminders(now)    the worker: persons whose time has come
    wind(now)              all who can be reached are looked at: at the start, when orders changed
    look_at(ids, now)      in the transaction of whatever changed of them

What is decided, its notice and the person's next time are written in one transaction, under a
unique key of person, occasion and step: however often it is tried, they are reminded once. A notice
that has not left when its occasion comes is called off by the outbox; one whose occasion was
cancelled meanwhile is called off here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.jobs import due
from waypost.monitoring.home import home_before
from waypost.monitoring.queries import battery_stages
from waypost.notices.values import Weight
from waypost.notices.writing import call_off, enqueue
from waypost.orders.queries import orders_version
from waypost.orders.values import PersonOrders
from waypost.telling import wording
from waypost.telling.attempts import tried
from waypost.telling.deciding import asks_home, next_look, occasions, reminders_due
from waypost.telling.facts import STAGES, facts_of, reachable
from waypost.telling.models import Reminder as ReminderRecord
from waypost.telling.values import Facts, Fate, Kind, Reminder

REMINDER_DUE = "reminder"  # kind of due row; its subject is the person's id
AT_ONCE = 50  # persons in one transaction: judging waits for it where the database has one writer
WIND_EVERY = timedelta(minutes=5)  # how late a changed order may be noticed
BATTERIES_EVERY = timedelta(minutes=1)
BATTERY_FOR = timedelta(hours=3)  # then they have charged it, or an officer has been called
NOT_ASKED = "it is not asked any more"
AGAIN = timedelta(hours=1)  # after a mistake of ours about one person


class Reminding:
    """The rounds of one thread."""

    def __init__(self) -> None:
        self._version = -1
        self._wound_at: datetime | None = None
        self._batteries_at: datetime | None = None

    def round(self, now: datetime) -> int:
        """How many persons were looked at."""
        if self._wound_at is None or now - self._wound_at >= WIND_EVERY:
            version = orders_version()
            if version != self._version:
                wind(now)
            self._version, self._wound_at = version, now
        if self._batteries_at is None or now - self._batteries_at >= BATTERIES_EVERY:
            self._batteries_at = now
            look_at(_with_low_battery(now), now)
        return fire_reminders(now)


def wind(now: datetime) -> int:
    """Look at all who can be reached; how many."""
    found = reachable(now=now)
    look_at(found, now)
    return len(found)


def look_at(person_ids: Iterable[int], now: datetime) -> None:
    due.set_due([due.DueRow(REMINDER_DUE, str(one), now) for one in sorted(person_ids)])


def fire_reminders(now: datetime) -> int:
    """Decide about those whose time has come; how many persons. One of whom nothing can be decided
    holds nobody else up."""
    ids = [int(row.subject) for row in due.past(REMINDER_DUE, now=now, limit=AT_ONCE)]
    if ids and not tried(_fire, ids, now):
        for one in ids:
            if not tried(_fire, [one], now):
                due.set_due([due.DueRow(REMINDER_DUE, str(one), now + AGAIN)])
    return len(ids)


def _with_low_battery(now: datetime) -> set[int]:
    """Who has not been reminded of the stage that their tag's battery is in."""
    low = {one: stage for one, stage in battery_stages().items() if stage[1] in STAGES}
    mine = ReminderRecord.objects.filter(kind=Kind.BATTERY, person_id__in=list(low))
    said = set(mine.values_list("person_id", "edge_at", "step"))
    can = reachable(now=now) if low else {}
    return {
        one for one, (since, how) in low.items()
        if one in can and (one, since, STAGES[how].value) not in said
    }  # fmt: skip


def _fire(person_ids: Sequence[int], now: datetime) -> None:
    """Read outside the transaction: the fixes of those under curfew are among it."""
    found = [
        (facts if occasion is None else _with_home(person, facts, occasion.requirement,
                                                   occasion.edge_at, now))
        for person, facts in facts_of(person_ids, now=now)
        for occasion in [asks_home(facts, now)]
    ]  # fmt: skip
    _save(person_ids, found, now)


def _with_home(
    person: PersonOrders, facts: Facts, requirement: str, edge_at: datetime, now: datetime
) -> Facts:
    return replace(facts, home=home_before(person, requirement, edge_at, now=now))


@transaction.atomic
def _save(person_ids: Sequence[int], found: Sequence[Facts], now: datetime) -> None:
    rows = []
    for facts in found:
        _call_off_dropped(facts, now)
        rows.append(due.DueRow(REMINDER_DUE, str(facts.person_id), next_look(facts, now)))
    gone = set(person_ids) - {facts.person_id for facts in found}
    due.clear(REMINDER_DUE, [str(one) for one in gone])
    due.set_due(rows)
    fates = Counter(
        said.fate.value
        for facts in found
        for said in reminders_due(facts, now)
        if _decide(facts, said, now)
    )
    if fates:
        audit.record("reminder:decided", by=MACHINE, at=now, detail=dict(fates))


def _decide(facts: Facts, said: Reminder, now: datetime) -> bool:
    """Write it down, and the notice; False where another worker was quicker."""
    occasion = said.occasion
    record, made = ReminderRecord.objects.get_or_create(
        person_id=facts.person_id, kind=occasion.kind, edge_at=occasion.edge_at, step=said.step,
        defaults={
            "requirement_reference": occasion.requirement, "timezone": occasion.timezone,
            "at": now, "fate": said.fate,
        },
    )  # fmt: skip
    if made and said.fate is Fate.TOLD:
        battery = occasion.kind is Kind.BATTERY
        lasts = facts.battery.lasts if facts.battery else None
        enqueue(
            about=about(record.pk),
            step=said.step,
            person_ids=[facts.person_id],
            template=f"reminder_{occasion.kind}",
            words=wording.of_battery(lasts) if battery else wording.of_occasion(occasion),
            weight=Weight.SOON,
            until_at=now + BATTERY_FOR if battery else occasion.edge_at,
            now=now,
        )
    return made


def about(reminder_id: int) -> str:
    """What a reminder's notice is about."""
    return f"reminder:{reminder_id}"


def _call_off_dropped(facts: Facts, now: datetime) -> None:
    """Of what still waits in the outbox, that whose occasion is asked no more."""
    ahead = ReminderRecord.objects.filter(
        person_id=facts.person_id, fate=Fate.TOLD, edge_at__gt=now
    )
    rows = list(ahead.values_list("pk", "kind", "edge_at"))
    if not rows:
        return
    asked = {(one.kind.value, one.edge_at) for one in occasions(facts, now)}
    dropped: Collection[str] = [about(pk) for pk, *key in rows if tuple(key) not in asked]
    if dropped:
        call_off(dropped, NOT_ASKED)
