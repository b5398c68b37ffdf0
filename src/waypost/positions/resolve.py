"""Whose fix is it, and was an order live? For whole columns at once.

Pure. Spans are flattened into arrays by owner; one compiled loop finds the span of each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from waypost.clock import FOREVER_US, to_us
from waypost.orders.directory import ActivationDirectory, Worn
from waypost.positions.forgotten import NOTHING_FORGOTTEN, ForgottenBook

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Spans:
    """Half-open spans of several owners: owner i has rows first[i]..first[i + 1]; microseconds."""

    first: Integers
    from_us: Integers
    to_us: Integers
    value: Integers

    @classmethod
    def of(cls, owners: Iterable[Sequence[tuple[int, int, int]]]) -> Spans:
        """From (from, to, value) rows of each owner, in the order in which later ones win."""
        several = list(owners)
        first = np.cumsum([0, *map(len, several)], dtype=np.int64)
        rows = np.array([row for rows in several for row in rows], dtype=np.int64).reshape(-1, 3)
        return cls(first, *(np.ascontiguousarray(rows[:, i]) for i in range(3)))

    def find(self, owner: Integers, at_us: Integers) -> Integers:
        """The value of the last span of the owner that holds the time; NOBODY where none does."""
        return np.asarray(
            _find(owner, at_us, self.first, self.from_us, self.to_us, self.value), dtype=np.int64
        )


class Resolver:
    """Finds activations by person or by reference, for one state of the orders."""

    def __init__(
        self, directory: ActivationDirectory, forgotten: ForgottenBook = NOTHING_FORGOTTEN
    ) -> None:
        self._directory = directory
        worn = [one for one in directory.all() if one.span.number is not None]
        numbers = sorted(int(one.span.number or 0) for one in worn)
        self.numbers: Integers = np.array(numbers, dtype=np.int64)
        self._live = Spans.of(
            [
                [(_us(start), _us(end), 1) for start, end in directory.spans(number)]
                for number in numbers
            ]
        )

        spans = {int(one.span.number or 0): one.span for one in worn}
        self._forgotten = Spans.of(
            [
                [(_us(start), _us(end), 1) for start, end in forgotten.of_activation(spans[number])]
                for number in (numbers if forgotten else ())
            ]
        )
        self._forgets = bool(forgotten)

    def activations(self, table: pa.Table) -> Integers:
        """The activation number of each row of a FILE_FIXES table; NOBODY where none was live.

        By activation where the row names one, else by person; of two worn at once the later fitted.
        """
        measured = _measured(table)
        found = self._by(table["person"], measured, self._directory.of_person)
        named = table["activation"]
        if named.null_count == table.num_rows:
            return found
        by_reference = self._by(named, measured, self._referred)
        is_named = np.asarray(named.is_valid().to_numpy(), dtype=np.bool_)
        return np.where(is_named, by_reference, found)

    def live(self, activation: Integers, measured_us: Integers) -> Flags:
        """Whether an order was live over the activation at the time."""
        places = np.searchsorted(self.numbers, activation)
        return np.asarray(self._live.find(places, measured_us) != NOBODY, dtype=np.bool_)

    def forgotten(self, activation: Integers, measured_us: Integers) -> Flags:
        """Whether what was measured then was deleted: it is not let in again."""
        if not self._forgets:
            return np.zeros(activation.shape, dtype=np.bool_)
        places = np.searchsorted(self.numbers, activation)
        return np.asarray(self._forgotten.find(places, measured_us) != NOBODY, dtype=np.bool_)

    def _referred(self, reference: str) -> Sequence[Worn]:
        worn = self._directory.by_reference(reference)
        return (worn,) if worn else ()

    def _by(self, column: Any, measured: Integers, worn_of: Any) -> Integers:
        words = column.unify_dictionaries().combine_chunks()
        if isinstance(words, pa.ChunkedArray):
            words = words.chunk(0) if words.num_chunks else pa.array([], words.type)
        spans = Spans.of(
            [
                [
                    (_us(one.span.from_at), _us(one.span.to_at), int(one.span.number))
                    for one in worn_of(word)
                    if one.span.number is not None
                ]
                for word in words.dictionary.to_pylist()
            ]
            + [[]]  # the owner of rows that name nobody
        )
        owners = words.indices.fill_null(len(words.dictionary)).to_numpy(zero_copy_only=False)
        return spans.find(owners.astype(np.int64), measured)


def earliest(activation: Integers, measured_us: Integers) -> Mapping[int, int]:
    """Activation to its earliest time, microseconds; for rows in order."""
    if not len(activation):
        return {}
    starts = np.flatnonzero(np.diff(activation, prepend=activation[0] - 1))
    return dict(zip(activation[starts].tolist(), measured_us[starts].tolist(), strict=True))


def _measured(table: pa.Table) -> Integers:
    return np.asarray(table["measured_at"].cast(pa.int64()).to_numpy(), dtype=np.int64)


def _us(instant: datetime | None) -> int:
    return FOREVER_US if instant is None else to_us(instant)


@nb.njit(cache=True)
def _find(
    owner: Integers, at_us: Integers, first: Integers, from_us: Integers, to_us: Integers,
    value: Integers,
) -> Integers:  # fmt: skip
    found = np.full(owner.shape[0], NOBODY, dtype=np.int64)
    for row in range(owner.shape[0]):
        for span in range(first[owner[row]], first[owner[row] + 1]):
            if from_us[span] <= at_us[row] < to_us[span]:
                found[row] = value[span]
    return found
