"""Cells of the CSV files people open: a text that a spreadsheet would run is made plain text."""

from __future__ import annotations

# What makes Excel and LibreOffice take a text for a formula, full-width forms too (OWASP, CSV
# injection); the last three are cut off before the next character is looked at.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """The value as a cell; None is empty. Numbers of ours are not passed through here."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
