"""Courts' messages as pages show them: what was read beside the words, questions as small forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from waypost.access.values import Posted
from waypost.clock import read_instant
from waypost.courts.grammar import read_time
from waypost.courts.queries import Asked, Listed, MessageSeen, person_messages
from waypost.courts.values import STATUS_WORDS, Condition, Question, Status, Wants
from waypost.courts.walltimes import of_wall, said_at
from waypost.orders.fields import Desk
from waypost.orders.read_hours import read_row
from waypost.orders.values import OrderKind, RequirementKind
from waypost.orders.words import order_words, timetable_words
from waypost.orders.zone_text import read_zone_text, zone_data
from waypost.web.presenters.timetable_field import (
    TimetableField,
    read_timetable_field,
    timetable_field,
)
from waypost.web.presenters.zone_field import ZoneField, read_zone_field, zone_field

COLOURS = {Status.WAITING: "yellow", Status.PARTLY: "orange", Status.IMPORTED: "green",
           Status.SET_ASIDE: "grey", Status.UNREAD: "red"}  # fmt: skip
KIND_WORDS = {
    RequirementKind.CURFEW: "Curfew",
    RequirementKind.EXCLUSION: "Keep out of a place",
    RequirementKind.INCLUSION: "Stay within a place",
    RequirementKind.TRAIL: "Whereabouts",
    RequirementKind.ALCOHOL: "Alcohol",
}
FIELD_TITLES = {"zone": "Where is it?", "hours": "At which hours?", "start": "From when?",
                "end": "Until when?", "kind": "Which kind of order?", "who": "Who is it?",
                "original": "Which order does it change?", "nothing": "What is to be monitored?",
                "monitored": "Is it electronically monitored?", "scotland": "Who monitors it?",
                "unknown": "What does this ask?"}  # fmt: skip
PICK, OWN, NOT = "pick-", "own", "not"


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The form of one question as it stands.

    how     what was chosen: pick-VALUE, own, not
    sent    the answer to send on; None while the form is shown, or shown again
    """

    how: str
    zone: ZoneField | None = None
    hours: TimetableField | None = None
    day: str = ""
    month: str = ""
    year: str = ""
    clock: str = ""
    words: str = ""
    why_not: str = ""
    sent: Mapping[str, Any] | None = None
    trouble: str = ""
    trouble_at: str = "answer-form"


def status_tag(status: Status) -> SafeString:
    return format_html(
        '<strong class="govuk-tag govuk-tag--{}">{}</strong>', COLOURS[status], STATUS_WORDS[status]
    )


def court_rows(person_id: int, by: Posted, *, now: datetime) -> list[tuple[Listed, SafeString]]:
    """What courts sent about one person, for who enters orders."""
    return [(row, status_tag(row.status)) for row in person_messages(person_id, by, now=now)]


def question_title(question: Question) -> str:
    if question.about == "note":
        return "Something to look into"
    return FIELD_TITLES.get(question.field, "Is it meant so?")


def about_words(about: str) -> str:
    """The condition that a question is about: "Curfew 1"."""
    kind = about.rpartition("-")[0]
    if kind in set(RequirementKind):
        return f"{KIND_WORDS.get(RequirementKind(kind), kind.capitalize())} ({about})"
    return {"person": "The person", "note": "The order"}.get(about, "The order")


def facts(seen: MessageSeen) -> list[tuple[str, str]]:
    """What the message makes, in words."""
    if seen.standing is None:
        return []
    order, answers = seen.standing.heard.order, seen.standing.answers
    start, end = (_at(answers, f"order/{name}", read)
                  for name, read in (("start", order.from_at), ("end", order.to_at)))  # fmt: skip
    rows = [
        ("Result", f"{order.code} {order.label}".strip()),
        ("Kind of order", _kind_words(order.kind)),
        ("Court", order.court),
        ("Case", order.case_reference),
        ("Called here", seen.standing.settled.order.order_id
         if seen.standing.settled.order else order.reference),
        ("From", said_at(start) if start else "not said"),
        ("Until", said_at(end) if end else "no end set"),
    ]  # fmt: skip
    if order.is_variation and order.binds_at:
        rows.append(("Varies an order, from", said_at(order.binds_at)))
    agency = ", ".join(one for one in (order.agency.kind, order.agency.team) if one)
    rows.append(("Supervised by", agency or "not said"))
    return [(name, said) for name, said in rows if said]


def person_rows(seen: MessageSeen) -> list[tuple[str, str]]:
    if seen.standing is None:
        return []
    person = seen.standing.heard.person
    rows = [
        ("Name", person.name or "not said"),
        ("Date of birth", f"{person.born:%-d %B %Y}" if person.born else "not said"),
        ("Address", "no fixed address" if person.no_fixed_abode else person.address.text),
        ("Telephone", person.phone),
        ("Interpreter", f"needed: {person.language}" if person.interpreter else ""),
        ("Special needs", person.needs),
    ]
    return [(name, said) for name, said in rows if said]


