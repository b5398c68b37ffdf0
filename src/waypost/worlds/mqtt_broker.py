"""A small MQTT 3.1.1 broker to try the gateway with where no Mosquitto is.

QoS 0 and 1, persistent sessions, wildcards, user names, TLS. What a session has not acknowledged
is sent again, marked so, when its client comes back: that is what a gateway is tried on. No
retained messages, no last wills, nothing on disk; for a real estate take Mosquitto.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PACKET_BYTES_MAX = 2**22
IN_FLIGHT_MAX = 1000  # messages on their way to one client, not yet acknowledged
QUEUED_MAX = 100_000  # that wait for one client
CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 8, 9
PINGREQ, PINGRESP, DISCONNECT = 12, 13, 14
REFUSED = 5  # CONNACK: not authorised
May = Callable[[str, str], bool]


@dataclass(slots=True)
class Session:
    """What the broker keeps of a client while it is away."""

    filters: dict[str, int] = field(default_factory=dict)  # topic filter -> granted QoS
    waiting: deque[tuple[str, bytes, int]] = field(default_factory=deque)
    in_flight: dict[int, tuple[str, bytes, int]] = field(default_factory=dict)
    last_number: int = 0
    link: Link | None = None


class SmallBroker:
    """may(user, password) says who may connect."""

    def __init__(self, may: May = lambda user, password: True) -> None:
        self.may = may
        self.sessions: dict[str, Session] = {}
        self._server: asyncio.Server | None = None
        self.links: set[Link] = set()

    async def start(
        self, host: str = "127.0.0.1", port: int = 0, *, context: ssl.SSLContext | None = None
    ) -> int:
        """Listen; the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Link(self), host, port, ssl=context)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Cut all connections and listen no more; sessions are kept for another `start`."""
        if self._server is not None:
            self._server.close()
        for link in list(self.links):
            link.cut()
        await asyncio.sleep(0)

    def publish(self, topic: str, body: bytes, qos: int) -> None:
        """To each session that has subscribed."""
        for session in self.sessions.values():
            granted = [level for one, level in session.filters.items() if matches(one, topic)]
            if granted and len(session.waiting) < QUEUED_MAX:
                session.waiting.append((topic, body, min(qos, max(granted))))
                if session.link is not None:
                    session.link.send_waiting()


class Link(asyncio.Protocol):
    """One connection."""

    def __init__(self, broker: SmallBroker) -> None:
        self._broker = broker
        self._transport: Any = None
        self._read = bytearray()
        self._session: Session | None = None
        self._client, self._is_clean = "", True

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._broker.links.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._broker.links.discard(self)
        if self._session is not None and self._session.link is self:
            self._session.link = None
            if self._is_clean:
                self._broker.sessions.pop(self._client, None)

    def data_received(self, data: bytes) -> None:
        self._read += data
        try:
            while (packet := take_packet(self._read)) is not None:
                self._take(*packet)
        except (ValueError, IndexError, UnicodeDecodeError):
            self.cut()

    def cut(self) -> None:
        self._transport.abort()

    def send_waiting(self) -> None:
        """What the session has for its client, as far as the client may have it at once."""
        session = self._session
        while session and session.waiting and len(session.in_flight) < IN_FLIGHT_MAX:
            topic, body, qos = session.waiting.popleft()
            number = 0
            if qos:
                number = session.last_number = session.last_number % 65_535 + 1
                session.in_flight[number] = (topic, body, qos)
            self._transport.write(publish_packet(topic, body, qos, number))

    def _take(self, kind: int, flags: int, body: bytes) -> None:
        if (kind == CONNECT) != (self._session is None):
            raise ValueError("CONNECT comes first, and once")
        if kind == CONNECT:
            self._connect(body)
        elif kind == PUBLISH:
            self._publish(flags, body)
        elif kind == PUBACK and self._session is not None:
            self._session.in_flight.pop(int.from_bytes(body[:2], "big"), None)
            self.send_waiting()
        elif kind == SUBSCRIBE and self._session is not None:
            self._subscribe(body)
        elif kind == PINGREQ:
            self._transport.write(packet(PINGRESP))
        elif kind == DISCONNECT:
            self._transport.close()

    def _connect(self, body: bytes) -> None:
        name, rest = take_text(body)
        flags, rest = rest[1], rest[4:]
        self._client, rest = take_text(rest)
        if name != "MQTT" or flags & 0b100:
            raise ValueError("not MQTT 3.1.1, or with a last will")
        user, rest = take_text(rest) if flags & 0x80 else ("", rest)
        password = take_text(rest)[0] if flags & 0x40 else ""
        if not self._broker.may(user, password):
            self._transport.write(packet(CONNACK, bytes([0, REFUSED])))
            self._transport.close()
            return
        self._is_clean = bool(flags & 0b10)
        self._attach()

    def _attach(self) -> None:
        """To the session of that name, old or new; an older connection of it is cut."""
        sessions = self._broker.sessions
        known = None if self._is_clean else sessions.get(self._client)
        session = sessions[self._client] = known or Session()
        if session.link is not None:
            session.link.cut()
        session.link, self._session = self, session
        self._transport.write(packet(CONNACK, bytes([known is not None, 0])))
        for number, (topic, body, qos) in list(session.in_flight.items()):
            self._transport.write(publish_packet(topic, body, qos, number, again=True))
        self.send_waiting()

    def _publish(self, flags: int, body: bytes) -> None:
        qos = flags >> 1 & 0b11
        topic, rest = take_text(body)
        if qos:
            self._transport.write(packet(PUBACK, rest[:2]))
            rest = rest[2:]
        self._broker.publish(topic, rest, min(qos, 1))

    def _subscribe(self, body: bytes) -> None:
        assert self._session is not None
        granted, rest = bytearray(body[:2]), body[2:]
        while rest:
            name, rest = take_text(rest)
            self._session.filters[name] = min(rest[0], 1)
            granted.append(self._session.filters[name])
            rest = rest[1:]
        self._transport.write(packet(SUBACK, bytes(granted)))


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic filter with + and # takes the topic."""
    wanted, levels = pattern.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(
        one in {"+", level} for one, level in zip(wanted, levels, strict=True)
    )


