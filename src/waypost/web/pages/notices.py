"""How people are told: one's own contacts, and what notices say. No case data."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission
from waypost.clock import now
from waypost.errors import NoSuchThing, Refused
from waypost.notices import actions, templates
from waypost.notices.channels import channels
from waypost.notices.queries import contacts_of_officer
from waypost.notices.templates import Template
from waypost.notices.texts import every_text, one_text
from waypost.notices.values import TEST, Contact, Takes
from waypost.web.who import signed_in

DIGITS_MAX = 18  # of a number in a form: more fit no column


def texts(request: HttpRequest) -> HttpResponse:
    by = signed_in(request)
    words = {
        "texts": every_text(),
        "may_write": may.decide(by, Permission.NOTICE_WRITE).allowed,
    }
    return render(request, "waypost/texts.html", words)


def text(request: HttpRequest, name: str) -> HttpResponse:
    """GET: the text in force. POST: preview it, use it, or go back to Waypost's."""
    if name not in templates.TEMPLATES:
        raise NoSuchThing("There is no such text.")
    language = (request.POST or request.GET).get("language", "en").strip() or "en"
    seen = one_text(name, language)
    if request.method != "POST":
        return _text_page(request, seen, seen.said, language, [])
    said = Template(_typed(request, "subject"), _typed(request, "text"), _typed(request, "short"))
    wish = request.POST.get("do", "preview")
    problems = [] if wish == "default" else templates.problems_of(name, said)
    if wish == "preview" or problems:
        return _text_page(request, seen, said, language, problems)
    version = actions.write_text(
        name, None if wish == "default" else said, language=language, by=signed_in(request),
        now=now(),
    )  # fmt: skip
    messages.success(request, f"Version {version} is used from now on.")
    return redirect("texts")


def _text_page(
    request: HttpRequest, seen: Any, said: Template, language: str, problems: list[str]
) -> HttpResponse:
    words = {
        "seen": seen,
        "said": said,
        "language": language,
        "problems": problems,
        "shown": None if problems else templates.preview(said),
    }
    return render(request, "waypost/text.html", words, status=400 if problems else 200)


def _typed(request: HttpRequest, part: str) -> str:
    """As typed; a form sends CR LF for a line's end."""
    return request.POST.get(part, "").replace("\r\n", "\n")


def contacts(request: HttpRequest) -> HttpResponse:
    """GET: one's own contacts. POST: another."""
    by = signed_in(request)
    if by.officer_id is None:
        raise Refused("only somebody who signs in has contacts")
    if request.method == "POST":
        actions.add_contact(_contact(request), by=by, now=now(), officer_id=by.officer_id)
        messages.success(request, "You will be told by this contact from now on.")
        return redirect("contacts")
    words = {
        "contacts": contacts_of_officer(by.officer_id, now=now()),
        "able": [name for name in channels() if name != TEST],
        "email": bool(getattr(request.user, "email", "")),
    }
    return render(request, "waypost/contacts.html", words)


def _contact(request: HttpRequest) -> Contact:
    form = request.POST
    minutes = form.get("digest", "0")
    if not minutes.isdecimal() or len(minutes) > 5:
        raise Refused("choose how often the least urgent may come")
    if form.get("channel") not in channels() or form.get("channel") == TEST:
        raise Refused("choose one of the channels")
    try:
        takes = Takes(form.get("takes", "all"))
    except ValueError:
        raise Refused("choose what the contact is for") from None
    return Contact(
        channel=form["channel"],
        address=form.get("address", "").strip(),
        takes=takes,
        quiet_from=_time(form.get("quiet_from", "")),
        quiet_to=_time(form.get("quiet_to", "")),
        timezone=settings.WALL_ZONE,
        digest_every=timedelta(minutes=int(minutes)),
    )


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("contact", "")
    if not number.isdecimal() or len(number) > DIGITS_MAX:
        raise Refused("choose the contact to end")
    actions.end_contact(int(number), by=signed_in(request), now=now())
    messages.success(request, "The contact is not used any more.")
    return redirect("contacts")


def _time(text: str) -> time | None:
    """Wall time of a form, 22:00; empty is none. Refused for anything else."""
    if not text.strip():
        return None
    try:
        return time.fromisoformat(text.strip())
    except ValueError:
        raise Refused("a time of day is written like 22:00") from None
