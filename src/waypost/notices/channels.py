"""The channels that the operator has set up. No request leaves for one that has no key or address.

Mail is always there: by default it is written to files in the home. The test channel sends nothing
anywhere: what the canary is told by arrives once the outbox has carried it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from waypost.errors import BadUse
from waypost.notices.mail import Mail
from waypost.notices.notify import NotifySms
from waypost.notices.values import (
    CHANNELS,
    MAIL,
    SMS,
    TEST,
    WEBHOOK,
    Channel,
    Contact,
    Fate,
    Limit,
    Message,
    Receipt,
)
from waypost.notices.webhook import Webhook


class TestChannel:
    """The end of the canary's way: takes a message and sends nothing."""

    def send(self, message: Message) -> Receipt:
        del message
        return Receipt(delivered=True)

    def ask(self, reference: str) -> Fate:
        del reference
        return Fate.DELIVERED


def channels() -> dict[str, Channel]:
    """By name, as the settings say. BadUse for a setting that cannot be right."""
    given: dict[str, Any] = settings.NOTICES
    found: dict[str, Channel] = {MAIL: Mail(), TEST: TestChannel()}
    if given["sms_key"]:
        if not given["sms_template"]:
            raise BadUse("WAYPOST_SMS_KEY needs WAYPOST_SMS_TEMPLATE: the id of Notify's template")
        found[SMS] = NotifySms(given["sms_url"], given["sms_key"], given["sms_template"])
    if given["webhook"]:
        if not given["webhook_key"]:
            raise BadUse("WAYPOST_WEBHOOK needs WAYPOST_WEBHOOK_KEY: what its bodies are signed by")
        found[WEBHOOK] = Webhook(given["webhook"], given["webhook_key"].encode())
    return found


def limits() -> dict[str, Limit]:
    """WAYPOST_CHANNEL_LIMITS, like "sms=60,mail=600"; messages a minute."""
    found: dict[str, Limit] = {}
    for part in filter(None, str(settings.NOTICES["limits"]).replace(" ", "").split(",")):
        name, _, number = part.partition("=")
        if name not in CHANNELS or not number.isdecimal() or int(number) < 1:
            raise BadUse("WAYPOST_CHANNEL_LIMITS is like sms=60,mail=600: messages a minute")
        found[name] = Limit(int(number))
    return found


def duty_contacts() -> tuple[Contact, ...]:
    """WAYPOST_DUTY, like "sms:+447700900123,webhook": where the duty officer is rung, in order."""
    found: list[Contact] = []
    for part in filter(None, (one.strip() for one in settings.NOTICES["duty"].split(","))):
        name, _, address = part.partition(":")
        if name not in CHANNELS or (name in {SMS, MAIL} and not address):
            raise BadUse("WAYPOST_DUTY is like sms:+447700900123,mail:duty@example.org,webhook")
        found.append(Contact(name, address or "duty"))
    return tuple(found)


def check_settings() -> None:
    """BadUse, before anything runs, for a setting that cannot be right."""
    channels()
    limits()
    duty_contacts()
