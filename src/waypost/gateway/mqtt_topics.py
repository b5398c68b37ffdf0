"""What an MQTT topic of OwnTracks says about the sender: owntracks/USER/DEVICE, and parts below.

A broker that lets its users publish only under their own name makes the topic a proof of who
speaks; the body proves nothing. Which part of it is the id that a tag was fitted under is a
setting (`Naming`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from waypost.protocols.reading import DEVICE_ID_LENGTH_MAX, TEXT_LENGTH_MAX
from waypost.protocols.values import Unreadable

# Places; and what apps publish beside them that we read: borders crossed, beacons heard.
SUBSCRIPTIONS = ("owntracks/+/+", "owntracks/+/+/event", "owntracks/+/+/beacon")


class Naming(StrEnum):
    """Which part of owntracks/USER/DEVICE is our device id."""

    TOPIC = "topic"  # owntracks/USER/DEVICE, the id the same phone has over HTTP
    DEVICE = "device"
    USER = "user"
    EITHER = "either"  # the topic where a tag was fitted under it, else DEVICE where one was


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as read: who published, with which device."""

    user: str
    device: str

    @property
    def whole(self) -> str:
        return f"owntracks/{self.user}/{self.device}"


def read_topic(text: str) -> Topic:
    """The parts of owntracks/USER/DEVICE[/...]. Unreadable, saying why, when it is not one."""
    parts = text.split("/")
    if len(parts) not in {3, 4} or parts[0] != "owntracks" or not all(parts):
        raise Unreadable("the topic is not owntracks/USER/DEVICE")
    if not text.isprintable():
        raise Unreadable("the topic holds characters that cannot be printed")
    topic = Topic(parts[1], parts[2])
    if len(topic.whole) > DEVICE_ID_LENGTH_MAX:
        raise Unreadable(f"the topic is longer than {DEVICE_ID_LENGTH_MAX} characters")
    return topic


def name_of(topic: Topic, naming: Naming, is_known: Callable[[str], bool]) -> str:
    """Our id of the device that speaks; `is_known`: a tag was fitted under that id."""
    if naming is Naming.DEVICE:
        return topic.device
    if naming is Naming.USER:
        return topic.user
    if naming is Naming.EITHER and not is_known(topic.whole) and is_known(topic.device):
        return topic.device
    return topic.whole


def shown(text: str) -> str:
    """A topic fit to be kept as text: what cannot be printed is spelt out, and it has an end."""
    return text.encode("ascii", "backslashreplace").decode()[:TEXT_LENGTH_MAX]
