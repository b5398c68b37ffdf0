"""Which text a notice has: an agency's own in force, else the code's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.notices import templates
from waypost.notices.models import TemplateVersion
from waypost.notices.templates import TEMPLATES, Template
from waypost.notices.values import Line

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class TextSeen:
    """A template as the page shows it. made_at None: the code's own."""

    name: str
    language: str
    said: Template
    words: tuple[str, ...]
    made_at: datetime | None = None


class Texts:
    """The texts in force, each read once: for one round of sending."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Template] = {}

    def say(self, lines: Sequence[Line], *, language: str) -> tuple[str, str, str]:
        """Subject, text and short text of one notice, or of several as a digest."""
        said = [
            templates.filled(self._text(one.template, language), words_in(one.words, language))
            for one in lines
        ]
        return said[0] if len(said) == 1 else templates.gathered(said)

    def _text(self, name: str, language: str) -> Template:
        if (name, language) not in self._known:
            self._known[name, language] = text_of(name, language)
        return self._known[name, language]


def text_of(name: str, language: str = ENGLISH) -> Template:
    """In the language: the agency's, else the code's; where neither has it, in English."""
    for wanted in dict.fromkeys((language, ENGLISH)):
        own = latest(name, wanted)
        if own is not None and own.text:
            return Template(own.subject, own.text, own.short, own.version)
        if templates.is_written(name, wanted):
            return templates.default(name, wanted)
    return templates.default(name)


def words_in(words: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """The words in a language: those that differ by it stand under its name, since the language is
    chosen when the notice leaves."""
    own = words.get(language)
    return {**words, **own} if isinstance(own, Mapping) else words


def latest(name: str, language: str) -> TemplateVersion | None:
    return TemplateVersion.objects.filter(name=name, language=language).order_by("-version").first()


def every_text(language: str = ENGLISH) -> list[TextSeen]:
    """Each template as it is sent now."""
    return [one_text(name, language) for name in sorted(TEMPLATES)]


def one_text(name: str, language: str = ENGLISH) -> TextSeen:
    """KeyError for a name that no template has."""
    own, words = latest(name, language), tuple(sorted(templates.allowed(name)))
    made_at = own.made_at if own is not None and own.text else None
    return TextSeen(name, language, text_of(name, language), words, made_at)
