"""Text messages by GOV.UK Notify's HTTP API.

Notify keeps no idempotency key but can be asked by our reference: a message that may have been sent
by a worker that died is looked for first. Its template has one field, ((message)).

source   docs.notifications.service.gov.uk/rest-api.html (v2)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from waypost import clock
from waypost.errors import BadUse, Unavailable
from waypost.notices.signing import notify_token
from waypost.notices.values import Fate, Message, Receipt, Undeliverable

ANSWER_WITHIN_S = 10.0
UUID_CHARS = 36
ENDS: dict[str, Fate] = {
    "delivered": Fate.DELIVERED,
    "permanent-failure": Fate.FAILED,
    "temporary-failure": Fate.FAILED,
    "technical-failure": Fate.FAILED,
}


class NotifySms:
    """The service's text messages. BadUse when the key is not shaped like one of Notify's.

    key        "name-SERVICE_ID-SECRET", both UUIDs
    template   id of the service's template
    """

    def __init__(
        self, url: str, key: str, template: str, *, now: Callable[[], datetime] = clock.now
    ) -> None:
        self._service, self._secret = key[-2 * UUID_CHARS - 1 : -UUID_CHARS - 1], key[-UUID_CHARS:]
        if len(key) < 2 * UUID_CHARS + 1 or self._service.count("-") != 4:
            raise BadUse("WAYPOST_SMS_KEY is no key of GOV.UK Notify: NAME-SERVICE_ID-SECRET")
        self._url, self._template, self._now = url.rstrip("/"), template, now

    def send(self, message: Message) -> Receipt:
        if message.again and (found := self._find(message.key)) is not None:
            return found
        answer = self._ask(
            "POST",
            "/v2/notifications/sms",
            json={
                "phone_number": message.address,
                "template_id": self._template,
                "personalisation": {"message": message.short},
                "reference": message.key,
            },
        )
        return Receipt(str(answer.get("id", "")))

    def ask(self, reference: str) -> Fate:
        answer = self._ask("GET", f"/v2/notifications/{reference}")
        return ENDS.get(str(answer.get("status")), Fate.ON_ITS_WAY)

    def _find(self, key: str) -> Receipt | None:
        """What was sent under this reference, unless it failed."""
        answer = self._ask("GET", "/v2/notifications", params={"reference": key})
        for one in answer.get("notifications", []):
            fate = ENDS.get(str(one.get("status")), Fate.ON_ITS_WAY)
            if fate is not Fate.FAILED:
                return Receipt(str(one.get("id", "")), fate is Fate.DELIVERED)
        return None

    def _ask(self, method: str, path: str, **what: Any) -> dict[str, Any]:
        token = notify_token(self._service, self._secret, now=self._now())
        return asked(method, self._url + path, headers={"Authorization": f"Bearer {token}"}, **what)


def asked(method: str, url: str, **what: Any) -> dict[str, Any]:
    """One request and the JSON object answered ({} where it is none).

    raises   Undeliverable when the message itself is at fault (400, 404, 410, 413, 422), else
             Unavailable; neither says the address or what was answered, which may quote it
    """
    try:
        answer = httpx.request(method, url, timeout=ANSWER_WITHIN_S, follow_redirects=False, **what)
    except httpx.HTTPError as error:
        raise Unavailable(f"no answer: {type(error).__name__}") from None
    if answer.status_code in {400, 404, 410, 413, 422}:
        raise Undeliverable(f"refused with {answer.status_code}")
    if not answer.is_success:
        raise Unavailable(f"answered {answer.status_code}")
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
