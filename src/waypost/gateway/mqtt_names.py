"""Which device an MQTT topic stands for, remembered: the store is asked once for each sender."""

from __future__ import annotations

import asyncio
import time

from django.db import Error, connection

from waypost.errors import Unavailable
from waypost.gateway.mqtt_topics import Naming, Topic, name_of
from waypost.orders.models import Activation

KNOWN_FOR_S = 60.0  # a tag may be fitted under the other of its two names
UNKNOWN_FOR_S = 1.0  # or just have been fitted
SENDERS_MAX = 50_000  # remembered; a stranger may invent as many as he likes


class Names:
    """For the loop's thread."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._names: dict[Topic, tuple[str, float]] = {}
        self._asked: dict[Topic, asyncio.Task[str]] = {}

    def find(self, topic: Topic) -> str | None:
        """The device id, when it needs no look into the store."""
        if self._naming is not Naming.EITHER:
            return name_of(topic, self._naming, lambda _: False)
        name, until_s = self._names.get(topic, ("", 0.0))
        return name if time.monotonic() < until_s else None

    async def ask(self, topic: Topic) -> str:
        """The device id as the store knows it now. Unavailable when the store does not answer."""
        if topic not in self._asked:
            self._asked[topic] = asyncio.create_task(self._ask(topic))
        try:
            return await asyncio.shield(self._asked[topic])
        finally:
            self._asked.pop(topic, None)

    async def _ask(self, topic: Topic) -> str:
        known = await asyncio.to_thread(_fitted_of, (topic.whole, topic.device))
        name = name_of(topic, self._naming, known.__contains__)
        if len(self._names) >= SENDERS_MAX:
            self._names.clear()
        for_s = KNOWN_FOR_S if name in known else UNKNOWN_FOR_S
        self._names[topic] = name, time.monotonic() + for_s
        return name


def _fitted_of(names: tuple[str, ...]) -> set[str]:
    """Those of the names under which a tag was ever fitted."""
    try:
        found = Activation.objects.filter(device_reference__in=names)
        return set(found.values_list("device_reference", flat=True).distinct())
    except Error as error:
        raise Unavailable("the store does not answer") from error
    finally:
        connection.close()
