"""What a paper says, read back from its files: the words that somebody sees, in order."""

from __future__ import annotations

import io
import re

import docx
import pypdf
from docx.oxml.ns import qn

UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u061c\u00ad]")


def pdf_words(content: bytes, reference: str) -> str:
    """All of the pages' text without spaces, and without what stands at each page's foot."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    texts = [squeezed(page.extract_text()) for page in pages]
    return "".join(
        re.sub(re.escape(squeezed(reference)) + rf"{number}/{len(texts)}$", "", text)
        for number, text in enumerate(texts, 1)
    )


def docx_words(content: bytes) -> str:
    body = docx.Document(io.BytesIO(content)).element.body
    return squeezed("".join(one.text or "" for one in body.iter(qn("w:t"))))


def squeezed(text: str) -> str:
    """Lines end elsewhere in each form, so that spaces are not compared."""
    return re.sub(r"\s", "", UNSEEN.sub("", text))
