"""What this room needs of rooms above it: who may open a paper about one of their records.

A room names itself when Django starts, in its apps.py: `OPENERS["notification"] = check`. A paper
about anything else is a person's, and opened by whoever may read the person's alerts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from waypost.access.values import Posted


class CheckMayOpen(Protocol):
    def __call__(self, number: int, *, by: Posted, now: datetime) -> None:
        """Refused or NoSuchThing unless they may open papers about the record of this number."""


OPENERS: dict[str, CheckMayOpen] = {}
