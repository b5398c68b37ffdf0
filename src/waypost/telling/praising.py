"""Weeks that were kept: found each Monday, told to the officers, and to the wearer if one agrees.

    begin_weeks(now), fire_weeks(now)   the worker: one due row walks over all who wear a tag
    kept_weeks(by, now)                 those of the last fortnight, for the officer's first page
    say_well_done(...)                  an officer has the wearer told, once a week

The machine alone tells a wearer nothing of it. What counts as kept stands in weeks.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.values import MACHINE, Permission, Posted, Reach
from waypost.alerts.models import Alert, AlertViolation
from waypost.alerts.notified import uncounted, unnotified_alerts
from waypost.alerts.values import AlertKind, Outcome, Status
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs import due
from waypost.monitoring.queries import is_of_tag, progress
from waypost.monitoring.strip_queries import PersonStrips, person_strips
from waypost.notices import texts
from waypost.notices.queries import contacts_of_person, reachable_since
from waypost.notices.values import Line, Weight
from waypost.notices.writing import enqueue
from waypost.orders.models import Activation, Person
from waypost.orders.queries import case_of, cases_of, visible_person_ids
from waypost.rules.strip import local_days
from waypost.rules.values import Certainty, RowKind
from waypost.telling import wording
from waypost.telling.attempts import tried
from waypost.telling.models import WeekKept
from waypost.telling.weeks import DAYS, GIVEN_UP_AFTER, Week, monday_before, told_at, week_of

WEEK_DUE = "week"  # kind of due row; its one subject walks over all persons
SUBJECT = "weeks"
AT_ONCE = 10  # persons in one round
SHOWN_FOR = timedelta(days=14)
AGAIN = timedelta(hours=1)  # while the week is not judged to its end
NO_SUCH_WEEK = "There is no such week."
EXCUSED = (Outcome.REASONABLE_EXCUSE, Outcome.EQUIPMENT, Outcome.LATE_DATA)
BREACHES = frozenset(AlertKind) - {
    AlertKind.SOS, AlertKind.SOS_PROTECTED, AlertKind.CLINICAL_REMOVAL, AlertKind.UNMONITORED,
    AlertKind.EXCLUSION_WARNING, AlertKind.APPOINTMENT_UNMONITORED, AlertKind.BATTERY_LOW,
    AlertKind.BATTERY_CRITICAL, AlertKind.BATTERY_DEAD, AlertKind.NO_CONTACT,
    AlertKind.NO_LOCATION, AlertKind.CLOCK_WRONG, AlertKind.HOME_UNIT_POWER_LOST,
    AlertKind.ATV_NEAR,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WeekSeen:
    """said_at: when their officer had them told. can_tell: there is a contact to tell them by."""

    week_id: int
    person_id: int
    name: str
    monday: date
    sunday: date
    share: float
    said_at: datetime | None
    said_by: str
    can_tell: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What the wearer would be sent, by each contact's language."""

    week: WeekSeen
    language: str
    subject: str
    text: str


def begin_weeks(now: datetime) -> None:
    """The row that walks, where there is none yet."""
    if not due.waiting(WEEK_DUE, [SUBJECT]):
        monday = monday_before(now, settings.WALL_ZONE)
        _set(told_at(monday, settings.WALL_ZONE), monday, 0)


def fire_weeks(now: datetime) -> int:
    """The next few persons; how many."""
    rows = due.past(WEEK_DUE, now=now)
    if not rows:
        return 0
    monday = date.fromisoformat(str(rows[0].detail["monday"]))
    after = int(rows[0].detail["after"])
    persons = _wore_a_tag(monday).filter(pk__gt=after).order_by("pk")
    ids = list(persons.values_list("pk", flat=True)[:AT_ONCE])
    found: dict[int, Week | None] = dict.fromkeys(ids)
    for one in ids:
        tried(_put_week, found, one, monday, now)
    late = told_at(monday, settings.WALL_ZONE) + GIVEN_UP_AFTER
    if any(one is None for one in found.values()) and not _judged(monday, now) and now < late:
        _set(now + AGAIN, monday, after)  # judging is behind: not one of them is passed over
        return 0
    _save(found, monday, ids, now)
    return len(ids)


