"""One group of messages into the store, in one transaction; then, and only then, the replies.

    write(items)   route each -> log, sealed quarantine, officers' list, deliveries, last heard,
                   audit -> commit -> one reply an item

`Unavailable` means that nothing was kept. Any other failure is some one message's: the group is
then written one by one, and the message that cannot be is kept for an officer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import DataError, Error, IntegrityError, connection

from waypost import clock
from waypost.devices.flagging import raise_flags
from waypost.devices.models import Device
from waypost.errors import Unavailable
from waypost.gateway import quarantine
from waypost.gateway.allowance import Allowance
from waypost.gateway.deliveries import Deliveries
from waypost.gateway.group import Group, save_group, take_message, take_rows
from waypost.gateway.known import KnownTags
from waypost.gateway.limits import Limits
from waypost.gateway.routing import Router
from waypost.gateway.thinning import Levels
from waypost.gateway.turn import own_turn
from waypost.gateway.values import (
    NO_ROOM,
    BatchMessage,
    Item,
    Outcome,
    Ping,
    TagMessage,
    Taken,
    UnreadableMessage,
)
from waypost.gateway.watchers import watchers
from waypost.protocols.values import HttpReply

logger = logging.getLogger(__name__)
HEARD_AGAIN_AFTER = timedelta(seconds=30)  # how fine `last_heard_at` is
SOURCE = "gateway"
TAKEN = Taken()


class Intake:
    """Writes groups, one at a time, from one thread."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._known = KnownTags()
        self._allowance = Allowance(limits or Limits(), time.monotonic())
        self._watchers = watchers()
        self._levels = Levels()
        self._heard: dict[str, datetime] = {}
        self.counts: dict[str, int] = dict.fromkeys(
            (
                "groups",
                "messages",
                "rows_logged",
                "rows_sealed",
                "quarantined",
                "refused",
                "not_quarantined",
            ),
            0,
        )

    def write(self, items: Sequence[Item]) -> list[Outcome]:
        """An outcome for each, in order. Unavailable: nothing was kept, none may be promised."""
        try:
            return self._write_or_undo(items)
        except (DataError, IntegrityError) as error:
            trouble: Exception = error
        except (Error, OSError) as error:
            _forget_connection()
            raise Unavailable("the store does not answer; nothing was kept; try again") from error
        except Unavailable:
            raise
        except Exception as error:
            trouble = error
        return self._one_by_one(items, trouble)

    def _write_or_undo(self, items: Sequence[Item]) -> list[Outcome]:
        try:
            return self._write(items)
        except BaseException:
            for watcher in self._watchers:
                watcher.undone()
            self._levels.undone()
            self._allowance.undone()
            raise

    def _one_by_one(self, items: Sequence[Item], trouble: Exception) -> list[Outcome]:
        if len(items) > 1:
            return [self.write([item])[0] for item in items]
        logger.error("a message could not be taken in: %s", type(trouble).__name__)
        reason = f"it could not be taken in ({type(trouble).__name__}): a mistake of Waypost's"
        return self._write_or_undo([_spoilt(items[0], reason)])

    def _write(self, items: Sequence[Item]) -> list[Outcome]:
        now = clock.now()
        router = self._router_for(items)
        group = Group(self._levels)
        with own_turn():
            deliveries = Deliveries.of([i for i in items if isinstance(i, BatchMessage)], now=now)
            replies = [self._take(item, group, router, deliveries) for item in items]
            position = save_group(group, source=SOURCE, now=now)
            heard = self._save_heard(group, now=now)
            if group.flags:
                raise_flags(group.flags, router.directory.any_of, now=now)
            commands = self._watched(items, replies, group, now=now)
            deliveries.save(position, now=now)
        for watcher in self._watchers:
            watcher.committed()
        self._levels.committed()
        self._allowance.committed()
        self._heard.update(heard)
        self._count(items, group, replies)
        for place, several in commands.items():
            replies[place] = Taken(several)
        return replies

    def _watched(
        self, items: Sequence[Item], replies: Sequence[Outcome], group: Group, *, now: datetime
    ) -> dict[int, tuple[bytes, ...]]:
        """Commands for tags, by the place of their message among the items."""
        places = [n for n, reply in enumerate(replies) if isinstance(reply, Taken)]
        messages = [item for item in (items[n] for n in places) if isinstance(item, TagMessage)]
        commands: dict[int, tuple[bytes, ...]] = {}
        for watcher in self._watchers if messages or group.logged else ():  # a hub's rows, too
            for place, more in watcher.look(messages, group, now=now).items():
                commands[places[place]] = commands.get(places[place], ()) + more
        return commands

    def _router_for(self, items: Sequence[Item]) -> Router:
        """Who wears what; looked at anew when an item's sender is not in it."""
        if all(isinstance(item, Ping) for item in items):
            return self._known.router(at_once=True)
        router = self._known.router()
        if all(_is_known(router, item) for item in items):
            return router
        return self._known.router(at_once=True)

    def _take(self, item: Item, group: Group, router: Router, deliveries: Deliveries) -> Outcome:
        if isinstance(item, TagMessage):
            return self._take_message(item, group, router)
        if isinstance(item, UnreadableMessage):
            if item.flag is not None:
                group.flags.append((item.device, item.flag))
            if not self._has_room(item, router):
                return NO_ROOM
            group.unplaced.append(
                quarantine.quarantined(
                    item.device, item.protocol, item.payload, item.reason, item.received_at
                )
            )
            return HttpReply(item.status, item.reason if item.status >= 400 else "")
        if isinstance(item, BatchMessage) and item.fault:
            return _take_unread(item, group, deliveries)
        if isinstance(item, BatchMessage):
            return deliveries.answer(
                item,
                lambda rows: take_rows(
                    rows, item, group, router.directory, router.pairings, router.forgotten
                ),
            )
        return HttpReply(200)

    def _take_message(self, item: TagMessage, group: Group, router: Router) -> Outcome:
        """A message of a tag; what is nobody's in all its parts only as far as there is room."""
        unplaced, owned = len(group.unplaced), len(group.logged) + len(group.sealed)
        take_message(item, group, router)
        is_owned = len(group.logged) + len(group.sealed) > owned
        if len(group.unplaced) == unplaced or is_owned or self._has_room(item, router):
            return TAKEN
        del group.unplaced[unplaced:]
        return NO_ROOM

    def _has_room(self, item: TagMessage | UnreadableMessage, router: Router) -> bool:
        if item.vouched:
            return True
        device = item.decoded.device_id if isinstance(item, TagMessage) else item.device
        is_known = bool(device) and router.knows_tag(device or "")
        return self._allowance.takes(len(item.payload), is_known=is_known, now_s=time.monotonic())

    def _save_heard(self, group: Group, *, now: datetime) -> dict[str, datetime]:
        """Note when tags were heard, a tag at most every half minute; by name against deadlocks."""
        news = {
            name: (at, protocol)
            for name, (at, protocol) in sorted(group.heard.items())
            if name not in self._heard or at - self._heard[name] >= HEARD_AGAIN_AFTER
        }
        Device.objects.bulk_create(
            [
                Device(reference=name, protocol=protocol, last_heard_at=at, known_at=now,
                       status="fitted")
                for name, (at, protocol) in news.items()
            ],
            update_conflicts=True,
            unique_fields=["reference"],
            update_fields=["protocol", "last_heard_at"],
        )  # fmt: skip
        return {name: at for name, (at, _) in news.items()}

    def _count(self, items: Sequence[Item], group: Group, replies: Sequence[Outcome]) -> None:
        self.counts["groups"] += 1
        self.counts["messages"] += sum(not isinstance(item, Ping) for item in items)
        self.counts["rows_logged"] += sum(len(r.fixes) + len(r.events) for r in group.logged)
        self.counts["rows_sealed"] += sum(len(r.fixes) + len(r.events) for r in group.sealed)
        self.counts["quarantined"] += len(group.unplaced)
        self._count_not_kept(sum(one is NO_ROOM for one in replies))
        self.counts["refused"] += sum(
            isinstance(one, HttpReply) and one.status >= 400 for one in replies
        )

    def _count_not_kept(self, count: int) -> None:
        """Said at the first and at each doubling: an attack may last a day."""
        before = self.counts["not_quarantined"]
        self.counts["not_quarantined"] = now = before + count
        if now.bit_length() > before.bit_length():
            logger.warning("%d messages of nobody's were not kept: the day's share is full", now)


