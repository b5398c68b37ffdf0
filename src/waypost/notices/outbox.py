"""The outbox: a notice is written in the transaction that made it true, and sent afterwards.

    enqueue(...)             inside the act; told once per (about, step, recipient)
    deliver(channels, now)   the worker: plan, claim, send, mark; back-off when it fails

A notice is claimed by compare-and-set, so two workers never send the same one at once. A channel
has no transaction with us: a crash after it took a message and before that was marked sends it once
more, under the same key, by which Notify is asked first, a webhook's receiver knows the repeat and
a mail program shows one. What left together leaves together again.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, CharField, F, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat

from waypost.errors import Unavailable
from waypost.notices import choosing, health, texts
from waypost.notices.contacts import contacts_of
from waypost.notices.models import ChannelState, Notice
from waypost.notices.values import (
    Channel,
    Fate,
    Limit,
    Line,
    Message,
    Parcel,
    Receipt,
    Status,
    Undeliverable,
    Waiting,
    Weight,
)
from waypost.notices.writing import enqueue

__all__ = ["chase", "deliver", "enqueue", "message_of", "signs", "take_back_abandoned"]

log = logging.getLogger(__name__)
SENDING_MAX = timedelta(minutes=5)  # a claim older than this belonged to a worker that died
CLAIM_MAX = 25  # parcels claimed at once
SEND_FOR_S = 60.0  # then what is claimed and not sent goes back: long before SENDING_MAX
IN_ROW_MAX = 3  # failures of one channel in one round, before the rest of its parcels wait
MINUTE = timedelta(minutes=1)
# choosing.key_of of a notice that leaves alone, worked out by the database: a branch for each
# notice took a fifth of the processor's time.
ITS_OWN_KEY = Case(
    When(parcel="", then=Concat(Value(choosing.KEY), Cast("id", CharField()))), default=F("parcel")
)
KNOW_REPEATS = frozenset({"sms", "webhook", "test"})  # by the key, or by being asked first
ASKED = ("sms",)  # channels that can say what became of a message
TOO_LATE = "too late: what it was for had passed"
ASKED_FOR = timedelta(hours=72)  # GOV.UK Notify tries a text message for so long


def deliver(
    channels: Mapping[str, Channel], *, now: datetime, limit: int = 200,
    limits: Mapping[str, Limit] | None = None,
) -> int:  # fmt: skip
    """Send what waits; how many notices went. One parcel's failure stops no other."""
    take_back_abandoned(now=now)
    found = Notice.objects.filter(status=Status.WAITING, try_after__lte=now)
    due = list(found.order_by("weight", "try_after", "pk")[:limit])
    if not due:
        return 0
    due += _rest_of_parcels(due)
    contacts = contacts_of({notice.recipient for notice in due}, now=now)
    dead = health.dead_channels(now=now)
    made = choosing.plan(
        [_as_waiting(notice) for notice in due], contacts, able=channels, dead=dead,
        room=_room(limits or {}, now), now=now,
    )  # fmt: skip
    _hold(made.holds)
    _give_up(made.hopeless, "no contact is left")
    _call_off_stale(made.stale)
    return _send_all(made.parcels, {one.pk: one for one in due}, channels, now)


def _rest_of_parcels(due: Sequence[Notice]) -> list[Notice]:
    """What left together leaves together again, wherever the limit of a round cut."""
    keys = {notice.parcel for notice in due} - {""}
    if not keys:
        return []
    mine = Notice.objects.filter(parcel__in=keys, status=Status.WAITING)
    return list(mine.exclude(pk__in=[notice.pk for notice in due]))


def take_back_abandoned(*, now: datetime) -> int:
    """Notices a dead worker had claimed wait again."""
    left = Notice.objects.filter(status=Status.SENDING, try_after__lte=now - SENDING_MAX)
    return left.update(status=Status.WAITING, claim="")


def _as_waiting(notice: Notice) -> Waiting:
    return Waiting(
        notice.pk, notice.recipient, Weight(notice.weight), notice.made_at, notice.parcel,
        frozenset(notice.passed), notice.until_at, notice.person_id is not None,
    )  # fmt: skip


def _room(limits: Mapping[str, Limit], now: datetime) -> dict[str, int | None]:
    """How many messages each limited channel may still be given in this minute."""
    room: dict[str, int | None] = {}
    for channel, limit in limits.items():
        if limit.per_minute is not None:
            lately = Notice.objects.filter(channel=channel, sent_at__gt=now - MINUTE)
            used = lately.values("parcel").distinct().count()
            room[channel] = max(limit.per_minute - used, 0)
    return room


def _hold(holds: Mapping[int, datetime]) -> None:
    """Those to be looked at again later; nothing else of them changes."""
    by_time: dict[datetime, list[int]] = {}
    for notice_id, at in holds.items():
        by_time.setdefault(at, []).append(notice_id)
    for at, ids in by_time.items():
        Notice.objects.filter(pk__in=ids, status=Status.WAITING).update(try_after=at)


