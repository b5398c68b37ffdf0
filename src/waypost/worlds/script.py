"""What live tags will say: every message with the instant at which it is sent.

    telegrams(people, town, seed, start_s, length_s, opening=True) -> list[Telegram], by send_s

Wearers follow their routines (`routines`, `noise`) and now and then something happens: a zone is
entered, a strap is cut, somebody is not home in time, a tag nobody knows speaks. The opening makes
the inbox alive within a minute; after it a happening comes about every 80 seconds. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from waypost.geo import BRITISH
from waypost.positions.values import EventKind
from waypost.units import Mechanism
from waypost.worlds.happenings import HAPPENING_EVERY_S, Happening, first_minutes, later
from waypost.worlds.hours import Seconds
from waypost.worlds.noise import Heard, hear
from waypost.worlds.places import Town
from waypost.worlds.report import EVENTS, HUB, OSMAND, TELTONIKA
from waypost.worlds.routines import path_of
from waypost.worlds.sentences import instant_text
from waypost.worlds.values import Tag, Wearer
from waypost.worlds.ways import Path
from waypost.worlds.world import MECHANISM_NAMES

REPORT_EVERY_S = 10.0  # a tag that something happens to reports more often


@dataclass(frozen=True, slots=True)
class Telegram:
    """One fix or event on its way: a row of our JSON batch, whichever protocol carries it."""

    send_s: Seconds
    device_id: str
    protocol: str
    row: dict[str, Any]


def telegrams(
    people: Sequence[Wearer], town: Town, seed: int, start_s: Seconds, length_s: Seconds, *,
    opening: bool = True, happening_every_s: Seconds = HAPPENING_EVERY_S,
    spoken: frozenset[str] = frozenset(),
) -> list[Telegram]:  # fmt: skip
    """Everything measured in [start_s, start_s + length_s) by the tags worn then.

    Some of it is sent later than that: tags that upload every 15 minutes, outages.

    spoken   protocols besides OsmAnd that tags speak themselves; others are carried by the hub
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
    told = list(first_minutes(list(worn.values()), start_s)) if opening else []
    told += later(
        worn, paths, rng, told, start_s + (330 if opening else 0), end_s, happening_every_s
    )
    said = [
        telegram
        for device_id, wearer in worn.items()
        for telegram in _routine(wearer, paths[device_id], told, (start_s, end_s), rng, spoken)
    ]
    for happening in told:
        said += _told(happening, worn.get(happening.device_id), paths, spoken)
    return sorted(said, key=lambda one: one.send_s)


def _fix_row(device_id: str, measured_s: Seconds, values: dict[str, Any]) -> dict[str, Any]:
    names = ("lat", "lon", "accuracy_m", "mechanism", "speed_mps", "course_deg")
    stated = {name: values[name] for name in names if values[name] is not None}
    return {"device_id": device_id, "time": instant_text(measured_s), **stated}


def _routine(
    wearer: Wearer, path: Path, told: Iterable[Happening], span: tuple[Seconds, Seconds],
    rng: np.random.Generator, spoken: frozenset[str],
) -> Iterator[Telegram]:  # fmt: skip
    """What the tag says of an ordinary day, silent where a happening speaks for it."""
    assert wearer.tag is not None
    heard, _ = hear(path, _as_played(wearer.tag, spoken), wearer.home, *span, rng)
    away = [(one.from_s, one.to_s) for one in told
            if one.device_id == wearer.tag.device_id and one.way is not None]  # fmt: skip
    for telegram, measured_s in _messages(heard, wearer.tag, spoken):
        if not any(start <= measured_s < end for start, end in away):
            yield telegram


def _as_played(tag: Tag, spoken: frozenset[str]) -> Tag:
    """A tag that speaks for itself has satellites or nothing: its protocol has no word for more.
    Teltonika's gather records for a packet; the others send each fix as it comes."""
    if tag.protocol not in spoken or tag.protocol == OSMAND:
        return tag
    every_s = tag.upload_every_s if tag.protocol == TELTONIKA else 0.0
    return replace(tag, indoor_gnss=1.0, home_beacon=False, upload_every_s=every_s)


def _carrier(tag: Tag, mechanism: str, spoken: frozenset[str]) -> str:
    if tag.protocol in spoken:
        return tag.protocol
    return tag.protocol if tag.protocol == OSMAND and mechanism == "GNSS" else HUB


def _messages(heard: Heard, tag: Tag, spoken: frozenset[str]) -> Iterator[tuple[Telegram, Seconds]]:
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
        carrier = _carrier(tag, values["mechanism"], spoken)  # phones state GNSS
        if carrier in spoken and row["lat"] == row["lon"] == 0:
            continue  # where a tag speaks for itself, 0,0 means that it has no place
        yield Telegram(row["received_s"], tag.device_id, carrier, said), row["measured_s"]


def _told(
    happening: Happening, wearer: Wearer | None, paths: Mapping[str, Path], spoken: frozenset[str]
) -> Iterator[Telegram]:
    """The messages of one happening: each sent two seconds after it was measured."""
    carrier = _carrier(wearer.tag, "GNSS", spoken) if wearer and wearer.tag else OSMAND
    if happening.event is not None:
        yield _event_telegram(happening, happening.event, carrier, paths, spoken)
    if happening.way is None:
        return
    at_s = np.arange(happening.from_s, happening.to_s, REPORT_EVERY_S)
    east, north = happening.way.where(at_s)
    lat, lon = BRITISH.unproject(east, north)
    for number, measured_s in enumerate(at_s):
        values = {
            "lat": round(float(lat[number]), 6), "lon": round(float(lon[number]), 6),
            "accuracy_m": 7.0, "mechanism": MECHANISM_NAMES[Mechanism.GNSS],
            "speed_mps": None, "course_deg": None,
        }  # fmt: skip
        row = _fix_row(happening.device_id, float(measured_s), values)
        yield Telegram(float(measured_s) + 2, happening.device_id, carrier, row)


def _event_telegram(
    happening: Happening, event: EventKind, carrier: str, paths: Mapping[str, Path],
    spoken: frozenset[str],
) -> Telegram:  # fmt: skip
    """An event, with its place where the tag itself says it; what its protocol has no word for is
    told by its vendor's hub."""
    at_s, device_id = happening.from_s, happening.device_id
    row: dict[str, Any] = {"device_id": device_id, "time": instant_text(at_s), "kind": event.value}
    if carrier not in spoken or event not in EVENTS[carrier]:
        return Telegram(at_s + 2, device_id, HUB, {**row, "attributes": {}})
    east, north = paths[device_id].where(np.array([at_s]))
    lat, lon = BRITISH.unproject(east, north)
    place = {"lat": round(float(lat[0]), 6), "lon": round(float(lon[0]), 6)}
    return Telegram(at_s + 2, device_id, carrier, {**row, **place})


def shifted(telegram: Telegram, send_s: Seconds) -> Telegram:
    """The same message, sent at another time (what was measured stays)."""
    return replace(telegram, send_s=send_s)


__all__ = ["HUB", "OSMAND", "Telegram", "shifted", "telegrams"]
