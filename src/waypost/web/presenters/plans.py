"""Plans as pages show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from waypost.plans.queries import DueSeen, MarkerSeen, PersonPlans, PlanSeen, Summary
from waypost.plans.values import (
    CONTACT_WORDS,
    FOUND_WORDS,
    KIND_WORDS,
    LICENCE_WORDS,
    MAPPA_CATEGORIES,
    MAPPA_LEVELS,
    NEXT,
    OWNER_WORDS,
    STATUS_WORDS,
    WHERE_WORDS,
    ContactKind,
    Cycle,
    Due,
    Facts,
    LicenceKind,
    PlanKind,
    VisitWhere,
)
from waypost.rules.values import RowKind

Choices = list[tuple[str, str]]
COLOURS = {"open": "blue", "planned": "blue", "met": "green", "done": "green", "made": "green",
           "missed": "red"}  # fmt: skip


def kind_words(kind: PlanKind) -> str:
    return KIND_WORDS[kind]


def found_choices() -> Choices:
    return [(one.value, words) for one, words in FOUND_WORDS.items()]


def page(found: PersonPlans, now: datetime) -> dict[str, Any]:
    """What the page adds to the query's answer: words, colours and what each may become."""
    kept = {one.kind: one for one in found.plans}
    return {
        "plans": [_plan(kind, kept.get(kind)) for kind in PlanKind],
        "due": [due(one, now) for one in found.due],
        "visits": [_visit(one, now) for one in found.visits],
        "contacts": [(one, CONTACT_WORDS[ContactKind(one.kind)]) for one in found.contacts],
        "events": _events(found),
        "markers": None if found.markers is None else [marker(one) for one in found.markers],
        "owners": [(one.value, words) for one, words in OWNER_WORDS.items()],
        "contact_kinds": [(one.value, words) for one, words in CONTACT_WORDS.items()],
        "wheres": [(one.value, words) for one, words in WHERE_WORDS.items()],
        "event_kinds": [(one.value, words) for one, words in LICENCE_WORDS.items()],
        "categories": list(MAPPA_CATEGORIES.items()),
        "levels": list(MAPPA_LEVELS.items()),
        "schemes": [("mappa", "Record MAPPA"), ("marac", "Record MARAC")],
    }


def due(one: Due, now: datetime) -> dict[str, Any]:
    return {"words": one.words, "at": one.due_at, "overdue": one.is_overdue(now)}


def due_rows(found: list[DueSeen]) -> list[dict[str, Any]]:
    return [
        {"words": one.due.words, "at": one.due.due_at, "overdue": one.overdue,
         "person": one.person, "person_id": one.due.person_id}
        for one in found
    ]  # fmt: skip


def summary(one: Summary, now: datetime) -> dict[str, Any]:
    return {
        "purposes": [(KIND_WORDS[kind], words) for kind, words in one.purposes],
        "missing": one.missing,
        "due": [due(each, now) for each in one.due],
        "effect": one.effect.words,
        "markers": [marker(each) for each in one.markers],
    }


def marker(one: MarkerSeen) -> dict[str, Any]:
    scheme = Cycle(one.scheme)
    level = MAPPA_LEVELS.get(one.level or 0, "")
    return {
        "number": one.number,
        "scheme": scheme.value.upper(),
        "is_mappa": scheme is Cycle.MAPPA,
        "status": STATUS_WORDS[one.status],
        "said": ". ".join(filter(None, (MAPPA_CATEGORIES.get(one.category or 0, ""), level))),
        "lead": one.lead,
        "words": one.words,
        "from_on": one.from_on,
        "next_on": one.next_on,
        "moves": [(move, STATUS_WORDS[move.status]) for move in one.moves],
        "to": _choices(scheme, one.status),
    }


def facts(one: Facts) -> dict[str, Any]:
    """A period's facts in words: each share with what it is of."""
    share = None if one.share is None else f"{one.share:.0%}"
    return {
        "from_on": one.from_on,
        "to_on": one.to_on,
        "rows": [
            ("Days kept", f"{one.days_kept} of {one.days_asked}"),
            ("Days with something against them", f"{one.days_missed} of {one.days_asked}"),
            ("Days of which nothing can be told", f"{one.days_untold} of {one.days_asked}"),
            ("Time that could be monitored", share or "Nothing is judged yet"),
            ("Appointments kept", f"{one.appointments_kept} of {one.appointments_asked}"),
            ("Alerts explained", str(one.explained)),
            ("Alerts upheld", str(one.upheld)),
            ("Alerts not decided yet", str(one.undecided)),
            ("Weeks kept, and praised", f"{one.weeks_kept}, {one.praised} of them praised"),
        ],
        "missed": [(_row_words(kind), at) for kind, at in one.missed],
    }


def _row_words(kind: str) -> str:
    return RowKind(kind).value.replace("_", " ").capitalize()


def _plan(kind: PlanKind, one: PlanSeen | None) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "title": KIND_WORDS[kind],
        "is_risk": kind is PlanKind.RISK,
        "seen": one,
        "version": one.newest.version if one else 0,
        "objectives": [] if one is None else [
            {
                "one": each,
                "status": STATUS_WORDS[each.status],
                "colour": COLOURS.get(each.status, "grey"),
                "open": each.status == "open",
                "to": _choices(Cycle.OBJECTIVE, each.status),
                "actions": [
                    {"one": act, "status": STATUS_WORDS[act.status],
                     "colour": COLOURS.get(act.status, "grey"), "owner": OWNER_WORDS[act.owner],
                     "to": _choices(Cycle.ACTION, act.status)}
                    for act in each.actions
                ],
            }
            for each in one.objectives
        ],
        "reviews": [] if one is None else [
            (each, FOUND_WORDS[each.outcome]) for each in one.reviews
        ],
    }  # fmt: skip


def _visit(one: Any, now: datetime) -> dict[str, Any]:
    to = _choices(Cycle.VISIT, one.status)
    if one.at > now:
        to = [each for each in to if each[0] == "called_off"]
    return {
        "one": one,
        "where": WHERE_WORDS[VisitWhere(one.where)],
        "to": to,
        "status": STATUS_WORDS[one.status],
        "colour": COLOURS.get(one.status, "grey"),
    }


def _events(found: PersonPlans) -> list[dict[str, Any]]:
    standing = [one.pk for one in found.events if one.taken_back_at is None]
    return [
        {"one": one, "words": LICENCE_WORDS[LicenceKind(one.kind)],
         "newest": standing[:1] == [one.pk]}
        for one in found.events
    ]  # fmt: skip


def _choices(cycle: Cycle, status: str) -> Choices:
    return [(one, STATUS_WORDS[one]) for one in STATUS_WORDS if one in NEXT[cycle][status]]