def _give_up(ids: Sequence[int], failure: str) -> None:
    if ids:
        waiting = Notice.objects.filter(pk__in=ids, status__in=[Status.WAITING, Status.SENDING])
        waiting.update(status=Status.FAILED, failure=failure, claim="")


def _call_off_stale(ids: Sequence[int]) -> None:
    """What they speak of has passed: nobody is told too late, and it is on record."""
    if ids:
        stale = Notice.objects.filter(pk__in=ids, status=Status.WAITING)
        stale.update(status=Status.CALLED_OFF, failure=TOO_LATE, claim="")


class _Round:
    """One round's sending. What a channel that knows repeats has taken is marked a claim at a time:
    a crash before that sends it again under the same key. Mail knows none: it is marked at once."""

    def __init__(
        self, notices: Mapping[int, Notice], channels: Mapping[str, Channel], now: datetime
    ) -> None:
        self.notices, self.channels, self.now = notices, channels, now
        self.failed_in_row = dict.fromkeys(channels, 0)
        self.texts = texts.Texts()
        self._taken: list[tuple[Sequence[Notice], Receipt]] = []
        self._well: set[str] = set()

    def rests(self, channel: str) -> bool:
        return self.failed_in_row[channel] >= IN_ROW_MAX

    def send(self, parcel: Parcel) -> int:
        """How many notices the channel took. Only the kind of failure is kept: servers quote
        addresses."""
        name, notices = parcel.contact.channel, [self.notices[one] for one in parcel.notice_ids]
        try:
            receipt = self.channels[name].send(message_of(parcel, notices, self.texts))
        except Undeliverable as error:  # the channel is well: it is the address that is not
            _next_channel(notices, name, str(error), self.now)
            return 0
        except (OSError, Unavailable) as error:
            self.failed_in_row[name] += 1
            self._well.discard(name)
            _put_back(parcel, notices, type(error).__name__, self.now)
            health.note_failure(name, type(error).__name__, now=self.now)
            return 0
        except Exception as error:  # a mistake of ours in one message; the others must go on
            log.exception("notice %d could not be made or sent", notices[0].pk)
            _put_back(parcel, notices, type(error).__name__, self.now)
            return 0
        self.failed_in_row[name] = 0
        self._taken.append((notices, receipt))
        if name not in KNOW_REPEATS:
            self.mark()
        if name not in self._well:
            self._well.add(name)
            health.note_sent(name, now=self.now)
        return len(notices)

    @transaction.atomic
    def mark(self) -> None:
        alike: dict[Receipt, list[Notice]] = {}
        for notices, receipt in self._taken:
            alike.setdefault(receipt, []).extend(notices)
        for receipt, some in alike.items():
            _mark_sent(some, receipt, self.now)
        self._taken.clear()


def _send_all(
    parcels: Sequence[Parcel], notices: Mapping[int, Notice], channels: Mapping[str, Channel],
    now: datetime,
) -> int:  # fmt: skip
    """Claim a few, send them, claim the next; a channel that fails thrice in a row rests."""
    this, sent, waiting = _Round(notices, channels, now), 0, list(parcels)
    until_s = time.monotonic() + SEND_FOR_S
    while waiting and time.monotonic() < until_s:
        some, waiting = waiting[:CLAIM_MAX], waiting[CLAIM_MAX:]
        claim = uuid.uuid4().hex
        for parcel in _claim([p for p in some if not this.rests(p.contact.channel)], claim, now):
            if this.rests(parcel.contact.channel) or time.monotonic() >= until_s:
                _release(parcel, claim)
            else:
                sent += this.send(parcel)
        this.mark()
    return sent


@transaction.atomic
def _claim(parcels: Sequence[Parcel], claim: str, now: datetime) -> list[Parcel]:
    """Those parcels of which every notice was still waiting; the others are somebody else's."""
    alone: dict[tuple[str, str], list[Parcel]] = {}
    taken: list[Parcel] = []
    for parcel in parcels:
        if parcel.notice_ids[1:]:
            taken += [parcel] if _claim_group(parcel, claim, now) else []
        else:
            kind = parcel.contact.channel, parcel.contact.language
            alone.setdefault(kind, []).append(parcel)
    for some in alone.values():  # many in one statement
        ids = [parcel.notice_ids[0] for parcel in some]
        _take(ids, some[0], claim, now, ITS_OWN_KEY)
        mine = set(Notice.objects.filter(pk__in=ids, claim=claim).values_list("pk", flat=True))
        taken += [parcel for parcel in some if parcel.notice_ids[0] in mine]
    return sorted(taken, key=parcels.index)  # the urgent first, as they were planned


def _claim_group(parcel: Parcel, claim: str, now: datetime) -> bool:
    count = _take(parcel.notice_ids, parcel, claim, now, Value(parcel.key))
    if 0 < count < len(parcel.notice_ids):  # another worker was between: undo what was taken of it
        mine = Notice.objects.filter(pk__in=parcel.notice_ids, claim=claim)
        mine.update(status=Status.WAITING, claim="", attempts=F("attempts") - 1)
    return count == len(parcel.notice_ids)


