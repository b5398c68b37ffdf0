"""A tag that comes off for the body's sake, a scan, swelling, a birth: agreed, for a time.

record_removal      an officer's act: why, from when, until when it is expected to be on again
note_removal        the same said by a tag or a hub, within the worker's transaction
end_removal         the tag is back on, or the removal is called off
window_at(...)      the agreed removal that holds at an instant, if any

It is an event of its own, never a strap tamper. A strap that is opened within the agreed time is
part of it; one opened before or after is a strap tamper: no window, no mercy. What is still open
when its time is over calls somebody (alerts/clinical.py). Why is about the body: sensitive.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from waypost.access import audit, may
from waypost.access.values import MACHINE, Permission, Posted
from waypost.clock import read_instant, write_instant
from waypost.devices.models import ClinicalRemoval
from waypost.errors import Conflict, NoSuchThing, Refused
from waypost.jobs import due
from waypost.orders.models import Activation
from waypost.orders.queries import case_of
from waypost.positions import batch, log
from waypost.positions.batch import IntakeRow
from waypost.positions.values import DecodedEvent, EventKind
from waypost.protocols.event_attributes import REMOVAL_REASONS
from waypost.units import ActivationNumber

REMOVAL_DUE = "clinical_removal"  # kind of due row: its time is over; the subject is its number
LENGTH_MAX = timedelta(hours=72)  # a longer one is agreed anew, by somebody who looks again
BACK_MAX = timedelta(hours=24)  # how long after the fact an emergency may be written down
NO_SUCH_REMOVAL = "There is no such removal."
TEXT_MAX = 200
SOURCE = "officer"  # of the log's entry
REMOVAL = "removal"  # attribute of the event that an officer's act leaves in the log: its number


@dataclass(frozen=True, slots=True)
class Agreed:
    """What an officer agrees to. from_at: None, now."""

    reason: str
    until_at: datetime
    from_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """An agreed removal of one person, half-open [from_at, to_at)."""

    removal_id: int
    person_id: int
    from_at: datetime
    to_at: datetime

    def holds(self, at: datetime) -> bool:
        return self.from_at <= at < self.to_at


@dataclass(frozen=True, slots=True)
class RemovalSeen:
    """overdue: its time is over and nobody has said that the tag is back on."""

    removal_id: int
    reason: str
    note: str
    from_at: datetime
    until_at: datetime
    ended_at: datetime | None
    ended_how: str
    said_by_tag: bool
    overdue: bool


@transaction.atomic
def record_removal(person_id: int, agreed: Agreed, *, by: Posted, now: datetime) -> int:
    """Agree that the tag comes off; the removal's number. The log gets the event, so that the
    track shows it and an alert, low and informative, tells those who watch.

    raises   Refused without a reason of the list, for a time that cannot be; Conflict if one lasts
    """
    may.check(by, Permission.DEVICE_FIT, case_of(person_id, now=now))
    from_at = agreed.from_at or now
    check_agreed(agreed, from_at, now=now)
    worn = _worn(person_id, max(from_at, now))
    if worn is None:
        raise Refused("This person wears no tag then; there is nothing to take off.")
    lasting = ClinicalRemoval.objects.filter(
        activation__person_id=person_id, ended_at=None, until_at__gt=from_at
    )
    if lasting.filter(from_at__lt=agreed.until_at).exists():
        raise Conflict("A removal is agreed for that time already; end it first.")
    made = _create(worn, from_at, agreed.until_at, agreed.reason, agreed.note, by, None, now)
    _log(worn, made, now)
    return int(made.pk)


@transaction.atomic
def end_removal(removal_id: int, how: str, *, by: Posted, now: datetime) -> None:
    """The tag is on again, or it was called off: from now on an opened strap is a strap tamper."""
    may.check(by, Permission.DEVICE_FIT)
    found = ClinicalRemoval.objects.select_related("activation").filter(pk=removal_id).first()
    if found is None:
        raise NoSuchThing(NO_SUCH_REMOVAL)
    person_id = found.activation.person_id
    case = case_of(person_id, now=now)
    may.check(by, Permission.DEVICE_FIT, case, absent=NO_SUCH_REMOVAL)
    if not how.strip():
        raise Refused("Say how you know that the tag is on again, or why it stayed on.")
    mine = ClinicalRemoval.objects.filter(pk=removal_id, ended_at=None)
    ended = mine.update(ended_at=now, ended_by_id=by.officer_id, ended_how=how.strip()[:TEXT_MAX])
    if not ended:
        raise Conflict("It has ended already; reload the page.")
    due.clear(REMOVAL_DUE, [str(removal_id)])
    audit.record(
        "clinical_removal:ended", by=by, at=now, about=person_id, detail={"removal": removal_id}
    )


def note_removal(
    activation: int, at: datetime, key: int, said: Mapping[str, Any], *, now: datetime
) -> int | None:
    """A removal that a tag or hub reports, or the one an officer's event speaks of; its number.
    None where it says no time. In the worker's transaction; the same event again adds nothing."""
    if REMOVAL in said:
        return int(said[REMOVAL])
    same = ClinicalRemoval.objects.filter(activation_id=activation, event_key=key, from_at=at)
    if known := same.values_list("pk", flat=True).first():
        return known
    until_at = _instant(said.get("until"))
    if until_at is None or until_at <= at:
        return None
    worn = Activation.objects.get(pk=activation)
    reason = str(said.get("reason", "other"))
    reason = reason if reason in REMOVAL_REASONS else "other"
    until_at = min(until_at, at + LENGTH_MAX)
    made = _create(worn, at, until_at, reason, "", MACHINE, key, now)
    return int(made.pk)


