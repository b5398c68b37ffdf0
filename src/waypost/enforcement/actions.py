"""Taking a step of a case: by whom the route lets, in an order that it lets, with what it asks.

    take_step   the next step, with its document, and with who is told of later corrections

The machine's part stands in opening.py.

The first decision closes the upheld alerts of the case as what they became (warning given, breach,
no action) in the same transaction, and from then on the case takes on nothing more: what is upheld
later begins another.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from waypost.access import audit
from waypost.access.values import Posted
from waypost.alerts import actions as alerts
from waypost.alerts.models import Alert
from waypost.alerts.values import Outcome, Status
from waypost.corrections.actions import rely
from waypost.corrections.values import What
from waypost.enforcement import drawing
from waypost.enforcement.allowing import check_step
from waypost.enforcement.clocks import due_by
from waypost.enforcement.models import BreachCase, StepTaken
from waypost.enforcement.values import Asked, Rule, Step
from waypost.enforcement.weighing import counted_before, proposal_of
from waypost.errors import Conflict

OUTCOMES: dict[Step, Outcome] = {  # of the alerts, with the first decision on a case
    Step.WARNING_GIVEN: Outcome.WARNING_GIVEN,
    Step.REFERRED: Outcome.BREACH,
    Step.RECALL_REQUESTED: Outcome.BREACH,
    Step.POLICE_NOTIFIED: Outcome.BREACH,
    Step.DECIDED: Outcome.BREACH,
    Step.NO_ACTION: Outcome.NO_ACTION,
}
STATEMENTS: dict[Step, What] = {
    Step.WARNING_GIVEN: What.WARNING,
    Step.REFERRED: What.BREACH_REPORT,
    Step.RECALL_REQUESTED: What.RECALL_REQUEST,
    Step.INFORMATION_LAID: What.BREACH_REPORT,
    Step.POLICE_NOTIFIED: What.OTHER,  # the notification itself is watched by its own room
}
MOVED_FIRST = "somebody took a step in this case first; look at it again before you act"


def take_step(
    case_id: int, asked: Asked, *, by: Posted, now: datetime, expected_version: int
) -> StepTaken:
    """The next step. What it puts on paper is rendered before the transaction opens.

    raises   Refused where the route, the law or the person forbids it, or something is left out;
             Conflict when somebody moved the case since the page was read
    """
    case, rule = check_step(case_id, asked, by=by, now=now)
    if case.version != expected_version:
        raise Conflict(MOVED_FIRST)
    paper = drawing.prepare(case, rule, asked, by=by, now=now) if rule.document else None
    with transaction.atomic():
        return _take(case_id, asked, paper, by, now, expected_version)


def _take(
    case_id: int, asked: Asked, paper: drawing.Drafted | None, by: Posted, now: datetime,
    expected_version: int,
) -> StepTaken:  # fmt: skip
    case, rule = check_step(case_id, asked, by=by, now=now, lock=True)
    proposal = proposal_of(case, now=now)
    warned = proposal.warned.step_id if proposal.warned and asked.step is Step.REFERRED else None
    first = case.step == Step.PROPOSED
    counted = list(proposal.counted) if first else counted_before(case, now=now)
    if paper is not None and paper.alert_ids != tuple(counted):  # a contest came in between
        raise Conflict(MOVED_FIRST)
    made = StepTaken.objects.create(
        case=case, step=asked.step, at=asked.at, recorded_at=now, officer_id=by.officer_id,
        decided_by=asked.decided_by.strip(), outcome=asked.outcome, words=asked.words.strip(),
        reference=asked.reference.strip(), hearing_at=asked.hearing_at, was_due_at=case.due_at,
        counted=counted, warned_step_id=warned, recipients=_recipients(case, asked, by),
    )  # fmt: skip
    _move(case, rule, asked, expected_version)
    if first and asked.step in OUTCOMES:
        _close_alerts(counted, OUTCOMES[asked.step], asked, by, now)
    if paper is not None:
        made.document_ids = drawing.keep(paper, made, by=by, now=now)
        made.save(update_fields=["document_ids"])
    if asked.step in STATEMENTS and counted:
        _watch(case, made, counted, warned, by, now)
    audit.record(
        f"breach:{asked.step.value}", by=by, at=now, about=case.person_id,
        detail={"case": case.pk, "step": made.pk, "outcome": asked.outcome, "alerts": counted},
    )  # fmt: skip
    return made


def _move(case: BreachCase, rule: Rule, asked: Asked, expected_version: int) -> None:
    ended = not rule.then
    due_at = due_by(rule.within, asked.at, zone=settings.WALL_ZONE)
    hearing = asked.hearing_at
    moved = BreachCase.objects.filter(pk=case.pk, version=expected_version).update(
        step=asked.step, step_at=asked.at, due_at=None if ended else (due_at or hearing),
        due_source=_due_source(rule, hearing), hearing_at=hearing, chased=0,
        closed_at=asked.at if ended else None, proposal_key=None, version=F("version") + 1,
    )  # fmt: skip
    if not moved:
        raise Conflict(MOVED_FIRST)


def _due_source(rule: Rule, hearing: datetime | None) -> str:
    if rule.within is not None:
        return rule.within.source
    return "the hearing" if hearing is not None else ""


def _close_alerts(
    alert_ids: Collection[int], outcome: Outcome, asked: Asked, by: Posted, now: datetime
) -> None:
    """Those that are upheld and open; closing them is part of the decision."""
    may_close = Alert.objects.filter(pk__in=alert_ids, status=Status.UPHELD).order_by("pk")
    for alert_id in may_close.values_list("pk", flat=True):
        alerts.close(alert_id, by=by, now=now, outcome=outcome, note=asked.words.strip())


def _watch(
    case: BreachCase, made: StepTaken, counted: Sequence[int], warned: int | None, by: Posted,
    now: datetime,
) -> None:  # fmt: skip
    """Whoever has it hears of a correction: also of what the warning before it rested on."""
    before = StepTaken.objects.filter(pk=warned or 0).values_list("counted", flat=True).first()
    rely(
        what=STATEMENTS[Step(made.step)], reference=f"{made.step}:{made.pk}",
        person_id=case.person_id, alert_ids={*counted, *(before or [])},
        recipients=made.recipients, by=by, now=now,
    )  # fmt: skip


def _recipients(case: BreachCase, asked: Asked, by: Posted) -> list[str]:
    """Who has it: the officer who sent it, those it went to, of a warning the person."""
    found = {f"officer:{by.officer_id}"} if by.officer_id is not None else set()
    found |= {f"outside:{one.strip()}" for one in asked.tell if one.strip()}
    if asked.step is Step.WARNING_GIVEN:
        found.add(f"person:{case.person_id}")
    return sorted(found)
