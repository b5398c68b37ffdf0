"""What live tags will say: every message with the instant at which it is sent.

    telegrams(people, town, seed, start_s, length_s, opening=True) -> list[Telegram], by send_s

Wearers follow their routines (`routines`, `noise`) and now and then something happens: a zone is
entered, a strap is cut, somebody is not home in time, a tag nobody knows speaks. The opening makes
the inbox alive within a minute; after it a happening comes about every 80 seconds. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from waypost.geo import BRITISH
from waypost.orders.values import RequirementKind
from waypost.positions.values import EventKind
from waypost.units import Mechanism
from waypost.worlds.hours import Seconds, windows
from waypost.worlds.noise import Heard, hear
from waypost.worlds.people import Part, Tag, Wearer
from waypost.worlds.places import Place, Town
from waypost.worlds.routines import Path, path_of
from waypost.worlds.sentences import instant_text
from waypost.worlds.world import MECHANISM_NAMES, World

UNKNOWN_DEVICE = "TAG999999"
REPORT_EVERY_S = 10.0  # a tag that something happens to reports more often
APPROACH_MPS = 22.0
HAPPENING_EVERY_S = 80.0
HUB, OSMAND = "hub", "osmand"


@dataclass(frozen=True, slots=True)
class Telegram:
    """One fix or event on its way: a row of our JSON batch, whichever protocol carries it."""

    send_s: Seconds
    device_id: str
    protocol: str
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something out of the routine; `way` replaces the wearer's path while it lasts."""

    device_id: str
    from_s: Seconds
    to_s: Seconds
    way: Path | None = None
    event: EventKind | None = None


def telegrams(
    people: Sequence[Wearer], town: Town, seed: int, start_s: Seconds, length_s: Seconds, *,
    opening: bool = True, happening_every_s: Seconds = HAPPENING_EVERY_S,
) -> list[Telegram]:  # fmt: skip
    """Everything measured in [start_s, start_s + length_s) by the tags worn then.

    Some of it is sent later than that: tags that upload every 15 minutes, outages.
    """
    end_s = start_s + length_s
    worn = {
        wearer.tag.device_id: wearer
        for wearer in people
        if wearer.tag and wearer.tag.from_s <= start_s < (wearer.tag.to_s or end_s)
    }
    rng = np.random.default_rng([seed, int(start_s) % 2**31, 7])
    paths = {
        device_id: path_of(wearer, town, seed, start_s, end_s) for device_id, wearer in worn.items()
    }
    told = list(_opening(list(worn.values()), start_s)) if opening else []
    told += _later(
        worn, paths, rng, told, start_s + (330 if opening else 0), end_s, happening_every_s
    )
    said = [
        telegram
        for device_id, wearer in worn.items()
        for telegram in _routine(wearer, paths[device_id], told, (start_s, end_s), rng)
    ]
    for happening in told:
        said += _spoken(happening, worn.get(happening.device_id))
    return sorted(said, key=lambda one: one.send_s)


def telegrams_of(world: World) -> list[Telegram]:
    """A written world as messages, each sent when it was received: history played again."""
    devices = {
        activation["activation_id"]: activation["device_id"]
        for person in world.orders["persons"]
        for activation in person["activations"]
    }
    sent = [
        Telegram(row["received_at"].timestamp(), devices[row["activation_id"]], HUB,
                 _fix_row(devices[row["activation_id"]], row["time"].timestamp(), row))
        for row in world.fixes.to_pylist()
    ]  # fmt: skip
    return sorted(sent, key=lambda one: one.send_s)


def _fix_row(device_id: str, measured_s: Seconds, values: dict[str, Any]) -> dict[str, Any]:
    names = ("lat", "lon", "accuracy_m", "mechanism", "speed_mps", "course_deg")
    stated = {name: values[name] for name in names if values[name] is not None}
    return {"device_id": device_id, "time": instant_text(measured_s), **stated}


def _routine(
    wearer: Wearer, path: Path, told: Iterable[Happening], span: tuple[Seconds, Seconds],
    rng: np.random.Generator,
) -> Iterator[Telegram]:  # fmt: skip
    """What the tag says of an ordinary day, silent where a happening speaks for it."""
    assert wearer.tag is not None
    heard, _ = hear(path, wearer.tag, wearer.home, *span, rng)
    away = [(one.from_s, one.to_s) for one in told
            if one.device_id == wearer.tag.device_id and one.way is not None]  # fmt: skip
    for telegram, measured_s in _messages(heard, wearer.tag):
        if not any(start <= measured_s < end for start, end in away):
            yield telegram


def _messages(heard: Heard, tag: Tag) -> Iterator[tuple[Telegram, Seconds]]:
    words = {int(mechanism): word for mechanism, word in MECHANISM_NAMES.items()}
    figures = pa.table(
        {
            name: pa.array(getattr(heard, name), from_pandas=True)
            for name in ("lat", "lon", "accuracy_m", "speed_mps", "course_deg", "measured_s",
                         "received_s", "mechanism")
        }
    )  # fmt: skip
    for row in figures.to_pylist():
        values = {**row, "mechanism": words[row["mechanism"]]}
        said = _fix_row(tag.device_id, row["measured_s"], values)
        carrier = tag.protocol if values["mechanism"] == "GNSS" else HUB  # phones state GNSS
        yield Telegram(row["received_s"], tag.device_id, carrier, said), row["measured_s"]


def _spoken(happening: Happening, wearer: Wearer | None) -> Iterator[Telegram]:
    """The messages of one happening: each sent two seconds after it was measured."""
    if happening.event is not None:
        at = instant_text(happening.from_s)
        said = {"device_id": happening.device_id, "time": at, "kind": happening.event.value}
        row: dict[str, Any] = {**said, "attributes": {}}
        yield Telegram(happening.from_s + 2, happening.device_id, HUB, row)
    if happening.way is None:
        return
    at_s = np.arange(happening.from_s, happening.to_s, REPORT_EVERY_S)
    east, north = happening.way.where(at_s)
    lat, lon = BRITISH.unproject(east, north)
    carrier = wearer.tag.protocol if wearer and wearer.tag else OSMAND
    for number, measured_s in enumerate(at_s):
        values = {
            "lat": round(float(lat[number]), 6), "lon": round(float(lon[number]), 6),
            "accuracy_m": 7.0, "mechanism": MECHANISM_NAMES[Mechanism.GNSS],
            "speed_mps": None, "course_deg": None,
        }  # fmt: skip
        row = _fix_row(happening.device_id, float(measured_s), values)
        yield Telegram(float(measured_s) + 2, happening.device_id, carrier, row)


def _way(corners: Sequence[tuple[Seconds, Place]]) -> Path:
    table = np.array([(at_s, *place) for at_s, place in corners], dtype=np.float64)
    under = np.ones(len(table), dtype=np.int8)
    return Path(table[:, 0], table[:, 1], table[:, 2], under)


def _opening(worn: Sequence[Wearer], start_s: Seconds) -> Iterator[Happening]:
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


def _later(
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


def shifted(telegram: Telegram, send_s: Seconds) -> Telegram:
    """The same message, sent at another time (what was measured stays)."""
    return replace(telegram, send_s=send_s)
