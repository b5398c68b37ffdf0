"""What leaves now, by which contact, as one message or several: decided from values, told the time.

    weigh(...)    how soon a notice must be told
    plan(...)     of what is due: parcels to send, notices to hold and until when, and those that
                  nobody can be told of any more

Limits delay and group, quiet hours and digests hold; nothing is ever dropped here.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.clock import EPOCH
from waypost.notices.values import Contact, Parcel, Takes, Waiting, Weight

URGENT_FROM = 80  # of 100 (alerts/urgency.py): a strap, an exclusion zone
DIGEST_BELOW = 50  # less urgent than a curfew
HELP = frozenset({"sos", "sos protected"})
AT_ONCE_STEPS = ("escalated", "over_target", "channel_dead", "overdue")
GROUP_MAX = 20  # notices in one message: a text message of more is unreadable
ROOM_AGAIN = timedelta(seconds=10)  # when a limited channel is looked at again
ATTEMPTS_MAX = 12  # on the last channel; with the back-off below some ten hours
ATTEMPTS_MAX_OTHER = 6  # before the next channel is tried, about half an hour
ATTEMPTS_MAX_NOW = 2  # the same of what is urgent, less than a minute
KEY = "waypost-notice-"
MINUTE = timedelta(minutes=1)
BACK_OFF_FIRST = MINUTE
BACK_OFF_NOW = timedelta(seconds=15)
BACK_OFF_MOST = timedelta(hours=2)


@dataclass
class Plan:
    parcels: list[Parcel] = field(default_factory=list)
    holds: dict[int, datetime] = field(default_factory=dict)  # notice -> look again then
    hopeless: list[int] = field(
        default_factory=list
    )  # every contact was given up, or there is none
    stale: list[int] = field(default_factory=list)  # what they speak of has passed


def weigh(step: str, words: Mapping[str, Any]) -> Weight:
    """How soon: a call for help and what nobody attended go at once, by urgency the rest."""
    urgency = words.get("urgency")
    if step.startswith(AT_ONCE_STEPS) or str(words.get("kind", "")) in HELP:
        return Weight.NOW
    if not isinstance(urgency, int):
        return Weight.SOON
    if urgency >= URGENT_FROM:
        return Weight.NOW
    return Weight.SOON if urgency >= DIGEST_BELOW else Weight.LATER


def plan(
    due: Sequence[Waiting],
    contacts: Mapping[str, Sequence[Contact]],
    *,
    able: Collection[str],
    dead: Collection[str],
    room: Mapping[str, int | None],
    now: datetime,
) -> Plan:
    """What to do with notices that are due, given how their recipients may be reached.

    able   channels that the operator has set up
    dead   of these, channels that seem to take nothing: used only by who has no other
    room   how many messages each may be given now; None: any number
    """
    made = Plan()
    queues: dict[tuple[str, str, str], list[tuple[Waiting, Contact]]] = defaultdict(list)
    for one in sorted(due, key=lambda notice: (notice.weight, notice.made_at, notice.notice_id)):
        if one.until_at is not None and one.until_at <= now:
            made.stale.append(one.notice_id)
            continue
        contact = choose(one, contacts.get(one.recipient, ()), able, dead)
        if contact is None:
            made.hopeless.append(one.notice_id)
            continue
        held = held_until(one, contact, now)
        if held is not None:
            made.holds[one.notice_id] = held
            continue
        queues[(contact.channel, one.recipient, contact.address)].append((one, contact))
    _fill(made, queues, dict(room), now)
    by_id = {one.notice_id: one for one in due}
    made.parcels = [
        replace(one, has_other=_has_other(one, contacts, by_id[one.notice_ids[0]], able))
        for one in made.parcels
    ]
    return made


def _has_other(
    parcel: Parcel, contacts: Mapping[str, Sequence[Contact]], one: Waiting,
    able: Collection[str],
) -> bool:  # fmt: skip
    """Whether there is another channel for what is in it, should this one take nothing."""
    tried = replace(one, passed=one.passed | {parcel.contact.channel})
    return choose(tried, contacts.get(one.recipient, ()), able, ()) is not None


def choose(
    one: Waiting, contacts: Sequence[Contact], able: Collection[str], dead: Collection[str]
) -> Contact | None:
    """The recipient's contact for this notice: one made for its weight first, a dead one last."""
    exact = Takes.URGENT if one.weight is Weight.NOW else Takes.REST
    fit = [
        contact for contact in contacts if contact.channel in able
        and contact.channel not in one.passed
    ]  # fmt: skip
    if one.weight is not Weight.NOW:  # nobody is woken by the urgent number for the rest
        fit = [contact for contact in fit if contact.takes is not Takes.URGENT]
    return min(
        fit,
        key=lambda contact: (
            contact.channel in dead,
            {exact: 0, Takes.ALL: 1}.get(contact.takes, 2),
        ),
        default=None,
    )


def held_until(one: Waiting, contact: Contact, now: datetime) -> datetime | None:
    """Until when it waits for quiet hours to end or for its digest; None: it leaves now.

    Quiet hours that end only when what it speaks of has passed do not hold it: a word at six costs
    less than the appointment at seven.
    """
    if one.weight is Weight.NOW:
        return None
    quiet = quiet_until(contact, now)
    if quiet is not None and (one.until_at is None or quiet < one.until_at):
        return quiet
    if one.weight is Weight.LATER and contact.digest_every and not one.parcel:
        at = next_digest(one.made_at, contact.digest_every)
        return at if at > now else None
    return None


