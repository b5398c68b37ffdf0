"""Writes notices into the outbox, inside the transaction that made them true (outbox.py)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from waypost.access.models import Officer
from waypost.notices import choosing
from waypost.notices.contacts import officers_with_contacts
from waypost.notices.models import Notice
from waypost.notices.values import DUTY, Status, Weight


def enqueue(
    *,
    about: str,
    step: str,
    officer_ids: Collection[int] = (),
    person_ids: Collection[int] = (),
    to_duty: bool = False,
    template: str,
    words: Mapping[str, Any],
    now: datetime,
    weight: Weight | None = None,
    passed: Collection[str] = (),
    until_at: datetime | None = None,
) -> None:
    """Tell these people, once, when the surrounding transaction commits.

    officer_ids   those who are active and can be reached at all
    person_ids    wearers and protected people, by the contacts recorded for them
    to_duty       the duty officer, where the operator's settings name one
    weight        None: as choosing.weigh says
    passed        channels that it must not leave by
    until_at      when it is of no use any more: what has not left by then is called off
    """
    told = weight if weight is not None else choosing.weigh(step, words)
    able = Officer.objects.filter(pk__in=officer_ids, is_active=True)
    reached = officers_with_contacts(officer_ids, now=now)
    recipients: list[dict[str, Any]] = [
        {"recipient": f"officer:{officer_id}", "officer_id": officer_id}
        for officer_id, email in able.order_by("pk").values_list("pk", "email")
        if email or officer_id in reached
    ]
    recipients += [{"recipient": f"person:{one}", "person_id": one} for one in sorted(person_ids)]
    if to_duty:
        recipients.append({"recipient": DUTY})
    Notice.objects.bulk_create(
        [
            Notice(
                about=about, step=step, template=template, words=dict(words), weight=told,
                passed=list(passed), try_after=now, made_at=now, until_at=until_at, **recipient,
            )
            for recipient in recipients
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def call_off(abouts: Collection[str], why: str) -> int:
    """Nobody is told of these any more, as far as they have not been told; how many notices."""
    waiting = Notice.objects.filter(about__in=abouts, status=Status.WAITING)
    return waiting.update(status=Status.CALLED_OFF, failure=why, claim="")
