"""What is wrong with a time: which clock error it looks like, and what would mend it. Pure.

Three times belong to a row: the device's (as sent), ours (receipt) and the one it is judged by.
They are the same moment but for the way here, so a time that cannot be is told by the other two:

    measured after it was received           FUTURE, or WRONG_HOUR when whole hours ahead explain it
    before the tag was fitted                BEFORE_FITTING, or ROLLOVER when 1,024 weeks explain it

Whole hours *behind* look like a late upload in any one message; `Behind` watches a tag's contacts.
Such rows are judged as sent until an officer accepts the offset: late uploads are common and wrong
hours rare, so setting them aside unasked would blind us to more people than it helps.

source   IS-GPS-200, 20.3.3.3.1.1: the week number has ten bits
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waypost.positions.schema import SetAside

Microseconds = npt.NDArray[np.int64]

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
ROLLOVER_US = 1_024 * 7 * 24 * HOUR_US
ROLLOVERS_MAX = 2  # of 1999 and 2019; the next is in 2038
BACKLOG_MAX_US = 30 * 24 * HOUR_US  # how old a stored message may be when it comes
CLOCK_TOLERANCE_US = 120 * SECOND_US  # how far a tag's clock may run ahead of ours
HOUR_TOLERANCE_US = 180 * SECOND_US
UPLOAD_LAG_MAX_US = 20 * 60 * SECOND_US  # tags upload 5 to 15 minutes after they measured
HOURS_MAX = 14  # the widest zone is UTC+14


@dataclass(frozen=True, slots=True)
class Judged:
    """What a time is marked as, and what to add to mend it (None: it is sound, or unknown)."""

    mark: SetAside
    offset_us: int | None = None


def judge_time(measured_us: int, received_us: int, from_us: int, to_us: int) -> Judged:
    """The mark of one time by the plain rules; USABLE when nothing is wrong with it.

    from_us, to_us   the activation's span, half-open
    """
    if measured_us > received_us + CLOCK_TOLERANCE_US:
        hours = _hours_ahead(measured_us - received_us)
        if hours is None:
            return Judged(SetAside.FUTURE)
        return Judged(SetAside.WRONG_HOUR, -hours * HOUR_US)
    if from_us <= measured_us < to_us:
        return Judged(SetAside.USABLE)
    for rounds in range(1, ROLLOVERS_MAX + 1):
        mended_us = measured_us + rounds * ROLLOVER_US
        recent = received_us - BACKLOG_MAX_US <= mended_us <= received_us + CLOCK_TOLERANCE_US
        if recent and from_us <= mended_us < to_us:
            return Judged(SetAside.ROLLOVER, rounds * ROLLOVER_US)
    return Judged(SetAside.BEFORE_FITTING)


def is_doubt(judged: Judged, lag_us: int) -> bool:
    """Whether a time that is set aside speaks of a wrong clock. One of a while before fitting does
    not: a tag that was tried in the office keeps what it measured there, and sends it later."""
    if judged.mark is SetAside.BEFORE_FITTING:
        return lag_us > BACKLOG_MAX_US
    return judged.mark is not SetAside.USABLE


def _hours_ahead(lead_us: int) -> int | None:
    """The whole hours by which a clock is ahead, if with them the message came as soon as messages
    do: the least number that does not have it come before it was measured."""
    hours = -((HOUR_TOLERANCE_US - lead_us) // HOUR_US)  # rounded up
    lag_us = hours * HOUR_US - lead_us
    return hours if 1 <= hours <= HOURS_MAX and lag_us <= UPLOAD_LAG_MAX_US else None


def marks_of_times(
    measured_us: Microseconds,
    received_us: Microseconds,
    from_us: Microseconds | int,
    to_us: Microseconds | int,
) -> npt.NDArray[np.int8]:
    """`judge_time(...).mark` over arrays."""
    marks = np.zeros(measured_us.shape, dtype=np.int8)
    ahead = measured_us > received_us + CLOCK_TOLERANCE_US
    outside = ~ahead & ((measured_us < from_us) | (measured_us >= to_us))
    if not (ahead.any() or outside.any()):  # nearly always
        return marks
    lead = np.where(ahead, measured_us - received_us, 0)
    hours = -((HOUR_TOLERANCE_US - lead) // HOUR_US)
    lag = hours * HOUR_US - lead
    whole = (hours >= 1) & (hours <= HOURS_MAX) & (lag <= UPLOAD_LAG_MAX_US)
    marks[ahead] = SetAside.FUTURE
    marks[ahead & whole] = SetAside.WRONG_HOUR
    marks[outside] = SetAside.BEFORE_FITTING
    for rounds in range(1, ROLLOVERS_MAX + 1):
        mended = np.where(outside, measured_us, 0) + rounds * ROLLOVER_US
        recent = (mended >= received_us - BACKLOG_MAX_US) & (
            mended <= received_us + CLOCK_TOLERANCE_US
        )
        marks[outside & recent & (mended >= from_us) & (mended < to_us)] = SetAside.ROLLOVER
    return marks


CONTACTS_MIN = 10
STEADY_FOR_US = 20 * 60 * SECOND_US
CONTACT_GAP_US = 30 * SECOND_US  # messages closer together are one contact: a backlog coming in


@dataclass(slots=True)
class Behind:
    """One tag's contacts whose newest message was whole hours old; small, kept in memory.

    newest_us   the least lag of the contact going on
    """

    hours: int
    since_us: int
    contact_us: int
    newest_us: int
    contacts: int = 0

    @property
    def stands(self) -> bool:
        """Whether it went on steadily for so long that a late upload does not explain it."""
        return self.contacts >= CONTACTS_MIN and self.contact_us - self.since_us >= STEADY_FOR_US


def whole_hours_old(lag_us: int) -> int | None:
    """The whole hours, 1 to HOURS_MAX, that a lag is near; None when it is near none."""
    hours = (lag_us + HOUR_TOLERANCE_US) // HOUR_US
    near = abs(lag_us - hours * HOUR_US) <= HOUR_TOLERANCE_US
    return int(hours) if 1 <= hours <= HOURS_MAX and near else None


def watch_lag(before: Behind | None, lag_us: int, received_us: int) -> Behind | None:
    """What is known of a tag after a message that was `lag_us` old when received; None: all well.

    A contact counts once it is over, by its newest message: a backlog is old in most of its
    messages and new in its last.
    """
    if before is not None and received_us - before.contact_us <= CONTACT_GAP_US:
        if lag_us < before.newest_us:
            before.newest_us = lag_us
        before.contact_us = max(before.contact_us, received_us)
        return before if whole_hours_old(before.newest_us) is not None else None
    hours = whole_hours_old(lag_us)
    if hours is None:
        return None
    if before is None or whole_hours_old(before.newest_us) != hours or before.hours != hours:
        return Behind(hours, received_us, received_us, lag_us)
    return Behind(hours, before.since_us, received_us, lag_us, before.contacts + 1)


def still_wrong(offset_us: int, lag_us: int) -> bool:
    """Whether a message so old when received shows the error that the offset mends.

    A clock that is ahead shows it in times to come, one that is behind in that nothing is newer.
    """
    if offset_us < 0:
        return lag_us < -CLOCK_TOLERANCE_US
    return lag_us >= offset_us - (BACKLOG_MAX_US if offset_us >= ROLLOVER_US else HOUR_TOLERANCE_US)


def offset_in_words(offset_s: int) -> str:
    """An offset as an officer reads it: "1 hour back", "1,024 weeks on"."""
    weeks, rest = divmod(abs(offset_s), 7 * 86_400)
    number, word = (weeks, "week") if weeks and not rest else (abs(offset_s) / 3600, "hour")
    if word == "hour" and number != int(number):
        number, word = abs(offset_s) / 60, "minute"
    return f"{number:,.0f} {word}{'' if number == 1 else 's'} {'back' if offset_s < 0 else 'on'}"
