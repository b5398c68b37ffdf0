"""Whether a step may be taken: by this officer, after the last, as the law lets, with what it asks.

The pages ask the same as the act: `may_take` for each form, `check_step` for what it gave.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min

from waypost.access import may
from waypost.access.values import Case, Permission, Posted
from waypost.enforcement.models import BreachCase, StepTaken
from waypost.enforcement.routes import check_can_follow, route_of
from waypost.enforcement.values import ELSEWHERE, NO_SUCH_CASE, Asked, Decider, Rule, Step
from waypost.enforcement.weighing import proposal_of
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX, case_of

PERMISSIONS: dict[Decider, Permission] = {
    Decider.RESPONSIBLE_OFFICER: Permission.BREACH_DECIDE,
    Decider.MONITORING_CENTRE: Permission.BREACH_REPORT,
    Decider.ENFORCEMENT_OFFICER: Permission.BREACH_PROSECUTE,
    Decider.SECOND_PERSON: Permission.BREACH_ENDORSE,
}
WRITES_DOWN = (Permission.BREACH_DECIDE, Permission.BREACH_PROSECUTE, Permission.BREACH_REPORT)
BACK_MAX = timedelta(days=31)  # how long ago a step may have been taken that is written down now
AHEAD_MAX = timedelta(minutes=5)


def check_step(
    case_id: int, asked: Asked, *, by: Posted, now: datetime, lock: bool = False
) -> tuple[BreachCase, Rule]:
    """The case and the rule of the step, if it may be taken so."""
    rows = BreachCase.objects.select_for_update() if lock else BreachCase.objects.all()
    case = rows.filter(pk=min(case_id, NUMBER_MAX)).first()
    if case is None:
        raise NoSuchThing(NO_SUCH_CASE)
    person = case_of(case.person_id, now=now)
    may.check(by, Permission.BREACH_READ, person, absent=NO_SUCH_CASE)
    if case.closed_at is not None:
        raise Conflict("This case is closed; what is upheld anew begins another.")
    rule = check_can_follow(route_of(case.order_kind), Step(case.step), asked.step)
    check_may_take(case, rule, person, by=by)
    _check_law(case, asked, now)
    _check_whole(rule, asked, now)
    return case, rule


def may_take(case: BreachCase, rule: Rule, person: Case, *, by: Posted) -> bool:
    try:
        check_may_take(case, rule, person, by=by)
    except Refused:
        return False
    return True


def check_may_take(case: BreachCase, rule: Rule, person: Case, *, by: Posted) -> None:
    """Whether the step is this officer's: as the table names its decider."""
    wanted = {PERMISSIONS[one] for one in rule.decider if one in PERMISSIONS}
    if ELSEWHERE & set(rule.decider):
        wanted |= set(WRITES_DOWN)
    answers = [may.decide(by, one, person) for one in sorted(wanted)]
    if not any(one.allowed for one in answers):
        who = " or ".join(one.value.replace("_", " ") for one in rule.decider)
        raise Refused(f"This step is decided by: {who}. Your role does not carry it.")
    if Decider.SECOND_PERSON in rule.decider and by.officer_id == _last_officer(case):
        raise Refused("You asked for it; somebody else endorses it.")


def _check_law(case: BreachCase, asked: Asked, now: datetime) -> None:
    """Nothing is decided on nothing, and no second warning is given where an Act asks for more."""
    if case.step != Step.PROPOSED or asked.step in {Step.NO_ACTION, Step.WITHDRAWN}:
        return
    proposal = proposal_of(case, now=now)
    if not proposal.counted:
        raise Refused(f"Nothing counts that this could rest on. {' '.join(proposal.reasons)}")
    if proposal.must and asked.step is not proposal.step:
        raise Refused(" ".join(proposal.reasons))
    failed = case.grounds.filter(alert_id__in=proposal.counted).aggregate(at=Min("failed_at"))["at"]
    if asked.at < failed.replace(second=0, microsecond=0):  # forms know no seconds
        raise Refused("That is before the failure began that it is for; look at the date again.")


def _check_whole(rule: Rule, asked: Asked, now: datetime) -> None:
    """Everything that the rule asks for, and times that can be."""
    if "words" in rule.asks and not asked.words.strip():
        raise Refused("Say why, in words that will be read later by others.")
    if "reference" in rule.asks and not asked.reference.strip():
        raise Refused("Give the reference under which it is known there.")
    if rule.outcomes and asked.outcome not in rule.outcomes:
        choices = ", ".join(one.replace("_", " ") for one in rule.outcomes)
        raise Refused(f"Choose what came of it: {choices}.")
    if ELSEWHERE & set(rule.decider) and not asked.decided_by.strip():
        raise Refused("Say who decided it: the court, the force and officer, or the casework team.")
    if not now - BACK_MAX <= asked.at <= now + AHEAD_MAX:
        raise Refused("Say when it was done: in the last month, and not in the future.")
    hears = "hearing" in rule.asks or asked.outcome == "adjourned"
    if hears and (asked.hearing_at is None or asked.hearing_at <= asked.at):
        raise Refused("Give the date and time of the hearing; it lies after this step.")


def _last_officer(case: BreachCase) -> int | None:
    last = StepTaken.objects.filter(case=case).order_by("-pk")
    return last.values_list("officer_id", flat=True).first()
