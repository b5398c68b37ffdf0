"""Why whereabouts may be looked at: each purpose, its words, its legal gateway and its window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from waypost.access.values import Purpose, Role


@dataclass(frozen=True, slots=True)
class Gateway:
    words: str
    law: str
    roles: frozenset[Role]
    window: timedelta  # how much may be seen in one look without an authorisation


GATEWAYS: dict[Purpose, Gateway] = {
    Purpose.ALERT_RESPONSE: Gateway(
        "Answer an alert",
        "The order's monitoring requirement; Code of Practice for electronic monitoring data",
        frozenset({Role.MONITORING_OFFICER, Role.PROBATION_PRACTITIONER}),
        timedelta(days=14),
    ),
    Purpose.FITTING: Gateway(
        "Check a tag just fitted",
        "The order's monitoring requirement; Code of Practice for electronic monitoring data",
        frozenset({Role.MONITORING_OFFICER}),
        timedelta(hours=2),  # the visit, and no more
    ),
    Purpose.SUPERVISION: Gateway(
        "Supervise the person's order",
        "Offender Management Act 2007 s.1 and s.14",
        frozenset({Role.PROBATION_PRACTITIONER, Role.IOM_COORDINATOR}),
        timedelta(days=14),
    ),
    Purpose.ENFORCEMENT: Gateway(
        "Prepare enforcement of the order",
        "Sentencing Act 2020 Sch. 10 and 16; Criminal Justice Act 2003 s.254",
        frozenset({Role.PROBATION_PRACTITIONER, Role.MONITORING_OFFICER}),
        timedelta(days=14),
    ),
    Purpose.CRIME_MAPPING: Gateway(
        "Check a match with a recorded offence",
        "Data Protection Act 2018 Part 3, s.35; Code of Practice",
        frozenset({Role.POLICE_ANALYST}),
        timedelta(hours=48),
    ),
    Purpose.SAFEGUARDING: Gateway(
        "Protect somebody from serious harm",
        "Data Protection Act 2018 Sch. 8 para. 4; Children Act 2004 s.11",
        frozenset({Role.MONITORING_OFFICER, Role.PROBATION_PRACTITIONER}),
        timedelta(days=14),
    ),
    Purpose.SUBJECT_ACCESS: Gateway(
        "The person's own data",
        "Data Protection Act 2018 s.45",
        frozenset({Role.WEARER, Role.DATA_PROTECTION_OFFICER}),
        timedelta(days=3660),
    ),
    Purpose.AUDIT_REVIEW: Gateway(
        "Review of lawful use",
        "Data Protection Act 2018 s.71",
        frozenset({Role.DATA_PROTECTION_OFFICER}),
        timedelta(days=0),  # reviews read lines, not places
    ),
}
