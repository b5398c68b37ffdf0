"""Hand-over at shift change: what is open and why, given to another, who says that they have it.

    draft(by)           what there is to hand over, each with a line why it is open
    give(...)           written down; nothing moves
    take(...)           the alerts become the taker's, in one transaction
    take_back(...)      whom it was for did not come

Until it is taken all stays with whom it was, and the inbox shows that it waits. An officer has one
unfinished hand-over: giving again replaces it. What a third has taken on meanwhile stays theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from waypost.access import audit, may
from waypost.access.models import Officer
from waypost.access.queries import posted
from waypost.access.values import Permission, Posted, Reach
from waypost.alerts import clocks, reaching
from waypost.alerts.answering import stop
from waypost.alerts.duty import attendants
from waypost.alerts.inbox_version import raise_inbox_version
from waypost.alerts.lifecycle import STATUS_WORDS
from waypost.alerts.models import Alert, AlertMove, HandOver
from waypost.alerts.reaching import Within
from waypost.alerts.values import Status
from waypost.errors import Conflict, NoSuchThing, Refused

NO_SUCH_HAND_OVER = "There is no such hand-over."
WHY_MAX = 300


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert to hand over. why: the line as suggested, or as it was given."""

    alert_id: int
    reference: str  # of the person; empty of a nameless call
    headline: str
    status: str
    urgency: int
    attend_by: datetime | None
    mine: bool
    why: str


@dataclass(frozen=True, slots=True)
class HandOverSeen:
    """One that waits to be taken. may_take, may_take_back: by the asker."""

    hand_over_id: int
    at: datetime
    from_name: str
    to_name: str
    words: str
    count: int
    alerts: tuple[OpenAlert, ...]
    may_take: bool
    may_take_back: bool


def draft(by: Posted, *, now: datetime) -> list[OpenAlert]:
    """All uncleared alerts that the officer owns, or that nobody attends, most urgent first."""
    may.check(by, Permission.ALERT_HANDLE)
    alerts = list(_due(by, now))
    lines = _lines(alerts, now)
    reach = reaching.within(by, now=now)
    return [_open(one, by.officer_id, lines[one.pk], reach) for one in alerts]


def receivers(by: Posted, *, now: datetime) -> list[tuple[int, str]]:
    return [one for one in attendants(now=now) if one[0] != by.officer_id]


@transaction.atomic
def give(
    to_officer_id: int, words: str, notes: Mapping[int, str], *, by: Posted, now: datetime
) -> tuple[int, int]:
    """Write it down; its number, and how many alerts stay out of it, since the other may not know
    of them.

    notes   alert -> why it is open; where there is none, the line that was suggested
    """
    may.check(by, Permission.ALERT_HANDLE)
    giver_id = by.officer_id
    if giver_id is None:
        raise Refused("Only a person hands over.")
    other = Officer.objects.filter(pk=to_officer_id, is_active=True).first()
    if other is None or other.pk not in dict(receivers(by, now=now)):
        raise Refused("Choose who takes over: another officer who watches the whole estate.")
    them = posted(other, now=now)
    alerts = list(_due(by, now))
    known = _known(them, alerts, now)
    given = [one for one in alerts if one.pk in known]
    lines = _lines(given, now)
    why = {str(one.pk): notes.get(one.pk, "").strip() or lines[one.pk] for one in given}
    HandOver.objects.select_for_update().filter(from_officer_id=giver_id, taken_at=None).first()
    made, _ = HandOver.objects.update_or_create(
        from_officer_id=giver_id,
        taken_at=None,
        defaults={
            "at": now,
            "to_officer_id": other.pk,
            "alert_ids": [one.pk for one in given],
            "words": words.strip(),
            "notes": {number: line[:WHY_MAX] for number, line in why.items()},
        },
    )
    raise_inbox_version(now)
    audit.record(
        "hand_over:given", by=by, at=now,
        detail={"hand_over": made.pk, "to": other.pk, "alerts": made.alert_ids},
    )  # fmt: skip
    return int(made.pk), len(alerts) - len(given)


@transaction.atomic
def take(hand_over_id: int, *, by: Posted, now: datetime) -> int:
    """Say that one has it: the alerts that are still the giver's, or nobody's, become the taker's;
    how many. Those that nobody has attended still wait for somebody to."""
    may.check(by, Permission.ALERT_HANDLE)
    found = _waiting(hand_over_id)
    if found.to_officer_id != by.officer_id:
        raise Refused("This was handed over to somebody else; they take it, or it is given anew.")
    free = Q(owner_id=found.from_officer_id) | Q(owner_id=None)
    alerts = Alert.objects.select_for_update().filter(free, pk__in=found.alert_ids)
    free_now = list(alerts.exclude(status=Status.CLOSED).order_by("pk"))
    known = _known(by, free_now, now)
    taken = [one for one in free_now if one.pk in known]
    Alert.objects.filter(pk__in=[one.pk for one in taken]).update(
        owner_id=by.officer_id, version=F("version") + 1, touched_at=now
    )
    AlertMove.objects.bulk_create(
        AlertMove(
            alert=one, at=now, what="handed_over", from_status=one.status, to_status=one.status,
            officer_id=by.officer_id, note=found.notes.get(str(one.pk), ""),
        )
        for one in taken
    )  # fmt: skip
    HandOver.objects.filter(pk=found.pk).update(taken_at=now)
    raise_inbox_version(now)
    answered = stop(found.from_officer_id, now=now)  # their shift is over
    audit.record(
        "hand_over:taken", by=by, at=now,
        detail={"hand_over": found.pk, "from": found.from_officer_id,
                "alerts": [one.pk for one in taken], "ended_answering": answered},
    )  # fmt: skip
    return len(taken)


