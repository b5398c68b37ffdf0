"""What one commit will hold: messages put where they belong, gathered, then saved together.

take_message, take_rows   into the group: log, sealed quarantine or officers' list
save_group                the group into the store, inside the caller's transaction
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from waypost.devices.models import QuarantinedMessage
from waypost.devices.pairing import NO_PAIRINGS, PairingBook, row_with_places, with_places
from waypost.devices.values import FlagKind
from waypost.gateway import quarantine
from waypost.gateway.routing import Fate, Routed, Router, intake_row, place, route
from waypost.gateway.thinning import Levels
from waypost.gateway.values import BatchMessage, TagMessage
from waypost.orders.directory import ActivationDirectory
from waypost.orders.values import ActivationSpan
from waypost.positions import log, seal
from waypost.positions.batch import IntakeRow, build
from waypost.positions.forgotten import NOTHING_FORGOTTEN, ForgottenBook
from waypost.positions.log import RawRow
from waypost.positions.values import Decoded, DecodedEvent, EventKind
from waypost.protocols.values import BatchRow
from waypost.units import ActivationNumber

_CONTACT = (DecodedEvent(None, EventKind.CONTACT),)


@dataclass
class Group:
    """What one commit will hold. `levels`: what batteries said before, asked and told."""

    levels: Levels = field(default_factory=Levels)
    logged: list[IntakeRow] = field(default_factory=list)
    sealed: list[IntakeRow] = field(default_factory=list)
    raws: list[RawRow] = field(default_factory=list)
    unplaced: list[QuarantinedMessage] = field(default_factory=list)
    heard: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    flags: list[tuple[str, FlagKind]] = field(default_factory=list)
    position: int | None = None  # of its log entry, once saved

    def keep_raw(self, activation: ActivationNumber, protocol: str, payload: bytes) -> int:
        """The place of a raw message among those of the commit."""
        self.raws.append(RawRow(activation, protocol, payload))
        return len(self.raws) - 1


def take_message(item: TagMessage, group: Group, router: Router) -> None:
    """A message of a tag into the group, with what home units and beacons add. Whole parts of a bad
    message are kept, and all of it is shown to an officer."""
    span = router.owner_of(item.decoded, item.received_at)
    if span is not None:
        _take_whole(item, span, group)
        return
    decoded = item.decoded
    reason = decoded.error
    if decoded.device_id is not None:
        is_forgotten = False
        parts = with_places(decoded, router.pairings, router.directory, item.received_at)
        for part in parts:
            routed = route(
                router.directory, _with_contact(part), item.received_at, router.forgotten
            )
            is_forgotten = is_forgotten or routed.forgotten
            take_routed(routed, item.protocol, item.payload if len(parts) == 1 else None, group)
            reason = reason or routed.reason
            if routed.logged or routed.sealed:
                group.heard[decoded.device_id] = (item.received_at, item.protocol)
        if is_forgotten:  # nor does an officer's list keep what was deleted
            return
    if reason is not None:
        group.unplaced.append(
            quarantine.quarantined(
                decoded.device_id or "", item.protocol, item.payload, reason, item.received_at
            )
        )


def _take_whole(item: TagMessage, span: ActivationSpan, group: Group) -> None:
    """A sound message, all of one activation, into the group: nearly every message there is."""
    if span.number is None:
        raise ValueError(f"activation {span.activation_id} has no number")
    decoded, received_at = item.decoded, item.received_at
    fixes, events = decoded.fixes, decoded.events
    if not fixes:
        events = events or _CONTACT
    elif events:
        events = group.levels.news_of(span.number, events, received_at)
    place = group.keep_raw(span.number, item.protocol, item.payload)
    group.logged.append(
        IntakeRow(span.number, span.from_at, span.to_at, received_at, fixes, events, place)
    )
    group.heard[decoded.device_id or ""] = (received_at, item.protocol)


def take_routed(routed: Routed, protocol: str, payload: bytes | None, group: Group) -> None:
    """The parts of a message that have an owner into the group, with the raw message if one has.

    payload   None: it holds what is of several persons, and stays with none of them
    """
    group.sealed += routed.sealed
    owner = routed.one_owner if payload is not None else None
    raw_place = (
        None if owner is None or payload is None else group.keep_raw(owner, protocol, payload)
    )
    group.logged += [_pointing(row, raw_place) for row in routed.logged]


def _with_contact(decoded: Decoded) -> Decoded:
    """A sound message of a kind we do not read still says that the tag was in contact."""
    if decoded.fixes or decoded.events or decoded.error is not None:
        return decoded
    return Decoded(decoded.device_id, events=_CONTACT)


def take_rows(
    rows: Sequence[BatchRow],
    item: BatchMessage,
    group: Group,
    directory: ActivationDirectory,
    pairings: PairingBook = NO_PAIRINGS,
    forgotten: ForgottenBook = NOTHING_FORGOTTEN,
) -> dict[int, str]:
    """The rows of a batch into the group; what became of each, by its number.

    The raw message of an activation is the list of its rows, so that no key opens another's.
    """
    became: dict[int, str] = {}
    logged: dict[ActivationNumber, list[tuple[BatchRow, Any, list[Any]]]] = {}
    for row in rows:
        sender, seen = row_with_places(row, pairings, directory, item.received_at)
        if not seen:
            raise ValueError(f"row {row.number} of a batch holds nothing")
        placed = place(directory, sender, seen[0].measured_at, item.received_at, forgotten)
        if placed.fate is Fate.FORGOTTEN:
            became[row.number] = "forgotten"
            continue
        if placed.fate is Fate.UNPLACED or placed.span is None or placed.span.number is None:
            became[row.number] = "quarantined"
            group.unplaced.append(
                quarantine.quarantined(
                    row.sender.name, "batch", row.sent.encode(), placed.reason, item.received_at
                )
            )
            continue
        spoke = row.sender.device_id or placed.span.device_id  # a home unit, or the tag itself
        group.heard[spoke] = (item.received_at, "batch")
        if placed.fate is Fate.SEALED:
            became[row.number] = "sealed"
            group.sealed.append(intake_row(placed.span, item.received_at, seen))
        else:
            became[row.number] = "accepted"
            logged.setdefault(placed.span.number, []).append((row, placed.span, seen))
    for number, mine in logged.items():
        payload = "[" + ",".join(row.sent for row, _, _ in mine) + "]"
        raw_place = group.keep_raw(number, "batch", payload.encode())
        all_seen = [one for _, _, seen in mine for one in seen]
        group.logged.append(intake_row(mine[0][1], item.received_at, all_seen, raw_place))
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
    group.position = int(log.append(fixes, events, group.raws, source=source, now=now))
    return group.position


def _pointing(row: IntakeRow, raw_place: int | None) -> IntakeRow:
    return row._replace(raw_place=raw_place)
