"""Alerts find their incident: loaded, decided by incidents.py, saved in the caller's transaction.

gather_stories(moved, ...)   alerts that the machine moved join, open or bridge incidents
settle(alert, ...)           an incident ends with the last of its alerts, and opens again
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from waypost.alerts.incidents import Story, gather, keys_of
from waypost.alerts.models import Alert, AlertViolation, Incident
from waypost.alerts.ranking import Spoken
from waypost.alerts.values import AlertKind, Status


@dataclass(frozen=True, slots=True)
class Member:
    """An alert with when it was last heard of."""

    alert: Alert
    last_at: datetime


def gather_stories(moved: Sequence[Alert], *, now: datetime, spoken: Spoken) -> None:
    """The stories of these alerts' persons as they stand after the news.

    moved    records in the caller's hands: they are told of their incident
    spoken   the violations that they speak of (ranking.spoken_of)
    """
    news = {alert.pk: alert for alert in moved}
    if not news:
        return
    by_person = _members({alert.person_id for alert in moved}, news, spoken, now)
    for person_id in sorted(by_person):
        members = by_person[person_id]
        for story in gather(_stories(members.values())):
            if story.alert_ids & news.keys():
                incident_id = _keep(person_id, story, members, now)
                for alert in moved:
                    if alert.pk in story.alert_ids:
                        alert.incident_id = incident_id


def settle(alert: Alert, *, now: datetime) -> None:
    """After a person moved the alert: its incident is open while one of its alerts is."""
    if alert.incident_id is None:
        return
    incident = Incident.objects.select_for_update().get(pk=alert.incident_id)
    is_open = Alert.objects.filter(incident=incident).exclude(status=Status.CLOSED).exists()
    if is_open is (incident.closed_at is not None):
        Incident.objects.filter(pk=incident.pk).update(closed_at=None if is_open else now)


def _members(
    person_ids: Iterable[int], news: Mapping[int, Alert], spoken: Spoken, now: datetime
) -> dict[int, dict[int, Member]]:
    """Alerts that a story may be made of, by person: the open ones, and closed ones of a story
    that goes on."""
    goes_on = Q(incident__isnull=False, incident__closed_at__isnull=True)
    found = Alert.objects.filter(person_id__in=set(person_ids)).filter(
        goes_on | ~Q(status=Status.CLOSED)
    )
    alerts = list(found.select_related("incident").order_by("pk"))
    lasting = AlertViolation.objects.filter(alert__in=alerts, withdrawn=False, ended=False)
    going = set(lasting.values_list("alert_id", flat=True))
    members: dict[int, dict[int, Member]] = defaultdict(dict)
    for alert in alerts:
        last_at = now if alert.pk in going else _last(alert, news, spoken, now)
        members[alert.person_id][alert.pk] = Member(alert, last_at)
    return members


def _last(alert: Alert, news: Mapping[int, Alert], spoken: Spoken, now: datetime) -> datetime:
    """What is over was last heard of when it ended, even if that is found days later."""
    if alert.pk in news and alert.incident_id is not None:
        return now
    ends = [row.to_at or now for row in spoken.get(alert.pk, ())]
    return max(ends, default=alert.from_at)


def _stories(members: Iterable[Member]) -> list[Story]:
    """Each member by itself; those of one incident share its number, and so become one again."""
    return _rejoined(
        Story(
            frozenset({one.alert.pk}),
            keys_of(AlertKind(one.alert.kind), one.alert.requirement_reference),
            one.alert.from_at,
            max(one.last_at, one.alert.incident.touched_at if one.alert.incident else one.last_at),
            frozenset({one.alert.incident_id} if one.alert.incident_id is not None else ()),
        )
        for one in members
    )


def _rejoined(stories: Iterable[Story]) -> list[Story]:
    """What is in an incident stays in it, whatever its kind has become since."""
    found: dict[frozenset[int], Story] = {}
    alone: list[Story] = []
    for story in stories:
        if not story.incident_ids:
            alone += [story] if story.keys else []
        elif story.incident_ids in found:
            found[story.incident_ids] = found[story.incident_ids].with_(story)
        else:
            found[story.incident_ids] = story
    return [*found.values(), *alone]


def _keep(person_id: int, story: Story, members: Mapping[int, Member], now: datetime) -> int:
    """Save the story: the oldest of its incidents stays, the others end in it."""
    mine = [members[one].alert for one in sorted(story.alert_ids)]
    is_open = any(alert.status != Status.CLOSED for alert in mine)
    stands = {"touched_at": story.last_at, "closed_at": None if is_open else now}
    if story.incident_ids:
        kept, *others = sorted(story.incident_ids)
        Incident.objects.filter(pk=kept).update(**stands)
    else:
        made = Incident.objects.create(person_id=person_id, opened_at=now, **stands)
        kept, others = made.pk, []
    new = [alert.pk for alert in mine if alert.incident_id != kept]
    if new:
        Alert.objects.filter(Q(pk__in=new) | Q(incident_id__in=others)).update(incident_id=kept)
    if others:
        Incident.objects.filter(pk__in=others).update(closed_at=now)
    return kept
