"""The manual's page on personalised budgets, from the table that the code goes by."""

from __future__ import annotations


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    from waypost.pathways.budgeting import (
        PENCE_MAX,
        SPEND_ACT_WORDS,
        SPEND_ASKS,
        SPEND_TARGET,
        SPEND_WORDS,
        SpendStatus,
        pounds,
        spend_acts_of,
    )

    moves = [(before, act) for before in SpendStatus for act in spend_acts_of(before)]
    drawn = ["    [*] --> asked: asked for"]
    drawn += [
        f"    {one.value} --> {SPEND_TARGET[act].value}: {SPEND_ACT_WORDS[act]}"
        for one, act in moves
    ]
    rows = [
        f"| {SPEND_WORDS[one]} | {SPEND_WORDS[SPEND_TARGET[act]]} | "
        f"{SPEND_ACT_WORDS[act].capitalize()}, with {SPEND_ASKS[act]} |"
        for one, act in moves
    ]
    return {
        "manual/budgets.md": "\n\n".join(
            [
                "# Personalised budgets",
                "A coordinator gives somebody a budget, on their services page: an amount of up to "
                f"{pounds(PENCE_MAX)} (our assumption, to be set by the agency) and what it is "
                "for. Amounts are whole pence. The budget is changed later, but never to less than "
                "is approved or paid.",
                "A practitioner or a coordinator asks for a spend; a coordinator who did not ask "
                "decides. *Spends to approve* lists what waits, the oldest first. What is approved "
                "is taken from the balance at once, and comes back if it is withdrawn before it is "
                "paid. The balance never goes below zero: of two approvals at once that together "
                "are more than is left, one is refused.",
                "## How a spend moves",
                "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```",
                "| from | to | what |\n|---|---|---|\n" + "\n".join(rows),
                "Women’s services pay for things from such budgets. How somebody describes "
                "themself is not asked or read for it: that is kept apart, and nobody sees it.",
            ]
        )
    }