@transaction.atomic
def take_back(hand_over_id: int, *, by: Posted, now: datetime) -> None:
    """End one's own that nobody has taken: it is as if one had taken it oneself; nothing moves."""
    may.check(by, Permission.ALERT_HANDLE)
    found = _waiting(hand_over_id)
    if found.from_officer_id != by.officer_id:
        raise Refused("Only who gave it takes it back.")
    HandOver.objects.filter(pk=found.pk).update(taken_at=now, to_officer_id=by.officer_id)
    raise_inbox_version(now)
    audit.record("hand_over:taken_back", by=by, at=now, detail={"hand_over": found.pk})


def unfinished(by: Posted, *, now: datetime, whole: bool = False) -> list[HandOverSeen]:
    """Hand-overs that wait: the whole room's for who watches the estate, else one's own.

    whole   with their alerts; else only how many
    """
    if not may.decide(by, Permission.ALERT_HANDLE).allowed:
        return []
    rows = HandOver.objects.filter(taken_at=None).order_by("at", "pk")
    if may.reach(by, Permission.ALERT_HANDLE) is not Reach.ALL:
        rows = rows.filter(Q(from_officer_id=by.officer_id) | Q(to_officer_id=by.officer_id))
    found = list(rows)
    ids = {one for row in found for one in (row.from_officer_id, row.to_officer_id)}
    names = {one.pk: str(one) for one in Officer.objects.filter(pk__in=ids)} if ids else {}
    return [
        HandOverSeen(
            row.pk,
            row.at,
            names.get(row.from_officer_id, "former officer"),
            names.get(row.to_officer_id, "former officer"),
            row.words,
            len(row.alert_ids),
            _alerts_of(row, by, now) if whole else (),
            row.to_officer_id == by.officer_id,
            row.from_officer_id == by.officer_id,
        )
        for row in found
    ]


def why_open(alert: Alert, last_words: str, now: datetime) -> str:
    """A line for the officer to mend: what stands in the way of its end, as far as is known."""
    if alert.snoozed_until is not None and alert.snoozed_until > now:
        said = f"Put off until {clocks.said_at(alert.snoozed_until, settings.WALL_ZONE)}"
    elif alert.status == Status.RAISED:
        over = alert.attend_by is not None and alert.attend_by < now
        said = "Nobody has attended it" + (", and it is over its target" if over else "")
    else:
        said = STATUS_WORDS[Status(alert.status)].capitalize() + ", not yet closed"
    return f"{said}. {last_words}".strip()[:WHY_MAX]


def _due(by: Posted, now: datetime) -> QuerySet[Alert]:
    reach = reaching.as_filter(reaching.within(by, now=now))
    waits = Q(owner_id=by.officer_id) | Q(status=Status.RAISED, owner_id=None)
    found = Alert.objects.filter(reach, waits).exclude(status=Status.CLOSED)
    return found.select_related("person").order_by("-urgency", "raised_at", "pk")


def _lines(alerts: Sequence[Alert], now: datetime) -> dict[int, str]:
    """Why each is open, as far as is known: with the last words of an officer."""
    said = AlertMove.objects.filter(alert__in=alerts, officer_id__isnull=False).exclude(note="")
    last = dict(said.order_by("pk").values_list("alert_id", "note"))
    return {
        one.pk: why_open(one, f"Last: {last[one.pk]}" if one.pk in last else "", now)
        for one in alerts
    }


def _open(alert: Alert, officer_id: int | None, why: str, reach: Within) -> OpenAlert:
    return OpenAlert(
        alert.pk, alert.person.reference if reach.names(alert) else "", alert.headline,
        alert.status, alert.urgency, alert.attend_by, alert.owner_id == officer_id, why,
    )  # fmt: skip


def _alerts_of(row: HandOver, by: Posted, now: datetime) -> tuple[OpenAlert, ...]:
    reach = reaching.within(by, now=now)
    found = Alert.objects.filter(reaching.as_filter(reach), pk__in=row.alert_ids)
    in_order = found.select_related("person").order_by("-urgency", "raised_at", "pk")
    return tuple(
        _open(one, row.from_officer_id, row.notes.get(str(one.pk), ""), reach) for one in in_order
    )


def _known(officer: Posted, alerts: Sequence[Alert], now: datetime) -> set[int]:
    """Those of the alerts that the officer may know of, and so handle: both reach the estate."""
    reach = reaching.as_filter(reaching.within(officer, now=now))
    there = Alert.objects.filter(reach, pk__in=[one.pk for one in alerts])
    return set(there.values_list("pk", flat=True))


def _waiting(hand_over_id: int) -> HandOver:
    found = HandOver.objects.select_for_update().filter(pk=hand_over_id).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_HAND_OVER)
    if found.taken_at is not None:
        raise Conflict("It was taken already; reload the page.")
    return found
