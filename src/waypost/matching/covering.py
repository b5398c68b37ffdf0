"""Of whom it can be told whether their tag was at an offence, of whom it cannot, and why. Pure.

    tags that may be searched + what was weighed (values.EVIDENCE) -> one row a tag -> counts

A tag without a fix was not weighed; it counts all the same, as one of which it cannot be told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from waypost.matching.compatible import PADDING
from waypost.matching.evidence import Verdict
from waypost.matching.evidence_words import (
    MPS_TO_KMH,
    give_or_take,
    sentence,
    uncovered_minutes,
)
from waypost.matching.excluding import Exclusion
from waypost.matching.scope import Searchable, Spans
from waypost.offences.values import Offence

CLASSES = (Verdict.OBSERVED, Verdict.POSSIBLE, Verdict.CANNOT_TELL, Verdict.EXCLUDED)
NOTHING: dict[str, Any] = {
    "class": Verdict.CANNOT_TELL.value, "presence": 0.0, "likelihood_ratio": 1.0,
    "seconds_inside": 0.0, "coverage": 0.0, "nearest_m": None, "needed_mps": 0.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What can be told of one tag.

    missing_minutes   of the unpadded window, without a usable fix within five minutes
    has_data          a usable fix lies in the padded window
    why               in words; of the tag, never of the person
    """

    activation: int
    person_number: int
    verdict: Verdict
    missing_minutes: int
    has_data: bool
    needed_mps: float | None
    presence: float
    why: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How many tags of each class; how many had data in the window, and how many had none."""

    counts: dict[Verdict, int]
    with_data: int
    without_data: int

    @property
    def tags(self) -> int:
        return self.with_data + self.without_data

    @property
    def words(self) -> str:
        """In one plain sentence or two: what the counts say, and what they do not."""
        if not self.tags:
            return "No tag may be searched for this offence, so nothing can be told of anybody."
        out, open_ = self.counts[Verdict.EXCLUDED], self.counts[Verdict.CANNOT_TELL]
        there = self.tags - out - open_
        return (
            f"Of {_tags(self.tags)} that may be searched in this time, {out:,} cannot have been at "
            f"the place and {there:,} {'was' if there == 1 else 'were'} or may have been; of "
            f"{open_:,} it cannot be told. Nothing is said of anybody else."
        )


def in_question(scope: Iterable[Searchable], offence: Offence) -> list[Searchable]:
    """The tags that may be searched at any time of the padded window."""
    begin, end = offence.from_at - PADDING, offence.to_at + PADDING
    return [one for one in scope if any(start <= end and stop > begin for start, stop in one.spans)]


def covered(spans: Spans, offence: Offence) -> bool:
    """Whether a tag may be searched for the whole of the padded window."""
    at, end = offence.from_at - PADDING, offence.to_at + PADDING
    for start, stop in sorted(spans):
        if start > at:
            return False
        at = max(at, stop)
        if at > end:
            return True
    return False


def tell(
    offence: Offence,
    tags: Iterable[Searchable],
    weighed: Iterable[Mapping[str, Any]],
    in_part: Collection[int] = (),
) -> list[Told]:
    """One row a tag: by class, then the likeliest, the least known and the farthest first.

    weighed   rows of values.EVIDENCE of this one offence; `person` is the activation; of several
              rows of one the last counts
    in_part   tags that may be searched for a part of the padded window only: none of them is
              excluded
    """
    rows = {int(row["person"]): row for row in weighed}
    told = [
        _told(offence, tag, rows.get(tag.activation, NOTHING), in_part=tag.activation in in_part)
        for tag in tags
    ]
    return sorted(told, key=_order)


def summed(told: Iterable[Told]) -> Summary:
    told = list(told)
    counts = Counter(one.verdict for one in told)
    with_data = sum(one.has_data for one in told)
    return Summary({one: counts[one] for one in CLASSES}, with_data, len(told) - with_data)


def proof_words(offence: Offence, found: Exclusion) -> str:
    """The exclusion as a sentence, without its times, which a page shows beside it."""
    return (
        f"To be within {offence.radius_m:.0f} m of the place in between, the tag would have had to "
        f"go at least {found.way_m:,.0f} m in {found.seconds:,.0f} s: "
        f"{found.needed_mps * MPS_TO_KMH:.0f} km/h. We assume at most "
        f"{found.assumed_mps * MPS_TO_KMH:.0f} km/h from door to door."
    )


def _told(offence: Offence, tag: Searchable, row: Mapping[str, Any], *, in_part: bool) -> Told:
    verdict = Verdict(row["class"])
    said = _says(offence, row)
    if verdict is Verdict.EXCLUDED and in_part:
        verdict = Verdict.CANNOT_TELL
        said = "Cannot tell: the tag may be searched for a part of that time only."
    missing, _ = uncovered_minutes(offence, row["coverage"])
    return Told(
        activation=tag.activation, person_number=tag.person_number, verdict=verdict,
        missing_minutes=missing, has_data=row["nearest_m"] is not None,
        needed_mps=row["needed_mps"], presence=row["presence"], why=said,
    )  # fmt: skip


def _says(offence: Offence, row: Mapping[str, Any]) -> str:
    """Without the wearer's habit, of which nothing was read."""
    radius = f"{offence.radius_m:.0f} m"
    near = (
        ""
        if row["nearest_m"] is None
        else f", nearest fix {row['nearest_m']:.0f} m away{give_or_take(row)}"
    )
    if row["class"] == Verdict.OBSERVED.value:
        return f"The tag was observed within {radius} of the place{near}."
    if row["class"] == Verdict.POSSIBLE.value:
        return f"The tag was not observed within {radius}, but may have been there{near}."
    return sentence(offence, row, events_known=True)


def _order(one: Told) -> tuple[object, ...]:
    return (CLASSES.index(one.verdict), -one.presence, -one.missing_minutes,
            -(one.needed_mps or 0.0), one.activation)  # fmt: skip


def _tags(count: int) -> str:
    return "one tag" if count == 1 else f"{count:,} tags"
