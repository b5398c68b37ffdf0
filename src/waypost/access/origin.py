"""Where an act comes from, as the audit line says: the entry point says it once, for all within.

    with coming_from("page 192.0.2.7"): ...

A process says what it is, for all its threads; a page or an answer of the API says so for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LENGTH_MAX = 80
_ORIGIN: ContextVar[str] = ContextVar("waypost_origin", default="")


_process = ""


def origin() -> str:
    """Like "page 192.0.2.7", "api 192.0.2.7", "command officer"; "" where nobody said."""
    return _ORIGIN.get() or _process


def process_is(words: str) -> None:
    """What all threads of this process say, unless they say something of their own."""
    global _process
    _process = words


@contextmanager
def coming_from(words: str) -> Iterator[None]:
    """From here on, in this context, and not after it."""
    token = _ORIGIN.set(" ".join(words.split())[:LENGTH_MAX])
    try:
        yield
    finally:
        _ORIGIN.reset(token)
