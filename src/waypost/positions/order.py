"""One order for fixes and events everywhere: (activation, measured_at, content_key), each row once.

Vectorised: activation and time are packed into one integer and sorted; only rows that tie on it
are looked at further. Of rows that say the same, the one received first stays; but one that is set
aside because the tag's clock was wrong takes back all that say the same, whenever it came: rows are
only ever added, so that a correction is an added row too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from waypost.positions.schema import TAKES_BACK

Integers = npt.NDArray[np.int64]


def in_order(table: pa.Table) -> pa.Table:
    """The table (of schema.FIXES or schema.EVENTS, or more columns) sorted, each key once."""
    if table.num_rows == 0:
        return table
    return taken(table.combine_chunks(), order_of(table))


def order_of(table: pa.Table) -> Integers:
    """Places of the rows in that order, of those that say the same only the one received first."""
    activation, measured = integers(table, "activation"), integers(table, "measured_at")
    order = _by_activation_and_time(activation, measured)
    activation, measured = activation[order], measured[order]
    tied = np.flatnonzero(measured[1:] == measured[:-1])
    tied = tied[activation[tied] == activation[tied + 1]]
    return _ties_settled(table, order, tied, activation, measured) if tied.size else order


def taken(table: pa.Table, order: Integers) -> pa.Table:
    """The rows at these places; columns that say nothing are made anew instead of moved."""
    places = pa.array(order)
    columns = [
        pa.nulls(len(order), column.type)
        if column.null_count == table.num_rows
        else pc.take(column, places, boundscheck=False)
        for column in table.columns
    ]
    return pa.table(columns, schema=table.schema)


def _ties_settled(
    table: pa.Table, order: Integers, tied: Integers, activation: Integers, measured: Integers
) -> Integers:
    """The order with rows that tie put right among themselves, and those said before left out."""
    inside = np.union1d(tied, tied + 1)
    rows = order[inside]
    key = integers(table, "content_key")[rows]
    received = integers(table, "received_at")[rows]
    stands = np.ones(len(rows), dtype=np.bool_)  # keys alone (held_keys) do not say
    if "set_aside" in table.column_names:
        stands = ~np.isin(integers(table, "set_aside")[rows], TAKES_BACK)
    settled = np.lexsort((received, stands, key, measured[inside], activation[inside]))
    order[inside] = rows[settled]
    keys = np.zeros(len(order), dtype=np.int64)
    keys[inside] = key[settled]
    again = np.zeros(len(order), dtype=np.bool_)
    again[tied + 1] = keys[tied + 1] == keys[tied]
    return order[~again]


def integers(table: Any, name: str) -> Integers:
    """A column of numbers or times as int64; a view where it can be one."""
    column = table[name].cast(pa.int64())
    return np.asarray(column.to_numpy(), dtype=np.int64)


def known_rows(
    activation: Integers, measured: Integers, key: Integers, held: pa.Table
) -> npt.NDArray[np.bool_]:
    """Which rows `held` (in order, each once) has already. Exact: no hashing."""
    found = np.zeros(len(key), dtype=np.bool_)
    if held.num_rows == 0 or not len(key):
        return found
    held_key = integers(held, "content_key")
    packed, held_packed = _packed_alike(
        (activation, measured), (integers(held, "activation"), integers(held, "measured_at"))
    )
    left = np.searchsorted(held_packed, packed, "left")
    right = np.searchsorted(held_packed, packed, "right")
    for step in range(int((right - left).max())):
        at = left + step
        within = at < right
        found[within] |= held_key[at[within]] == key[within]
    return found


def _by_activation_and_time(activation: Integers, measured: Integers) -> Integers:
    """The order of the rows; those that tie stand anyhow."""
    span = int(measured.max()) - int(measured.min())
    widest = max(int(activation.max()), -int(activation.min()), 1)
    if widest.bit_length() + span.bit_length() > 62:  # a wild clock: too wide to pack
        return np.lexsort((measured, activation)).astype(np.int64)
    packed = (activation << span.bit_length()) + (measured - measured.min())
    if bool(np.all(packed[1:] >= packed[:-1])):
        return np.arange(len(packed), dtype=np.int64)
    return np.argsort(packed).astype(np.int64, copy=False)  # ties are settled afterwards


def _packed_alike(ours: tuple[Integers, Integers], held: tuple[Integers, Integers]) -> Any:
    """(activation, time) of both as one sortable value; slow pairs only where times are wild."""
    base = min(int(ours[1].min()), int(held[1].min()))
    bits = (max(int(ours[1].max()), int(held[1].max())) - base).bit_length()
    widest = max(int(ours[0].max()), int(held[0].max()), 1)
    if widest.bit_length() + bits <= 62:
        return [(activation << bits) + (measured - base) for activation, measured in (ours, held)]
    return [_pairs(*ours), _pairs(*held)]


def _pairs(activation: Integers, measured: Integers) -> Any:
    pairs = np.empty(len(measured), dtype=[("activation", np.int64), ("measured", np.int64)])
    pairs["activation"], pairs["measured"] = activation, measured
    return pairs