def packet(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    """A control packet: kind and flags, length in sevens of bits, body."""
    head, left = bytearray([kind << 4 | flags]), len(body)
    while True:
        left, seven = left >> 7, left & 0x7F
        head.append(seven | (0x80 if left else 0))
        if not left:
            return bytes(head) + body


def publish_packet(topic: str, body: bytes, qos: int, number: int, *, again: bool = False) -> bytes:
    name = topic.encode()
    middle = number.to_bytes(2, "big") if qos else b""
    flags = qos << 1 | (0b1000 if again else 0)
    return packet(PUBLISH, len(name).to_bytes(2, "big") + name + middle + body, flags)


def take_packet(read: bytearray) -> tuple[int, int, bytes] | None:
    """The first whole packet, cut from what was read: kind, flags, body; None: not whole yet."""
    length, place = 0, 1
    while True:
        if place >= len(read):
            return None
        length |= (read[place] & 0x7F) << 7 * (place - 1)
        place += 1
        if not read[place - 1] & 0x80:
            break
        if place > 4:
            raise ValueError("a length of more than four bytes")
    if length > PACKET_BYTES_MAX:
        raise ValueError("a packet larger than is read")
    if len(read) < place + length:
        return None
    kind, flags, body = read[0] >> 4, read[0] & 0x0F, bytes(read[place : place + length])
    del read[: place + length]
    return kind, flags, body


def take_text(body: bytes) -> tuple[str, bytes]:
    """A text with its length before it, and what follows it."""
    length = int.from_bytes(body[:2], "big")
    if len(body) < 2 + length:
        raise ValueError("a text cut short")
    return body[2 : 2 + length].decode(), body[2 + length :]
