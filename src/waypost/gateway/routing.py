"""Whose a message is and where it goes: the log, the sealed quarantine, or an officer's list.

A tag is on somebody only from-to, so each fix is placed by when it was measured:

    tag worn then, an order live         -> LOGGED
    tag worn then, no order live         -> SEALED (never judged, matched or shown)
    not worn then, but worn at receipt   -> LOGGED, set aside there as FUTURE or BEFORE_FITTING
    nobody known to wear it              -> UNPLACED: an officer settles it
    measured in a time that was deleted  -> FORGOTTEN: kept nowhere (positions/forgotten.py)

A time in the future is a clock that is wrong: the time of receipt decides instead.

    route(directory, decoded, ...)    the plain way: every fix and event placed for itself
    Router(directory).owner_of(...)   the glance that suffices for nearly every message
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from waypost.devices.pairing import NO_PAIRINGS, PairingBook
from waypost.orders.directory import ActivationDirectory
from waypost.orders.values import ActivationSpan
from waypost.positions.batch import IntakeRow
from waypost.positions.clocks import CLOCK_TOLERANCE_US
from waypost.positions.forgotten import NOTHING_FORGOTTEN, ForgottenBook
from waypost.positions.values import Decoded, DecodedEvent, DecodedFix, EventKind
from waypost.protocols.values import Sender
from waypost.units import ActivationNumber

CLOCK_TOLERANCE = timedelta(microseconds=CLOCK_TOLERANCE_US)
UNKNOWN_TAG = "no activation of this tag is known"
UNKNOWN_ACTIVATION = "no activation of this reference is known"
NOT_WORN = "no activation of this tag was live when this was measured"


class Fate(Enum):
    LOGGED = "logged"
    SEALED = "sealed"
    UNPLACED = "unplaced"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one fix or event goes; `reason` says why it is UNPLACED."""

    fate: Fate
    span: ActivationSpan | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Routed:
    """One message, parted by activation and fate. `reason` is set when part of it is UNPLACED."""

    logged: tuple[IntakeRow, ...] = ()
    sealed: tuple[IntakeRow, ...] = ()
    reason: str | None = None
    forgotten: bool = False  # some of it was measured in a time that was deleted

    @property
    def one_owner(self) -> ActivationNumber | None:
        """The activation that all of it belongs to: only then the raw message is kept with it,
        since a key of one person must not open another's."""
        numbers = {row.activation for row in self.logged}
        whole = len(numbers) == 1 and not self.sealed and self.reason is None
        whole = whole and not self.forgotten
        return numbers.pop() if whole else None


def place(
    directory: ActivationDirectory,
    sender: Sender,
    measured_at: datetime | None,
    received_at: datetime,
    forgotten: ForgottenBook = NOTHING_FORGOTTEN,
) -> Placed:
    """Where something measured then, by this sender, goes."""
    at = measured_at or received_at
    if at > received_at + CLOCK_TOLERANCE:
        at = received_at
    span = _span_at(directory, sender, at)
    if forgotten and _is_forgotten(forgotten, directory, sender, at, span):
        return Placed(Fate.FORGOTTEN)
    if span is None:
        at = received_at
        span = _span_at(directory, sender, at)
    if span is None or span.number is None:
        return Placed(Fate.UNPLACED, reason=_why_unplaced(directory, sender))
    live = directory.order_live(span.number, at)
    return Placed(Fate.LOGGED if live else Fate.SEALED, span)


def route(
    directory: ActivationDirectory,
    decoded: Decoded,
    received_at: datetime,
    forgotten: ForgottenBook = NOTHING_FORGOTTEN,
) -> Routed:
    """The parts of a decoded message. ValueError when it names no device."""
    if decoded.device_id is None:
        raise ValueError("a message without a device cannot be routed")
    sender = Sender(device_id=decoded.device_id)
    seen_all: list[DecodedFix | DecodedEvent] = [*decoded.fixes, *decoded.events]
    whole = [
        (seen, place(directory, sender, seen.measured_at, received_at, forgotten))
        for seen in seen_all
    ]
    reasons = [placed.reason for _, placed in whole if placed.fate is Fate.UNPLACED]
    return Routed(
        logged=_rows(whole, Fate.LOGGED, received_at),
        sealed=_rows(whole, Fate.SEALED, received_at),
        reason=reasons[0] if reasons else None,
        forgotten=any(placed.fate is Fate.FORGOTTEN for _, placed in whole),
    )


class Window(NamedTuple):
    """A span of time in which all that a tag measures is LOGGED under one activation."""

    from_at: datetime
    to_at: datetime
    span: ActivationSpan