def conditions(seen: MessageSeen) -> list[dict[str, Any]]:
    """Each condition: the court's words, what was read, its questions."""
    if seen.standing is None:
        return []
    answers = seen.standing.answers
    return [
        {
            "title": about_words(one.reference),
            "words": one.words,
            "read": _read_rows(one, answers),
            "dropped": _dropped(one, answers),
            "asked": [(each, question_title(each.question), _answer_words(each))
                      for each in seen.asked if each.question.about == one.reference],
        }
        for one in seen.standing.heard.conditions
    ]  # fmt: skip


def order_questions(seen: MessageSeen) -> list[tuple[Asked, str, str]]:
    """What is asked of the whole order, or of words that are no condition."""
    if seen.standing is None:
        return []
    known = {one.reference for one in seen.standing.heard.conditions} | {"note"}
    return [(one, question_title(one.question), _answer_words(one))
            for one in seen.asked if one.question.about not in known]  # fmt: skip


def notes(seen: MessageSeen) -> list[tuple[Asked, str]]:
    return [(one, _answer_words(one)) for one in seen.asked if one.question.about == "note"]


def next_question(seen: MessageSeen) -> int:
    """The record of the first question that something waits for; 0: none."""
    if not seen.is_open:
        return 0
    waits = (one for one in seen.asked if one.question.blocking and one.answer is None)
    return next((one.number for one in waits), 0)


def odd(seen: MessageSeen) -> list[str]:
    """What lint says of the order as far as it could go in."""
    if seen.standing is None:
        return []
    found = seen.standing.settled.findings
    return [f"{one.requirement_id or 'The order'}: {one.message}."
            for one in found if one.kind != "order_without_activation"]  # fmt: skip


def form_of(seen: MessageSeen, asked: Asked, post: QueryDict, *, now: datetime) -> AnswerForm:
    """The form as posted, with the answer it makes; else as it begins."""
    question = asked.question
    if not post:
        return _begun(seen, question, now)
    how = post.get("how", "")
    day, month, year, clock = (post.get(one, "") for one in ("day", "month", "year", "clock"))
    form = AnswerForm(
        how, _zone_posted(question, post), _hours_posted(seen, question, post, now),
        day.strip(), month.strip(), year.strip(), clock.strip(),
        post.get("words", ""), post.get("why_not", ""),
    )  # fmt: skip
    if (form.zone and form.zone.again) or (form.hours and form.hours.again):
        return form
    if how == NOT:
        return _with(form, {"not": form.why_not}, at="why_not")
    if how.startswith(PICK):
        return _with(form, {"pick": how.removeprefix(PICK)}, at="how")
    if how != OWN:
        return _refused(form, "Choose an answer.", "how")
    return _own(question, form)


def _own(question: Question, form: AnswerForm) -> AnswerForm:
    """The answer that was filled in rather than chosen."""
    if question.wants is Wants.ZONE and form.zone is not None:
        if form.zone.problems or form.zone.zone is None:
            where, said = (form.zone.trouble or [("zone", "There is no zone yet.")])[0]
            return _refused(form, said, where)
        ring = {} if form.zone.warning_m is None else {"warning_m": form.zone.warning_m}
        return _with(form, {"zone": zone_data(form.zone.zone), **ring}, at="zone")
    if question.wants is Wants.HOURS and form.hours is not None:
        if form.hours.problems:
            where, said = form.hours.trouble[0]
            return _refused(form, said, where)
        return _with(form, {"hours": form.hours.timetable_data}, at="hours-0-start")
    if question.wants is Wants.INSTANT:
        at = _instant(form)
        if at is None:
            return _refused(form, "Enter a real date, and a time like 10:00.", "day")
        return _with(form, {"at": at.isoformat()}, at="day")
    return _with(form, {"words": form.words}, at="words")


def _begun(seen: MessageSeen, question: Question, now: datetime) -> AnswerForm:
    kind, order_kind = _kinds(seen, question)
    how = "" if question.choices or question.may_drop else OWN
    if question.wants is Wants.ZONE:
        return AnswerForm(how, zone=zone_field("zone", _offered(question), kind=kind,
                                               label="The zone"))  # fmt: skip
    if question.wants is Wants.HOURS:
        order = seen.standing.heard.order if seen.standing else None
        return AnswerForm(how, hours=timetable_field(
            "hours", (), kind=kind, now=now, order_kind=order_kind,
            order_from=order.from_at if order else None, order_to=order.to_at if order else None,
        ))  # fmt: skip
    return AnswerForm(how)


