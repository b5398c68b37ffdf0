"""Letters and reports: the agency's own templates of them, and one as it was kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from waypost.access import may
from waypost.access.values import Permission
from waypost.clock import now
from waypost.documents import actions, composing, queries
from waypost.documents.paper_kinds import KINDS
from waypost.documents.paper_texts import TextSeen, every_text, one_text, preview
from waypost.documents.values import PDF
from waypost.errors import NoSuchThing
from waypost.web.who import signed_in


def papers(request: HttpRequest) -> HttpResponse:
    may_write = may.decide(signed_in(request), Permission.NOTICE_WRITE).allowed
    return render(request, "waypost/papers.html", {"texts": every_text(), "may_write": may_write})


def paper(request: HttpRequest, name: str) -> HttpResponse:
    """GET: the template in force. POST: see it as PDF, use it, or go back to Waypost's."""
    if name not in KINDS:
        raise NoSuchThing("There is no such paper.")
    language = (request.POST or request.GET).get("language", "en").strip() or "en"
    seen = one_text(name, language)
    if request.method != "POST":
        return _paper_page(request, seen, seen.said.text, [])
    text = request.POST.get("text", "").replace("\r\n", "\n")
    wish = request.POST.get("do", "preview")
    problems = [] if wish == "default" else composing.problems_of(name, text)
    if not actions.LANGUAGE.fullmatch(language):
        problems.append("A language is written like en or cy.")
    if problems:
        return _paper_page(request, seen, text, problems)
    if wish == "preview":
        return file_answer(f"preview-{name}.pdf", PDF, preview(name, text, language), inline=True)
    version = actions.write_paper(
        name, None if wish == "default" else text, language=language, by=signed_in(request),
        now=now(),
    )  # fmt: skip
    messages.success(request, f"Version {version} is used from now on.")
    return redirect("papers")


def _paper_page(
    request: HttpRequest, seen: TextSeen, text: str, problems: list[str]
) -> HttpResponse:
    kind = KINDS[seen.name]
    words = {
        "seen": seen,
        "text": text,
        "problems": problems,
        "kind": kind,
        "words": [(name, sample, name in kind.required) for name, sample in kind.words.items()],
        "slots": [(name, slot.what, name in kind.required) for name, slot in kind.slots.items()],
        "statements": kind.statements.items(),
    }
    return render(request, "waypost/paper.html", words, status=400 if problems else 200)


def document(request: HttpRequest, document_id: int) -> HttpResponse:
    """The file, to be saved; its address says nothing of what is in it."""
    opened = queries.document(document_id, by=signed_in(request), now=now())
    return file_answer(opened.file_name, opened.media_type, opened.content)


def file_answer(
    name: str, media_type: str, content: bytes, *, inline: bool = False
) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    shown = "inline" if inline else "attachment"
    answer["Content-Disposition"] = f'{shown}; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