def window_at(directory: ActivationDirectory, device_id: str, instant: datetime) -> Window | None:
    """The window around the instant; None where nobody wears the tag or no order is live."""
    span = directory.live_at(device_id, instant)
    if span is None or span.number is None:
        return None
    others = [s for s in directory.any_of(device_id) if s.activation_id != span.activation_id]
    # Of two that overlap the later fitted counts: what it covers stays out of the window.
    later = [s.from_at for s in others if s.from_at > instant]
    ended = [s.to_at for s in others if s.to_at and span.from_at <= s.from_at <= instant >= s.to_at]
    for start, end in directory.spans(span.number):
        if start <= instant < end:
            return Window(max([start, *ended]), min([end, *later]), span)
    return None


class Router:
    """A directory with the windows of the tags heard since it was made. For one thread."""

    def __init__(
        self,
        directory: ActivationDirectory,
        pairings: PairingBook = NO_PAIRINGS,
        forgotten: ForgottenBook = NOTHING_FORGOTTEN,
    ) -> None:
        self.directory, self.pairings, self.forgotten = directory, pairings, forgotten
        self._windows: dict[str, Window] = {}

    def knows(self, sender: Sender) -> bool:
        """Whether anybody ever wore it, or had it put up at home."""
        if sender.device_id is not None:
            return self.knows_tag(sender.device_id)
        return self.directory.by_reference(sender.activation_id or "") is not None

    def knows_tag(self, device_id: str) -> bool:
        return (
            device_id in self._windows
            or bool(self.directory.any_of(device_id))
            or self.pairings.knows(device_id)
        )

    def owner_of(self, decoded: Decoded, received_at: datetime) -> ActivationSpan | None:
        """The activation under which `route` would log all of a sound message, if a glance tells;
        None: ask `route`."""
        device_id = decoded.device_id
        if device_id is None or decoded.error is not None or self.forgotten.of_tag(device_id):
            return None
        window = self._windows.get(device_id)
        if window is None or not window.from_at <= received_at < window.to_at:
            window = window_at(self.directory, device_id, received_at)
            if window is None:
                return None
            self._windows[device_id] = window
        from_at, to_at, span = window
        for seen in decoded.fixes:
            if seen.measured_at is not None and not from_at <= seen.measured_at < to_at:
                return None
        for event in decoded.events:
            if event.measured_at is not None and not from_at <= event.measured_at < to_at:
                return None
            if event.kind is EventKind.BEACON_SEEN:  # pairings may add a place
                return None
        return span


def intake_row(
    span: ActivationSpan,
    received_at: datetime,
    seen: Iterable[DecodedFix | DecodedEvent],
    raw_place: int | None = None,
) -> IntakeRow:
    """What was seen under one activation, as the log takes it."""
    if span.number is None:
        raise ValueError(f"activation {span.activation_id} has no number")
    rows = list(seen)
    return IntakeRow(
        activation=span.number,
        from_at=span.from_at,
        to_at=span.to_at,
        received_at=received_at,
        fixes=[row for row in rows if isinstance(row, DecodedFix)],
        events=[row for row in rows if isinstance(row, DecodedEvent)],
        raw_place=raw_place,
    )


def _span_at(directory: ActivationDirectory, sender: Sender, at: datetime) -> ActivationSpan | None:
    if sender.device_id is not None:
        return directory.live_at(sender.device_id, at)
    worn = directory.by_reference(sender.activation_id or "")
    if worn is None or at < worn.span.from_at:
        return None
    return worn.span if worn.span.to_at is None or at < worn.span.to_at else None


def _is_forgotten(
    forgotten: ForgottenBook,
    directory: ActivationDirectory,
    sender: Sender,
    at: datetime,
    span: ActivationSpan | None,
) -> bool:
    device_id = sender.device_id
    if device_id is None:
        worn = directory.by_reference(sender.activation_id or "")
        device_id = worn.span.device_id if worn is not None else None
    return device_id is not None and forgotten.holds(device_id, at, span)


def _why_unplaced(directory: ActivationDirectory, sender: Sender) -> str:
    if sender.device_id is None:
        known = directory.by_reference(sender.activation_id or "") is not None
        return NOT_WORN if known else UNKNOWN_ACTIVATION
    return NOT_WORN if directory.any_of(sender.device_id) else UNKNOWN_TAG


def _rows(
    whole: list[tuple[DecodedFix | DecodedEvent, Placed]], fate: Fate, received_at: datetime
) -> tuple[IntakeRow, ...]:
    spans = {p.span.number: p.span for _, p in whole if p.fate is fate and p.span}
    return tuple(
        intake_row(
            span,
            received_at,
            [seen for seen, p in whole if p.fate is fate and p.span and p.span.number == number],
        )
        for number, span in spans.items()
    )
