"""Rows of a tag whose clock was wrong, logged again as they are judged. Rows are only ever added.

    as sent      measured_at as the tag said, from now on set aside by its mark (WRONG_HOUR, ...)
    as judged    measured_at + offset, received now: judged, found late, told to officers as such

The mark takes back every row that says the same (positions/order.py), in lake and log alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q

from waypost.access.values import Posted
from waypost.clock import FOREVER_US, MICROSECOND, to_us
from waypost.devices.models import ClockCorrection, ClockDoubt
from waypost.errors import Conflict, Refused
from waypost.orders.directory import NO_END, ActivationDirectory, Worn
from waypost.orders.models import Activation
from waypost.orders.queries import person_orders
from waypost.positions import log, quality, seal
from waypost.positions.batch import told_apart
from waypost.positions.clocks import ROLLOVER_US, Microseconds
from waypost.positions.log import CLOCK_CORRECTION
from waypost.positions.models import LogEntry
from waypost.positions.order import integers
from waypost.positions.queries import events_between, fixes_between
from waypost.positions.schema import CLOCK_WRONG, SetAside
from waypost.units import ActivationNumber

HOW_LENGTH_MAX = 200
_ASIDE_BY_TIME = pa.array([int(mark) for mark in CLOCK_WRONG], pa.int8())
_MENDED = 1_000_003  # a prime; times an offset in seconds it fits 64 bits with room
CONTACT = timedelta(minutes=1)
WIDEST = timedelta(microseconds=2 * ROLLOVER_US + 366 * 86_400 * 1_000_000)
Pair = tuple[pa.Table, pa.Table]  # fixes, events


def apply_correction(
    correction: ClockCorrection, *, now: datetime, at_position: int | None = None
) -> int:
    """Log again what the correction is about; how many rows it mends. In the caller's transaction.

    at_position   only what this entry of the log brought; None: all that was ever received in
                  [received_from, received_to)
    """
    worn = _worn(ActivationNumber(correction.activation_id))
    if worn is None:
        return 0
    held = _entry(at_position, correction) if at_position else _held(correction, now)
    mended = [_mended(table, correction, worn, now) for table in held]
    count = int(sum(judged.num_rows + sealed.num_rows for _, judged, sealed in mended))
    if not count:
        return 0
    fixes, events = (pa.concat_tables([sent, judged]) for sent, judged, _ in mended)
    position = log.append(fixes, events, None, source=CLOCK_CORRECTION, now=now)
    if any(sealed.num_rows for _, _, sealed in mended):
        seal.seal(mended[0][2], mended[1][2], now=now)
    correction.rows += count
    correction.log_position = position
    correction.save(update_fields=["rows", "log_position"])
    return count


def correction_of(
    doubt: ClockDoubt, *, ongoing: bool, by: Posted, now: datetime, reason: str
) -> ClockCorrection:
    """The correction that accepting a doubt makes, saved. Refused when there is no offset, or when
    the same time was mended before: an offset must not be added twice."""
    wanted = _wanted(doubt)
    if doubt.offset_s is None:
        raise Refused("No offset explains these times; refuse the doubt, and replace the tag.")
    mended = ClockCorrection.objects.filter(activation_id=doubt.activation_id).filter(
        Q(received_to=None) | Q(received_to__gt=wanted.received_from)
    )
    if mended.exists():
        raise Refused(
            "Times of this tag were mended for the same hours already: end that correction first, "
            "or refuse this doubt."
        )
    wanted.received_to = None if ongoing else now + MICROSECOND  # what came this instant, too
    wanted.made_at, wanted.made_by_id, wanted.reason = now, by.officer_id, reason.strip()
    wanted.save()
    return wanted


def settle(doubt: ClockDoubt, how: str, *, accepted: bool, by: Posted, now: datetime) -> None:
    """Mark the doubt settled, if nobody did in the meantime (Conflict)."""
    moved = ClockDoubt.objects.filter(pk=doubt.pk, settled_at=None).update(
        settled_at=now, settled_by_id=by.officer_id, settled_how=how.strip()[:HOW_LENGTH_MAX],
        accepted=accepted,
    )  # fmt: skip
    if not moved:
        raise Conflict("Somebody has decided on this clock already; reload the page.")
    if accepted:  # the same clock gave the times that no offset explained
        unexplained = ClockDoubt.objects.filter(activation_id=doubt.activation_id, offset_s=None)
        unexplained.filter(settled_at=None).update(
            settled_at=now, settled_by_id=by.officer_id, settled_how="mended with another doubt",
            accepted=True,
        )  # fmt: skip


def rows_in_doubt(doubt: ClockDoubt, *, now: datetime) -> tuple[int, int]:
    """(rows set aside by their time, rows that look sound) that accepting would mend."""
    correction = _wanted(doubt)
    tables = [_concerned(table, correction) for table in _held(correction, now)]
    aside = sum(int(pc.sum(pc.not_equal(t["set_aside"], 0)).as_py() or 0) for t in tables)
    return aside, sum(t.num_rows for t in tables) - aside


def _wanted(doubt: ClockDoubt) -> ClockCorrection:
    """From the first message in doubt, and the minute before: of a backlog that came oldest first,
    what looked sound was given by the same clock."""
    return ClockCorrection(
        activation_id=doubt.activation_id,
        doubt=doubt,
        kind=doubt.kind,
        offset_s=doubt.offset_s or 0,
        received_from=doubt.first_received_at - CONTACT,
    )


def _held(correction: ClockCorrection, now: datetime) -> Pair:
    """What log and lake hold of the activation, received in the correction's span."""
    numbers = [correction.activation_id]
    from_at, to_at = correction.received_from - WIDEST, now + timedelta(days=3660)
    fixes = fixes_between(numbers, from_at, to_at)
    events = events_between(numbers, from_at, to_at)
    return _received(fixes, correction), _received(events, correction)


