"""The outbox: a notice is written in the transaction that made it true, and sent afterwards.

    enqueue(...)        inside the act; told once per (about, step, channel, officer)
    deliver(send, now)  the worker: claim, send, mark; back-off when it fails

A notice is claimed by compare-and-set, so two workers never send the same one at once. Mail itself
has no transaction: a crash after the server took a message and before it was marked sends it once
more. Its Message-ID is made from the notice's number, so a mail program that sees both shows one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from waypost.access.models import Officer
from waypost.errors import Unavailable
from waypost.notices.models import Notice

MAIL = "mail"
ATTEMPTS_MAX = 8  # with the back-off below, about four hours
BACK_OFF_FIRST = timedelta(minutes=1)
SENDING_MAX = timedelta(minutes=5)  # a claim older than this belonged to a worker that died


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel sends. `key` is the same each time the same notice is sent."""

    notice_id: int
    key: str
    address: str
    template: str
    words: Mapping[str, Any]
    made_at: datetime


def enqueue(
    *,
    about: str,
    step: str,
    officer_ids: Collection[int],
    template: str,
    words: Mapping[str, Any],
    now: datetime,
) -> None:
    """Tell these officers, once, when the surrounding transaction commits."""
    able = Officer.objects.filter(pk__in=officer_ids, is_active=True).exclude(email="")
    Notice.objects.bulk_create(
        [
            Notice(
                about=about,
                step=step,
                channel=MAIL,
                officer_id=officer_id,
                template=template,
                words=dict(words),
                try_after=now,
                made_at=now,
            )
            for officer_id in able.values_list("pk", flat=True)
        ],
        ignore_conflicts=True,
    )


def deliver(send: Callable[[Message], None], *, now: datetime, limit: int = 50) -> int:
    """Send what waits; how many went. Each notice is on its own: one failure stops no other."""
    take_back_abandoned(now=now)
    waiting = Notice.objects.filter(status="waiting", try_after__lte=now)
    sent = 0
    for notice in waiting.order_by("try_after", "pk")[:limit]:
        if _claim(notice, now):
            sent += _send_one(notice, send, now)
    return sent


def take_back_abandoned(*, now: datetime) -> int:
    """Notices a dead worker had claimed wait again."""
    left = Notice.objects.filter(status="sending", try_after__lte=now - SENDING_MAX)
    return left.update(status="waiting")


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling, at most two hours."""
    doublings = max(attempts - 1, 0)
    return min(BACK_OFF_FIRST * (1 << doublings), timedelta(hours=2))


def _claim(notice: Notice, now: datetime) -> bool:
    claimed = Notice.objects.filter(pk=notice.pk, status="waiting", attempts=notice.attempts)
    taken = claimed.update(status="sending", attempts=F("attempts") + 1, try_after=now)
    notice.attempts += taken
    return bool(taken)


def _send_one(notice: Notice, send: Callable[[Message], None], now: datetime) -> int:
    address = Officer.objects.values_list("email", flat=True).get(pk=notice.officer_id)
    try:
        send(_message(notice, address))
    except (OSError, Unavailable) as error:
        _put_back(notice, type(error).__name__, now)
        return 0
    Notice.objects.filter(pk=notice.pk, status="sending").update(
        status="sent", sent_at=now, failure=""
    )
    return 1


def _put_back(notice: Notice, failure: str, now: datetime) -> None:
    """Try again later, or give up. Only the kind of failure is kept: servers quote addresses."""
    given_up = notice.attempts >= ATTEMPTS_MAX
    Notice.objects.filter(pk=notice.pk, status="sending").update(
        status="failed" if given_up else "waiting",
        failure=failure,
        try_after=now + back_off(notice.attempts),
    )


def _message(notice: Notice, address: str) -> Message:
    return Message(
        notice_id=notice.pk,
        key=f"waypost-notice-{notice.pk}",
        address=address,
        template=notice.template,
        words=notice.words,
        made_at=notice.made_at,
    )


def signs() -> dict[str, tuple[float, str]]:
    """How the outbox stands, for those who watch over the machine: name -> (value, what it is)."""
    return {
        "notices_waiting": (Notice.objects.filter(status="waiting").count(), "Notices to be sent"),
        "notices_failed": (Notice.objects.filter(status="failed").count(), "Notices given up"),
    }
