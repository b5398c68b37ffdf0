"""What happens out of the routine while a world is played: zones entered, straps cut, late homes.

first_minutes(...)   in first five minutes, in which the cast shows what the demo is about
later(...)               one happening after another, to somebody who is not in one already
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from waypost.orders.values import RequirementKind
from waypost.positions.values import EventKind
from waypost.worlds.hours import Seconds, windows
from waypost.worlds.values import Part, Place, Wearer
from waypost.worlds.ways import Path

UNKNOWN_DEVICE = "TAG999999"
APPROACH_MPS = 22.0
HAPPENING_EVERY_S = 80.0


@dataclass(frozen=True, slots=True)
class Happening:
    """Something out of the routine; `way` replaces the wearer's path while it lasts."""

    device_id: str
    from_s: Seconds
    to_s: Seconds
    way: Path | None = None
    event: EventKind | None = None


def _way(corners: Sequence[tuple[Seconds, Place]]) -> Path:
    table = np.array([(at_s, *place) for at_s, place in corners], dtype=np.float64)
    under = np.ones(len(table), dtype=np.int8)
    return Path(table[:, 0], table[:, 1], table[:, 2], under)


def first_minutes(worn: Sequence[Wearer], start_s: Seconds) -> Iterator[Happening]:
    """The first five minutes: an entry at once, a stranger's tag, a strap, a late home-comer."""
    corner = (531_000.0, 186_000.0)
    nobodys = _way([(start_s, corner), (start_s + 99, (corner[0] + 50, corner[1]))])
    yield Happening(UNKNOWN_DEVICE, start_s + 35, start_s + 60, nobodys)
    for wearer in worn:
        assert wearer.tag is not None
        device_id = wearer.tag.device_id
        if wearer.part is Part.ENTERS_ZONE:
            yield _entry(wearer, _edge(wearer, 60), start_s + 2, start_s + 420)
        elif wearer.part is Part.CUTS_STRAP:
            yield Happening(device_id, start_s + 60, start_s + 60, event=EventKind.STRAP_TAMPER)
        elif wearer.part is Part.BAILED:
            yield _entry(wearer, _edge(wearer, 900), start_s + 100, start_s + 600)
        elif wearer.part is Part.LATE_HOME:
            yield _out(wearer, wearer.home, start_s + 5, start_s + 1500)
        elif wearer.part is Part.WEARS_USED_TAG:
            yield Happening(
                device_id, start_s + 200, start_s + 200, event=EventKind.BATTERY_CRITICAL
            )


def later(
    worn: dict[str, Wearer], paths: dict[str, Path], rng: np.random.Generator,
    told: Sequence[Happening], from_s: Seconds, end_s: Seconds,
    every_s: Seconds,
) -> list[Happening]:  # fmt: skip
    """One happening after another, to somebody who is not in one already."""
    busy = {one.device_id: one.to_s for one in told}
    found: list[Happening] = []
    at_s = from_s
    while at_s < end_s and worn:
        wearer = list(worn.values())[int(rng.integers(len(worn)))]
        happening = _anything(wearer, paths, rng, at_s)
        if happening is not None and busy.get(happening.device_id, 0.0) < at_s:
            busy[happening.device_id] = happening.to_s
            found.append(happening)
            at_s += every_s * float(rng.uniform(0.6, 1.4))
        at_s += 0.5  # nobody to tell of: look a little later
    return found


def _anything(
    wearer: Wearer, paths: dict[str, Path], rng: np.random.Generator, at_s: Seconds
) -> Happening | None:
    assert wearer.tag is not None
    device_id, chance = wearer.tag.device_id, rng.random()
    here = tuple(float(axis[0]) for axis in paths[device_id].where(np.array([at_s])))
    place = (here[0], here[1])
    if chance < 0.45 and wearer.ask(RequirementKind.EXCLUSION):
        return _entry(wearer, place, at_s, at_s + float(rng.uniform(400, 1100)))
    curfew = wearer.ask(RequirementKind.CURFEW)
    if chance < 0.75 and curfew and windows(curfew.timetable, at_s, at_s + 600):
        return _out(wearer, place, at_s, at_s + float(rng.uniform(700, 2400)))
    if chance > 0.75:
        kinds = (EventKind.STRAP_TAMPER, EventKind.BATTERY_LOW, EventKind.BATTERY_CRITICAL,
                 EventKind.CASE_TAMPER, EventKind.JAMMING)  # fmt: skip
        event = kinds[int(rng.choice(5, p=[0.15, 0.35, 0.25, 0.1, 0.15]))]
        return Happening(device_id, at_s, at_s + 60, event=event)
    return None


def _edge(wearer: Wearer, beyond_m: float) -> Place:
    """A place so far outside the wearer's first exclusion zone, on the side of home."""
    zone = wearer.ask(RequirementKind.EXCLUSION)
    if zone is None or zone.shape is None:
        return wearer.home
    centre = np.array(zone.shape.centre)
    towards = np.array(wearer.home) - centre
    towards /= max(float(np.hypot(*towards)), 1.0)
    east, north = centre + towards * (zone.shape.radius_m + beyond_m)
    return float(east), float(north)


def _entry(wearer: Wearer, here: Place, from_s: Seconds, to_s: Seconds) -> Happening:
    """Drive to the zone, stay near its middle until 100 s before the end, and leave by the edge."""
    assert wearer.tag is not None
    zone = wearer.ask(RequirementKind.EXCLUSION)
    assert zone is not None
    assert zone.shape is not None
    centre, outside = zone.shape.centre, _edge(wearer, 120)
    arrive_s = from_s + float(np.hypot(here[0] - centre[0], here[1] - centre[1])) / APPROACH_MPS
    leave_s = max(to_s - 100, arrive_s + 120)
    near = (centre[0] + 12, centre[1] - 9)
    way = _way([(from_s, here), (arrive_s, centre), (leave_s, near), (leave_s + 60, outside)])
    return Happening(wearer.tag.device_id, from_s, leave_s + 100, way)


def _out(wearer: Wearer, here: Place, from_s: Seconds, to_s: Seconds) -> Happening:
    """Go some 900 m from home and come back late."""
    assert wearer.tag is not None
    away = (wearer.home[0] + 700, wearer.home[1] + 560)
    reach_s = from_s + float(np.hypot(here[0] - away[0], here[1] - away[1])) / APPROACH_MPS
    back_s = max(to_s - 120, reach_s + 300)
    way = _way([(from_s, here), (reach_s, away), (back_s, away), (back_s + 60, wearer.home)])
    return Happening(wearer.tag.device_id, from_s, back_s + 120, way)
