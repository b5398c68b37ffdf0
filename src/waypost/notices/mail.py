"""Sends a notice by mail through Django's backend (by default: a file in the home)."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from waypost.errors import Unavailable
from waypost.notices.values import Fate, Message, Receipt, Undeliverable


class Mail:
    """Its Message-ID is the parcel's key: a reader's program that sees a repeat shows one."""

    def send(self, message: Message) -> Receipt:
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
        mail = EmailMessage(
            subject=message.subject,
            body=message.text,
            to=[message.address],
            headers={"Message-ID": f"<{message.key}@{domain}>"},
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if codes and all(500 <= code < 600 for code in codes):
                raise Undeliverable("the mail server knows no such address") from None
            raise Unavailable("the mail server refused the address for now") from None
        except (smtplib.SMTPException, ValueError) as error:
            raise Unavailable(f"the mail server: {type(error).__name__}") from error
        return Receipt()

    def ask(self, reference: str) -> Fate:
        del reference
        return Fate.ON_ITS_WAY
