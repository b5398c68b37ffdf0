"""One world, judged by our rules and by the plain one, with the truth of each requirement beside.

    lives -> cases (what was asked, what was broken, when it could be seen)
          -> rules.replay over the fixes as they reached us -> alerts, by `alerts`
          -> naive.opened over the same fixes               -> alerts, each opened violation one

Ids carry their world's name, so that worlds can be added up. A warning ring is a case of its own
beside its zone's ("W001-R1 ring"). Appointments and trails are in `outcomes`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from waypost.alerts.trying import would_call
from waypost.alerts.urgency import alert_kind, held_until
from waypost.geo import BRITISH
from waypost.orders.read import read_orders
from waypost.orders.values import PersonOrders
from waypost.positions.files import read_fixes
from waypost.rules.replay import replay_all
from waypost.rules.values import Certainty, How, JudgedViolation, Parameters, RowKind
from waypost.worlds.hardness import sound
from waypost.worlds.hours import Seconds, Window
from waypost.worlds.naive import VARIANTS, Variant, opened
from waypost.worlds.outcomes import GAP_S, Appointment, Trail, appointments_of, trails_of
from waypost.worlds.scoring import Alert, TrueBreach, gathered, merged, shared, total_s
from waypost.worlds.shapes import depth_m
from waypost.worlds.truth import GRAIN_S, INSIDE_IS_WRONG, TrueViolation, ring_entered
from waypost.worlds.values import Ask
from waypost.worlds.world import Life, world_json, world_of, worn

Floats = npt.NDArray[np.float64]
Rows = list[tuple[str, JudgedViolation]]
ZONE_KINDS = (RowKind.EXCLUSION, RowKind.INCLUSION, RowKind.RESTRICTION, RowKind.CURFEW)
RING = RowKind.EXCLUSION_WARNING


@dataclass(frozen=True)
class Case:
    """One requirement of one wearer, or the ring around a zone.

    required    while the tag was worn
    monitored   of it, with fixes less than 15 minutes apart on both sides
    violated    truly
    """

    person_id: str
    requirement_id: str
    kind: RowKind
    ask: Ask
    required: list[Window]
    monitored: list[Window]
    violated: list[Window]
    breaches: list[TrueBreach]


@dataclass(frozen=True)
class Trial:
    """What one world gave; `merge` adds worlds up.

    ours, plain    alerts that speak of a violation, or of a ring entered
    unmonitored    ours that say required time could not be told
    minutes_s      in violation by our rules, by requirement
    """

    name: str
    wearer_days: float
    persons: list[str]
    cases: list[Case]
    ours: list[Alert]
    unmonitored: list[Alert]
    minutes_s: dict[str, Seconds]
    plain: dict[Variant, list[Alert]] = field(default_factory=dict)
    appointments: list[Appointment] = field(default_factory=list)
    trails: list[Trail] = field(default_factory=list)

    @property
    def breaches(self) -> list[TrueBreach]:
        return [breach for case in self.cases for breach in case.breaches]


def run_trial(
    lives: Sequence[Life], seed: int, *, days: float, until: datetime, parameters: Parameters
) -> Trial:
    """Judge a world's lives both ways."""
    lives = [life for life in lives if life.wearer.tag]
    until_s = until.timestamp()
    from_s = until_s - days * 86_400
    name = f"{seed}:{until:%Y-%m-%d}"
    cases = [case for life in lives for case in cases_of(life, name, from_s, until_s)]
    persons, rows = judge(lives, seed, days=days, until=until, parameters=parameters)
    ours, unmonitored = alerts_of(rows, name, {case.requirement_id for case in cases}, until)
    spans = {life.wearer.person_id: worn(life.wearer, from_s, until_s) for life in lives}
    seen = {life.wearer.person_id: seen_of(life, until_s) for life in lives}
    return Trial(
        name=name,
        wearer_days=sum(end - start for start, end in spans.values()) / 86_400,
        persons=[f"{name}:{life.wearer.person_id}" for life in lives],
        cases=cases,
        ours=ours,
        unmonitored=unmonitored,
        minutes_s=_minutes(rows, name),
        plain=_plain(lives, cases, name, until_s),
        appointments=appointments_of(lives, persons, rows, spans, seen, until, parameters),
        trails=trails_of(lives, rows, spans, seen),
    )


