"""The words of access: roles, permissions, purposes, scope. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
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
    RISK_WRITE = "risk:write"  # record and end what harm a person may do or come to
    BREACH_READ = "breach:read"  # cases that follow from upheld alerts, warnings
    BREACH_DECIDE = "breach:decide"  # the responsible officer: warn, refer, ask for recall
    BREACH_REPORT = "breach:report"  # the monitoring centre, where the order lets it report
    BREACH_PROSECUTE = "breach:prosecute"  # the enforcement officer: information, hearings
    BREACH_ENDORSE = "breach:endorse"  # the second person behind a request for recall
    DUTY_READ = "duty:read"  # the rota of the control room; no person
    DUTY_WRITE = "duty:write"  # change it; a shift's lead may, too, while on duty (alerts/duty.py)
    PERSON_READ = "person:read"
    WHEREABOUTS_READ = "whereabouts:read"
    ORDER_READ = "order:read"
    ORDER_WRITE = "order:write"
    ORDER_VARY = "order:vary"  # vary, suspend, transfer, end one, on whose decision it says
    CONTRACT_READ = "contract:read"  # what the provider was told of an order, and what it reports
    CONTRACT_RECEIVE = "contract:receive"  # the provider: receive it, or ask back
    PROGRAMME_READ = "programme:read"  # under which instrument, where, how many places; no person
    PROGRAMME_WRITE = "programme:write"
    COURT_SEND = "court:send"  # a court's hub: send results of hearings; reads nothing
    ABSENCE_AUTHORISE = "absence:authorise"  # time in which a requirement asks nothing
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
    MATCH_REVIEW = "match:review"  # open one for a reason, decide it, refer it, make evidence of it
    MATCH_APPROVE = "match:approve"  # the second person: agree with what another qualified
    REVIEW_READ = "review:read"  # matches under review; an IOM unit: those referred to it
    WHATIF_RUN = "whatif:run"  # try a draft requirement on the past; counts and times, no track
    PARAMETER_READ = "parameter:read"  # the rules' numbers: which are in force, who approved them
    PARAMETER_WRITE = "parameter:write"  # draft other numbers, preview and propose them
    PARAMETER_APPROVE = "parameter:approve"  # of somebody else's draft: approve, refuse, withdraw
    NOTIFICATION_READ = "notification:read"  # a force: what was sent to it; no person
    NOTIFICATION_SEND = "notification:send"  # tell the police of a breach, correct, withdraw
    NOTIFICATION_ANSWER = "notification:answer"  # the force: receive, decide, say what came of it
    DISCLOSURE_ASK = "disclosure:ask"  # file a request for location data, for oneself or another
    DISCLOSURE_CALL = "disclosure:call"  # the control room: take an urgent call, call back
    DISCLOSURE_CHECK = "disclosure:check"  # whom it means, whether it is too broad or unclear
    DISCLOSURE_APPROVE = "disclosure:approve"  # preview, grant, refuse; never one's own
    DISCLOSURE_READ = "disclosure:read"  # staff: every request; others: what they asked
    DISCLOSURE_REVIEW = "disclosure:review"  # dip tests, reviews of urgent calls, figures
    AUDIT_READ = "audit:read"
    AUDIT_CUT = "audit:cut"  # delete lines whose time is over, up to a seal
    RETENTION_READ = "retention:read"  # what goes when, deletions and their proof
    RETENTION_WRITE = "retention:write"  # periods, approving them, ending holds, deleting
    HOLD_WRITE = "hold:write"  # legal holds: place and review
    SUBJECT_ACCESS_HANDLE = "subject_access:handle"  # requests of people for their own data
    SYSTEM_READ = "system:read"
    NOTICE_WRITE = "notice:write"  # the agency's own texts of notices and papers
    OFFICER_WRITE = "officer:write"  # accounts; ask for roles, and decide what another asked for
    INTEREST_WRITE = "interest:write"  # declare for an officer, or end, a conflict of interest
    WINDOW_AUTHORISE = "window:authorise"  # widen, for a time, what one look may cover
    EMERGENCY_REVIEW = "emergency:review"  # of somebody else's emergency access
    OVERSIGHT_READ = "oversight:read"  # unusual looking, dip samples, who may see whom
    AGGREGATE_READ = "aggregate:read"  # counts of the whole programme; no person, no small count
    OWN_DATA_READ = "own_data:read"
    OWN_CONTEST = "own:contest"  # a wearer: dispute a decision about oneself
    OWN_CONSENT = "own:consent"  # a wearer: withdraw the consent by which a tag is worn
    OWN_CONTACT = "own:contact"  # a wearer: how one is reminded oneself, and of what
    OWN_ASK = "own:ask"  # a wearer: ask first, before one is away
    OWN_VOICE = "own:voice"  # a wearer: goals, complaints, answers to questions about it all
    NECESSITY_READ = "necessity:read"  # why somebody is monitored, what they were told
    NECESSITY_WRITE = "necessity:write"  # write why, review it, prove notice and induction
    IDENTITY_WRITE = "identity:write"  # enter ids of a person, and end what was entered wrongly
    IDENTITY_MERGE = (
        "identity:merge"  # likely duplicates: propose, confirm, reverse that two are one
    )
    EQUALITY_WRITE = "equality:write"  # enter what somebody says of themself; read only one's own
    EQUALITY_READ = "equality:read"  # how people describe themselves: counts alone, never anybody's
    SUITABILITY_READ = "suitability:read"  # assessments before an order or a release
    SUITABILITY_WRITE = "suitability:write"  # refer, assess, ask for checks, propose, record
    GATE_DECIDE = "gate:decide"  # let a proposal go on although a check is missing; never one's own
    PLAN_READ = "plan:read"  # sentence and risk plans, contacts, visits, recall and reset
    PLAN_WRITE = "plan:write"  # write, review and move them
    MARKER_READ = "marker:read"  # MAPPA and MARAC: who may know of them
    MARKER_WRITE = "marker:write"  # record and move them
    MEETING_PREPARE = "meeting:prepare"  # before you meet; contact notes, weekly reviews
    WAY_IN_GIVE = "way_in:give"  # hand a wearer a letter with which they sign in without e-mail
    COMPLAINT_ANSWER = "complaint:answer"  # of wearers; never one about oneself
    IOM_READ = "iom:read"  # cohorts, offers, case conferences and what was agreed
    IOM_WRITE = "iom:write"  # the coordinator: select, hold conferences, agree actions
    IOM_OFFER = "iom:offer"  # record offers, and what became of one's own actions
    INTELLIGENCE_READ = "intelligence:read"  # shared intelligence, as its handling marks allow
    INTELLIGENCE_WRITE = "intelligence:write"  # enter and review it
    TASK_READ = "task:read"  # tasks of police teams: those one sent, or was sent
    TASK_SEND = "task:send"  # the coordinator: ask a police team, read and close its return
    TASK_ANSWER = "task:answer"  # the police team: accept, decline, return
    SERVICE_READ = "service:read"  # the catalogue of services: places and waits, no person
    SERVICE_WRITE = "service:write"  # enter services, change them, end them
    PATHWAY_READ = "pathway:read"  # to which services somebody is referred, and how it goes
    PATHWAY_WRITE = "pathway:write"  # refer, move referrals, keep sessions
    BUDGET_APPROVE = "budget:approve"  # give somebody a budget; decide on spends others asked for
    COURT_REVIEW_READ = "court_review:read"  # Young Adult Court: who is listed, what it said
    COURT_REVIEW_WRITE = "court_review:write"  # list, prepare, report, write down what it said
    PERSON_TELL = "person:tell"  # how a wearer or a protected person is told; a wearer's praise
    SIGNED_IN = "signed_in"  # pages for anybody who has signed in (home, help)
    ANYBODY = "anybody"  # sign-in, health, static: named so that "public" is a decision


class Reach(StrEnum):
    """How far a role's permissions carry."""

    ALL = "all"  # every case of the estate (the monitoring centre)
    TEAM = "team"  # cases of the officer's teams, and of the areas and programmes they cover
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
    DISCLOSURE = "disclosure"  # a request from outside: a look names the request
    SAFEGUARDING = "safeguarding"
    SUBJECT_ACCESS = "subject_access"
    AUDIT_REVIEW = "audit_review"
    SYSTEM_SUPPORT = "system_support"
    PROPORTIONALITY = "proportionality"  # a draft tried on the past: the machine reads, counts only
    RULES_REVIEW = "rules_review"  # other numbers tried on the past: the machine reads, counts only


