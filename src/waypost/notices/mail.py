"""Sends a notice by mail through Django's backend (by default: a file in the home)."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from waypost.errors import Unavailable
from waypost.notices.outbox import Message
from waypost.notices.templates import fill


def send_mail(message: Message) -> None:
    """Hand one message to the mail server. Unavailable when it does not take it."""
    subject, text = fill(message.template, message.words)
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    mail = EmailMessage(
        subject=subject,
        body=text,
        to=[message.address],
        headers={"Message-ID": f"<{message.key}@{domain}>"},
    )
    try:
        mail.send()
    except smtplib.SMTPException as error:
        raise Unavailable(f"the mail server refused notice {message.notice_id}") from error
