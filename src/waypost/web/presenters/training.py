"""Training as pages show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waypost.access.values import Posted, Role
from waypost.training.passing import COURSE_WORDS
from waypost.training.queries import ExerciseSeen
from waypost.training.values import (
    ACT_WORDS,
    NEEDED,
    PASSED,
    STANDING_WORDS,
    Due,
    Exercise,
    Pass,
    Score,
    Standing,
)

COLOURS: dict[Standing, str] = {
    Standing.VALID: "green",
    Standing.DUE_SOON: "yellow",
    Standing.EXPIRED: "red",
    Standing.FAILED: "red",
    Standing.NEVER: "grey",
}


def course_words(role: Role) -> str:
    return COURSE_WORDS[role].capitalize()


def is_owed(due: Due) -> bool:
    return due.standing not in PASSED or due.standing is Standing.DUE_SOON


def due(one: Due) -> dict[str, Any]:
    return {
        "course": course_words(one.role),
        "words": STANDING_WORDS[one.standing],
        "colour": COLOURS[one.standing],
        "until": one.until,
        "owed": is_owed(one),
        "last": taken(one.last) if one.last else None,
        "needed_for": [ACT_WORDS[name] for name, role in NEEDED.items() if role is one.role],
    }


def taken(one: Pass) -> dict[str, Any]:
    return {
        "course": course_words(one.role),
        "at": one.at,
        "said": "Passed" if one.passed else "Not passed",
        "colour": "green" if one.passed else "red",
        "points": f"{one.points} of {one.of}",
        "until": one.valid_until,
        "set": one.set_version,
    }


def acts_of(by: Posted) -> list[str]:
    """What the officer's roles may do once they have passed."""
    return [ACT_WORDS[name] for name, role in NEEDED.items() if role in by.roles]


def exercise_row(one: ExerciseSeen) -> dict[str, Any]:
    said, colour = "Not begun", "grey"
    if one.best is not None:
        said, colour = ("Passed", "green") if one.best[2] else ("Not passed", "red")
    if one.open:
        said, colour = "Begun", "blue"
    return {
        "key": one.exercise.key,
        "title": one.exercise.title,
        "said": said,
        "colour": colour,
        "points": f"{one.best[0]} of {one.best[1]}" if one.best else "",
        "attempts": one.attempts,
    }


def questions(asked: Exercise, sent: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"key": one.key, "words": one.words, "choices": one.choices,
         "said": sent.get(one.key, ""), "missing": bool(sent) and not sent.get(one.key)}
        for one in asked.questions
    ]  # fmt: skip


def first_open(asked: Exercise, sent: Mapping[str, str]) -> str:
    """Where an error's link leads: the first question that is not answered."""
    return next((f"{one.key}-0" for one in asked.questions if not sent.get(one.key)), "main")


def scored(one: Score) -> dict[str, Any]:
    return {"points": one.points, "of": one.of, "passed": one.passed, "told": one.told}
