"""Fixes as they come, gathered by person: what every lane begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from waypost.positions.order import in_order
from waypost.rules.fold import FixArrays


@dataclass(frozen=True, slots=True)
class Gathered:
    """Fixes of many persons, by person and time.

    persons   ids, ascending
    starts    one more than persons: the fixes of persons[n] are starts[n]:starts[n+1]
    """

    persons: list[int]
    starts: npt.NDArray[np.int64]
    fixes: FixArrays

    def of(self, n: int) -> FixArrays:
        return self.fixes.take(np.arange(self.starts[n], self.starts[n + 1]))


NOBODY = Gathered(
    [],
    np.zeros(1, np.int64),
    FixArrays(*(np.empty(0, kind) for kind in ("i8", "i8", "f8", "f8", "f8", "i1", "i8", "i1"))),
)


def by_person(tables: Sequence[pa.Table], person_of: dict[int, int]) -> dict[int, FixArrays]:
    """Each person's fixes, as `gather` finds them."""
    found = gather(tables, person_of)
    return {person_id: found.of(n) for n, person_id in enumerate(found.persons)}


def gather(tables: Sequence[pa.Table], person_of: dict[int, int]) -> Gathered:
    """Fixes without those set aside at intake (one from 2099 must not move a state's clock) and
    those of a tag that nobody is known to wear."""
    table = pa.concat_tables(tables)
    sound = pc.equal(table.column("set_aside"), 0)
    if not pc.all(sound).as_py():
        table = in_order(table)  # first: one set aside takes back those that say the same
        table = table.filter(pc.equal(table.column("set_aside"), 0))
    if not table.num_rows:
        return NOBODY
    arrays = FixArrays.from_table(table)
    known, which = np.unique(table.column("activation").to_numpy(), return_inverse=True)
    persons = np.array([person_of.get(int(one), 0) for one in known], dtype=np.int64)[which]
    order = np.lexsort((arrays.measured_us, persons))
    order = order[np.count_nonzero(persons == 0) :]  # nobody's stand first
    ids, starts = np.unique(persons[order], return_index=True)
    return Gathered(ids.tolist(), np.append(starts, order.size), arrays.take(order))
