"""What a broker's message gives the line: a tag's message, bytes for an officer, or nothing."""

from __future__ import annotations

from datetime import datetime

from paho.mqtt.client import MQTTMessage

from waypost.gateway.identity import network_of
from waypost.gateway.mqtt_topics import Topic, shown
from waypost.gateway.values import Item, TagMessage, UnreadableMessage
from waypost.positions.values import Decoded
from waypost.protocols import owntracks

MESSAGE_BYTES_MAX = 2**20  # as over HTTP; `message_size_limit` of the broker should be lower


def item(message: MQTTMessage, topic: Topic, device: str, received_at: datetime) -> Item | None:
    """What goes in line for a message of this device; None for what says nothing now."""
    if len(message.payload) > MESSAGE_BYTES_MAX:
        reason = "the message is larger than 1 MiB; its beginning is kept"
        return unreadable(message, reason, received_at)
    sent = owntracks.published(shown(topic_text(message)), device, bytes(message.payload))
    decoded = owntracks.decode(sent)
    if message.retain and not _states_a_time(decoded):
        return None  # kept by the broker since who knows when: a last will, most often
    # The broker knows the phone's address, we know its user: one device, one user.
    network = network_of(f"mqtt user {topic.user}")
    return TagMessage("owntracks", sent.to_bytes(), decoded, received_at, network, vouched=True)


def unreadable(message: MQTTMessage, reason: str, received_at: datetime) -> UnreadableMessage:
    """The bytes of one that cannot be a tag's. Its broker is told that it was taken: it was."""
    body = bytes(message.payload[:MESSAGE_BYTES_MAX])
    kept = owntracks.published(shown(topic_text(message)), "", body).to_bytes()
    return UnreadableMessage("owntracks", kept, reason, received_at, status=200, vouched=True)


def topic_text(message: MQTTMessage) -> str:
    """The topic; a replacement sign for one that is not UTF-8."""
    try:
        return str(message.topic)
    except UnicodeDecodeError:
        return "\ufffd"


def _states_a_time(decoded: Decoded) -> bool:
    if decoded.error is not None:
        return True  # for an officer
    seen = [fix.measured_at for fix in decoded.fixes]
    return any(at is not None for at in [*seen, *(one.measured_at for one in decoded.events)])
