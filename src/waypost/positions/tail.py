"""The log's tail in memory: what a process that reads again and again has decoded already.

While a backlog comes in, thousands of entries wait for the archivist, and every read of one
person's history would decode all of them anew: that was half of the late lane's time. A tail
decodes each entry once, forgets what the lake has, and holds no more than ROWS_MAX rows: beyond
that it says so and the reader decodes the rest as everybody else does. For one thread.
"""

from __future__ import annotations

import pyarrow as pa

from waypost.positions import log
from waypost.positions.models import LogEntry

ROWS_MAX = 3_000_000  # some 350 MB: minutes of the most that a gateway takes in
PAGE = 1_000  # entries decoded at a time
PIECE_ROWS = 250_000  # small pieces are put together up to so many rows


class LogTail:
    """Rows of one kind above a position of the log, as a reader last saw them."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._from = 0  # the pieces hold all that lies above
        self._pieces: list[tuple[int, pa.Table]] = []  # last position in it, rows

    def after(self, position: int) -> tuple[int, list[pa.Table]]:
        """(up to which position it holds all, the tables of what is above `position`).

        The first piece may begin below: readers keep each row once anyway.
        """
        self._forget(position)
        reached = self._pieces[-1][0] if self._pieces else position
        while self.rows < ROWS_MAX:
            entries = LogEntry.objects.filter(position__gt=reached).order_by("position")
            page = list(entries.values_list("position", self.kind)[:PAGE])
            if not page:
                break
            reached = page[-1][0]
            self._add(reached, pa.concat_tables([log.unpacked(data) for _, data in page]))
        return reached, [table for _, table in self._pieces]

    @property
    def rows(self) -> int:
        return sum(table.num_rows for _, table in self._pieces)

    def _forget(self, position: int) -> None:
        """What the lake holds. A position before the first it knew (another lake) begins anew."""
        if position < self._from or not self._pieces:
            self._from, self._pieces = position, []
        self._pieces = [piece for piece in self._pieces if piece[0] > position]

    def _add(self, last: int, table: pa.Table) -> None:
        """As a piece, put together with the one before where both are small: a filter over many
        small tables costs more than over one."""
        if self._pieces and self._pieces[-1][1].num_rows + table.num_rows <= PIECE_ROWS:
            table = pa.concat_tables([self._pieces.pop()[1], table])
        self._pieces.append((last, table.combine_chunks()))