def _zone_posted(question: Question, post: QueryDict) -> ZoneField | None:
    if question.wants is not Wants.ZONE:
        return None
    needed = post.get("how") == OWN
    kind = RequirementKind.EXCLUSION
    if question.about.partition("-")[0] in {"curfew", "inclusion"}:
        kind = RequirementKind(question.about.partition("-")[0])
    return read_zone_field(post, "zone", kind=kind, label="The zone", required=needed)


def _hours_posted(
    seen: MessageSeen, question: Question, post: QueryDict, now: datetime
) -> TimetableField | None:
    if question.wants is not Wants.HOURS:
        return None
    kind, order_kind = _kinds(seen, question)
    order = seen.standing.heard.order if seen.standing else None
    return read_timetable_field(
        post, "hours", kind=kind, order_kind=order_kind, label="Hours", now=now,
        order_from=order.from_at if order else None, order_to=order.to_at if order else None,
    )  # fmt: skip


def _kinds(seen: MessageSeen, question: Question) -> tuple[RequirementKind, OrderKind]:
    word = question.about.rpartition("-")[0]
    kind = RequirementKind(word) if word in set(RequirementKind) else RequirementKind.CURFEW
    order = seen.standing.heard.order.kind if seen.standing else None
    return kind, order or OrderKind.COMMUNITY_ORDER


def _offered(question: Question) -> Any:
    """The zone of the first choice, to begin from on the map."""
    for one in question.choices:
        if "zone" in one.sets:
            return read_zone_text(Desk(), "zone", json.dumps(one.sets["zone"]))
    return None


def _instant(form: AnswerForm) -> datetime | None:
    clock = read_time(form.clock or "00:00")
    try:
        day = date(int(form.year), int(form.month), int(form.day))
    except (ValueError, OverflowError):
        return None
    return None if clock is None else of_wall(datetime.combine(day, clock))


def _with(form: AnswerForm, sent: Mapping[str, Any], *, at: str) -> AnswerForm:
    return AnswerForm(form.how, form.zone, form.hours, form.day, form.month, form.year, form.clock,
                      form.words, form.why_not, sent, "", at)  # fmt: skip


def _refused(form: AnswerForm, trouble: str, at: str) -> AnswerForm:
    return AnswerForm(form.how, form.zone, form.hours, form.day, form.month, form.year, form.clock,
                      form.words, form.why_not, None, trouble, at)  # fmt: skip


def _read_rows(one: Condition, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was read of a condition, and what was answered, with which of the two it is."""
    zone = answers.get(f"{one.reference}/zone", {})
    hours = answers.get(f"{one.reference}/hours", {})
    rows = []
    if one.kind not in {RequirementKind.TRAIL, RequirementKind.ALCOHOL}:
        where = one.zone_how or "asked"
        rows.append(("Where", "as an officer drew it" if "zone" in zone else where))
    if "hours" in hours:
        rows.append(("Hours", _hours(hours["hours"])))
    elif one.hours_clear:
        said = "at all times" if one.hours is None else "; ".join(timetable_words(one.hours))
        rows.append(("Hours", said))
    else:
        rows.append(("Hours", "asked"))
    start, end = (_at(answers, f"{one.reference}/{name}", read)
                  for name, read in (("start", one.from_at), ("end", one.to_at)))  # fmt: skip
    rows.append(("From", said_at(start) if start else "with the order"))
    rows.append(("Until", said_at(end) if end else "with the order"))
    if one.exception:
        rows.append(("Excepted by the court", one.exception))
    return rows


def _dropped(one: Condition, answers: Mapping[str, Any]) -> str:
    """Why the condition is left out; empty where it is not."""
    for key, said in answers.items():
        if key.partition("/")[0] == one.reference and "not" in said:
            return str(said["not"])
    return ""


def _answer_words(asked: Asked) -> str:
    """An answer in words."""
    said = asked.answer
    if said is None:
        return ""
    for one in asked.question.choices:
        if one.sets == said:
            return one.words
    if "not" in said:
        return f"Does not apply: {said['not']}"
    if "words" in said:
        return str(said["words"])
    if "at" in said:
        return said_at(read_instant(str(said["at"]))) if said["at"] else "No end is set"
    if "hours" in said:
        return _hours(said["hours"])
    return "Drawn on the map" if "zone" in said else str(said.get("choice", ""))


def _hours(rows: Any) -> str:
    """Rows as the orders file has them, in words."""
    if rows is None:
        return "at all times"
    read = [read_row(Desk(), "hours", row) for row in rows]
    return "; ".join(timetable_words([row for row in read if row is not None]))


def _at(answers: Mapping[str, Any], key: str, read: datetime | None) -> datetime | None:
    said = answers.get(key, {})
    if "at" not in said:
        return read
    return read_instant(str(said["at"])) if said["at"] else None


def _kind_words(kind: OrderKind | None) -> str:
    return order_words(kind) if kind else "asked"