def _take_unread(item: BatchMessage, group: Group, deliveries: Deliveries) -> HttpReply:
    """Bytes that are no batch: kept if a hub sent them. A stranger's are gone."""
    refused = deliveries.refusal(item)
    if refused is not None:
        return refused
    group.unplaced.append(
        quarantine.quarantined("", "batch", item.body, item.fault, item.received_at)
    )
    return HttpReply(400, item.fault)


def _spoilt(item: Item, reason: str) -> Item:
    """The item as bytes for an officer, when taking it in fails. A tag is told that it was taken,
    since it was, and would resend it for ever; a hub is told that something is wrong."""
    received_at = getattr(item, "received_at", None) or clock.now()
    if isinstance(item, TagMessage):
        device = item.decoded.device_id or ""
        return UnreadableMessage(
            item.protocol, item.payload, reason, received_at, device, status=200
        )
    if isinstance(item, UnreadableMessage):
        return UnreadableMessage(item.protocol, item.payload, reason, received_at)
    rows = item.read.rows if isinstance(item, BatchMessage) else []
    listed = "[" + ",".join(row.sent for row in rows) + "]"
    return UnreadableMessage("batch", listed.encode(), reason, received_at, vouched=True)


def _forget_connection() -> None:
    """The next group finds a fresh one. With its pool: a pool whose server went away waits longer
    and longer before it tries again, minutes after a long outage."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's wrapper


def _is_known(router: Router, item: Item) -> bool:
    """Whether all that sent it are in the directory; so are those who do not say who they are."""
    if isinstance(item, TagMessage):
        device_id = item.decoded.device_id
        return device_id is None or router.knows_tag(device_id)
    rows = item.read.rows if isinstance(item, BatchMessage) else ()
    return all(router.knows(row.sender) for row in rows)
