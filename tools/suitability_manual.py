"""The manual's page on checks and proposals, from the tables that the code goes by."""

from __future__ import annotations

from typing import Any


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    from waypost.suitability.eligibility import PROGRAMMES
    from waypost.suitability.lifecycle import (
        CHECK_STATUS_WORDS,
        LEAVE_STATUS_WORDS,
        STATUS_WORDS,
        check_moves,
        leave_moves,
        moves,
    )
    from waypost.suitability.values import (
        ANSWER_WITHIN,
        CHECK_NAMES,
        GATE_WORDS,
        MISSING_WORDS,
        OURS,
        OUTCOME_WORDS,
    )

    clocks = "\n".join(
        f"| {CHECK_NAMES[kind]} | {within.days} days | {OURS} |"
        for kind, within in ANSWER_WITHIN.items()
    )
    programmes = "\n".join(
        f"| {one.title} | {', '.join(one.boroughs) or 'anywhere'} | "
        f"{one.from_on or 'always'} to {one.to_on or 'no end'} | {one.source} |"
        for one in PROGRAMMES.values()
    )
    return {
        "manual/suitability.md": "\n\n".join(
            [
                "# Checks and proposals",
                "Before a sentence or a release somebody is referred and assessed: eligibility, "
                "risk score, the address and those who live there, what must stay free, checks of "
                "the police and children’s services. What is found becomes a proposal, which a "
                "court decides on. **Three things wait for the checks**: "
                f"{', '.join(GATE_WORDS.values())}. An authorising officer who did not ask may let "
                "one go on, with a reason, for what is missing then; the check stays owed. An "
                "order that is made is monitored whatever is missing.",
                "Those who live at the address are asked alone, and may withdraw in confidence: "
                "the person learns neither that they did nor who it was, from no page, paper, "
                "message or copy of their data. Nor does the person learn of the checks.",
                "## How an assessment moves",
                _drawn("referred: somebody refers", moves(), STATUS_WORDS),
                "## How a check moves",
                _drawn("requested: it is asked for", check_moves(), CHECK_STATUS_WORDS),
                f"| check | answered within | whose word |\n|---|---|---|\n{clocks}",
                "An answer is good for 90 days unless it says otherwise; one about another address "
                "does not count. Whoever asked is told on the day it is late, and every other day.",
                "## Going on although something is missing",
                _drawn("asked: an officer asks", leave_moves(), LEAVE_STATUS_WORDS),
                "## What may be missing",
                "\n".join(f"- {words}" for words in MISSING_WORDS.values()),
                "## Programmes",
                "| programme | boroughs | imposed from, to | source |\n|---|---|---|---|\n"
                + programmes,
                "## What comes of a proposal",
                "\n".join(f"- {words}" for words in OUTCOME_WORDS.values()),
            ]
        )
    }


def _drawn(start: str, moves: list[Any], words: dict[Any, str]) -> str:
    """A table of moves as a diagram, and below it who makes each."""
    called = {status.value: said for status, said in words.items()}
    arrows = [f"    {one.before} --> {one.after}: {one.act.replace('_', ' ')}" for one in moves]
    rows = [f"| {called[one.before]} | {called[one.after]} | {one.words} |" for one in moves]
    return (
        "```mermaid\nstateDiagram-v2\n" + "\n".join([f"    [*] --> {start}", *arrows]) + "\n```\n\n"
        "| from | to | who, and what it asks |\n|---|---|---|\n" + "\n".join(rows)
    )
