"""What a paper holds, whatever file it becomes: blocks in order, and text that no renderer runs.

A paper is composed once (composing.py) and rendered twice (pdf.py, word.py); both show the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What no XML holds, what makes a line read in another direction than it is stored, and halves of
# characters: shown as U+FFFD, so that whoever reads a name sees that something was in it.
UNSHOWN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff]"
)
PLANE_ENDS = re.compile(
    "[" + "".join(chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF))
    + "]"
)  # fmt: skip
BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1  # 1 to 3


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str  # a line break in it begins another paragraph


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and their values, below each other."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # each as long as heads


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of ours; `alternative` says in words what it shows."""

    svg: str
    caption: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Where somebody signs: label and value; an empty value is a line to write on."""

    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Something put before a court, known by its number: composing gives it."""

    title: str
    blocks: tuple[Block, ...]
    number: int = 0


Block: TypeAlias = "Heading | Paragraph | Facts | Table | Figure | Signature | PageBreak | Exhibit"


@dataclass(frozen=True, slots=True)
class Paper:
    """reference   stands at the foot of each page
    watermark   across each page and at its head, where there is one: whose copy it is
    at          when it was made: the only time in the file, so that the same paper is the same file
    """

    title: str
    reference: str
    language: str
    at: datetime
    blocks: tuple[Block, ...]
    watermark: str = ""


def plain(text: str) -> str:
    """One line of text that any renderer may be given: no control character, no line break."""
    return plain_lines(text.replace("\t", " ").strip(), join=" ")[0]


def plain_lines(text: str, join: str | None = None) -> list[str]:
    """The text's lines, each fit to be shown."""
    lines = [PLANE_ENDS.sub("\ufffd", UNSHOWN.sub("\ufffd", one)) for one in BREAKS.split(text)]
    composed = [unicodedata.normalize("NFC", one).replace("\t", " ") for one in lines]
    return composed if join is None else [join.join(composed)]


def exhibit_title(exhibit: Exhibit, language: str) -> str:
    word = {"cy": "Arddangosyn"}.get(language.split("-")[0], "Exhibit")
    return f"{word} {exhibit.number}: {exhibit.title}"


def signed_by(name: str, role: str) -> Signature:
    """The block for whoever draws the paper up, to be signed by hand."""
    return Signature((("Signed", ""), ("Name", name), ("Role", role), ("Date", "")))
