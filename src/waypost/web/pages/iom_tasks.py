"""Tasks of police teams, for the unit that asks and for the team; profiles of the cohorts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from waypost.clock import now
from waypost.evaluation.cells import SMALL
from waypost.iom import actions
from waypost.iom.profiling import aggregate_profile, cohort_profile
from waypost.iom.task_queries import task_list, task_page
from waypost.iom.values import TaskAct
from waypost.web.pages.form_values import chosen, instant_of
from waypost.web.pages.iom import version_of
from waypost.web.pages.trying import tried
from waypost.web.presenters import iom as present
from waypost.web.presenters.forms import filled
from waypost.web.who import signed_in


def listed(request: HttpRequest) -> HttpResponse:
    rows = task_list(signed_in(request), now=now())
    return render(request, "waypost/iom_tasks.html", {"rows": rows})


def one(request: HttpRequest, task_id: int) -> HttpResponse:
    return _page(request, task_id)


@require_POST
def move(request: HttpRequest, task_id: int) -> HttpResponse:
    """One act of either side; where it is refused, the page again with what was typed."""
    by, sent = signed_in(request), request.POST

    def done() -> bool:
        act = chosen(TaskAct, sent.get("act", ""), "what to do with the task")
        found_at = None
        if act is TaskAct.RETURN:
            found_at = instant_of(sent.get("found_at", ""), "at which the team was there")
        actions.move_task(task_id, act, sent.get("words", ""), found_at=found_at,
                          expected_version=version_of(sent), by=by, now=now())  # fmt: skip
        return True

    said, trouble = tried(done)
    if said is None:
        return _page(request, task_id, trouble=trouble)
    messages.success(request, "It is written down, and the other side is told.")
    return redirect("iom-task", task_id=task_id)


def _page(request: HttpRequest, task_id: int, *, trouble: str = "") -> HttpResponse:
    at = now()
    page = task_page(task_id, signed_in(request), now=at)
    words = {
        "page": page,
        "forms": [
            filled(present.task_move_form(page, act, at), request.POST, trouble)
            for act in page.acts
        ],
        "trouble": trouble,
        "trouble_at": f"form-{request.POST.get('act', '')}" if trouble else "",
    }
    return render(request, "waypost/iom_task.html", words, status=422 if trouble else 200)


def profile(request: HttpRequest) -> HttpResponse:
    """The cohorts of the coordinator's units: person by person, and together."""
    found = cohort_profile(signed_in(request), now=now())
    return render(request, "waypost/iom_profile.html", {"found": found, "wide": True})


def counted(request: HttpRequest) -> HttpResponse:
    """The same in counts alone, small numbers not told."""
    found = aggregate_profile(signed_in(request), now=now())
    return render(request, "waypost/programme_cohorts.html", {"found": found, "small": SMALL})
