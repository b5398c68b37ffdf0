"""Clocks watched as messages are committed: doubts written down, accepted offsets applied.

A doubt is one row an activation, kind and offset, that grows; it is written when new and then every
SAID_EVERY_S, so that a tag with a wrong clock costs a row now and then. While an offset is accepted
for what still comes, each such message is logged again as it is judged, in the same transaction,
and its rows as sent are set aside (positions/order.py): rows are only ever added.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.clock import FOREVER_US, from_us, to_us
from waypost.devices.correcting import apply_correction
from waypost.devices.models import ClockCorrection, ClockDoubt
from waypost.gateway.group import Group
from waypost.gateway.values import TagMessage
from waypost.positions.batch import IntakeRow
from waypost.positions.clocks import (
    CLOCK_TOLERANCE_US,
    HOUR_US,
    ROLLOVER_US,
    Behind,
    is_doubt,
    judge_time,
    still_wrong,
    watch_lag,
    whole_hours_old,
)
from waypost.positions.schema import SetAside
from waypost.units import ActivationNumber

SAID_EVERY_S = 10.0
RIGHT_FOR_US = HOUR_US  # sound messages for so long end a correction of a clock that was ahead
LOOKED_EVERY_S = 1.0  # how long an officer's decision may go unseen
Key = tuple[ActivationNumber, str, int | None]  # activation, kind, offset_us


@dataclass(slots=True)
class Seen:
    """What speaks for one doubt, not yet written: rows, and the times from-to."""

    count: int
    measured_us: tuple[int, int]
    received_us: tuple[int, int]

    def add(self, measured_us: int, received_us: int) -> None:
        self.count += 1
        self.measured_us = _widened(self.measured_us, measured_us)
        self.received_us = _widened(self.received_us, received_us)


@dataclass(slots=True)
class Ongoing:
    """An offset accepted for what still comes.

    shown     a message of the group at hand shows the error
    wrong_us  when one last did; sound_us: when one last did not
    """

    correction: ClockCorrection
    shown: bool = False
    wrong_us: int = 0
    sound_us: int = 0

    def meet(self, lag_us: int, received_us: int) -> None:
        """A message whose newest time was so old when it was received."""
        if still_wrong(self.correction.offset_s * 1_000_000, lag_us):
            self.shown, self.wrong_us = True, received_us
        else:
            self.sound_us = received_us
            self.wrong_us = self.wrong_us or received_us

    @property
    def is_over(self) -> bool:
        """Whether the clock is right again: one message suffices where it was behind, since
        nothing comes before it was measured; an hour of them where it was ahead."""
        if not self.sound_us:
            return False
        behind = 0 < self.correction.offset_s < ROLLOVER_US // 1_000_000
        return behind or self.sound_us - self.wrong_us >= RIGHT_FOR_US


class ClockWatch:
    """For the committer's thread."""

    def __init__(self) -> None:
        self._behind: dict[ActivationNumber, Behind] = {}
        self._seen: dict[Key, Seen] = {}
        self._said_s: dict[Key, float] = {}
        self._ongoing: dict[ActivationNumber, Ongoing] = {}
        self._looked_s = float("-inf")
        self._writing: dict[Key, float] = {}

    def look(
        self, messages: Sequence[TagMessage], group: Group, *, now: datetime
    ) -> Mapping[int, tuple[bytes, ...]]:
        self._look_for_decisions()
        for row in group.logged:
            self._look_at(row)
        if self._seen:
            self._write(now)
        for one in list(self._ongoing.values()):
            if one.shown:
                apply_correction(one.correction, at_position=group.position, now=now)
                one.shown = False
            elif one.is_over:
                end_ongoing(one.correction, now=now)
                del self._ongoing[ActivationNumber(one.correction.activation_id)]
        return {}

    def committed(self) -> None:
        for key, said_s in self._writing.items():
            self._said_s[key] = said_s
            self._seen.pop(key, None)
        self._writing = {}

    def undone(self) -> None:
        """What was seen stays seen: the tags will send it again, and a doubt is no count."""
        self._writing = {}

    def _look_at(self, row: IntakeRow) -> None:
        received_us = to_us(row.received_at)
        fitted_us, taken_off_us = to_us(row.from_at), FOREVER_US
        if row.to_at is not None:
            taken_off_us = to_us(row.to_at)
        newest_us = None
        for measured_us in _times(row):
            if (
                fitted_us <= measured_us < taken_off_us
                and measured_us <= received_us + CLOCK_TOLERANCE_US
            ):
                if newest_us is None or measured_us > newest_us:
                    newest_us = measured_us
                continue
            judged = judge_time(measured_us, received_us, fitted_us, taken_off_us)
            if is_doubt(judged, received_us - measured_us):
                key = (row.activation, judged.mark.name.lower(), judged.offset_us)
                self._note(key, measured_us, received_us)
        if newest_us is not None:
            self._look_behind(row.activation, newest_us, received_us)
        if row.activation in self._ongoing:
            times = list(_times(row))
            if times:
                self._ongoing[row.activation].meet(received_us - max(times), received_us)

    def _look_behind(self, number: ActivationNumber, newest_us: int, received_us: int) -> None:
        lag_us = received_us - newest_us
        before = self._behind.get(number)
        if before is None and whole_hours_old(lag_us) is None:
            return  # nearly every message of nearly every tag
        after = watch_lag(before, lag_us, received_us)
        if after is None:
            self._behind.pop(number, None)
            return
        self._behind[number] = after
        if after.stands:
            key = (number, SetAside.WRONG_HOUR.name.lower(), after.hours * HOUR_US)
            self._note(key, newest_us, received_us, since_us=after.since_us)

    def _note(
        self, key: Key, measured_us: int, received_us: int, *, since_us: int | None = None
    ) -> None:
        seen = self._seen.get(key)
        if seen is None:
            self._seen[key] = Seen(
                1, (measured_us, measured_us), (since_us or received_us, received_us)
            )
        else:
            seen.add(measured_us, received_us)

    def _write(self, now: datetime) -> None:
        clock_s = time.monotonic()
        for key, seen in self._seen.items():
            if clock_s - self._said_s.get(key, float("-inf")) >= SAID_EVERY_S:
                write_doubt(key, seen)
                self._writing[key] = clock_s

    def _look_for_decisions(self) -> None:
        if time.monotonic() - self._looked_s < LOOKED_EVERY_S:
            return
        before, self._ongoing = self._ongoing, {}
        for row in ClockCorrection.objects.filter(received_to=None):
            number = ActivationNumber(row.activation_id)
            known = before.get(number)
            same = known is not None and known.correction.pk == row.pk
            self._ongoing[number] = known if known and same else Ongoing(row)
        self._looked_s = time.monotonic()


