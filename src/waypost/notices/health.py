"""How each channel does. A dead one raises an alarm of its own, told by another channel.

note_sent, note_failure   after each parcel
watch(now)                the worker, every few seconds: who died, who lives again
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min

from waypost.access.queries import officers_in_role
from waypost.access.values import Role
from waypost.notices import alarms
from waypost.notices.liveness import decide_dead
from waypost.notices.models import ChannelState, Notice
from waypost.notices.values import Channel, Status

SEEN_AGAIN_AFTER = timedelta(seconds=10)  # how fine last_sent_at is: a write a message is too much
PROBE_EVERY = timedelta(minutes=1)  # how often a dead channel is given a message again
DEAD = "channel_dead"


def note_sent(channel: str, *, now: datetime) -> None:
    """It took a message: whatever it failed before, it lives."""
    state, _ = ChannelState.objects.get_or_create(channel=channel)
    recent = state.last_sent_at is not None and now - state.last_sent_at < SEEN_AGAIN_AFTER
    if state.failures_in_row or state.dead_since or not recent:
        ChannelState.objects.filter(channel=channel).update(
            failures_in_row=0, last_sent_at=now, failure="", dead_since=None
        )
    if state.dead_since:
        alarms.end(DEAD, channel, now=now)


def note_failure(channel: str, failure: str, *, now: datetime) -> None:
    ChannelState.objects.get_or_create(channel=channel)
    ChannelState.objects.filter(channel=channel).update(
        failures_in_row=F("failures_in_row") + 1, last_failed_at=now, failure=failure[:200]
    )


def dead_channels(*, now: datetime) -> frozenset[str]:
    """Channels to go round. One whose last failure is a while ago is tried again."""
    dead = ChannelState.objects.filter(
        dead_since__isnull=False, last_failed_at__gt=now - PROBE_EVERY
    )
    return frozenset(dead.values_list("channel", flat=True))


def watch(channels: Mapping[str, Channel], *, now: datetime) -> list[str]:
    """Channels that died since it was last looked: each an alarm and a notice by another way."""
    died = []
    states = {one.channel: one for one in ChannelState.objects.all()}
    for name in channels:
        state = states.get(name) or ChannelState(channel=name)
        if state.dead_since is not None:
            continue
        because = decide_dead(
            failures_in_row=state.failures_in_row, last_sent_at=state.last_sent_at,
            waiting_since=_waiting_since(name), now=now,
        )  # fmt: skip
        if because is not None:
            _declare_dead(name, because, now)
            died.append(name)
    return died


def _waiting_since(channel: str) -> datetime | None:
    """Since when the oldest notice that was tried on it, and is not held, waits."""
    waiting = Notice.objects.filter(status=Status.WAITING, channel=channel, attempts__gt=0)
    found: datetime | None = waiting.aggregate(at=Min("made_at"))["at"]
    return found


@transaction.atomic
def _declare_dead(channel: str, because: str, now: datetime) -> None:
    ChannelState.objects.get_or_create(channel=channel)
    # Asked round it for the next minute even when nothing failed: last_failed_at says since when.
    ChannelState.objects.filter(channel=channel).update(dead_since=now, last_failed_at=now)
    number = alarms.begin(DEAD, channel, because, now=now)
    alarms.tell(
        number, step=DEAD, template=DEAD, words={"channel": channel, "because": because},
        officer_ids=officers_in_role(Role.ADMINISTRATOR, now=now), passed=[channel], now=now,
    )  # fmt: skip
