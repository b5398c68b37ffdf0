"""What may be asked of telling: what became of notices, how channels do, who is told how.

These answer other rooms and pages that have already asked `access`; they check nothing themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from waypost.access.models import Officer
from waypost.notices.channels import channels
from waypost.notices.contacts import live
from waypost.notices.models import ChannelState, ContactPreference, Notice
from waypost.notices.values import DUTY

AT_ONCE = 500  # ids in one statement, within what SQLite takes


@dataclass(frozen=True, slots=True)
class Told:
    """One notice and what became of it; no address."""

    notice_id: int
    who: str
    step: str
    channel: str  # "" before it was first sent
    status: str
    made_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    try_after: datetime | None  # while it waits
    attempts: int
    failure: str
    grouped: bool  # it left as one of several


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    name: str
    is_set_up: bool
    failures_in_row: int
    last_sent_at: datetime | None
    dead_since: datetime | None
    failure: str


def told_of(about: str) -> list[Told]:
    """Every notice about this ("alert:17"), oldest first."""
    rows = list(Notice.objects.filter(about=about).order_by("made_at", "pk"))
    ids = {one.officer_id for one in rows if one.officer_id is not None}
    names = {officer.pk: str(officer) for officer in Officer.objects.filter(pk__in=ids)}
    return [_told(one, names) for one in rows]


def _told(one: Notice, names: dict[int, str]) -> Told:
    who = names.get(one.officer_id or 0, "somebody")
    if one.person_id is not None:
        who = "the person"
    elif one.recipient == DUTY:
        who = "the duty officer"
    return Told(
        one.pk, who, one.step, one.channel, one.status, one.made_at, one.sent_at,
        one.delivered_at, one.try_after if one.status == "waiting" else None, one.attempts,
        one.failure, "-and-" in one.parcel,
    )  # fmt: skip


def told_person(person_id: int, *, most: int = 50) -> list[Told]:
    """What a wearer or a protected person was told, newest first."""
    rows = Notice.objects.filter(person_id=person_id).order_by("-made_at", "-pk")[:most]
    return [_told(one, {}) for one in rows]


def channel_states() -> list[ChannelSeen]:
    """Each channel that is set up or ever was used."""
    states = {one.channel: one for one in ChannelState.objects.all()}
    able = channels()
    return [
        ChannelSeen(
            name, name in able, one.failures_in_row, one.last_sent_at, one.dead_since, one.failure
        )
        for name in sorted({*states, *able})
        for one in [states.get(name) or ChannelState(channel=name)]
    ]


def contacts_of_officer(officer_id: int, *, now: datetime) -> list[ContactPreference]:
    return list(live(now).filter(officer_id=officer_id))


def contacts_of_person(person_id: int, *, now: datetime) -> list[ContactPreference]:
    return list(live(now).filter(person_id=person_id))


def reachable_since(
    person_ids: Collection[int] | None = None, *, now: datetime
) -> dict[int, datetime]:
    """Persons who have a contact now, and since when they have had one without a break at least; of
    everybody: None. For the machine."""
    found: dict[int, datetime] = {}
    rows = live(now).filter(person_id__isnull=False)
    if person_ids is not None:
        rows = rows.filter(person_id__in=list(person_ids))
    for person_id, from_at in rows.values_list("person_id", "from_at"):
        if person_id is not None:
            found.setdefault(person_id, from_at)  # the oldest comes first
    return found


def fates_of(abouts: Collection[str]) -> dict[str, Told]:
    """What became of the notice about each of these, where there is one; no name is looked up."""
    found: dict[str, Told] = {}
    wanted = sorted(abouts)
    for start in range(0, len(wanted), AT_ONCE):
        rows = Notice.objects.filter(about__in=wanted[start : start + AT_ONCE])
        for one in rows.order_by("pk"):
            found[one.about] = _told(one, {})
    return found
