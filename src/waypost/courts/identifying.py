"""Ids of a person that a court sends, handed to the room that keeps them, each checked by its rule.

What is no such id stays in the message, as sent, and is entered by nobody: courts send ids of
other defendants and of cases in these places, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from waypost.access.values import MACHINE
from waypost.identity.actions import enter_id
from waypost.identity.checking import check_id
from waypost.identity.values import GoodId, IdKind

SOURCE = "what a court sent"
# By the id's name in a message (values.PersonHeard.ids).
KINDS: dict[str, IdKind] = {
    "pnc_id": IdKind.PNC,
    "cro_number": IdKind.CRO,
    "nomis_id": IdKind.NOMIS,
    "prison_number": IdKind.NOMIS,
    "delius_id": IdKind.CRN,
}


def hand_over_ids(person_id: int, ids: Iterable[tuple[str, str]], now: datetime) -> int:
    """How many were entered, or stood already; inside the transaction that brings the order in."""
    count = 0
    for name, text in ids:
        kind = KINDS.get(name)
        if kind is None or not isinstance(check_id(kind, text, today=now.date()), GoodId):
            continue
        enter_id(person_id, kind, text, SOURCE, by=MACHINE, now=now)
        count += 1
    return count
