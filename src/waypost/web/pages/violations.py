"""One violation: its sentences and facts, and behind a purpose the fixes that it rests on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from waypost.access import may
from waypost.access.purposes import GATEWAYS
from waypost.access.values import Permission, Posted, Purpose
from waypost.clock import now
from waypost.monitoring.explaining_queries import ExplainedViolation, explained_violation
from waypost.monitoring.reported_queries import BEHIND, Reported, reported
from waypost.monitoring.violation_queries import ViolationPage, read_violation, violation_page
from waypost.necessity.tasks import early_violations
from waypost.rules.values import Certainty
from waypost.web.pages.whereabouts import purposes_of
from waypost.web.presenters import explaining, reports, shapes, short_track
from waypost.web.presenters import violations as present
from waypost.web.presenters.paths import path_shown
from waypost.web.who import signed_in

NO_PURPOSE = "Choose why you need to see it"


def violation(request: HttpRequest, violation_id: int) -> HttpResponse:
    """What is stored of it. No place is shown; the form asks for a purpose to see the fixes."""
    by = signed_in(request)
    page = violation_page(violation_id, by, now=now())
    words = violation_words(page, by) | _ask_words(page, by)
    return render(request, "waypost/violation.html", words)


def explained(request: HttpRequest, violation_id: int) -> HttpResponse:
    """The fixes around it, for the purpose given; its address alone leads back to the form."""
    if request.method != "POST":
        return redirect("violation", violation_id=violation_id)
    by, at = signed_in(request), now()
    purpose = _purpose(request.POST.get("purpose", ""))
    if purpose is None:
        page = violation_page(violation_id, by, now=at)
        words = violation_words(page, by) | _ask_words(page, by) | {"trouble": NO_PURPOSE}
        return render(request, "waypost/violation.html", words, status=422)
    at_end = request.POST.get("end") == "1"
    page = read_violation(violation_id, by, now=at)
    if page.standing.row.kind in BEHIND:
        told = reported(page, by=by, purpose=purpose, now=at, at_end=at_end)
        words = violation_words(page, by) | reported_words(told, purpose)
        return render(request, "waypost/violation_reported.html", words)
    found = explained_violation(page, by=by, purpose=purpose, now=at, at_end=at_end)
    words = violation_words(page, by) | explained_words(found, purpose)
    return render(request, "waypost/violation_explained.html", words)


def explained_words(found: ExplainedViolation, purpose: Purpose) -> dict[str, Any]:
    """Table, line and map of the same fixes."""
    row, explanation = found.page.standing.row, found.explanation
    zones = [
        zone
        for zone in shapes.zones_of(found.page.person)
        if zone["requirement"] == row.requirement_id
    ]
    data = short_track.map_data(found.track, zones)
    return {
        "purpose": purpose,
        "gateway": GATEWAYS[purpose],
        "look": found.look,
        "explanation": explanation,
        "steps": explaining.steps_shown(found, explanation) if explanation else [],
        "moments": explaining.moments(found, explanation) if explanation else [],
        "path": path_shown(explanation, found.track, row) if explanation else None,
        "agrees": found.agrees,
        "agreement": explaining.agreement(found),
        "late": explaining.late_words(found),
        "may_end": not found.look.whole and row.certainty is not Certainty.CANNOT_TELL,
        "summary": short_track.summary(found.track),
        "data": data,
        "key": short_track.key_of(found.track, zones),
        "zone_names": shapes.names_of(zones),
        "last_place": len(data["fixes"]) - 1,
        "wide": True,
    }


def reported_words(found: Reported, purpose: Purpose) -> dict[str, Any]:
    """What the tag reported: the curve of an alcohol tag, and the table of the same words."""
    return {
        "purpose": purpose,
        "gateway": GATEWAYS[purpose],
        "found": found,
        "curve": reports.curve_of(found),
        "reports": reports.reports_shown(found),
        "columns": reports.COLUMNS[found.page.standing.row.kind],
        "wide": True,
    }


def _ask_words(page: ViolationPage, by: Posted) -> dict[str, Any]:
    """The form that asks why it is wanted, for roles that may see what is behind the row."""
    may_look = may.decide(by, Permission.WHEREABOUTS_READ).allowed
    return {
        "purposes": purposes_of(by) if may_look else [],
        "of_reports": page.standing.row.kind in BEHIND,
    }


def _purpose(name: str) -> Purpose | None:
    try:
        return Purpose(name)
    except ValueError:
        return None


def violation_words(page: ViolationPage, by: Posted) -> dict[str, Any]:
    """Sentences and facts; the person's name only where the role may read it."""
    row = page.standing.row
    named = may.decide(by, Permission.PERSON_READ).allowed
    return {
        "page": page,
        "row": row,
        "who": (page.person.details.get("name", "") if named else "") or page.person.person_id,
        "may_read_person": named,
        "person_id": page.standing.person_id,
        "title": present.title(page),
        "sentences": present.sentences(row),
        "applies": present.applies(row),
        "how": present.how_words(row.how),
        "chance": present.chance_words(row.chance),
        "length": present.length_words(row),
        "depth": present.depth_words(row),
        "fix_count": present.fix_words(row),
        "versions": present.versions_shown(page),
        "numbers": present.numbers_shown(page.revision),
        "early": page.standing.violation_id in early_violations([page.standing.violation_id]),
        "house_zone": settings.WALL_ZONE,
    }
