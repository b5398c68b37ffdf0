"""The manual's page on who is who, from the tables that the code goes by."""

from __future__ import annotations


def pages() -> dict[str, str]:
    """File name below docs/ -> text."""
    from waypost.identity.checking import HOW
    from waypost.identity.cohort_columns import COLUMNS
    from waypost.identity.lifecycle import moves
    from waypost.identity.values import ACT_WORDS, KIND_WORDS, STATUS_WORDS

    arrows = [
        f"    {one.before.value} --> {one.after.value}: {ACT_WORDS[one.act]}" for one in moves()
    ]
    rows = [
        f"| {STATUS_WORDS[one.before]} | {STATUS_WORDS[one.after]} | {one.words} |"
        for one in moves()
    ]
    ids = [f"| {words} | {HOW[kind]} |" for kind, words in KIND_WORDS.items()]
    columns = [
        f"| `{one.name}` | {one.says} | {f'`{one.example}`' if one.example else ''} |"
        for one in COLUMNS
    ]
    return {
        "manual/identity.md": "\n\n".join(
            [
                "# Who is who",
                "A person may have several ids of a kind over time. Each is checked by its "
                "published rules and kept the same however it was typed; the page *People* finds "
                "a person by a whole id. One that was wrong is ended with why, and stays.",
                "| id | how it is written |\n|---|---|\n" + "\n".join(ids),
                "## Two records of one person",
                "*Duplicates* lists pairs with why. **One officer proposes, another confirms.** A "
                "merge moves nothing: each tag is judged by the orders of its own record, as "
                "before; both threads stand on either page for who may read both. Where an order "
                "is live in one record and the tag is worn under the other, the page says that "
                "nobody judges it and what to do.",
                "```mermaid\nstateDiagram-v2\n"
                + "\n".join(["    [*] --> proposed: an officer proposes it", *arrows])
                + "\n```",
                "| from | to | who, and what it asks |\n|---|---|---|\n" + "\n".join(rows),
                "## A cohort sheet",
                "`waypost import cohort FILE` takes CSV (UTF-8) or the first sheet of an XLSX "
                "workbook; `waypost import cohort --template` prints one to begin from. One row is "
                "one order; rows of one order may each name another place to keep out of. A row "
                "with anything wrong is refused whole, with its line, field, what was seen and "
                "what to do; the rest goes in, and the same sheet again changes nothing. What a "
                "sheet does not say of an order stays as it was.",
                "| column | what it holds | such as |\n|---|---|---|\n" + "\n".join(columns),
            ]
        )
    }
