"""A violation explained: the fixes around it and what the machine made of each, for a purpose.

    may I read the alert? -> whereabouts (may I see where they were? the line) -> explain

The line in the audit chain is track:viewed, with the violation it explained.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.access.values import Posted, Purpose
from waypost.clock import to_us
from waypost.monitoring.models import Cursor
from waypost.monitoring.parameter_queries import speeds, timeline
from waypost.monitoring.queries import violations_of
from waypost.monitoring.violation_queries import ViolationPage
from waypost.positions.queries import whereabouts
from waypost.positions.tracks import Track
from waypost.rules.explaining import Explanation, Look, agrees, explain, look_for, same_row
from waypost.rules.plan import Plan, RequirementPlan, Watch, compile_plan
from waypost.rules.step import Row
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import Certainty, How, JudgedViolation, RowKind

AROUND = timedelta(days=2)  # so far on either side windows are expanded: none is cut where it shows
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ExplainedViolation:
    """explanation  None: no requirement that binds now asks for it, or fixes do not judge it
    today           the row that judging gives now, None: none; agrees: it is the stored one
    """

    page: ViolationPage
    look: Look
    track: Track
    explanation: Explanation | None
    today: Row | None
    agrees: bool


def explained_violation(
    page: ViolationPage,
    *,
    by: Posted,
    purpose: Purpose,
    now: datetime,
    at_end: bool = False,
) -> ExplainedViolation:
    """The violation, which its reader may read, with the fixes that explain it.

    at_end   of a long one the end instead of the beginning
    raises   Refused or NoSuchThing
    """
    row = page.standing.row
    numbers = timeline()
    look = look_for(row, numbers, now=now, at_end=at_end)
    track = whereabouts(
        page.standing.person_id, look.from_at, look.to_at, by=by, purpose=purpose, now=now,
        speeds=speeds(), about={"violation": page.standing.violation_id},
        opened_from=[(look.from_at, look.to_at)],
    )  # fmt: skip
    explanation = _explained(page, numbers, look, track, now)
    today = same_row(explanation.rows, row) if explanation else None
    decided = explanation is not None and row.kind is not RowKind.ATTENDANCE
    same = not decided or agrees(today, row, look)
    return ExplainedViolation(page, look, track, explanation, today, same)


def _explained(
    page: ViolationPage, numbers: ParameterTimeline, look: Look, track: Track, now: datetime
) -> Explanation | None:
    plan = compile_plan(
        page.person, numbers, from_at=look.from_at - AROUND, to_at=look.to_at + AROUND
    )
    planned = _planned(plan, page)
    if planned is None:
        return None
    judged_to = Cursor.objects.values_list("judged_to", flat=True).first()
    row = page.standing.row
    return explain(
        plan, planned, track, look,
        as_of=min(judged_to or now, now),
        raised_at=row.raised_at,
        standing=_standing_at(page, look.from_at),
    )  # fmt: skip


def _planned(plan: Plan, page: ViolationPage) -> RequirementPlan | None:
    """The requirement in the version that binds where the row began; of several the one it was
    judged by. None: nothing asks for it any more."""
    row = page.standing.row
    at = to_us(row.from_at)
    mine = [
        one
        for one in plan.requirements
        if one.requirement_id == row.requirement_id
        and one.row_kind is row.kind
        and one.watch is not Watch.THERE
    ]
    return max(
        mine,
        key=lambda one: (
            bool(((one.starts <= at) & (at < one.ends)).any()),
            one.version_id == row.requirement_version_id,
        ),
        default=None,
    )


def _standing_at(page: ViolationPage, instant: datetime) -> JudgedViolation | None:
    """The requirement's violation that is open as the look begins: this one or an earlier one."""
    row = page.standing.row
    found = violations_of(
        page.standing.person_id, from_at=instant, to_at=instant + MOMENT, with_withdrawn=False
    )
    return next(
        (
            one.row
            for one in found
            if (one.row.requirement_id, one.row.kind) == (row.requirement_id, row.kind)
            and one.row.how is not How.PASSAGE
            and one.row.certainty is not Certainty.CANNOT_TELL
            and one.row.from_at < instant
        ),
        None,
    )
