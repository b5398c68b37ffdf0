"""The manual's page on IOM, from the tables that the code goes by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    from waypost.iom import values as v
    from waypost.iom.drifting import (
        ACTIONS_LATE_MANY,
        DAYS_BROKEN_MANY,
        DECLINED_MANY,
        LOOKED_AT,
        OPEN_TOO_LONG,
        REASONS_FOR_DRIFTING,
        SILENT_TOO_LONG,
        UNTOLD_MANY,
        UPHELD_MANY,
    )

    days = LOOKED_AT.days
    return {
        "manual/iom.md": "\n\n".join(
            [
                "# Integrated offender management",
                "Police, probation, prisons and others work on the same people. A coordinator of "
                "an IOM unit opens on three questions: who is in, who is drifting, what was agreed "
                "last time. Everybody stays within their scope: a person who is not theirs, or is "
                "known to named staff alone, is on no list and in no count.",
                "## Cohorts",
                "\n".join(
                    f"- **{v.STANDING_WORDS[one]}**: {v.STANDING_MEANS[one]}. Rests on: "
                    f"{_needed(one)}."
                    for one in v.Standing
                ),
                "Each selection, move and de-selection is a row of its own, with criteria, "
                "reasons, the day, and the meeting or the person that decided it; none is altered.",
                _drawn("out", v.NEXT_STANDING, v.STANDING_WORDS),
                "## The offer at each stage",
                "At each stage somebody owes the person an offer, by a time. Whoever is selected "
                "or de-selected is owed one at once. Stages that the records show (an order or a "
                "licence that begins, an arrest that the police told of, a hearing) and of which "
                "no offer is recorded are late by themselves.\n\n"
                "| stage | made within |\n|---|---|\n"
                + "\n".join(
                    f"| {v.STAGE_WORDS[one]} | {span.days} days ({v.OURS}) |"
                    for one, span in v.OFFER_WITHIN.items()
                ),
                _moves("owed", v.NEXT_OFFER, v.OFFER_TARGET, v.OFFER_WORDS, v.OFFER_ACT_WORDS,
                       v.OFFER_ASKS),
                "## Who is drifting",
                f"Of the last {days} days: {REASONS_FOR_DRIFTING} of these, or a breach case that "
                "is open, and somebody is called drifting; one, and they are to be watched. It is "
                "a reason to talk, and decides nothing. The numbers are ours, for the partnership "
                "to set.",
                "\n".join([
                    f"- upheld alerts that count: from {UPHELD_MANY}",
                    f"- days with a violation, certain or probable: from {DAYS_BROKEN_MANY}",
                    f"- an alert that is open: from {OPEN_TOO_LONG.days} days",
                    f"- offers declined: from {DECLINED_MANY}",
                    f"- actions that are late: from {ACTIONS_LATE_MANY}",
                    f"- no fix of the tag: from {SILENT_TOO_LONG.days} days nobody is called "
                    "steady",
                    f"- days on which something could not be told: from {UNTOLD_MANY} nobody is "
                    "called steady",
                ]),
                "What was excused, is contested, or began before the person was told does not "
                "count. What the asker may not read is said to be not read, and is never 0.",
                "## Case conferences",
                "The agenda is made from what is recorded since the last conference, as whoever "
                "opens it may read it. Matches with recorded offences name somebody only while "
                "the asker has them open for a reason. It is closed once something is written "
                "down of everybody, who came is known, and the next date is set. Minutes are "
                "drawn up as PDF and DOCX; when a person is deleted, minutes that name them go.",
                _moves("planned", v.NEXT_CONFERENCE, v.CONFERENCE_TARGET, v.CONFERENCE_WORDS,
                       v.CONFERENCE_ACT_WORDS, {}),
                "### What was agreed",
                _moves("open", v.NEXT_ACTION, v.ACTION_TARGET, v.ACTION_WORDS,
                       v.ACTION_ACT_WORDS, v.ACTION_ASKS),
                "## Tasks of police teams",
                "A unit asks a team to do something, with what it is for, why nothing less will "
                "do, and how it is to be handled. The team says within "
                f"{v.ANSWER_WITHIN.days} day ({v.OURS}) whether it takes it on, and returns what "
                "was found and when. No place of a tag goes with a task: coordinates are refused. "
                "Where a tag was goes by a notification of a breach or an answered request.",
                _tasks(v),
                "## Intelligence",
                "Each entry carries the 3x5x2 grading, where it came from and a day on which it "
                "is looked at again. Code C is shown to the unit, to whoever entered it, and to "
                "the organisations that its conditions name; for anybody else it is not there. "
                "The person is never told of it: neither as their data nor as a look.\n\n"
                + "\n".join(
                    f"- **{one.value}** {words}"
                    for table in (v.SOURCE_WORDS, v.ASSESSMENT_WORDS, v.HANDLING_WORDS)
                    for one, words in table.items()
                ),
            ]
        )
    }  # fmt: skip


def _needed(standing: Any) -> str:
    from waypost.iom.deciding import needed_words

    return needed_words(standing)


def _drawn(first: str, table: Mapping[Any, Any], words: Mapping[Any, str]) -> str:
    lines = [f"    [*] --> {first}"]
    lines += [
        f"    {before.value} --> {after.value}: {words[after]}"
        for before in table
        for after in table
        if after in table[before]
    ]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```"


def _moves(
    first: str,
    table: Mapping[Any, Any],
    target: Mapping[Any, Any],
    words: Mapping[Any, str],
    act_words: Mapping[Any, str],
    asks: Mapping[Any, str],
) -> str:
    moves = [(before, act) for before in table for act in target if target[act] in table[before]]
    drawn = [f"    [*] --> {first}"]
    drawn += [
        f"    {before.value} --> {target[act].value}: {act_words[act]}" for before, act in moves
    ]
    rows = [
        f"| {words[before]} | {words[target[act]]} | {act_words[act].capitalize()}"
        f"{f', saying {asks[act]}' if act in asks else ''} |"
        for before, act in moves
    ]
    return (
        "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```\n\n"
        "| from | to | what |\n|---|---|---|\n" + "\n".join(rows)
    )


def _tasks(v: Any) -> str:
    from waypost.iom.deciding import task_acts

    sides = {v.Side.UNIT: "The unit", v.Side.TEAM: "The police team"}
    moves = [
        (before, act, side)
        for before in v.NEXT_TASK
        for side in v.Side
        for act in task_acts(before, side)
    ]
    drawn = ["    [*] --> sent: the unit asks"]
    drawn += [
        f"    {before.value} --> {v.TASK_TARGET[act].value}: {v.TASK_ACT_WORDS[act]}"
        for before, act, _ in moves
    ]
    rows = [
        f"| {v.TASK_WORDS[before]} | {v.TASK_WORDS[v.TASK_TARGET[act]]} | {sides[side]}: "
        f"{v.TASK_ACT_WORDS[act]}{f', saying {v.TASK_ASKS[act]}' if act in v.TASK_ASKS else ''}. |"
        for before, act, side in moves
    ]
    return (
        "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```\n\n"
        "| from | to | who, and what it asks |\n|---|---|---|\n" + "\n".join(rows)
    )
