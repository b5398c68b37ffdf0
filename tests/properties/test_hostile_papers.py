"""Whatever a person is called and whatever an officer types, it comes out of a paper as text."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pypdf
import pytest
import typst
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paper_words import docx_words, pdf_words, squeezed
from waypost.documents import composing
from waypost.documents.composing import Said
from waypost.documents.paper_kinds import KINDS, SAMPLE, own_text
from waypost.documents.pdf import render_pdf
from waypost.documents.values import Facts, Figure, Heading, Paper, Paragraph, Table, plain
from waypost.documents.word import render_docx

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
NASTY = [
    '#import "@preview/x:1.0.0": *', "#read(\"/etc/passwd\")", "\\", "\\u{202e}", "$x^2$", "*_b",
    "[[violations]]", "{person_name}", "{0.__class__}", "# x", "---", "<w:p>&amp;</w:p>", "]]>",
    "\x00\x01\x1f\x7f\x85", "\u202egnol\u202c", "\u200f\u05d0", "a\u0301", "= title", "/* x", "`r`",
    "@label", "<label>", "~", "--", "...", "'single' \"double\"", "\ud800", "\ufffe", "\U0001ffff",
]  # fmt: skip
# Letters that the fonts with typst have; the rest of Unicode goes through the same code and is
# looked at in the DOCX alone, where no font is needed to read it back.
KNOWN = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_characters="\x7f\xad")
    | st.sampled_from("".join(NASTY[:3]) + "#[]{}\\<>&$*_`@"),
    max_size=60,
)


def paper_of(text: str) -> Paper:
    words = dict.fromkeys(KINDS["correction"].words, text)
    slots = {
        "changes": [Heading(text), Paragraph(text), Facts(((text, text),)),
                    Table(text, (text, "b"), ((text, text),))],
        "signature": SAMPLE["signature"],
    }  # fmt: skip
    return composing.compose("correction", Said(own_text("correction")), words, slots, at=AT)


def times_expected(text: str) -> int:
    """How often it must be read: 10 fields of the template, heading, paragraph, 2 facts, 4 cells.

    The title is no part of the pages, and the foot of each page is left out.
    """
    fields = own_text("correction").count("{")
    return fields + 1 + 1 + 2 + 4


@settings(max_examples=25)
@given(KNOWN)
def test_any_text_is_read_back_from_both_forms(text):
    paper = paper_of(text)
    expected = squeezed(plain(text))
    pdf, word = pdf_words(render_pdf(paper), paper.reference), docx_words(render_docx(paper))
    assert pdf == word
    if expected:
        assert word.count(expected) >= times_expected(text)


@settings(max_examples=25)
@given(st.text(st.characters(), max_size=40))
@example("".join(NASTY))
def test_no_character_of_unicode_stops_a_paper(text):
    paper = paper_of(text)
    assert render_pdf(paper).startswith(b"%PDF")
    assert squeezed(plain(text)) in docx_words(render_docx(paper))


def test_hostile_names_come_out_as_they_are_written():
    for text in NASTY:
        paper = paper_of(text)
        word = docx_words(render_docx(paper))
        pdf = pdf_words(render_pdf(paper), paper.reference)
        # What is written from right to left stands in the PDF as it is seen.
        assert pdf == word or ("\u05d0" in text and sorted(pdf) == sorted(word)), text
        assert word.count(squeezed(plain(text))) >= times_expected(text), text


def test_ten_thousand_characters_without_a_space_stay_on_the_page():
    """Nothing runs off the edge: every letter is on some page, within its width."""
    text = "W" * 10_000
    paper = Paper("T", "R", "en", AT, (Paragraph(text), Table("c", ("a", "b"), ((text, text),))))
    made = render_pdf(paper)
    assert pdf_words(made, "R").count("W") == 30_000
    far = []
    for page in pypdf.PdfReader(io.BytesIO(made)).pages:
        page.extract_text(visitor_text=lambda said, _, matrix, *__: far.append(matrix[4]))
    assert max(far) < 595


def test_a_name_cannot_change_the_direction_in_which_a_line_is_read():
    assert plain("ab\u202ecd\u2066") == "ab�cd�"
    assert plain("a\nb\tc\r\nd") == "a b c d"


@pytest.mark.parametrize(
    "there", ["file:///etc/passwd", "http://127.0.0.1:9/x.png", "paper_kinds.py", "../x.png"]
)
def test_no_drawing_reads_a_file_or_asks_a_network(there):
    """A drawing is ours; one that asks for more than itself is refused and not made."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="10" height="10"><image xlink:href="{there}" width="9" height="9"/></svg>'
    )
    paper = Paper("T", "R", "en", AT, (Figure(svg, "c", "a"),))
    for render in (render_pdf, render_docx):
        with pytest.raises(typst.TypstError, match="failed to load linked image"):
            render(paper)
