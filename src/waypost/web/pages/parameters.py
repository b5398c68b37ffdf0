"""The rules' numbers: which are in force, a draft of others, what it would have done, its approval.

No case data: a preview is counts and minutes. What a role may do is asked by each action again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.access import may
from waypost.access.values import Permission, Posted
from waypost.clock import now
from waypost.errors import Problem, Refused
from waypost.monitoring import actions
from waypost.monitoring.parameter_lifecycle import Act, offered
from waypost.monitoring.parameter_queries import (
    RevisionSeen,
    newest_revision,
    revision_page,
    revisions,
)
from waypost.monitoring.preview_queries import preview_of
from waypost.rules.parameter_form import NAMES, read_form, typed
from waypost.rules.values import Parameters
from waypost.web.pages.trying import number_of, tried
from waypost.web.presenters import parameters as present
from waypost.web.templatetags.waypost import local
from waypost.web.who import signed_in

FORM_TIME = "%Y-%m-%dT%H:%M"
SAID = {
    Act.PROPOSE: "It waits for another officer's approval.",
    Act.REFUSE: "It is a draft again; its author reads why.",
    Act.WITHDRAW: "It was withdrawn and will not come into force.",
}


def listed(request: HttpRequest) -> HttpResponse:
    by, at = signed_in(request), now()
    words = {
        "revisions": [present.line(one) for one in revisions(by, now=at)],
        "may_write": may.decide(by, Permission.PARAMETER_WRITE).allowed,
    }
    return render(request, "waypost/parameters.html", words)


def one(request: HttpRequest, revision_id: int) -> HttpResponse:
    return _page(request, revision_id)


def draft(request: HttpRequest) -> HttpResponse:
    """GET: the form, filled with the numbers of the revision `from`. POST: a new draft."""
    by, at = signed_in(request), now()
    if request.method == "POST":
        return _written(request, None, by, at)
    copied = request.GET.get("from", "")
    begun = newest_revision(by, now=at)
    if copied:
        number = number_of(copied, "a revision to begin with")
        begun = revision_page(number, by, now=at).revision
    return _form(request, typed(begun.parameters), None)


def edit(request: HttpRequest, revision_id: int) -> HttpResponse:
    """GET: the form of a draft. POST: the draft with other numbers."""
    by, at = signed_in(request), now()
    page = revision_page(revision_id, by, now=at)
    if not page.may_edit:
        raise Refused("Only its author changes a draft, and only while it is one; copy it instead.")
    if request.method == "POST":
        return _written(request, page.revision, by, at)
    sent = typed(page.revision.parameters) | {
        "reason": page.revision.reason,
        "version": str(page.revision.version),
    }
    return _form(request, sent, page.revision)


@require_POST
def preview(request: HttpRequest, revision_id: int) -> HttpResponse:
    """Ask for a preview; the worker carries it out."""
    by = signed_in(request)
    number, trouble = tried(
        lambda: actions.ask_preview(revision_id, _sample(request), by=by, now=now())
    )
    if number is None:
        return _page(request, revision_id, trouble=trouble, trouble_at="preview-form")
    messages.info(request, "The preview was asked for. This page follows it.")
    return redirect("parameter", revision_id=revision_id)


@require_POST
def move(request: HttpRequest, revision_id: int) -> HttpResponse:
    """Propose, approve, refuse or withdraw a revision."""
    by, sent = signed_in(request), request.POST
    if sent.get("act") not in set(Act):
        raise Refused("Choose what to do with the revision.")
    act = Act(sent["act"])
    said, trouble = tried(lambda: _moved(request, revision_id, act, by))
    if said is None:
        return _page(request, revision_id, trouble=trouble, trouble_at=f"reason-{act.value}")
    messages.success(request, said)
    return redirect("parameter", revision_id=revision_id)


def _moved(request: HttpRequest, revision_id: int, act: Act, by: Posted) -> str:
    sent = request.POST
    effective_from = _time(sent.get("effective_from", "")) if act is Act.APPROVE else None
    actions.move_revision(
        revision_id, act, sent.get("reason", ""), effective_from=effective_from,
        version=number_of(sent.get("version", ""), "the revision again"), by=by, now=now(),
    )  # fmt: skip
    if effective_from is not None:
        return f"Approved. It comes into force {present.in_words(effective_from)}."
    return SAID[act]


def _written(
    request: HttpRequest, changed: RevisionSeen | None, by: Posted, at: datetime
) -> HttpResponse:
    """Save what was typed, or show it again with all that is wrong with it."""
    sent = request.POST
    read = read_form({name: sent.get(name, "") for name in NAMES})
    if read.problems:
        return _form(request, sent, changed, problems=read.problems)
    number, trouble = tried(lambda: _saved(sent, changed, read.rows[0], by, at))
    if number is None:
        return _form(request, sent, changed, trouble=trouble)
    messages.success(request, "The draft is saved. Now see what it would have done.")
    return redirect("parameter", revision_id=number)


def _saved(
    sent: Any, changed: RevisionSeen | None, parameters: Parameters, by: Posted, at: datetime
) -> int:
    reason = sent.get("reason", "")
    if changed is None:
        return actions.draft_revision(parameters, reason, by=by, now=at)
    version = number_of(sent.get("version", ""), "the draft again")
    actions.change_draft(changed.number, parameters, reason, version=version, by=by, now=at)
    return changed.number


def _form(
    request: HttpRequest,
    sent: Any,
    changed: RevisionSeen | None,
    *,
    problems: list[Problem] | None = None,
    trouble: str = "",
) -> HttpResponse:
    """The form with what was typed, beside the numbers that it would follow."""
    base = newest_revision(signed_in(request), now=now())
    words = {
        "groups": present.fields(sent, base.parameters, problems or []),
        "base": base,
        "changed": changed,
        "reason": sent.get("reason", ""),
        "version": sent.get("version", ""),
        "problems": problems or [],
        "trouble": trouble,
    }
    wrong = bool(problems or trouble)
    return render(request, "waypost/parameter_form.html", words, status=422 if wrong else 200)


def _page(
    request: HttpRequest, revision_id: int, *, trouble: str = "", trouble_at: str = ""
) -> HttpResponse:
    by, at = signed_in(request), now()
    page = revision_page(revision_id, by, now=at)
    seen = preview_of(revision_id, by, now=at)
    may_know = may.decide(by, Permission.PERSON_READ).allowed
    words = {
        "page": page,
        "one": present.line(page.revision),
        "groups": present.numbers(page),
        "differences": present.differences(page),
        "moves": present.moves(page),
        "preview": seen,
        "tables": present.tables(seen.tally) if seen and seen.status == "done" else [],
        "left_out": present.left_out(seen.tally) if seen and seen.status == "done" else [],
        "may_know": may_know,
        "can_preview": page.may_write and page.revision.status.value in {"draft", "proposed"},
        "forms": [present.act_form(act) for act in page.acts],
        "offered": local(offered(at)).strftime(FORM_TIME),
        "trouble": trouble,
        "trouble_at": trouble_at,
        "said": request.POST,
    }
    return render(request, "waypost/parameter.html", words, status=422 if trouble else 200)


def _sample(request: HttpRequest) -> int | None:
    """How many persons; None for everybody."""
    if request.POST.get("whom") != "sample":
        return None
    return number_of(request.POST.get("size", ""), "how many wearers the sample is of")


def _time(text: str) -> datetime:
    """A wall time of the form. Refused when it is none."""
    try:
        wall = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refused("Enter from when it is in force, such as 2026-03-01T19:00.") from None
    if wall.tzinfo is None:
        wall = wall.replace(tzinfo=ZoneInfo(settings.WALL_ZONE))
    return wall.astimezone(UTC)