def judge(
    lives: list[Life], seed: int, *, days: float, until: datetime, parameters: Parameters
) -> tuple[list[PersonOrders], Rows]:
    """Our rules over the world's fixes as they reached us, through the readers of files."""
    world = world_of(lives, seed, days=days, until=until)
    with tempfile.TemporaryDirectory(prefix="waypost-truth-") as folder:
        file = Path(folder) / "fixes.parquet"
        pq.write_table(world.fixes, file)
        fixes = read_fixes(str(file), renames={})
    orders = read_orders(world_json(world))
    assert not orders.problems
    assert not fixes.problems
    rows = replay_all(orders.rows, fixes.table, now=until, parameters=parameters).rows
    return orders.rows, [(str(person_id), row) for person_id, row in rows]


def alerts_of(
    rows: Iterable[tuple[str, JudgedViolation]], name: str, requirements: set[str], until: datetime
) -> tuple[list[Alert], list[Alert]]:
    """Rows that would have called somebody, and apart those of time that nobody could see.

    Each row is an alert of its own, though live one that is open takes in what follows it: more
    alerts are counted than officers would have seen.
    """
    of_violations: list[Alert] = []
    of_gaps: list[Alert] = []
    for person_id, row in rows:
        reference = _reference(name, str(row.requirement_id), row.kind)
        if reference not in requirements or not would_call(row, until):
            continue
        held = held_until(alert_kind(row.kind, row.certainty, row.how), row.from_at)
        alert = Alert(
            f"{name}:{person_id}", reference, row.kind, row.from_at.timestamp(),
            (row.to_at or until).timestamp(), max(row.raised_at, held).timestamp(), row.withdrawn,
            row.how.value,
        )  # fmt: skip
        untold = row.certainty is Certainty.CANNOT_TELL
        (of_gaps if untold else of_violations).append(alert)
    return of_violations, of_gaps


def merge(trials: Sequence[Trial]) -> Trial:
    """Several worlds as one."""
    return Trial(
        name=" and ".join(trial.name for trial in trials),
        wearer_days=sum(trial.wearer_days for trial in trials),
        persons=[one for trial in trials for one in trial.persons],
        cases=[one for trial in trials for one in trial.cases],
        ours=[one for trial in trials for one in trial.ours],
        unmonitored=[one for trial in trials for one in trial.unmonitored],
        minutes_s={key: value for trial in trials for key, value in trial.minutes_s.items()},
        plain={
            variant: [one for trial in trials for one in trial.plain[variant]]
            for variant in trials[0].plain
        },
        appointments=[one for trial in trials for one in trial.appointments],
        trails=[one for trial in trials for one in trial.trails],
    )


def cases_of(life: Life, name: str, from_s: Seconds, until_s: Seconds) -> list[Case]:
    """What was asked of one wearer, what was broken, and when it could be seen."""
    at = np.sort(life.heard.only(sound(life.heard, until_s)).measured_s)
    span, seen, found = worn(life.wearer, from_s, until_s), _seen(at), []

    def case(kind: RowKind, ask: Ask, broken: Sequence[TrueViolation]) -> Case:
        person = f"{name}:{life.wearer.person_id}"
        reference = _reference(name, ask.requirement_id, kind)
        required = merged(ask.required(*span))
        return Case(
            person, reference, kind, ask, required, shared(required, seen),
            merged((one.from_s, one.to_s) for one in broken),
            [_breach(person, reference, kind, stretches, broken, required, seen, at)
             for stretches in gathered([(one.from_s, one.to_s) for one in broken])],
        )  # fmt: skip

    for ask in life.wearer.asks:
        if ask.kind.value not in ZONE_KINDS:
            continue
        broken = [one for one in life.broken if one.requirement_id == ask.requirement_id]
        found.append(case(RowKind(ask.kind), ask, broken))
        if ask.warning_m is not None and span[0] < span[1]:
            found.append(case(RING, ask, ring_entered(life.wearer, ask, life.path, *span)))
    return found


