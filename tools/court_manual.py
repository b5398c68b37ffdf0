"""The manual's page on courts' orders, from the tables that the code goes by."""

from __future__ import annotations

MOVES = {
    ("waiting", "partly"): "what is clear of a new order binds; the rest still waits",
    ("waiting", "imported"): "the last answer is given, or nothing had to be asked",
    ("waiting", "set_aside"): "an officer says why nothing is brought in",
    ("partly", "imported"): "the last answer is given",
    ("partly", "set_aside"): "an officer says why the rest is not brought in; what binds stays",
    ("unread", "set_aside"): "an officer has looked at it and says what was done",
}


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    from waypost.courts import grammar
    from waypost.courts.tables import RESULTS
    from waypost.courts.values import NEXT, STATUS_WORDS

    moves = [(one, other) for one in NEXT for other in sorted(NEXT[one])]
    drawn = [
        "    [*] --> waiting: something must be answered",
        "    [*] --> unread: it is no message that is known",
        *(f"    {one.value} --> {other.value}: {MOVES[one.value, other.value]}"
          for one, other in moves),
    ]  # fmt: skip
    rows = [
        f"| {STATUS_WORDS[one]} | {STATUS_WORDS[other]} | {MOVES[one.value, other.value]} |"
        for one, other in moves
    ]
    results = [
        f"| {code} | {made.kind.value.replace('_', ' ')} | {'yes' if made.varies else 'no'} | "
        f"{'until the next hearing' if made.until_hearing else 'its own dates'} |"
        for code, made in sorted(RESULTS.items())
    ]
    written = (grammar.__doc__ or "").strip()
    return {
        "manual/courts.md": "\n\n".join(
            [
                "# Orders from courts",
                "A court’s hub, or `waypost import court`, sends the results of a hearing, or a "
                "contractor’s device wearer with a monitoring order. Each person’s part is kept "
                "apart and sealed. What is clear is read; **whatever is not is asked**, beside the "
                "court’s own words, and nothing is guessed. The monitoring officer answers under "
                "Court orders, the oldest first; the last answer brings the order in.",
                "A new order goes in by parts: a zone that is clear binds at once and does not "
                "wait for the hours of a curfew. A variation goes in whole or not at all, and "
                "binds from when the court sat.",
                "## How a message moves",
                "```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + "\n```",
                "| from | to | when |\n|---|---|---|\n" + "\n".join(rows),
                "## Results that are known",
                "Any other result that speaks of monitoring is asked about.",
                "| code | order | varies | lasts |\n|---|---|---|---|\n" + "\n".join(results),
                "## What is read of free words",
                "```\n" + written + "\n```",
            ]
        )
    }
