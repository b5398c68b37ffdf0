"""Case conferences: planned, their agenda, who came, what was decided and agreed, their minutes.

plan, put_on_agenda, take_off_agenda   before and while it is held
attend, decide_item, agree_action      while it is held
move_conference                        held, called off, closed; minutes.py draws them up
settle_action                          later, by whoever owes it or the coordinator
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Permission, Posted, Purpose
from waypost.errors import Conflict, Refused
from waypost.iom.deciding import decide_action, decide_conference, said
from waypost.iom.models import Action, AgendaItem, Attendance, Conference
from waypost.iom.offering import owner_of
from waypost.iom.scope import (
    check_member,
    checked,
    find_action,
    find_conference,
    find_item,
    unit_of,
)
from waypost.iom.values import (
    NAME_MAX,
    ActionAct,
    ActionStatus,
    ConferenceAct,
    ConferenceStatus,
)

MOVED = "Somebody wrote of this conference meanwhile; reload and look again."
WRITTEN = frozenset({ConferenceStatus.PLANNED, ConferenceStatus.HELD})
FAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Planned:
    """What a form says of a conference that is to be."""

    title: str
    at: datetime
    place: str
    chair: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a form says of an action. owner_name: sign-in name, where the owner has one."""

    what: str
    agency: str
    owner: str
    due_at: datetime
    owner_name: str = ""


@transaction.atomic
def plan(planned: Planned, person_ids: Collection[int], *, by: Posted, now: datetime) -> int:
    """A conference of the officer's unit with these members on its agenda; gives its number."""
    may.check(by, Permission.IOM_WRITE)
    unit = unit_of(by)
    if not now - timedelta(days=31) <= planned.at <= now + FAR:
        raise Refused("Say when it is: within the coming year, or in the month that is over.")
    made = Conference.objects.create(
        unit=unit, title=_short(planned.title, "Give the conference a name."), at=planned.at,
        place=" ".join(planned.place.split())[:200],
        chair=_short(planned.chair, "Say who chairs it."), status=ConferenceStatus.PLANNED,
        made_at=now, made_by_id=by.officer_id,
    )  # fmt: skip
    for person_id in sorted(set(person_ids)):
        _put_on(made, person_id, "In the cohort", by, now)
    audit.record(
        "conference:planned", by=by, at=now,
        detail={"conference": made.pk, "people": len(set(person_ids))},
    )  # fmt: skip
    return made.pk


@transaction.atomic
def put_on_agenda(
    conference_id: int, person_id: int, why: str, *, by: Posted, now: datetime
) -> None:
    """One more person, with why. Who is on it already stays as they are."""
    found = _written(conference_id, by)
    item = _put_on(found, person_id, why, by, now)
    audit.record(
        "conference:person_added", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
        detail={"conference": found.pk, "item": item.pk},
    )  # fmt: skip


@transaction.atomic
def take_off_agenda(item_id: int, *, by: Posted, now: datetime) -> None:
    """Off the agenda of a conference that is planned, while nothing was decided of them."""
    item = find_item(item_id, by, now)
    found = _written(item.conference_id, by)
    if found.status != ConferenceStatus.PLANNED or item.decided_at is not None:
        raise Refused("Somebody is left out before it is held, while nothing was decided of them.")
    item.delete()
    audit.record(
        "conference:person_left_out", by=by, at=now, about=item.person_id,
        purpose=Purpose.SUPERVISION, detail={"conference": found.pk},
    )  # fmt: skip


@transaction.atomic
def attend(
    conference_id: int, agency: str, name: str, *, present: bool, by: Posted, now: datetime
) -> None:
    """Who came, or sent apologies, for which agency. Said again, the later word holds."""
    found = _written(conference_id, by)
    Attendance.objects.update_or_create(
        conference=found, agency=_short(agency, "Say for which agency."),
        name=_short(name, "Say who came, or who sent apologies."),
        defaults={"present": present, "recorded_at": now, "recorded_by_id": by.officer_id},
    )  # fmt: skip
    audit.record(
        "conference:attended", by=by, at=now, detail={"conference": found.pk, "present": present}
    )


@transaction.atomic
def decide_item(
    item_id: int, decision: str, *, expected_version: int, by: Posted, now: datetime
) -> None:
    """What was decided of a person."""
    item = find_item(item_id, by, now)
    found = _held(item.conference_id, by)
    words = said(decision, "Say what was decided of this person, or that nothing is to change.")
    same = AgendaItem.objects.filter(pk=item.pk, version=expected_version)
    if not same.update(
        decision=words, decided_at=now, decided_by_id=by.officer_id, version=expected_version + 1
    ):
        raise Conflict(MOVED)
    audit.record(
        "conference:decided", by=by, at=now, about=item.person_id, purpose=Purpose.SUPERVISION,
        detail={"conference": found.pk, "item": item.pk},
    )  # fmt: skip