def seen_of(life: Life, until_s: Seconds) -> list[Window]:
    """When fixes of a wearer came less than `GAP_S` apart."""
    return _seen(np.sort(life.heard.only(sound(life.heard, until_s)).measured_s))


def _seen(at: Floats) -> list[Window]:
    if not len(at):
        return []
    first = np.flatnonzero(np.append(True, np.diff(at) >= GAP_S))
    last = np.append(first[1:], len(at)) - 1
    return [(float(at[i]), float(at[j])) for i, j in zip(first, last, strict=True) if i < j]


def _reference(name: str, requirement_id: str, kind: RowKind) -> str:
    return f"{name}:{requirement_id}{' ring' if kind is RING else ''}"


def _breach(
    person: str, reference: str, kind: RowKind, stretches: Sequence[Window],
    broken: Sequence[TrueViolation], required: list[Window], seen: list[Window], at: Floats,
) -> TrueBreach:  # fmt: skip
    length_s, first, last = total_s(stretches), stretches[0][0], stretches[-1][1]
    return TrueBreach(
        person_id=person,
        requirement_id=reference,
        kind=kind,
        from_s=first,
        to_s=last,
        length_s=length_s,
        deepest_m=max(one.deepest_m for one in broken if (one.from_s, one.to_s) in stretches),
        monitored=total_s(shared(stretches, seen)) / length_s,
        fixes=sum(
            int(np.searchsorted(at, end) - np.searchsorted(at, start)) for start, end in stretches
        ),
        how=_how(first, last, required).value,
    )


def _how(from_s: Seconds, to_s: Seconds, required: Sequence[Window]) -> How:
    """As people speak of it; where it is asked at all times, it is during."""
    late = any(abs(start - from_s) < GRAIN_S for start, _ in required)
    early = any(abs(end - to_s) < GRAIN_S for _, end in required)
    if late and early:
        return How.OUT_ALL
    return How.LATE if late else How.LEFT_EARLY if early else How.OUT_DURING


def _minutes(rows: Rows, name: str) -> dict[str, Seconds]:
    """Of what is observed: neither what could not be told nor what fixes only allow."""
    found: dict[str, Seconds] = {}
    for _, row in rows:
        if row.certainty in (Certainty.CERTAIN, Certainty.PROBABLE) and not row.withdrawn:
            reference = _reference(name, str(row.requirement_id), row.kind)
            found[reference] = found.get(reference, 0.0) + 60 * row.minutes
    return found


def _plain(
    lives: Iterable[Life], cases: Sequence[Case], name: str, until_s: Seconds
) -> dict[Variant, list[Alert]]:
    found: dict[Variant, list[Alert]] = {variant: [] for variant in VARIANTS}
    for life in lives:
        heard = life.heard.only(sound(life.heard, until_s))
        heard = heard.only(np.unique(heard.measured_s, return_index=True)[1])
        east, north = BRITISH.project(heard.lat, heard.lon)
        person = f"{name}:{life.wearer.person_id}"
        for case in (case for case in cases if case.person_id == person):
            wrong = _wrong_side(case, east, north)
            for variant, alerts in found.items():
                use = heard.accuracy_m <= variant.r95_most_m
                alerts += [
                    Alert(
                        person, case.requirement_id, case.kind,
                        one.from_s, one.to_s, one.raised_s,
                    )
                    for one in opened(
                        heard.measured_s[use], heard.received_s[use], wrong[use], case.required,
                        variant,
                    )
                ]  # fmt: skip
    return found


def _wrong_side(case: Case, east: Floats, north: Floats) -> npt.NDArray[np.bool_]:
    assert case.ask.shape is not None
    shapes = (case.ask.shape, *case.ask.also)
    inside_m = np.max([depth_m(shape, east, north) for shape in shapes], axis=0)
    if case.kind is RING:
        inside_m = inside_m + (case.ask.warning_m or 0.0)
    inside_is_wrong = case.ask.kind in INSIDE_IS_WRONG
    return np.asarray(inside_m > 0 if inside_is_wrong else inside_m < 0)
