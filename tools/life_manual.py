"""The manual's pages on the life of an order and on what the law lets each kind ask."""

from __future__ import annotations


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    return {"manual/order-life.md": _life(), "manual/order-law.md": _law()}


def _life() -> str:
    from waypost.life.lifecycle import moves
    from waypost.life.values import STAGE_WORDS

    arrows = [f"    {one.before.value} --> {one.after.value}: {one.words}" for one in moves()]
    drawn = ["    [*] --> proposed: a proposal goes to court", *arrows]
    rows = [
        f"| {STAGE_WORDS[one.before]} | {STAGE_WORDS[one.after]} | {one.words} |" for one in moves()
    ]
    return "\n\n".join(
        [
            "# The life of an order",
            "Every change is a new version with the moment from which it binds and the moment at "
            "which it became known; nobody is judged by what they could not know. What was asked "
            "at any earlier moment can be read on the order's page. A proposal, and that it was "
            "not made, are kept with its assessment ([Suitability](suitability.md)); the "
            "order's page leads back to it.",
            "## How an order moves",
            "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```",
            "| from | to | how |\n|---|---|---|\n" + "\n".join(rows),
        ]
    )


def _law() -> str:
    from waypost.life.values import AUTHORITY_WORDS, CHANGE_WORDS
    from waypost.orders.law import LAW, Change
    from waypost.orders.values import RequirementKind
    from waypost.orders.words import order_words

    parts = [
        "# What the law lets each kind of order ask",
        "Forms and `waypost orders check` go by this table. It is data with its source "
        "(`orders/law.py`); what it does not allow is said, and monitored all the same, since the "
        "order is the court's.",
    ]
    for kind, law in LAW.items():
        missing = sorted(one.value for one in RequirementKind if one not in law.asks)
        lines = [f"Source: {law.source}."]
        if missing:
            lines.append(f"Not available: {', '.join(missing)}.")
        if law.age_min or law.age_max:
            lines.append(f"Age when it is made: {_between(law.age_min, law.age_max)}.")
        if law.months_max:
            lines.append(f"The order lasts at most {law.months_max} months.")
        lines += [f"{one.value.capitalize()}: at most {days} days."
                  for one, days in law.days_max.items()]  # fmt: skip
        if len(law.months_max_by) == len(RequirementKind):
            lines.append(f"Any requirement: at most {min(law.months_max_by.values())} months.")
        else:
            lines += [f"{one.value.capitalize()}: at most {months} months."
                      for one, months in law.months_max_by.items()]  # fmt: skip
        for limits in law.curfew:
            said = [
                f"{value:g} {unit}" for value, unit in (
                    (limits.day_hours_min, "hours a day at least"),
                    (limits.day_hours_max, "hours a day at most"),
                    (limits.week_hours_max, "hours a week at most"),
                    (limits.months_max, "months at most"),
                ) if value is not None
            ]  # fmt: skip
            lines.append(f"Curfew: {', '.join(said)} ({limits.source}).")
        for rule in law.vary:
            what = "anything" if len(rule.changes) == len(Change) else " and ".join(
                CHANGE_WORDS[one] for one in Change if one in rule.changes
            )  # fmt: skip
            since = f"; convictions from {rule.convicted_from:%-d %B %Y}" if (
                rule.convicted_from) else ""  # fmt: skip
            lines.append(f"Varied by {AUTHORITY_WORDS[rule.authority]}: {what} "
                         f"({rule.source}{since}).")  # fmt: skip
        parts.append(f"## {order_words(kind)}\n\n" + "\n".join(f"- {line}" for line in lines))
    return "\n\n".join(parts)


def _between(least: int | None, most: int | None) -> str:
    if least is None:
        return f"{most} and under"
    return f"{least} and over" if most is None else f"{least} to {most}"
