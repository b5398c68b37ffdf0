"""May I? Pure answers from roles, reach, the case and the purpose; pages and actions ask the same.

`RULES` is the whole of it: role -> permission -> how far it carries. Someone under limited access
is known to named staff alone; for everybody else the answer reads as if they did not exist.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from waypost.access.purposes import GATEWAYS, window_words, windows
from waypost.access.values import Answer, Case, Permission, Posted, Purpose, Reach, Role
from waypost.errors import NoSuchThing, Refused

P = Permission
NO_SUCH_PERSON = "There is no such person."
CONFLICTED = (
    "A conflict of interest between you and this person is declared, so that a colleague does this "
    "work; the data protection officer can end the declaration."
)
# What emergency access opens of a case that is not the officer's, if their role carries it at all.
IN_EMERGENCY = frozenset({P.PERSON_READ, P.ORDER_READ, P.ALERT_READ, P.DEVICE_READ,
                          P.WHEREABOUTS_READ})  # fmt: skip


def _all_of(reach: Reach, *permissions: Permission) -> dict[Permission, Reach]:
    return dict.fromkeys(permissions, reach)


RULES: dict[Role, dict[Permission, Reach]] = {
    Role.MONITORING_OFFICER: _all_of(
        Reach.ALL, P.ALERT_READ, P.ALERT_HANDLE, P.RISK_WRITE, P.PERSON_READ, P.WHEREABOUTS_READ,
        P.ORDER_READ, P.ORDER_WRITE, P.ORDER_VARY, P.PROGRAMME_READ, P.ABSENCE_AUTHORISE,
        P.CONTRACT_READ, P.CONTRACT_RECEIVE, P.DEVICE_READ, P.DEVICE_STOCK, P.DEVICE_FIT,
        P.DEVICE_COMMAND, P.CLOCK_CORRECT, P.INTAKE_POST, P.QUARANTINE_READ, P.PARAMETER_READ,
        P.PARAMETER_APPROVE, P.WHATIF_RUN, P.DUTY_READ, P.BREACH_READ, P.BREACH_REPORT,
        P.NOTIFICATION_READ, P.NOTIFICATION_SEND, P.PERSON_TELL, P.HOLD_WRITE, P.DISCLOSURE_READ,
        P.DISCLOSURE_ASK, P.DISCLOSURE_CALL, P.DISCLOSURE_CHECK, P.NECESSITY_READ,
        P.NECESSITY_WRITE, P.IDENTITY_WRITE, P.IDENTITY_MERGE, P.COURT_SEND,
    ),
    Role.PROBATION_PRACTITIONER: _all_of(
        Reach.OWN, P.ALERT_READ, P.ALERT_HANDLE, P.RISK_WRITE, P.PERSON_READ, P.WHEREABOUTS_READ,
        P.ORDER_READ, P.ORDER_VARY, P.PROGRAMME_READ, P.ABSENCE_AUTHORISE, P.DEVICE_READ,
        P.CONTRACT_READ, P.DEVICE_COMMAND, P.WHATIF_RUN, P.BREACH_READ, P.BREACH_DECIDE,
        P.NOTIFICATION_READ, P.NOTIFICATION_SEND, P.PERSON_TELL, P.HOLD_WRITE, P.NECESSITY_READ,
        P.NECESSITY_WRITE, P.IDENTITY_WRITE, P.IDENTITY_MERGE, P.EQUALITY_WRITE,
        P.SUITABILITY_READ, P.SUITABILITY_WRITE, P.PLAN_READ, P.PLAN_WRITE, P.MARKER_READ,
        P.MARKER_WRITE, P.MEETING_PREPARE, P.WAY_IN_GIVE, P.IOM_READ, P.IOM_OFFER,
        P.INTELLIGENCE_READ, P.SERVICE_READ, P.PATHWAY_READ, P.PATHWAY_WRITE,
        P.COURT_REVIEW_READ, P.COURT_REVIEW_WRITE,
    ),
    Role.POLICE_ANALYST: _all_of(
        Reach.ALL, P.OFFENCE_READ, P.OFFENCE_UPLOAD, P.MATCH_RUN, P.MATCH_READ, P.MATCH_REVIEW,
        P.REVIEW_READ, P.WHEREABOUTS_READ, P.DISCLOSURE_READ, P.DISCLOSURE_CHECK,
    ),
    Role.POLICE_REQUESTER: _all_of(  # what was sent to their force (policing/scope.py); no person
        Reach.TEAM, P.NOTIFICATION_READ, P.NOTIFICATION_ANSWER, P.DISCLOSURE_READ,
        P.DISCLOSURE_ASK, P.TASK_READ, P.TASK_ANSWER,
    ),
    Role.AUTHORISING_OFFICER: _all_of(
        Reach.ALL, P.OFFENCE_READ, P.MATCH_READ, P.MATCH_APPROVE, P.REVIEW_READ, P.BREACH_READ,
        P.BREACH_ENDORSE, P.WINDOW_AUTHORISE, P.DISCLOSURE_READ, P.DISCLOSURE_APPROVE,
        P.WHEREABOUTS_READ, P.GATE_DECIDE, P.COMPLAINT_ANSWER,
    ),
    Role.COURT_REPORT_OFFICER: _all_of(
        Reach.TEAM, P.PERSON_READ, P.ORDER_READ, P.ORDER_VARY, P.PROGRAMME_READ, P.CONTRACT_READ,
        P.WHATIF_RUN, P.BREACH_READ, P.BREACH_PROSECUTE, P.DISCLOSURE_READ, P.DISCLOSURE_ASK,
        P.EQUALITY_WRITE, P.SUITABILITY_READ, P.SUITABILITY_WRITE, P.PLAN_READ, P.SERVICE_READ,
        P.COURT_REVIEW_READ, P.COURT_REVIEW_WRITE,
    ),
    Role.IOM_COORDINATOR: _all_of(
        Reach.TEAM, P.PERSON_READ, P.ORDER_READ, P.ALERT_READ, P.WHEREABOUTS_READ, P.BREACH_READ,
        P.REVIEW_READ, P.PROGRAMME_READ, P.PLAN_READ, P.MARKER_READ, P.IOM_READ, P.IOM_WRITE,
        P.IOM_OFFER, P.INTELLIGENCE_READ, P.INTELLIGENCE_WRITE, P.TASK_READ, P.TASK_SEND,
        P.SERVICE_READ, P.SERVICE_WRITE, P.PATHWAY_READ, P.PATHWAY_WRITE,
        P.COURT_REVIEW_READ, P.BUDGET_APPROVE,
    ),
    Role.PROGRAMME_EVALUATOR: _all_of(  # aggregate figures only
        Reach.NOBODY, P.AGGREGATE_READ, P.PROGRAMME_READ, P.EQUALITY_READ,
    ),
    Role.DATA_PROTECTION_OFFICER: _all_of(
        Reach.ALL, P.AUDIT_READ, P.AUDIT_CUT, P.WHEREABOUTS_READ, P.PARAMETER_READ,
        P.INTEREST_WRITE, P.EMERGENCY_REVIEW, P.OVERSIGHT_READ, P.DISCLOSURE_READ,
        P.DISCLOSURE_REVIEW, P.RETENTION_READ, P.RETENTION_WRITE, P.HOLD_WRITE,
        P.SUBJECT_ACCESS_HANDLE, P.NECESSITY_READ, P.AGGREGATE_READ, P.PROGRAMME_READ,
        P.EQUALITY_READ, P.COMPLAINT_ANSWER,
    ),
    Role.ADMINISTRATOR: _all_of(  # no case data
        Reach.NOBODY, P.SYSTEM_READ, P.NOTICE_WRITE, P.OFFICER_WRITE, P.DEVICE_STOCK,
        P.INTAKE_POST, P.PARAMETER_READ, P.PARAMETER_WRITE, P.PARAMETER_APPROVE, P.DUTY_READ,
        P.PROGRAMME_READ, P.PROGRAMME_WRITE, P.DUTY_WRITE,
        P.RETENTION_WRITE,  # periods, as the second officer: no person stands there
    ),
    Role.WEARER: _all_of(
        Reach.SELF, P.OWN_DATA_READ, P.OWN_CONTEST, P.OWN_CONTACT, P.OWN_CONSENT,
        P.WHEREABOUTS_READ, P.ORDER_READ, P.DISCLOSURE_READ, P.DISCLOSURE_ASK, P.EQUALITY_WRITE,
        P.OWN_ASK, P.OWN_VOICE,
    ),
}  # fmt: skip
WIDEST_FIRST = (Reach.ALL, Reach.TEAM, Reach.OWN, Reach.SELF, Reach.NOBODY)


def decide(by: Posted, permission: Permission, case: Case | None = None) -> Answer:
    """May they, in any of their roles? Without a case: may they at all?"""
    return _decide_in(by, by.roles, permission, case)


def check(
    by: Posted, permission: Permission, case: Case | None = None, *, absent: str = NO_SUCH_PERSON
) -> None:
    """Refused, saying what would be needed; NoSuchThing for what they may not know of.

    absent   what is said of a record that does not exist, and so of one they may not know of
    """
    _raise(decide(by, permission, case), case, absent=absent)


def decide_whereabouts(
    by: Posted,
    case: Case,
    purpose: Purpose,
    from_at: datetime,
    to_at: datetime,
    *,
    now: datetime,
    names: Collection[str] = (),
) -> Answer:
    """May they see where the person was in [from_at, to_at), for this purpose?

    names   what the look names, such as the request it is for

    The purpose must be one of a role they hold, and that role must reach the case. `now` is told
    because authorisations end; the windows of the gateways hold at any time.
    """
    gateway = GATEWAYS.get(purpose)
    roles = by.roles & gateway.roles if gateway else frozenset()
    answer = _decide_in(by, roles or by.roles, Permission.WHEREABOUTS_READ, case)
    if not answer.allowed or by.is_machine:
        return answer
    if gateway is None or not roles:
        return Answer(False, f"The purpose {purpose.value} is not one that your role may look for.")
    if gateway.names and gateway.names not in names:
        return Answer(False, f"A look for the purpose {purpose.value} is opened from the "
                      f"{gateway.names} that it is for.")  # fmt: skip
    if not from_at < to_at:
        return Answer(False, "The window ends before it starts; choose a later end.")
    if from_at > now:
        return Answer(False, "The window has not begun; whereabouts are looked at afterwards.")
    window = windows()[purpose]
    wider = [one.window for one in case.wider
             if (one.officer_id, one.purpose) == (by.officer_id, purpose)]  # fmt: skip
    if to_at - from_at > max([window, *wider]):
        return Answer(
            False,
            f"For the purpose {purpose.value} one look covers at most {window_words(window)}; "
            "choose a shorter window, or obtain an authorisation.",
        )
    authorised = ", by an authorisation" if to_at - from_at > window else ""
    return Answer(True, f"{answer.rule}; {gateway.law}{authorised}")


def sees_all(by: Posted, case: Case, purpose: Purpose) -> bool:
    """Whether a look that is allowed shows all of the track, and not only what bears on an order:
    where the purpose has such leave in itself, or an authorisation says so."""
    gateway = GATEWAYS.get(purpose)
    return (gateway is not None and gateway.whole) or any(
        one.whole and (one.officer_id, one.purpose) == (by.officer_id, purpose)
        for one in case.wider
    )


def check_whereabouts(
    by: Posted,
    case: Case,
    purpose: Purpose,
    from_at: datetime,
    to_at: datetime,
    *,
    now: datetime,
    names: Collection[str] = (),
) -> None:
    """Refused or NoSuchThing where `decide_whereabouts` says no."""
    answer = decide_whereabouts(by, case, purpose, from_at, to_at, now=now, names=names)
    _raise(answer, case, purpose)


def reach(by: Posted, permission: Permission | None = None) -> Reach:
    """How far the permission carries in the widest of their roles; without one, any permission."""
    if by.is_machine:
        return Reach.ALL
    found = {
        carried
        for role in by.roles
        for name, carried in RULES[role].items()
        if permission in (None, name) and (by.scopes is None or name in by.scopes)
    }
    return next((one for one in WIDEST_FIRST if one in found), Reach.NOBODY)


def in_reach(by: Posted, carried: Reach, case: Case) -> bool:
    """Whether the case lies within the reach; a team's case without an officer is each member's."""
    if carried is Reach.ALL:
        return True
    if carried is Reach.SELF:
        return by.own_person_id == case.person_id
    teams = bool(by.team_ids & case.team_ids or _beyond_teams(by, case))
    own = by.officer_id in case.officer_ids or (not case.officer_ids and teams)
    return {Reach.OWN: own, Reach.TEAM: own or teams}.get(carried, False)


def _decide_in(
    by: Posted, roles: frozenset[Role], permission: Permission, case: Case | None
) -> Answer:
    if by.is_machine:
        return Answer(True, "Waypost itself")
    if permission is Permission.ANYBODY:
        return Answer(True, "open to anybody")
    if by.scopes is not None and permission not in by.scopes:
        return Answer(
            False, f"This token is not for {permission.value}: its scopes do not name it."
        )
    if permission is Permission.SIGNED_IN:
        return Answer(True, "signed in")
    carried = {role: RULES[role][permission] for role in roles if permission in RULES[role]}
    if case is not None and case.limited and not _may_know(by, case, carried):
        return Answer(False, NO_SUCH_PERSON, hidden=True)
    if case is not None and by.officer_id in case.conflicted_ids:
        return Answer(False, CONFLICTED)
    if not carried:
        return Answer(
            False, f"Your role does not carry {permission.value}; {_who_has(permission)} may do it."
        )
    for role in sorted(carried):
        if case is None or _reaches(by, carried[role], case):
            through = _through(by, carried[role], case) if case is not None else ""
            rule = f"{role.value}: {permission.value}, reach {carried[role].value}{through}"
            return Answer(True, rule)
    if case is not None and by.officer_id in case.opened_ids and permission in IN_EMERGENCY:
        return Answer(True, f"{permission.value}, emergency access that will be reviewed")
    if set(carried.values()) == {Reach.SELF}:  # a wearer may not learn who else wears a tag
        return Answer(False, NO_SUCH_PERSON, hidden=True)
    return Answer(
        False, "This case is not among yours; its responsible officer or team can take you on."
    )


def _beyond_teams(by: Posted, case: Case) -> str:
    """By which area or programme of a posting the case is theirs, beyond their teams; or ""."""
    if case.area in by.areas:
        return f"area {case.area}"
    shared = sorted(by.programmes & case.programmes)
    return f"programme {shared[0]}" if shared else ""


def _through(by: Posted, carried: Reach, case: Case) -> str:
    """What brings the case into reach where it is neither theirs nor their team's."""
    known = by.officer_id in case.officer_ids | case.named_officer_ids
    if carried not in {Reach.TEAM, Reach.OWN} or known or by.team_ids & case.team_ids:
        return ""
    return f" ({_beyond_teams(by, case)})"


def _reaches(by: Posted, carried: Reach, case: Case) -> bool:
    named = carried is not Reach.SELF and by.officer_id in case.named_officer_ids
    return named or in_reach(by, carried, case)


def _may_know(by: Posted, case: Case, carried: dict[Role, Reach]) -> bool:
    own = by.own_person_id == case.person_id and Reach.SELF in carried.values()
    return own or by.officer_id in case.named_officer_ids


def _who_has(permission: Permission) -> str:
    roles = [role.value.replace("_", " ") for role in Role if permission in RULES[role]]
    return f"a {' or '.join(roles)}" if roles else "nobody"


def _raise(
    answer: Answer,
    case: Case | None,
    purpose: Purpose | None = None,
    *,
    absent: str = NO_SUCH_PERSON,
) -> None:
    if answer.allowed:
        return
    refusal = NoSuchThing(absent) if answer.hidden else Refused(answer.rule)
    refusal.about = case.person_id if case else None
    refusal.purpose = purpose.value if purpose else ""
    raise refusal
