"""What a canary's tag says: out at sea, into a canary zone every round, and out again.

Pure. The place lies in the outer Thames estuary, some 20 km from any coast.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waypost.clock import from_us, write_instant
from waypost.worlds.report import IMEI_PROTOCOLS, MQTT, imei
from waypost.worlds.script import Telegram

MIDDLE = (51.55, 1.65)  # lat, lon: where a canary is when it is in no zone
IMEI_KIND = 9_901
FIXES_S = (-20, -10, 0)  # seconds before now of what is told in one go
METRES_PER_DEGREE = 111_250.0
APART_M = 1_200.0  # from there to the middle of a zone of 500 m: no doubt by accuracy or speed
# Two zones, north and south, in turn: stretches in one of them less than five minutes apart would
# be one row of judging (rules.values.Parameters.merge_within), and raise nothing anew.
PLACES = tuple((MIDDLE[0] + way * APART_M / METRES_PER_DEGREE, MIDDLE[1]) for way in (1, -1))
EVERY_S = 300
NAMES = (
    "queclink", "queclink-udp", "teltonika", "teltonika-udp", "gt06", "osmand", "owntracks",
    "mqtt", "hub",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Canary:
    protocol: str
    device_id: str


def canary_of(protocol: str) -> Canary:
    """The canary of a protocol, with the device it wears. ValueError for one that is not spoken."""
    number = NAMES.index(protocol)
    if protocol in IMEI_PROTOCOLS:
        return Canary(protocol, imei(number, IMEI_KIND))
    return Canary(protocol, "owntracks/canary/tag" if protocol == MQTT else f"canary-{protocol}")


def breach(canaries: Iterable[Canary], now_us: int) -> list[Telegram]:
    """Into one of the zones, another each round: three fixes, the last of them now."""
    return _told(canaries, now_us, PLACES[now_us // 1_000_000 // EVERY_S % len(PLACES)])


def leave(canaries: Iterable[Canary], now_us: int) -> list[Telegram]:
    """Out of it: as many, since one fix that its neighbours belie would be distrusted."""
    return _told(canaries, now_us, MIDDLE)


def _told(canaries: Iterable[Canary], now_us: int, place: tuple[float, float]) -> list[Telegram]:
    told = list(canaries)
    return [_said(one, now_us + second * 1_000_000, place) for second in FIXES_S for one in told]


def _said(one: Canary, at_us: int, place: tuple[float, float]) -> Telegram:
    row = {
        "time": write_instant(from_us(at_us // 1_000_000 * 1_000_000)),
        "lat": place[0], "lon": place[1], "accuracy_m": 8.0, "speed_mps": 1.0,
        "mechanism": "GNSS",
    }  # fmt: skip
    return Telegram(at_us / 1e6, one.device_id, one.protocol, row)
