"""Who may see and do what: a unit's coordinators by the person's case, a police team by what was
sent to it, intelligence by its handling marks as well.

A police team never reaches the person: what they see is what the task says.
"""

from __future__ import annotations

from datetime import datetime

from waypost.access import may
from waypost.access.models import Organisation, Posting, Team
from waypost.access.values import Case, Permission, Posted, Role
from waypost.errors import NoSuchThing, Refused
from waypost.iom.deciding import can_see
from waypost.iom.models import Action, AgendaItem, Conference, Entry, Member, Offer, Task
from waypost.iom.values import (
    NO_SUCH_ACTION,
    NO_SUCH_CONFERENCE,
    NO_SUCH_ENTRY,
    NO_SUCH_OFFER,
    NO_SUCH_TASK,
    Handling,
    Marks,
    Side,
    Standing,
)
from waypost.orders.exceptions import conflicts_of
from waypost.orders.queries import NUMBER_MAX, case_of
from waypost.policing.values import POLICE_FORCE
from waypost.review.scope import unit_ids

NO_UNIT = "You are posted in no IOM unit; an administrator can post you in one."
OTHER_UNIT = "This person is managed by another IOM unit."


def unit_of(by: Posted) -> Organisation:
    """The unit for which the officer writes: the oldest in whose team they are posted."""
    found = Organisation.objects.filter(pk__in=unit_ids(by)).order_by("pk").first()
    if found is None:
        raise Refused(NO_UNIT)
    return found


def bodies_of(by: Posted) -> frozenset[int]:
    """All organisations in whose teams the officer is posted."""
    teams = Team.objects.filter(pk__in=by.team_ids)
    return frozenset(teams.values_list("organisation_id", flat=True))


def checked(person_id: int, permission: Permission, by: Posted, now: datetime) -> Case:
    """The case, if the officer may. NoSuchThing for who is not there, or no wearer."""
    case = case_of(person_id, now=now)
    may.check(by, permission, case)
    return case


def member_of(person_id: int, *, lock: bool = False) -> Member | None:
    rows = Member.objects.select_related("unit", "person")
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.filter(person_id=person_id).first()


def check_member(person_id: int, by: Posted) -> Member:
    """The membership that stands, of a unit of the officer's. Refused where there is none."""
    found = member_of(person_id)
    if found is None or found.standing == Standing.OUT:
        raise Refused("This person is in no cohort; select them first, with the reasons.")
    if not by.is_machine and found.unit_id not in unit_ids(by):
        raise Refused(OTHER_UNIT)
    return found


def find_offer(offer_id: int, permission: Permission, by: Posted, now: datetime) -> Offer:
    found = Offer.objects.filter(pk=min(offer_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_OFFER)
    may.check(by, permission, case_of(found.person_id, now=now), absent=NO_SUCH_OFFER)
    return found


def find_action(action_id: int, permission: Permission, by: Posted, now: datetime) -> Action:
    found = Action.objects.filter(pk=min(action_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_ACTION)
    may.check(by, permission, case_of(found.person_id, now=now), absent=NO_SUCH_ACTION)
    return found


def find_conference(conference_id: int, by: Posted, *, write: bool = False) -> Conference:
    """A conference of one of the officer's units; another's is as if there were none."""
    may.check(by, Permission.IOM_WRITE if write else Permission.IOM_READ)
    rows = Conference.objects.select_related("unit")
    found = rows.filter(pk=min(conference_id, NUMBER_MAX)).first()
    if found is None or not (by.is_machine or found.unit_id in unit_ids(by)):
        raise NoSuchThing(NO_SUCH_CONFERENCE)
    return found


def find_item(item_id: int, by: Posted, now: datetime) -> AgendaItem:
    """An item of a conference of the officer's, of a person of theirs."""
    found = AgendaItem.objects.filter(pk=min(item_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_CONFERENCE)
    find_conference(found.conference_id, by, write=True)
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.IOM_WRITE, case, absent=NO_SUCH_CONFERENCE)
    return found


def check_may_open(number: int, *, by: Posted, now: datetime) -> None:
    """Minutes are opened by coordinators of the unit who may know of everybody on the agenda
    (documents.needs); whoever may not reads the conference's page, which leaves people out."""
    found = find_conference(number, by)
    for person_id in found.items.values_list("person_id", flat=True):
        case = case_of(person_id, now=now)
        may.check(by, Permission.IOM_READ, case, absent=NO_SUCH_CONFERENCE)


def police_teams() -> list[tuple[int, str]]:
    """Teams of police forces that can be tasked: number and name."""
    rows = Team.objects.filter(organisation__kind=POLICE_FORCE).select_related("organisation")
    return [(one.pk, f"{one.organisation.name}, {one.name}") for one in rows.order_by("pk")]


def bodies() -> list[tuple[int, str]]:
    """Every organisation, for a form: number and name."""
    return list(Organisation.objects.order_by("name").values_list("pk", "name"))


def police_team(team_id: int) -> Team:
    found = Team.objects.filter(pk=team_id, organisation__kind=POLICE_FORCE).first()
    if found is None:
        raise Refused("Choose the police team that is asked.")
    return found


def officers_of_team(team_id: int, *, now: datetime) -> list[int]:
    """Who answers for the police team now."""
    live = Posting.objects.filter(
        role=Role.POLICE_REQUESTER, team_id=team_id, from_at__lte=now
    ).exclude(to_at__lte=now)
    return sorted(set(live.values_list("officer_id", flat=True)))


def find_task(task_id: int, by: Posted, now: datetime) -> tuple[Task, Side]:
    """The task, and on which side the officer stands. NoSuchThing where on neither."""
    rows = Task.objects.select_related("person", "team__organisation", "unit")
    found = rows.filter(pk=min(task_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_TASK)
    if found.person_id in conflicts_of(by):
        raise NoSuchThing(NO_SUCH_TASK)
    if found.team_id in by.team_ids and may.decide(by, Permission.TASK_ANSWER).allowed:
        return found, Side.TEAM
    if not may.decide(by, Permission.TASK_SEND).allowed:
        raise NoSuchThing(NO_SUCH_TASK)
    case = case_of(found.person_id, now=now)
    may.check(by, Permission.TASK_SEND, case, absent=NO_SUCH_TASK)
    return found, Side.UNIT


def marks_of(entry: Entry) -> Marks:
    return Marks(
        Handling(entry.handling), entry.unit_id, entry.entered_by_id,
        frozenset(entry.organisation_ids), frozenset(entry.officer_ids),
    )  # fmt: skip


def find_entry(entry_id: int, permission: Permission, by: Posted, now: datetime) -> Entry:
    """An entry that its marks let the officer see; any other is as if there were none."""
    found = Entry.objects.filter(pk=min(entry_id, NUMBER_MAX)).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_ENTRY)
    may.check(by, permission, case_of(found.person_id, now=now), absent=NO_SUCH_ENTRY)
    if not can_see(marks_of(found), by.officer_id, unit_ids(by), bodies_of(by)):
        raise NoSuchThing(NO_SUCH_ENTRY)
    return found
