"""What may be done in which state, by the tables of values.py; in words where it may not. Pure.

decide_standing   a selection, a move or a de-selection, with its criteria
decide_offer, decide_conference, decide_action, decide_task
can_see           whether the marks of an entry let somebody see it
check_no_place    that words for a police team hold no place of the tag
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TypeVar

from waypost.errors import Refused
from waypost.iom.values import (
    ACTION_ACT_WORDS,
    ACTION_ASKS,
    ACTION_TARGET,
    ACTION_WORDS,
    CONFERENCE_ACT_WORDS,
    CONFERENCE_TARGET,
    CONFERENCE_WORDS,
    CRITERION_WORDS,
    NEEDED,
    NEXT_ACTION,
    NEXT_CONFERENCE,
    NEXT_OFFER,
    NEXT_STANDING,
    NEXT_TASK,
    OFFER_ACT_WORDS,
    OFFER_ASKS,
    OFFER_TARGET,
    OFFER_WORDS,
    STANDING_WORDS,
    TASK_ACT_WORDS,
    TASK_ASKS,
    TASK_FROM,
    TASK_SIDE,
    TASK_TARGET,
    TASK_WORDS,
    WORDS_MAX,
    WORDS_MIN,
    ActionAct,
    ActionStatus,
    ConferenceAct,
    ConferenceStatus,
    Criterion,
    Handling,
    Marks,
    OfferAct,
    OfferStatus,
    Side,
    Standing,
    TaskAct,
    TaskStatus,
)

Status = TypeVar("Status", bound=StrEnum)
Act = TypeVar("Act", bound=StrEnum)
COORDINATES = re.compile(r"-?\d{1,3}\.\d{3,}\s*[,;/ ]\s*-?\d{1,3}\.\d{3,}|\b[STNHO][A-Z]\s?\d{3,5}\s?\d{3,5}\b")  # fmt: skip  # noqa: E501
NO_PLACE = (
    "A place of the tag goes to the police by a notification of a breach or a request for location "
    "data, and by nothing else: leave the coordinates out."
)


def said(text: str, asks: str, *, least: int = WORDS_MIN, limit: int = WORDS_MAX) -> str:
    """The words in one line. Refused with what is asked where they are too few or too many."""
    words = " ".join(text.split())
    if len(words) < least:
        raise Refused(asks)
    if len(words) > limit:
        raise Refused(f"{asks} At most {limit} characters.")
    return words


def decide_standing(now: Standing, to: Standing, criteria: Collection[Criterion]) -> Standing:
    """Where the person stands afterwards. Refused where they stand there, or for want of what the
    cohort asks for."""
    if to not in NEXT_STANDING[now]:
        raise Refused(f"This person stands there already: {STANDING_WORDS[now].lower()}.")
    known = frozenset(criteria)
    if not any(one <= known for one in NEEDED[to]):
        raise Refused(f"{_for(to)} rests on: {needed_words(to)}. Tick what is met.")
    return to


def needed_words(to: Standing) -> str:
    """What a decision for this standing rests on, as a sentence's part."""
    sets = [
        " and ".join(f"“{CRITERION_WORDS[one]}”" for one in Criterion if one in some)
        for some in NEEDED[to]
    ]
    return ", or ".join(sets)


def _for(to: Standing) -> str:
    return "De-selection" if to is Standing.OUT else f"The cohort {STANDING_WORDS[to].lower()}"


def decide_offer(status: OfferStatus, act: OfferAct, words: str) -> tuple[OfferStatus, str]:
    """The status after the act, and the words of it. Refused where the table forbids."""
    to = _move("offer", status, act, NEXT_OFFER, OFFER_TARGET, OFFER_WORDS, OFFER_ACT_WORDS)
    return to, said(words, f"Say {OFFER_ASKS[act]}.")


def decide_conference(status: ConferenceStatus, act: ConferenceAct) -> ConferenceStatus:
    return _move("conference", status, act, NEXT_CONFERENCE, CONFERENCE_TARGET, CONFERENCE_WORDS,
                 CONFERENCE_ACT_WORDS)  # fmt: skip


def decide_action(status: ActionStatus, act: ActionAct, words: str) -> tuple[ActionStatus, str]:
    to = _move("action", status, act, NEXT_ACTION, ACTION_TARGET, ACTION_WORDS, ACTION_ACT_WORDS)
    return to, said(words, f"Say {ACTION_ASKS[act]}.")


def decide_task(status: TaskStatus, act: TaskAct, words: str) -> tuple[TaskStatus, str]:
    if act in TASK_FROM and status not in TASK_FROM[act]:
        raise Refused(_cannot("task", TASK_WORDS[status], TASK_ACT_WORDS[act]))
    to = _move("task", status, act, NEXT_TASK, TASK_TARGET, TASK_WORDS, TASK_ACT_WORDS)
    if act not in TASK_ASKS:
        return to, " ".join(words.split())[:WORDS_MAX]
    return to, said(words, f"Say {TASK_ASKS[act]}.")


def task_acts(status: TaskStatus, side: Side) -> tuple[TaskAct, ...]:
    """Acts open to this side in this status."""
    return tuple(
        act
        for act in TaskAct
        if TASK_SIDE[act] is side
        and TASK_TARGET[act] in NEXT_TASK[status]
        and status in TASK_FROM.get(act, NEXT_TASK)
    )


def acts_of(
    status: Status, table: Mapping[Status, frozenset[Status]], target: Mapping[Act, Status]
) -> tuple[Act, ...]:
    """Acts that the table leaves open in this status."""
    return tuple(act for act, to in target.items() if to in table[status])


def _move(
    what: str,
    status: Status,
    act: Act,
    table: Mapping[Status, frozenset[Status]],
    target: Mapping[Act, Status],
    status_words: Mapping[Status, str],
    act_words: Mapping[Act, str],
) -> Status:
    if target[act] not in table[status]:
        raise Refused(_cannot(what, status_words[status], act_words[act]))
    return target[act]


def _cannot(what: str, stands: str, act: str) -> str:
    return f"This {what} is {stands} and cannot be {act} now."


def can_see(
    marks: Marks, officer_id: int | None, unit_ids: Collection[int], bodies: Collection[int]
) -> bool:
    """Whether the marks let this officer see the entry; that the person is theirs is asked apart.

    unit_ids, bodies   IOM units, and all organisations, in whose teams the officer is posted
    """
    if marks.handling is Handling.PERMITTED:
        return True
    if officer_id is not None and officer_id in {marks.maker_id, *marks.officer_ids}:
        return True
    return marks.unit_id in unit_ids or bool(marks.organisation_ids & frozenset(bodies))


def check_no_place(*texts: str) -> None:
    """Refused where words for a police team hold coordinates or a grid reference."""
    if any(COORDINATES.search(text) for text in texts):
        raise Refused(NO_PLACE)
