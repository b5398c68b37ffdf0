"""A subscription at an MQTT broker (Mosquitto): OwnTracks messages, acknowledged once committed.

    broker -> topic and body read -> line -> committer: one transaction -> PUBACK

The session is persistent and QoS 1: what was not acknowledged when the gateway died, or when the
store did not answer, the broker sends again on the next connection. So a lost store ends the
connection; it is tried again with growing pauses. The acknowledgement by hand is what the promise
hangs on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from waypost import clock
from waypost.errors import BadUse, Unavailable
from waypost.gateway.figures import Tally
from waypost.gateway.mqtt_messages import item, topic_text, unreadable
from waypost.gateway.mqtt_names import Names
from waypost.gateway.mqtt_socket import LoopSocket
from waypost.gateway.mqtt_topics import SUBSCRIPTIONS, Naming, Topic, read_topic
from waypost.gateway.values import Item, Outcome
from waypost.home import secret
from waypost.protocols.values import Unreadable

logger = logging.getLogger(__name__)
HELD_BYTES_MAX = 8 * 2**20  # of messages not yet committed: more are not read from the broker
CONNECT_WITHIN_S = 10.0
MISC_EVERY_S = 1.0  # how often pings and silence are looked after
PAUSE_S_LEAST, PAUSE_S_MOST = 1.0, 60.0  # between two tries
STOP_WITHIN_S = 10.0
QOS = 1
Answer = Callable[[Outcome | Unavailable], None]
Keep = Callable[[Item, Answer, int], None]


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and how it knows us. tls: over TLS, checked against `ca` or, without
    one, against what the machine trusts."""

    host: str
    port: int
    tls: bool = False
    user: str = ""
    password: str = ""
    ca: str = ""
    certificate: str = ""
    key: str = ""

    def context(self) -> ssl.SSLContext | None:
        """BadUse when a file named in a setting cannot be used."""
        if not self.tls:
            return None
        try:
            made = ssl.create_default_context(cafile=self.ca or None)
            if self.certificate:
                made.load_cert_chain(self.certificate, self.key or None)
        except OSError as error:  # ssl.SSLError is one
            raise BadUse(f"a file of WAYPOST_MQTT_* cannot be used: {error}") from None
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        return made


def read_broker(host: str, port: int, *, tls: bool, said: Mapping[str, str]) -> Broker:
    """The broker of one --listen mqtt=HOST:PORT, with what the settings say of it."""
    about = {name: said.get(name, "") for name in ("user", "password", "ca", "certificate", "key")}
    return Broker(host, port, tls, **about)


def read_naming(word: str) -> Naming:
    """The setting of that word; BadUse when there is none."""
    try:
        return Naming(word or Naming.EITHER)
    except ValueError:
        several = ", ".join(Naming)
        raise BadUse(f"WAYPOST_MQTT_DEVICE is {word!r}; it can be {several}") from None


