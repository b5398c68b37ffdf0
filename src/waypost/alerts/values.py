"""The words of alerts and the one table of moves, from which code, tests and diagram come."""

from __future__ import annotations

from enum import StrEnum

NO_SUCH_ALERT = "There is no such alert."  # said of one that the asker may not know of, too


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
UNATTENDED = frozenset({Status.RAISED})


class Act(StrEnum):
    """What a person may do to an alert. `TARGET` says to which status it leads."""

    ACKNOWLEDGE = "acknowledge"
    TAKE_IN_HAND = "take_in_hand"
    NOTE = "note"  # leads nowhere: words only
    EXPLAIN = "explain"
    UPHOLD = "uphold"
    CLOSE = "close"
    REOPEN = "reopen"


TARGET: dict[Act, Status] = {
    Act.ACKNOWLEDGE: Status.ACKNOWLEDGED,
    Act.TAKE_IN_HAND: Status.IN_HAND,
    Act.EXPLAIN: Status.EXPLAINED,
    Act.UPHOLD: Status.UPHELD,
    Act.CLOSE: Status.CLOSED,
    Act.REOPEN: Status.RAISED,
}


class Outcome(StrEnum):
    """How an alert ended; closing asks for one."""

    BREACH = "breach"  # upheld and enforced
    WARNING_GIVEN = "warning_given"
    REASONABLE_EXCUSE = "reasonable_excuse"
    EQUIPMENT = "equipment"  # the tag or its signal, not the person
    LATE_DATA = "late_data"  # later fixes took it back
    NO_ACTION = "no_action"


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