def _take(
    ids: Sequence[int], like: Parcel, claim: str, now: datetime, key: Combinable | Value
) -> int:
    return Notice.objects.filter(pk__in=ids, status=Status.WAITING).update(
        status=Status.SENDING, claim=claim, parcel=key, try_after=now,
        channel=like.contact.channel, language=like.contact.language, attempts=F("attempts") + 1,
    )  # fmt: skip


def _release(parcel: Parcel, claim: str) -> None:
    mine = Notice.objects.filter(pk__in=parcel.notice_ids, claim=claim, status=Status.SENDING)
    mine.update(status=Status.WAITING, claim="", attempts=F("attempts") - 1)


def message_of(parcel: Parcel, notices: Sequence[Notice], said: texts.Texts) -> Message:
    """What the parcel says, in the contact's language; several notices are one digest."""
    lines = [Line(notice.template, notice.words) for notice in notices]
    subject, text, short = said.say(lines, language=parcel.contact.language)
    return Message(
        parcel.key, parcel.contact.address, subject, text, short, notices[0].made_at,
        again=any(notice.parcel for notice in notices),
    )  # fmt: skip


def _mark_sent(notices: Iterable[Notice], receipt: Receipt, now: datetime) -> None:
    mine = Notice.objects.filter(pk__in=[one.pk for one in notices], status=Status.SENDING)
    mine.update(
        status=Status.DELIVERED if receipt.delivered else Status.SENT,
        delivered_at=now if receipt.delivered else None,
        sent_at=now, failure="", reference=receipt.reference[:120], claim="",
        try_after=now + MINUTE,
    )  # fmt: skip


def _put_back(parcel: Parcel, notices: Sequence[Notice], failure: str, now: datetime) -> None:
    """Try again later, by the next channel, or give up. A digest waits as long as its first."""
    first = notices[0]
    attempts, weight = first.attempts + 1, Weight(first.weight)
    if choosing.is_given_up(attempts, weight, has_other=parcel.has_other):
        if parcel.has_other:
            _next_channel(notices, parcel.contact.channel, failure, now)
        else:
            _give_up(parcel.notice_ids, failure)
        return
    mine = Notice.objects.filter(pk__in=parcel.notice_ids, status=Status.SENDING)
    wait = choosing.back_off(attempts, seed=first.pk, weight=weight)
    mine.update(status=Status.WAITING, failure=failure, claim="", try_after=now + wait)


def _next_channel(notices: Sequence[Notice], channel: str, failure: str, now: datetime) -> None:
    """This one is given up for them: whoever has another contact is told by that, at once."""
    for notice in notices:
        Notice.objects.filter(pk=notice.pk, status__in=[Status.SENDING, Status.SENT]).update(
            status=Status.WAITING, failure=failure[:200], claim="", attempts=0, try_after=now,
            passed=[*notice.passed, channel],
        )  # fmt: skip


def chase(channels: Mapping[str, Channel], *, now: datetime, limit: int = 20) -> int:
    """Ask channels what became of what they took; how many were settled. A message that failed
    later goes on by the next channel."""
    chased = Notice.objects.filter(
        status=Status.SENT, channel__in=ASKED, try_after__lte=now, sent_at__gt=now - ASKED_FOR
    ).exclude(reference="")
    parcels = {notice.parcel: notice for notice in chased.order_by("try_after")[:limit]}
    return sum(_ask(notice, channels, now) for notice in parcels.values())


def _ask(notice: Notice, channels: Mapping[str, Channel], now: datetime) -> int:
    """Ask what became of the parcel that the notice left in; how many notices that settles."""
    parcel = Notice.objects.filter(parcel=notice.parcel, status=Status.SENT)
    try:
        channel = channels.get(notice.channel)
        fate = channel.ask(notice.reference) if channel else Fate.ON_ITS_WAY
    except (OSError, Unavailable, Undeliverable):
        fate = Fate.ON_ITS_WAY
    if fate is Fate.DELIVERED:
        return parcel.update(status=Status.DELIVERED, delivered_at=now)
    if fate is Fate.FAILED:
        failed = list(parcel)
        _next_channel(failed, notice.channel, "it did not arrive", now)
        return len(failed)
    waited = now - (notice.sent_at or now)
    parcel.update(try_after=now + max(MINUTE, waited / 2))
    return 0


def signs() -> dict[str, tuple[float, str]]:
    """How the outbox stands, for those who watch over the machine: name -> (value, what it is)."""
    return {
        "notices_waiting": (Notice.objects.filter(status="waiting").count(), "Notices to be sent"),
        "notices_failed": (Notice.objects.filter(status="failed").count(), "Notices given up"),
        "channels_dead": (
            ChannelState.objects.filter(dead_since__isnull=False).count(),
            "Channels of notices that take nothing",
        ),
    }