def quiet_until(contact: Contact, now: datetime) -> datetime | None:
    """The end of the quiet hours that `now` lies in; None outside them.

    By the wall clock of the person: on a night of a clock change they are an hour longer or
    shorter, and end when the person's clock says so. An end that the clock jumps over is the first
    instant after the jump; one that comes twice is the first.
    """
    begin, end = contact.quiet_from, contact.quiet_to
    if begin is None or end is None or begin == end:
        return None
    zone = ZoneInfo(contact.timezone)
    here = now.astimezone(zone)
    clock = here.time().replace(tzinfo=None)
    inside = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not inside:
        return None
    day = here.date() if clock < end else here.date() + timedelta(days=1)
    at = _end(datetime.combine(day, end), zone)
    return at if at > now else None  # 01:15 of the second time round: the end was before it


def _end(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clock on the wall first shows this or later."""
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    while (at - MINUTE).astimezone(zone).replace(tzinfo=None) >= wall:  # the clock jumped over it
        at -= MINUTE
    return at


def next_digest(made_at: datetime, every: timedelta) -> datetime:
    """When the digest that gathers what was made then is sent: on round multiples of `every`."""
    return EPOCH + ((made_at - EPOCH) // every + 1) * every


def back_off(attempts: int, *, seed: int, weight: Weight = Weight.SOON) -> timedelta:
    """How long to wait after so many failures: doubling up to two hours, within a quarter either
    way by the notice's number, so that a channel that comes back is not met by all at once."""
    first = BACK_OFF_NOW if weight is Weight.NOW else BACK_OFF_FIRST
    whole = min(first * (1 << min(max(attempts - 1, 0), 20)), BACK_OFF_MOST)
    return whole * random.Random(f"{seed} {attempts}").uniform(0.75, 1.25)


def is_given_up(attempts: int, weight: Weight, *, has_other: bool) -> bool:
    """Whether a channel has had its chances with a notice; more of them where it is the last."""
    if not has_other:
        return attempts >= ATTEMPTS_MAX
    return attempts >= (ATTEMPTS_MAX_NOW if weight is Weight.NOW else ATTEMPTS_MAX_OTHER)


def _fill(
    made: Plan,
    queues: Mapping[tuple[str, str, str], Sequence[tuple[Waiting, Contact]]],
    room: dict[str, int | None],
    now: datetime,
) -> None:
    """Parcels within each channel's room; what finds none waits. Urgent notices find it always."""
    crowded = _crowded(queues, room)
    groups: list[tuple[Weight, datetime, list[Waiting], Contact]] = []
    for (channel, _, _), pairs in queues.items():
        for group, contact in _grouped(pairs, crowded=channel in crowded):
            groups.append((group[0].weight, group[0].made_at, group, contact))
    groups.sort(key=lambda one: (one[0], one[1], one[2][0].notice_id))
    for weight, _, group, contact in groups:
        left = room.get(contact.channel)
        if left is not None and left <= 0 and weight is not Weight.NOW:
            made.holds.update({one.notice_id: now + ROOM_AGAIN for one in group})
            continue
        if left is not None:
            room[contact.channel] = left - 1
        made.parcels.append(Parcel(tuple(one.notice_id for one in group), contact, key_of(group)))


def _crowded(
    queues: Mapping[tuple[str, str, str], Sequence[object]], room: Mapping[str, int | None]
) -> set[str]:
    """Channels that more waits for than they have room for."""
    waiting: dict[str, int] = defaultdict(int)
    for (channel, _, _), pairs in queues.items():
        waiting[channel] += len(pairs)
    return {
        channel for channel, count in waiting.items()
        if (left := room.get(channel)) is not None and count > left
    }  # fmt: skip


def _grouped(
    pairs: Sequence[tuple[Waiting, Contact]], *, crowded: bool
) -> list[tuple[list[Waiting], Contact]]:
    """One recipient's notices by one contact, as they leave together: parcels as they were first
    sent; digests; and, on a channel that is short of room, whatever is not urgent."""
    found: list[tuple[list[Waiting], Contact]] = []
    old: dict[str, list[Waiting]] = defaultdict(list)
    loose: list[Waiting] = []
    contact = pairs[0][1]
    for one, its in pairs:
        contact = its
        digest = one.weight is Weight.LATER and bool(its.digest_every)
        if one.parcel:
            old[one.parcel].append(one)
        elif one.weight is not Weight.NOW and (crowded or digest) and not one.alone:
            loose.append(one)
        else:
            found.append(([one], its))
    found += [(group, contact) for group in old.values()]
    found += [
        (loose[start : start + GROUP_MAX], contact) for start in range(0, len(loose), GROUP_MAX)
    ]
    return found


def key_of(group: Sequence[Waiting]) -> str:
    """The parcel's name: what it was first sent as, else by its first notice. Each notice is in one
    parcel only, so no two parcels are named alike."""
    first = group[0]
    if first.parcel:
        return first.parcel
    return f"{KEY}{first.notice_id}" + (f"-and-{len(group) - 1}" if group[1:] else "")
