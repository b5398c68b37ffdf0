"""What orders need of a room above them: which records are one person (identity/scope.py says)."""

from __future__ import annotations


def _none() -> dict[int, frozenset[int]]:
    return {}


# Person -> every record of that person, itself among them; only those with more than one.
records_of_one_person = _none
