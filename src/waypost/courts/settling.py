"""From what was heard and what was answered to the order that goes in. Pure.

    settle(heard, questions, answers)   the order as far as it may go in, and what is still open
    check_answer(question, sent)        an answer as it is kept; Refused where it answers nothing

A new order goes in by parts: a condition of which nothing is open binds at once, since a zone that
protects somebody must not wait for the hours of a curfew. A variation goes in whole or not at all:
half of it beside what it replaces is an order that no court made. Questions about the order itself
(whose, which kind, from when to when) hold up all of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from waypost.clock import read_instant, write_instant
from waypost.courts.values import Answer, Condition, Heard, Question, Wants
from waypost.errors import Refused
from waypost.orders.fields import Desk
from waypost.orders.finding import Finding
from waypost.orders.lint import lint
from waypost.orders.read import EXCEPTED_LENGTH_MAX
from waypost.orders.read_hours import read_row
from waypost.orders.values import (
    AlcoholRule,
    Order,
    OrderKind,
    PersonOrders,
    Requirement,
    RequirementKind,
    TimetableRow,
    Zone,
)
from waypost.orders.zone_text import read_zone_text, zone_data
from waypost.units import OrderRef, PersonRef, RequirementRef

WORDS_MAX = 1_000
ROWS_MAX = 40
RING_M_MAX = 5_000
ABOUT_ALL = frozenset({"order", "person"})
# What lint finds of the order as it would go in, and that nobody can have meant: asked first.
GRAVE_FINDINGS = frozenset(
    {"order_ends_before_start", "never_required", "home_cut_off", "place_cut_off",
     "curfew_over_day_maximum", "curfew_over_week_maximum", "curfew_under_hdc_minimum",
     "trail_on_bail", "zone_crosses_itself", "zone_without_area", "zone_outside_britain"}
)  # fmt: skip
EXCEPT_WORD = re.compile(r"^(?:except|unless|other than)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settled:
    """How far a message has come.

    order     what may go in now; None: nothing yet
    whole     nothing that it asks is left open or left out for later
    waiting   blocking questions without an answer
    findings  what lint says of the order
    dropped   every condition was answered with "it does not apply", or all of it was set aside
    """

    order: Order | None
    whole: bool
    waiting: tuple[Question, ...]
    findings: tuple[Finding, ...] = ()
    dropped: bool = False


def settle(heard: Heard, questions: Sequence[Question], answers: Mapping[str, Answer]) -> Settled:
    """The order with every answer in its place.

    questions   those of the message and those of the store (whose order, which one it varies)
    """
    waiting = tuple(one for one in questions if one.blocking and one.key not in answers)
    if "not" in answers.get("order/nothing", {}):
        return Settled(None, whole=True, waiting=(), dropped=True)
    of_order = [one for one in waiting if one.about in ABOUT_ALL]
    kept = [one for one in heard.conditions if not _is_dropped(one, questions, answers)]
    if heard.conditions and not kept:
        return Settled(None, whole=True, waiting=(), dropped=True)
    clear = [one for one in kept if not any(_touches(asked, one) for asked in waiting)]
    if of_order or not clear or (heard.order.is_variation and waiting):
        return Settled(None, whole=False, waiting=waiting)
    order = _order(heard, clear, answers)
    if order is None:
        return Settled(None, whole=False, waiting=waiting)
    whole = len(clear) == len(kept) and not waiting
    findings = tuple(lint(PersonOrders(PersonRef("-"), (order,))))
    return Settled(replace(order, whole=whole), whole, waiting, findings)


def reference_of(heard: Heard, answers: Mapping[str, Answer]) -> str:
    """How the order is called: as the message calls it, or the order that an officer chose."""
    chosen = str(answers.get("order/original", {}).get("choice", ""))
    return heard.order.reference if chosen in {"", "same"} else chosen


def onto(order: Order, standing: Order) -> Order:
    """The order as a change of the one that stands: it begins when that began, and what it asks
    takes the place of what was asked of the same kind, where there are as many of each."""
    known: dict[RequirementKind, list[RequirementRef]] = {}
    for one in standing.requirements:
        mine = known.setdefault(one.kind, [])
        if one.requirement_id not in mine:
            mine.append(one.requirement_id)
    counts = {kind: sum(one.kind is kind for one in order.requirements) for kind in known}
    renamed = []
    for one in order.requirements:
        mine = known.get(one.kind, [])
        fits = len(mine) == counts.get(one.kind, 0) and mine
        renamed.append(replace(one, requirement_id=mine.pop(0)) if fits else one)
        if fits:
            counts[one.kind] -= 1
    return replace(order, from_at=standing.from_at, requirements=tuple(renamed))


def lint_questions(settled: Settled, heard: Heard) -> list[Question]:
    """A question for each grave finding: is it meant so?"""
    words = {one.reference: one.words for one in heard.conditions}
    return [
        Question(
            f"{one.requirement_id or 'order'}/odd-{one.kind.replace('_', '-')}"[:120],
            Wants.WORDS,
            words.get(one.requirement_id or "", heard.order.words),
            f"Read so, {one.message}. Ask the court, and say what it meant.",
        )
        for one in settled.findings
        if one.kind in GRAVE_FINDINGS
    ]


def check_answer(question: Question, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as it is kept. Refused, in words for the form, where it is none to this question.

    sent   one of the answers of values.py; of a choice {"pick": its value}
    """
    if "not" in sent:
        if not question.may_drop:
            raise Refused("This question cannot be set aside; answer it.")
        return {"not": _words(sent["not"], "Say why it does not apply.")}
    if "pick" in sent:
        chosen = {one.value: one for one in question.choices}.get(str(sent["pick"]))
        if chosen is None:
            raise Refused("Choose one of the answers.")
        return dict(chosen.sets)
    if question.wants is Wants.ZONE and "zone" in sent:
        zone = {"zone": zone_data(_zone_of(sent["zone"]))}
        return zone | _ring_of(sent.get("warning_m"))
    if question.wants is Wants.HOURS and "hours" in sent:
        rows = _rows_of(sent["hours"])
        return {"hours": None if rows is None else [_row_data(row) for row in rows]}
    if question.wants is Wants.INSTANT and "at" in sent:
        return {"at": _at_of(sent["at"], may_be_none=question.field == "end")}
    if question.wants is Wants.WORDS and "words" in sent:
        return {"words": _words(sent["words"], "Say what came of it.")}
    raise Refused("Choose one of the answers, or fill in the form.")