def window_at(windows: Collection[Window], person_id: int, at: datetime) -> Window | None:
    """The removal that was agreed for the person and holds at the instant."""
    return next((one for one in windows if one.person_id == person_id and one.holds(at)), None)


def windows_of(person_ids: Collection[int]) -> list[Window]:
    """Every agreed removal of these persons; one called off before it began holds never."""
    rows = ClinicalRemoval.objects.filter(activation__person_id__in=person_ids).values_list(
        "pk", "activation__person_id", "from_at", "until_at", "ended_at"
    )
    return [
        Window(pk, person_id, from_at, min(until_at, ended_at or until_at))
        for pk, person_id, from_at, until_at, ended_at in rows
    ]


def overdue_at(removal_ids: Collection[int], *, now: datetime) -> list[tuple[int, datetime]]:
    """(person, since when) of those of the removals that are over while the tag is not known to be
    back. One after which a tag was fitted anew ends here. In the caller's transaction."""
    rows = ClinicalRemoval.objects.filter(pk__in=removal_ids, ended_at=None, until_at__lte=now)
    found = []
    for row in rows.select_related("activation"):
        person_id = row.activation.person_id
        fitted = Activation.objects.filter(person_id=person_id, from_at__gt=row.from_at)
        if fitted.filter(from_at__lte=now).exists():
            row.ended_at, row.ended_how = now, "a tag was fitted since"
            row.save(update_fields=["ended_at", "ended_how"])
        else:
            found.append((person_id, row.until_at))
    return found


def removals_of(person_id: int, *, now: datetime, since: datetime) -> tuple[RemovalSeen, ...]:
    """The person's removals that lasted past `since`, newest first; the page has asked "may I?"."""
    rows = ClinicalRemoval.objects.filter(activation__person_id=person_id)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=since)).order_by("-from_at", "-pk")
    return tuple(
        RemovalSeen(
            row.pk, row.reason, row.note, row.from_at, row.until_at, row.ended_at, row.ended_how,
            row.event_key is not None, row.ended_at is None and row.until_at <= now,
        )
        for row in rows
    )  # fmt: skip


def check_agreed(agreed: Agreed, from_at: datetime, *, now: datetime) -> None:
    """Refused unless it has a reason, and a time that is neither over nor endless."""
    if agreed.reason not in REMOVAL_REASONS:
        raise Refused(f"Choose why the tag comes off: {', '.join(REMOVAL_REASONS)}.")
    if agreed.reason == "other" and not agreed.note.strip():
        raise Refused("Say in words why the tag comes off.")
    if agreed.until_at <= now:
        raise Refused("The expected end is over already; enter when the tag will be on again.")
    if agreed.until_at <= from_at:
        raise Refused("The removal ends before it begins; enter a later end.")
    if agreed.until_at - from_at > LENGTH_MAX:
        hours = LENGTH_MAX // timedelta(hours=1)
        raise Refused(f"A removal is agreed for {hours} hours at most; look again then.")
    if from_at < now - BACK_MAX:
        raise Refused("It began more than a day ago; an alert on the strap is to be explained.")


def _create(
    worn: Activation,
    from_at: datetime,
    until_at: datetime,
    reason: str,
    note: str,
    by: Posted,
    event_key: int | None,
    now: datetime,
) -> ClinicalRemoval:
    made = ClinicalRemoval.objects.create(
        activation=worn, from_at=from_at, until_at=until_at, reason=reason,
        note=note.strip()[:TEXT_MAX], known_at=now, made_by_id=by.officer_id, event_key=event_key,
    )  # fmt: skip
    due.set_due([due.DueRow(REMOVAL_DUE, str(made.pk), until_at)])
    audit.record(
        "clinical_removal:agreed", by=by, at=now, about=worn.person_id,
        detail={"removal": made.pk, "from": write_instant(from_at),
                "until": write_instant(until_at)},
    )  # fmt: skip
    return made


def _log(worn: Activation, made: ClinicalRemoval, now: datetime) -> None:
    """The event as the track shows it. Why stays in the record."""
    said = {
        REMOVAL: made.pk,
        "from": write_instant(made.from_at),
        "until": write_instant(made.until_at),
    }
    event = DecodedEvent(min(made.from_at, now), EventKind.CLINICAL_REMOVAL, said)
    number = ActivationNumber(worn.pk)
    row = IntakeRow(number, worn.from_at, worn.to_at, now, events=[event])
    log.append(*batch.build([row]), [], source=SOURCE, now=now)


def _worn(person_id: int, at: datetime) -> Activation | None:
    rows = Activation.objects.filter(person_id=person_id, from_at__lte=at)
    return rows.filter(Q(to_at=None) | Q(to_at__gt=at)).order_by("from_at").last()


def _instant(text: object) -> datetime | None:
    try:
        return read_instant(str(text))
    except ValueError:
        return None
