"""What is owed of checks and assessments, for the one list that a practitioner sees (necessity).

    checked(ids)   which checks of which orders are answered: those of the assessment that led to
                   the order, whose answer was still good when it began
    owed(ids)      answers that are waited for; decisions that nobody has recorded; checks of a home
                   detention curfew that is to begin

A leave to go on answers no check, so that the check stays owed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from waypost.necessity.values import DUE, CheckKind, Held, Task, TaskKind
from waypost.orders.models import Order
from waypost.orders.queries import cases_of
from waypost.orders.values import OrderKind
from waypost.suitability.models import Assessment, Check, Sentence
from waypost.suitability.values import WAITING, Answer, CheckStatus, Status

Key = tuple[int, str]  # a person's number, an order's reference
BEFORE_RELEASE = "before the release: our assumption, to be set by the agency"
TASK_OF = {
    CheckKind.DOMESTIC_ABUSE: TaskKind.ABUSE_CHECK,
    CheckKind.CHILD_SAFEGUARDING: TaskKind.CHILD_CHECK,
}


def checked(person_ids: Collection[int]) -> dict[Key, set[CheckKind]]:
    """Answered checks by order."""
    found: dict[Key, set[CheckKind]] = defaultdict(set)
    wanted = set(person_ids)
    named: dict[int, Key] = {}
    rows = Sentence.objects.exclude(order_reference="").order_by("version")
    for number, person_id, reference in rows.values_list(
        "assessment_id", "assessment__person_id", "order_reference"
    ):
        if person_id in wanted:
            named[number] = (person_id, reference)
    if not named:
        return found
    begins = _begins({key[0] for key in named.values()})
    answered = Check.objects.filter(
        assessment_id__in=named, status=CheckStatus.ANSWERED.value
    ).exclude(answer=Answer.NOT_SAID.value)
    for number, kind, until in answered.values_list("assessment_id", "kind", "valid_until"):
        key = named[number]
        if key in begins and (until is None or until > begins[key]):
            found[key].add(CheckKind(kind))
    return found


def owed(person_ids: Collection[int] | None, now: datetime) -> list[Task]:
    """Tasks beside those of live orders."""
    return [
        *_waiting(_of(Check.objects.all(), "assessment__person_id", person_ids)),
        *_undecided(_of(Assessment.objects.all(), "person_id", person_ids), now),
        *_releases(_of(Order.objects.all(), "person_id", person_ids), now),
    ]


def _of(rows: QuerySet, column: str, ids: Collection[int] | None) -> QuerySet:  # type: ignore[type-arg]
    return rows if ids is None else rows.filter(**{f"{column}__in": list(ids)})


def _waiting(rows: QuerySet[Check]) -> Iterator[Task]:
    waiting = rows.filter(status__in=[one.value for one in WAITING]).select_related("assessment")
    for one in waiting.exclude(assessment__status=Status.WITHDRAWN.value).order_by("pk"):
        yield _task(TaskKind.CHECK_ANSWER, one.assessment, one.due_at)


def _undecided(rows: QuerySet[Assessment], now: datetime) -> Iterator[Task]:
    past = rows.filter(status=Status.PROPOSED.value, decision_on__lt=now.date())
    for one in past.order_by("pk"):
        zone = ZoneInfo(settings.WALL_ZONE)
        day = datetime.combine(one.decision_on, time(0), zone).astimezone(UTC)
        yield _task(TaskKind.DECISION, one, day + timedelta(days=1) + DUE[TaskKind.DECISION].within)


def _task(kind: TaskKind, one: Assessment, due_at: datetime) -> Task:
    held = Held.RESPONSIBLE if one.officer_id is not None else Held.NOBODY
    who = (one.officer_id,) if one.officer_id is not None else ()
    return Task(kind, one.person_id, f"S-{one.pk}", due_at, DUE[kind].source, held, who, one.pk)


def _releases(rows: QuerySet[Order], now: datetime) -> Iterator[Task]:
    """Home detention curfews that are known and have not begun: their checks are due before."""
    coming = list(rows.filter(kind=OrderKind.HDC.value, from_at__gt=now).order_by("version"))
    newest = {(one.person_id, one.reference): one for one in coming}
    if not newest:
        return
    done, cases = checked({key[0] for key in newest}), cases_of({key[0] for key in newest}, now=now)
    for key, one in newest.items():
        officers = tuple(sorted(cases[one.person_id].officer_ids))
        for kind, task in TASK_OF.items():
            if kind not in done.get(key, ()):
                held = Held.RESPONSIBLE if officers else Held.NOBODY
                yield Task(task, one.person_id, one.reference, one.from_at, BEFORE_RELEASE, held,
                           officers)  # fmt: skip


def _begins(people: Collection[int]) -> dict[Key, datetime]:
    rows = Order.objects.filter(person_id__in=people).order_by("version")
    return {
        (person_id, reference): from_at
        for person_id, reference, from_at in rows.values_list("person_id", "reference", "from_at")
    }
