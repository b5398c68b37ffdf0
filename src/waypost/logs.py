"""Log lines carry ids and counts: of an exception its kind and place, never its words.

A database's error repeats the row that failed, a parser's the text it met: both may be somebody's
name or where they were. Words of a `WaypostError` are fit to be shown and stay.
"""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

from waypost.errors import WaypostError


class QuietFormatter(logging.Formatter):
    """Lines whose tracebacks name files, lines and kinds of exception, and nothing that was in
    hand; one log record is one line of text but for the traceback, whatever was put in it."""

    def formatException(self, ei: Any) -> str:
        return quiet_traceback(ei[1])

    def formatMessage(self, record: logging.LogRecord) -> str:
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


def quiet_traceback(error: BaseException | None) -> str:
    """The exception and its causes, the first last, without their words."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines += [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        words = f": {sentence(error)}" if isinstance(error, WaypostError) else ""
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}{words}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if error is not None:
            lines.append("because of")
    return "\n".join(lines)


def sentence(error: WaypostError) -> str:
    """What an error of ours says: never a name or a place (errors.py), so fit for a log."""
    return str(error)


def print_quietly(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """For `sys.excepthook` of processes that run: what ends them goes to their log."""
    del kind, trace
    print(quiet_traceback(error), file=sys.stderr, flush=True)
