"""The words of alerts and the one table of moves, from which code, tests and diagram come."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    IN_HAND = "in_hand"
    EXPLAINED = "explained"
    UPHELD = "upheld"
    WITHDRAWN = "withdrawn"  # later fixes took the violation back; a person still closes it
    CLOSED = "closed"


NEXT: dict[Status, frozenset[Status]] = {
    Status.RAISED: frozenset({Status.ACKNOWLEDGED, Status.WITHDRAWN}),
    Status.ACKNOWLEDGED: frozenset(
        {Status.IN_HAND, Status.EXPLAINED, Status.UPHELD, Status.WITHDRAWN}
    ),
    Status.IN_HAND: frozenset({Status.EXPLAINED, Status.UPHELD, Status.WITHDRAWN}),
    Status.EXPLAINED: frozenset({Status.CLOSED, Status.IN_HAND, Status.WITHDRAWN}),
    Status.UPHELD: frozenset({Status.CLOSED, Status.IN_HAND, Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset({Status.CLOSED, Status.RAISED}),
    Status.CLOSED: frozenset({Status.RAISED}),  # reopened
}
OPEN = frozenset(Status) - {Status.CLOSED}


class AlertKind(StrEnum):
    """A requirement's kind, or a state of the tag that is an alert of its own."""

    SOS = "sos"
    STRAP_TAMPER = "strap_tamper"
    CASE_TAMPER = "case_tamper"
    EXCLUSION = "exclusion"
    CURFEW = "curfew"
    INCLUSION = "inclusion"
    RESTRICTION = "restriction"
    JAMMING = "jamming"
    BATTERY_CRITICAL = "battery_critical"
    BATTERY_DEAD = "battery_dead"
    NO_CONTACT = "no_contact"
    UNMONITORED = "unmonitored"  # required time that could not be told
