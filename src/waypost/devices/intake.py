"""One group of messages into the store, in one transaction; then, and only then, the replies.

    write(items)   route each -> log, sealed quarantine, officers' list, deliveries, last heard,
                   audit -> commit -> one reply an item

`Unavailable` means that nothing was kept. Any other failure is some one message's: the group is
then written one by one, and the message that cannot be is kept for an officer.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DataError, Error, IntegrityError, connection, transaction

from waypost import clock
from waypost.devices import quarantine
from waypost.devices.deliveries import Deliveries
from waypost.devices.known import KnownTags
from waypost.devices.models import Device, QuarantinedMessage
from waypost.devices.protocols import HTTP
from waypost.devices.routing import Fate, Routed, intake_row, place, route
from waypost.devices.values import (
    BatchMessage,
    BatchRow,
    HttpReply,
    Item,
    Ping,
    Sender,
    TagMessage,
    UnreadableMessage,
)
from waypost.errors import Unavailable
from waypost.orders.directory import ActivationDirectory
from waypost.positions import log, seal
from waypost.positions.batch import IntakeRow, build
from waypost.positions.log import RawRow
from waypost.positions.values import Decoded, DecodedEvent, EventKind
from waypost.units import ActivationNumber

logger = logging.getLogger(__name__)
HEARD_AGAIN_AFTER = timedelta(seconds=30)  # how fine `last_heard_at` is
SOURCE = "gateway"


@dataclass
class Group:
    """What one commit will hold."""

    logged: list[IntakeRow] = field(default_factory=list)
    sealed: list[IntakeRow] = field(default_factory=list)
    raws: list[RawRow] = field(default_factory=list)
    unplaced: list[QuarantinedMessage] = field(default_factory=list)
    heard: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def keep_raw(self, activation: ActivationNumber, protocol: str, payload: bytes) -> int:
        """The place of a raw message among those of the commit."""
        self.raws.append(RawRow(activation, protocol, payload))
        return len(self.raws) - 1


class Intake:
    """Writes groups, one at a time, from one thread."""

    def __init__(self) -> None:
        self._known = KnownTags()
        self._heard: dict[str, datetime] = {}
        self.counts: dict[str, int] = dict.fromkeys(
            ("groups", "messages", "rows_logged", "rows_sealed", "quarantined", "refused"), 0
        )

    def write(self, items: Sequence[Item]) -> list[HttpReply]:
        """A reply for each item, in order. Unavailable: nothing was kept, none may be promised."""
        try:
            return self._write(items)
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

    def _one_by_one(self, items: Sequence[Item], trouble: Exception) -> list[HttpReply]:
        if len(items) > 1:
            return [self.write([item])[0] for item in items]
        logger.error("a message could not be taken in: %s", type(trouble).__name__)
        reason = f"it could not be taken in ({type(trouble).__name__}): a mistake of Waypost's"
        return self._write([_spoilt(items[0], reason)])

    def _write(self, items: Sequence[Item]) -> list[HttpReply]:
        now = clock.now()
        directory = self._directory_for(items)
        group = Group()
        with transaction.atomic():
            deliveries = Deliveries.of([i for i in items if isinstance(i, BatchMessage)], now=now)
            replies = [self._take(item, group, directory, deliveries) for item in items]
            position = save_group(group, source=SOURCE, now=now)
            heard = self._save_heard(group, now=now)
            deliveries.save(position, now=now)
        self._heard.update(heard)
        self._count(items, group, replies)
        return replies

    def _directory_for(self, items: Sequence[Item]) -> ActivationDirectory:
        """The directory; looked at anew when an item's sender is not in it."""
        if all(isinstance(item, Ping) for item in items):
            return self._known.directory(at_once=True)
        directory = self._known.directory()
        if all(_is_known(directory, sender) for item in items for sender in _senders(item)):
            return directory
        return self._known.directory(at_once=True)

    def _take(
        self, item: Item, group: Group, directory: ActivationDirectory, deliveries: Deliveries
    ) -> HttpReply:
        if isinstance(item, TagMessage):
            return _take_message(item, group, directory)
        if isinstance(item, UnreadableMessage):
            group.unplaced.append(
                quarantine.quarantined(
                    item.device, item.protocol, item.payload, item.reason, item.received_at
                )
            )
            return HttpReply(item.status, item.reason if item.status >= 400 else "")
        if isinstance(item, BatchMessage):
            return deliveries.answer(item, lambda rows: take_rows(rows, item, group, directory))
        return HttpReply(200)

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

    def _count(self, items: Sequence[Item], group: Group, replies: Sequence[HttpReply]) -> None:
        self.counts["groups"] += 1
        self.counts["messages"] += sum(not isinstance(item, Ping) for item in items)
        self.counts["rows_logged"] += sum(len(r.fixes) + len(r.events) for r in group.logged)
        self.counts["rows_sealed"] += sum(len(r.fixes) + len(r.events) for r in group.sealed)
        self.counts["quarantined"] += len(group.unplaced)
        self.counts["refused"] += sum(reply.status >= 400 for reply in replies)


