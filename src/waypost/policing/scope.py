"""Who may see and do what with notifications: the provider by the person, a force by what was sent.

An officer of a force never reaches the person: what they see is what the notification says, whoever
it is about. A provider's officer sees it as far as the person's case is theirs.
"""

from __future__ import annotations

from datetime import datetime

from waypost.access import may
from waypost.access.models import Organisation, Posting, Team
from waypost.access.values import Permission, Posted, Role
from waypost.errors import NoSuchThing, Refused
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.policing.models import Notification
from waypost.policing.values import NO_SUCH_NOTIFICATION, POLICE_FORCE, Side, Status

NEEDED: dict[Side, Permission] = {
    Side.PROVIDER: Permission.NOTIFICATION_SEND,
    Side.FORCE: Permission.NOTIFICATION_ANSWER,
}


def force_ids(by: Posted) -> frozenset[int]:
    """The police forces in whose teams the officer is posted."""
    teams = Team.objects.filter(pk__in=by.team_ids, organisation__kind=POLICE_FORCE)
    return frozenset(teams.values_list("organisation_id", flat=True))


def forces() -> list[Organisation]:
    """Every force that a notification can be sent to."""
    return list(Organisation.objects.filter(kind=POLICE_FORCE).order_by("name"))


def officers_of(force_id: int, *, now: datetime) -> list[int]:
    """Who answers for the force now: the requesters posted in its teams."""
    posted = Posting.objects.filter(
        role=Role.POLICE_REQUESTER, team__organisation_id=force_id, from_at__lte=now
    ).exclude(to_at__lte=now)
    return sorted(set(posted.values_list("officer_id", flat=True)))


def side_of(notification: Notification, by: Posted, *, now: datetime) -> Side:
    """On which side the officer reads it. NoSuchThing, or Refused, where on neither."""
    if notification.force_id in force_ids(by) and notification.status != Status.DRAFTED:
        may.check(by, Permission.NOTIFICATION_READ)
        return Side.FORCE
    provides = may.decide(by, Permission.NOTIFICATION_SEND).allowed
    if may.decide(by, Permission.NOTIFICATION_ANSWER).allowed and not provides:
        raise NoSuchThing(NO_SUCH_NOTIFICATION)  # another force's, or not sent yet
    case = case_of(notification.person_id, now=now)
    may.check(by, Permission.NOTIFICATION_READ, case, absent=NO_SUCH_NOTIFICATION)
    return Side.PROVIDER


def check_side(notification: Notification, side: Side, by: Posted, *, now: datetime) -> None:
    """Refused or NoSuchThing unless the officer may act on this side."""
    seen_as = side_of(notification, by, now=now)
    if side is Side.PROVIDER:
        if seen_as is not side:
            raise Refused("Only the provider who sent it can do that.")
        case = case_of(notification.person_id, now=now)
        may.check(by, NEEDED[side], case, absent=NO_SUCH_NOTIFICATION)
    elif seen_as is not side:
        raise Refused("Only an officer of the force that it was sent to can do that.")
    else:
        may.check(by, NEEDED[side])


def find(notification_id: int, *, lock: bool = False) -> Notification:
    """The record. NoSuchThing when there is none; the caller asks `side_of` next."""
    rows = Notification.objects.select_related("person", "force", "alert")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=min(notification_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_NOTIFICATION)
    return found


def check_may_open(number: int, *, by: Posted, now: datetime) -> None:
    """Papers about a notification are opened by whoever may read it (documents.needs)."""
    side_of(find(number), by, now=now)
