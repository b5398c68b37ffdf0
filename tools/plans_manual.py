"""The manual's page on plans, from the tables that the code goes by."""

from __future__ import annotations


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    from waypost.plans.deciding import PLAN_WITHIN
    from waypost.plans.keeping_up import FOLLOWS
    from waypost.plans.values import (
        CYCLE_WORDS,
        DUE_WORDS,
        FACTS_DAYS_MAX,
        LICENCE_WORDS,
        NEXT,
        REVIEW_AFTER_RELEASE,
        REVIEW_MAX,
        STARTS,
        STATUS_WORDS,
        Cycle,
    )

    def cycle(one: Cycle) -> str:
        arrows = [f"    [*] --> {STARTS[one]}"]
        for before, after in NEXT[one].items():
            arrows += [f"    {before} --> {to}" for to in sorted(after)]
            arrows += [] if after else [f"    {before} --> [*]"]
        rows = [
            f"| {STATUS_WORDS[before]} | {STATUS_WORDS[to]} |"
            for before, after in NEXT[one].items()
            for to in sorted(after)
        ]
        drawn = "```mermaid\nstateDiagram-v2\n" + "\n".join(arrows) + "\n```"
        table = "| from | to |\n|---|---|\n" + "\n".join(rows)
        return f"## {CYCLE_WORDS[one]}\n\n{drawn}\n\n{table}"

    follows = "\n".join(
        f"| {LICENCE_WORDS[before] if before else 'Nothing yet'} | "
        + ", ".join(LICENCE_WORDS[one] for one in sorted(after)) + " |"
        for before, after in FOLLOWS.items()
    )  # fmt: skip
    return {
        "manual/plans.md": "\n\n".join(
            [
                "# Plans",
                "A person has one sentence plan and one risk plan, each in versions, and each says "
                "in a line what the tag is for. A plan that does not say it is shown as such on "
                "the person's page, is due to be mended, and is counted for the evaluator. The "
                "person reads their own open objectives, in the plain words written for them, and "
                "nothing of the risk plan.",
                "A review opens with the period's facts: days kept of days asked, days of which "
                "nothing can be told, the share of time that could be monitored, appointments, "
                "what was missed, explained, upheld and praised. They are kept beside what was "
                f"found. A period is at most {FACTS_DAYS_MAX} days. A plan names its next review, "
                f"within {REVIEW_MAX.days} days.",
                "## What is due\n\n" + "\n".join(f"- {words}" for words in DUE_WORDS.values()),
                f"A missing plan is due {PLAN_WITHIN.days} days after the order begins. After a "
                f"release, plans are reviewed within {REVIEW_AFTER_RELEASE.days} days. These times "
                "are our assumption, to be set by the agency.",
                "## Recall and the final third's reset",
                "They are recorded with their day and change what is due, and no order: while "
                "somebody is recalled or reset, reviews and visits are not due; requirements are "
                "monitored on until their order says otherwise.",
                f"| newest | what may follow |\n|---|---|\n{follows}",
                *(cycle(one) for one in Cycle),
                "MAPPA and MARAC markers are seen by the responsible practitioner and the IOM "
                "coordinator alone, stand on no page of the person's, and are neither confirmed "
                "nor denied to who asks for their own data.",
            ]
        )
    }
