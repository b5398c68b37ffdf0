"""The manual's page on services, from the table that the code goes by."""

from __future__ import annotations


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    from waypost.pathways.deciding import acts_of
    from waypost.pathways.values import (
        ACT_WORDS,
        ANSWER_WITHIN,
        ASKS,
        CAME_WORDS,
        KIND_WORDS,
        OURS,
        OUTCOME_WORDS,
        STATUS_WORDS,
        TARGET,
        Status,
    )

    moves = [(before, act) for before in Status for act in acts_of(before)]
    drawn = ["    [*] --> referred: somebody is referred"]
    drawn += [f"    {one.value} --> {TARGET[act].value}: {ACT_WORDS[act]}" for one, act in moves]
    rows = [
        f"| {STATUS_WORDS[one]} | {STATUS_WORDS[TARGET[act]]} | {ACT_WORDS[act].capitalize()}, "
        f"saying {ASKS[act]} |"
        for one, act in moves
    ]
    return {
        "manual/services.md": "\n\n".join(
            [
                "# Services",
                "The catalogue says what there is, for whom, where, and how many places are free. "
                "Places and waits count everybody; the people listed are the reader’s own. The "
                f"provider answers within {ANSWER_WITHIN.days} days ({OURS}); what it says is "
                "written down by the officer who spoke with it.",
                "A referral that starts while every place is taken says who agreed to one more, "
                "and why. It is not refused, and it is never silent: the reason stands beside the "
                "referral, and the service shows how many it has above its places.",
                "## How a referral moves",
                "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```",
                "| from | to | what |\n|---|---|---|\n" + "\n".join(rows),
                "## Kinds of service",
                "\n".join(f"- {words}" for words in KIND_WORDS.values()),
                "## Sessions",
                "\n".join(f"- {words}" for words in CAME_WORDS.values()),
                "What was said in one is not written down here.",
                "## How a service ends for somebody",
                "\n".join(f"- {words}" for words in OUTCOME_WORDS.values()),
            ]
        )
    }
