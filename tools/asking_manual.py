"""The manual's pages on asking first and on complaints, from the tables that the code goes by."""

from __future__ import annotations


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    return {"manual/ask-first.md": _ask_first(), "manual/own-voice.md": _own_voice()}


def _ask_first() -> str:
    from waypost.asking.clocks import CLOSES, LEAD, OPENS, SHORT_NOTICE, SOONEST
    from waypost.asking.lifecycle import ACT_WORDS, STATUS_WORDS, moves
    from waypost.asking.values import WHY_WORDS

    return "\n\n".join(
        [
            "# Asking first",
            "A wearer who must be somewhere else asks before it starts, on their page or through "
            "their officer. **Until somebody answers, nothing has changed**: what the order asks "
            "stands and is judged. A grant is an exception of the hours at once, and what is "
            "judged of them goes by it. Only hours and appointments can be asked for; where "
            "somebody may not go is the court's. Nothing in the answer says where anybody is.",
            "## How a request moves",
            _drawn("waiting: a wearer asks", moves(), ACT_WORDS),
            _rows(moves(), STATUS_WORDS),
            "## By when it is answered",
            f"By the end of the next working day ({OPENS:%H:%M} to {CLOSES:%H:%M}), or "
            f"{_hours(LEAD)} before it begins where that is sooner; never within "
            f"{SOONEST.seconds // 60} minutes of the asking. With less than "
            f"{_hours(SHORT_NOTICE)} the wearer is told that it is short. The monitoring centre "
            "answers in place of who is responsible once it is late, where nobody is responsible, "
            "and when it is urgent while the offices are closed; who is on duty is told.",
            "## What it may be for",
            "\n".join(f"- {words}" for words in WHY_WORDS.values()),
        ]
    )


def _own_voice() -> str:
    from waypost.voice.clocks import AGAIN_DAYS, ANSWER_DAYS
    from waypost.voice.lifecycle import ACT_WORDS, STATUS_WORDS, moves
    from waypost.voice.questions import sets

    asked = [
        f"| {one.side.value} | {one.stage.value} | {one.version} | {question.asks} | "
        f"{', '.join(words for _, words in question.choices) or 'own words'} |"
        for one in sets()
        for question in one.questions
    ]
    return "\n\n".join(
        [
            "# The person's own voice",
            "Goals in their own words, complaints, and questions at the start, half way and at "
            "the end. Whoever a complaint is about neither answers nor reads it. What was "
            "answered to the questions stands apart from the case: the officer sees that they "
            "were answered, evaluators see counts told to the nearest five.",
            "## How a complaint moves",
            _drawn("waiting: a wearer complains", moves(), ACT_WORDS),
            _rows(moves(), STATUS_WORDS),
            f"The first answer comes within {ANSWER_DAYS} working days, the second within "
            f"{AGAIN_DAYS}; when one is late, everybody who may answer is told, and the wearer "
            "reads that it is late.",
            "## What is asked",
            "| of whom | when | version | question | answers |\n|---|---|---|---|---|\n"
            + "\n".join(asked),
        ]
    )


def _drawn(first: str, moves: list, act_words: dict) -> str:
    arrows = [f"    {one.before.value} --> {one.after.value}: {act_words[one.act]}"
              for one in moves]  # fmt: skip
    return "```mermaid\nstateDiagram-v2\n" + "\n".join([f"    [*] --> {first}", *arrows]) + "\n```"


def _rows(moves: list, status_words: dict) -> str:
    rows = [
        f"| {status_words[one.before]} | {status_words[one.after]} | {one.words} |" for one in moves
    ]
    return "| from | to | who, and what |\n|---|---|---|\n" + "\n".join(rows)


def _hours(length) -> str:
    return f"{length.total_seconds() / 3600:.0f} hours"