def _received(table: pa.Table, correction: ClockCorrection) -> pa.Table:
    received = integers(table, "received_at")
    until = FOREVER_US if correction.received_to is None else to_us(correction.received_to)
    inside = (received >= to_us(correction.received_from)) & (received < until)
    return table.filter(pa.array(inside))


def _entry(position: int, correction: ClockCorrection) -> Pair:
    row = LogEntry.objects.get(pk=position)
    mine = pc.field("activation") == correction.activation_id
    fixes, events = (log.unpacked(data).filter(mine) for data in (row.fixes, row.events))
    return fixes, events


def _concerned(table: pa.Table, correction: ClockCorrection) -> pa.Table:
    """The rows whose time the wrong clock gave.

    A week number that started anew shows in every row, so others are left; whole hours show only
    in rows from the future, so all of the span are meant. Rows without a time of their own carry
    ours, and are right.
    """
    measured, received = integers(table, "measured_at"), integers(table, "received_at")
    meant = measured != received
    if correction.kind == SetAside.ROLLOVER.name.lower():
        meant &= integers(table, "set_aside") == SetAside.ROLLOVER
    return table.filter(pa.array(meant))


def _mended(
    table: pa.Table, correction: ClockCorrection, worn: Worn, now: datetime
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """(as sent and now set aside, as judged, as judged but to be sealed: no order was live then).

    A mended row has a key of its own: a place said at a wrong hour and again at the right one is
    two rows, and the first must not take back the second.
    """
    rows = _concerned(table, correction)
    received = np.full(rows.num_rows, to_us(now), dtype=np.int64)
    looked_sound = pc.invert(pc.is_in(rows["set_aside"], _ASIDE_BY_TIME))
    sent = _with(rows, received_at=received).filter(looked_sound)
    sent = _with(sent, set_aside=np.full(sent.num_rows, SetAside.WRONG_HOUR, np.int8))
    plain = told_apart(rows)
    measured = integers(rows, "measured_at") + correction.offset_s * 1_000_000
    judged = _with(
        plain, measured_at=measured, received_at=received, set_aside=_marks(plain, measured, worn),
        content_key=integers(plain, "content_key") ^ np.int64(correction.offset_s * _MENDED),
    )  # fmt: skip
    live = np.zeros(rows.num_rows, dtype=np.bool_)
    for start, end in worn.live:
        live |= (measured >= to_us(start)) & (measured < _end_us(end))
    return sent, judged.filter(pa.array(live)), judged.filter(pa.array(~live))


def _marks(rows: pa.Table, measured: Microseconds, worn: Worn) -> npt.NDArray[np.int8]:
    """The marks as of the mended times, by our clock when the rows came."""
    count = rows.num_rows
    lat, lon, valid = np.ones(count), np.ones(count), np.ones(count, dtype=np.bool_)
    if "lat" in rows.column_names:
        lat, lon = (rows[name].to_numpy() for name in ("lat", "lon"))
        says_valid = quality.content_keys(
            lat, lon, rows["accuracy_m"].to_numpy(), rows["mechanism"].to_numpy()
        )
        valid = says_valid == integers(rows, "content_key")
    return quality.set_aside_at_intake(
        measured, integers(rows, "received_at"), lat, lon, valid,
        to_us(worn.span.from_at), _end_us(worn.span.to_at),
    )  # fmt: skip


def _with(table: pa.Table, **columns: np.ndarray) -> pa.Table:
    for name, values in columns.items():
        at = table.schema.get_field_index(name)
        kind = table.schema.field(at)
        table = table.set_column(at, kind, pa.array(values).cast(kind.type))
    return table


def _worn(number: ActivationNumber) -> Worn | None:
    owner = Activation.objects.filter(pk=number).values_list("person_id", flat=True)
    return ActivationDirectory(person_orders(list(owner))).worn(number)


def _end_us(end: datetime | None) -> int:
    return FOREVER_US if end is None or end == NO_END else to_us(end)
