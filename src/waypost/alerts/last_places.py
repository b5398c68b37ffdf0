"""Where the two of a call for help were last: the caller and whoever the call may be about.

Behind a purpose, each place with its own line track:viewed. The protected person's is shown to
their named staff alone; to anybody else it is as if there were none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from waypost.access import may
from waypost.access.values import Permission, Posted, Purpose
from waypost.alerts import reaching
from waypost.alerts.models import Alert
from waypost.alerts.values import NO_SUCH_ALERT, AlertKind
from waypost.devices.models import Protection
from waypost.errors import NoSuchThing, Refused
from waypost.orders.models import Person
from waypost.orders.queries import NUMBER_MAX, cases_of
from waypost.positions.queries import whereabouts
from waypost.positions.tracks import Speeds, TrackRow

LOOK_BACK = timedelta(hours=24)  # an older place says nothing of where they are
CALLS = frozenset({AlertKind.SOS, AlertKind.SOS_PROTECTED})


@dataclass(frozen=True, slots=True)
class LastPlace:
    """fix: the last usable one of the last day; None: there is none."""

    person_id: int
    name: str
    protected: bool
    calls: bool  # pressed the button
    fix: TrackRow | None


def last_places(
    alert_id: int, *, by: Posted, purpose: Purpose, now: datetime, speeds: Speeds
) -> tuple[LastPlace, ...]:
    """The caller's place first, then those of the others as far as the asker may know of them.

    raises   Refused for another kind of alert, or a purpose that is not theirs; NoSuchThing
    """
    alert = Alert.objects.filter(pk=min(alert_id, NUMBER_MAX)).first()
    if alert is None:
        raise NoSuchThing(NO_SUCH_ALERT)
    if not reaching.check(by, Permission.ALERT_READ, alert, now=now):
        raise Refused("Named staff alone may see where this call comes from.")
    if alert.kind not in CALLS:
        raise Refused("The last places are for a call for help; open the track instead.")
    others = _others(alert, now)
    cases = cases_of(others, now=now)
    known = [
        one
        for one in sorted(others)
        if may.decide(by, Permission.WHEREABOUTS_READ, cases[one]).allowed
    ]
    persons = Person.objects.in_bulk([alert.person_id, *known])
    return tuple(
        _place(persons[one], alert, by, purpose, now, speeds) for one in (alert.person_id, *known)
    )


def _others(alert: Alert, now: datetime) -> set[int]:
    standing = Protection.objects.filter(Q(to_at=None) | Q(to_at__gt=now), from_at__lte=now)
    if alert.kind == AlertKind.SOS:
        return set(standing.filter(wearer=alert.person_id).values_list("protected_id", flat=True))
    return set(standing.filter(protected=alert.person_id).values_list("wearer_id", flat=True))


def _place(
    person: Person, alert: Alert, by: Posted, purpose: Purpose, now: datetime, speeds: Speeds
) -> LastPlace:
    calls = person.pk == alert.person_id
    track = whereabouts(
        person.pk, now - LOOK_BACK, now, by=by, purpose=purpose, now=now, speeds=speeds,
        about={"alert": alert.pk} if calls else None,  # the other's line names no call of anybody
        opened_from=[(now - LOOK_BACK, now)],  # of which one fix is shown, the last
    )  # fmt: skip
    fix = next((row for row in reversed(track.rows) if row.used), None)
    named = may.decide(by, Permission.PERSON_READ).allowed and person.full_name
    return LastPlace(person.pk, named or person.reference, person.protected, calls, fix)
