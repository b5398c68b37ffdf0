"""How often the method is wrong, as measured on made-up towns whose truth is known. Data.

Measured by `waypost bench evidence --full` and written down with its day in docs/measurements.md; a
test compares the two, so that no paper quotes a rate that the measurements do not.
"""

from __future__ import annotations

from waypost.documents.values import Block, Paragraph, Table

MEASURED_ON = "30 November 2026"
RATES: tuple[tuple[str, str], ...] = (
    ("Tags that were at the place and are called excluded", "0 of 136,733"),
    (
        "Average precision of the ranking, for who did it, in quiet, usual and hard towns",
        "0.667, 0.579, 0.554",
    ),
    ("The same for the ministry’s yes/no rule", "0.011"),
    (
        "Average precision for a tag’s having been there, in quiet, usual and hard towns",
        "0.077, 0.065, 0.059",
    ),
)


def blocks() -> list[Block]:
    return [
        Table("How often the method is wrong", ("What", "Measured"), RATES),
        Paragraph(
            "An average precision of 0.55 means that, read from the top down, a little more than "
            "half of the matches are of whoever did it. In the measured towns one offence in a "
            "hundred was by somebody tagged: most matches, read alone, are chance."
        ),
        Paragraph(f"Measured on {MEASURED_ON} on made-up towns, by waypost bench evidence --full."),
    ]
