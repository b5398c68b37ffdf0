"""What people type, fit to be kept: not too long, and no character that a database has no place
for. Pages refuse these at the door; an API's body comes past it."""

from __future__ import annotations

import re

from waypost.errors import Refused

WORDS_MAX = 8000
UNKEPT = re.compile("[\x00\ud800-\udfff]")


def given(words: str) -> str:
    """The words, trimmed. Refused where they cannot be kept."""
    if len(words) > WORDS_MAX:
        raise Refused(f"Say it in at most {WORDS_MAX} characters.")
    if UNKEPT.search(words):
        raise Refused("The words hold a character that no text has; type them again.")
    return words.strip()
