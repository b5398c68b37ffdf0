"""A whole seeded world: orders, fixes, events, offences, and the truth about all of them.

    make_world(seed, wearers=100, days=30, until=...) -> World

A pure function: the same arguments give the same world, on any day and machine. Fixes follow the
contract of fixes files and are those that had reached us by `until`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import to_us
from waypost.positions.schema import TIME
from waypost.units import Mechanism
from waypost.worlds.hours import Seconds, Window, local_date
from waypost.worlds.noise import Heard, Lost, hear
from waypost.worlds.offences import Crime, crimes, police_csv
from waypost.worlds.people import wearers
from waypost.worlds.places import Town, town
from waypost.worlds.routines import path_of
from waypost.worlds.sentences import instant_text, orders_of
from waypost.worlds.tag_events import events_of
from waypost.worlds.truth import TrueViolation, broken
from waypost.worlds.values import Wearer
from waypost.worlds.ways import Path, Visit

CRIMES_PER_DAY = 140  # of these kinds in the eight boroughs, about half the true figure
MECHANISM_NAMES = {
    Mechanism.GNSS: "GNSS",
    Mechanism.WIFI: "WIFI",
    Mechanism.CELL: "CELL",
    Mechanism.BEACON: "RF",
}
FIXES_FILE = pa.schema(
    [
        pa.field("activation_id", pa.dictionary(pa.int32(), pa.string())),
        pa.field("time", TIME),
        pa.field("received_at", TIME),
        pa.field("lat", pa.float64()),
        pa.field("lon", pa.float64()),
        pa.field("accuracy_m", pa.float64()),
        pa.field("mechanism", pa.dictionary(pa.int32(), pa.string())),
        pa.field("speed_mps", pa.float64()),
        pa.field("course_deg", pa.float64()),
    ]
)


@dataclass(frozen=True)
class World:
    """What a world holds.

    orders         the orders file (contract JSON)
    fixes          `FIXES_FILE`, in the order in which they reached us
    events         rows of our JSON batch: device_id, time, kind, attributes, and received_at
    offences_csv   the police file; b"" where the world has no crimes
    truth          violations and offences as they truly were
    """

    name: str
    orders: dict[str, Any]
    fixes: pa.Table
    from_at: datetime
    until: datetime
    events: list[dict[str, Any]] = field(default_factory=list)
    offences_csv: bytes = b""
    truth: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Life:
    """One wearer's part of the world: the true way, what the tag said of it, what was broken."""

    wearer: Wearer
    path: Path
    heard: Heard
    lost: Lost
    broken: list[TrueViolation]


def make_world(
    seed: int, *, wearers: int, days: float, until: datetime, crimes_per_day: int = CRIMES_PER_DAY
) -> World:
    """The seeded London over the `days` before `until`."""
    lives = lives_of(seed, wearers=wearers, days=days, until=until)
    return world_of(lives, seed, days=days, until=until, crimes_per_day=crimes_per_day)


def lives_of(
    seed: int, *, wearers: int, days: float, until: datetime, restless: float = 1.0
) -> list[Life]:
    """What everybody truly did and what their tags said of it, over the `days` before `until`.

    restless   so many times more of what is not allowed than usual: for trials of the rules
    """
    from_s, until_s = _span(days, until)
    place = town()
    people = people_of(seed, wearers, from_s=from_s, until_s=until_s, restless=restless)
    return [_live(place, seed, wearer, from_s, until_s) for wearer in people]


def world_of(
    lives: list[Life], seed: int, *, days: float, until: datetime, crimes_per_day: int = 0
) -> World:
    """These lives as files would hold them, with crimes around them."""
    from_s, until_s = _span(days, until)
    visits = [(life.wearer.person_id, visit) for life in lives for visit in _tagged(life)]
    reported = crimes(
        town(), visits, seed=seed, count=int(crimes_per_day * days), from_s=from_s, until_s=until_s
    )
    return World(
        name=f"london-{seed}",
        orders=orders_of([life.wearer for life in lives]),
        fixes=_fixes(lives, until_s),
        events=[row for life in lives if life.wearer.tag for row in _events(life, seed, until_s)],
        offences_csv=police_csv(reported, local_date(until_s)),
        truth=_truth(lives, reported),
        from_at=until - timedelta(days=days),
        until=until,
    )