@transaction.atomic
def agree_action(
    person_id: int, agreed: Agreed, *, conference_id: int | None = None, by: Posted, now: datetime
) -> int:
    """Something that somebody is to do about a person, agreed at a conference or outside one.
    The same once more is the same action."""
    checked(person_id, Permission.IOM_WRITE, by, now)
    conference = None
    if conference_id is None:
        check_member(person_id, by)
    else:
        conference = _held(conference_id, by)
        if not conference.items.filter(person_id=person_id).exists():
            raise Refused("This person is not on the agenda; put them on it first.")
    if not now - timedelta(days=1) <= agreed.due_at <= now + FAR:
        raise Refused("Say by when it is to be done: from today on, within a year.")
    made, is_new = Action.objects.get_or_create(
        person_id=person_id, conference=conference, due_at=agreed.due_at,
        what=said(agreed.what, "Say what is to be done."),
        owner=_short(agreed.owner, "Say whose it is."),
        defaults={"agency": _short(agreed.agency, "Say which agency’s it is."),
                  "owner_id": owner_of(agreed.owner_name), "status": ActionStatus.OPEN,
                  "agreed_at": now, "agreed_by_id": by.officer_id},
    )  # fmt: skip
    if is_new:
        audit.record(
            "action:agreed", by=by, at=now, about=person_id, purpose=Purpose.SUPERVISION,
            detail={"action": made.pk, "conference": conference_id},
        )  # fmt: skip
    return made.pk


@transaction.atomic
def settle_action(
    action_id: int, act: ActionAct, words: str, *, expected_version: int, by: Posted, now: datetime
) -> None:
    """Done, with what shows it; dropped, or open again, with why."""
    found = find_action(action_id, Permission.IOM_OFFER, by, now)
    before = ActionStatus(found.status)
    to, saying = decide_action(before, act, words)
    if not may.decide(by, Permission.IOM_WRITE).allowed and found.owner_id != by.officer_id:
        raise Refused("Only its owner, or the coordinator, says what became of an action.")
    same = Action.objects.filter(pk=found.pk, version=expected_version, status=before)
    if not same.update(
        status=to, version=expected_version + 1, settled_words=saying,
        settled_at=now, settled_by_id=by.officer_id,
    ):  # fmt: skip
        raise Conflict("Somebody wrote of this action meanwhile; reload and look again.")
    audit.record(
        "action:settled", by=by, at=now, about=found.person_id, purpose=Purpose.SUPERVISION,
        detail={"action": found.pk, "act": act.value, "to": to.value},
    )  # fmt: skip


@transaction.atomic
def move_conference(
    conference_id: int, act: ConferenceAct, *, next_at: datetime | None = None,
    expected_version: int, by: Posted, now: datetime,
) -> None:  # fmt: skip
    """Held, closed or called off.

    next_at   when the next one is; asked for when it is closed, and kept where it is given
    """
    found = find_conference(conference_id, by, write=True)
    before = ConferenceStatus(found.status)
    to = decide_conference(before, act)
    _check_ready(found, act, next_at, now)
    closed = now if to is ConferenceStatus.CLOSED else None
    same = Conference.objects.filter(pk=found.pk, version=expected_version, status=before)
    if not same.update(
        status=to, version=expected_version + 1, closed_at=closed,
        next_at=next_at or found.next_at,
    ):  # fmt: skip
        raise Conflict(MOVED)
    audit.record(
        "conference:moved", by=by, at=now,
        detail={"conference": found.pk, "act": act.value, "to": to.value},
    )  # fmt: skip


def _check_ready(
    found: Conference, act: ConferenceAct, next_at: datetime | None, now: datetime
) -> None:
    if act is ConferenceAct.HOLD and found.at - now > timedelta(hours=12):
        raise Refused("It is held on its day; that has not come yet.")
    if next_at is not None and not now < next_at <= now + FAR:
        raise Refused("The next conference is later than now, and within a year.")
    if act is not ConferenceAct.CLOSE:
        return
    if next_at is None and found.next_at is None:
        raise Refused("Say when the next conference is before this one is closed.")
    waiting = found.items.filter(decided_at=None).count()
    if waiting:
        raise Refused(f"Nothing is written down yet of {waiting} on the agenda: say what was "
                      "decided of each, or that nothing is to change.")  # fmt: skip
    if not found.attendances.filter(present=True).exists():
        raise Refused("Write down who came before it is closed.")


def _put_on(found: Conference, person_id: int, why: str, by: Posted, now: datetime) -> AgendaItem:
    checked(person_id, Permission.IOM_WRITE, by, now)
    reason = said(why, "Say why this person is on the agenda.", least=5, limit=300)
    item, _ = AgendaItem.objects.get_or_create(
        conference=found, person_id=person_id,
        defaults={"why": reason, "added_at": now, "added_by_id": by.officer_id},
    )  # fmt: skip
    return item


def _written(conference_id: int, by: Posted) -> Conference:
    """One of which things may still be written down."""
    found = find_conference(conference_id, by, write=True)
    if found.status not in WRITTEN:
        raise Refused("This conference is over: nothing more is written down of it.")
    return found


def _held(conference_id: int, by: Posted) -> Conference:
    found = find_conference(conference_id, by, write=True)
    if found.status != ConferenceStatus.HELD:
        raise Refused("Say first that the conference is being held.")
    return found


def _short(text: str, asks: str) -> str:
    return said(text, asks, least=2, limit=NAME_MAX)
