"""The notices of corrections: to each recipient at once; of copies nobody has acknowledged, to the
officer who sent the statement and, from the second time on, to the duty manager."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from waypost.alerts.duty import on_duty
from waypost.alerts.values import DutyRole
from waypost.corrections.models import Copy, Correction, Statement
from waypost.corrections.recipients import OFFICER, ORGANISATION, PERSON, officers_of
from waypost.corrections.values import What
from waypost.notices.values import Weight
from waypost.notices.writing import enqueue
from waypost.orders.queries import cases_of

DUTY_FROM_CHASE = 2
GRAVE = frozenset({What.POLICE_NOTIFICATION, What.RECALL_REQUEST, What.PROXIMITY_ALERT})


def tell_correction(statement: Statement, made: Correction, now: datetime) -> None:
    """Each recipient, once; and the officer who sent it, who tells those outside."""
    for recipient in statement.recipients:
        _tell(recipient, statement, made, "correction_made", "made", now)
    outside = any(one.startswith("outside:") for one in statement.recipients)
    _tell_sender(
        statement, made, "correction_to_pass_on" if outside else "correction_of_yours", "made", now
    )


def tell_chase(statement: Statement, copy: Copy, now: datetime) -> None:
    """Again, and whoever is responsible for its getting there."""
    made, step = copy.correction, f"chase:{copy.pk}:{copy.chased}"
    _tell(copy.recipient, statement, made, "correction_made", step, now)
    _tell_sender(statement, made, "correction_unacknowledged", step, now)
    if copy.chased >= DUTY_FROM_CHASE:
        duty = on_duty(now).get(DutyRole.ON_CALL, [])
        _officers(duty, statement, made, "correction_unacknowledged", f"{step}:duty", now)


def _tell(
    recipient: str, statement: Statement, made: Correction, template: str, step: str, now: datetime
) -> None:
    kind, _, rest = recipient.partition(":")
    if kind == OFFICER:
        _officers([int(rest)], statement, made, template, step, now)
    elif kind == ORGANISATION:
        _officers(officers_of(int(rest), now=now), statement, made, template, step, now)
    elif kind == PERSON:
        enqueue(
            about=f"correction:{made.pk}", step=step[:40], person_ids=[int(rest)],
            template="correction_own", words={"number": made.number}, now=now,
            weight=_weight(statement),
        )  # fmt: skip


def _tell_sender(
    statement: Statement, made: Correction, template: str, step: str, now: datetime
) -> None:
    """Whoever sent it; where the machine or nobody did, the person's responsible officers."""
    case = cases_of([statement.person_id], now=now).get(statement.person_id)
    responsible = case.officer_ids if case is not None else frozenset()
    ids = {statement.made_by_id} if statement.made_by_id is not None else set(responsible)
    _officers(ids, statement, made, template, f"{step}:by", now)


def _officers(
    ids: Any, statement: Statement, made: Correction, template: str, step: str, now: datetime
) -> None:
    enqueue(
        about=f"correction:{made.pk}",
        step=step[:40],
        officer_ids=ids,
        template=template,
        words={
            "correction_id": made.pk,
            "number": made.number,
            "statement": statement.reference.replace(":", " ").replace("_", " "),
        },
        now=now,
        weight=_weight(statement),
    )


def _weight(statement: Statement) -> Weight:
    return Weight.NOW if What(statement.what) in GRAVE else Weight.SOON
