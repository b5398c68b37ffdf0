"""One order, each row once: the vectorised way agrees with the plain one, on wild times as well."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from waypost.positions.order import in_order, known_rows

times = st.sampled_from([0, 1, 2, 10**6, 1_772_323_200_000_000, -(2**61), 2**61])
rows = st.lists(
    st.tuples(st.integers(1, 4), times, st.integers(-3, 3), st.integers(0, 5)), max_size=60
)


def table_of(found: list[tuple[int, int, int, int]]) -> pa.Table:
    names = ("activation", "measured_at", "content_key", "received_at")
    columns = zip(*found, strict=True) if found else [[]] * 4
    return pa.table({n: pa.array(c, pa.int64()) for n, c in zip(names, columns, strict=True)})


def plain(found: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    kept = {}
    for row in sorted(found):
        kept.setdefault(row[:3], row)
    return [kept[key] for key in sorted(kept)]


@given(found=rows)
def test_rows_come_in_one_order_each_once_with_the_earliest_receipt(found):
    ordered = in_order(table_of(found))
    assert [tuple(row.values()) for row in ordered.to_pylist()] == plain(found)


@given(found=rows, data=st.data())
def test_the_order_of_arrival_changes_nothing(found, data):
    shuffled = data.draw(st.permutations(found))
    assert in_order(table_of(shuffled)).equals(in_order(table_of(found)))


@given(ours=rows, held=rows)
def test_rows_held_already_are_found_exactly(ours, held):
    table = table_of(ours)
    columns = [
        np.array(table[name].to_numpy(), dtype=np.int64)
        for name in ("activation", "measured_at", "content_key")
    ]
    known = known_rows(*columns, in_order(table_of(held)))
    keys = {row[:3] for row in held}
    assert known.tolist() == [row[:3] in keys for row in ours]
