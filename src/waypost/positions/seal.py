"""The sealed quarantine: what was measured while no order was live. Never judged, matched, shown.

It is kept encrypted for 28 days in case the record of the order was late, then deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from waypost.positions import raw
from waypost.positions.log import packed, unpacked
from waypost.positions.models import SealedRows
from waypost.positions.order import in_order, integers
from waypost.positions.schema import EVENTS, FIXES
from waypost.units import ActivationNumber

KEPT_FOR = timedelta(days=28)  # the longest an order's record has been late, with a margin
_LENGTH = 8  # bytes before the fixes that say how long they are


def seal(fixes: pa.Table, events: pa.Table, *, now: datetime) -> int:
    """Put them away, a row per activation; returns how many were not sealed already.

    Inside the caller's transaction. Resent rows are found by (measured_at, content_key).
    """
    if not connection.in_atomic_block:
        raise ValueError("rows are sealed inside a transaction")
    parts = [_by_activation(table) for table in (fixes, events)]
    numbers = sorted({number for part in parts for number in part})
    keys = raw.keys_of(numbers, now=now)
    new = 0
    for number in numbers:
        mine = [
            part.get(number, schema.empty_table())
            for part, schema in zip(parts, (FIXES, EVENTS), strict=True)
        ]
        new += _seal_one(number, *_unknown(number, mine), key=keys[number], now=now)
    return new


def opened(row: SealedRows) -> tuple[pa.Table, pa.Table]:
    """(fixes, events) of a sealed row: for subject access, and to release them when an order turns
    out to have been live."""
    number = ActivationNumber(row.activation_id)
    data = raw.decrypted(bytes(row.payload), raw.stored_key(number), number)
    size = int.from_bytes(data[:_LENGTH], "big")
    return unpacked(data[_LENGTH : _LENGTH + size]), unpacked(data[_LENGTH + size :])


def keep_only(row: SealedRows, fixes: pa.Table, events: pa.Table) -> None:
    """Have a sealed row hold only these of its rows, to the date it had; with none it goes."""
    if not fixes.num_rows and not events.num_rows:
        row.delete()
        return
    number = ActivationNumber(row.activation_id)
    row.earliest_at, row.latest_at, row.row_count = _extent(fixes, events)
    row.payload = raw.encrypted(_payload(fixes, events), raw.stored_key(number), number)
    row.save(update_fields=["earliest_at", "latest_at", "row_count", "payload"])


def delete_due(now: datetime) -> int:
    """Delete what has reached its date; returns how many sealed rows went."""
    deleted, _ = SealedRows.objects.filter(delete_on__lte=now.date()).delete()
    return deleted


def _by_activation(table: pa.Table) -> dict[ActivationNumber, pa.Table]:
    """Each activation's rows, in order, each once: slices of one sorted table."""
    if table.num_rows == 0:
        return {}
    rows = in_order(table)
    numbers = integers(rows, "activation")
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    ends = [*starts[1:].tolist(), rows.num_rows]
    return {
        ActivationNumber(int(numbers[start])): rows.slice(start, end - start)
        for start, end in zip(starts.tolist(), ends, strict=True)
    }


def _seal_one(number: int, fixes: pa.Table, events: pa.Table, *, key: bytes, now: datetime) -> int:
    count = int(fixes.num_rows + events.num_rows)
    if not count:
        return 0
    earliest, latest, _ = _extent(fixes, events)
    payload = _payload(fixes, events)
    SealedRows.objects.create(
        activation_id=number,
        received_at=now,
        earliest_at=earliest,
        latest_at=latest,
        row_count=count,
        payload=raw.encrypted(payload, key, number),
        delete_on=(now + KEPT_FOR).date(),
    )
    return count


def _payload(fixes: pa.Table, events: pa.Table) -> bytes:
    body = packed(fixes.cast(FIXES))
    return len(body).to_bytes(_LENGTH, "big") + body + packed(events.cast(EVENTS))


def _extent(fixes: pa.Table, events: pa.Table) -> tuple[datetime, datetime, int]:
    """When the first and the last were measured, and how many there are; at least one."""
    times = pa.concat_arrays(fixes["measured_at"].chunks + events["measured_at"].chunks)
    return pc.min(times).as_py(), pc.max(times).as_py(), len(times)


def _unknown(number: int, mine: Sequence[pa.Table]) -> list[pa.Table]:
    """The rows of (fixes, events) that this activation's sealed rows do not hold yet.

    Only sealed rows of the same time are opened: a tag that reports on with no order live would
    else open its whole past at every message.
    """
    times = [time for table in mine for time in table["measured_at"].to_pylist()]
    if not times:
        return list(mine)
    near = SealedRows.objects.filter(
        activation_id=number, earliest_at__lte=max(times), latest_at__gte=min(times)
    )
    sealed = [opened(row) for row in near]
    if not sealed:
        return list(mine)
    return [
        _without(table, {key for pair in sealed for key in _identities(pair[which])})
        for which, table in enumerate(mine)
    ]


def _without(table: pa.Table, known: set[tuple[int, int]]) -> pa.Table:
    keep = [identity not in known for identity in _identities(table)]
    return table.filter(pa.array(keep, pa.bool_()))


def _identities(table: pa.Table) -> list[tuple[int, int]]:
    times = table["measured_at"].cast(pa.int64()).to_pylist()
    return list(zip(times, table["content_key"].to_pylist(), strict=True))
