"""Whether a world breaks orders in enough ways: a rule is not tried by one kind of breach.

variety(trial, lives) -> Figure per way, with the least number there must be
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from waypost.rules.values import How, RowKind
from waypost.worlds.hardness import Figure
from waypost.worlds.hours import local_date, wall_s
from waypost.worlds.scoring import DEPTHS_M, LENGTHS_S, depth_class, length_class
from waypost.worlds.trial import ZONE_KINDS, Case, Trial
from waypost.worlds.values import Shape
from waypost.worlds.world import Life

MANY, SOME, FEW = 20, 10, 5
WHY = "breaches of every kind"
NEAR_MISSES = {"beside", "edge", "garden"}  # why of visits that look like breaches and are none
CHANGES = {"spring": (3, 25), "autumn": (10, 25)}  # the last Sunday is on this day or after it


def variety(trial: Trial, lives: Iterable[Life]) -> list[Figure]:
    return [*_of_kinds(trial), *_of_sizes(trial), *_of_shapes(trial), *_of_days(trial, lives)]


def _at_least(name: str, count: int, least: int) -> Figure:
    return Figure(name, count, least, float("inf"), WHY)


def _of_kinds(trial: Trial) -> Iterator[Figure]:
    kinds = Counter(breach.kind for breach in trial.breaches)
    for kind in ZONE_KINDS:
        yield _at_least(f"breaches of {kind.value}", kinds[kind], MANY)
    hows = Counter(one.how for one in trial.breaches if one.kind is RowKind.CURFEW)
    for how in (How.LATE, How.LEFT_EARLY, How.OUT_DURING, How.OUT_ALL):
        yield _at_least(f"curfews broken: {how.value.replace('_', ' ')}", hows[how], FEW)


def _of_sizes(trial: Trial) -> Iterator[Figure]:
    depths = Counter(depth_class(one.deepest_m) for one in trial.breaches)
    lengths = Counter(length_class(one.length_s) for one in trial.breaches)
    for number in range(len(DEPTHS_M) - 1):
        yield _at_least(f"breaches {words_of(DEPTHS_M, number, 'm')} deep", depths[number], MANY)
    for number in range(len(LENGTHS_S) - 1):
        words = words_of(LENGTHS_S, number, "s")
        yield _at_least(f"breaches {words} long", lengths[number], SOME)


def words_of(bounds: Sequence[float], number: int, unit: str) -> str:
    low, high = bounds[number], bounds[number + 1]
    return f"over {low:g} {unit}" if high == float("inf") else f"{low:g}-{high:g} {unit}"


def _of_shapes(trial: Trial) -> Iterator[Figure]:
    shapes: Counter[str] = Counter()
    timed = 0
    for case in trial.cases:
        if case.kind is RowKind.EXCLUSION and case.ask.shape:
            shapes[_form(case.ask.shape)] += len(case.breaches)
            timed += len(case.breaches) if case.ask.timetable else 0
    for form in ("circle", "polygon", "corridor", "several parts with a hole"):
        yield _at_least(f"exclusion zones entered: {form}", shapes[form], FEW)
    yield _at_least("exclusion zones entered in their hours", timed, FEW)


def _form(shape: Shape) -> str:
    if shape.line:
        return "corridor"
    if shape.more:
        return "several parts with a hole"
    return "polygon" if shape.corners else "circle"


def _of_days(trial: Trial, lives: Iterable[Life]) -> Iterator[Figure]:
    near = sum(visit.why in NEAR_MISSES for life in lives for visit in life.path.visits)
    yield _at_least("near misses: beside a zone, at an area's edge, in the garden", near, MANY)
    for season, (month, first) in CHANGES.items():
        yield _at_least(
            f"curfews over the {season} clock change", _curfews(trial.cases, month, first), FEW
        )


def _curfews(cases: Iterable[Case], month: int, first: int) -> int:
    """Curfew windows in which the wall clock changes: at 01:00 UTC of the month's last Sunday."""
    count = 0
    for case in cases:
        if case.kind is not RowKind.CURFEW or not case.required:
            continue
        year = local_date(case.required[0][0]).year
        sunday = next(
            day for day in (date(year, month, first + n) for n in range(7)) if day.weekday() == 6
        )
        change_s = wall_s(sunday, 0) + (3600 if month < 7 else 7200)
        count += sum(start < change_s < end for start, end in case.required)
    return count