class Subscription:
    """One broker's messages into the line, for as long as the gateway runs.

    keep   puts an item in line, or raises Unavailable; its answer is given in this loop's thread
    """

    def __init__(self, broker: Broker, names: Names, keep: Keep, tally: Tally) -> None:
        self._broker, self._names, self._keep, self._tally = broker, names, keep, tally
        self._context = broker.context()
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._visit: _Visit | None = None
        self._pause_s = PAUSE_S_LEAST

    async def serve(self) -> None:
        """Subscribed until `stop`; what is in line then is still answered."""
        while not self._stopping.is_set():
            self._visit = _Visit(self._new_client(), self._names, self._keep, self._tally)
            kind = await self._visit.run(self._broker)
            if self._visit.acknowledged:
                self._pause_s = PAUSE_S_LEAST
            if self._stopping.is_set():
                return
            self._tally.refusals[kind] += 1
            logger.warning("the MQTT broker is away (%s); again in %.0f s", kind, self._pause_s)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._pause_s)
            self._pause_s = min(2 * self._pause_s, PAUSE_S_MOST)

    def stop(self) -> None:
        """Take no more; `serve` ends once what was taken is answered."""
        self._stopping.set()
        if self._visit is not None:
            self._visit.part()

    def _new_client(self) -> Client:
        """The same name each time, so that the broker knows its session again."""
        name = sha256(secret("network") + b"mqtt").hexdigest()[:16]
        client = Client(
            CallbackAPIVersion.VERSION2,
            f"waypost-{name}",
            clean_session=False,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_WITHIN_S
        if self._broker.user:
            client.username_pw_set(self._broker.user, self._broker.password or None)
        if self._context is not None:
            client.tls_set_context(self._context)
        return client


class _Visit:
    """One connection from beginning to end."""

    def __init__(self, client: Client, names: Names, keep: Keep, tally: Tally) -> None:
        self._client, self._names, self._keep, self._tally = client, names, keep, tally
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._socket = LoopSocket(client, self._end)
        self._is_subscribed = self._is_parting = self._is_over = False
        self._held, self._held_bytes = 0, 0
        self.acknowledged = 0
        client.on_connect, client.on_disconnect = self._connected, self._disconnected
        client.on_subscribe, client.on_message = self._subscribed, self._arrived

    async def run(self, broker: Broker) -> str:
        """Why it ended, in a word for the figures."""
        try:
            await self._socket.connect(broker.host, broker.port)
            return await self._until_ended()
        except ssl.SSLError:
            return "tls"
        except (OSError, ValueError):
            return "unreachable"
        finally:
            self._is_over = True
            self._tally.open -= self._is_subscribed
            self._socket.close()

    def part(self) -> None:
        """Read no more; end when all that was read is answered."""
        self._is_parting = True
        self._socket.pause()
        if not self._held:
            self._end("stopping")
        self._loop.call_later(STOP_WITHIN_S, self._end, "stopping")

    async def _until_ended(self) -> str:
        until_s = self._loop.time() + CONNECT_WITHIN_S
        while not self._ended.done():
            await asyncio.wait({self._ended}, timeout=MISC_EVERY_S)
            self._client.loop_misc()
            if not self._is_subscribed and self._loop.time() > until_s:
                self._end("silent")
        return self._ended.result()

    def _connected(self, client: Client, _: Any, flags: Any, reason: Any, more: Any) -> None:
        if reason.is_failure:
            self._end("refused")
        else:  # also where the session is known: it may be older than a topic we subscribe to
            client.subscribe([(topic, QOS) for topic in SUBSCRIPTIONS])

    def _subscribed(self, client: Client, _: Any, mid: int, reasons: Any, more: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            self._end("subscription_refused")
        elif not self._is_subscribed:
            self._is_subscribed = True
            self._tally.open += 1
            self._tally.connections += 1
            logger.info("subscribed at the MQTT broker")

    def _disconnected(self, client: Client, _: Any, flags: Any, reason: Any, more: Any) -> None:
        self._end("lost")

    def _arrived(self, client: Client, _: Any, message: MQTTMessage) -> None:
        """One message: its device first; for a sender not met before the store is asked."""
        self._tally.frames += 1
        self._tally.bytes += len(message.payload)
        self._held += 1
        self._held_bytes += len(message.payload)
        if self._held_bytes > HELD_BYTES_MAX:
            self._socket.pause()
        try:
            topic = read_topic(topic_text(message))
        except Unreadable as trouble:
            self._put_in_line(message, unreadable(message, str(trouble), clock.now()))
            return
        device = self._names.find(topic)
        if device is not None:
            self._put_in_line(message, item(message, topic, device, clock.now()))
            return
        asked = self._loop.create_task(self._names.ask(topic))
        asked.add_done_callback(lambda name: self._named(message, topic, name))

    def _named(self, message: MQTTMessage, topic: Topic, name: asyncio.Future[str]) -> None:
        if name.cancelled() or name.exception() is not None:
            self._answered(message, Unavailable("the store does not answer"))
        else:
            self._put_in_line(message, item(message, topic, name.result(), clock.now()))

    def _put_in_line(self, message: MQTTMessage, one: Item | None) -> None:
        if one is None:
            self._answered(message, None)
            return
        try:
            self._keep(one, lambda outcome: self._answered(message, outcome), len(message.payload))
        except Unavailable as error:
            self._answered(message, error)

    def _answered(self, message: MQTTMessage, outcome: Outcome | Unavailable | None) -> None:
        """Acknowledge what is kept, on the connection that it came by: on another its number may
        be another message's."""
        if self._is_over:
            return
        self._held -= 1
        self._held_bytes -= len(message.payload)
        if isinstance(outcome, Unavailable):
            self._end("store_away")
            return
        if message.qos:
            self._client.ack(message.mid, message.qos)
        self.acknowledged += 1
        self._tally.replies += 1
        if self._is_parting:
            if not self._held:
                self._end("stopping")
        elif self._socket.is_paused and self._held_bytes < HELD_BYTES_MAX // 2:
            self._socket.resume()

    def _end(self, reason: str) -> None:
        if not self._ended.done():
            self._ended.set_result(reason)
