"""One act on a notification: load, may I?, decide by NEXT, save by compare-and-set, the move, the
clock that runs next. Actions add their own words, tell, and leave the audit line.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from waypost.access.values import Posted
from waypost.errors import Conflict
from waypost.jobs import due
from waypost.policing import lifecycle, scope
from waypost.policing.clocks import Clocks, waiting
from waypost.policing.models import Notification, NotificationMove
from waypost.policing.values import SIDE, Act, Side, Status

CLOCK_DUE = "notification_clock"
MOVED_FIRST = "somebody moved this notification first; look at it again before you act"


def load(
    notification_id: int, side: Side, by: Posted, now: datetime, expected_version: int | None
) -> Notification:
    """The record, locked where the database can, for an act of this side."""
    found = scope.find(notification_id, lock=True)
    scope.check_side(found, side, by, now=now)
    if expected_version is not None and expected_version != found.version:
        raise Conflict(MOVED_FIRST)
    return found


def move(
    notification: Notification,
    act: Act,
    *,
    by: Posted,
    now: datetime,
    words: str = "",
    changed: dict[str, Any] | None = None,
    clocks: Clocks | None = None,
    answer: str = "",
    signed_by: str = "",
    by_file: bool = False,
) -> None:
    """The act done. clocks: as they are from now on; None: unchanged"""
    before = Status(notification.status)
    after = lifecycle.decide(before, act, words=words)
    values: dict[str, Any] = {"status": after.value, **(changed or {})}
    if clocks is not None:
        values |= as_columns(clocks)
    if after is Status.CLOSED:
        values |= {"closed_at": now, **as_columns(Clocks())}
    _save(notification, values)
    NotificationMove.objects.create(
        notification=notification, at=now, act=act.value, side=SIDE[act].value,
        from_status=before.value, to_status=after.value, officer_id=by.officer_id, answer=answer,
        words=words.strip(), signed_by=signed_by, by_file=by_file,
    )  # fmt: skip
    wind(notification)


def clocks_of(notification: Notification) -> Clocks:
    return Clocks(
        notification.receive_by, notification.answer_by, notification.supply_by,
        notification.result_by, notification.left,
    )  # fmt: skip


def as_columns(clocks: Clocks) -> dict[str, Any]:
    return {
        "receive_by": clocks.receive_by, "answer_by": clocks.answer_by,
        "supply_by": clocks.supply_by, "result_by": clocks.result_by, "left": clocks.left,
    }  # fmt: skip


def wind(notification: Notification) -> None:
    """The due table brings it up when the clock that runs now ends."""
    runs = waiting(clocks_of(notification), Status(notification.status))
    subject = str(notification.pk)
    if runs is None:
        due.clear(CLOCK_DUE, [subject])
    else:
        due.set_due([due.DueRow(CLOCK_DUE, subject, runs.by)])


def _save(notification: Notification, values: dict[str, Any]) -> None:
    saved = Notification.objects.filter(pk=notification.pk, version=notification.version).update(
        **values, version=F("version") + 1
    )
    if not saved:
        raise Conflict(MOVED_FIRST)
    for name, value in {**values, "version": notification.version + 1}.items():
        setattr(notification, name, value)
