"""Who a message can be from: networks known again without being known, and claims that do not fit.

network_of   a keyed hash of where a message came from, coarse enough to say nothing else
judge        what is odd about a message that says it is from a device, if anything is

Most tags prove nothing about who they are: an id is all that they send. So a claim is held against
what the device did before. That it comes from another network is nothing: operators hand out
addresses as they like, and phones go from Wi-Fi to mobile. It is odd when the device was heard at
its own network only a moment ago and has never roamed, when two networks speak in turn, when it
cannot have got from one place to the other, or when it speaks another protocol than ever before.
"""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from waypost.devices.values import FlagKind
from waypost.home import secret
from waypost.positions.values import Decoded, DecodedFix

NETWORK_LENGTH = 32  # hex digits; of models.DevicePlace.network
IPV4_PREFIX = 24  # what one operator hands out together
IPV6_PREFIX = 48  # what one site is given
NETWORKS_REMEMBERED = 65_536
# A device heard at its own network so short a time ago has hardly moved to another: tags report
# each minute or more seldom, and a change of network costs a tag some minutes of search.
NEW_PLACE_WITHIN = timedelta(minutes=2)
ROAMS_FROM = 3  # networks; a device of so many changes them as it goes, and one more says nothing
TWO_AT_ONCE_WITHIN = timedelta(minutes=10)
# How often a network must speak again after another did. A tag that knows few networks hardly goes
# back to one within minutes; one that connects anew for each report, or a phone, may well.
RETURNS_CONNECTED, RETURNS_ELSE = 1, 3
SHARED_FROM = 20  # devices heard of one network: an operator's or a hub's, which tells nobody apart
# Nobody's tag goes faster by road or rail (110 m/s is 400 km/h); fixes by cell err by kilometres.
SPEED_MPS_MAX, SLACK_M = 110.0, 10_000.0
COMPARED_WITHIN = timedelta(hours=1)  # of two fixes: later it may have flown
PLACES_KEPT = 8  # networks remembered of a device
EARTH_RADIUS_M = 6_371_008.8  # mean (IUGG); good to half a percent, far below the slack


@dataclass(frozen=True, slots=True)
class Claim:
    """What a message says and how it came. connected: by a connection that stays open."""

    network: str
    protocol: str
    at: datetime
    connected: bool = False
    fix: DecodedFix | None = None


@dataclass(slots=True)
class Known:
    """What is known of one device: where it was heard, last and ever.

    networks   network -> when it was last heard there; the latest few
    returns    when a network spoke again after another had
    fix        the newest fix, and the network that it came by
    """

    networks: dict[str, datetime] = field(default_factory=dict)
    protocols: set[str] = field(default_factory=set)
    last: str = ""
    returns: tuple[datetime, ...] = ()
    fix: DecodedFix | None = None
    fix_network: str = ""

    def is_same_as_before(self, claim: Claim) -> bool:
        """The plain case, of nearly every message: nothing to be judged."""
        return claim.network == self.last and claim.protocol in self.protocols

    def heard(self, claim: Claim) -> None:
        """Remember the message; after `judge`."""
        if claim.network != self.last and _lately(self.networks.get(claim.network), claim.at):
            self.returns = (*self.returns[-RETURNS_ELSE:], claim.at)
        self.networks[claim.network] = claim.at
        self.protocols.add(claim.protocol)
        self.last = claim.network
        if len(self.networks) > PLACES_KEPT:
            del self.networks[min(self.networks, key=self.networks.__getitem__)]
        if claim.fix is not None:
            self.fix, self.fix_network = claim.fix, claim.network


def judge(claim: Claim, known: Known, *, is_shared: bool = False) -> FlagKind | None:
    """What is odd about the message, the gravest first; None: nothing.

    is_shared   very many devices are heard from the network that it comes from
    """
    if not known.last:
        return None
    if claim.network != known.last:
        returns = [at for at in known.returns if claim.at - at < TWO_AT_ONCE_WITHIN]
        is_back = _lately(known.networks.get(claim.network), claim.at)
        if not _can_have_come(claim, known):
            return FlagKind.TWO_AT_ONCE if is_back else FlagKind.NEW_PLACE
        stays = claim.connected and len(known.networks) < ROAMS_FROM
        enough = RETURNS_CONNECTED if stays else RETURNS_ELSE
        if is_back and not is_shared and len(returns) + 1 >= enough:
            return FlagKind.TWO_AT_ONCE
        if not is_shared and _is_new_place(claim, known):
            return FlagKind.NEW_PLACE
    return FlagKind.OTHER_PROTOCOL if claim.protocol not in known.protocols else None


def newest_fix(decoded: Decoded) -> DecodedFix | None:
    """The fix of a message that was measured last, of those that are good for comparing."""
    newest: DecodedFix | None = None
    for fix in decoded.fixes:
        if fix.measured_at is None or not fix.valid:
            continue
        if newest is None or newest.measured_at is None or fix.measured_at > newest.measured_at:
            newest = fix
    return newest


def _is_new_place(claim: Claim, known: Known) -> bool:
    """Never seen of a device that does not roam, a moment after it was heard at its own."""
    if claim.network in known.networks or len(known.networks) >= ROAMS_FROM:
        return False
    return claim.at - known.networks[known.last] < NEW_PLACE_WITHIN


def _lately(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at < TWO_AT_ONCE_WITHIN


def _can_have_come(claim: Claim, known: Known) -> bool:
    """Whether the way from the last fix, which came by another network, can be gone in the time."""
    fix, before = claim.fix, known.fix
    if fix is None or before is None or known.fix_network == claim.network:
        return True
    if fix.measured_at is None or before.measured_at is None:
        return True
    took = abs(fix.measured_at - before.measured_at)
    if took > COMPARED_WITHIN:
        return True
    reach_m = SLACK_M + SPEED_MPS_MAX * took.total_seconds()
    return _distance_m(fix, before) <= reach_m + (fix.accuracy_m or 0) + (before.accuracy_m or 0)


def _distance_m(one: DecodedFix, other: DecodedFix) -> float:
    """Along the great circle (haversine)."""
    lat, lat_other = math.radians(one.lat), math.radians(other.lat)
    half_lat = (lat_other - lat) / 2
    half_lon = math.radians(other.lon - one.lon) / 2
    chord = math.sin(half_lat) ** 2
    chord += math.cos(lat) * math.cos(lat_other) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


@lru_cache(NETWORKS_REMEMBERED)
def network_of(host: str) -> str:
    """The network of a peer's address, as this installation knows it again: never the address."""
    return network_hash(host, _key())


def network_hash(host: str, key: bytes) -> str:
    """Keyed hash of the /24 or /48 that holds the address; of the text where it is none (a user
    of a broker, whose address the broker keeps to itself)."""
    return hmac.digest(key, _network(host).encode(), "sha256").hex()[:NETWORK_LENGTH]


def is_local(host: str) -> bool:
    """Whether a peer is this machine itself."""
    address = _address(host)
    return address is not None and address.is_loopback


def _network(host: str) -> str:
    address = _address(host)
    if address is None:
        return host
    prefix = IPV4_PREFIX if isinstance(address, IPv4Address) else IPV6_PREFIX
    bits = address.max_prefixlen - prefix
    return f"{address.version}:{int(address) >> bits}"


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


@lru_cache(1)
def _key() -> bytes:
    return secret("network")