@transaction.atomic
def _save(found: dict[int, Week | None], monday: date, ids: list[int], now: datetime) -> None:
    kept = {one: week for one, week in found.items() if week is not None and week.kept}
    WeekKept.objects.bulk_create(
        [
            WeekKept(person_id=one, monday=monday, share=week.share, known_at=now)
            for one, week in kept.items()
        ],
        ignore_conflicts=True,
    )
    if ids:
        _set(now, monday, ids[-1])
    else:
        _tell_officers(monday, now)
        following = monday + timedelta(days=DAYS)
        _set(told_at(following, settings.WALL_ZONE), following, 0)
    if kept:
        audit.record("week:kept", by=MACHINE, at=now, detail={"persons": len(kept)})


def _set(at: datetime, monday: date, after: int) -> None:
    detail = {"monday": monday.isoformat(), "after": after}
    due.set_due([due.DueRow(WEEK_DUE, SUBJECT, at, detail)])


def _tell_officers(monday: date, now: datetime) -> None:
    """One notice an officer, with how many of theirs; it may wait for a digest."""
    ids = set(WeekKept.objects.filter(monday=monday).values_list("person_id", flat=True))
    mine: dict[int, int] = defaultdict(int)
    for case in cases_of(ids, now=now).values() if ids else ():
        for officer_id in case.named_officer_ids if case.limited else case.officer_ids:
            mine[officer_id] += 1
    for officer_id, count in mine.items():
        enqueue(
            about=f"week:{monday}", step="kept", officer_ids=[officer_id], template="week_kept",
            words={"count": count, **wording.of_week(monday)}, weight=Weight.LATER, now=now,
        )  # fmt: skip


def _wore_a_tag(monday: date) -> QuerySet[Person]:
    from_at, to_at = _span(monday)
    worn = Activation.objects.filter(Q(to_at=None) | Q(to_at__gt=from_at), from_at__lt=to_at)
    return Person.objects.filter(protected=False, pk__in=worn.values("person_id"))


def _span(monday: date) -> tuple[datetime, datetime]:
    days = local_days(monday + timedelta(days=DAYS - 1), DAYS, settings.WALL_ZONE)
    return days[0].from_at, days[-1].to_at


def _put_week(found: dict[int, Week | None], person_id: int, monday: date, now: datetime) -> None:
    found[person_id] = _week(person_id, monday, now)


def _week(person_id: int, monday: date, now: datetime) -> Week | None:
    last = monday + timedelta(days=DAYS - 1)
    strips = person_strips(person_id, by=MACHINE, now=now, last=last, count=DAYS)
    if strips.again_from is not None and strips.again_from < _span(monday)[1]:
        return None  # late fixes wait to be judged
    excused = _excused(person_id)
    clear = _clear(person_id, strips, excused, monday)
    return week_of([one.strip for one in strips.requirements], excused, clear=clear)


def _clear(person_id: int, strips: PersonStrips, excused: Collection[int], monday: date) -> bool:
    """Nothing stands against them: no row of judging however short, and no alert."""
    against = any(
        not one.row.withdrawn
        and one.row.certainty != Certainty.CANNOT_TELL
        and one.row.kind is not RowKind.EXCLUSION_WARNING
        and not is_of_tag(one.row)
        and one.violation_id not in excused
        for one in strips.violations
    )
    from_at, to_at = _span(monday)
    alerts = Alert.objects.filter(
        person_id=person_id, kind__in=BREACHES, from_at__lt=to_at, from_at__gte=from_at
    )
    held = alerts.exclude(status__in=[Status.CLOSED, Status.EXPLAINED, Status.WITHDRAWN])
    upheld = alerts.filter(outcome__in=[Outcome.BREACH, Outcome.WARNING_GIVEN])
    of_week = {one.pk for one in (*held, *upheld)}
    return not against and not of_week - unnotified_alerts(of_week)


