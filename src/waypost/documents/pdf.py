"""A paper as PDF/A-2a and PDF/UA, by typst: the text goes in as data, never as markup.

The same paper gives the same bytes: typst is told the time, and uses the fonts that come with it.
Only where a character is in none of those are the machine's own fonts asked, and then the file is
tagged but makes no claim of PDF/A or PDF/UA, which forbid a character that cannot be shown.
"""

from __future__ import annotations

import json
import re
from datetime import UTC
from pathlib import Path
from typing import Any

import typst

from waypost.documents.values import (
    Block,
    Exhibit,
    Facts,
    Figure,
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    Signature,
    Table,
    exhibit_title,
)

PROGRAM = (Path(__file__).parent / "paper.typ").read_bytes()
DRAWING = (
    b"#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
    b'#image(bytes(sys.inputs.svg), format: "svg")'
)
NOTHING_TO_READ = str(Path(__file__).parent / "words")  # the one folder typst may look into
UNBROKEN_MAX = 24  # characters of a word, after which a line may end within it
UNBROKEN = re.compile(rf"\S{{{UNBROKEN_MAX}}}(?=\S)")
MAY_BREAK = "\u200b"


def render_pdf(paper: Paper) -> bytes:
    told = {"paper": json.dumps(_told(paper), ensure_ascii=False)}
    try:
        return _compile(PROGRAM, told, pdf_standards=["a-2a", "ua-1"], ignore_system_fonts=True)
    except typst.TypstError:
        return _compile(PROGRAM, told)


def page_count(paper: Paper) -> int:
    """How many pages the paper has as PDF."""
    told = {"paper": json.dumps(_told(paper), ensure_ascii=False)}
    ask: Any = typst.query  # its stub takes no bytes, the function does
    return int(
        ask(PROGRAM, "<pages>", field="value", one=True, sys_inputs=told, root=NOTHING_TO_READ)
    )


def render_png(svg: str, *, ppi: float = 144) -> bytes:
    """A drawing as pixels, for what takes no SVG."""
    return _compile(DRAWING, {"svg": svg}, format="png", ppi=ppi, ignore_system_fonts=True)


def _compile(program: bytes, told: dict[str, str], **how: Any) -> bytes:
    made = typst.compile(program, sys_inputs=told, root=NOTHING_TO_READ, **how)
    if not isinstance(made, bytes):
        raise ValueError("typst made several files where one was asked for")
    return made


def _told(paper: Paper) -> dict[str, Any]:
    at = paper.at.astimezone(UTC)
    return {
        "title": paper.title,
        "reference": paper.reference,
        "watermark": _open(paper.watermark),
        "language": paper.language.split("-")[0],
        "date": {"year": at.year, "month": at.month, "day": at.day,
                 "hour": at.hour, "minute": at.minute, "second": at.second},
        "blocks": [told for block in paper.blocks for told in _block(block, paper.language)],
    }  # fmt: skip


def _block(block: Block, language: str) -> list[dict[str, Any]]:
    if isinstance(block, Heading):
        return [{"is": "heading", "level": block.level, "text": _open(block.text)}]
    if isinstance(block, Paragraph):
        return [{"is": "paragraph", "text": _open(block.text)}]
    if isinstance(block, Facts):
        return [{"is": "facts", "rows": _cells(block.rows)}]
    if isinstance(block, Signature):
        return [{"is": "signature", "rows": _cells(block.lines)}]
    if isinstance(block, Table):
        heads = [_open(head) for head in block.heads]
        return [{"is": "table", "caption": _open(block.caption), "heads": heads,
                 "rows": _cells(block.rows)}]  # fmt: skip
    if isinstance(block, Figure):
        return [{"is": "figure", "svg": block.svg, "caption": _open(block.caption),
                 "alternative": block.alternative}]  # fmt: skip
    if isinstance(block, Exhibit):
        title = {"is": "heading", "level": 3, "text": _open(exhibit_title(block, language))}
        return [title, *(told for one in block.blocks for told in _block(one, language))]
    assert isinstance(block, PageBreak)
    return [{"is": "page-break"}]


def _cells(rows: tuple[tuple[str, ...], ...]) -> list[list[str]]:
    return [[_open(cell) for cell in row] for row in rows]


def _open(text: str) -> str:
    """A word too long for a line may be broken anywhere, or it would run off the page."""
    return UNBROKEN.sub(lambda found: found[0] + MAY_BREAK, text)
