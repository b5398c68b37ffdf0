"""Questions about oneself as a form shows them, and counts of the answers as a page does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waypost.equality.values import NOT_SAID, NOT_SAID_WORDS, QUESTIONS, Question
from waypost.evaluation.cells import SMALL, Cell
from waypost.evaluation.self_described import QuestionTable, SelfDescribed

FEW = f"Fewer than {SMALL}"


@dataclass(frozen=True, slots=True)
class ChoiceShown:
    field_id: str
    code: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class GroupShown:
    name: str
    choices: tuple[ChoiceShown, ...]


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """kind: radios or checkboxes; typed: what stands in its field, None where it has none."""

    code: str
    title: str
    asks: str
    hint: str
    kind: str
    groups: tuple[GroupShown, ...]
    not_said: ChoiceShown
    typed: str | None
    error: str


@dataclass(frozen=True, slots=True)
class CountsShown:
    code: str
    title: str
    rate: str
    rows: tuple[tuple[str, str, str], ...]  # group, answer, people


def questions_shown(
    said: Mapping[str, Sequence[str]], wrong: Mapping[str, str]
) -> list[QuestionShown]:
    return [_question(one, said.get(one.code, ()), wrong.get(one.code, "")) for one in QUESTIONS]


def counts_shown(found: SelfDescribed) -> list[CountsShown]:
    return [_counts(one) for one in found.tables]


def people_words(told: Cell) -> str:
    return FEW if told.people is None else f"{told.people:,}"


def _question(one: Question, chosen: Sequence[str], error: str) -> QuestionShown:
    def choice(place: int, code: str, words: str) -> ChoiceShown:
        return ChoiceShown(f"{one.code}-{place}" if place else one.code, code, words,
                           code in chosen)  # fmt: skip

    place, groups = 0, []
    for group in one.groups:
        shown = []
        for code, words in group.choices:
            shown.append(choice(place, code, words))
            place += 1
        groups.append(GroupShown(group.name, tuple(shown)))
    typed = next((text for text in chosen if text != NOT_SAID), "") if one.typed else None
    not_said = choice(max(place, 1), NOT_SAID, NOT_SAID_WORDS)
    kind = "checkboxes" if one.many or one.typed else "radios"
    return QuestionShown(
        one.code, one.title, one.asks, one.hint, kind, tuple(groups), not_said, typed, error
    )


def _counts(one: QuestionTable) -> CountsShown:
    if one.rate_percent is None:
        rate = "Too few answered for a share to be told."
    elif one.code == "age":
        rate = f"Worked out from a date of birth: recorded for about {one.rate_percent} %."
    else:
        rate = f"Answered by about {one.rate_percent} %."
    rows = tuple((row.group, row.words, people_words(row.people)) for row in one.rows)
    return CountsShown(one.code, one.title, rate, rows)
