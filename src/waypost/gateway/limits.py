"""What one client may cost us, so that no other pays for it. Decided here; the doors ask and obey.

    Limits       the figures, each with its reason; operators change them by --limit NAME=NUMBER
    overdue      why a connection's time is up, if it is
    Bucket       so many a second
    Addresses    who may come in, how fast, and who sent too much rubbish: told the time, no clock

Seconds are of any clock that only goes forward.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from waypost.errors import BadUse

ADDRESSES_MAX = 100_000  # remembered at once: sender addresses of datagrams can be invented
BURST_S = 2.0  # of an address's rate that may come at once, after a quiet moment
FAULTS_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Counts and seconds. What a mobile operator's one address may do is wide: thousands of tags
    stand behind it.

    connections               held by the process; each costs it 2 kB, measured, and the kernel more
    connections_per_address   of one sender address (IPv6: one /64)
    frames_per_address_s      faster is slowed down (TCP), told to wait (HTTP) or dropped (UDP)
    faults_per_address        unreadable frames in a minute before an address is refused ...
    refused_s                 ... for so long; what is connected stays
    frames_in_flight          of one connection, read and not yet committed
    faults_in_a_row           before a connection is closed: it speaks something else
    useful_within_s           a connection that has said nothing readable by then is closed
    frame_within_s            a frame that began must have ended: against drips
    idle_s                    between readable frames; tags with a heartbeat are faster
    stuck_s                   a client that does not read its replies
    handshake_s               for TLS to be agreed
    unreadable_datagrams_s    kept in quarantine, of all senders: theirs can be invented
    quarantine_messages_day   kept of what belongs to nobody; as many of unreadable frames of known
    quarantine_mib_day        tags, and in bytes: beyond it nothing of the kind is acknowledged
    loopback                  1: this machine's own addresses are limited like others. They are
                              not by default: a proxy, a hub or a bench stands for many tags
    """

    connections: int = 50_000
    connections_per_address: int = 2_000
    frames_per_address_s: int = 5_000
    faults_per_address: int = 600
    refused_s: int = 60
    frames_in_flight: int = 256
    faults_in_a_row: int = 10
    useful_within_s: float = 60
    frame_within_s: float = 30
    idle_s: float = 1800
    stuck_s: float = 60
    handshake_s: float = 10
    unreadable_datagrams_s: int = 100
    quarantine_messages_day: int = 1_000_000
    quarantine_mib_day: int = 1024
    loopback: int = 0


class Refusal(StrEnum):
    """Why we let a client go or did not let it in: the reason in /metrics."""

    TOO_MANY = "too_many_connections"
    ADDRESS_FULL = "address_has_too_many_connections"
    ADDRESS_FAULTY = "address_sent_rubbish"
    ADDRESS_FAST = "address_is_too_fast"
    RUBBISH = "rubbish"
    NOTHING_USEFUL = "nothing_useful"
    SLOW_FRAME = "slow_frame"
    IDLE = "idle"
    STUCK = "does_not_read"
    HANDSHAKE = "no_handshake"
    OTHER_IDENTITY = "certificate_of_another"
    TOKEN = "token_not_shown"  # noqa: S105  # a reason, not a token
    STORE_AWAY = "store_away"
    LINE_FULL = "line_full"
    QUARANTINE_FULL = "quarantine_full"


def read_limits(texts: Sequence[str]) -> Limits:
    """Limits from NAME=NUMBER texts; names as in `Limits`, with - or _. BadUse otherwise."""
    known = {field.name: field.default for field in fields(Limits)}
    given: dict[str, float] = {}
    for text in texts:
        name, _, number = text.partition("=")
        name = name.strip().replace("-", "_")
        if name not in known:
            listed = ", ".join(sorted(known)).replace("_", "-")
            raise BadUse(f"--limit {text}: no such limit; there are {listed}")
        if not number.isdecimal() or (number == "0" and name != "loopback") or len(number) > 9:
            raise BadUse(f"--limit {text}: write it like {name.replace('_', '-')}={known[name]}")
        given[name] = int(number)
    return replace(Limits(), **given)  # type: ignore[arg-type]  # whole numbers fit both kinds


