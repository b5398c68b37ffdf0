"""What all acts beside the table of moves share: the alert, may I?, a line in its story."""

from __future__ import annotations

from datetime import datetime

from waypost.access.values import Permission, Posted
from waypost.alerts import reaching
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import Alert, AlertMove
from waypost.alerts.values import NO_SUCH_ALERT
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX


def alert_to_handle(alert_id: int, by: Posted, *, now: datetime, known: bool = True) -> Alert:
    """The alert, locked where the database can, if they may handle it.

    known   they must also know whose it is: a nameless call for help is not theirs to decide
    """
    found = Alert.objects.select_for_update().filter(pk=min(alert_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    named = reaching.check(by, Permission.ALERT_HANDLE, found, now=now)
    if known and not named:
        raise Refused("Named staff alone know whose alert this is; that is theirs to do.")
    return found


def tell(alert: Alert, what: str, *, by: Posted, now: datetime, note: str = "") -> None:
    """A line in the alert's story that moves nothing; open pages look again."""
    AlertMove.objects.create(
        alert=alert,
        at=now,
        what=what,
        from_status=alert.status,
        to_status=alert.status,
        officer_id=by.officer_id,
        note=note,
    )
    raise_inbox_version(now)
