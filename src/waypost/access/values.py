"""The words of access: roles, permissions, purposes, scope. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The roles of the field (domain page), as printed and as taken by `waypost token`."""

    MONITORING_OFFICER = "monitoring_officer"
    PROBATION_PRACTITIONER = "probation_practitioner"
    POLICE_ANALYST = "police_analyst"
    POLICE_REQUESTER = "police_requester"
    AUTHORISING_OFFICER = "authorising_officer"
    COURT_REPORT_OFFICER = "court_report_officer"
    IOM_COORDINATOR = "iom_coordinator"
    PROGRAMME_EVALUATOR = "programme_evaluator"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    ADMINISTRATOR = "administrator"
    WEARER = "wearer"


class Permission(StrEnum):
    """What may be done, `subject:verb`. Every route and action names one."""

    ALERT_READ = "alert:read"
    ALERT_HANDLE = "alert:handle"
    PERSON_READ = "person:read"
    WHEREABOUTS_READ = "whereabouts:read"
    ORDER_READ = "order:read"
    ORDER_WRITE = "order:write"
    DEVICE_READ = "device:read"
    DEVICE_STOCK = "device:stock"  # the inventory: add, move between states, tokens; no person
    DEVICE_FIT = "device:fit"  # fit, remove, visits, home units, protected persons' devices
    DEVICE_COMMAND = "device:command"  # report now, interval, vibrate
    CLOCK_CORRECT = "clock:correct"  # accept or refuse the offset of a tag's clock
    INTAKE_POST = "intake:post"  # a vendor's hub: post batches
    QUARANTINE_READ = "quarantine:read"
    OFFENCE_READ = "offence:read"
    OFFENCE_UPLOAD = "offence:upload"
    MATCH_RUN = "match:run"
    MATCH_READ = "match:read"
    AUDIT_READ = "audit:read"
    SYSTEM_READ = "system:read"
    OFFICER_WRITE = "officer:write"
    OWN_DATA_READ = "own_data:read"
    SIGNED_IN = "signed_in"  # pages for anybody who has signed in (home, help)
    ANYBODY = "anybody"  # sign-in, health, static: named so that "public" is a decision


class Reach(StrEnum):
    """How far a role's permissions carry."""

    ALL = "all"  # every case of the estate (the monitoring centre)
    TEAM = "team"  # cases of the officer's teams
    OWN = "own"  # cases the officer is responsible for
    SELF = "self"  # the wearer's own
    NOBODY = "nobody"  # the role touches no case


class Purpose(StrEnum):
    """Why whereabouts are looked at. `GATEWAYS` in access/purposes.py holds each legal gateway."""

    ALERT_RESPONSE = "alert_response"
    FITTING = "fitting"  # does the tag just put on speak, and from where?
    SUPERVISION = "supervision"
    ENFORCEMENT = "enforcement"
    CRIME_MAPPING = "crime_mapping"
    SAFEGUARDING = "safeguarding"
    SUBJECT_ACCESS = "subject_access"
    AUDIT_REVIEW = "audit_review"
    SYSTEM_SUPPORT = "system_support"


@dataclass(frozen=True, slots=True)
class Posted:
    """An officer as decisions see one: who, in which roles, in which teams."""

    officer_id: int | None  # None: the machine itself
    name: str
    roles: frozenset[Role]
    team_ids: frozenset[int] = frozenset()
    own_person_id: int | None = None  # wearers: the person they are

    @property
    def is_machine(self) -> bool:
        return self.officer_id is None


MACHINE = Posted(officer_id=None, name="Waypost", roles=frozenset())


@dataclass(frozen=True, slots=True)
class Case:
    """What access must know of a person to answer "may I?"."""

    person_id: int
    officer_ids: frozenset[int] = frozenset()  # responsible officers now
    team_ids: frozenset[int] = frozenset()
    limited: bool = False  # nobody but named staff
    named_officer_ids: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Answer:
    """May I? With the rule that says so: shown to people, written to the audit line."""

    allowed: bool
    rule: str
    hidden: bool = False  # refuse as if the record did not exist