def write_doubt(key: Key, seen: Seen) -> None:
    """The open doubt of this key, grown; or a new one. A doubt about what an officer has accepted
    for what still comes is none."""
    number, kind, offset_us = key
    offset_s = None if offset_us is None else offset_us // 1_000_000
    mine = {"activation_id": number, "kind": kind, "offset_s": offset_s}
    if ClockCorrection.objects.filter(activation_id=number, kind=kind, received_to=None).exists():
        return
    explained = ClockDoubt.objects.filter(activation_id=number, settled_at=None)
    if offset_s is None and explained.exclude(offset_s=None).exists():
        return  # an offset is offered already that explains this too
    earliest, latest = (from_us(one) for one in seen.measured_us)
    first, last = (from_us(one) for one in seen.received_us)
    grown = ClockDoubt.objects.filter(**mine, settled_at=None).update(
        count=F("count") + seen.count, last_received_at=last, last_measured_at=latest
    )
    if not grown:
        ClockDoubt.objects.create(
            **mine, count=seen.count, first_measured_at=earliest, last_measured_at=latest,
            first_received_at=first, last_received_at=last,
        )  # fmt: skip


def _times(row: IntakeRow) -> Iterator[int]:
    for fix in row.fixes:
        if fix.measured_at is not None:
            yield to_us(fix.measured_at)
    for event in row.events:
        if event.measured_at is not None:
            yield to_us(event.measured_at)


def _widened(span: tuple[int, int], value: int) -> tuple[int, int]:
    return min(span[0], value), max(span[1], value)


def end_ongoing(correction: ClockCorrection, *, now: datetime) -> None:
    """The clock is right again: what comes from now on is judged as sent."""
    ClockCorrection.objects.filter(pk=correction.pk, received_to=None).update(received_to=now)
    audit.record(
        "clock:right_again", by=MACHINE, at=now, about=correction.activation.person_id,
        detail={"correction": correction.pk},
    )  # fmt: skip