def _take_message(item: TagMessage, group: Group, directory: ActivationDirectory) -> HttpReply:
    """A message of a tag into the group. Whole parts of a bad message are kept, and all of it is
    shown to an officer; the reply is the protocol's."""
    decoded = item.decoded
    payload = item.message.to_bytes()
    reason = decoded.error
    if decoded.device_id is not None:
        routed = route(directory, _with_contact(decoded), item.received_at)
        take_routed(routed, item.protocol, payload, group)
        reason = reason or routed.reason
        if routed.logged or routed.sealed:
            group.heard[decoded.device_id] = (item.received_at, item.protocol)
    if reason is not None:
        group.unplaced.append(
            quarantine.quarantined(
                decoded.device_id or "", item.protocol, payload, reason, item.received_at
            )
        )
    return HTTP[item.protocol].reply(decoded)


def take_routed(routed: Routed, protocol: str, payload: bytes, group: Group) -> None:
    """The parts of a message that have an owner into the group, with the raw message if one has."""
    group.sealed += routed.sealed
    owner = routed.one_owner
    raw_place = None if owner is None else group.keep_raw(owner, protocol, payload)
    group.logged += [_pointing(row, raw_place) for row in routed.logged]


def _with_contact(decoded: Decoded) -> Decoded:
    """A sound message of a kind we do not read still says that the tag was in contact."""
    if decoded.fixes or decoded.events or decoded.error is not None:
        return decoded
    return Decoded(decoded.device_id, events=(DecodedEvent(None, EventKind.CONTACT),))


def take_rows(
    rows: Sequence[BatchRow], item: BatchMessage, group: Group, directory: ActivationDirectory
) -> dict[int, str]:
    """The rows of a batch into the group; what became of each, by its number.

    The raw message of an activation is the list of its rows, so that no key opens another's.
    """
    became: dict[int, str] = {}
    logged: dict[ActivationNumber, list[tuple[BatchRow, Any]]] = {}
    for row in rows:
        seen = row.fix or row.event
        if seen is None:
            raise ValueError(f"row {row.number} of a batch holds nothing")
        placed = place(directory, row.sender, seen.measured_at, item.received_at)
        if placed.fate is Fate.UNPLACED or placed.span is None or placed.span.number is None:
            became[row.number] = "quarantined"
            group.unplaced.append(
                quarantine.quarantined(
                    row.sender.name, "batch", row.sent.encode(), placed.reason, item.received_at
                )
            )
            continue
        group.heard[placed.span.device_id] = (item.received_at, "batch")
        if placed.fate is Fate.SEALED:
            became[row.number] = "sealed"
            group.sealed.append(intake_row(placed.span, item.received_at, [seen]))
        else:
            became[row.number] = "accepted"
            logged.setdefault(placed.span.number, []).append((row, placed.span))
    for number, mine in logged.items():
        payload = "[" + ",".join(row.sent for row, _ in mine) + "]"
        raw_place = group.keep_raw(number, "batch", payload.encode())
        seen_rows = [row.fix or row.event for row, _ in mine]
        group.logged.append(
            intake_row(mine[0][1], item.received_at, [s for s in seen_rows if s], raw_place)
        )
    return became


def save_group(group: Group, *, source: str, now: datetime) -> int | None:
    """The group's rows; the position of its log entry, None when nothing went to the log.

    Inside the caller's transaction.
    """
    QuarantinedMessage.objects.bulk_create(group.unplaced)
    if group.sealed:
        seal.seal(*build(group.sealed), now=now)
    if not group.logged:
        return None
    fixes, events = build(group.logged)
    return int(log.append(fixes, events, group.raws, source=source, now=now))


def _pointing(row: IntakeRow, raw_place: int | None) -> IntakeRow:
    return IntakeRow(
        row.activation, row.from_at, row.to_at, row.received_at, row.fixes, row.events, raw_place
    )


def _spoilt(item: Item, reason: str) -> Item:
    """The item as bytes for an officer, when taking it in fails. A tag is told that it was taken,
    since it was, and would resend it for ever; a hub is told that something is wrong."""
    received_at = getattr(item, "received_at", None) or clock.now()
    if isinstance(item, TagMessage):
        device, payload = item.decoded.device_id or "", item.message.to_bytes()
        return UnreadableMessage(item.protocol, payload, reason, received_at, device, status=200)
    if isinstance(item, UnreadableMessage):
        return UnreadableMessage(item.protocol, item.payload, reason, received_at)
    rows = item.read.rows if isinstance(item, BatchMessage) else []
    listed = "[" + ",".join(row.sent for row in rows) + "]"
    return UnreadableMessage("batch", listed.encode(), reason, received_at)


def _forget_connection() -> None:
    """The next group finds a fresh one. With its pool: a pool whose server went away waits longer
    and longer before it tries again, minutes after a long outage."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's wrapper


def _senders(item: Item) -> list[Sender]:
    if isinstance(item, TagMessage):
        return [Sender(item.decoded.device_id)] if item.decoded.device_id else []
    return [row.sender for row in item.read.rows] if isinstance(item, BatchMessage) else []


def _is_known(directory: ActivationDirectory, sender: Sender) -> bool:
    if sender.device_id is not None:
        return bool(directory.any_of(sender.device_id))
    return directory.by_reference(sender.activation_id or "") is not None
