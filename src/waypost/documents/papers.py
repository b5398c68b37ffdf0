"""Papers drawn up from the template in force, as PDF and DOCX, and kept as they were.

    drawn = draw_up("warning_letter", about="warning:3", person_id=7, words=..., slots=...,
                    by=by, now=now)

`KINDS` of paper_kinds.py says which words and slots a kind takes. Rendering takes a tenth of a
second or more, and SQLite has one writer: whoever can, calls `prepare` before the transaction
opens and `keep` inside it; `draw_up` is both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from waypost.access import audit
from waypost.access.values import Posted
from waypost.documents import composing
from waypost.documents.models import Document
from waypost.documents.paper_kinds import KINDS
from waypost.documents.paper_texts import in_force
from waypost.documents.pdf import page_count, render_pdf
from waypost.documents.values import DOCX, PDF, Block, Paper
from waypost.documents.word import render_docx

PAGES = "pages"  # the word of a paper that says how many pages it has
COUNTED_MAX = 4


@dataclass(frozen=True, slots=True)
class Prepared:
    """A paper rendered and not yet kept. version, language: of the template it was composed from"""

    kind: str
    paper: Paper
    version: int
    language: str
    pdf: bytes
    docx: bytes


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was kept: numbers of the two documents, which `queries.document` opens."""

    kind: str
    title: str
    version: int
    pdf_id: int
    docx_id: int
    pdf_sha256: str
    docx_sha256: str


def prepare(
    kind: str,
    *,
    words: Mapping[str, str],
    slots: Mapping[str, Sequence[Block]],
    now: datetime,
    language: str = composing.ENGLISH,
    watermark: str = "",
) -> Prepared:
    """The paper in both forms; writes nothing. In the language asked for where there is a template.

    raises   ValueError when a word or slot of the kind is missing, or one is given that it has not
    """
    said = in_force(kind, language)

    def composed(given: Mapping[str, str]) -> Paper:
        return composing.compose(kind, said, given, slots, at=now, watermark=watermark)

    paper = _counted(composed, words) if counts_pages(kind) else composed(words)
    return Prepared(kind, paper, said.version, said.language, render_pdf(paper), render_docx(paper))


def counts_pages(kind: str) -> bool:
    """Whether the paper says how many pages it has: that word is ours to give."""
    return PAGES in KINDS[kind].words


def _counted(composed: Callable[[Mapping[str, str]], Paper], words: Mapping[str, str]) -> Paper:
    """The paper with its real number of pages in it. Longer digits may make it longer, once."""
    count = 1
    for _ in range(COUNTED_MAX):
        paper = composed({**words, PAGES: str(count)})
        found = page_count(paper)
        if found == count:
            break
        count = found
    return paper


def keep(
    prepared: Prepared, *, about: str, person_id: int | None, by: Posted, now: datetime
) -> Drawn:
    """Keep both forms, whole, within the caller's transaction. The caller asked "may I?".

    about    the record it is about, `word:number`; needs.py says who may open such papers
    """
    kept = [
        Document.objects.create(
            kind=prepared.kind, about=about, person_id=person_id,
            file_name=f"{prepared.kind}-{about}.{ending}".replace("_", "-").replace(":", "-"),
            media_type=media_type, content=content, sha256=hashlib.sha256(content).hexdigest(),
            made_at=now, officer_id=by.officer_id, template_version=prepared.version,
            language=prepared.language,
        )
        for ending, media_type, content in (("pdf", PDF, prepared.pdf),
                                            ("docx", DOCX, prepared.docx))
    ]  # fmt: skip
    drawn = Drawn(
        prepared.kind, prepared.paper.title, prepared.version,
        kept[0].pk, kept[1].pk, kept[0].sha256, kept[1].sha256,
    )  # fmt: skip
    audit.record(
        "document:drawn", by=by, at=now, about=person_id,
        detail={"kind": drawn.kind, "about": about, "documents": [drawn.pdf_id, drawn.docx_id],
                "version": drawn.version, "sha256": [drawn.pdf_sha256, drawn.docx_sha256]},
    )  # fmt: skip
    return drawn


def draw_up(
    kind: str,
    *,
    about: str,
    person_id: int | None,
    words: Mapping[str, str],
    slots: Mapping[str, Sequence[Block]],
    by: Posted,
    now: datetime,
    language: str = composing.ENGLISH,
) -> Drawn:
    """Prepare and keep, within the caller's transaction."""
    prepared = prepare(kind, words=words, slots=slots, now=now, language=language)
    return keep(prepared, about=about, person_id=person_id, by=by, now=now)
