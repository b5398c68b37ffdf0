"""Retention as its pages show it: schedules, what comes, deletions with their proof."""

from __future__ import annotations

from typing import Any

from waypost.columns import Retention
from waypost.keeping.previewing import Coming
from waypost.keeping.queries import DeletionSeen, RevisionSeen, ScheduleSeen
from waypost.keeping.values import STEP_WORDS, Scope, Step

CLASS_WORDS: dict[Retention, str] = {
    Retention.CASE: "The person's file",
    Retention.WHEREABOUTS: "Whereabouts",
    Retention.QUARANTINE: "What was measured while no order was live, and unknown tags",
    Retention.OFFENCE: "Offence files and matching",
    Retention.AUDIT: "Audit lines and proofs",
    Retention.OPERATIONS: "What runs the system",
    Retention.REFERENCE: "Organisations, officers, texts",
}
SCOPE_WORDS: dict[Scope, str] = {
    Scope.PERSON: "A person's whole file",
    Scope.WHEREABOUTS: "A person's whereabouts",
    Scope.QUARANTINE: "Unknown tags' messages",
    Scope.OFFENCE: "Offence files, runs and matches",
}
TROUBLE_AT = {"switch": "switch-reason", "erase": "erase-person", "verify": "deletions"}
SHOWN = 50  # persons of one class on the page; the rest is counted


def schedule(one: ScheduleSeen) -> dict[str, Any]:
    return {
        "seen": one,
        "name": CLASS_WORDS[one.retention],
        "period": one.period.words if one.period else "",
        "source": one.period.source if one.period else "",
        "kinds": [(kind_words(kind), own.words, own.source) for kind, own in one.kinds],
    }


def coming(one: Coming) -> dict[str, Any]:
    known = [person for person in one.persons if person.number is not None]
    return {
        "coming": one,
        "name": SCOPE_WORDS[one.scope],
        "persons": known[:SHOWN],
        "more": len(known) - SHOWN if len(known) > SHOWN else 0,
        "is_empty": not one.persons and not one.rows,
    }


def deletion(one: DeletionSeen) -> dict[str, Any]:
    return {
        "seen": one,
        "name": SCOPE_WORDS[Scope(one.scope)],
        "step": STEP_WORDS[Step(one.step)],
        "parts": one.parts,
    }


def revision(one: RevisionSeen) -> dict[str, Any]:
    state = "proposed" if one.is_waiting else "refused" if one.is_refused else "approved"
    return {
        "seen": one,
        "name": CLASS_WORDS[Retention(one.retention)],
        "kind": kind_words(one.kind) if one.kind else "every kind of order",
        "state": state,
    }


def kind_words(kind: str) -> str:
    said = {"hdc": "HDC", "dapo": "DAPO", "no_order": "assessed, and no order came of it"}
    return said.get(kind, kind.replace("_", " "))
