"""Small worlds named for what they show: a few dozen fixes each, and the answer expected.

`truth["violations"]` holds the rows that `waypost replay` must give (requirement, kind, from, to,
certainty); places are around a home in Hackney, told in metres east and north of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from waypost.clock import EPOCH, read_instant, write_instant
from waypost.geo import BRITISH
from waypost.worlds.sentences import zone_json
from waypost.worlds.values import Place, Shape
from waypost.worlds.world import FIXES_FILE, World

HOME: Place = (534_500.0, 185_000.0)
EVERY_NIGHT = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


@dataclass(frozen=True, slots=True)
class Said:
    """One fix of a story: metres from HOME, R95."""

    activation_id: str
    at: datetime
    east_m: float
    north_m: float
    accuracy_m: float = 8.0
    mechanism: str = "GNSS"
    speed_mps: float | None = None


def clock_change_night() -> World:
    """The spring change: a night curfew of 19:00-07:00 ends at 06:00 UTC, not at 07:00.

    Away from 00:40 to 01:20 UTC, across the change: 40 minutes, though the wall clock shows 100.
    Leaving at 06:05 UTC (07:05 by the clock) is allowed.
    """
    night = read_instant("2026-03-28T18:30:00Z")
    fixes = [
        *_every(60, "A1", night, read_instant("2026-03-29T00:40:00Z"), (2, 3)),
        *_every(60, "A1", read_instant("2026-03-29T00:40:00Z"), _at("2026-03-29T01:20"), (420, 30)),
        *_every(60, "A1", _at("2026-03-29T01:20"), _at("2026-03-29T06:05"), (2, 3)),
        *_every(60, "A1", _at("2026-03-29T06:05"), _at("2026-03-29T06:40"), (900, 400)),
    ]
    curfew = _requirement("R1", "curfew", Shape(HOME, 60), ("19:00", "07:00"))
    answer = [_row("P1", "R1", "curfew", "2026-03-29T00:40:00Z", "2026-03-29T01:20:00Z", "certain")]
    return _world("clock_change_night", [_person("P1", "A1", night, [curfew])], fixes, answer)


def train_through_zone() -> World:
    """A train crosses an exclusion zone in half a minute: seen, though nobody got out there."""
    start = read_instant("2026-05-11T08:00:00Z")
    fixes = [
        Said("A1", start + timedelta(seconds=5 * step), -4000 + 200.0 * step, 10, 6, speed_mps=40)
        for step in range(41)
    ]
    zone = _requirement("R1", "exclusion", Shape(HOME, 610), None)
    # Inside with the whole circle: from -600 to 600 m, steps 17 to 23; clear at 800 m, step 24.
    answer = [
        _row("P1", "R1", "exclusion", "2026-05-11T08:01:25Z", "2026-05-11T08:02:00Z", "certain")
    ]
    return _world("train_through_zone", [_person("P1", "A1", start, [zone])], fixes, answer)


def jammed_device() -> World:
    """At home until 22:00, then jammed for 90 minutes: it cannot be told, and nobody is accused."""
    start = read_instant("2026-02-03T18:30:00Z")
    fixes = [
        *_every(60, "A1", start, _at("2026-02-03T22:01"), (1, -2)),
        *_every(60, "A1", _at("2026-02-03T23:30"), _at("2026-02-04T07:30"), (1, -2)),
    ]
    events = [_event("D1", "2026-02-03T22:00:20Z", "jamming"),
              _event("D1", "2026-02-03T23:29:30Z", "jamming_ended")]  # fmt: skip
    curfew = _requirement("R1", "curfew", Shape(HOME, 60), ("19:00", "07:00"))
    answer = [
        _row("P1", "R1", "curfew", "2026-02-03T22:00:00Z", "2026-02-03T23:30:00Z", "cannot_tell")
    ]
    people = [_person("P1", "A1", start, [curfew])]
    return _world("jammed_device", people, fixes, answer, events)


def two_tags_one_flat() -> World:
    """Two people live in one flat; one goes out in curfew and the other stays: one is told of.

    The other's tag hears cells alone, whose circles hold the flat and the street: nobody is
    accused, and when no fix has told inside from outside for four hours, nobody can say either.
    """
    start = read_instant("2026-02-10T18:45:00Z")
    out, back, end = _at("2026-02-10T21:10"), _at("2026-02-10T21:50"), _at("2026-02-11T07:15")
    fixes = [
        *_every(60, "A1", start, out, (3, 1)),
        *_every(60, "A1", out, back, (500, -200)),
        *_every(60, "A1", back, end, (3, 1)),
        *_every(240, "A2", start, end, (60, -90), 180, "CELL"),  # cells: the circle holds the flat
    ]
    people = [
        _person(f"P{number}", f"A{number}", start,
                [_requirement(f"R{number}", "curfew", Shape(HOME, 60), ("19:00", "07:00"))])
        for number in (1, 2)
    ]  # fmt: skip
    answer = [
        _row("P1", "R1", "curfew", write_instant(out), write_instant(back), "certain"),
        _row("P2", "R2", "curfew", "2026-02-10T23:00:00Z", "2026-02-11T07:00:00Z", "cannot_tell"),
    ]
    return _world("two_tags_one_flat", people, fixes, answer)


STORIES: dict[str, Callable[[], World]] = {
    story.__name__: story
    for story in (clock_change_night, train_through_zone, jammed_device, two_tags_one_flat)
}


def _at(text: str) -> datetime:
    return read_instant(f"{text}:00Z")


def _every(
    seconds: float, activation_id: str, from_at: datetime, to_at: datetime, place: Place,
    accuracy_m: float = 8.0, mechanism: str = "GNSS",
) -> Iterable[Said]:  # fmt: skip
    """A stay: a fix at from_at and every so many seconds before to_at."""
    at = from_at
    while at < to_at:
        yield Said(activation_id, at, *place, accuracy_m, mechanism)
        at += timedelta(seconds=seconds)


def _requirement(
    reference: str, kind: str, shape: Shape, hours: tuple[str, str] | None
) -> dict[str, Any]:
    rows = hours and [{"days": EVERY_NIGHT, "start": hours[0], "end": hours[1]}]
    zone = zone_json(shape)
    return {"requirement_id": reference, "kind": kind, "zone": zone, "timetable": rows}


def _person(
    person_id: str, activation_id: str, from_at: datetime, requirements: list[dict[str, Any]]
) -> dict[str, Any]:
    begins = write_instant(from_at)
    tag = {"activation_id": activation_id, "device_id": f"D{person_id[1:]}", "from": begins}
    order = {
        "order_id": f"{person_id}-O1", "kind": "community_order", "from": begins,
        "to": write_instant(from_at + timedelta(days=90)), "requirements": requirements,
    }  # fmt: skip
    return {"person_id": person_id, "activations": [{**tag, "to": None}], "orders": [order]}


def _row(
    person_id: str, requirement_id: str, kind: str, from_text: str, to_text: str, certainty: str
) -> dict[str, Any]:
    return {
        "person_id": person_id, "requirement_id": requirement_id, "kind": kind,
        "from": from_text, "to": to_text, "certainty": certainty,
    }  # fmt: skip


def _event(device_id: str, at: str, kind: str) -> dict[str, Any]:
    return {"device_id": device_id, "time": at, "kind": kind, "attributes": {}, "received_at": at}


def _world(
    name: str, persons: list[dict[str, Any]], said: Sequence[Said], answer: list[dict[str, Any]],
    events: Sequence[dict[str, Any]] = (),
) -> World:  # fmt: skip
    """The world of a story: every fix reaches us 4 seconds after it is measured."""
    said = sorted(said, key=lambda one: (one.at, one.activation_id))
    east = np.array([HOME[0] + one.east_m for one in said])
    north = np.array([HOME[1] + one.north_m for one in said])
    lat, lon = BRITISH.unproject(east, north)
    columns = {
        "activation_id": [one.activation_id for one in said],
        "time": [one.at for one in said],
        "received_at": [one.at + timedelta(seconds=4) for one in said],
        "lat": lat.round(7),
        "lon": lon.round(7),
        "accuracy_m": [one.accuracy_m for one in said],
        "mechanism": [one.mechanism for one in said],
        "speed_mps": pa.array([one.speed_mps for one in said], pa.float64()),
        "course_deg": pa.nulls(len(said), pa.float64()),
    }
    table = pa.table({key: pa.array(values) for key, values in columns.items()}).cast(FIXES_FILE)
    times = [one.at for one in said] or [EPOCH]
    truth = {"violations": answer}
    until = times[-1] + timedelta(seconds=4)
    return World(name, {"persons": persons}, table, times[0], until, list(events), b"", truth)