def _is_dropped(
    one: Condition, questions: Sequence[Question], answers: Mapping[str, Answer]
) -> bool:
    mine = (asked.key for asked in questions if asked.about == one.reference)
    return any("not" in answers.get(key, {}) for key in mine)


def _touches(asked: Question, one: Condition) -> bool:
    return asked.about == one.reference


def _order(
    heard: Heard, conditions: Sequence[Condition], answers: Mapping[str, Answer]
) -> Order | None:
    start = _instant(answers, "order/start", heard.order.from_at)
    end = _instant(answers, "order/end", heard.order.to_at)
    kind = answers.get("order/kind", {}).get("choice", heard.order.kind)
    if start is None or kind is None:
        return None
    asked = [_requirement(one, heard, answers) for one in conditions]
    return Order(OrderRef(reference_of(heard, answers)), OrderKind(kind), start, end, tuple(asked))


def _requirement(one: Condition, heard: Heard, answers: Mapping[str, Answer]) -> Requirement:
    zone, hours, ring_m = one.zone, one.hours, None
    if "zone" in (said := answers.get(f"{one.reference}/zone", {})):
        zone, ring_m = _zone_of(said["zone"]), said.get("warning_m")
    if "hours" in (said := answers.get(f"{one.reference}/hours", {})):
        hours = _rows_of(said["hours"])
    return Requirement(
        RequirementRef(one.reference),
        one.kind,
        zones=() if zone is None else (zone,),
        timetable=hours,
        from_at=_instant(answers, f"{one.reference}/start", one.from_at),
        to_at=_instant(answers, f"{one.reference}/end", one.to_at),
        valid_from=heard.order.binds_at if heard.order.is_variation else None,
        warning_m=ring_m if one.kind is RequirementKind.EXCLUSION else None,
        alcohol=AlcoholRule() if one.kind is RequirementKind.ALCOHOL else None,
        excepted=EXCEPT_WORD.sub("", one.exception).strip()[:EXCEPTED_LENGTH_MAX],
    )


def _instant(answers: Mapping[str, Answer], key: str, read: datetime | None) -> datetime | None:
    said = answers.get(key, {})
    if "at" not in said:
        return read
    return None if said["at"] is None else read_instant(str(said["at"]))


def _zone_of(data: Any) -> Zone:
    desk = Desk()
    text = data if isinstance(data, str) else json.dumps(data)
    zone = read_zone_text(desk, "zone", text)
    if zone is None or desk.problems:
        what = desk.problems[0].message if desk.problems else "there is no zone"
        raise Refused(f"The zone cannot be read: {what}.")
    return zone


def _ring_of(data: Any) -> dict[str, float]:
    """The warning ring round the zone, where one was asked for."""
    if data is None:
        return {}
    if not isinstance(data, int | float) or not 0 < data <= RING_M_MAX:
        raise Refused(f"The warning ring is a width in metres, at most {RING_M_MAX}.")
    return {"warning_m": float(data)}


def _rows_of(data: Any) -> tuple[TimetableRow, ...] | None:
    if data is None:
        return None
    if not isinstance(data, Sequence) or isinstance(data, str) or not 0 < len(data) <= ROWS_MAX:
        raise Refused("Enter at least one row of hours, or choose at all times.")
    desk = Desk()
    rows = [read_row(desk, f"hours[{n}]", row) for n, row in enumerate(data)]
    if desk.problems:
        raise Refused(f"The hours cannot be read: {desk.problems[0].message}.")
    return tuple(row for row in rows if row is not None)


def _row_data(row: TimetableRow) -> dict[str, Any]:
    """A row as the orders file writes it; what is as usual is left out."""
    data: dict[str, Any] = {"days": list(row.days), "start": row.start, "end": row.end}
    if row.bank_holidays != TimetableRow((), "", "").bank_holidays:
        data["bank_holidays"] = row.bank_holidays.value
    if row.every_weeks != 1:
        data["every_weeks"] = row.every_weeks
    dates = {"from_date": row.from_date, "to_date": row.to_date, "anchor_date": row.anchor_date}
    return data | {name: day.isoformat() for name, day in dates.items() if day is not None}


def _at_of(data: Any, *, may_be_none: bool) -> str | None:
    if data is None:
        if may_be_none:
            return None
        raise Refused("Enter a date and a time.")
    try:
        return write_instant(read_instant(str(data)))
    except ValueError:
        raise Refused("Enter a date and a time, like 31 12 2026 and 10:00.") from None


def _words(data: Any, asked: str) -> str:
    text = " ".join(str(data).split())
    if not text:
        raise Refused(asked)
    if len(text) > WORDS_MAX:
        raise Refused(f"Write at most {WORDS_MAX} characters.")
    return text