@dataclass(frozen=True, slots=True)
class Posted:
    """An officer as decisions see one: who, in which roles, in which teams; or a machine that
    shows a token, which never does more than its scopes."""

    officer_id: int | None  # None: the machine itself
    name: str
    roles: frozenset[Role]
    team_ids: frozenset[int] = frozenset()
    own_person_id: int | None = None  # wearers: the person they are
    areas: frozenset[str] = frozenset()  # areas over which a posting carries, beyond their teams
    programmes: frozenset[str] = frozenset()  # and programmes
    scopes: frozenset[Permission] | None = None  # of a machine's token: all that it is for

    @property
    def is_machine(self) -> bool:
        return self.officer_id is None


MACHINE = Posted(officer_id=None, name="Waypost", roles=frozenset())


@dataclass(frozen=True, slots=True)
class Wider:
    """One officer may look over more than the purpose's window, for a time.

    whole   at all of the track, not only at what bears on an order (rules/bearing.py)
    """

    officer_id: int
    purpose: Purpose
    window: timedelta
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What access must know of a person to answer "may I?"."""

    person_id: int
    officer_ids: frozenset[int] = frozenset()  # responsible officers now
    team_ids: frozenset[int] = frozenset()
    limited: bool = False  # nobody but named staff
    named_officer_ids: frozenset[int] = field(default_factory=frozenset)
    area: str = ""
    conflicted_ids: frozenset[int] = frozenset()  # officers who know them otherwise
    opened_ids: frozenset[int] = frozenset()  # officers with emergency access now
    wider: frozenset[Wider] = frozenset()  # authorisations that hold now
    programmes: frozenset[str] = frozenset()  # to which they belong now


@dataclass(frozen=True, slots=True)
class Answer:
    """May I? With the rule that says so: shown to people, written to the audit line."""

    allowed: bool
    rule: str
    hidden: bool = False  # refuse as if the record did not exist
