"""How people under orders describe themselves: counts, as a month ended, as `cells` tells.

Each question is counted by itself, never against another: two answers together describe few. How
many answered stands beside, for a share of a few says nothing of the rest. Canaries do not count.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted
from waypost.alerts.canaries import PREFIX
from waypost.equality.queries import answers_at
from waypost.equality.values import AGE_FROM, NOT_SAID, QUESTIONS, Answers, Question, age_band
from waypost.errors import Refused
from waypost.evaluation.cells import Cell, cell
from waypost.orders.queries import light_orders
from waypost.orders.values import OrderKind
from waypost.oversight.reviewing import month_before, span_of

ANSWERED, NOT_ASKED = "Answered in own words", "Not asked yet, or not answered"


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer and how many gave it."""

    words: str
    people: Cell
    group: str = ""


@dataclass(frozen=True, slots=True)
class QuestionTable:
    """One question. rate_percent: the share that answered it, of the counts as told; None where
    either is not told. "Prefer not to say" is an answer."""

    code: str
    title: str
    rows: tuple[AnswerRow, ...]
    answered: Cell
    rate_percent: int | None


@dataclass(frozen=True, slots=True)
class SelfDescribed:
    """people: all under an order on the last day of the month."""

    month: date
    people: Cell
    tables: tuple[QuestionTable, ...]


def self_described(month: date, *, by: Posted, now: datetime) -> SelfDescribed:
    """Of the end of a whole month that is over. Refused for one that is not, or without leave."""
    may.check(by, Permission.EQUALITY_READ)
    month = month.replace(day=1)
    if month > month_before(now, settings.WALL_ZONE):
        raise Refused("That month is not over; choose one before this month.")
    _, ends = span_of(month, settings.WALL_ZONE)
    born = _under_orders(ends)
    answers = answers_at(born, at=ends)
    last_day = (ends - timedelta(seconds=1)).astimezone(ZoneInfo(settings.WALL_ZONE)).date()
    found = SelfDescribed(
        month,
        cell(len(born)),
        (*(_table(one, answers, len(born)) for one in QUESTIONS), _ages(born, last_day)),
    )
    with transaction.atomic():
        audit.record("equality:counted", by=by, at=now, detail={"month": month.isoformat()})
    return found


def rate(answered: Cell, people: Cell) -> int | None:
    """A whole percentage of two counts as they are told, so that it says no more than they do."""
    if answered.people is None or not people.people:
        return None
    return min(100, round(100 * answered.people / people.people))


def _under_orders(ends: datetime) -> dict[int, date | None]:
    """Number -> date of birth of everybody under an order as the month ended."""
    return {
        person.number: person.details.get("born")
        for person in light_orders()
        if person.number is not None
        and not person.person_id.startswith(PREFIX)
        and any(
            order.kind is not OrderKind.PROTECTION
            and order.from_at < ends
            and (order.to_at is None or order.to_at >= ends)
            for order in person.orders
        )
    }


def _table(question: Question, answers: dict[int, Answers], people: int) -> QuestionTable:
    chose: dict[str, set[int]] = defaultdict(set)
    for person_id, said in answers.items():
        for code in said.get(question.code, []):
            chose[code if code == NOT_SAID or not question.typed else ANSWERED].add(person_id)
    answered = set().union(*chose.values()) if chose else set()
    groups = {code: one.name for one in question.groups for code, _ in one.choices}
    words = {ANSWERED: ANSWERED} | question.words() if question.typed else question.words()
    rows = [
        AnswerRow(text, cell(len(chose[code])), groups.get(code, ""))
        for code, text in words.items()
    ]
    told = cell(len(answered))
    rows.append(AnswerRow(NOT_ASKED, cell(people - len(answered))))
    return QuestionTable(question.code, question.title, tuple(rows), told, rate(told, cell(people)))


def _ages(born: dict[int, date | None], on: date) -> QuestionTable:
    """Worked out from dates of birth, not answered by anybody."""
    bands: dict[str, int] = defaultdict(int)
    for day in born.values():
        bands[age_band(day, on)] += 1
    recorded = cell(len(born) - bands[""])
    names = [age_band(on.replace(year=on.year - age, day=1), on) for age in (0, *AGE_FROM)]
    rows = [AnswerRow(name, cell(bands[name])) for name in names]
    rows.append(AnswerRow("No date of birth recorded", cell(bands[""])))
    return QuestionTable("age", "Age", tuple(rows), recorded, rate(recorded, cell(len(born))))
