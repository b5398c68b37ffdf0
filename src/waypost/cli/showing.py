"""Rows so far, on stderr, when somebody is looking."""

from __future__ import annotations

import sys
import time

SHOWN_EVERY_S = 0.5


class Progress:
    """Called with what is done and how many rows so far; `clear` leaves the line empty again."""

    def __init__(self) -> None:
        self._shown_at = 0.0
        self._shown = False

    def __call__(self, step: str, rows: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - self._shown_at > SHOWN_EVERY_S:
            self._shown_at, self._shown = time.monotonic(), True
            print(f"\r{step} {rows:,} rows", end="\x1b[K", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._shown = False