def people_of(
    seed: int, count: int, *, from_s: Seconds, until_s: Seconds, restless: float = 1.0
) -> list[Wearer]:
    """The wearers alone: who they are, where they live, what they wear."""
    return wearers(town(), seed, count, from_s=from_s, until_s=until_s, restless=restless)


def _span(days: float, until: datetime) -> Window:
    until_s = float(to_us(until) // 1_000_000)
    return until_s - days * 86_400, until_s


def _live(place: Town, seed: int, wearer: Wearer, from_s: Seconds, until_s: Seconds) -> Life:
    path = path_of(wearer, place, seed, from_s, until_s)
    if wearer.tag is None:
        nothing = np.empty(0)
        none = Heard(*(nothing,) * 5, np.empty(0, dtype=np.int8), nothing, nothing)
        return Life(wearer, path, none, Lost([], []), [])
    start, end = worn(wearer, from_s, until_s)
    rng = np.random.default_rng([seed, wearer.index, 4])
    heard, lost = hear(path, wearer.tag, wearer.home, start, end, rng)
    return Life(wearer, path, heard, lost, broken(wearer, path, start, end))


def worn(wearer: Wearer, from_s: Seconds, until_s: Seconds) -> Window:
    """When the tag was worn within [from_s, until_s)."""
    assert wearer.tag is not None
    return max(from_s, wearer.tag.from_s), min(until_s, wearer.tag.to_s or until_s)


def _tagged(life: Life) -> list[Visit]:
    """Visits while the tag was worn: what a wearer does without one is nobody's match."""
    tag = life.wearer.tag
    if tag is None:
        return []
    ends = tag.to_s or np.inf
    return [one for one in life.path.visits if tag.from_s <= one.from_s and one.to_s <= ends]


def _fixes(lives: list[Life], until_s: Seconds) -> pa.Table:
    tagged = [life for life in lives if life.wearer.tag and len(life.heard.measured_s)]
    names = pa.array([life.wearer.tag.activation_id for life in tagged if life.wearer.tag])
    numbers = np.repeat(np.arange(len(tagged), dtype=np.int32), [len(x.heard.lat) for x in tagged])

    def column(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(life.heard, name) for life in tagged])

    received = column("received_s")
    keep = np.flatnonzero(received < until_s)
    keep = keep[np.argsort(received[keep], kind="stable")]
    words = pa.array(list(MECHANISM_NAMES.values()))
    code = np.zeros(8, dtype=np.int32)
    code[[int(mechanism) for mechanism in MECHANISM_NAMES]] = np.arange(len(words))

    def times(seconds: npt.NDArray[np.float64]) -> pa.Array:
        return pa.array(np.round(seconds * 1e6).astype(np.int64)).cast(TIME)

    def figures(name: str) -> pa.Array:
        return pa.array(column(name)[keep], from_pandas=True)

    return pa.table(
        [
            pa.DictionaryArray.from_arrays(pa.array(numbers[keep]), names),
            times(column("measured_s")[keep]),
            times(np.round(received[keep], 3)),
            figures("lat"),
            figures("lon"),
            figures("accuracy_m"),
            pa.DictionaryArray.from_arrays(pa.array(code[column("mechanism")[keep]]), words),
            figures("speed_mps"),
            figures("course_deg"),
        ],
        schema=FIXES_FILE,
    )


def _events(life: Life, seed: int, until_s: Seconds) -> list[dict[str, Any]]:
    assert life.wearer.tag is not None
    start, end = worn(life.wearer, life.wearer.tag.from_s, until_s)
    rng = np.random.default_rng([seed, life.wearer.index, 5])
    return events_of(life.wearer.tag, life.lost.dead, start, end, rng)


def _truth(lives: list[Life], reported: list[Crime]) -> dict[str, Any]:
    return {
        "violations": [one.as_json() for life in lives for one in life.broken],
        "offences": [
            {"crime_reference": crime.reference, "person_id": crime.by}
            for crime in reported
            if crime.by is not None
        ],
        "battery_dead": [
            {
                "person_id": life.wearer.person_id,
                "from": instant_text(start),
                "to": instant_text(end),
            }
            for life in lives
            for start, end in life.lost.dead
        ],
    }


def world_json(world: World) -> bytes:
    """Orders as bytes, as a file holds them."""
    return json.dumps(world.orders, indent=1).encode()
