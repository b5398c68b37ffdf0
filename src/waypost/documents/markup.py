"""The markup of a paper's template: small enough that nothing written in it can do harm.

    # Heading       ## and ### below it
    words           a paragraph up to the next empty line; {field} is filled in
    [[slot]]        alone on a line: where the machine's tables, maps and exhibits go
    [[name]]        a statement that the law asks for, in the code's words;
                    [[name: own words]] in the agency's
    ---             alone on a line: a new page

A template is read first and filled afterwards: what is filled in is never read as markup.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

HEADING = re.compile(r"(#{1,3})[ \t]+(\S.*)")
SLOT = re.compile(r"\[\[[ \t]*([a-z_]+)[ \t]*(?::(.*))?\]\]")
PAGE_BREAK = "---"


class Of(Enum):
    HEADING = auto()
    PARAGRAPH = auto()
    SLOT = auto()
    PAGE_BREAK = auto()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a template. text: of a slot, the agency's own words of it, or empty."""

    of: Of
    text: str = ""
    level: int = 0
    name: str = ""
    line: int = 0


def read(text: str) -> list[Part]:
    """The parts in order. Anything can be read; `composing.problems_of` says what is wrong."""
    parts: list[Part] = []
    words: list[str] = []
    begins = 0

    def paragraph() -> None:
        if words:
            parts.append(Part(Of.PARAGRAPH, " ".join(words), line=begins))
            words.clear()

    for number, raw in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        line = raw.strip()
        part = _part(line, number)
        if part is None and line:
            begins = begins if words else number
            words.append(line)
            continue
        paragraph()
        if part is not None:
            parts.append(part)
    paragraph()
    return parts


def _part(line: str, number: int) -> Part | None:
    if line == PAGE_BREAK:
        return Part(Of.PAGE_BREAK, line=number)
    if found := HEADING.fullmatch(line):
        return Part(Of.HEADING, found[2].strip(), level=len(found[1]), line=number)
    if found := SLOT.fullmatch(line):
        return Part(Of.SLOT, (found[2] or "").strip(), name=found[1], line=number)
    return None


def fields(text: str) -> list[tuple[str, bool]]:
    """The fields that a text asks for, each with whether it is written plainly, as {name}.

    raises   ValueError when its braces do not match
    """
    return [
        (name, not spec and not conversion)
        for _, name, spec, conversion in string.Formatter().parse(text)
        if name is not None
    ]


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with its fields filled in, once: braces in what is filled in stay braces."""
    return "".join(
        literal + (words[name] if name is not None else "")
        for literal, name, _, _ in string.Formatter().parse(text)
    )
