"""Why whereabouts may be looked at: each purpose, its words, its legal gateway and its window.

The agency's policy may set other windows (`WAYPOST_WINDOWS`, read once at the start); what is not a
look at places (windows of nothing) no policy can open.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from waypost.access.values import Purpose, Role


@dataclass(frozen=True, slots=True)
class Gateway:
    words: str
    law: str
    roles: frozenset[Role]
    window: timedelta  # how much may be seen in one look without an authorisation
    names: str = ""  # what a look for it must name, as its line says it: the record it is for
    whole: bool = False  # all of the track is shown, not only what bears on an order


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
        whole=True,
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
    Purpose.DISCLOSURE: Gateway(
        "Answer a lawful request for location data",
        "Data Protection Act 2018 s.35, s.38 to 40 and Sch. 8; Code of Practice",
        frozenset({Role.AUTHORISING_OFFICER}),
        timedelta(days=32),  # the longest that any kind of request is granted, and its edges
        names="request",
        whole=True,  # an approved request is an authorisation
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
        whole=True,  # their own
    ),
    Purpose.AUDIT_REVIEW: Gateway(
        "Review of lawful use",
        "Data Protection Act 2018 s.71",
        frozenset({Role.DATA_PROTECTION_OFFICER}),
        timedelta(days=0),  # reviews read lines, not places
    ),
    Purpose.PROPORTIONALITY: Gateway(
        "Try a requirement before it is proposed (counts only, no track)",
        "Data Protection Act 2018 Part 3, s.35 and s.37: necessary and no more than is needed",
        frozenset(
            {Role.COURT_REPORT_OFFICER, Role.PROBATION_PRACTITIONER, Role.MONITORING_OFFICER}
        ),
        timedelta(0),  # nobody is shown where anybody was
    ),
    Purpose.RULES_REVIEW: Gateway(
        "Try other numbers of the rules on the last weeks",
        "Data Protection Act 2018 s.38 (accuracy) and s.57 (by design)",
        frozenset(),  # nobody looks for this: the machine reads, people see counts and times
        timedelta(days=0),
    ),
}

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}
_policy: dict[Purpose, timedelta] = {}


def windows() -> dict[Purpose, timedelta]:
    """How much one look may cover for each purpose, as the agency's policy says."""
    return {purpose: gateway.window for purpose, gateway in GATEWAYS.items()} | _policy


def window_words(window: timedelta) -> str:
    """Hours up to two days, days beyond."""
    hours = round(window.total_seconds() / 3600)
    return f"{hours} hours" if hours <= 48 else f"{hours // 24} days"


def set_windows(policy: Mapping[Purpose, timedelta]) -> None:
    _policy.clear()
    _policy.update(policy)


def read_windows(text: str) -> dict[Purpose, timedelta]:
    """A policy like "crime_mapping=24h,supervision=7d". ValueError, in plain words, otherwise."""
    found: dict[Purpose, timedelta] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _, size = part.partition("=")
        matched = re.fullmatch(r"([1-9][0-9]{0,4})([hd])", size.strip())
        if matched is None:
            raise ValueError(f"{part!r} is not like crime_mapping=24h or supervision=7d")
        if name.strip() not in {purpose.value for purpose in GATEWAYS}:
            raise ValueError(f"{name.strip()!r} is no purpose of a look")
        purpose = Purpose(name.strip())
        if not GATEWAYS[purpose].window:
            raise ValueError(f"{name.strip()} opens no place, so it has no window")
        found[purpose] = int(matched[1]) * _UNITS[matched[2]]
    return found
