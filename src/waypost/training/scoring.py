"""How an exercise is scored: a pure function of what was done and what was answered.

A point for each question, a point for each deed. Whatever a deed forbids fails the exercise: who
grants the tenuous request has not passed by naming its faults in the questions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from waypost.access.values import Role
from waypost.training.values import PASS_SHARE, Deed, Did, Exercise, Mark, Question, Score, Told

NOT_DONE = "Not done"
FORBIDDEN = "What must not happen was done"


def score(exercise: Exercise, role: Role, answers: Mapping[str, str], done: Sequence[Did]) -> Score:
    """Points, whether it is passed, and what to say of each item.

    answers   question's key -> the choice's value; one that is missing is wrong
    done      the acts on the exercise's own case, in their order
    """
    told = [_asked(one, answers.get(one.key, "")) for one in exercise.questions]
    told += [_acted(one, done) for one in exercise.deeds_of(role)]
    points = sum(one.right for one in told)
    enough = bool(told) and points >= PASS_SHARE * len(told)
    return Score(points, len(told), enough and not any(one.grave for one in told), tuple(told))


def set_version(exercises: Iterable[Exercise], role: Role) -> str:
    """A short digest of a role's exercises as they stand: another one is another set."""
    told = [
        (one.key, one.story, one.questions, one.deeds_of(role))
        for one in exercises
        if role in one.roles
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def right_answers(exercise: Exercise) -> dict[str, str]:
    """Every question answered rightly: for the printed manual, the demo and tests."""
    return {one.key: one.right for one in exercise.questions}


def right_deeds(exercise: Exercise, role: Role) -> list[Did]:
    """What would be done rightly, as its lines would tell it."""
    return [_as_done(one.wanted[0]) for one in exercise.deeds_of(role)]


def _asked(question: Question, given: str) -> Told:
    words = dict(question.choices)
    return Told(
        question.key, question.words, given == question.right,
        words.get(given, "No answer"), words[question.right], question.why,
    )  # fmt: skip


def _acted(deed: Deed, done: Sequence[Did]) -> Told:
    wrong = any(_is(mark, one) for mark in deed.never for one in done)
    right = not wrong and any(_is(mark, one) for mark in deed.wanted for one in done)
    given = FORBIDDEN if wrong else ("Done" if right else NOT_DONE)
    return Told(deed.key, deed.words, right, given, deed.words, deed.why, grave=wrong)


def _is(mark: Mark, did: Did) -> bool:
    return mark.kind == did.kind and (
        not mark.field or str(did.detail.get(mark.field, "")) == mark.value
    )


def _as_done(mark: Mark) -> Did:
    return Did(mark.kind, {mark.field: mark.value} if mark.field else {})
