"""Which template a paper is composed from: an agency's own in force, else the code's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waypost.access.models import Officer
from waypost.documents import composing
from waypost.documents.composing import ENGLISH, Said
from waypost.documents.models import PaperVersion
from waypost.documents.paper_kinds import KINDS
from waypost.documents.pdf import render_pdf


@dataclass(frozen=True, slots=True)
class TextSeen:
    """A template as the page shows it. made_at None: the code's own."""

    name: str
    title: str
    language: str
    said: Said
    made_at: datetime | None = None
    made_by: str = ""


def in_force(kind: str, language: str = ENGLISH) -> Said:
    """In the language, where the agency has written it, else in English."""
    if kind not in KINDS:
        raise ValueError(f"there is no paper of the kind {kind}")
    for wanted in dict.fromkeys((language, ENGLISH)):
        own = latest(kind, wanted)
        if own is not None and own.text:
            return Said(own.text, wanted, own.version)
    return composing.default(kind)


def latest(kind: str, language: str) -> PaperVersion | None:
    versions = PaperVersion.objects.filter(name=kind, language=language)
    return versions.order_by("-version").first()


def every_text() -> list[TextSeen]:
    """Each kind as it is drawn up now, in English and in every language that has its own."""
    languages = set(PaperVersion.objects.exclude(language=ENGLISH).values_list("name", "language"))
    wanted = {(name, ENGLISH) for name in KINDS} | {one for one in languages if one[0] in KINDS}
    seen = [one_text(name, language) for name, language in sorted(wanted, key=_english_first)]
    return [one for one in seen if one.language == ENGLISH or one.made_at]


def one_text(kind: str, language: str = ENGLISH) -> TextSeen:
    """KeyError for a kind that there is not."""
    own, title = latest(kind, language), KINDS[kind].title
    if own is None or not own.text:
        return TextSeen(kind, title, language, in_force(kind, language))
    author = Officer.objects.filter(pk=own.made_by_id or 0).first()
    said = Said(own.text, language, own.version)
    return TextSeen(kind, title, language, said, own.made_at, author.display_name if author else "")


def preview(kind: str, text: str, language: str = ENGLISH) -> bytes:
    """The paper as PDF with made-up facts. ValueError when the template has problems."""
    if wrong := composing.problems_of(kind, text):
        raise ValueError(" ".join(wrong))
    return render_pdf(composing.sample(kind, Said(text, language)))


def _english_first(one: tuple[str, str]) -> tuple[str, bool, str]:
    return one[0], one[1] != ENGLISH, one[1]
