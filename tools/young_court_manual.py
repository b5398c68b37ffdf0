"""The manual's page on the Young Adult Court, from the table that the code goes by."""

from __future__ import annotations


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    from waypost.young_court.deciding import acts_of
    from waypost.young_court.values import (
        ACT_WORDS,
        ADAPTATION_WORDS,
        ASKS,
        FIRST_PERIOD,
        OLDEST,
        OURS,
        STATUS_WORDS,
        TARGET,
        WRITE_UP_WITHIN,
        YOUNGEST,
        Status,
    )

    moves = [(before, act) for before in Status for act in acts_of(before)]
    drawn = ["    [*] --> listed: put on the list"]
    drawn += [f"    {one.value} --> {TARGET[act].value}: {ACT_WORDS[act]}" for one, act in moves]
    rows = [
        f"| {STATUS_WORDS[one]} | {STATUS_WORDS[TARGET[act]]} | {ACT_WORDS[act].capitalize()}, "
        f"saying {ASKS[act]} |"
        for one, act in moves
    ]
    return {
        "manual/young-adult-court.md": "\n\n".join(
            [
                "# Young Adult Court",
                "A sitting is a court, a place and an hour; people are listed for it, for sentence "
                f"or for a review after it. It sentences people of {YOUNGEST} to {OLDEST} on that "
                "day; who grows older keeps their reviews.",
                "The court and report officer and the practitioner list, prepare, report and write "
                "down; the IOM coordinator reads. Each sees their own people on the list.",
                "## How a review moves",
                "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```",
                "| from | to | what |\n|---|---|---|\n" + "\n".join(rows),
                "## Progress reports",
                "A report begins with facts, since the last review that was held, or the last "
                f"{FIRST_PERIOD.days} days ({OURS}): days kept, what was missed (by its day), what "
                "was explained and upheld, weeks praised, services attended. How much of the time "
                "the tag could tell stands beside them; a day of which it told nothing is called "
                "neither kept nor missed. A goal is in it only where the person agreed to have it "
                "told, in their own words; only who meets them can choose it. The report is a "
                "paper, as PDF and DOCX; a newer one stands beside the earlier.",
                "## After the sitting",
                "What the court said is written down in its own words, and the person reads it on "
                "their page, with when and where they are seen next. It is overdue after "
                f"{WRITE_UP_WITHIN.days} days ({OURS}). Either the day of the next review is given "
                "or why there is none; a day that has come with nobody listed is overdue.",
                "## What makes it possible to take part",
                "\n".join(f"- {words}" for words in ADAPTATION_WORDS.values()),
            ]
        )
    }
