"""A row of the machine as a value, with its certainty, shape, chance and reasons."""

from __future__ import annotations

from datetime import datetime

from waypost.clock import from_us
from waypost.rules import kernel
from waypost.rules.evidence import chance_of
from waypost.rules.outcomes import how_within
from waypost.rules.plan import Plan, RequirementPlan
from waypost.rules.reasons import changed_numbers, reasons_of
from waypost.rules.values import Certainty, How, JudgedViolation

FIELDS = kernel.ROW.names or ()
SURE = {
    kernel.POSSIBLE: Certainty.POSSIBLE,
    kernel.PROBABLE: Certainty.PROBABLE,
    kernel.CERTAIN: Certainty.CERTAIN,
}


def judged(plan: Plan, planned: RequirementPlan, row: kernel.Record) -> JudgedViolation:
    """A ROW of the kernel as a value."""
    row = dict(zip(FIELDS, row.item(), strict=True))  # asked field by field, numpy takes long
    gap, passage = row["nature"] == kernel.GAP, row["nature"] == kernel.PASSAGE
    entry = plan.timeline.at_us(int(row["from_at"]))
    numbers = entry.parameters
    deepest = 0.0
    if row["deepest_at"] != kernel.NEVER:
        d = float(row["deepest_d"]) * (1 if planned.must_be_inside else -1)
        deepest = max(0.0, d - float(row["deepest_r95"]))
    return JudgedViolation(
        requirement_id=planned.requirement_id,
        kind=planned.row_kind,
        from_at=from_us(row["from_at"]),
        to_at=None if row["status"] == kernel.OPEN else from_us(row["to_at"]),
        certainty=certainty_of(row),
        minutes=0.0 if gap or passage else int(row["counted"]) / 60_000_000,
        raised_at=from_us(row["raised_at"]),
        reasons=(
            *reasons_of(row, must_be_inside=planned.must_be_inside, parameters=numbers),
            *changed_numbers(row, plan.timeline),
        ),
        fix_count=0 if gap or passage else int(row["fixes"]),
        depth_m=deepest,
        how=how_of(planned, row),
        chance=chance_of(float(row["evidence"]), numbers) if row["evidence"] > 0 else None,
        first_fix_at=_instant(row["first_fix"]),
        last_fix_at=_instant(row["last_fix"]),
        requirement_version_id=planned.version_id,
        parameter_revision_id=entry.revision_id,
    )


def how_of(planned: RequirementPlan, row: kernel.Record) -> How:
    """The shape of a ROW."""
    if row["nature"] == kernel.PASSAGE:
        return How.PASSAGE
    if row["nature"] == kernel.GAP:
        return How.AGED if row["how"] == kernel.AGED else How.NO_FIX
    return how_within(planned, row)


def certainty_of(row: kernel.Record) -> Certainty:
    if row["nature"] == kernel.GAP:
        return Certainty.CANNOT_TELL
    return SURE[int(row["certainty"])]


def sorted_rows(rows: list[JudgedViolation]) -> list[JudgedViolation]:
    """By start, then requirement: the order rows are shown in."""
    return sorted(rows, key=lambda row: (row.from_at, row.requirement_id, row.certainty))


def _instant(us: int) -> datetime | None:
    return None if us == kernel.NEVER else from_us(int(us))
