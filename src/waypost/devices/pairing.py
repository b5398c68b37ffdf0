"""Home units and beacons: what their places tell of the wearer they were put up for, and only that.

    a tag hears a beacon               -> a fix at the beacon's address, if it is that wearer's own
    a home unit hears a tag            -> the same, under the tag's activation
    a home unit says something else    -> the wearer's event, marked with the unit

The place is the one an officer recorded, with the reach of its radio as R95; nothing is borrowed
from an earlier fix. Somebody else's beacon tells no place, nor does one that was moved: the event
alone is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from waypost.orders.directory import ActivationDirectory, Worn
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.protocols.values import BatchRow, Sender
from waypost.units import Mechanism

BEACON = "beacon"  # attribute of an event: which beacon was heard
HOME_UNIT = "home_unit"  # attribute of a home unit's event: which unit said it


@dataclass(frozen=True, slots=True)
class Paired:
    """A device at an address, for one person, in [from_at, to_at); radius_m: its radio's reach.

    moved_at   when it reported that somebody moved it: from then on nobody knows where it stands
    """

    device_id: str
    person_number: int
    lat: float
    lon: float
    radius_m: float
    from_at: datetime
    to_at: datetime | None
    moved_at: datetime | None = None

    def tells_place(self, instant: datetime) -> bool:
        return self.holds(instant) and (self.moved_at is None or instant < self.moved_at)

    def holds(self, instant: datetime) -> bool:
        return self.from_at <= instant and (self.to_at is None or instant < self.to_at)


class PairingBook:
    """Every pairing by device; never changed afterwards."""

    def __init__(self, pairings: Iterable[Paired] = ()) -> None:
        self._by_device: dict[str, list[Paired]] = defaultdict(list)
        for one in pairings:
            self._by_device[one.device_id].append(one)

    def knows(self, device_id: str) -> bool:
        return device_id in self._by_device

    def at(self, device_id: str, instant: datetime) -> Paired | None:
        """Where the device was put up at the instant, and for whom."""
        return next((one for one in self._by_device.get(device_id, ()) if one.holds(instant)), None)


NO_PAIRINGS = PairingBook()


def with_places(
    decoded: Decoded, book: PairingBook, directory: ActivationDirectory, received_at: datetime
) -> list[Decoded]:
    """The message with what pairings add: itself, or, from a home unit, its wearers' parts.

    A message with nothing to add comes back as it is, at the cost of one look-up.
    """
    device_id = decoded.device_id
    if device_id is None:
        return [decoded]
    if book.knows(device_id) and not directory.any_of(device_id):
        return _of_home_unit(decoded, device_id, book, directory, received_at)
    if not any(event.kind is EventKind.BEACON_SEEN for event in decoded.events):
        return [decoded]
    heard: list[DecodedFix] = []
    for event in decoded.events:
        span = directory.live_at(device_id, _time_of(event, received_at))
        worn = directory.worn(span.number) if span and span.number is not None else None
        if worn is not None and worn.person_number is not None:
            heard += fixes_heard([event], book, worn.person_number, received_at)
    return [replace(decoded, fixes=(*decoded.fixes, *heard))] if heard else [decoded]


def row_with_places(
    row: BatchRow, book: PairingBook, directory: ActivationDirectory, received_at: datetime
) -> tuple[Sender, list[DecodedFix | DecodedEvent]]:
    """The same for a row of a hub's batch: whose it is, and what was seen."""
    event = row.event
    if event is None:
        return row.sender, [row.fix] if row.fix else []
    sender = row.sender
    if sender.device_id is not None:
        said = Decoded(sender.device_id, events=(event,))
        [part] = with_places(said, book, directory, received_at)  # one event is one person's
        return Sender(part.device_id), [*part.events, *part.fixes]
    worn = directory.by_reference(sender.activation_id or "")
    if worn is None or worn.person_number is None:
        return sender, [event]
    return sender, [event, *fixes_heard([event], book, worn.person_number, received_at)]


def fixes_heard(
    events: Iterable[DecodedEvent], book: PairingBook, person_number: int, received_at: datetime
) -> list[DecodedFix]:
    """A fix for each beacon of this person that was heard while it was put up for them."""
    found = []
    for event in events:
        beacon = event.attributes.get(BEACON)
        if event.kind is not EventKind.BEACON_SEEN or not isinstance(beacon, str):
            continue
        at = _time_of(event, received_at)
        paired = book.at(beacon, at)
        mine = paired is not None and paired.person_number == person_number
        if paired is not None and mine and paired.tells_place(at):
            found.append(fix_at(paired, event, beacon))
    return found


def fix_at(paired: Paired, event: DecodedEvent, beacon: str) -> DecodedFix:
    """Somebody is within the radio's reach of the place, at the event's own time."""
    return DecodedFix(
        event.measured_at,
        paired.lat,
        paired.lon,
        accuracy_m=paired.radius_m,
        mechanism=Mechanism.BEACON,
        attributes={BEACON: beacon},
    )


def _of_home_unit(
    decoded: Decoded,
    unit: str,
    book: PairingBook,
    directory: ActivationDirectory,
    received_at: datetime,
) -> list[Decoded]:
    """What a home unit says, as its wearers' tags' events. What falls to nobody stays under the
    unit's own id, where no activation is found for it: an officer settles it."""
    events = decoded.events or (DecodedEvent(None, EventKind.CONTACT),)
    parts: dict[str, Decoded] = {}
    left: list[DecodedEvent] = []
    for event in events if decoded.error is None or decoded.events else ():
        at = _time_of(event, received_at)
        paired = book.at(unit, at)
        worn = _worn_by(paired, directory, at) if paired else None
        if paired is None or worn is None:
            left.append(event)
            continue
        tag = worn.span.device_id
        part = parts.get(tag, Decoded(tag))
        parts[tag] = _joined(part, paired, event, unit, at)
    if left or decoded.fixes or decoded.error is not None:
        parts[unit] = Decoded(unit, decoded.fixes, tuple(left), decoded.error)
    return list(parts.values())


def _joined(part: Decoded, paired: Paired, event: DecodedEvent, unit: str, at: datetime) -> Decoded:
    """The part with the event, marked, and a fix if the unit heard that very tag."""
    marked = replace(event, attributes={**event.attributes, HOME_UNIT: unit})
    heard = event.kind is EventKind.BEACON_SEEN and event.attributes.get(BEACON) == part.device_id
    told = heard and paired.tells_place(at)
    fixes: Sequence[DecodedFix] = [fix_at(paired, event, unit)] if told else []
    return Decoded(part.device_id, (*part.fixes, *fixes), (*part.events, marked))


def _worn_by(paired: Paired, directory: ActivationDirectory, at: datetime) -> Worn | None:
    """The activation that the person of the pairing wears at the instant; None where the tag counts
    as somebody else's then (two records overlap): routing would give it to that person."""
    worn = directory.worn_at(paired.person_number, at)
    if worn is None:
        return None
    owner = directory.live_at(worn.span.device_id, at)
    return worn if owner is not None and owner.number == worn.span.number else None


def _time_of(event: DecodedEvent, received_at: datetime) -> datetime:
    """When it happened, for finding its owner: no clock of a tag moves it past our receipt."""
    return min(event.measured_at or received_at, received_at)
