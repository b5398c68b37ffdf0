"""An estate of tags that come out of the cellar, each with thousands of stored reports.

    orders.json   waypost import orders        tags.json   waypost world play --stored FOLDER

Everything hangs on the few numbers of tags.json, so that a play that was killed goes on, and a
check knows what each tag would have said. Pure but for reading and writing the two files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from waypost.clock import read_instant, to_us, write_instant
from waypost.errors import BadUse
from waypost.worlds.faults import FAULTS, HOUR_S, Luck
from waypost.worlds.report import (
    GT06,
    HUB,
    IMEI_PROTOCOLS,
    MQTT,
    OSMAND,
    OWNTRACKS,
    QUECLINK,
    QUECLINK_UDP,
    TELTONIKA,
    TELTONIKA_UDP,
    imei,
)
from waypost.worlds.sources import Walk

PROTOCOLS = (QUECLINK, TELTONIKA, GT06, QUECLINK_UDP, TELTONIKA_UDP, OSMAND, OWNTRACKS, HUB)
TAGS_FILE, ORDERS_FILE = "tags.json", "orders.json"
ORDER_LENGTH = timedelta(days=182)
FITTED_BEFORE = timedelta(days=1)
ZONE_ONE_IN = 20  # so many tags have an exclusion zone beside their trail
IMEI_KIND = 9_900


@dataclass(frozen=True, slots=True)
class StoredTag:
    """One tag of the estate.

    live   its clock is whole hours ahead: that shows only in what is sent as it is measured
    """

    number: int
    device_id: str
    protocol: str
    clock_s: int

    @property
    def live(self) -> bool:
        return self.clock_s != 0 and abs(self.clock_s) <= 14 * HOUR_S


@dataclass(frozen=True, slots=True)
class Estate:
    """The few numbers that an estate hangs on; the same give the same tags, reports and faults.

    tags      how many
    stored    reports of each
    base      when the first of them was measured, ISO 8601
    faults    a name of `faults.FAULTS`
    """

    seed: int
    tags: int
    stored: int
    base: str
    faults: str
    protocols: tuple[str, ...] = PROTOCOLS

    @property
    def base_us(self) -> int:
        return to_us(read_instant(self.base))

    def everyone(self) -> Iterator[StoredTag]:
        for number in range(self.tags):
            protocol = self.protocols[number % len(self.protocols)]
            yield StoredTag(
                number, device_of(number, protocol), protocol, self.luck(number).clock_s
            )

    def luck(self, number: int) -> Luck:
        return Luck(FAULTS[self.faults], self.seed, number)

    def walk(self, tag: StoredTag) -> Walk:
        return Walk(tag.number, self.seed, tag.protocol, self.base_us, tag.clock_s)

    def orders(self) -> dict[str, Any]:
        """The orders file under which the tags are worn."""
        fitted = read_instant(self.base) - FITTED_BEFORE
        return {"persons": [self._person(tag, write_instant(fitted)) for tag in self.everyone()]}

    def _person(self, tag: StoredTag, fitted: str) -> dict[str, Any]:
        name = f"S{tag.number:05d}"
        ends = write_instant(read_instant(fitted) + ORDER_LENGTH)
        asks: list[dict[str, Any]] = [{"requirement_id": f"{name}-R1", "kind": "trail"}]
        if tag.number % ZONE_ONE_IN == 0:
            first = self.walk(tag).report(0)
            zone = {"type": "Point", "coordinates": [first.lon, first.lat], "radius_m": 200}
            asks.append(
                {"requirement_id": f"{name}-R2", "kind": "exclusion", "zone": zone,
                 "timetable": None}
            )  # fmt: skip
        return {
            "person_id": name,
            "activations": [
                {"activation_id": f"{name}-A1", "device_id": tag.device_id, "from": fitted,
                 "to": None}
            ],
            "orders": [
                {"order_id": f"{name}-O1", "kind": "community_order", "from": fitted, "to": ends,
                 "requirements": asks}
            ],
        }  # fmt: skip

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ORDERS_FILE).write_text(json.dumps(self.orders(), indent=1), encoding="utf-8")
        (folder / TAGS_FILE).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Estate:
        """BadUse when the folder holds no estate."""
        try:
            said = json.loads((folder / TAGS_FILE).read_text(encoding="utf-8"))
            return cls(**{**said, "protocols": tuple(said["protocols"])})
        except (OSError, ValueError, TypeError, KeyError):
            raise BadUse(f"{folder} holds no {TAGS_FILE} of `waypost world tags`") from None


def device_of(number: int, protocol: str) -> str:
    """The name under which a tag of this protocol reports."""
    if protocol in IMEI_PROTOCOLS:
        return imei(number, IMEI_KIND)
    name = f"phone{number:05d}"
    return f"owntracks/waypost/{name}" if protocol in {OWNTRACKS, MQTT} else name
