"""What tries beside an assessment found, in the sentences that What-if itself says."""

from __future__ import annotations

from waypost.orders.values import RequirementKind
from waypost.suitability.models import Assessment
from waypost.whatif.sentences import tried_words
from waypost.whatif.values import from_json


def told_of(found: Assessment) -> list[str]:
    """For the paper: why each was tried, then what it found. Counts and hours; no place."""
    lines = []
    for one in found.tries.select_related("whatif").order_by("pk"):
        lines.append(f"What-if {one.whatif_id}: {one.reason}")
        if one.whatif.result:
            kind = RequirementKind(one.whatif.draft["kind"])
            told = tried_words(from_json(one.whatif.result), kind)
            lines += [*told.cut_off, *told.alerts, *told.limits]
    return lines
