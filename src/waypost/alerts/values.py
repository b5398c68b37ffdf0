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
    SOS_PROTECTED = "sos_protected"  # from a protected person's device: names nobody, nowhere
    STRAP_TAMPER = "strap_tamper"
    CASE_TAMPER = "case_tamper"
    CLINICAL_REMOVAL = "clinical_removal"
    CLINICAL_OVERDUE = "clinical_overdue"  # its time is over and the tag is not back on
    EXCLUSION = "exclusion"
    MOVING_EXCLUSION = "moving_exclusion"  # near a protected person's own device
    CURFEW = "curfew"
    INCLUSION = "inclusion"
    RESTRICTION = "restriction"
    EXCLUSION_WARNING = "exclusion_warning"  # in the ring around the zone
    ATTENDANCE = "attendance"  # an appointment missed, late, left early
    APPOINTMENT_UNMONITORED = "appointment_unmonitored"
    ATV_NEAR = "atv_near"  # absences without good reason have nearly added up to the limit
    ATV_REACHED = "atv_reached"
    ALCOHOL = "alcohol"
    ALCOHOL_SUSPECTED = "alcohol_suspected"  # readings that a drink explains, and other things too
    ALCOHOL_TAMPER = "alcohol_tamper"
    JAMMING = "jamming"
    BATTERY_LOW = "battery_low"
    BATTERY_CRITICAL = "battery_critical"
    BATTERY_DEAD = "battery_dead"
    NO_CONTACT = "no_contact"
    NO_LOCATION = "no_location"
    NOT_CHARGED = "not_charged"
    STATIONARY = "stationary"
    CLOCK_WRONG = "clock_wrong"
    HOME_UNIT_MOVED = "home_unit_moved"
    HOME_UNIT_POWER_LOST = "home_unit_power_lost"
    UNMONITORED = "unmonitored"  # required time that could not be told


CALLS_FOR_HELP = frozenset({AlertKind.SOS, AlertKind.SOS_PROTECTED})  # above everything, alone

# Somebody may wish to be told of these: each change of such an alert sets a due row for
# telling/warning.py, in its own transaction.
NEAR_KINDS = frozenset({AlertKind.EXCLUSION, AlertKind.MOVING_EXCLUSION})
NEAR_DUE = "near"  # kind of due row; its subject is the alert's id


class RiskKind(StrEnum):
    """Harm that a person may do, or come to, as a practitioner records it."""

    DOMESTIC_ABUSE = "domestic_abuse"
    STALKING = "stalking"
    SEXUAL_HARM = "sexual_harm"
    HARM_TO_CHILDREN = "harm_to_children"
    WEAPONS = "weapons"
    VIOLENCE_TO_STAFF = "violence_to_staff"
    ARSON = "arson"
    SELF_HARM = "self_harm"


class DutyRole(StrEnum):
    """The rungs that an alert climbs while nobody attends it."""

    FIRST = "first"  # the officers on shift
    SECOND = "second"  # the shift's lead
    ON_CALL = "on_call"  # the duty manager, by telephone
