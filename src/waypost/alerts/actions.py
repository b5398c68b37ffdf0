"""What people do to an alert: acknowledge, take in hand, note, explain, uphold, close, reopen.

Each is the same short story in one transaction: load, may I?, decide by NEXT, save by
compare-and-set on the version, the move, the inbox's version, the audit line last. What the machine
does to alerts stands in raising.py; `judge_changes` and `fire_holds` are handed on from there.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from waypost.access import audit
from waypost.access.values import Permission, Posted
from waypost.alerts import lifecycle, reaching
from waypost.alerts.atv import recount
from waypost.alerts.calling import acted
from waypost.alerts.grouping import settle
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.models import Alert, AlertMove
from waypost.alerts.raising import fire_holds, judge_changes
from waypost.alerts.values import NO_SUCH_ALERT, Act, AlertKind, Status
from waypost.errors import Conflict, NoSuchThing, Refused

__all__ = [
    "acknowledge",
    "close",
    "explain",
    "fire_holds",
    "judge_changes",
    "note",
    "reopen",
    "take_in_hand",
    "uphold",
]

# What says whether an absence was reasonable, and so what has added up (atv.py).
DECIDES = frozenset({Act.EXPLAIN, Act.UPHOLD, Act.CLOSE, Act.REOPEN})
MOVED_FIRST = "somebody moved this alert first; look at it again before you act"


def acknowledge(
    alert_id: int, *, by: Posted, now: datetime, note: str = "", expected_version: int | None = None
) -> Alert:
    """Say that it was seen; the officer becomes its owner when it has none."""
    return _act(alert_id, Act.ACKNOWLEDGE, by, now, note, expected_version)


def take_in_hand(
    alert_id: int, *, by: Posted, now: datetime, note: str = "", expected_version: int | None = None
) -> Alert:
    """Say that somebody is dealing with it: the officer becomes its owner."""
    return _act(alert_id, Act.TAKE_IN_HAND, by, now, note, expected_version)


def note(
    alert_id: int, *, by: Posted, now: datetime, note: str, expected_version: int | None = None
) -> Alert:
    """Add words; nothing else moves."""
    return _act(alert_id, Act.NOTE, by, now, note, expected_version)


def explain(
    alert_id: int, *, by: Posted, now: datetime, note: str, expected_version: int | None = None
) -> Alert:
    """Say that there was a reasonable excuse, and which."""
    return _act(alert_id, Act.EXPLAIN, by, now, note, expected_version)


def uphold(
    alert_id: int, *, by: Posted, now: datetime, note: str, expected_version: int | None = None
) -> Alert:
    """Say that it was a breach of the requirement, and why."""
    return _act(alert_id, Act.UPHOLD, by, now, note, expected_version)


def close(
    alert_id: int,
    *,
    by: Posted,
    now: datetime,
    outcome: str,
    note: str = "",
    expected_version: int | None = None,
) -> Alert:
    """End it, with how it ended (values.Outcome)."""
    return _act(alert_id, Act.CLOSE, by, now, note, expected_version, outcome=outcome)


def reopen(
    alert_id: int, *, by: Posted, now: datetime, note: str, expected_version: int | None = None
) -> Alert:
    """Raise a closed or withdrawn alert again, with the reason."""
    return _act(alert_id, Act.REOPEN, by, now, note, expected_version)


@transaction.atomic
def _act(
    alert_id: int,
    act: Act,
    by: Posted,
    now: datetime,
    note: str,
    expected_version: int | None,
    *,
    outcome: str = "",
) -> Alert:
    alert = _load(alert_id)
    reaching.check(by, Permission.ALERT_HANDLE, alert, now=now)
    if expected_version is not None and expected_version != alert.version:
        raise Conflict(MOVED_FIRST)
    before = Status(alert.status)
    after = lifecycle.decide(before, act, note=note, outcome=outcome)
    if act is not Act.NOTE:
        _save(alert, _changed(alert, act, after, by, now, outcome))
        settle(alert, now=now)
    AlertMove.objects.create(
        alert=alert,
        at=now,
        what=lifecycle.ACT_WORDS[act].replace(" ", "_"),
        from_status=before,
        to_status=after,
        officer_id=by.officer_id,
        note=note,
    )
    acted(alert, act, now)
    raise_inbox_version(now)
    if act in DECIDES and alert.kind == AlertKind.CURFEW:
        recount([alert.person_id], now=now)
    audit.record(
        f"alert:{lifecycle.ACT_WORDS[act].replace(' ', '_')}",
        by=by,
        at=now,
        about=alert.person_id,
        detail={"alert": alert.pk, **({"outcome": outcome} if outcome else {})},
    )
    return alert


def _load(alert_id: int) -> Alert:
    """The alert, locked where the database can (PostgreSQL); SQLite's writers queue anyway."""
    alert = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if alert is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    return alert


def _changed(
    alert: Alert, act: Act, after: Status, by: Posted, now: datetime, outcome: str
) -> dict[str, object]:
    changed: dict[str, object] = {"status": after.value, "touched_at": now}
    if act is Act.TAKE_IN_HAND or (act is Act.ACKNOWLEDGE and alert.owner_id is None):
        changed["owner_id"] = by.officer_id
    if act is Act.CLOSE:
        changed |= {"closed_at": now, "outcome": outcome, "open_subject": None}
    if act is Act.REOPEN:
        changed |= {"closed_at": None, "outcome": "", "open_subject": _free_subject(alert)}
    return changed


def _free_subject(alert: Alert) -> str:
    subject = f"{alert.person_id}:{alert.subject}"
    other = Alert.objects.filter(open_subject=subject).exclude(pk=alert.pk).first()
    if other is not None:
        raise Refused(f"alert {other.pk} is open on the same matter; go on there")
    return subject


def _save(alert: Alert, changed: dict[str, object]) -> None:
    saved = Alert.objects.filter(pk=alert.pk, version=alert.version).update(
        **changed, version=F("version") + 1
    )
    if not saved:
        raise Conflict(MOVED_FIRST)
    for name, value in {**changed, "version": alert.version + 1}.items():
        setattr(alert, name, value)
