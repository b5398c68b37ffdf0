"""A spell: a state of a tag that lasts, before it is a row of judging; and what is around the tag.

Around        what the records say beside the journal: when it was worn, what is usual, ...
rows_of       spells -> JudgedViolation
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from waypost.clock import FOREVER_US, MICROSECOND, from_us
from waypost.devices.health import Expected
from waypost.rules.fold import FixArrays
from waypost.rules.runs import NONE, Run, Runs
from waypost.rules.timeline import InForce
from waypost.rules.values import Certainty, How, JudgedViolation, RowKind
from waypost.units import RequirementRef

MINUTE_US = timedelta(minutes=1) // MICROSECOND


@dataclass(frozen=True, slots=True)
class Doubt:
    """A clock that an officer was asked about. accepted: None while it waits."""

    from_us: int
    to_us: int | None
    accepted: bool | None = None


@dataclass(frozen=True, slots=True)
class SobrietyAsked:
    """What one version of an order's alcohol requirement asks.

    windows           when, half-open, sorted
    level_g_per_dl    the level that must not be exceeded; None: abstinence
    """

    requirement: RequirementRef
    version_id: int | None
    windows: Runs
    level_g_per_dl: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """What judging one tag needs beside its journal. Times in microseconds UTC, half-open.

    live          when it was worn while an order was live; FOREVER_US for no end
    expected      how often tags of its model are heard
    places        it is of a kind that measures places
    daily_charge  it is of a kind that is charged every day
    deaf          when no tag at all was heard: the fault was ours
    doubts        of its clock
    pairings      home unit -> when it stood, for this person
    fixes         of this tag, where `Verdict.fixes_from_us` asked for them; any order
    zone          whose wall time counts as day
    sobriety      what orders ask of the person who wears it
    reads_alcohol it is of a kind that does
    """

    live: Runs
    expected: Expected = field(default_factory=Expected)
    places: bool = True
    daily_charge: bool = True
    deaf: Runs = NONE
    doubts: tuple[Doubt, ...] = ()
    pairings: Mapping[str, Runs] = field(default_factory=dict)
    fixes: FixArrays | None = None
    zone: str = "Europe/London"
    sobriety: tuple[SobrietyAsked, ...] = ()
    reads_alcohol: bool = False


@dataclass(frozen=True, slots=True)
class Spell:
    """to_us: None while it lasts. known_us: up to when something is known of one that lasts."""

    kind: RowKind
    from_us: int
    to_us: int | None
    raised_us: int
    reasons: tuple[str, ...]
    how: How = How.NONE
    certainty: Certainty = Certainty.CERTAIN
    known_us: int | None = None
    fix_count: int = 0
    requirement: str = ""  # of an order; "" for the tag's own state
    version_id: int | None = None  # of that requirement


def row_of(spell: Spell, in_force: InForce) -> JudgedViolation:
    """A row: `tag:no_contact` stands where an order's requirement would."""
    end = spell.to_us if spell.to_us is not None else spell.known_us
    minutes = max((end or spell.from_us) - spell.from_us, 0) / MINUTE_US
    return JudgedViolation(
        requirement_id=RequirementRef(spell.requirement or f"tag:{spell.kind.value}"),
        kind=spell.kind,
        from_at=from_us(spell.from_us),
        to_at=None if spell.to_us is None else from_us(spell.to_us),
        certainty=spell.certainty,
        minutes=minutes,
        raised_at=from_us(spell.raised_us),
        reasons=spell.reasons,
        fix_count=spell.fix_count,
        how=spell.how,
        parameter_revision_id=in_force.revision_id,
        requirement_version_id=spell.version_id,
    )


def span_until(span: Run, as_of_us: int) -> Run | None:
    """The part of a live span that has passed; None when it has not begun."""
    start, end = span[0], min(span[1], as_of_us)
    return (start, end) if start < end else None


def lasts(span: Run, as_of_us: int) -> bool:
    """Whether the span goes on at the instant."""
    return span[0] <= as_of_us < span[1] or span[1] >= FOREVER_US
