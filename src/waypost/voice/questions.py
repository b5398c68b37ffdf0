"""What is asked at each stage of an order, as data with versions, and when it is due. Pure.

sets()            every set, from questions.toml beside this file, read once
newest(...)       the one in force for a side and a stage
due_at(...)       when it is due; None: the order has no end, so that it has no middle
read_answers(...) what a form says, by what the set asks; what is skipped is left out
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from waypost.errors import Refused
from waypost.voice.values import Question, QuestionSet, Side, Stage

FILE = Path(__file__).with_name("questions.toml")
OWN_WORDS_MAX = 1_000
AFTER_START = timedelta(days=14)  # this project's own: once the first days with a tag are over
BEFORE_END = timedelta(days=14)
SHORTEST_WITH_MIDDLE = timedelta(days=60)
SHOWN_BEFORE = timedelta(days=7)  # it can be answered so long before it is due


@cache
def sets() -> tuple[QuestionSet, ...]:
    with FILE.open("rb") as file:
        read = tomllib.load(file)
    return tuple(
        QuestionSet(
            Side(one["side"]), Stage(one["stage"]), int(one["version"]), str(one["title"]),
            tuple(_question(asked) for asked in one["questions"]),
        )
        for one in read["sets"]
    )  # fmt: skip


def newest(side: Side, stage: Stage) -> QuestionSet:
    found = [one for one in sets() if (one.side, one.stage) == (side, stage)]
    return max(found, key=lambda one: one.version)


def version_of(side: Side, stage: Stage, version: int) -> QuestionSet:
    """The set of a given version. KeyError when there is none: a mistake of ours."""
    for one in sets():
        if (one.side, one.stage, one.version) == (side, stage, version):
            return one
    raise KeyError((side, stage, version))


def due_at(stage: Stage, from_at: datetime, to_at: datetime | None) -> datetime | None:
    """When a stage of an order is due. None: it has none."""
    if stage is Stage.START:
        return from_at + AFTER_START if to_at is None else min(from_at + AFTER_START, to_at)
    if to_at is None:
        return None
    if stage is Stage.END:
        return max(to_at - BEFORE_END, from_at)
    return from_at + (to_at - from_at) / 2 if to_at - from_at >= SHORTEST_WITH_MIDDLE else None


def read_answers(asked: QuestionSet, said: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """{question: {"choice", "words"}} of what was answered. Refused for a choice that is none."""
    found: dict[str, dict[str, str]] = {}
    for one in asked.questions:
        choice = said.get(f"choice-{one.name}", "")
        words = said.get(f"words-{one.name}", "").strip()
        if choice and choice not in {value for value, _ in one.choices}:
            raise Refused(f"Choose one of the answers to: {one.asks}")
        if len(words) > OWN_WORDS_MAX:
            raise Refused(f"Write at most {OWN_WORDS_MAX} letters to: {one.asks}")
        answer = {name: value for name, value in (("choice", choice), ("words", words)) if value}
        if answer:
            found[one.name] = answer
    return found


def _question(said: Mapping[str, Any]) -> Question:
    choices = tuple(
        (value, words)
        for value, _, words in (one.partition(":") for one in said.get("choices", ()))
    )
    return Question(str(said["name"]), str(said["asks"]), choices)
