"""Every state of one tag, judged from its journal: rows as of an instant, and when to look again.

    judge_tag(journal, around, numbers, as_of_us) -> Verdict

A pure function of what is known: the same words in any order, any number of times, give the same
rows. Nothing here knows a place; where fixes are needed (is a jamming over, does a still tag lie in
one place?) the verdict says from when, and is made again with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from waypost.clock import FOREVER_US, MICROSECOND
from waypost.rules import tag_presence, tag_upkeep
from waypost.rules.alcohol import alcohol_spells
from waypost.rules.spells import Around, Spell, row_of
from waypost.rules.tag_journal import Journal
from waypost.rules.timeline import ParameterTimeline
from waypost.rules.values import JudgedViolation, Parameters

# What ends by a record (a clock settled, a home unit taken down), or needs fixes, is looked at anew
# so often though nothing is heard.
LOOK_AGAIN_US = timedelta(minutes=5) // MICROSECOND
STILL_AGAIN_US = timedelta(hours=1) // MICROSECOND


@dataclass(frozen=True, slots=True)
class Verdict:
    """rows: all of the journal's time. look_us: when time alone may change them (None: never).
    fixes_from_us: fixes since then would make it surer; None: they would change nothing."""

    rows: tuple[JudgedViolation, ...]
    look_us: int | None
    fixes_from_us: int | None = None


def judge_tag(
    journal: Journal, about: Around, numbers: ParameterTimeline, as_of_us: int
) -> Verdict:
    """The rows of the tag's own states. A spell is judged by the numbers in force as it began."""
    rows: list[JudgedViolation] = []
    looks: list[int] = []
    wanted: list[int] = []
    revisions = numbers.between(min(journal.from_us, as_of_us), as_of_us + 1)
    for place, in_force in enumerate(revisions):
        until = revisions[place + 1].from_us if place + 1 < len(revisions) else FOREVER_US
        since = in_force.from_us if place else -FOREVER_US
        spells, look, want = _spells(journal, about, in_force.parameters, as_of_us)
        rows += [row_of(one, in_force) for one in spells if since <= one.from_us < until]
        looks += look if until == FOREVER_US else []
        wanted += want
    ends = [end for _, end in about.live if as_of_us < end < FOREVER_US]
    begins = [start for start, _ in about.live if start > as_of_us]
    begins += [
        edge for asked in about.sobriety for window in asked.windows for edge in window
        if as_of_us < edge < FOREVER_US
    ]  # fmt: skip
    return Verdict(
        tuple(sorted(rows, key=lambda row: (row.from_at, row.kind.value, row.how.value))),
        min((*looks, *ends, *begins), default=None),
        min(wanted, default=None),
    )


def _spells(
    journal: Journal, about: Around, parameters: Parameters, as_of_us: int
) -> tuple[list[Spell], list[int], list[int]]:
    """(spells, when to look again, from when fixes are wanted) by one revision's numbers."""
    silent, silent_look = tag_presence.silences(journal, about, as_of_us)
    lying, lying_want = tag_presence.still(journal, about, parameters, as_of_us)
    jammed, jammed_want = tag_upkeep.jamming(journal, about, parameters, as_of_us)
    uncharged, charge_look = tag_upkeep.uncharged(journal, about, parameters, as_of_us)
    sober, sober_looks = alcohol_spells(journal, about, parameters, as_of_us)
    by_record = [
        *tag_upkeep.home_units(journal, about, as_of_us), *tag_upkeep.clock(about, as_of_us),
    ]  # fmt: skip
    spells = [
        *silent, *tag_presence.placeless(journal, about, as_of_us), *lying, *jammed, *uncharged,
        *tag_upkeep.battery(journal, about, parameters, as_of_us), *by_record, *sober,
    ]  # fmt: skip
    looks = [*sober_looks, *(at for at in (silent_look, charge_look) if at is not None)]
    if any(one.to_us is None for one in by_record) or any(one.to_us is None for one in jammed):
        looks.append(as_of_us + LOOK_AGAIN_US)
    if lying_want is not None:
        looks.append(as_of_us + STILL_AGAIN_US)
    wants = [at for at in (lying_want, jammed_want) if at is not None]
    return [one for one in spells if one.to_us is None or one.to_us > one.from_us], looks, wants