def _excused(person_id: int) -> set[int]:
    """Violations of alerts that were found excused, or the equipment's, or late data; those, too,
    that began before the person was told: they count neither way."""
    found = Q(alert__outcome__in=EXCUSED) | Q(alert__status=Status.EXPLAINED)
    links = AlertViolation.objects.filter(alert__person_id=person_id)
    excused = set(links.filter(found).values_list("violation_id", flat=True))
    return excused | uncounted(links.filter(withdrawn=False))


def _judged(monday: date, now: datetime) -> bool:
    judged_to = progress().judged_to
    return judged_to is not None and judged_to >= min(_span(monday)[1] + AGAIN, now)


def kept_weeks(by: Posted, *, now: datetime) -> list[WeekSeen]:
    """Of the last fortnight, those of the people that the officer is responsible for, newest first;
    none for who watches the whole estate, where praise would come from a stranger."""
    if may.reach(by, Permission.PERSON_TELL) not in {Reach.OWN, Reach.TEAM}:
        return []
    visible = visible_person_ids(by, Permission.PERSON_TELL, now=now) or frozenset()
    rows = WeekKept.objects.filter(known_at__gt=now - SHOWN_FOR, person_id__in=list(visible))
    return _seen(rows.order_by("-monday", "person__reference"), now)


def weeks_of(person_id: int, by: Posted, *, now: datetime) -> list[WeekSeen]:
    """One person's of the last fortnight; the page leaves its line."""
    may.check(by, Permission.PERSON_TELL, case_of(person_id, now=now))
    rows = WeekKept.objects.filter(person_id=person_id, known_at__gt=now - SHOWN_FOR)
    return _seen(rows.order_by("-monday"), now)


def preview(week_id: int, by: Posted, *, now: datetime) -> Preview:
    """The words as the wearer would read them."""
    week = _week_of(week_id, by, now)
    contacts = contacts_of_person(week.person_id, now=now)
    language = contacts[0].language if contacts else texts.ENGLISH
    said = texts.Texts().say([Line("praise", wording.of_week(week.monday))], language=language)
    [seen] = _seen(WeekKept.objects.filter(pk=week.pk), now)
    return Preview(seen, language, said[0], said[1])


@transaction.atomic
def say_well_done(week_id: int, *, by: Posted, now: datetime) -> None:
    """Have the wearer told that it was seen; once a week and person."""
    week = _week_of(week_id, by, now)
    if not contacts_of_person(week.person_id, now=now):
        raise Refused("There is no contact to tell them by; enter one under Reminders first.")
    if not WeekKept.objects.filter(pk=week.pk, said_at=None).update(
        said_at=now, said_by_id=by.officer_id
    ):
        raise Conflict("They have been told already; reload the page.")
    enqueue(
        about=f"praise:{week.pk}", step="praise", person_ids=[week.person_id], template="praise",
        words=wording.of_week(week.monday), weight=Weight.SOON, now=now,
    )  # fmt: skip
    audit.record("praise:said", by=by, at=now, about=week.person_id, detail={"week": week.pk})


def _week_of(week_id: int, by: Posted, now: datetime) -> WeekKept:
    week = WeekKept.objects.select_related("person").filter(pk=week_id).first()
    if week is None:
        raise NoSuchThing(NO_SUCH_WEEK)
    case = case_of(week.person_id, now=now)
    may.check(by, Permission.PERSON_TELL, case, absent=NO_SUCH_WEEK)
    return week


def _seen(rows: QuerySet[WeekKept], now: datetime) -> list[WeekSeen]:
    found: Sequence[WeekKept] = list(rows.select_related("person"))
    ids = [one.said_by_id for one in found if one.said_by_id is not None]
    said = Officer.objects.filter(pk__in=ids)
    names = {one.pk: str(one) for one in said}
    can_tell = reachable_since({one.person_id for one in found}, now=now) if found else {}
    return [
        WeekSeen(
            row.pk, row.person_id, row.person.full_name or row.person.reference, row.monday,
            row.monday + timedelta(days=DAYS - 1), row.share, row.said_at,
            names.get(row.said_by_id or 0, ""), row.person_id in can_tell,
        )
        for row in found
    ]  # fmt: skip
