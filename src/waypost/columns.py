"""What each stored column is: how private, how long kept, whose.

Every model carries `declares = Columns(...)`; a test walks all models and fails on a gap. Logs,
exports and demo data obey the labels; retention and subject access read the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Privacy(StrEnum):
    PLAIN = "plain"  # may stand in a log
    PERSONAL = "personal"  # says who
    LOCATION = "location"  # says where
    SENSITIVE = "sensitive"  # health, offending, free text about somebody


class Retention(StrEnum):
    """Why a row is kept; each class has its own schedule (access/retention)."""

    CASE = "case"  # with the order it belongs to
    WHEREABOUTS = "whereabouts"  # location history
    QUARANTINE = "quarantine"  # sealed; deleted on a date fixed at receipt
    OFFENCE = "offence"  # police records
    AUDIT = "audit"  # proof of lawful use
    OPERATIONS = "operations"  # runs the system; no person in it
    REFERENCE = "reference"  # organisations, parameters


@dataclass(frozen=True)
class Columns:
    """The declaration of one table.

    belongs   lookup path from the row to its `orders.Person` ("self" for the person, "" for nobody)
    the rest  space-separated column names; every concrete column stands in exactly one
    """

    retention: Retention
    belongs: str = ""
    plain: str = ""
    personal: str = ""
    location: str = ""
    sensitive: str = ""

    def labels(self) -> dict[str, Privacy]:
        """Column name to privacy label. ValueError when a column is labelled twice."""
        found: dict[str, Privacy] = {}
        for privacy in Privacy:
            for name in str(getattr(self, privacy.value)).split():
                if name in found:
                    raise ValueError(f"column {name} has two privacy labels")
                found[name] = privacy
        return found
