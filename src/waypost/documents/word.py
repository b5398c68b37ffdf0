"""A paper as DOCX, for who must work on it in a word processor; shows what the PDF shows.

The same paper gives the same bytes where zlib is the same: the parts are put away sorted and
undated. Uncompressed, as in a signed bundle, they would be twenty times as large. Drawings go in as
pixels, with their words for whoever cannot see them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from waypost.documents.pdf import render_png
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

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
WIDTH = Mm(166)  # A4 within its margins
NAMES_WIDTH = Mm(53)
REGIONS = {"en": "en-GB", "cy": "cy-GB"}


def render_docx(paper: Paper) -> bytes:
    made = docx.Document()
    _set_up(made, paper)
    for block in paper.blocks:
        _add(made, block, paper.language)
    buffer = io.BytesIO()
    made.save(buffer)
    return _settled(buffer.getvalue())


def _add(made: Document, block: Block, language: str) -> None:
    if isinstance(block, Heading):
        made.add_heading(block.text, block.level)
    elif isinstance(block, Paragraph):
        made.add_paragraph(block.text)
    elif isinstance(block, Facts):
        _add_pairs(made, block.rows, bold=True)
    elif isinstance(block, Signature):
        _add_pairs(made, block.lines, bold=False)
    elif isinstance(block, Table):
        _add_table(made, block)
    elif isinstance(block, Figure):
        _add_figure(made, block)
    elif isinstance(block, Exhibit):
        made.add_heading(exhibit_title(block, language), 3)
        for one in block.blocks:
            _add(made, one, language)
    else:
        assert isinstance(block, PageBreak)
        made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _add_table(made: Document, block: Table) -> None:
    made.add_paragraph(block.caption, style="Caption").paragraph_format.keep_with_next = True
    table = made.add_table(rows=0, cols=len(block.heads), style="Table Grid")
    for number, row in enumerate((block.heads, *block.rows)):
        _fill(table.add_row(), row, bold=range(len(row)) if number == 0 else ())
    heads = table.rows[0]._tr.get_or_add_trPr()  # repeated on each page, and read out as heads
    heads.append(OxmlElement("w:tblHeader"))
    made.add_paragraph()


def _add_pairs(made: Document, rows: Sequence[tuple[str, str]], *, bold: bool) -> None:
    table = made.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    for pair in rows:
        row = table.add_row()
        _fill(row, pair, bold=(0,) if bold else ())
        for cell, width in zip(row.cells, (NAMES_WIDTH, WIDTH - NAMES_WIDTH), strict=True):
            cell.width = width
    made.add_paragraph()


def _fill(row: Any, texts: Sequence[str], *, bold: Sequence[int] = ()) -> None:
    for number, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        cell.paragraphs[0].add_run(text).bold = True if number in bold else None


def _add_figure(made: Document, block: Figure) -> None:
    picture = made.add_picture(io.BytesIO(render_png(block.svg)), width=WIDTH)
    named = picture._inline.docPr
    named.set("descr", block.alternative)
    made.paragraphs[-1].paragraph_format.keep_with_next = True
    made.add_paragraph(block.caption, style="Caption")


def _set_up(made: Document, paper: Paper) -> None:
    at = paper.at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    said = made.core_properties
    said.title, said.author, said.comments = paper.title[:255], "", ""
    said.language = REGIONS.get(paper.language, paper.language)
    said.created = said.modified = at
    said.last_modified_by, said.revision = "", 1
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin, section.bottom_margin = Mm(20), Mm(24)
    made.styles["Normal"].font.size = Pt(11)
    _say_language(made, said.language)
    if paper.watermark:
        section.header.paragraphs[0].add_run(paper.watermark)
    _add_foot(section.footer.paragraphs[0], paper.reference)


def _say_language(made: Document, language: str) -> None:
    """In the defaults of all runs: what a screen reader speaks, and a spelling check goes by."""
    for lang in made.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), language)


def _add_foot(paragraph: Any, reference: str) -> None:
    paragraph.add_run(f"{reference}\t\t")
    _add_field(paragraph, "PAGE")
    paragraph.add_run(" / ")
    _add_field(paragraph, "NUMPAGES")


def _add_field(paragraph: Any, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)


def _settled(made: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(made)) as read,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kept,
    ):
        # What kind of package it is stands first: some programs look no further to know it.
        names = sorted(read.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            info = zipfile.ZipInfo(name, ZIP_EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            kept.writestr(info, read.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
