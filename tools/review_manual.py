"""The manual's page on reviewing matches, from the table that the code goes by."""

from __future__ import annotations


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    from waypost.review.lifecycle import ACT_WORDS, STATUS_WORDS, moves
    from waypost.review.values import OUTCOME_WORDS, WHY_WORDS

    arrows = [
        f"    {one.before.value} --> {one.after.value}: {ACT_WORDS[one.act]}" for one in moves()
    ]
    drawn = ["    [*] --> waiting: a run lists the pair", *arrows]
    rows = [
        f"| {STATUS_WORDS[one.before]} | {STATUS_WORDS[one.after]} | {one.words} |"
        for one in moves()
    ]
    return {
        "manual/review.md": "\n\n".join(
            [
                "# Reviewing a match",
                "Matches wait best first, and nobody is named. An officer opens one and says why; "
                "for eight hours they see whom it is about. **One person qualifies, another "
                "approves**; evidence is made and signed by the first, approved by the second, and "
                "corrected by number when the match is withdrawn or a newer run makes it less.",
                "## How a match moves",
                "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```",
                "| from | to | who, and what it asks |\n|---|---|---|\n" + "\n".join(rows),
                "## Why a match is rejected",
                "\n".join(f"- {words}" for words in WHY_WORDS.values()),
                "## What comes of a referral",
                "\n".join(f"- {words}" for words in OUTCOME_WORDS.values()),
            ]
        )
    }
