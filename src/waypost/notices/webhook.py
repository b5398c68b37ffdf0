"""Notices as signed HTTP requests to the one address that the operator named.

POST, JSON: {"key", "to", "subject", "text", "made_at"}; headers as signing.py says, and an
Idempotency-Key that is the same each time the same message is sent. 2xx is an arrival. A contact's
address is only a word in the body ("to"): nobody can aim requests at another machine by it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from waypost import clock
from waypost.clock import write_instant
from waypost.notices.notify import asked
from waypost.notices.signing import KEY, signed_headers
from waypost.notices.values import Fate, Message, Receipt


class Webhook:
    def __init__(self, url: str, key: bytes, *, now: Callable[[], datetime] = clock.now) -> None:
        self._url, self._key, self._now = url, key, now

    def send(self, message: Message) -> Receipt:
        body = json.dumps(
            {
                "key": message.key,
                "to": message.address,
                "subject": message.subject,
                "text": message.text,
                "made_at": write_instant(message.made_at),
            }
        ).encode()
        headers = signed_headers(self._key, body, now=self._now())
        headers |= {"Content-Type": "application/json", KEY: message.key}
        asked("POST", self._url, content=body, headers=headers)
        return Receipt(delivered=True)

    def ask(self, reference: str) -> Fate:
        del reference
        return Fate.ON_ITS_WAY