def overdue(
    limits: Limits,
    now_s: float,
    *,
    opened_s: float,
    useful_s: float | None,
    begun_s: float | None,
    stuck_s: float | None,
) -> Refusal | None:
    """Why a connection's time is up; None: it is not.

    useful_s   when it last said something readable; None: never yet
    begun_s    since when a frame is unfinished, by no fault of ours; None: none is
    stuck_s    since when its replies wait to be read; None: they do not
    """
    if stuck_s is not None and now_s - stuck_s >= limits.stuck_s:
        return Refusal.STUCK
    if begun_s is not None and now_s - begun_s >= limits.frame_within_s:
        return Refusal.SLOW_FRAME
    if useful_s is None:
        return Refusal.NOTHING_USEFUL if now_s - opened_s >= limits.useful_within_s else None
    return Refusal.IDLE if now_s - useful_s >= limits.idle_s else None


@dataclass(slots=True)
class Bucket:
    """So many a second, and after a quiet time `burst_s` of them at once."""

    rate_s: float
    left: float
    at_s: float
    burst_s: float = BURST_S

    @classmethod
    def full(cls, rate_s: float, now_s: float, *, burst_s: float = BURST_S) -> Bucket:
        return cls(rate_s, rate_s * burst_s, now_s, burst_s)

    def take(self, count: int, now_s: float) -> bool:
        """Take so many if there are; else none."""
        self._fill(now_s)
        if self.left < count:
            return False
        self.left -= count
        return True

    def overdraw(self, count: int, now_s: float) -> float:
        """Take so many, there or not; in how many seconds the debt is paid, 0: there is none."""
        self._fill(now_s)
        self.left -= count
        return max(0.0, -self.left / self.rate_s)

    def _fill(self, now_s: float) -> None:
        self.left = min(self.left + (now_s - self.at_s) * self.rate_s, self.rate_s * self.burst_s)
        self.at_s = now_s


@dataclass(slots=True)
class Address:
    """What one sender address has done of late."""

    frames: Bucket
    open: int = 0
    faults: int = 0
    faults_from_s: float = float("-inf")
    refused_until_s: float = float("-inf")


class Addresses:
    """The connections of the process and the conduct of each address, within `ADDRESSES_MAX`.

    An `Address` is None where no limit by address applies.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: dict[str, Address] = {}
        self.open = 0

    def find(self, host: str, now_s: float) -> Address | None:
        """The record of a sender."""
        key = address_key(host)
        if key is None and not self._limits.loopback:
            return None
        key = key or "loopback"
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= ADDRESSES_MAX:
                self._forget(now_s)
            frames = Bucket.full(self._limits.frames_per_address_s, now_s)
            found = self._known[key] = Address(frames)
        return found

    def enter(self, address: Address | None, now_s: float) -> Refusal | None:
        """Let a connection in and count it, or say why not."""
        if self.open >= self._limits.connections:
            return Refusal.TOO_MANY
        if address is not None:
            if self.is_refused(address, now_s):
                return Refusal.ADDRESS_FAULTY
            if address.open >= self._limits.connections_per_address:
                return Refusal.ADDRESS_FULL
            address.open += 1
        self.open += 1
        return None

    def leave(self, address: Address | None) -> None:
        """A connection that was let in has ended."""
        self.open -= 1
        if address is not None:
            address.open -= 1

    def spend(self, address: Address | None, frames: int, now_s: float) -> float:
        """Count frames that came; how many seconds their sender is to be slowed down for."""
        return 0.0 if address is None else address.frames.overdraw(frames, now_s)

    def allows(self, address: Address | None, now_s: float) -> bool:
        """Count one message, unless its sender is too fast."""
        return address is None or address.frames.take(1, now_s)

    def fault(self, address: Address | None, now_s: float) -> None:
        """Count an unreadable frame; with too many in a minute the address is refused a while."""
        if address is None:
            return
        if now_s - address.faults_from_s >= FAULTS_WITHIN_S:
            address.faults, address.faults_from_s = 0, now_s
        address.faults += 1
        if address.faults >= self._limits.faults_per_address:
            address.refused_until_s = now_s + self._limits.refused_s

    def is_refused(self, address: Address | None, now_s: float) -> bool:
        return address is not None and now_s < address.refused_until_s

    def _forget(self, now_s: float) -> None:
        """Drop those who have no connection and are not refused; if all are, the oldest half of
        those without a connection."""
        idle = [key for key, one in self._known.items() if not one.open]
        calm = [key for key in idle if now_s >= self._known[key].refused_until_s]
        for key in calm or idle[: len(idle) // 2]:
            del self._known[key]


def address_key(host: str) -> str | None:
    """What counts as one sender: an IPv4 address, an IPv6 /64; None: this machine itself."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    if address.is_loopback:
        return None
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
