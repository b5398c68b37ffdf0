"""What people type, fit to be kept: not too long, and no character that a database has no place
for. Refusals name the field."""

from __future__ import annotations

import re

from waypost.errors import Refused

WORDS_MAX = 4000
LINE_MAX = 200
UNKEPT = re.compile("[\x00\ud800-\udfff]")
SHA256 = re.compile(r"[0-9a-f]{64}")


def given(words: str, what: str = "your words", *, most: int = WORDS_MAX) -> str:
    """The words, trimmed. Refused where they cannot be kept."""
    if len(words) > most:
        raise Refused(f"{what[:1].upper()}{what[1:]} has {len(words)} characters; at most {most} "
                      "are kept.")  # fmt: skip
    if UNKEPT.search(words):
        raise Refused(f"{what[:1].upper()}{what[1:]} holds a character that no text has; type it "
                      "again.")  # fmt: skip
    return words.strip()


def line(words: str, what: str) -> str:
    """One line: a name, a reference."""
    return " ".join(given(words, what, most=LINE_MAX).split())


def digest(text: str, what: str) -> str:
    """A SHA-256 as it is written. Refused where it is none."""
    found = text.strip().lower()
    if not SHA256.fullmatch(found):
        raise Refused(f"Enter the SHA-256 of {what}: 64 hexadecimal digits; got {len(found)} "
                      "characters.")  # fmt: skip
    return found
