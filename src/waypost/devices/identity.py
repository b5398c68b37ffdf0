"""Who a message can be from: networks known again without being known, and claims that do not fit.

network_of   a keyed hash of where a message came from, coarse enough to say nothing else
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from waypost.home import secret

NETWORK_LENGTH = 32  # hex digits; of models.DevicePlace.network
IPV4_PREFIX = 24  # what one operator hands out together
IPV6_PREFIX = 48  # what one site is given
NETWORKS_REMEMBERED = 65_536


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
