"""What a court's message would come to, without any store: for `waypost court check`. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from waypost.clock import write_instant
from waypost.courts.contractor import order_shape, wearer_shape
from waypost.courts.payload import Slice, take_apart
from waypost.courts.reading import hear
from waypost.courts.settling import lint_questions, settle
from waypost.courts.values import NO_ANSWERS, Condition, Heard, Question, Words
from waypost.orders.zone_text import zone_data


def check(data: bytes) -> list[dict[str, Any]]:
    """One object for each order that is heard, and for each person of whom nothing is."""
    return [row for one in take_apart(data) for row in _checked(one)]


def _checked(one: Slice) -> list[dict[str, Any]]:
    if one.form is None:
        return [{"path": one.path, "status": "unread", "trouble": one.trouble}]
    heard = hear(one)
    if not heard:
        return [{"path": one.path, "status": "nothing_monitored"}]
    return [_heard_row(one.path, each) for each in heard]


def _heard_row(path: str, heard: Heard) -> dict[str, Any]:
    settled = settle(heard, heard.questions, NO_ANSWERS)
    questions = [*heard.questions, *lint_questions(settled, heard)]
    order = heard.order
    return {
        "path": path,
        "status": "clear" if settled.whole and not any(q.blocking for q in questions) else "asks",
        "form": heard.form.value,
        "order": {
            "order_id": order.reference,
            "result": order.code,
            "kind": order.kind.value if order.kind else None,
            "variation": order.is_variation,
            "from": write_instant(order.from_at) if order.from_at else None,
            "to": write_instant(order.to_at) if order.to_at else None,
            "binds": write_instant(order.binds_at) if order.binds_at else None,
        },
        "conditions": [_condition_row(one) for one in heard.conditions],
        "kept_in_words": [_words_row(one) for one in heard.kept],
        "questions": [_question_row(one) for one in questions],
        "device_wearer": wearer_shape(heard.person),
        "monitoring_order": order_shape(heard),
    }


def _condition_row(one: Condition) -> dict[str, Any]:
    hours: Sequence[dict[str, Any]] | None = None
    if one.hours is not None:
        hours = [{"days": list(row.days), "start": row.start, "end": row.end} for row in one.hours]
    return {
        "requirement_id": one.reference,
        "kind": one.kind.value,
        "words": _words_row(one.words),
        "zone": zone_data(one.zone) if one.zone else None,
        "zone_read_as": one.zone_how,
        "timetable": hours,
        "from": write_instant(one.from_at) if one.from_at else None,
        "to": write_instant(one.to_at) if one.to_at else None,
        "except": one.exception,
    }


def _question_row(one: Question) -> dict[str, Any]:
    return {
        "key": one.key,
        "wants": one.wants.value,
        "blocking": one.blocking,
        "why": one.why,
        "words": _words_row(one.words),
        "choices": [{"value": each.value, "words": each.words} for each in one.choices],
        "may_be_dropped": one.may_drop,
    }


def _words_row(words: Words) -> dict[str, str]:
    return {"path": words.path, "label": words.label, "text": words.text}
