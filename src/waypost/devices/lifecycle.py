"""The states of a device and the one table of moves between them.

stock      on a shelf, sound                        fitted     on a person, or installed for one
faulty     off the person, not to be fitted         returned   sent back to who made it
destroyed  gone for good

`decide` says whether a move is allowed, in words; `inventory.move` writes it down.
"""

from __future__ import annotations

from enum import StrEnum

from waypost.errors import Refused


class Status(StrEnum):
    STOCK = "stock"
    FITTED = "fitted"
    FAULTY = "faulty"
    RETURNED = "returned"
    DESTROYED = "destroyed"


NEXT: dict[Status, frozenset[Status]] = {
    Status.STOCK: frozenset({Status.FITTED, Status.FAULTY, Status.RETURNED, Status.DESTROYED}),
    Status.FITTED: frozenset({Status.STOCK, Status.FAULTY}),  # it comes off first
    Status.FAULTY: frozenset({Status.STOCK, Status.RETURNED, Status.DESTROYED}),
    Status.RETURNED: frozenset({Status.STOCK, Status.DESTROYED}),
    Status.DESTROYED: frozenset(),
}
STATUS_WORDS = {
    Status.STOCK: "in stock",
    Status.FITTED: "fitted",
    Status.FAULTY: "faulty",
    Status.RETURNED: "returned to its maker",
    Status.DESTROYED: "destroyed",
}
STARTS_AS = frozenset({Status.STOCK, Status.FAULTY})  # how one may be entered in the inventory


def decide(status: Status, after: Status, *, reason: str, in_use: bool) -> Status:
    """The state after the move. Refused, in words, when the table forbids it.

    reason   why; only a fitting needs none of its own, since the fitting is recorded
    in_use   it is on somebody, or installed for somebody, and stays there after this move
    """
    if after not in NEXT[status]:
        raise Refused(
            f"This device is {STATUS_WORDS[status]} and cannot be {STATUS_WORDS[after]} now; "
            f"{_choices(status)}"
        )
    if in_use and after is not Status.FITTED:
        raise Refused(
            f"This device is still on somebody, or installed for somebody, and cannot be "
            f"{STATUS_WORDS[after]}; remove it there first."
        )
    if after is not Status.FITTED and not reason.strip():
        raise Refused("Say why the device is moved; the next officer will want to know.")
    return after


def allowed_by_hand(status: Status, *, in_use: bool) -> tuple[Status, ...]:
    """Where an officer may move it from here; fitting and removal are journeys of their own."""
    open_to = NEXT[status] - {Status.FITTED}
    return () if in_use else tuple(one for one in Status if one in open_to)


def _choices(status: Status) -> str:
    open_to = [STATUS_WORDS[one] for one in Status if one in NEXT[status]]
    return f"what it can be: {', '.join(open_to)}." if open_to else "nothing follows that."
